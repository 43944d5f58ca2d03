import assert from "node:assert/strict";
import { test } from "node:test";
import {
  admin,
  api,
  assertAccessible,
  badge,
  BASE_URL,
  choose,
  fake,
  field,
  modelPath,
  MODELS,
  open,
  predictionId,
  predictionOf,
  reads,
  register,
  runButton,
  runEcho,
  sample,
  signIn,
  SLOW,
  startEcho,
  textOutput,
  useBrowser,
} from "./harness.mjs";

useBrowser();

/** A prediction's page whose events the test itself sends. */
async function openLive(prediction, before = () => {}) {
  let send;
  const subscribed = new Promise((resolve) => (send = resolve));
  const version = { id: "v1", number: 1, state: "READY", inputSchema: { type: "object", properties: { word: {} } } };
  const page = await open("/p/p1", {
    prepare: async (p) => {
      await before(p);
      await fake(p, "PredictionPage", () => ({ data: { prediction: { ...prediction, version } } }));
      await p.routeWebSocket("**/graphql", (socket) =>
        socket.onMessage((message) => {
          const { type, id } = JSON.parse(message);
          const say = (body) => socket.send(JSON.stringify(body));
          if (type === "connection_init") say({ type: "connection_ack" });
          if (type !== "subscribe") return;
          let seq = 0;
          send((event) => {
            const place = { cursor: `c${++seq}`, seq, at: new Date().toISOString() };
            say({ type: "next", id, payload: { data: { predictionEvents: { ...place, ...event } } } });
          });
        }),
      );
    },
  });
  return { page, say: await subscribed };
}

test("waiting, loading, steps and the end are told in turn, in the page and in the tab's title", SLOW, async () => {
  const created = new Date(Date.now() - 5000).toISOString();
  const waiting = predictionOf({ status: "STARTING", createdAt: created, startedAt: null, text: null });
  const { page, say } = await openLive(waiting);
  const detail = page.locator(".status-detail");
  await page.waitForFunction(() => document.title.startsWith("waiting · test/form"));
  await detail.getByText("waiting for a worker").waitFor();
  assert.match(await page.locator(".status-elapsed").textContent(), /^[5-9](\.\d)? s$/);
  say({ __typename: "ModelLoading", phase: "read", bytes: 2_000_000, totalBytes: 8_000_000 });
  await detail.getByText("Loading model: read, 2.0 MB of 8.0 MB").waitFor();
  assert.equal(await page.locator("progress").getAttribute("value"), "0.25");
  const running = { ...waiting, status: "PROCESSING", startedAt: new Date(Date.parse(created) + 3000).toISOString() };
  say({ __typename: "StatusChanged", status: "PROCESSING", prediction: running });
  await detail.getByText("waited 3.0 s").waitFor();
  say({ __typename: "ModelLoading", phase: "warm-up", bytes: 8_000_000, totalBytes: 8_000_000 });
  await detail.getByText("Loading model: warm-up").waitFor();
  say({ __typename: "Progressed", step: 5, total: 20, fraction: 0.25, etaSeconds: 30 });
  const facts = page.locator(".progress-facts");
  await facts.getByText("5 / 20 steps").waitFor();
  assert.equal(await detail.getByText("Loading model").count(), 0);
  assert.match(await facts.textContent(), /2\.0 s\/step.*30 s left/);
  await page.waitForFunction(() => document.title.startsWith("25% running"));
  say({ __typename: "Logged", line: "<b>not bold</b>" });
  await page.locator(".logs summary").click();
  assert.equal(await page.locator(".logs-text").textContent(), "<b>not bold</b>\n");
  assert.equal(await page.locator(".logs-text *").count(), 0);
  const error = { code: "OUT_OF_MEMORY", message: "14 GB <i>wanted</i>" };
  say({ __typename: "StatusChanged", status: "FAILED", prediction: { ...running, status: "FAILED", error } });
  await page.getByText("The device ran out of memory").waitFor();
  await page.getByText("14 GB <i>wanted</i>").waitFor();
  await page.getByText("A smaller size, shorter prompt or fewer tokens may fit.").waitFor();
  await page.waitForFunction(() => document.title.startsWith("failed · test/form"));
});

