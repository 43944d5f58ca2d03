import assert from "node:assert/strict";
import { test } from "node:test";
import {
  badge,
  MODELS,
  open,
  predictionId,
  register,
  registerAdmin,
  signIn,
  SLOW,
  startEcho,
  useBrowser,
} from "./harness.mjs";

useBrowser();

test("an administrator sees the workers with what they hold, and what failed for whom", SLOW, async () => {
  const somebody = await register("unlucky");
  const failed = await startEcho(somebody.token, { text: "out of <b>luck</b>", fail: true });
  const { token } = await registerAdmin();
  const page = await open("/", { prepare: (p) => signIn(p, token) });
  await page.getByRole("link", { name: "System" }).click();
  const worker = page.locator("[data-worker]").first();
  await worker.waitFor();
  assert.match(await worker.locator(".memory").textContent(), /models fill [\d.]+ \w?B of [\d.]+ \wB/);
  await worker
    .getByText(new RegExp(`^${MODELS.echo}:1$|^no model$|^${MODELS.text}:1$|^${MODELS.image}:1$`))
    .first()
    .waitFor();
  const row = page.locator(`[data-prediction="${failed}"]`);
  await row.getByText("out of <b>luck</b>").waitFor();
  await row.getByText(somebody.handle).waitFor();
  await row.getByRole("button", { name: /^Retry/ }).click();
  await page.waitForURL(/\/p\//);
  await badge(page, "FAILED").waitFor();
  assert.notEqual(predictionId(page), failed);
  await page.goBack();
  await page.getByText(/database ok · Redis ok · \d+ worker/).waitFor();
});

test("nobody else is shown the system", SLOW, async () => {
  const { token } = await register("nobody");
  const page = await open("/admin", { prepare: (p) => signIn(p, token) });
  await page.getByRole("heading", { name: "For administrators" }).waitFor();
  assert.equal(await page.getByRole("link", { name: "System" }).count(), 0);
});
