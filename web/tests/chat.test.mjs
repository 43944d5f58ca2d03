import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import {
  api,
  assertAccessible,
  BASE_URL,
  fake,
  fits,
  MODELS,
  open,
  reads,
  register,
  signIn,
  SLOW,
  useBrowser,
} from "./harness.mjs";

useBrowser();

const SLUG = "demo/chat";
const PATH = `/chat/${SLUG}`;
const QUESTION = "What is a lease?";

const box = (page) => page.getByRole("textbox", { name: "Message", exact: true });
const turns = (page) => page.locator(".turn");
const answers = (page, state = "done") => page.locator(`.turn[data-role="assistant"][data-state="${state}"]`);
const answer = (page, at = 0) => page.locator('.turn[data-role="assistant"]').nth(at).locator(".markdown");
const answerText = (page, at = 0) => answer(page, at).textContent();

async function openChat(options = {}) {
  const page = await open(options.path ?? PATH, options);
  await box(page).waitFor();
  return page;
}

async function ask(page, text) {
  await box(page).fill(text);
  await box(page).press("Enter");
}

/** Opens the settings and has answers go on to their maximum, which takes seconds. */
async function writeLong(page) {
  await page.getByText("System prompt and parameters").click();
  await page.getByRole("switch", { name: "Ignore the end" }).check();
  await page.locator('[data-field="temperature"] input[type="number"]').fill("0");
}

test("an empty conversation offers what the model's samples were asked", SLOW, async () => {
  const operations = await readFile(new URL("../src/api/chat.graphql", import.meta.url), "utf8");
  const [query] = operations.match(/^query ChatModel\(.*?^\}/ms);
  const said = (content) => ({ id: content, input: { messages: [{ role: "user", content }] } });
  const others = [
    { id: "a", input: { prompt: "no message" } },
    { id: "b", input: null },
  ];
  const page = await openChat({
    prepare: (p) =>
      fake(p, "ChatModel", async (variables) => {
        const { model } = await api(query, variables);
        return { data: { model: { ...model, samples: [said(QUESTION), said("<b>What?</b>"), ...others] } } };
      }),
  });
  const offered = page.locator(".chat-empty button");
  await offered.nth(1).waitFor();
  assert.deepEqual(await offered.allTextContents(), [QUESTION, "<b>What?</b>"]);
  await assertAccessible(page, "an empty conversation");
  await offered.first().click();
  await answers(page).first().waitFor();
  await page.locator('.turn[data-role="user"]').getByText(QUESTION).waitFor();
  assert.equal(await offered.count(), 0);
});

test("a conversation is asked, answered, gone on with, and there again after a reload", SLOW, async () => {
  const page = await openChat();
  await page.getByText("Say something to begin.").waitFor();
  await ask(page, QUESTION);
  await answers(page).first().waitFor();
  const first = await answerText(page);
  assert.notEqual(first.trim(), "");
  await ask(page, "What is a worker?");
  await answers(page).nth(1).waitFor();
  assert.equal(await turns(page).count(), 4);
  // all that was said goes along, by the roles that said it
  const link = await page.getByRole("link", { name: "Run", exact: true }).last().getAttribute("href");
  const id = decodeURIComponent(link.replace("/p/", ""));
  const { prediction } = await api("query ($id: ID!) { prediction(id: $id) { input } }", { id });
  assert.deepEqual(
    prediction.input.messages.map(({ role, content }) => [role, content]),
    [
      ["user", QUESTION],
      ["assistant", first.trim()],
      ["user", "What is a worker?"],
    ].map(([role, content]) => [role, content]),
  );
  assert.match(page.url(), /\?c=/);
  await page.reload();
  await answers(page).nth(1).waitFor();
  await reads(answer(page), first);
  assert.equal(await turns(page).count(), 4);
  await assertAccessible(page, "a conversation");
});

test("an answer can be stopped, and one that was being written goes on after a reload", SLOW, async () => {
  const page = await openChat();
  await writeLong(page);
  await ask(page, QUESTION);
  await page.locator('.turn[data-state="open"] .markdown').waitFor();
  const id = () => page.evaluate(() => new URL(location.href).searchParams.get("c"));
  assert.notEqual(await id(), null);
  await page.reload();
  await page.locator('.turn[data-state="open"] .markdown').waitFor();
  await page.keyboard.press("Escape");
  await answers(page, "stopped").waitFor();
  await page.getByText("What was written up to then is kept.").waitFor();
  assert.notEqual((await answerText(page)).trim(), "");
  assert.equal(await turns(page).count(), 2);
});

