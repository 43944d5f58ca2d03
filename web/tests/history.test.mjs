import assert from "node:assert/strict";
import { test } from "node:test";
import {
  api,
  assertAccessible,
  BASE_URL,
  badge,
  fake,
  MODELS,
  open,
  predictionOf,
  register,
  runEcho,
  signIn,
  SLOW,
  startEcho,
  useBrowser,
} from "./harness.mjs";

useBrowser();

const rows = (page) => page.locator("[data-prediction]");
const words = (page) => page.locator(".row-words").allTextContents();

async function openHistory(token, path = "/history") {
  const page = await open(path, { prepare: (p) => signIn(p, token) });
  await page.getByRole("heading", { name: "History" }).waitFor();
  return page;
}

const end = (id, token) =>
  api("mutation ($id: ID!) { cancelPrediction(input: { id: $id }) { __typename } }", { id }, token);

test("one's own predictions are listed, narrowed by state, model and day, and lead to their pages", SLOW, async () => {
  const { token } = await register("past");
  const running = await startEcho(token, { text: "slow one", repeat: 100, delay_seconds: 1 });
  await startEcho(token, { text: "<b>quick one</b>" });
  const page = await openHistory(token);
  await rows(page).nth(1).waitFor();
  assert.deepEqual(await words(page), ["<b>quick one</b>", "slow one"]);
  await page.getByRole("button", { name: "Running", exact: true }).click();
  await rows(page).nth(1).waitFor({ state: "detached" });
  assert.deepEqual(await words(page), ["slow one"]);
  await page.getByRole("button", { name: "All", exact: true }).click();
  await rows(page).nth(1).waitFor();
  await page.getByRole("textbox", { name: "Model" }).fill(MODELS.text);
  await page.getByText("Nothing fits that").waitFor();
  await page.getByRole("textbox", { name: "Model" }).fill("");
  await rows(page).nth(1).waitFor();
  const day = (offset) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
  await page.getByLabel("From").fill(day(2));
  await page.getByText("Nothing fits that").waitFor();
  await page.getByLabel("From").fill(day(-2));
  await rows(page).nth(1).waitFor();
  assert.match(page.url(), /from=/);
  await page.locator(`[data-prediction="${running}"]`).click();
  await badge(page, "PROCESSING").waitFor();
  assert.equal(decodeURIComponent(new URL(page.url()).pathname), `/p/${running}`);
  await end(running, token);
});

test("an address with a state that is none shows all", SLOW, async () => {
  const { token } = await register("odd");
  await startEcho(token, { text: "one" });
  for (const name of ["constructor", "__proto__", "nothing"]) {
    const page = await openHistory(token, `/history?status=${name}`);
    await rows(page).first().waitFor();
  }
});

test("several that run are canceled together", SLOW, async () => {
  const { token } = await register("many");
  const ids = [];
  for (let index = 0; index < 5; index += 1)
    ids.push(await startEcho(token, { text: `number ${index}`, repeat: 1000, delay_seconds: 1 }));
  const page = await openHistory(token);
  await rows(page).nth(4).waitFor();
  await page.getByRole("button", { name: "Select all that run" }).click();
  await page.getByRole("checkbox", { name: /number 3/ }).uncheck();
  await page.getByRole("button", { name: "Cancel 4 selected" }).click();
  await page.getByRole("button", { name: "Cancel 0 selected" }).waitFor();
  const query = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Prediction { canceledAt status } } }";
  const { nodes } = await api(query, { ids }, token);
  assert.notEqual(nodes[3].status, "CANCELED");
  await badge(page, "CANCELED").nth(3).waitFor();
  assert.equal(await badge(page, "CANCELED").count(), 4);
  await end(ids[3], token);
});

test("an end that comes before the answer to its cancel stays", SLOW, async () => {
  const { token } = await register("late");
  await startEcho(token, { text: "slow one", repeat: 100, delay_seconds: 1 });
  const page = await openHistory(token);
  await badge(page, "PROCESSING").waitFor();
  let tell;
  const answered = new Promise((resolve) => (tell = resolve));
  await page.route("**/graphql", async (route) => {
    if (!route.request().postData()?.includes("mutation CancelPrediction")) return route.fallback();
    const response = await route.fetch();
    await badge(page, "CANCELED").waitFor();
    await route.fulfill({ response });
    tell();
  });
  await page.getByRole("button", { name: "Select all that run" }).click();
  await page.getByRole("button", { name: "Cancel 1 selected" }).click();
  await answered;
  // long enough for the page to have taken it
  await page.waitForTimeout(300);
  assert.equal(await badge(page, "CANCELED").count(), 1);
});

