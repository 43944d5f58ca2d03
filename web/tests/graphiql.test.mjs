import assert from "node:assert/strict";
import { test } from "node:test";
import {
  api,
  assertAccessible,
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

const result = (page) => page.locator(".graphiql-response");
const address = (query, variables) => {
  const parameters = new URLSearchParams({ query, variables: JSON.stringify(variables ?? {}) });
  return `/graphql#${parameters}`;
};

async function openExample(page, title, tab) {
  await page.getByRole("button", { name: "Examples" }).click();
  await page.getByRole("menuitem", { name: title }).click();
  await page.getByRole("tab", { name: tab, selected: true }).waitFor();
}

/** Replaces what the editor below the query holds. */
async function retype(page, text) {
  await page.locator(".graphiql-editor-tool .monaco-editor:visible").click();
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.insertText(text);
  // the brackets that the editor closed by itself
  await page.keyboard.press("ControlOrMeta+Shift+End");
  await page.keyboard.press("Delete");
}

async function run(page) {
  await page.locator(".graphiql-query-editor .view-line").first().waitFor();
  await page.locator(".graphiql-execute-button").click();
}

test("GraphiQL loads from this server alone and runs a query", SLOW, async () => {
  const page = await open("/graphql");
  await page.locator(".graphiql-execute-button").waitFor();
  await page.getByRole("tab", { name: "Models" }).waitFor();
  await run(page);
  await result(page).getByText('"totalCount"').waitFor();
});

test("a subscription shows events as they come, to the last", SLOW, async () => {
  const watch =
    "subscription Watch($id: ID!) { predictionEvents(id: $id) { __typename ... on StatusChanged { status } } }";
  const page = await open(address(watch, { id: "" }));
  await page.locator(".graphiql-query-editor .view-line").first().waitFor();
  const input = { model: MODELS.echo, input: { text: "a b c d", repeat: 50, delay_seconds: 0.5 } };
  const create =
    "mutation ($input: CreatePredictionInput!) { createPrediction(input: $input) { ... on Prediction { id } } }";
  const { id } = (await api(create, { input })).createPrediction;
  await retype(page, JSON.stringify({ id }));
  await run(page);
  await result(page)
    .getByText(/"(OutputAppended|Progressed)"/)
    .waitFor();
  await api("mutation ($id: ID!) { cancelPrediction(input: { id: $id }) { __typename } }", { id });
  await result(page).getByText('"CANCELED"').waitFor();
});

test("the examples open in tabs; watching takes the prediction just made", SLOW, async () => {
  const page = await open("/graphql");
  await openExample(page, "Run a text model", "RunText");
  await run(page);
  await result(page).getByText('"Prediction"').waitFor();
  await openExample(page, "Watch a prediction", "Watch");
  await run(page);
  await result(page).getByText('"SUCCEEDED"').waitFor();
});

test("a token kept by the page at / signs GraphiQL in, unless the headers say otherwise", SLOW, async () => {
  const exp = Math.floor(Date.now() / 1000) + 600;
  const token = `e30.${Buffer.from(JSON.stringify({ exp })).toString("base64url")}.x`;
  const sent = [];
  const page = await open(address("query Who { __typename }"), {
    allow: [/Failed to load resource/],
    prepare: async (p) => {
      await p.addInitScript((value) => localStorage.setItem("token", value), token);
      p.on("request", (request) => {
        if (request.postData()?.includes("query Who")) sent.push(request.headers()["authorization"]);
      });
    },
  });
  await run(page);
  await result(page)
    .getByText(/"(data|errors)"/)
    .waitFor();
  await page.getByRole("button", { name: "Headers" }).click();
  await retype(page, '{ "authorization": "Bearer mine" }');
  const again = page.waitForRequest((request) => request.postData()?.includes("query Who") ?? false);
  await run(page);
  await again;
  assert.deepEqual(sent, [`Bearer ${token}`, "Bearer mine"]);
});

test("who signed in at / is signed in here too, over HTTP and over WebSocket", SLOW, async () => {
  const { handle, token } = await register("iql");
  const prepare = (p) => signIn(p, token);
  const page = await open(address("query Me { viewer { handle } }"), { prepare });
  await run(page);
  await result(page).getByText(`"${handle}"`).waitFor();
  const id = await startEcho(token, { text: "mine alone" });
  const watch = "subscription Watch($id: ID!) { predictionEvents(id: $id) { __typename } }";
  const watching = await open(address(watch, { id }), { prepare });
  await run(watching);
  // The pane shows the newest event, which is soon the last
  await result(watching)
    .getByText(/"(PredictionSnapshot|StatusChanged)"/)
    .waitFor();
});

test("the documentation tells what fields are", SLOW, async () => {
  const { __type } = await api('{ __type(name: "Query") { fields { name description } } }');
  const { description } = __type.fields.find((field) => field.name === "models");
  // as Markdown up to its first code
  const [told] = description.split("`");
  const page = await open("/graphql");
  await page.getByRole("button", { name: /Documentation Explorer/ }).click();
  const docs = page.locator(".graphiql-doc-explorer");
  await docs.getByRole("link", { name: "Query", exact: true }).click();
  await docs.getByText(told.trim()).waitFor();
});

/** What axe finds in GraphiQL 5 and its libraries, in parts that this server does not make, by rule. */
const OF_GRAPHIQL = {
  // a tab is a list item with the role, and holds its two buttons: the one that selects it and the one that closes it
  "nested-interactive": /^<li [^>]*class="graphiql-tab/,
  // words of an operation or answer, in the colours of GraphiQL's themes of the Monaco editor
  "color-contrast": /^<span class="(?:mtk\d+|bracket-highlighting-\d)/,
};
/** While Radix has a menu open, all else is inert behind it: it is marked as hidden, and a trap keeps the focus inside. */
const BEHIND_A_MENU = {
  ...OF_GRAPHIQL,
  "aria-hidden-focus": /data-aria-hidden="true"/,
  "page-has-heading-one": /^<html/,
  region: /data-radix-popper-co/,
};

test("axe finds nothing in GraphiQL that is ours, and nothing overflows where it is narrow", SLOW, async () => {
  const page = await open("/graphql");
  await run(page);
  await result(page).getByText('"totalCount"').waitFor();
  await assertAccessible(page, "ran", OF_GRAPHIQL);
  await page.getByRole("button", { name: /Documentation Explorer/ }).click();
  await page.locator(".graphiql-doc-explorer").getByRole("link", { name: "Query", exact: true }).click();
  await page.locator(".graphiql-doc-explorer").getByText("Public models").waitFor();
  await assertAccessible(page, "documentation", OF_GRAPHIQL);
  await page.setViewportSize({ width: 360, height: 720 });
  assert.equal(await fits(page), true);
  await assertAccessible(page, "narrow documentation", OF_GRAPHIQL);
  await page.getByRole("button", { name: /Documentation Explorer/ }).click();
  // both halves are there to be read, one below the other
  const [editors, response] = await Promise.all(
    [".graphiql-editors", ".graphiql-response"].map((part) => page.locator(part).boundingBox()),
  );
  assert.ok(editors.width > 320 && response.width > 320, JSON.stringify([editors, response]));
  assert.ok(response.height > 100 && response.y >= editors.y + editors.height, JSON.stringify([editors, response]));
  assert.equal(await fits(page), true);
  await assertAccessible(page, "narrow", OF_GRAPHIQL);
  await page.getByRole("button", { name: "Examples" }).click();
  await page.getByRole("menuitem", { name: "Run a text model" }).waitFor();
  await assertAccessible(page, "menu", BEHIND_A_MENU);
});