test("whoever comes late is told how long it has been, also by a clock that is wrong", SLOW, async () => {
  const created = new Date(Date.now() - 75_000).toISOString();
  const running = predictionOf({ status: "PROCESSING", createdAt: created, startedAt: created, text: null });
  for (const ahead of [0, 3_600_000, -3_600_000]) {
    const { page, say } = await openLive(running, (p) => p.clock.setSystemTime(Date.now() + ahead));
    // as the row was last written: long ago
    say({ __typename: "PredictionSnapshot", attempt: 1, at: created, prediction: running });
    await page
      .locator(".status-elapsed")
      .filter({ hasText: /^1:[1-3]\d min$/ })
      .waitFor();
    await page.close();
  }
});

test("text that is live is appended to one node, which is never made anew", SLOW, async () => {
  const { page, say } = await openLive(predictionOf({ status: "PROCESSING", text: null }));
  say({ __typename: "OutputAppended", text: "first ", chunk: null, index: 0 });
  await textOutput(page).filter({ hasText: "first" }).waitFor();
  await textOutput(page).evaluate((box) => (window.node = box.firstChild));
  for (let index = 1; index <= 200; index += 1)
    say({ __typename: "OutputAppended", text: `${index} `, chunk: null, index });
  await textOutput(page).filter({ hasText: "200" }).waitFor();
  const [isSame, nodes] = await textOutput(page).evaluate((box) => [
    box.firstChild === window.node,
    box.childNodes.length,
  ]);
  assert.equal(isSame, true);
  assert.equal(nodes, 1);
});

test("texts that are written side by side each grow in their place", SLOW, async () => {
  const { page, say } = await openLive(predictionOf({ status: "PROCESSING", text: null }));
  const piece = (choice, text) => say({ __typename: "OutputAppended", text, chunk: null, index: 0, choice });
  for (const word of ["a ", "b "]) for (const choice of [0, 1, 2]) piece(choice, `${word}${choice} `);
  await page.locator(".choice").nth(2).getByText("b 2").waitFor();
  const others = page.locator(".choice .choice-text");
  await reads(textOutput(page), "a 0 b 0 ");
  assert.deepEqual(await others.allTextContents(), ["a 1 b 1 ", "a 2 b 2 "]);
  const choices = ["a 0 b 0 ", "a 1 b 1 ", "a 2 <b>c</b>"].map((text) => ({ text, finish_reason: "stop" }));
  const ended = predictionOf({ status: "SUCCEEDED", text: choices[0].text, output: { choices } });
  say({ __typename: "StatusChanged", status: "SUCCEEDED", prediction: ended });
  await page.locator(".choice").nth(2).getByText("came to its end").waitFor();
  // A text is written in the next frame
  await others.nth(1).filter({ hasText: "<b>c</b>" }).waitFor();
  assert.deepEqual(await others.allTextContents(), ["a 1 b 1 ", "a 2 <b>c</b>"]);
});

/** Resolves once the page has drawn; the milliseconds that it took. */
const frame = (page) =>
  page.evaluate(async () => {
    const began = performance.now();
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    return performance.now() - began;
  });

