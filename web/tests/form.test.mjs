import assert from "node:assert/strict";
import { test } from "node:test";
import {
  assertAccessible,
  fake,
  FORM,
  field,
  modelAnswer,
  open,
  register,
  runButton,
  signIn,
  SLOW,
  useBrowser,
} from "./harness.mjs";

useBrowser();

const SCHEMA = {
  type: "object",
  required: ["prompt", "count"],
  properties: {
    later: { type: "string", title: "Later", "x-order": 9 },
    prompt: { type: "string", title: "Prompt", description: "Say <b>anything</b>.", examples: ["a cat"], "x-order": 0 },
    count: { type: "integer", minimum: 2, maximum: 8, "x-order": 1 },
    ratio: { type: "number", default: 0.5, "x-order": 2 },
    top_p: { type: "number", exclusiveMinimum: 0, maximum: 1, default: 1, "x-order": 2.5 },
    mode: { enum: ["fast", 2, null], default: 2, "x-order": 3 },
    sharp: { type: "boolean", default: true, "x-order": 4 },
    seed: { type: ["integer", "null"], minimum: 0, maximum: 100, "x-order": 5 },
    stop: { type: "array", items: { type: "string" }, default: ["END"], "x-order": 6 },
    style: { anyOf: [{ type: "string", maxLength: 40 }, { type: "null" }], default: "plain", "x-order": 7 },
    extra: { type: "object", "x-order": 8 },
  },
};

/** A page with that form, and the inputs it sends. */
async function openForm(schema, path = "/input/stop/1") {
  const sent = [];
  const page = await open(FORM, {
    prepare: async (p) => {
      await fake(p, "ModelPage", () => modelAnswer(schema));
      await fake(p, "CreatePrediction", ({ input }) => {
        sent.push(input.input);
        const violations = [{ path, message: "is too long", code: "maxLength" }];
        const refusal = { __typename: "InvalidInput", code: "INVALID_INPUT", message: "1 violation", violations };
        return { data: { createPrediction: refusal } };
      });
    },
  });
  await page.locator("[data-field]").first().waitFor();
  return { page, sent };
}

test("a schema becomes a form: order, widgets and defaults", SLOW, async () => {
  const { page, sent } = await openForm(SCHEMA);
  const names = await page.locator("[data-field]").evaluateAll((rows) => rows.map((row) => row.dataset.field));
  assert.deepEqual(names, [
    "prompt",
    "count",
    "ratio",
    "top_p",
    "mode",
    "sharp",
    "seed",
    "stop",
    "style",
    "extra",
    "later",
  ]);
  assert.equal(await field(page, "prompt").locator("textarea").getAttribute("placeholder"), "a cat");
  assert.match(await field(page, "prompt").textContent(), /Say <b>anything<\/b>/);
  assert.equal(await field(page, "count").locator('input[type="range"]').count(), 1);
  assert.equal(await field(page, "ratio").locator('input[type="range"]').count(), 0);
  assert.equal(await field(page, "top_p").locator('input[type="range"]').getAttribute("min"), "0.01");
  assert.equal(await field(page, "seed").locator("button").count(), 1);
  assert.equal(await field(page, "extra").locator("textarea").count(), 1);

  await runButton(page).click();
  await field(page, "stop").locator(".field-errors").waitFor();
  assert.match(await field(page, "stop").locator(".field-errors").textContent(), /1: is too long/);
  assert.deepEqual(sent[0], { count: 2, ratio: 0.5, top_p: 1, mode: 2, sharp: true, stop: ["END"], style: "plain" });
});

