import assert from "node:assert/strict";
import { test } from "node:test";
import { badge, control, open, reads, runEcho, sample, SLOW, textOutput, useBrowser } from "./harness.mjs";

useBrowser();

// Twenty seconds: an API of a busy machine takes half of them to start
const WORDS = Array.from({ length: 170 }, (_, index) => `w${index}`).join(" ");

test("an API that is killed under a live page and started again costs no token and doubles none", SLOW, async () => {
  const page = await open(undefined, { allow: [/Failed to load resource/, /WebSocket connection/] });
  const shown = await sample(page, "shownText", () => document.querySelector(".text-output")?.textContent);
  await runEcho(page, { text: WORDS, delay: 0.12 });
  await textOutput(page).filter({ hasText: "w5" }).waitFor();
  await control("kill");
  await page.getByText("reconnecting").waitFor();
  await control("start");
  await badge(page, "SUCCEEDED").waitFor();
  await reads(textOutput(page), WORDS);
  assert.equal(await page.getByText("reconnecting").count(), 0);
  const samples = await shown();
  // it went on live, not only by what the prediction holds in the end
  assert.ok(samples.filter((text) => text.includes("w20") && text !== WORDS).length > 0);
  for (const text of samples) assert.ok(WORDS.startsWith(text), `not a prefix: ${text}`);
});