test("of an output or log of millions of characters the end is shown, and the page stays at hand", SLOW, async () => {
  const running = predictionOf({ status: "PROCESSING", text: null });
  const { page, say } = await openLive(running);
  const logs = `line of a log ${"x".repeat(40)}\n`.repeat(100_000);
  say({ __typename: "PredictionSnapshot", attempt: 1, prediction: { ...running, text: "", logs } });
  const piece = "0123456789 abcdef\n".repeat(150_000);
  for (let index = 0; index < 4; index += 1) say({ __typename: "OutputAppended", text: piece, chunk: null, index });
  say({ __typename: "Logged", line: "line 19999 " });
  say({ __typename: "OutputAppended", text: "the end", chunk: null, index: 4 });
  await textOutput(page).filter({ hasText: "the end" }).waitFor();
  await page.getByText("Only the end is shown").waitFor();
  assert.ok((await textOutput(page).evaluate((box) => box.textContent.length)) <= 150_000);
  const log = page.locator(".logs-text");
  await page.waitForFunction(() => document.querySelector(".logs-text").textContent.includes("line 19999 "));
  assert.ok((await log.evaluate((box) => box.textContent.length)) <= 150_000);
  await page.locator(".logs summary").click();
  assert.ok((await frame(page)) < 1_000);
  say({ __typename: "StatusChanged", status: "SUCCEEDED", prediction: { ...running, status: "SUCCEEDED" } });
  await badge(page, "SUCCEEDED").waitFor();
});

test("of thousands of files those are shown that one asks for", SLOW, async () => {
  const pixel = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=";
  const files = Array.from({ length: 10_000 }, (_, index) => ({
    url: `${pixel}#${index}`,
    contentType: "image/gif",
    bytes: 35,
    width: 1,
    height: 1,
  }));
  const version = { id: "v1", number: 1, state: "READY", inputSchema: { type: "object", properties: {} } };
  const page = await open("/p/p1", {
    prepare: (p) =>
      fake(p, "PredictionPage", () => ({ data: { prediction: { ...predictionOf({ files, text: null }), version } } })),
  });
  await page.getByRole("button", { name: "Show more: 60 of 10,000 files" }).click();
  await page.locator(".picture img").nth(119).waitFor();
  assert.equal(await page.locator(".picture").count(), 120);
  assert.ok((await frame(page)) < 1_000);
});

test("output that is neither text nor files comes as JSON, item by item", SLOW, async () => {
  const running = predictionOf({ status: "PROCESSING", text: null, output: [{ a: 1 }] });
  const { page, say } = await openLive(running);
  const json = page.locator(".json-output");
  // what there was before somebody looked
  say({ __typename: "PredictionSnapshot", attempt: 1, prediction: running });
  await json.getByText('"a": 1').waitFor();
  for (let index = 1; index <= 3; index += 1)
    say({ __typename: "OutputAppended", text: null, chunk: `item <b>${index}</b>`, index });
  await json.getByText('"item <b>3</b>"').waitFor();
  assert.equal(await json.locator("*").count(), 0);
  const ended = { ...running, status: "SUCCEEDED", output: [{ a: 1 }, "whole"] };
  say({ __typename: "StatusChanged", status: "SUCCEEDED", prediction: ended });
  await json.getByText('"whole"').waitFor();
  assert.deepEqual(JSON.parse(await json.textContent()), [{ a: 1 }, "whole"]);
});

test("a picture's steps are counted, timed and estimated", SLOW, async () => {
  const page = await open();
  await choose(page, MODELS.image);
  const facts = await sample(page, "facts", () => document.querySelector(".progress-facts")?.textContent);
  await field(page, "prompt").locator("textarea").fill("a blue square");
  await field(page, "steps").locator('input[type="number"]').fill("60");
  await runButton(page).click();
  await badge(page, "SUCCEEDED").waitFor();
  const seen = await facts();
  assert.ok(
    seen.some((text) => /^\d+ \/ 60 steps[\d.]+ m?s\/step[\d.]+ m?s left$/.test(text)),
    seen.join("|"),
  );
  assert.match(seen.at(-1), /^60 steps[\d.]+ m?s\/step$/);
});

test("several pictures each have their place, and each can be downloaded", SLOW, async () => {
  const page = await open();
  await choose(page, MODELS.image);
  await field(page, "prompt").locator("textarea").fill("a green triangle");
  await field(page, "num_images").locator('input[type="number"]').fill("3");
  await runButton(page).click();
  await page.locator(".picture img:not(.picture-preview)").nth(2).waitFor();
  const names = [];
  for (const link of await page.getByRole("link", { name: "Download" }).all()) {
    const download = page.waitForEvent("download");
    await link.click();
    names.push((await download).suggestedFilename());
  }
  assert.equal(new Set(names).size, 3);
  for (const name of names) assert.match(name, /^shapes-\d+(-\d)?\.\w+$/);
});

