import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readFile, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text as readAll } from "node:stream/consumers";
import { test } from "node:test";
import {
  api,
  fake,
  field,
  fits,
  FORM,
  modelAnswer,
  modelPath,
  MODELS,
  open,
  register,
  signIn,
  SLOW,
  useBrowser,
} from "./harness.mjs";

useBrowser();

const ALL = ["Python", "OpenAI", "Replicate", "curl", "GraphQL", "JavaScript"];
const SCHEMA = {
  type: "object",
  required: ["word"],
  properties: { word: { type: "string" }, count: { type: "integer", default: 3 } },
};
const tab = (page, name) => page.getByRole("tab", { name, exact: true });
const clients = (page) => page.getByRole("tablist", { name: "Client" }).getByRole("tab");
const code = (page) => page.locator(".code-text").textContent();

let signedUp;
const user = () => (signedUp ??= register("code"));

/** What a program says that is given another on its standard input, in a folder with the packages of JavaScript. */
async function outputOf(command, args, program, { key, folder }) {
  const env = { ...process.env, ...(key ? { INFERENCE_KEY: key } : {}) };
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], cwd: folder, env });
  child.stdin.end(program);
  const [said, complaint] = await Promise.all([readAll(child.stdout), readAll(child.stderr)]);
  assert.equal(complaint, "", program);
  return said;
}

const python = (program, place) => outputOf(process.env.PYTHON ?? "python3", ["-"], program, place);

/** What each program prints. */
const RUNNERS = {
  Python: python,
  OpenAI: python,
  Replicate: python,
  curl: (program, place) => outputOf("sh", [], program, place),
  GraphQL: async (program, { key }) => JSON.stringify((await api(program, {}, key)).createPrediction),
  JavaScript: (program, place) => outputOf(process.execPath, ["--input-type=module", "-"], program, place),
};

