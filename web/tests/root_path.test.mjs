// The page below whatever path it is served: at the root, and where a proxy puts the server below one.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  badge,
  BASE_URL,
  choose,
  field,
  MODELS,
  open,
  reads,
  register,
  ROOT,
  runButton,
  runEcho,
  signIn,
  SLOW,
  textOutput,
  useBrowser,
} from "./harness.mjs";

useBrowser();

const path = (page) => new URL(page.url()).pathname;
const pathIs = (page, wanted) => page.waitForURL((url) => url.pathname === ROOT + wanted);

test("every link of the first page stays below the path, and leads to a page", SLOW, async () => {
  const page = await open("/");
  await page.locator(".header-link").first().waitFor();
  await page.locator(`a[href^="${ROOT}/models/"]`).first().waitFor();
  const links = await page.evaluate(() => [...document.links].map((link) => link.href));
  const ours = links.filter((link) => new URL(link).origin === new URL(BASE_URL).origin);
  assert.ok(ours.length > 5);
  for (const link of ours) assert.ok(link.startsWith(`${BASE_URL}/`), link);
  for (const link of new Set(ours.map((each) => each.split("#")[0])))
    assert.equal((await fetch(link, { headers: { accept: "text/html" } })).status, 200, link);
});

test("links, Back and a reload keep to the pages below the path", SLOW, async () => {
  const page = await open("/");
  await page.getByRole("link", { name: "Compare" }).click();
  await pathIs(page, "/compare");
  await page.getByRole("link", { name: "Chat" }).click();
  await pathIs(page, "/chat");
  await page.goBack();
  await pathIs(page, "/compare");
  await page.reload();
  await page.locator("h1").waitFor();
  assert.equal(path(page), `${ROOT}/compare`);
  await page.locator(".brand").click();
  await pathIs(page, "/");
});

test("a prediction runs live to its end, has an address of its own, and is found again there", SLOW, async () => {
  const page = await open();
  await runEcho(page, { text: "below a path", repeat: 3, delay: 0.05 });
  await badge(page, "SUCCEEDED").waitFor();
  assert.match(path(page), new RegExp(`^${ROOT}/p/[^/]+$`));
  const shown = Array(3).fill("below a path").join("\n");
  await reads(textOutput(page), shown);
  await page.reload();
  await badge(page, "SUCCEEDED").waitFor();
  await reads(textOutput(page), shown);
});

test("a picture is shown, and can be downloaded", SLOW, async () => {
  const page = await open();
  await choose(page, MODELS.image);
  await field(page, "prompt").locator("textarea").fill("a red circle");
  await runButton(page).click();
  await badge(page, "SUCCEEDED").waitFor();
  await page.waitForFunction(() =>
    [...document.images].some((image) => /\/files\//.test(image.src) && image.naturalWidth),
  );
  const source = await page.locator('img[src*="/files/"]').first().getAttribute("src");
  assert.ok(source.startsWith(`${BASE_URL}/files/`), source);
});

test("whoever is signed in stays so below the path alone", SLOW, async () => {
  const { handle, token } = await register("below");
  const page = await open("/history", { prepare: (p) => signIn(p, token) });
  await page.getByRole("link", { name: handle }).click();
  await pathIs(page, "/account");
  const names = await page.evaluate(() => Object.keys(localStorage).filter((name) => /token/i.test(name)));
  assert.deepEqual(names, [`${ROOT && `${ROOT}:`}token`]);
});

test("GraphiQL works and leads back", SLOW, async () => {
  const page = await open("/graphql#" + new URLSearchParams({ query: "{ server { version } }" }));
  await page.locator(".graphiql-query-editor .view-line").first().waitFor();
  await page.locator(".graphiql-execute-button").click();
  await page.locator(".graphiql-response").getByText('"version"').waitFor();
  await page.locator("a.back").click();
  await pathIs(page, "/");
});