test("a picture can be drawn over, and drawn anew inside a mask", SLOW, async () => {
  const page = await open();
  await choose(page, MODELS.image);
  const give = async (name, ...boxes) => {
    const picture = await page.evaluate((boxes) => {
      const canvas = Object.assign(document.createElement("canvas"), { width: 128, height: 128 });
      const context = canvas.getContext("2d");
      for (const [colour, x, y, width, height] of boxes) {
        context.fillStyle = colour;
        context.beginPath();
        if (height === undefined) context.arc(x, y, width, 0, 2 * Math.PI);
        else context.rect(x, y, width, height);
        context.fill();
      }
      return canvas.toDataURL("image/png").split(",")[1];
    }, boxes);
    const file = { name: `${name}.png`, mimeType: "image/png", buffer: Buffer.from(picture, "base64") };
    await field(page, name).locator("input[type=file]").setInputFiles(file);
    await field(page, name).locator("img").waitFor();
  };
  const colourAt = (x, y) =>
    page.locator(".picture img:not(.picture-preview)").evaluate(
      async (image, [x, y]) => {
        await image.decode();
        const canvas = Object.assign(document.createElement("canvas"), { width: 128, height: 128 });
        const context = canvas.getContext("2d");
        context.drawImage(image, 0, 0);
        return [...context.getImageData(x, y, 1, 1).data].slice(0, 3);
      },
      [x, y],
    );
  const blue = ["rgb(50 90 220)", 0, 0, 128, 128];
  await give("image", blue, ["rgb(220 40 40)", 44, 44, 34]);
  await field(page, "prompt").locator("textarea").fill("a yellow circle on a black background");
  await field(page, "seed").locator("input").fill("1");
  await field(page, "strength").locator('input[type="number"]').fill("0.4");
  await runButton(page).click();
  await badge(page, "SUCCEEDED").waitFor();
  const [inside, outside] = [await colourAt(44, 44), await colourAt(118, 118)];
  assert.ok(Math.min(...inside.slice(0, 2)) > 140 && Math.max(...outside) < 90, `${inside} ${outside}`);

  await page.goto(`${BASE_URL}${modelPath(MODELS.image)}`);
  await give("image", blue);
  await give("mask", ["black", 0, 0, 128, 128], ["white", 16, 16, 104, 104]);
  await field(page, "prompt").locator("textarea").fill("a yellow square on a blue background");
  await field(page, "seed").locator("input").fill("1");
  await runButton(page).click();
  await badge(page, "SUCCEEDED").waitFor();
  const [red, , blueness] = await colourAt(4, 4);
  assert.ok(blueness > red + 80, `${red} ${blueness}`);
});

test("what failed can be retried as it was, and tweaked and run again", SLOW, async () => {
  const page = await open();
  await choose(page, MODELS.echo);
  await field(page, "text").locator("textarea").fill("out of luck");
  await field(page, "fail").locator("input").check();
  await page.keyboard.press("Control+Enter");
  await badge(page, "FAILED").waitFor();
  const first = predictionId(page);
  await page.getByRole("button", { name: "Retry" }).click();
  await page.waitForFunction((path) => !decodeURIComponent(location.pathname).endsWith(path), first);
  await badge(page, "FAILED").waitFor();
  const second = predictionId(page);
  const query = "query ($id: ID!) { prediction(id: $id) { input version { id } } }";
  const lineage = "query ($id: ID!) { prediction(id: $id) { retryOf { id } } }";
  assert.equal((await api(lineage, { id: second })).prediction.retryOf.id, first);
  assert.deepEqual(await api(query, { id: second }), await api(query, { id: first }));
  await page.reload();
  await field(page, "fail").locator("input").uncheck();
  await page.keyboard.press("Control+Enter");
  await badge(page, "SUCCEEDED").waitFor();
  await reads(textOutput(page), "out of luck");
  assert.notEqual(predictionId(page), second);
});

