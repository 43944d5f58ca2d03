/** What every browser test shares: one browser, and pages that must stay on their origin and say no error. */
import assert from "node:assert/strict";
import { after, afterEach, before } from "node:test";
import { launch } from "./browser.mjs";

export const BASE_URL = (process.env.BASE_URL ?? "http://127.0.0.1:8000").replace(/\/$/, "");
export const MODELS = {
  text: process.env.TEXT_MODEL ?? "demo/prose",
  image: process.env.IMAGE_MODEL ?? "demo/shapes",
  echo: process.env.ECHO_MODEL ?? "demo/echo",
};
export const SLOW = { timeout: 120_000 };

let browser;
const opened = [];

/** Call once at the top of a test file. */
export function useBrowser() {
  before(async () => {
    browser = await launch();
  });
  afterEach(async () => {
    for (const { context, complaints } of opened.splice(0)) {
      await context.close();
      assert.deepEqual(complaints, []);
    }
  });
  after(() => browser?.close());
}

/** A page at `path`. `allow`: patterns of console messages that the test provokes on purpose. */
export async function open(path = "/", { scheme = "light", width = 1280, height = 900, allow = [], prepare } = {}) {
  const context = await browser.newContext({ colorScheme: scheme, viewport: { width, height } });
  const page = await context.newPage();
  page.setDefaultTimeout(50_000);
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
  await prepare?.(page);
  await page.goto(BASE_URL + path);
  return page;
}

export const field = (page, name) => page.locator(`[data-field="${name}"]`);
export const badge = (page, status) => page.locator(`.badge[data-status="${status}"]`);
export const textOutput = (page) => page.locator(".text-output");

export async function choose(page, slug) {
  await page.locator("#model").selectOption(slug);
}

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

/** Asks the API itself. */
export async function api(query, variables = {}) {
  const response = await fetch(`${BASE_URL}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  assert.equal(errors, undefined);
  return data;
}

export const predictionId = (page) => new URL(page.url()).searchParams.get("p");

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

/** A `models` answer with one model of the given input schema. */
export function modelsAnswer(inputSchema, overrides = {}) {
  const latestVersion = {
    id: "v1",
    number: 1,
    state: "READY",
    reason: null,
    inputSchema,
    progress: null,
    ...overrides,
  };
  const model = { id: "m1", slug: "test/form", name: "form", kind: "CUSTOM", description: "", latestVersion };
  return { data: { models: { nodes: [model] } } };
}