/** A folder to run programs in, gone at the end. */
async function inFolder(use) {
  const folder = await mkdtemp(join(tmpdir(), "code-"));
  try {
    await symlink(join(import.meta.dirname, "..", "node_modules"), join(folder, "node_modules"));
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Runs the programs of all tabs, or of some; what each prints, by the name of its tab. */
async function runAll(page, key, folder, names) {
  await clients(page).first().waitFor();
  const programs = [];
  for (const name of names ?? (await clients(page).allTextContents())) {
    await tab(page, name).click();
    programs.push([name, await code(page)]);
  }
  const outputs = programs.map(async ([name, program]) => [name, await RUNNERS[name](program, { key, folder })]);
  return Object.fromEntries(await Promise.all(outputs));
}

/** What was made, of what curl and GraphQL print: the whole answer. */
function answerOf(text) {
  const answer = JSON.parse(text);
  assert.ok(["succeeded", "SUCCEEDED"].includes(answer.status), text);
  return answer.output;
}

test("the input as code runs as pasted, by every client, whatever is in it", SLOW, async () => {
  const { token } = await user();
  const page = await open(undefined, { prepare: (p) => signIn(p, token) });
  const text = `it's "quoted" \\ $HOME \`id\` 'JSON'\nJSON\n${"${x}"} """ ünï 🎉 </script>`;
  await field(page, "text").locator("textarea").fill(text);
  await tab(page, "Code").click();
  await inFolder(async (folder) => {
    const { curl, GraphQL, ...printed } = await runAll(page, token, folder);
    assert.deepEqual([answerOf(curl), answerOf(GraphQL)], [text, text]);
    assert.deepEqual(printed, { Python: `${text}\n`, Replicate: `${text}\n`, JavaScript: `${text}\n` });
  });
});

test("strangers get programs without a key, where the client goes without one", SLOW, async () => {
  const page = await open();
  await field(page, "text").locator("textarea").fill("nobody");
  await tab(page, "Code").click();
  await inFolder(async (folder) => {
    for (const output of Object.values(await runAll(page, null, folder, ["Python", "curl", "JavaScript"])))
      assert.match(output, /nobody/);
    assert.equal(await page.getByText("Put an API key of yours").count(), 0);
    await tab(page, "Replicate").click();
    await page.getByText("Put an API key of yours").waitFor();
  });
});

test("a text model's programs show what it writes, OpenAI's among them", SLOW, async () => {
  const { token } = await user();
  const page = await open(modelPath(MODELS.text), { prepare: (p) => signIn(p, token) });
  await field(page, "prompt").locator("textarea").fill("The function returns");
  for (const [name, value] of [
    ["max_new_tokens", 12],
    ["seed", 1],
  ])
    await field(page, name).locator('input[type="number"]').fill(String(value));
  await tab(page, "Code").click();
  await clients(page).first().waitFor();
  assert.deepEqual(await clients(page).allTextContents(), ALL);
  await inFolder(async (folder) => {
    const { curl, GraphQL, ...printed } = await runAll(page, token, folder);
    const text = answerOf(GraphQL);
    assert.ok(text.length > 10);
    assert.equal(answerOf(curl).join(""), text);
    for (const [name, output] of Object.entries(printed)) assert.equal(output, text, name);
  });
});

test("a chat's programs send its messages; several texts come as they are", SLOW, async () => {
  const { token } = await user();
  const page = await open(`${modelPath("demo/chat")}?version=1`, { prepare: (p) => signIn(p, token) });
  await tab(page, "JSON").click();
  const messages = [{ role: "user", content: "What is a loop?" }];
  await page.locator("#input-json").fill(JSON.stringify({ messages, max_new_tokens: 8, seed: 1 }));
  await tab(page, "Code").click();
  await inFolder(async (folder) => {
    const { curl, GraphQL, ...printed } = await runAll(page, token, folder);
    const text = answerOf(GraphQL);
    assert.equal(answerOf(curl).join(""), text);
    assert.equal(printed.Replicate, `${text}\n`);
    for (const name of ["Python", "OpenAI", "JavaScript"]) assert.equal(printed[name].trim(), text.trim(), name);
    await tab(page, "JSON").click();
    const more = {
      messages,
      max_new_tokens: 4,
      n: 2,
      logprobs: 1,
      top_k: 5,
      min_new_tokens: 1,
      skip_special_tokens: true,
    };
    await page.locator("#input-json").fill(JSON.stringify(more));
    await tab(page, "Code").click();
    const several = await runAll(page, token, folder, ["Python", "OpenAI"]);
    assert.match(several.Python, /choices/);
    const completion = JSON.parse(several.OpenAI);
    assert.deepEqual(
      [completion.choices.length, completion.choices[0].logprobs.content[0].top_logprobs.length],
      [2, 1],
    );
  });
});

test("pictures are saved, and pictures go in", SLOW, async () => {
  const { token } = await user();
  const page = await open(modelPath(MODELS.image), { prepare: (p) => signIn(p, token) });
  await field(page, "prompt").locator("textarea").fill("a yellow star on a black background");
  await field(page, "steps").locator('input[type="number"]').fill("2");
  await tab(page, "Code").click();
  assert.deepEqual(await clients(page).allTextContents(), ALL);
  await inFolder(async (folder) => {
    const { OpenAI, Replicate, curl, GraphQL } = await runAll(page, token, folder);
    assert.match(Replicate, /http/);
    assert.equal((await fetch(OpenAI.trim())).headers.get("content-type"), "image/png");
    const [link] = answerOf(curl);
    assert.equal(answerOf(GraphQL).length, 1);
    const saved = (await readdir(folder)).filter((name) => name !== "node_modules");
    assert.equal(saved.length, 2);
    for (const name of saved) assert.equal((await readFile(join(folder, name))).toString("latin1", 1, 4), "PNG");
    const picture = Buffer.from(await (await fetch(link)).arrayBuffer());
    await page.goto(new URL(modelPath("demo/naming"), page.url()).href);
    await field(page, "image")
      .locator('input[type="file"]')
      .setInputFiles({ name: "star.png", mimeType: "image/png", buffer: picture });
    await page.locator('[data-field="image"] img').waitFor();
    await tab(page, "Code").click();
    await clients(page).first().waitFor();
    assert.ok(!(await clients(page).allTextContents()).includes("OpenAI"));
    for (const [name, output] of Object.entries(await runAll(page, token, folder))) assert.match(output, /label/, name);
  });
});

const VECTORS = process.env.EMBEDDINGS_MODEL;

test("vectors come by every client", { ...SLOW, skip: !VECTORS && "there is no such model" }, async () => {
  const { token } = await user();
  const page = await open(modelPath(VECTORS), { prepare: (p) => signIn(p, token) });
  await field(page, "texts").locator("textarea").fill("a lease\nwho holds it");
  await tab(page, "Code").click();
  await inFolder(async (folder) => {
    const { curl, GraphQL, OpenAI, ...printed } = await runAll(page, token, folder);
    const vectors = answerOf(GraphQL);
    assert.deepEqual(answerOf(curl), vectors);
    assert.equal(JSON.parse(OpenAI).data[1].embedding.length, vectors[1].length);
    for (const output of Object.values(printed)) assert.match(output, /^\[\s*\[\s*-?0\.\d/);
  });
});

test("names that GraphQL cannot write become variables, and a key is asked for, never written", SLOW, async () => {
  const exp = Math.floor(Date.now() / 1000) + 600;
  const token = `e30.${Buffer.from(JSON.stringify({ exp })).toString("base64url")}.x`;
  const page = await open(FORM, {
    prepare: async (p) => {
      await signIn(p, token);
      await fake(p, "ModelPage", () => modelAnswer(SCHEMA));
      await fake(p, "Viewer", () => ({ data: { viewer: null, server: { version: "", registration: false } } }));
    },
  });
  await tab(page, "JSON").click();
  await page.locator("#input-json").fill('{"text": "a", "odd-name": 1, "__proto__": 2}');
  await tab(page, "Code").click();
  for (const [name, expected] of [
    ["Python", /os\.environ\["INFERENCE_KEY"\]/],
    ["Replicate", /os\.environ\["INFERENCE_KEY"\]/],
    ["curl", /Bearer \$INFERENCE_KEY/],
    ["GraphQL", /# variables: .*"odd-name":1/],
    ["JavaScript", /process\.env\.INFERENCE_KEY/],
  ]) {
    await tab(page, name).click();
    const program = await code(page);
    assert.match(program, expected);
    assert.ok(!program.includes(token));
  }
  assert.match(await code(page), /\["__proto__"\]: 2/);
});

test("a field that OpenAI's form has no word for is left out, and said to be", SLOW, async () => {
  const page = await open(FORM, {
    prepare: (p) =>
      fake(p, "ModelPage", () => {
        const answer = modelAnswer(SCHEMA);
        answer.data.model.kind = "TEXT_GENERATION";
        return answer;
      }),
  });
  await tab(page, "JSON").click();
  await page.locator("#input-json").fill('{"prompt": "a", "regex": "b+", "top_k": 3, "max_new_tokens": 4}');
  await tab(page, "Code").click();
  await tab(page, "OpenAI").click();
  const program = await code(page);
  assert.match(program, /# OpenAI's form has no regex: left out/);
  assert.match(program, /extra_body=\{\s+"top_k": 3,\s+\}/);
  assert.match(program, /max_tokens=4/);
});

test("the tabs are one stop, arrows move in them, and they fit a telephone", SLOW, async () => {
  const page = await open(modelPath(MODELS.text), { width: 360, height: 740 });
  const loaded = [];
  page.on("request", (request) => loaded.push(request.url()));
  await field(page, "prompt").waitFor();
  assert.ok(!loaded.some((url) => url.includes("CodeView")));
  await tab(page, "Code").click();
  await tab(page, "Python").waitFor();
  await tab(page, "Python").focus();
  const chosen = [];
  for (let step = 0; step < ALL.length; step += 1) {
    chosen.push(await page.evaluate(() => document.activeElement.textContent));
    assert.equal(await fits(page), true);
    assert.equal(await page.locator(":focus").getAttribute("aria-selected"), "true");
    await page.keyboard.press("ArrowRight");
  }
  assert.deepEqual(chosen, ALL);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "code-text");
  assert.ok(loaded.some((url) => url.includes("CodeView")));
});

test("a part of the page that does not load says so", SLOW, async () => {
  const page = await open(undefined, {
    allow: [/Failed to load resource/],
    prepare: (p) => p.route("**/CodeView*", (route) => route.abort()),
  });
  await tab(page, "Code").click();
  await page.getByText("This part of the page did not load").waitFor();
});

test("the input opens in GraphiQL as it stands", SLOW, async () => {
  const page = await open();
  await field(page, "text").locator("textarea").fill("from the form");
  await tab(page, "Code").click();
  await page.getByRole("link", { name: "Open in GraphiQL" }).click();
  await page.locator(".graphiql-query-editor .view-line").first().waitFor();
  await page.locator(".graphiql-execute-button").click();
  await page.locator(".graphiql-response").getByText('"from the form"').waitFor();
});