test("who ran a prediction notes what came of it, and sees it noted; others cannot", SLOW, async () => {
  const { token } = await register("judge");
  const id = await startEcho(token, { text: "was this good?" });
  const openAs = (token) => open(`/p/${encodeURIComponent(id)}`, { prepare: (p) => signIn(p, token) });
  const outcomes = async () => {
    const query = "query ($id: ID!) { prediction(id: $id) { outcomes { name value } } }";
    return (await api(query, { id }, token)).prediction.outcomes;
  };
  const page = await openAs(token);
  const thumb = (name, isPressed) => page.getByRole("button", { name, pressed: isPressed });
  await thumb("Good result", false).click();
  await thumb("Good result", true).waitFor();
  assert.deepEqual(await outcomes(), [{ name: "thumb", value: 1 }]);
  await page.reload();
  await thumb("Good result", true).waitFor();
  await thumb("Bad result", false).click();
  await thumb("Bad result", true).waitFor();
  await thumb("Good result", false).waitFor();
  assert.deepEqual(await outcomes(), [{ name: "thumb", value: 0 }]);
  await assertAccessible(page, "a prediction with a thumb");

  const other = await openAs((await admin()).token);
  const asked = other.waitForResponse((response) => response.request().postData()?.includes("query PredictionNotes"));
  await badge(other, "SUCCEEDED").waitFor();
  await (await asked).finished();
  await other.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  assert.equal(await other.getByRole("button", { name: "Good result" }).count(), 0);
});

test("a note that the server refuses is not shown as noted", SLOW, async () => {
  const { token } = await register("judge");
  const id = await startEcho(token, { text: "was this good?" });
  const said = { data: { recordOutcome: { __typename: "ConflictError", code: "CONFLICT", message: "no more names" } } };
  const page = await open(`/p/${encodeURIComponent(id)}`, {
    prepare: async (p) => {
      await signIn(p, token);
      await fake(p, "RecordOutcome", () => said);
    },
  });
  await page.getByRole("button", { name: "Bad result" }).click();
  await page.getByText("no more names").waitFor();
  assert.equal(await page.getByRole("button", { name: "Bad result", pressed: true }).count(), 0);
});

test("a prediction that was canceled says so and can be run again", SLOW, async () => {
  const page = await open();
  await runEcho(page, { text: "a b c d", repeat: 100, delay: 0.2 });
  await textOutput(page).filter({ hasText: "b" }).waitFor();
  await page.getByRole("button", { name: /^Cancel/ }).click();
  await page.getByText("The output up to then is kept.").waitFor();
  assert.match(await page.title(), /^canceled/);
  await page.getByRole("button", { name: "Retry" }).waitFor();
});

