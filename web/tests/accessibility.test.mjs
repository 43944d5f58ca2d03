import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { test } from "node:test";
import { badge, choose, field, MODELS, open, runEcho, SLOW, useBrowser } from "./harness.mjs";

useBrowser();

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

async function assertAccessible(page, state) {
  // an animation halfway through has colours that nobody reads
  await page.evaluate(() => document.getAnimations().forEach((animation) => animation.cancel()));
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => window.axe.run());
  const found = violations.map(({ id, nodes }) => `${state}: ${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  assert.deepEqual(found, []);
}

for (const scheme of ["light", "dark"]) {
  test(`axe finds nothing in ${scheme}`, SLOW, async () => {
    const page = await open("/", { scheme });
    await page.locator("#model").waitFor();
    await assertAccessible(page, "idle");
    await runEcho(page, { text: "one two three four five", repeat: 20, delay: 0.5 });
    await badge(page, "PROCESSING").waitFor();
    await assertAccessible(page, "running");
    await page.keyboard.press("Escape");
    await badge(page, "CANCELED").waitFor();
    await page.locator(".logs summary").click();
    await assertAccessible(page, "canceled");
    await runEcho(page, { text: "", repeat: 5000 });
    await page.locator(".field-errors").first().waitFor();
    await assertAccessible(page, "violations");
    await choose(page, MODELS.image);
    await field(page, "prompt").locator("textarea").fill("a red circle");
    await page.getByRole("button", { name: /^Run/ }).click();
    await page.locator(".picture img:not(.picture-preview)").waitFor();
    await assertAccessible(page, "picture");
    await choose(page, MODELS.text);
    await page.getByRole("button", { name: "Sign in" }).click();
    await assertAccessible(page, "dialog");
  });
}

test("the theme can be chosen and is kept", SLOW, async () => {
  const page = await open();
  const scheme = () => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
  const button = page.getByRole("button", { name: /^Colours/ });
  await button.click();
  assert.equal(await scheme(), "light");
  await button.click();
  assert.equal(await scheme(), "dark");
  await page.reload();
  await button.waitFor();
  assert.equal(await scheme(), "dark");
});

test("nothing overflows at 360 pixels", SLOW, async () => {
  const page = await open("/", { width: 360, height: 740 });
  for (const model of Object.values(MODELS)) {
    await choose(page, model);
    const [width, inner] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(width <= inner, `${model}: ${width} > ${inner}`);
  }
  await runEcho(page, { text: "a".repeat(500) });
  await badge(page, "SUCCEEDED").waitFor();
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
});

test("the whole page can be used by keyboard, with the focus in sight", SLOW, async () => {
  const page = await open();
  await page.locator("#model").waitFor();
  const reached = [];
  for (let presses = 0; presses < 40; presses += 1) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const element = document.activeElement;
      const shown = getComputedStyle(element).outlineStyle !== "none";
      return element === document.body ? null : { what: element.id || element.textContent.trim(), shown };
    });
    if (!stop) break;
    assert.ok(stop.shown, `no focus ring on ${stop.what}`);
    reached.push(stop.what);
  }
  for (const name of ["GraphiQL", "Sign in", "model", "field-0"])
    assert.ok(reached.includes(name), `${name} not reached`);
  assert.ok(reached.some((name) => name.startsWith("Run")));
});