test("what is typed is what is sent, and what is emptied is not its default", SLOW, async () => {
  const { page, sent } = await openForm(SCHEMA);
  await field(page, "prompt").locator("textarea").fill("a dog");
  await field(page, "count").locator('input[type="range"]').fill("5");
  await field(page, "top_p").locator('input[type="range"]').fill("0.01");
  await field(page, "mode").locator("select").selectOption({ label: "fast" });
  await field(page, "sharp").locator("input").uncheck();
  await field(page, "seed").locator("button").click();
  await field(page, "stop").locator("textarea").fill("one\ntwo");
  await field(page, "style").locator("input").fill("");
  await field(page, "extra").locator("textarea").fill('{"deep": [1]}');
  await page.keyboard.press("Control+Enter");
  await page.locator(".run-bar .callout").waitFor();
  const { seed, ...rest } = sent[0];
  assert.ok(Number.isInteger(seed) && seed >= 0 && seed <= 100);
  assert.deepEqual(rest, {
    prompt: "a dog",
    count: 5,
    ratio: 0.5,
    top_p: 0.01,
    mode: "fast",
    sharp: false,
    stop: ["one", "two"],
    style: null,
    extra: { deep: [1] },
  });
});

test("what is not JSON is found before it is sent", SLOW, async () => {
  const { page, sent } = await openForm(SCHEMA);
  await field(page, "extra").locator("textarea").fill("{");
  await page.keyboard.press("Control+Enter");
  await field(page, "extra").locator(".field-errors").waitFor();
  assert.equal(sent.length, 0);
});

test("a schema that no form can show gets one JSON editor", SLOW, async () => {
  const { page, sent } = await openForm({ type: "object", additionalProperties: true });
  await field(page, "input").locator("textarea").fill('{"a": 1}');
  await page.keyboard.press("Control+Enter");
  await page.locator(".field-errors").first().waitFor();
  assert.deepEqual(sent, [{ a: 1 }]);
});

test("whatever a schema holds becomes a field, never an error", SLOW, async () => {
  const properties = {
    anything: true,
    nothing: false,
    odd: null,
    referred: { $ref: "#/$defs/x" },
    objects: { type: "array", items: { type: "object" } },
    none: { enum: [] },
    bounds: { type: "integer", minimum: "a", maximum: {}, multipleOf: 0 },
    backwards: { type: "number", minimum: 5, maximum: 1 },
    many: { type: ["string", "integer"] },
    either: { oneOf: [{ type: "string" }, { type: "integer" }] },
    secret: { type: "string", format: "password" },
    "<b>name</b>": { type: "string", title: 7, description: ["x"], default: { a: 1 }, "x-order": "first" },
  };
  const { page, sent } = await openForm({ type: "object", required: "all", properties });
  assert.equal(await page.locator("[data-field]").count(), Object.keys(properties).length);
  assert.equal(await field(page, "secret").locator("input").getAttribute("type"), "password");
  assert.equal(await page.locator("[data-field] b").count(), 0);
  await field(page, "either").locator("textarea").fill("[1]");
  await page.keyboard.press("Control+Enter");
  await page.locator(".run-bar .callout").waitFor();
  assert.deepEqual(sent[0]?.either, [1]);
});

test("what the server refuses takes the focus, unless whoever asked has gone on", SLOW, async () => {
  const schema = { type: "object", properties: { first: { type: "string" }, second: { type: "string" } } };
  let answer;
  const page = await open(FORM, {
    prepare: async (p) => {
      await fake(p, "ModelPage", () => modelAnswer(schema));
      await fake(p, "CreatePrediction", () => {
        const violations = [{ path: "/input/first", message: "is too short", code: "minLength" }];
        const refusal = { __typename: "InvalidInput", code: "INVALID_INPUT", message: "1 violation", violations };
        return new Promise((resolve) => (answer = () => resolve({ data: { createPrediction: refusal } })));
      });
    },
  });
  const box = (name) => field(page, name).locator("input, textarea");
  const run = async () => {
    answer = undefined;
    const asked = page.waitForRequest((request) => /CreatePrediction/.test(request.postData() ?? ""));
    await page.keyboard.press("Control+Enter");
    await asked;
    while (!answer) await page.evaluate(() => null);
  };
  await box("second").fill("a");
  await run();
  answer();
  await field(page, "first").locator(".field-errors").waitFor();
  await page.waitForFunction(() => document.activeElement?.closest("[data-field]")?.dataset.field === "first");
  await page.keyboard.type("edited");
  await run();
  await box("second").focus();
  answer();
  await field(page, "first").locator(".field-errors").waitFor();
  await page.keyboard.type("bc");
  assert.equal(await box("second").inputValue(), "abc");
});