/** A fifth of a second of silence, as WAV. */
function silence() {
  const [rate, length] = [3000, 600];
  const wav = Buffer.alloc(44 + length, 128);
  wav.write("RIFF", 0);
  wav.writeUInt32LE(36 + length, 4);
  wav.write("WAVEfmt ", 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(rate, 24);
  wav.writeUInt32LE(rate, 28);
  wav.writeUInt16LE(1, 32);
  wav.writeUInt16LE(8, 34);
  wav.write("data", 36);
  wav.writeUInt32LE(length, 40);
  return `data:audio/wav;base64,${wav.toString("base64")}`;
}

/** Two pictures of 16 x 16 pixels in half a second, as VP8 in WebM. */
const FILM =
  "data:video/webm;base64,GkXfo59ChoEBQveBAULygQRC84EIQoKEd2VibUKHgQJChYECGFOAZwEAAAAAAAHVEU2bdLpNu4tTq4QVSalmU6yBoU27i1OrhBZUrmtTrIHYTbuMU6uEElTDZ1OsggEbTbuMU6uEHFO7a1OsggG/7AEAAAAAAABZAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAVSalmsirXsYMPQkBNgI1MYXZmNjIuMTIuMTAyV0GNTGF2ZjYyLjEyLjEwMkSJiEB/QAAAAAAAFlSua76uAQAAAAAAADXXgQFzxYjLNCT2I6imsJyBACK1nIN1bmSIgQCGhVZfVlA4g4EBI+ODhA7msoDghrCBELqBEBJUw2fYc3OgY8CAZ8iaRaOHRU5DT0RFUkSHjUxhdmY2Mi4xMi4xMDJzc7JjwItjxYjLNCT2I6imsGfIoUWjiERVUkFUSU9ORIeTMDA6MDA6MDAuNTAwMDAwMDAwAB9DtnXC54EAo6OBAACAEAIAnQEqEAAQAABHCIWFiIWEiAICAAwNYAD+/6tQgKOYgQD6ALEBAAUQrAAYADAoL/QAIAD+8fcAHFO7a5G7j7OBALeK94EB8YIBePCBAw==";

/** The page of a prediction that has ended. */
function openEnded(prediction, inputSchema = { type: "object", properties: {} }) {
  const version = { id: "v1", number: 1, state: "READY", inputSchema };
  const said = { data: { prediction: { ...predictionOf(prediction), version } } };
  return open("/p/p1", { prepare: (p) => fake(p, "PredictionPage", () => said) });
}

test("sound and video play in the page, of outputs and inputs, and what could run code does not", SLOW, async () => {
  const sound = silence();
  const files = [sound, FILM, "data:image/svg+xml,<svg/>"].map((url) => {
    return { url, contentType: url.slice(5).split(/[;,]/)[0], bytes: 44, width: null, height: null };
  });
  const file = (contentMediaType) => ({ type: "string", format: "file", contentMediaType });
  const schema = { type: "object", properties: { clip: file("video/*"), voice: file("audio/*") } };
  const page = await openEnded({ files, text: null, input: { clip: FILM, voice: sound } }, schema);
  for (const place of [".picture", '[data-field="voice"]']) {
    await page.locator(`${place} audio[controls]`).evaluate((player) => {
      player.muted = true;
      return Promise.all([new Promise((ended) => player.addEventListener("ended", ended)), player.play()]);
    });
  }
  for (const place of [".picture", '[data-field="clip"]']) {
    const player = page.locator(`${place} video[controls]`);
    await player.evaluate((video) => video.readyState > 0 || new Promise((done) => (video.onloadedmetadata = done)));
    assert.equal(await player.evaluate((video) => video.videoWidth), 16);
  }
  assert.equal(await page.locator(".picture").count(), 3);
  assert.equal(await page.locator(".picture img").count(), 0);
});

test("classes, objects and names come as a table with their scores", SLOW, async () => {
  const box = { xmin: 1.2, ymin: 2, xmax: 30, ymax: 40.6 };
  const outputs = [
    [
      [
        { label: "red <b>circle</b>", score: 0.75 },
        { label: "ring", score: 0.25 },
      ],
      ["red <b>circle</b>", "0.750"],
    ],
    [[{ label: "cat", score: 0.9, box }], ["cat", "0.900", "1, 2 – 30, 41"]],
    [[{ entity_group: "PER", score: 0.5, word: "Ada", start: 3, end: 6 }], ["PER", "Ada", "0.500", "3 – 6"]],
  ];
  for (const [output, cells] of outputs) {
    const page = await openEnded({ output, text: null });
    const rows = page.locator(".answers tbody tr");
    await rows.first().waitFor();
    assert.deepEqual(await rows.first().locator("th, td").allTextContents(), cells);
    assert.equal(await rows.count(), output.length);
    await page.getByText("All of the output").click();
    assert.deepEqual(JSON.parse(await page.locator(".json-output").textContent()), output);
    await assertAccessible(page, "a table of answers");
  }
  const page = await openEnded({ output: [{ label: "cat", score: 1 }, { other: 1 }], text: null });
  await page.locator(".json-output").waitFor();
  assert.equal(await page.locator(".answers").count(), 0);
});
