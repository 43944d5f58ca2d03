import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import {
  admin,
  api,
  assertAccessible,
  fake,
  fits,
  MODELS,
  open,
  register,
  signIn,
  SLOW,
  startEcho,
  useBrowser,
} from "./harness.mjs";

useBrowser();

async function ran(token, count) {
  for (let index = 0; index < count; index += 1) {
    const id = await startEcho(token, { text: "counted" });
    const status = async () => (await api(`{ prediction(id: "${id}") { status } }`, {}, token)).prediction.status;
    while ((await status()) !== "SUCCEEDED") await new Promise((done) => setTimeout(done, 100));
  }
}

test("what one used is shown by day, model and key, and saved as CSV", SLOW, async () => {
  const { token } = await register("user");
  await ran(token, 2);
  const page = await open("/usage", { prepare: (p) => signIn(p, token) });
  const bars = page.locator(".chart-bar");
  await bars.nth(29).waitFor({ state: "attached" });
  assert.equal(await bars.count(), 30);
  await page.getByRole("img", { name: "Predictions by day" }).waitFor();
  await page.getByRole("button", { name: "Model" }).click();
  const row = page.locator(`[data-group="${MODELS.echo}"]`);
  await row.waitFor();
  assert.match(await row.textContent(), new RegExp(`^${MODELS.echo}2`));
  await assertAccessible(page, "usage");
  const saving = page.waitForEvent("download");
  await page.getByRole("button", { name: "CSV" }).click();
  const saved = await readFile(await (await saving).path(), "utf8");
  assert.match(saved, new RegExp(`,${MODELS.echo},2,`));
  await page.getByLabel("Time").selectOption({ label: "last 7 days" });
  await bars.nth(7).waitFor({ state: "detached" });
  await page.setViewportSize({ width: 360, height: 800 });
  assert.equal(await fits(page), true);
});

test("budgets say what is spent, held and left, and prices what things cost", SLOW, async () => {
  const { token } = await register("user");
  const budget = {
    apiKey: null,
    period: "MONTH",
    currency: "EUR",
    amount: "10",
    isHard: true,
    spent: "9.9975",
    reserved: "0.0025",
    left: "0",
    isExceeded: true,
    beginsAt: "2026-11-01T00:00:00Z",
  };
  const prices = {
    currency: "EUR",
    chargesFailed: false,
    chargesCanceled: true,
    createdAt: "2026-11-01T00:00:00Z",
    prices: [{ unit: "SECOND", amount: "0.000125", device: "CUDA", version: null }],
  };
  const prepare = async (p) => {
    await signIn(p, token);
    await fake(p, "OwnBudgets", () => ({ data: { viewer: { id: "u", budgets: [budget], apiKeys: [] }, prices } }));
  };
  const page = await open("/usage", { prepare });
  await page.getByText("€9.9975 of €10.00 spent · €0.0025 held for what runs · €0.00 left").waitFor();
  await page.getByText("new predictions are refused").waitFor();
  await page.getByText("A second of running · CUDA").waitFor();
  await page.getByText("€0.000125").waitFor();
  await assertAccessible(page, "budgets");
});

test("an administrator sees what everybody used, and what one of them did; others do not", SLOW, async () => {
  const somebody = await register("user");
  await ran(somebody.token, 1);
  const { token } = await admin();
  const page = await open("/usage", { prepare: (p) => signIn(p, token) });
  await page.getByRole("button", { name: "Everybody" }).click();
  await page.getByRole("button", { name: "User", exact: true }).click();
  await page.locator(`[data-group="${somebody.handle}"]`).waitFor();
  await page.getByRole("textbox", { name: "User" }).fill(somebody.handle);
  await page.getByText("1", { exact: true }).first().waitFor();
  await page.getByRole("textbox", { name: "User" }).fill("nobody-at-all");
  await page.getByRole("alert").waitFor();
  const other = await open("/usage?user=*", { prepare: (p) => signIn(p, somebody.token) });
  await other.locator(".chart").waitFor();
  assert.equal(await other.getByRole("button", { name: "Everybody" }).count(), 0);
});