test("what is begun elsewhere appears, and ends, without a reload", SLOW, async () => {
  const { token } = await register("live");
  const page = await openHistory(token);
  await page.getByText("Nothing yet").waitFor();
  const id = await startEcho(token, { text: "from elsewhere", repeat: 100, delay_seconds: 1 });
  await page.locator(`[data-prediction="${id}"]`).locator('[data-status="PROCESSING"]').waitFor();
  await page.getByRole("checkbox").check();
  await end(id, token);
  await badge(page, "CANCELED").waitFor();
  await page.getByRole("button", { name: "Select all that run" }).waitFor({ state: "detached" });
});

test("predictions are found by their words, and deleted for good once one has confirmed", SLOW, async () => {
  const { token } = await register("tidy");
  const ids = [];
  for (const text of ["a red fox", "a <b>blue</b> fox", "a red hen"]) ids.push(await startEcho(token, { text }));
  ids.push(await startEcho(token, { text: "slow red", repeat: 1000, delay_seconds: 1 }));
  const page = await openHistory(token);
  await badge(page, "PROCESSING").waitFor();
  await page.getByRole("searchbox", { name: "Words" }).fill("RED fox");
  await rows(page).nth(1).waitFor({ state: "detached" });
  assert.deepEqual(await words(page), ["a red fox"]);
  await page.reload();
  await page.getByText("Looked for in the texts and numbers").waitFor();
  await rows(page).first().waitFor();
  assert.deepEqual(await words(page), ["a red fox"]);
  await page.getByRole("searchbox", { name: "Words" }).fill("red");
  await rows(page).nth(2).waitFor();
  await page.getByRole("button", { name: "Select all shown" }).click();
  await page.getByRole("checkbox", { name: /a red hen/ }).uncheck();
  const remove = page.getByRole("button", { name: "Delete 2 selected" });
  await remove.click();
  await page.getByText("Delete 2 predictions with their inputs").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  await page.getByText("Delete 2 predictions with their inputs").waitFor({ state: "hidden" });
  assert.equal(await rows(page).count(), 3);
  await remove.click();
  await assertAccessible(page, "a question before predictions are deleted");
  await page.getByRole("dialog").getByRole("button", { name: "Delete 2 selected" }).click();
  await rows(page).nth(1).waitFor({ state: "detached" });
  assert.deepEqual(await words(page), ["a red hen"]);
  const query = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Prediction { id canceledAt } } }";
  const isGone = async () => (await api(query, { ids }, token)).nodes.map((node) => node === null);
  // one that runs goes once it has ended
  while ((await isGone()).filter(Boolean).length < 2) await page.waitForTimeout(100);
  assert.deepEqual(await isGone(), [true, false, false, true]);
});

test("long lists come page by page, and an API that is away is said so", SLOW, async () => {
  const { token } = await register("long");
  const asked = [];
  let away = false;
  const page = await open("/history", {
    allow: [/Failed to load resource/],
    prepare: async (p) => {
      await signIn(p, token);
      await fake(p, "History", ({ after }) => {
        asked.push(after);
        if (after && away) return "abort";
        const nodes = [predictionOf({ id: after ? "p2" : "p1" })];
        const pageInfo = { hasNextPage: !after, endCursor: "cursor" };
        return { data: { predictions: { nodes, pageInfo } } };
      });
    },
  });
  away = true;
  await page.getByRole("button", { name: "Show more" }).click();
  await page.getByText("The API cannot be reached").waitFor();
  away = false;
  await rows(page).nth(1).waitFor();
  assert.equal(await page.getByRole("button", { name: "Show more" }).count(), 0);
  assert.equal(asked[0], null);
  assert.ok(asked.slice(1).every((after) => after === "cursor"));
});

test("who is not signed in has no history, and is told how to get one", SLOW, async () => {
  const page = await open("/history");
  await page.getByText("Your history is private").waitFor();
  assert.equal(await page.getByRole("link", { name: "History" }).count(), 0);
});

test("an empty history leads to the models", SLOW, async () => {
  const { token } = await register("none");
  const page = await openHistory(token);
  await page.getByText("Nothing yet").waitFor();
  await page.locator(".stage").getByRole("link", { name: "Models" }).click();
  await page.locator(`[data-model="${MODELS.echo}"]`).click();
  await runEcho(page, { text: "the first" });
  await badge(page, "SUCCEEDED").waitFor();
  await page.getByRole("link", { name: "History" }).click();
  await rows(page).filter({ hasText: "the first" }).waitFor();
  assert.equal(new URL(page.url()).origin, BASE_URL);
});
