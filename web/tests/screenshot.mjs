/** `node tests/screenshot.mjs URL OUT_DIR`: pictures of the pages of a running server, light and dark, for the docs. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { launch } from "./browser.mjs";

const [url, folder] = process.argv.slice(2);
if (!url || !folder) {
  process.stderr.write("usage: node tests/screenshot.mjs URL OUT_DIR\n");
  process.exit(2);
}

const SIZE = { width: 1200, height: 760 };
const PATIENCE_MS = 120_000;

async function open(browser, scheme, path, viewport = SIZE) {
  const context = await browser.newContext({ colorScheme: scheme, viewport, deviceScaleFactor: 2 });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(new URL(path, url).href);
  return page;
}

async function run(page, model, prompt, numbers = {}) {
  await page.locator("#model").selectOption(model);
  for (const [name, value] of Object.entries(numbers)) {
    await page.locator(`[data-field="${name}"] input[type="number"]`).fill(String(value));
  }
  await page.locator('[data-field="prompt"] textarea').fill(prompt);
  await page.keyboard.press("Control+Enter");
}

async function save(page, name, { scroll = false } = {}) {
  if (!scroll) await page.evaluate(() => scrollTo(0, 0));
  await page.screenshot({ path: join(folder, `${name}.png`) });
  await page.context().close();
}

const done = (page) => page.locator('.badge[data-status="SUCCEEDED"]').waitFor();

async function shoot(browser, scheme) {
  const text = await open(browser, scheme, "/");
  await run(text, "demo/prose", "The following example shows how to", { max_new_tokens: 220, seed: 3 });
  await done(text);
  await save(text, `text-${scheme}`);

  const image = await open(browser, scheme, "/");
  await run(image, "demo/shapes", "a red circle on a blue background", { seed: 7, num_images: 2 });
  await image.locator(".picture img:not(.picture-preview)").first().waitFor();
  await image.waitForFunction(() => [...document.images].every((picture) => picture.naturalWidth > 0));
  await save(image, `image-${scheme}`);

  const narrow = await open(browser, scheme, "/", { width: 390, height: 844 });
  await run(narrow, "demo/prose", "This module provides", { max_new_tokens: 60, seed: 7 });
  await done(narrow);
  await narrow.waitForTimeout(1000);
  await save(narrow, `narrow-${scheme}`, { scroll: true });

  const graphiql = await open(browser, scheme, "/graphql");
  await graphiql.locator(".graphiql-query-editor .view-line").first().waitFor();
  await graphiql.locator(".graphiql-execute-button").click();
  await graphiql.locator(".graphiql-response").getByText('"totalCount"').waitFor();
  await save(graphiql, `graphiql-${scheme}`);
}

await mkdir(folder, { recursive: true });
const browser = await launch();
try {
  for (const scheme of ["light", "dark"]) await shoot(browser, scheme);
} finally {
  await browser.close();
}
