import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import {
  api,
  assertAccessible,
  badge,
  field,
  fits,
  MODELS,
  open,
  predictionId,
  register,
  runButton,
  signIn,
  SLOW,
  useBrowser,
} from "./harness.mjs";

useBrowser();

const CREATE =
  "mutation ($input: CreatePredictionInput!) { createPrediction(input: $input) { ... on Prediction { id status seed } } }";
const tiles = (page) => page.locator(".picture-tile");

/** Two pictures of one prediction; its id. */
async function draw(token, input = {}) {
  const asked = { model: MODELS.image, input: { prompt: "a red circle", steps: 2, num_images: 2, ...input }, wait: 60 };
  return (await api(CREATE, { input: asked }, token)).createPrediction.id;
}

test("one's pictures are looked at one after the other, saved together, and used", SLOW, async () => {
  const { token } = await register("artist");
  const first = await draw(token, { seed: 5 });
  await draw(token, { seed: 5 });
  const page = await open("/pictures", { prepare: (p) => signIn(p, token) });
  await tiles(page).nth(3).waitFor();
  await assertAccessible(page, "the pictures");
  await tiles(page).first().getByRole("button").click();
  const lightbox = page.getByRole("dialog", { name: /^Picture/ });
  for (let place = 1; place <= 4; place += 1) {
    await lightbox.getByText(`${place} / 4`, { exact: true }).waitFor();
    await page.keyboard.press("ArrowRight");
  }
  await lightbox.getByText("4 / 4", { exact: true }).waitFor();
  await page.keyboard.press("Escape");
  for (const box of await page.getByRole("checkbox", { name: /^Select shapes/ }).all()) await box.check();
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download 4 as zip" }).click();
  const saved = await download;
  assert.equal(saved.suggestedFilename(), "pictures.zip");
  const bytes = await readFile(await saved.path());
  assert.equal(bytes.subarray(0, 2).toString(), "PK");
  const names = [...bytes.toString("latin1").matchAll(/PK\x01\x02[^]{24}(..)[^]{16}/g)].map((match) => {
    const length = match[1].charCodeAt(0) + 256 * match[1].charCodeAt(1);
    return bytes.subarray(match.index + 46, match.index + 46 + length).toString();
  });
  assert.equal(names.length, 4);
  assert.equal(new Set(names).size, 4, names);
  for (const name of names) assert.match(name, /^shapes-5[\w.-]*$/);
  await page.setViewportSize({ width: 360, height: 640 });
  assert.equal(await fits(page), true);
  await tiles(page).last().getByRole("button").click();
  await lightbox.getByRole("button", { name: "Use as input" }).click();
  await field(page, "image").locator(".previews img").waitFor();
  assert.equal(decodeURIComponent(new URL(page.url()).pathname), `/p/${first}`);
});

test("who drew nothing is told how pictures come, and who is nobody that they are private", SLOW, async () => {
  const { token } = await register("blank");
  const page = await open("/pictures", { scheme: "dark", locale: "de-DE", prepare: (p) => signIn(p, token) });
  await page.getByText("Noch keine Bilder").waitFor();
  await assertAccessible(page, "no pictures");
  const stranger = await open("/pictures");
  await stranger.getByText("Your pictures are private").waitFor();
});

test("a mask is painted over a picture by mouse and keyboard, and inpainting draws only there", SLOW, async () => {
  const { token } = await register("painter");
  const id = await draw(token, { num_images: 1 });
  const page = await open(`/p/${id}?use=0`, { prepare: (p) => signIn(p, token) });
  await badge(page, "SUCCEEDED").waitFor();
  await field(page, "image").locator(".previews img").waitFor();
  await page.getByRole("button", { name: "Paint a mask" }).click();
  const painter = page.getByRole("dialog", { name: "Paint a mask" });
  const canvas = painter.getByRole("application");
  await canvas.waitFor();
  await assertAccessible(page, "the painter of masks");
  const box = await canvas.boundingBox();
  const at = (x, y) => [box.x + box.width * x, box.y + box.height * y];
  const use = painter.getByRole("button", { name: "Use this mask" });
  assert.equal(await use.isDisabled(), true);
  await page.mouse.move(...at(0.25, 0.25));
  await page.mouse.down();
  await page.mouse.move(...at(0.3, 0.3), { steps: 4 });
  await page.mouse.up();
  const painted = () =>
    canvas.evaluate((element) => {
      const { data } = element.getContext("2d").getImageData(0, 0, element.width, element.height);
      return data.filter((value, index) => index % 4 === 3 && value > 127).length / (element.width * element.height);
    });
  const stroke = await painted();
  assert.ok(stroke > 0 && stroke < 0.2, `${stroke}`);
  await painter.getByRole("button", { name: "Invert" }).click();
  assert.ok(Math.abs((await painted()) - (1 - stroke)) < 0.05);
  await canvas.focus();
  await page.keyboard.press("Control+z");
  assert.ok(Math.abs((await painted()) - stroke) < 0.01);
  await page.keyboard.press("Space");
  for (let step = 0; step < 3; step += 1) await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Space");
  assert.ok((await painted()) > stroke);
  await page.keyboard.press("Control+z");
  await painter.getByRole("button", { name: "Clear" }).click();
  assert.equal(await painted(), 0);
  await painter.getByRole("button", { name: "Undo" }).click();
  await page.setViewportSize({ width: 360, height: 640 });
  assert.equal(await fits(page), true);
  await use.click();
  await field(page, "mask").locator(".previews img").waitFor();
  const size = await field(page, "mask")
    .locator(".previews img")
    .evaluate((image) => [image.naturalWidth, image.naturalHeight]);
  const picture = await field(page, "image")
    .locator(".previews img")
    .evaluate((image) => [image.naturalWidth, image.naturalHeight]);
  assert.deepEqual(size, picture);
  await field(page, "prompt").locator("textarea").fill("a blue square");
  await runButton(page).click();
  await page.waitForFunction((before) => !decodeURIComponent(location.pathname).endsWith(before), id);
  await badge(page, "SUCCEEDED").waitFor();
  await page.locator(".picture-open img").first().waitFor();
  const query = "query ($id: ID!) { prediction(id: $id) { status input } }";
  const { prediction } = await api(query, { id: predictionId(page) }, token);
  assert.equal(prediction.status, "SUCCEEDED");
  assert.match(prediction.input.mask, /^data:image\/png;base64,/);
  // where nothing was painted, the picture is what it was, but for what its compression loses
  const change = await page.evaluate(async () => {
    const pixels = async (selector) => {
      const image = document.querySelector(selector);
      await image.decode();
      const { naturalWidth: width, naturalHeight: height } = image;
      const canvas = Object.assign(document.createElement("canvas"), { width, height });
      const context = canvas.getContext("2d");
      context.drawImage(image, 0, 0);
      return context.getImageData(width / 2, height / 2, width / 2, height / 2).data;
    };
    const [before, after] = [await pixels('[data-field="image"] .previews img'), await pixels(".picture-open img")];
    return before.reduce((sum, value, index) => sum + Math.abs(value - after[index]), 0) / before.length;
  });
  assert.ok(change < 16, `${change}`);
});
