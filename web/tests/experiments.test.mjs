import assert from "node:assert/strict";
import { test } from "node:test";
import { admin, api, assertAccessible, fits, open, register, signIn, SLOW, useBrowser } from "./harness.mjs";

useBrowser();

const until = async (holds) => {
  while (!(await holds())) await new Promise((done) => setTimeout(done, 100));
};

test("the owner sees what an experiment found, and who may not is told so", SLOW, async () => {
  const { token } = await admin();
  const name = `shared-${Date.now()}`;
  const ask = (query, variables = {}) => api(query, variables, token);
  const create = "mutation ($input: CreateModelInput!) { createModel(input: $input) { ... on Model { slug } } }";
  const source = { predictor: "echo" };
  const { createModel } = await ask(create, { input: { name, kind: "CUSTOM", source } });
  const { slug } = createModel;
  const ready = async (count) => {
    const { model } = await ask(`{ model(slug: "${slug}") { versions { state } } }`);
    return model.versions.length === count && model.versions.every(({ state }) => state === "READY");
  };
  await until(() => ready(1));
  await ask("mutation ($input: PublishVersionInput!) { publishVersion(input: $input) { __typename } }", {
    input: { model: slug, source },
  });
  await until(() => ready(2));
  const share =
    "mutation ($input: SetTrafficInput!) { setTraffic(input: $input) { __typename ... on UserError { message } } }";
  const shares = [
    { version: 1, weight: 50 },
    { version: 2, weight: 50 },
  ];
  const { setTraffic } = await ask(share, { input: { model: slug, name: "echoes", shares, baseline: 1 } });
  assert.equal(setTraffic.__typename, "Model", JSON.stringify(setTraffic));
  const run =
    "mutation ($input: CreatePredictionInput!) { createPrediction(input: $input) { ... on Prediction { id status } } }";
  const made = await Promise.all(
    Array.from({ length: 6 }, (_, index) =>
      ask(run, { input: { model: slug, input: { text: "x" }, stickyKey: `reader-${index}`, wait: 30 } }),
    ),
  );
  for (const { createPrediction } of made)
    await ask(
      "mutation ($input: RecordOutcomeInput!) { recordOutcome(input: $input) { ... on UserError { message } } }",
      { input: { prediction: createPrediction.id, name: "thumb", value: 1 } },
    );

  const page = await open(`/models/${slug}/experiments`, { prepare: (p) => signIn(p, token) });
  const experiment = page.locator('[data-experiment="echoes"]');
  await experiment.getByText("runs", { exact: true }).waitFor();
  await experiment.getByText("version 1: weight 50").waitFor();
  const counts = await experiment.locator("[data-version] td:nth-of-type(1)").allTextContents();
  assert.equal(
    counts.reduce((sum, count) => sum + Number(count), 0),
    6,
  );
  await experiment.getByRole("columnheader", { name: "thumb" }).waitFor();
  await experiment.getByText("baseline").waitFor();
  await assertAccessible(page, "experiments");
  await page.setViewportSize({ width: 360, height: 800 });
  assert.equal(await fits(page), true);

  await page.setViewportSize({ width: 1280, height: 900 });
  await page.goto(new URL(`/models/${slug}/performance?days=1`, page.url()).href);
  await page.getByRole("img", { name: "Predictions that ended" }).waitFor();
  await page.getByRole("region", { name: "Times" }).waitFor();
  await assertAccessible(page, "performance");
  await page.setViewportSize({ width: 360, height: 800 });
  assert.equal(await fits(page), true);

  const stranger = await register("stranger");
  const other = await open(`/models/${slug}/experiments`, { prepare: (p) => signIn(p, stranger.token) });
  await other.getByText(/There is no model|No experiment yet/).waitFor();
});
