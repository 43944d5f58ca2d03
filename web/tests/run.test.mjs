import assert from "node:assert/strict";
import { test } from "node:test";
import {
  api,
  badge,
  choose,
  field,
  MODELS,
  open,
  predictionId,
  reads,
  runButton,
  runEcho,
  sample,
  SLOW,
  textOutput,
  useBrowser,
} from "./harness.mjs";

useBrowser();

const WORDS = Array.from({ length: 40 }, (_, index) => `word${index}`).join(" ");
const storedText = async (id) =>
  (await api("query ($id: ID!) { prediction(id: $id) { text } }", { id })).prediction.text;

test("the page is sent with a policy that forbids inline code and other origins", async () => {
  const response = await fetch(new URL("/", process.env.BASE_URL), { headers: { accept: "text/html" } });
  const policy = response.headers.get("content-security-policy") ?? "";
  assert.match(policy, /default-src 'self'/);
  assert.doesNotMatch(policy, /unsafe-/);
});

test("a text model's tokens appear once each and add up to the stored text", SLOW, async () => {
  const page = await open();
  await choose(page, MODELS.text);
  await field(page, "prompt").locator("textarea").fill("The morning was cold and");
  await field(page, "max_new_tokens").locator('input[type="number"]').fill("16");
  await page.keyboard.press("Control+Enter");
  await badge(page, "SUCCEEDED").waitFor();
  const text = await storedText(predictionId(page));
  assert.ok(text.length > 0);
  await reads(textOutput(page), text);
  assert.match(await page.locator(".metrics").textContent(), /Tokens\/s/);
});

test("text grows while it is made, always as a prefix of the whole", SLOW, async () => {
  const page = await open();
  const shown = await sample(page, "shownText", () => document.querySelector(".text-output")?.textContent);
  await runEcho(page, { text: WORDS, delay: 0.1 });
  await badge(page, "SUCCEEDED").waitFor();
  await reads(textOutput(page), WORDS);
  const samples = await shown();
  assert.ok(samples.length > 5, `only ${samples.length} steps were seen`);
  for (const text of samples) assert.ok(WORDS.startsWith(text), `not a prefix: ${text}`);
});

test("a picture is seen while it is drawn, at its place and without a shift", SLOW, async () => {
  const page = await open();
  await choose(page, MODELS.image);
  const previews = await sample(page, "previews", () => document.querySelector(".picture-preview")?.src.slice(0, 22));
  const heights = await sample(page, "heights", () => document.querySelector(".picture-awaited")?.clientHeight);
  await field(page, "prompt").locator("textarea").fill("a red circle on a blue background");
  await field(page, "steps").locator('input[type="number"]').fill("100");
  await page.keyboard.press("Control+Enter");
  await badge(page, "SUCCEEDED").waitFor();
  assert.deepEqual([...new Set(await previews())], ["data:image/jpeg;base64"]);
  assert.equal(await page.locator(".picture-preview").count(), 0);
  assert.equal(new Set(await heights()).size, 1);
});

test("an image model moves the progress bar and shows its picture without a shift", SLOW, async () => {
  const page = await open();
  await choose(page, MODELS.image);
  const steps = await sample(page, "shownSteps", () => document.querySelector("progress[value]")?.value);
  const widths = await sample(page, "pictureWidths", () => document.querySelector(".picture")?.clientWidth);
  await field(page, "prompt").locator("textarea").fill("a red circle");
  await field(page, "steps").locator('input[type="number"]').fill("100");
  await runButton(page).click();
  const picture = page.locator(".picture img:not(.picture-preview)");
  await picture.waitFor();
  await page.waitForFunction(() => document.querySelector(".picture img:not(.picture-preview)").naturalWidth > 0);
  const seen = await steps();
  assert.ok(seen.length >= 2, `progress did not move: ${seen}`);
  assert.equal(new Set(await widths()).size, 1);
  assert.ok((await picture.getAttribute("width")) && (await picture.getAttribute("height")));
  const download = page.waitForEvent("download");
  await page.getByText("Download").click();
  assert.match((await download).suggestedFilename(), /\.(png|webp|jpe?g)$/);
});

