import assert from "node:assert/strict";
import { test } from "node:test";
import { BASE_URL, MODELS, open, SLOW, useBrowser } from "./harness.mjs";

useBrowser();

const result = (page) => page.locator(".graphiql-response");
const address = (query, variables) => {
  const parameters = new URLSearchParams({ query, variables: JSON.stringify(variables ?? {}) });
  return `/graphql?${parameters}`;
};

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

test("a subscription runs to its end", SLOW, async () => {
  const input = { model: MODELS.echo, input: { text: "a b c d e f g h", delay_seconds: 0.1 } };
  const create = "mutation ($input: CreatePredictionInput!) { createPrediction(input: $input) { ... on Prediction { id } } }";
  const response = await fetch(`${BASE_URL}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: create, variables: { input } }),
  });
  const { id } = (await response.json()).data.createPrediction;
  const watch = "subscription Watch($id: ID!) { predictionEvents(id: $id) { __typename ... on StatusChanged { status } } }";
  const page = await open(address(watch, { id }));
  await run(page);
  await result(page).getByText('"SUCCEEDED"').waitFor();
});

test("the examples open in tabs; watching takes the prediction just made", SLOW, async () => {
  const page = await open("/graphql");
  await page.getByRole("button", { name: "Examples" }).click();
  await page.getByRole("menuitem", { name: "Run a text model" }).click();
  await run(page);
  await result(page).getByText('"Prediction"').waitFor();
  await page.getByRole("button", { name: "Examples" }).click();
  await page.getByRole("menuitem", { name: "Watch a prediction" }).click();
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
  await result(page).getByText(/"(data|errors)"/).waitFor();
  await page.getByRole("button", { name: "Headers" }).click();
  await page.locator(".graphiql-editor-tool .monaco-editor").last().click();
  await page.keyboard.insertText('{ "authorization": "Bearer mine" }');
  const again = page.waitForRequest((request) => request.postData()?.includes("query Who") ?? false);
  await run(page);
  await again;
  assert.deepEqual(sent, [`Bearer ${token}`, "Bearer mine"]);
});
