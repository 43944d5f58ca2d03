/** The JavaScript client of clients/typescript, bundled as a page would bundle it, in a browser. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { build } from "vite";
import { open, SLOW, useBrowser } from "./harness.mjs";

useBrowser();

const bundle = async () => {
  const lib = { entry: "node_modules/inference-client/dist/index.js", formats: ["iife"], name: "sdk" };
  const [{ output }] = await build({ configFile: false, logLevel: "warn", build: { lib, write: false } });
  assert.equal(output.length, 1);
  return output[0].code;
};

test("the JavaScript client runs, streams, and takes and gives files on a page", SLOW, async () => {
  const page = await open();
  await page.evaluate(`${await bundle()}; globalThis.sdk = sdk`);
  const said = await page.evaluate(async () => {
    const client = new sdk.Client();
    const text = await client.run("demo/echo", { text: "on a page" });
    let streamed = "";
    for await (const event of client.stream("demo/echo", { text: "piece by piece", delay_seconds: 0.05 }))
      if (event.type === "text") streamed += event.text;
    const [picture] = await client.run("demo/shapes", { prompt: "a red circle on a blue background", steps: 2 });
    const blob = await picture.blob();
    const [best] = await client.run("demo/naming", { image: blob, top_k: 1 });
    const refusal = await picture.save("x.png").catch((error) => error.message);
    return { text, streamed, type: blob.type, label: best.label, refusal };
  });
  assert.deepEqual([said.text, said.streamed, said.type], ["on a page", "piece by piece", "image/png"]);
  assert.ok(said.label);
  assert.match(said.refusal, /blob\(\)/);
});