test("a message is edited and an answer written anew on branches of their own", SLOW, async () => {
  const page = await openChat();
  await ask(page, QUESTION);
  await answers(page).first().waitFor();
  const own = page.locator('.turn[data-role="user"]');
  await own.getByRole("button", { name: "Edit" }).click();
  await page.getByRole("textbox", { name: "Edit the message" }).fill("What is a worker?");
  await own.getByRole("button", { name: "Send" }).click();
  await own.getByText("2 / 2").waitFor();
  await answers(page).first().waitFor();
  await own.getByRole("button", { name: "Earlier version" }).click();
  await own.getByText(QUESTION).waitFor();
  await own.getByText("1 / 2").waitFor();
  const answer = page.locator('.turn[data-role="assistant"]');
  await answers(page).getByRole("button", { name: "Answer again" }).click();
  await answer.getByText("2 / 2").waitFor();
  await answers(page).first().waitFor();
  await page.reload();
  await answer.getByText("2 / 2").waitFor();
  await own.getByRole("button", { name: "Later version" }).click();
  await own.getByText("What is a worker?").waitFor();
});

test("a system prompt and parameters go along, and what is wrong with them is shown where it is", SLOW, async () => {
  const sent = [];
  const page = await openChat({
    prepare: (p) =>
      fake(p, "CreatePrediction", ({ input }) => {
        sent.push(input.input);
        return { data: { createPrediction: { __typename: "QueueFull", code: "QUEUE_FULL", message: "enough" } } };
      }),
  });
  await page.getByText("System prompt and parameters").click();
  await page.getByRole("textbox", { name: "System prompt" }).fill("Be brief.");
  const logitBias = page.locator('[data-field="logit_bias"] textarea');
  await logitBias.fill("{");
  await ask(page, QUESTION);
  await page.locator('[data-field="logit_bias"]').getByText("This is not JSON").waitFor();
  assert.equal(sent.length, 0);
  assert.equal(await box(page).inputValue(), QUESTION);
  await logitBias.fill("");
  await ask(page, QUESTION);
  await page.getByText("enough").waitFor();
  assert.deepEqual(sent[0].messages, [
    { role: "system", content: "Be brief." },
    { role: "user", content: QUESTION },
  ]);
  assert.equal(sent[0].n, undefined);
  // what failed is asked again as it was
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByText("enough").waitFor();
  await page.waitForFunction(() => document.querySelectorAll(".turn").length === 2);
  assert.deepEqual(sent.at(-1), sent[0]);
});

test("a link holds a conversation, which becomes one's own once something is said", SLOW, async () => {
  const page = await openChat();
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await ask(page, "Show <b>code</b>: `x < 1`");
  await answers(page).first().waitFor();
  await page.getByRole("button", { name: "Copy link" }).click();
  await page.getByText("Whoever has the link can read").waitFor();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  assert.ok(link.startsWith(`${BASE_URL}${PATH}#talk=`), link);
  const other = await openChat({ path: link.slice(BASE_URL.length) });
  await other.getByText("This conversation came by a link.").waitFor();
  assert.equal(await turns(other).count(), 2);
  await reads(answer(other), await answerText(page));
  assert.equal(await other.locator(".chat-item").count(), 0);
  await ask(other, QUESTION);
  await answers(other).nth(1).waitFor();
  assert.equal(await other.locator(".chat-item").count(), 1);
  assert.equal(await other.evaluate(() => location.hash), "");
  const broken = await openChat({ path: `${PATH}#talk=AAAA${"x".repeat(200)}` });
  await broken.getByText("This link holds no conversation that can be read").waitFor();
  assert.equal(await turns(broken).count(), 0);
});

