import assert from "node:assert/strict";
import { test } from "node:test";
import { badge, fake, field, open, predictionOf, reads, runEcho, SLOW, textOutput, useBrowser } from "./harness.mjs";

useBrowser();

const WORDS = Array.from({ length: 30 }, (_, index) => `w${index}`).join(" ");
const FAILED_LOADS = [/Failed to load resource/, /WebSocket connection/];

/** Passes sockets through to the server; each drops after the given number of events, and what it was asked is kept. */
async function dropSockets(page, after, times) {
  const asked = [];
  await page.routeWebSocket("**/graphql", (socket) => {
    const server = socket.connectToServer();
    let left = asked.length < times ? after : Infinity;
    socket.onMessage((message) => {
      const { type, payload } = JSON.parse(message);
      if (type === "subscribe") asked.push(payload.variables);
      server.send(message);
    });
    server.onMessage((message) => {
      socket.send(message);
      if (JSON.parse(message).type === "next" && --left === 0) void socket.close({ code: 1012 });
    });
  });
  return asked;
}

test("a lost connection goes on after the last cursor, and no text is lost or doubled", SLOW, async () => {
  let asked;
  const page = await open(undefined, { prepare: async (p) => (asked = await dropSockets(p, 6, 2)) });
  await runEcho(page, { text: WORDS, delay: 0.08 });
  await page.getByText("reconnecting").waitFor();
  await badge(page, "SUCCEEDED").waitFor();
  await reads(textOutput(page), WORDS);
  assert.equal(await page.getByText("reconnecting").count(), 0);
  assert.equal(asked.length, 3);
  assert.equal(asked[0].after ?? null, null);
  assert.ok(asked[1].after && asked[2].after && asked[1].after !== asked[2].after);
});

test("where no socket comes through, the end of the prediction still does", SLOW, async () => {
  const page = await open(undefined, {
    allow: FAILED_LOADS,
    prepare: (p) => p.routeWebSocket("**/graphql", (socket) => void socket.close({ code: 1011 })),
  });
  await runEcho(page, { text: WORDS });
  await badge(page, "SUCCEEDED").waitFor();
  await reads(textOutput(page), WORDS);
});

test("a device that goes offline and comes back sees the rest", SLOW, async () => {
  const page = await open(undefined, { allow: FAILED_LOADS });
  await runEcho(page, { text: WORDS, delay: 0.15 });
  await textOutput(page).filter({ hasText: "w2" }).waitFor();
  await page.context().setOffline(true);
  await page.getByText("reconnecting").waitFor();
  await page.context().setOffline(false);
  await badge(page, "SUCCEEDED").waitFor();
  await reads(textOutput(page), WORDS);
});

test("lost events are made good by the snapshot that follows", SLOW, async () => {
  const text = "the whole text";
  const page = await open(undefined, {
    prepare: (p) =>
      p.routeWebSocket("**/graphql", (socket) => {
        const server = socket.connectToServer();
        socket.onMessage((message) => server.send(message));
        let seen = 0;
        server.onMessage((message) => {
          const parsed = JSON.parse(message);
          socket.send(message);
          if (parsed.type !== "next" || ++seen !== 4) return;
          const event = (value) =>
            socket.send(JSON.stringify({ ...parsed, payload: { data: { predictionEvents: value } } }));
          const place = { cursor: "0000:9000", seq: 9000, at: new Date().toISOString() };
          event({ __typename: "EventsLost", ...place, after: "x" });
          event({ __typename: "PredictionSnapshot", ...place, attempt: 2, prediction: { ...predictionOf(), text } });
        });
      }),
  });
  await runEcho(page, { text: WORDS, delay: 0.05 });
  await page.waitForFunction((expected) => document.querySelector(".text-output")?.textContent === expected, text);
});

test("an API that is away is said so, and found again by itself", SLOW, async () => {
  let away = true;
  const page = await open(undefined, {
    allow: FAILED_LOADS,
    prepare: (p) => p.route("**/graphql", (route) => (away ? route.abort() : route.fallback())),
  });
  await page.getByText("The API cannot be reached").waitFor();
  away = false;
  await field(page, "text").waitFor();
});

test("so is a prediction that was opened meanwhile; where nothing is tried again, nothing says so", SLOW, async () => {
  let away = true;
  const version = { id: "v1", number: 1, state: "READY", inputSchema: { type: "object", properties: { word: {} } } };
  const page = await open("/p/p1", {
    allow: FAILED_LOADS,
    prepare: async (p) => {
      await p.route("**/graphql", (route) => (away ? route.abort() : route.fallback()));
      await fake(p, "PredictionPage", () =>
        away ? "abort" : { data: { prediction: { ...predictionOf(), text: "here", version } } },
      );
    },
  });
  await page.getByText("It is tried again by itself.").waitFor();
  away = false;
  await textOutput(page).filter({ hasText: "here" }).waitFor();
  assert.equal(await page.getByText("cannot be reached").count(), 0);
  away = true;
  await page.keyboard.press("Control+Enter");
  await page.locator(".run-bar .callout", { hasText: "Try again in a moment." }).waitFor();
  assert.equal(await page.getByText("It is tried again by itself.").count(), 0);
});

test("a run whose answer was lost is asked for again under the same key", SLOW, async () => {
  const keys = [];
  const page = await open(undefined, { allow: FAILED_LOADS });
  await fake(page, "CreatePrediction", ({ input }) => {
    keys.push(input.idempotencyKey);
    if (keys.length === 2)
      return { data: { createPrediction: { __typename: "Prediction", ...predictionOf(), text: "ok" } } };
    return "abort";
  });
  await runEcho(page, { text: "hello" });
  await page.locator(".run-bar .callout").filter({ hasText: "cannot be reached" }).waitFor();
  await page.keyboard.press("Control+Enter");
  await badge(page, "SUCCEEDED").waitFor();
  assert.equal(keys[0], keys[1]);
  await page.keyboard.press("Control+Enter");
  await page.locator(".run-bar .callout").waitFor();
  assert.notEqual(keys[2], keys[1]);
});

test("protocol errors are told apart", SLOW, async () => {
  const page = await open();
  const errors = [
    [{ code: "RATE_LIMITED", retryAfter: 7 }, /Too many requests.*Try again in 7 s/s],
    [{ code: "INTERNAL_SERVER_ERROR", incident: "abc123" }, /The server failed.*abc123/s],
  ];
  let extensions;
  await fake(page, "CreatePrediction", () => ({ errors: [{ message: "no", extensions }] }));
  for (const [next, expected] of errors) {
    extensions = next;
    await runEcho(page, { text: "hello" });
    await page.locator(".run-bar .callout", { hasText: expected }).waitFor();
  }
});

test("a prediction that does not exist is said so", SLOW, async () => {
  const page = await open("/p/nothing", {
    prepare: (p) => fake(p, "PredictionPage", () => ({ data: { prediction: null } })),
  });
  await page.getByText("No such prediction").waitFor();
  assert.equal(await page.locator("[data-field]").count(), 0);
});
