import assert from "node:assert/strict";
import { test } from "node:test";
import { assertAccessible, fits, open, register, signIn, SLOW, useBrowser } from "./harness.mjs";

useBrowser();

test("the page speaks the reader's language, or the one that is chosen, and remembers it", SLOW, async () => {
  const { token } = await register("leser");
  const prepare = (p) => signIn(p, token);
  const page = await open("/account", { prepare, locale: "de-AT" });
  await page.getByRole("heading", { name: "API-Schlüssel" }).waitFor();
  assert.equal(await page.locator("html").getAttribute("lang"), "de");
  await page.getByRole("link", { name: "Modelle", exact: true }).waitFor();
  assert.match(await page.title(), /^Konto/);
  await assertAccessible(page, "in German");
  await page.setViewportSize({ width: 360, height: 800 });
  assert.equal(await fits(page), true);
  // no link of the head is hidden or covered where there is room for all
  for (const width of [700, 900, 1100, 1300, 1600]) {
    await page.setViewportSize({ width, height: 800 });
    const hidden = await page.locator(".header-nav").evaluate((nav) => nav.scrollWidth - nav.clientWidth);
    assert.ok(hidden <= 0, `${hidden} px of the links are hidden at ${width}`);
  }
  await page.getByLabel("Sprache").selectOption("en");
  await page.getByRole("heading", { name: "API keys" }).waitFor();
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
  await page.reload();
  await page.getByRole("heading", { name: "API keys" }).waitFor();
  // what loads later follows the choice too
  await page.getByRole("link", { name: "Compare", exact: true }).click();
  await page.getByRole("heading", { name: "Compare" }).waitFor();
});

test("a language that the page has not is read in English", SLOW, async () => {
  const page = await open("/", { locale: "fi-FI" });
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
});
