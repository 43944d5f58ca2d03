/** What every browser test shares: one browser, and pages that must stay on their origin and say no error. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { after, afterEach, before } from "node:test";
import { launch } from "./browser.mjs";

export const BASE_URL = (process.env.BASE_URL ?? "http://127.0.0.1:8000").replace(/\/$/, "");
/** The path below which the server is: "" or such as "/ai". */
export const ROOT = new URL(BASE_URL).pathname.replace(/\/$/, "");
export const MODELS = {
  text: process.env.TEXT_MODEL ?? "demo/prose",
  image: process.env.IMAGE_MODEL ?? "demo/shapes",
  echo: process.env.ECHO_MODEL ?? "demo/echo",
};
export const SLOW = { timeout: 120_000 };

/** How many times as slow as this machine pages shall be: what passes here by luck fails then (SLOWDOWN=6). */
const SLOWDOWN = Number(process.env.SLOWDOWN ?? 1);

let browser;
const opened = [];

/** Call once at the top of a test file. */
export function useBrowser() {
  before(async () => {
    browser = await launch();
  });
  afterEach(async () => {
    for (const { context, complaints } of opened.splice(0)) {
      // an answer that a test goes on to fake or pass on meets no page any more
      for (const page of context.pages()) await page.unrouteAll({ behavior: "ignoreErrors" });
      await context.close();
      assert.deepEqual(complaints, []);
    }
  });
  after(() => browser?.close());
}

export const modelPath = (slug) => `/models/${slug}`;
/** Where `modelAnswer` shows a form. */
export const FORM = "/models/test/form";

/** A page at `path`. `allow`: patterns of console messages that the test provokes on purpose. */
export async function open(
  path = modelPath(MODELS.echo),
  { scheme = "light", width = 1280, height = 900, locale = "en-US", allow = [], prepare } = {},
) {
  const context = await browser.newContext({ colorScheme: scheme, locale, viewport: { width, height } });
  const page = await context.newPage();
  page.setDefaultTimeout(Number(process.env.PATIENCE_MS ?? 50_000));
  const complaints = [];
  const allowed = (text) => allow.some((pattern) => pattern.test(text));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${BASE_URL}/`) && !/^(blob|data):/.test(url)) complaints.push(`asked another origin: ${url}`);
  });
  page.on("websocket", (socket) => {
    if (new URL(socket.url()).host !== new URL(BASE_URL).host) complaints.push(`socket elsewhere: ${socket.url()}`);
  });
  page.on("pageerror", (error) => complaints.push(`uncaught: ${error}`));
  page.on("console", (message) => {
    if (message.type() === "error" && !allowed(message.text())) complaints.push(`console: ${message.text()}`);
  });
  opened.push({ context, complaints });
  if (SLOWDOWN > 1) await slowDown(page);
  await prepare?.(page);
  await page.goto(BASE_URL + path);
  return page;
}

/** Slows a page's own work, and has what it does after a frame come late, as on a machine that others keep busy. */
async function slowDown(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: SLOWDOWN });
  await page.addInitScript((milliseconds) => {
    const { requestAnimationFrame: frame, setTimeout: timeout } = window;
    window.requestAnimationFrame = (callback) => frame((time) => timeout(() => callback(time), milliseconds));
    // what waits for a frame that may not come, waits less than a tenth of a second
    window.setTimeout = (callback, delay = 0, ...rest) =>
      timeout(callback, delay > 0 && delay < 100 ? delay + milliseconds : delay, ...rest);
  }, SLOWDOWN * 30);
}

export const field = (page, name) => page.locator(`[data-field="${name}"]`);
export const badge = (page, status) => page.locator(`.badge[data-status="${status}"]`);
export const textOutput = (page) => page.locator(".text-output");

/** Waits until an element has exactly this text: what streams is shown with the next frame. */
export async function reads(locator, text) {
  const end = Date.now() + 10_000;
  while ((await locator.textContent()) !== text && Date.now() < end) await locator.page().waitForTimeout(50);
  assert.equal(await locator.textContent(), text);
}

/** Goes to a model, unless the page shows it or a prediction of it already. */
export async function choose(page, slug) {
  await page.locator("h1").waitFor();
  const shown = page.locator("h1").filter({ hasText: slug });
  if ((await shown.count()) === 0) await page.goto(BASE_URL + modelPath(slug));
  await page.getByRole("tab", { name: "Form" }).waitFor();
}

/** Runs what the form holds; nothing else on the page is named like that. */
export const runButton = (page) => page.locator(".run-bar").getByRole("button", { name: /^Run/ });

/** Fills in the echo model and runs it by keyboard. */
export async function runEcho(page, { text, repeat = 1, delay = 0 }) {
  await choose(page, MODELS.echo);
  await field(page, "repeat").locator('input[type="number"]').fill(String(repeat));
  await field(page, "delay_seconds").locator('input[type="number"]').fill(String(delay));
  await field(page, "text").locator("textarea").fill(text);
  await page.keyboard.press("Control+Enter");
}

/** Records what a function answers in the page at every frame, without repeats; returns how to read the record. */
export async function sample(page, name, read) {
  await page.evaluate(`(() => {
    const read = ${read.toString()};
    const seen = (window[${JSON.stringify(name)}] = []);
    const step = () => {
      const value = read();
      if (value !== null && value !== undefined && value !== seen[seen.length - 1]) seen.push(value);
      requestAnimationFrame(step);
    };
    step();
  })()`);
  return () => page.evaluate((key) => window[key], name);
}

/** Asks the API itself, as whoever the token is of. */
export async function api(query, variables = {}, token = null) {
  const response = await fetch(`${BASE_URL}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  assert.equal(errors, undefined);
  return data;
}

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Asserts that axe finds nothing in light and dark; `known`: by rule, the elements of whose faults others are the makers. */
export async function assertAccessible(page, state, known = {}) {
  for (const scheme of ["light", "dark"]) await assertAccessibleIn(scheme, page, `${state}, ${scheme}`, known);
  await page.emulateMedia({ colorScheme: "light" });
}

