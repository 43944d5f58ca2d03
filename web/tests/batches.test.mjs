import assert from "node:assert/strict";
import { test } from "node:test";
import { assertAccessible, fits, MODELS, open, register, signIn, SLOW, useBrowser } from "./harness.mjs";

useBrowser();

const items = (page) => page.locator("[data-prediction]");

test("a batch is made of lines, followed to its end, run again and deleted", SLOW, async () => {
  const { token } = await register("many");
  const page = await open("/batches", { prepare: (p) => signIn(p, token) });
  await page.getByText("No batch yet.").waitFor();
  await page.getByText("New batch").click();
  await page.getByLabel("Model", { exact: true }).fill(MODELS.echo);
  const lines = page.getByLabel(/^Inputs/);
  await lines.fill('{"text": "one"}\n{"text": "two", "fail": true}\n{"text": "three"');
  await page.getByText("Not every line is JSON").waitFor();
  await assertAccessible(page, "a new batch");
  await page.getByRole("button", { name: "Start the batch" }).click();
  await page.waitForURL(/\/batches\/./);
  await page.getByText("Completed", { exact: true }).waitFor();
  await page.getByText("3 of 3 ended · 1 succeeded · 1 failed · 1 invalid").waitFor();
  await page.getByText("Line 3").waitFor();
  await items(page).nth(1).waitFor();
  await page.getByLabel("Status").selectOption({ label: "Failed" });
  await items(page).nth(1).waitFor({ state: "detached" });
  await items(page).getByRole("link", { name: "two" }).waitFor();
  await assertAccessible(page, "a batch");
  await page.setViewportSize({ width: 360, height: 800 });
  assert.equal(await fits(page), true);

  const results = await page.getByRole("link", { name: "Results" }).getAttribute("href");
  const response = await page.request.get(new URL(results, page.url()).href);
  const first = JSON.parse((await response.text()).split("\n")[0]);
  assert.equal(first.status, "SUCCEEDED");

  const old = page.url();
  await page.getByRole("button", { name: "Run what failed again" }).click();
  await page.waitForURL((url) => url.href !== old);
  await page.getByText("1 of 1 ended · 1 failed").waitFor();
  await page.getByRole("link", { name: "runs what failed in another" }).waitFor();
  await page.getByRole("button", { name: "Delete…" }).click();
  await page.getByRole("button", { name: "Delete it with its item" }).click();
  await page.waitForURL(/\/batches$/);
  await page.locator("[data-batch]").first().waitFor();
  assert.equal(await page.locator("[data-batch]").count(), 1);
});

test("a batch that runs is canceled by its owner, and nobody else sees it", SLOW, async () => {
  const { token } = await register("many");
  const page = await open("/batches?" + new URLSearchParams({ model: MODELS.echo }), {
    prepare: (p) => signIn(p, token),
  });
  await page.getByLabel(/^Inputs/).fill('{"text": "slow", "repeat": 100, "delay_seconds": 1}\n'.repeat(3));
  await page.getByText("3 inputs").waitFor();
  await page.getByRole("button", { name: "Start the batch" }).click();
  await page.getByText(/^0 of 3 ended/).waitFor();
  await page.getByRole("button", { name: "Cancel", exact: true }).click();
  await page.getByText("Canceled", { exact: true }).first().waitFor();
  await page.getByText("3 of 3 ended · 3 canceled").waitFor();
  const stranger = await register("stranger");
  const other = await open(new URL(page.url()).pathname, { prepare: (p) => signIn(p, stranger.token) });
  await other.getByText("There is no such batch").waitFor();
});

test("a model that does not exist is refused with what was typed still there", SLOW, async () => {
  const { token } = await register("many");
  const page = await open("/batches?model=nobody/nothing", { prepare: (p) => signIn(p, token) });
  await page.getByLabel(/^Inputs/).fill('{"text": "one"}');
  await page.getByRole("button", { name: "Start the batch" }).click();
  await page.getByRole("alert").waitFor();
  assert.equal(await page.getByLabel(/^Inputs/).inputValue(), '{"text": "one"}');
  const away = await open("/batches");
  await away.getByText("Sign in to run one model on many inputs.").waitFor();
});
