import assert from "node:assert/strict";
import { test } from "node:test";
import {
  api,
  assertAccessible,
  badge,
  BASE_URL,
  field,
  fits,
  MODELS,
  open,
  predictionId,
  register,
  runButton,
  signIn,
  SLOW,
  startEcho,
  useBrowser,
} from "./harness.mjs";

useBrowser();

const dialog = (page) => page.getByRole("dialog", { name: "Share this prediction" });

async function openPrediction(token, id) {
  const page = await open(`/p/${id}`, { prepare: (p) => signIn(p, token) });
  await badge(page, "SUCCEEDED").waitFor();
  return page;
}

test("a prediction is shared by choice, read by strangers, and shared no more", SLOW, async () => {
  const { token, handle } = await register("giver");
  const id = await startEcho(token, { text: "<b>for all</b>" });
  const page = await openPrediction(token, id);
  await page.getByRole("button", { name: "Share", exact: true }).click();
  await dialog(page).getByRole("button", { name: "Make a link" }).click();
  const link = await dialog(page).getByLabel("Link").inputValue();
  assert.match(link, /\/public\/[\w-]{20,}$/);
  assert.equal(new URL(link).origin, BASE_URL);
  await assertAccessible(page, "the dialog that shares");
  const { pathname } = new URL(link);
  const stranger = await open(pathname);
  await stranger.getByText("<b>for all</b>").waitFor();
  await stranger.getByText(`Shared by ${handle}`).waitFor();
  assert.equal(await stranger.getByRole("heading", { name: "Input" }).count(), 0);
  await dialog(page).getByLabel("Show its input too").check();
  await page.waitForFunction(() => !document.querySelector("dialog[open] input:disabled"));
  await stranger.reload();
  await stranger.getByRole("heading", { name: "Input" }).waitFor();
  await assertAccessible(stranger, "a shared prediction");
  await stranger.setViewportSize({ width: 360, height: 640 });
  assert.equal(await fits(stranger), true);
  await dialog(page).getByRole("button", { name: "Stop sharing" }).click();
  await dialog(page).getByRole("button", { name: "Make a link" }).waitFor();
  await stranger.reload();
  await stranger.getByText("Nothing is shared here").waitFor();
  await assertAccessible(stranger, "a link that ended");
});

test("the page of a shared prediction is dark and German for who reads so", SLOW, async () => {
  const { token } = await register("geber");
  const id = await startEcho(token, { text: "für alle" });
  const share =
    "mutation ($id: ID!) { sharePrediction(input: { id: $id, showsInput: true }) { ... on Prediction { publicLink { token } } } }";
  const { publicLink } = (await api(share, { id }, token)).sharePrediction;
  const page = await open(`/public/${publicLink.token}`, { scheme: "dark", locale: "de-DE" });
  await page.getByText("Geteilt von").waitFor();
  await page.getByRole("heading", { name: "Eingabe" }).waitFor();
  await assertAccessible(page, "a shared prediction in the dark");
});

test("one's star stands on the prediction and in the history, which shows starred ones alone", SLOW, async () => {
  const { token } = await register("fan");
  const id = await startEcho(token, { text: "the best" });
  await startEcho(token, { text: "another" });
  const page = await openPrediction(token, id);
  await page.getByRole("button", { name: "Star", exact: true }).click();
  await page.getByRole("button", { name: "Starred", exact: true }).waitFor();
  await page.getByRole("link", { name: "History" }).click();
  await page.locator("[data-prediction]").nth(1).waitFor();
  await page.getByRole("button", { name: "Starred", exact: true }).click();
  await page.locator("[data-prediction]").nth(1).waitFor({ state: "detached" });
  assert.deepEqual(await page.locator(".row-words").allTextContents(), ["the best"]);
  assert.match(page.url(), /starred=yes/);
  await page.getByRole("button", { name: /^Star demo\/echo, the best/ }).click();
  await page.getByText("Nothing fits that").waitFor();
});

test("a rerun with changes says what differs from the one it came from", SLOW, async () => {
  const { token } = await register("again");
  const id = await startEcho(token, { text: "first words", repeat: 2 });
  const page = await open("/history", { prepare: (p) => signIn(p, token) });
  await page.getByRole("link", { name: /^Rerun with changes demo\/echo/ }).click();
  await badge(page, "SUCCEEDED").waitFor();
  await page.waitForFunction(() => document.activeElement?.closest("#input-view"));
  assert.equal(new URL(page.url()).search, "");
  await field(page, "text").locator("textarea").fill("other words");
  await runButton(page).click();
  const changes = page.getByRole("region", { name: "What differs" });
  await changes.getByText("other words").waitFor();
  assert.equal(
    (await changes.locator("dl").textContent()).replace(/\s+/g, " ").trim(),
    "textfirst words → other words",
  );
  assert.notEqual(predictionId(page), id);
  const query = "query ($id: ID!) { prediction(id: $id) { retryOf { id } input } }";
  const { prediction } = await api(query, { id: predictionId(page) }, token);
  assert.equal(prediction.retryOf.id, id);
  assert.equal(prediction.input.repeat, 2);
  await assertAccessible(page, "a rerun");
});

test("a rerun draws with the same seed, or with a new one where somebody wants that", SLOW, async () => {
  const { token } = await register("seeds");
  const create = `mutation ($input: CreatePredictionInput!) { createPrediction(input: $input) {
    ... on Prediction { id seed } } }`;
  const asked = { model: MODELS.text, input: { prompt: "The function", max_new_tokens: 3, seed: 7 }, wait: 60 };
  const { id } = (await api(create, { input: asked }, token)).createPrediction;
  const page = await openPrediction(token, id);
  const run = async () => {
    const before = predictionId(page);
    await runButton(page).click();
    await page.waitForFunction((old) => !decodeURIComponent(location.pathname).endsWith(old), before);
    await badge(page, "SUCCEEDED").waitFor();
    const query = "query ($id: ID!) { prediction(id: $id) { seed retryOf { id } } }";
    const { prediction } = await api(query, { id: predictionId(page) }, token);
    assert.equal(prediction.retryOf.id, before);
    return Number(prediction.seed);
  };
  assert.equal(await run(), 7);
  await page.getByText("with the same input.").waitFor();
  await page.getByRole("checkbox", { name: "New seed" }).check();
  assert.notEqual(await run(), 7);
});