async function assertAccessibleIn(colorScheme, page, state, known) {
  await page.emulateMedia({ colorScheme });
  // an animation halfway through has colours that nobody reads
  await page.evaluate(() => document.getAnimations().forEach((animation) => animation.cancel()));
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => window.axe.run());
  const found = violations.flatMap(({ id, nodes }) =>
    nodes.filter(({ html }) => !known[id]?.test(html)).map(({ html }) => `${state}: ${id}: ${html}`),
  );
  assert.deepEqual(found, []);
}

/** Whether nothing lies beyond the right edge; else how wide the page is. */
export const fits = (page) =>
  page.evaluate(() => document.documentElement.scrollWidth <= innerWidth || document.documentElement.scrollWidth);

export const predictionId = (page) => decodeURIComponent(new URL(page.url()).pathname.replace(/^\/p\//, ""));

/** Asks those who run this test to "kill" or "start" the API, or to make an "admin". */
export const control = (word) =>
  new Promise((resolve, reject) => {
    const socket = connect(Number(process.env.CONTROL_PORT), "127.0.0.1", () => socket.write(`${word}\n`));
    socket.on("error", reject).on("data", () => resolve(socket.end()));
    socket.on("close", () => reject(new Error(`${word} was not done`)));
  });

const PASSWORD = "correct horse battery";
const SESSION = "... on Session { accessToken refreshToken }";

/** A new account and its access token. */
export async function register(prefix) {
  const handle = `${prefix}-${randomBytes(4).toString("hex")}`;
  const input = { handle, email: `${handle}@example.org`, password: PASSWORD };
  const query = `mutation ($input: RegisterInput!) { register(input: $input) { ${SESSION} } }`;
  const { register: tokens } = await api(query, { input });
  return { handle, token: tokens.accessToken, tokens };
}

let administrator;

/** The administrator of a test file, and their access token: the command that makes one takes seconds. */
export const admin = () => (administrator ??= registerAdmin());

async function registerAdmin() {
  const handle = `boss-${randomBytes(4).toString("hex")}`;
  const password = randomBytes(12).toString("hex");
  await control(`admin ${handle} ${password}`);
  const query = `mutation ($input: LoginInput!) { login(input: $input) { ${SESSION} } }`;
  return {
    handle,
    token: (await api(query, { input: { email: `${handle}@example.org`, password } })).login.accessToken,
  };
}

/** Makes a page that is yet to be opened one of somebody who signed in. */
export const signIn = (page, token) =>
  page.addInitScript(([name, value]) => localStorage.setItem(name, value), [`${ROOT && `${ROOT}:`}token`, token]);

/** Asks for a prediction of the echo model; its id. */
export async function startEcho(token, input) {
  const query =
    "mutation ($input: CreatePredictionInput!) { createPrediction(input: $input) { ... on Prediction { id } } }";
  return (await api(query, { input: { model: MODELS.echo, input } }, token)).createPrediction.id;
}

/** Answers the page's GraphQL requests of one operation; `answer` gets the variables and returns the whole body. */
export async function fake(page, operation, answer) {
  await page.route("**/graphql", async (route) => {
    const request = route.request();
    const body = request.method() === "POST" ? request.postDataJSON() : null;
    if (!body || !new RegExp(`(query|mutation) ${operation}\\b`).test(body.query)) return route.fallback();
    const said = await answer(body.variables);
    return said === "abort" ? route.abort() : route.fulfill({ json: said });
  });
}

/** What the page of a model reads beyond its card. */
const PAGE = {
  isStarred: false,
  pausedAt: null,
  pauseReason: null,
  owner: { id: "u1", handle: "test" },
  forkedFrom: null,
  versionAliases: [],
  variables: null,
};

/** A `ModelPage` answer with one model of the given input schema, for the page at `FORM`. */
export function modelAnswer(inputSchema, overrides = {}) {
  const version = {
    id: "v1",
    number: 1,
    state: "READY",
    reason: null,
    source: "predictor:form",
    revision: null,
    sizeBytes: null,
    quantization: null,
    device: "ANY",
    predictor: "form",
    engine: null,
    engineReason: null,
    base: null,
    createdAt: new Date().toISOString(),
    inputSchema,
    progress: null,
    ...overrides,
  };
  return { data: { model: { ...cardOf("test/form", version), ...PAGE, versions: [version] } } };
}

/** A model as the gallery gets it. */
export function cardOf(slug, latestVersion, overrides = {}) {
  const name = slug.split("/")[1];
  return {
    id: `m-${slug}`,
    slug,
    name,
    kind: "CUSTOM",
    visibility: "PUBLIC",
    description: "",
    tags: [],
    runCount: 0,
    categories: [],
    languages: [],
    license: null,
    starCount: 0,
    samples: [],
    latestVersion,
    ...overrides,
  };
}

/** A prediction that succeeded, as the subscription's fields have it. */
export function predictionOf(overrides = {}) {
  const empty = ["queue", "load", "predict", "total", "timeToFirstToken"].map((name) => [`${name}Seconds`, null]);
  const metrics = {
    ...Object.fromEntries(empty),
    inputTokens: null,
    outputTokens: null,
    tokensPerSecond: null,
    steps: null,
  };
  return {
    id: "p1",
    status: "SUCCEEDED",
    model: { id: "m1", slug: "test/form", kind: "CUSTOM" },
    version: { id: "v1", number: 1 },
    input: {},
    output: null,
    files: [],
    error: null,
    logs: "",
    progress: null,
    metrics,
    attempts: 2,
    seed: null,
    createdAt: new Date().toISOString(),
    startedAt: new Date().toISOString(),
    ...overrides,
  };
}