test("Esc cancels what runs", SLOW, async () => {
  const page = await open();
  await runEcho(page, { text: WORDS, repeat: 100, delay: 0.1 });
  await badge(page, "PROCESSING").waitFor();
  await textOutput(page).filter({ hasText: "word1" }).waitFor();
  await page.keyboard.press("Escape");
  await badge(page, "CANCELED").waitFor();
  await textOutput(page)
    .filter({ hasText: /^word0 word1/ })
    .waitFor();
});

test("a reload joins the running prediction again, with its input in the form", SLOW, async () => {
  const page = await open();
  await runEcho(page, { text: WORDS, delay: 0.1 });
  await textOutput(page).filter({ hasText: "word3" }).waitFor();
  const id = predictionId(page);
  await page.reload();
  await badge(page, "PROCESSING").waitFor();
  assert.equal(predictionId(page), id);
  assert.equal(await field(page, "text").locator("textarea").inputValue(), WORDS);
  await badge(page, "SUCCEEDED").waitFor();
  await reads(textOutput(page), WORDS);
});

test("links to a finished prediction show it, and Back leads to the one before", SLOW, async () => {
  const page = await open();
  await runEcho(page, { text: "kept" });
  await badge(page, "SUCCEEDED").waitFor();
  const id = predictionId(page);
  const other = await open(`/p/${encodeURIComponent(id)}`);
  await badge(other, "SUCCEEDED").waitFor();
  await reads(textOutput(other), "kept");
  await runEcho(other, { text: "newer" });
  await textOutput(other).filter({ hasText: "newer" }).waitFor();
  await other.goBack();
  await textOutput(other).filter({ hasText: "kept" }).waitFor();
});

test("violations stand at their fields and go when the field is edited", SLOW, async () => {
  const page = await open();
  await runEcho(page, { text: "", repeat: 5000 });
  const repeat = field(page, "repeat");
  await repeat.locator(".field-errors").waitFor();
  assert.match(await repeat.locator(".field-errors").textContent(), /1000/);
  assert.match(await field(page, "text").locator(".field-errors").textContent(), /required/);
  assert.equal(await field(page, "delay_seconds").locator(".field-errors").count(), 0);
  assert.equal(await repeat.locator('input[type="number"]').getAttribute("aria-invalid"), "true");
  await repeat.locator('input[type="number"]').fill("2");
  assert.equal(await repeat.locator(".field-errors").count(), 0);
});

test("a model's text is never read as HTML", SLOW, async () => {
  const page = await open();
  const text = '<img src=x onerror="document.title=1"><script>document.title=2</script><b>bold</b>';
  await runEcho(page, { text });
  await badge(page, "SUCCEEDED").waitFor();
  await reads(textOutput(page), text);
  assert.equal(await textOutput(page).locator("*").count(), 0);
});

test("a failed prediction says why, in the model's own words", SLOW, async () => {
  const page = await open();
  await choose(page, MODELS.echo);
  await field(page, "text").locator("textarea").fill("out of luck <b>");
  await field(page, "fail").locator("input").check();
  await page.keyboard.press("Control+Enter");
  await badge(page, "FAILED").waitFor();
  assert.match(await page.locator(".output .callout").textContent(), /The model failed.*out of luck <b>/s);
});

test("the first paint comes within a second", SLOW, async () => {
  const page = await open("/");
  const paints = [];
  for (let load = 0; load < 3; load += 1) {
    await page.reload();
    await page.locator(".card-link").first().waitFor();
    paints.push(await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0].startTime));
  }
  assert.ok(Math.min(...paints) < 1000, `${paints} ms`);
});

test("several texts are shown one after the other, each with why it ended", SLOW, async () => {
  const page = await open();
  await choose(page, MODELS.text);
  await field(page, "prompt").locator("textarea").fill("The morning was cold and");
  await field(page, "max_new_tokens").locator('input[type="number"]').fill("8");
  await field(page, "n").locator('input[type="number"]').fill("2");
  await page.keyboard.press("Control+Enter");
  await badge(page, "SUCCEEDED").waitFor();
  const { output } = (await api("query ($id: ID!) { prediction(id: $id) { output } }", { id: predictionId(page) }))
    .prediction;
  await reads(textOutput(page), output.choices[0].text);
  assert.equal(await page.locator(".choice").count(), 2);
  assert.equal(await page.locator(".choice").nth(1).locator(".choice-text").textContent(), output.choices[1].text);
  assert.match(await page.locator(".choice").first().textContent(), /was cut at its maximum length/);
});