test("conversations are those of who is signed in, and are deleted when one says so", SLOW, async () => {
  const { token } = await register("talker");
  const page = await openChat({ prepare: (p) => signIn(p, token) });
  await ask(page, QUESTION);
  await answers(page).first().waitFor();
  await answers(page).getByRole("button", { name: "Good result" }).click();
  await answers(page).getByRole("button", { name: "Good result", pressed: true }).waitFor();
  await page.getByRole("link", { name: "New conversation" }).click();
  await turns(page).first().waitFor({ state: "detached" });
  await ask(page, "What is a worker?");
  await answers(page).first().waitFor();
  await page.goto(`${BASE_URL}/chat`);
  await page.locator(".chat-item", { hasText: QUESTION }).waitFor();
  await page
    .getByRole("link", { name: new RegExp(`^${SLUG}`) })
    .first()
    .waitFor();
  await assertAccessible(page, "the list of conversations");
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.locator(".chat-item", { hasText: QUESTION }).waitFor({ state: "detached" });
  await page.evaluate((value) => localStorage.setItem("token", value), token);
  await page.reload();
  const item = page.locator(".chat-item", { hasText: QUESTION });
  await item.getByRole("button", { name: /^Delete/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await item.waitFor({ state: "detached" });
  await page.reload();
  await page.locator(".chat-item", { hasText: "What is a worker?" }).waitFor();
  assert.equal(await item.count(), 0);
});

/** The page of a model whose version is as given. */
function openModel(version, model = {}, prepare = async () => {}) {
  const latestVersion = {
    id: "v1",
    number: 1,
    state: "READY",
    reason: null,
    progress: null,
    inputSchema: {},
    ...version,
  };
  const answer = { id: "m1", slug: SLUG, pausedAt: null, pauseReason: null, latestVersion, ...model };
  return open(PATH, {
    prepare: async (p) => {
      await fake(p, "ChatModel", () => ({ data: { model: answer } }));
      await prepare(p);
    },
  });
}

const message = (kinds) => ({
  type: "array",
  items: {
    type: "object",
    properties: { role: { type: "string" }, content: { items: { properties: { type: { enum: kinds } } } } },
  },
});
const schemaOf = (kinds, more = {}) => ({ type: "object", properties: { messages: message(kinds), ...more } });

test("a model that cannot answer says why: refused, paused, without a template, or none at all", SLOW, async () => {
  const refused = await openModel({ state: "REFUSED", reason: "its files are gone", inputSchema: schemaOf(["text"]) });
  await refused.getByText("This model cannot run").waitFor();
  await refused.getByText("refused: its files are gone").waitFor();
  assert.equal(await refused.getByRole("button", { name: "Send" }).isDisabled(), true);
  const paused = await openModel(
    { inputSchema: schemaOf(["text"]) },
    { pausedAt: new Date().toISOString(), pauseReason: "moving <b>house</b>" },
  );
  await paused.getByText("An administrator paused it: moving <b>house</b>. Messages wait").waitFor();
  const plain = await open(`/chat/${MODELS.text}`);
  await plain.getByText("This model takes no messages").waitFor();
  assert.equal(await box(plain).count(), 0);
  const none = await open("/chat/nobody/nothing");
  await none.getByText("There is no model nobody/nothing").waitFor();
});

const PIXEL = Buffer.from("R0lGODlhAQABAAAAACwAAAAAAQABAAA=", "base64");

test("pictures go along where a model takes them, texts everywhere, and other files nowhere", SLOW, async () => {
  const sent = [];
  const page = await openModel({ inputSchema: schemaOf(["text", "image_url"]) }, {}, (p) =>
    fake(p, "CreatePrediction", ({ input }) => {
      sent.push(input.input);
      return { data: { createPrediction: { __typename: "QueueFull", code: "QUEUE_FULL", message: "enough" } } };
    }),
  );
  await box(page).waitFor();
  const picker = page.locator(".composer input[type=file]");
  await picker.setInputFiles({ name: "a.gif", mimeType: "image/gif", buffer: PIXEL });
  await page.locator(".composer .attachment img").waitFor();
  await picker.setInputFiles({ name: "b.zip", mimeType: "application/zip", buffer: PIXEL });
  await page.getByText("b.zip is no file that this model takes.").waitFor();
  await picker.setInputFiles({ name: "c.md", mimeType: "", buffer: Buffer.from("```js\n1\n```\n") });
  await page.waitForFunction(() => document.querySelector(".composer textarea").value.includes("c.md"));
  const text = await box(page).inputValue();
  assert.equal(text, "c.md:\n````\n```js\n1\n```\n````\n\n");
  await box(page).press("Enter");
  await page.getByText("enough").waitFor();
  assert.deepEqual(sent[0].messages[0].content, [
    { type: "image_url", image_url: { url: `data:image/gif;base64,${PIXEL.toString("base64")}` } },
    { type: "text", text },
  ]);
  await page.locator('.turn[data-role="user"] img').waitFor();
  const plain = await openModel({ inputSchema: schemaOf(["text"]) });
  await box(plain).waitFor();
  await plain
    .locator(".composer input[type=file]")
    .setInputFiles({ name: "a.gif", mimeType: "image/gif", buffer: PIXEL });
  await plain.getByText("a.gif is no file that this model takes.").waitFor();
});

const metrics = { queueSeconds: 0, loadSeconds: 0, predictSeconds: 1, totalSeconds: 1, timeToFirstTokenSeconds: 0.1 };

/** An answer of the server with a prediction that has ended. */
const ended = (id, output, text) => ({
  data: {
    createPrediction: {
      __typename: "Prediction",
      id,
      status: "SUCCEEDED",
      model: { id: "m1", slug: SLUG, kind: "TEXT_GENERATION" },
      version: { id: "v1", number: 1 },
      input: {},
      output,
      text,
      files: [],
      error: null,
      logs: "",
      progress: null,
      metrics: { ...metrics, inputTokens: 5, outputTokens: 7, tokensPerSecond: 7, steps: null, custom: null },
      attempts: 1,
      seed: 1,
      createdAt: new Date().toISOString(),
      startedAt: new Date().toISOString(),
    },
  },
});

test("calls of tools are shown, their results given, and thoughts folded away", SLOW, async () => {
  const sent = [];
  const call = { id: "call_1", type: "function", function: { name: "look", arguments: { at: "<b>sky</b>" } } };
  const choice = {
    text: "raw",
    finish_reason: "tool_calls",
    message: { role: "assistant", content: "", tool_calls: [call] },
  };
  const notes = {
    viewer: null,
    prediction: { id: "p", user: null, outcomes: [], cost: { amount: "0.0025", currency: "EUR" } },
  };
  const page = await openModel({ inputSchema: schemaOf(["text"], { tools: { type: "array" } }) }, {}, async (p) => {
    await fake(p, "PredictionNotes", () => ({ data: notes }));
    await fake(p, "CreatePrediction", ({ input }) => {
      sent.push(input.input);
      if (sent.length === 1) return ended("p1", { choices: [choice] }, "raw");
      return ended("p2", "x", "<think>It is **blue**.</think>Blue, as `<b>` is:\n\n```js\nsky < 1\n```\n");
    });
  });
  await box(page).waitFor();
  await ask(page, "Look up.");
  await page.getByText("Asks to call look").waitFor();
  await page.getByText('{"at":"<b>sky</b>"}').waitFor();
  await assertAccessible(page, "a call of a tool");
  await page.getByRole("textbox", { name: "Result of look" }).fill("clear");
  await page.getByRole("button", { name: "Send the results" }).click();
  await page.getByText("Blue, as").waitFor();
  assert.deepEqual(sent[1].messages.slice(1), [
    {
      role: "assistant",
      content: null,
      tool_calls: [{ id: "call_1", type: "function", function: { name: "look", arguments: '{"at":"<b>sky</b>"}' } }],
    },
    { role: "tool", content: "clear", tool_call_id: "call_1" },
  ]);
  assert.equal(await page.locator(".turn b").count(), 0);
  await page.getByText("€0.0025").first().waitFor();
  await page.getByText("24 tokens in this conversation").waitFor();
  await page.getByText("Reasoning").click();
  await page.getByText("It is **blue**.").waitFor();
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.locator(".code-box").getByRole("button", { name: "Copy" }).click();
  await page.locator(".code-box").getByText("Copied").waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "sky < 1");
});

test("a conversation fits a narrow page and a wide one, and is reached from the model's page", SLOW, async () => {
  const page = await open(`/models/${SLUG}`, { width: 360 });
  await page.locator(".page-head a.button", { hasText: "Chat" }).click();
  await box(page).waitFor();
  await ask(page, `${"long".repeat(60)} ${QUESTION}`);
  await answers(page).first().waitFor();
  assert.equal(await fits(page), true);
  await page.setViewportSize({ width: 2560, height: 1200 });
  assert.equal(await fits(page), true);
});