test("what is wrong with the input as a whole is told beside the button", SLOW, async () => {
  const { page } = await openForm(SCHEMA, "/input");
  await field(page, "prompt").locator("textarea").fill("a cat");
  await runButton(page).click();
  await page.locator(".run-bar .callout").waitFor();
  const details = await page.locator(".run-bar .callout-detail").allTextContents();
  assert.deepEqual(details.slice(1), ["is too long"]);
});

test("a run has a priority, a deadline and a webhook where somebody gives them", SLOW, async () => {
  const { token } = await register("options");
  const sent = [];
  const page = await open(FORM, {
    prepare: async (p) => {
      await signIn(p, token);
      await fake(p, "ModelPage", () => modelAnswer({ type: "object", properties: { word: { type: "string" } } }));
      await fake(p, "CreatePrediction", ({ input: { idempotencyKey, ...input } }) => {
        sent.push(input);
        const violation = { path: "/webhook/url", message: `no ${sent.length}`, code: "FORMAT" };
        const refusal = { __typename: "InvalidInput", code: "INVALID_INPUT", message: "no", violations: [violation] };
        return { data: { createPrediction: refusal } };
      });
    },
  });
  await runButton(page).click();
  await page.getByText("/webhook/url: no 1").waitFor();
  assert.deepEqual(sent[0], { model: "test/form", input: {} });
  await page.getByText("Options", { exact: true }).click();
  await page.getByLabel("Priority").selectOption("HIGH");
  await page.getByLabel("Deadline in seconds").fill("90");
  await page.getByLabel("Webhook").fill("https://example.org/hook");
  await assertAccessible(page, "the options of a run");
  await runButton(page).click();
  await page.getByText("/webhook/url: no 2").waitFor();
  const options = { priority: "HIGH", deadlineSeconds: 90, webhook: { url: "https://example.org/hook" } };
  assert.deepEqual(sent[1], { model: "test/form", input: {}, ...options });
});

test("messages are rows of role and text, and as JSON what rows cannot show", SLOW, async () => {
  const message = { type: "object", properties: { role: { type: "string" }, content: { type: ["string", "array"] } } };
  const { page, sent } = await openForm({
    type: "object",
    oneOf: [{ required: ["prompt"] }, { required: ["messages"] }],
    properties: { prompt: { type: "string", "x-order": 1 }, messages: { type: "array", items: message, "x-order": 0 } },
  });
  const rows = field(page, "messages");
  await runButton(page).click();
  await rows.locator("textarea").first().fill("What is a lease?");
  await rows.getByRole("button", { name: "Add a message" }).click();
  assert.equal(await rows.locator("select").nth(1).inputValue(), "assistant");
  await rows.locator("textarea").nth(1).fill("What a claim gives.");
  await rows.locator("select").first().selectOption("system");
  await runButton(page).click();
  await page.waitForFunction(() => document.querySelectorAll(".message").length === 2);
  assert.deepEqual(sent.at(-1), {
    messages: [
      { role: "system", content: "What is a lease?" },
      { role: "assistant", content: "What a claim gives." },
    ],
  });
  await rows.getByRole("button", { name: "Remove message 1" }).click();
  assert.equal(await rows.locator("textarea").count(), 1);

  await page.getByRole("tab", { name: "JSON" }).click();
  const parts = [{ role: "user", content: [{ type: "text", text: "a" }] }];
  await page.locator("#input-json").fill(JSON.stringify({ messages: parts }));
  await page.getByRole("tab", { name: "Form" }).click();
  assert.deepEqual(JSON.parse(await rows.locator("textarea").inputValue()), parts);
  await runButton(page).click();
  await assert.doesNotReject(page.waitForFunction(() => document.querySelector(".message") === null));
});
