import assert from "node:assert/strict";
import { test } from "node:test";
import { api, MODELS, open, register, signIn, SLOW, startEcho, useBrowser } from "./harness.mjs";

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
  const page = await open("/graphql");
  await page.getByRole("button", { name: /Documentation Explorer/ }).click();
  const docs = page.locator(".graphiql-doc-explorer");
  await docs.getByRole("link", { name: "Query", exact: true }).click();
  await docs.getByText("Public models and your own, newest first unless").waitFor();
});
