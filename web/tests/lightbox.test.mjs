import assert from "node:assert/strict";
import { test } from "node:test";
import {
  api,
  assertAccessible,
  choose,
  field,
  fits,
  MODELS,
  open,
  predictionId,
  runButton,
  SLOW,
  useBrowser,
} from "./harness.mjs";

useBrowser();

const lightbox = (page) => page.getByRole("dialog", { name: /^Picture/ });

async function drawTwo() {
  const page = await open();
  await choose(page, MODELS.image);
  await field(page, "prompt").locator("textarea").fill("a red <b>circle</b>");
  await field(page, "num_images").locator('input[type="number"]').fill("2");
  await field(page, "steps").locator('input[type="number"]').fill("2");
  await field(page, "seed").locator("input").fill("7");
  await runButton(page).click();
  await page.locator(".picture-open").nth(1).waitFor();
  return page;
}

test(
  "pictures are enlarged, turned over, zoomed, copied and saved by keyboard, with what made them",
  SLOW,
  async () => {
    const page = await drawTwo();
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.locator(".picture-open").first().focus();
    await page.keyboard.press("Enter");
    await lightbox(page).getByText("1 / 2").waitFor();
    const shown = lightbox(page).locator("img");
    const width = async () => (await shown.boundingBox()).width;
    const fitting = await width();
    const first = await shown.getAttribute("src");
    await page.keyboard.press("+");
    await lightbox(page).getByText("150 %").waitFor();
    assert.ok((await width()) > fitting * 1.4);
    await page.keyboard.press("0");
    await lightbox(page).getByText("100 %").waitFor();
    await page.keyboard.press("ArrowRight");
    await lightbox(page).getByText("2 / 2").waitFor();
    assert.notEqual(await shown.getAttribute("src"), first);
    await page.keyboard.press("ArrowRight");
    await lightbox(page).getByText("2 / 2").waitFor();
    await lightbox(page).getByText("Parameters").click();
    await lightbox(page).getByText("a red <b>circle</b>", { exact: true }).waitFor();
    assert.match(await lightbox(page).locator(".metrics").textContent(), /^Seed7/);
    await assertAccessible(page, "a picture enlarged");
    await lightbox(page).getByRole("button", { name: "Copy picture" }).click();
    await lightbox(page).getByText("Copied").waitFor();
    const types = await page.evaluate(async () => (await navigator.clipboard.read()).flatMap(({ types }) => types));
    assert.ok(types.includes("image/png"), types);
    const download = page.waitForEvent("download");
    await lightbox(page).getByRole("link", { name: "Download" }).click();
    assert.match((await download).suggestedFilename(), /^shapes-7-2\.\w+$/);
    await page.setViewportSize({ width: 360, height: 640 });
    assert.equal(await fits(page), true);
    await page.keyboard.press("Escape");
    await lightbox(page).waitFor({ state: "detached" });
  },
);

test("a picture that was drawn becomes the input of the next run", SLOW, async () => {
  const page = await drawTwo();
  const before = predictionId(page);
  await page.locator(".picture-open").first().click();
  await lightbox(page).getByRole("button", { name: "Use as input" }).click();
  await lightbox(page).waitFor({ state: "detached" });
  await field(page, "image").locator(".previews img").waitFor();
  await runButton(page).click();
  await page.waitForFunction((id) => !decodeURIComponent(location.pathname).endsWith(id), before);
  const query = "query ($id: ID!) { prediction(id: $id) { input } }";
  const { prediction } = await api(query, { id: predictionId(page) });
  assert.match(prediction.input.image, /^data:image\/\w+;base64,/);
});
