import assert from "node:assert/strict";
import { test } from "node:test";
import {
  api,
  badge,
  assertAccessible,
  choose,
  field,
  fits,
  MODELS,
  modelPath,
  open,
  runButton,
  runEcho,
  SLOW,
  useBrowser,
  admin,
  signIn,
  startEcho,
} from "./harness.mjs";

useBrowser();

test("axe finds nothing on a model's and a prediction's page", SLOW, async () => {
  const page = await open(undefined);
  await field(page, "text").waitFor();
  await assertAccessible(page, "idle");
  for (const tab of ["JSON", "Code", "Form"]) {
    await page.getByRole("tab", { name: tab }).click();
    if (tab === "Code") await page.locator(".code-text").waitFor();
    await assertAccessible(page, tab);
  }
  await runEcho(page, { text: "one two three four five", repeat: 20, delay: 0.5 });
  await badge(page, "PROCESSING").waitFor();
  await assertAccessible(page, "running");
  await page.keyboard.press("Escape");
  await badge(page, "CANCELED").waitFor();
  await page.locator(".logs summary").click();
  await assertAccessible(page, "canceled");
  await runEcho(page, { text: "", repeat: 5000 });
  await page.locator(".field-errors").first().waitFor();
  await assertAccessible(page, "violations");
  await choose(page, MODELS.image);
  await field(page, "prompt").locator("textarea").fill("a red circle");
  await runButton(page).click();
  await page.locator(".picture img:not(.picture-preview)").waitFor();
  await assertAccessible(page, "picture");
});

test("axe finds nothing in the gallery and where nothing is", SLOW, async () => {
  const page = await open("/");
  await page.locator(".card-link").first().waitFor();
  await assertAccessible(page, "gallery");
  await page.getByRole("searchbox").fill("no model is called that");
  await page.getByText("No matching model").waitFor();
  await assertAccessible(page, "nothing found");
  await page.getByRole("button", { name: "Sign in" }).click();
  await assertAccessible(page, "dialog");
  await page.goto(new URL("/models/nobody/nothing", page.url()).href);
  await page.getByText("There is no model nobody/nothing").waitFor();
  await assertAccessible(page, "no such model");
});

test("axe finds nothing on the pages of those who signed in", SLOW, async () => {
  const { token } = await admin();
  const running = await startEcho(token, { text: "slow", repeat: 100, delay_seconds: 1 });
  await startEcho(token, { text: "it failed", fail: true });
  const page = await open("/history", { prepare: (p) => signIn(p, token) });
  await page.locator("[data-prediction]").nth(1).waitFor();
  await page.getByRole("button", { name: "Select all that run" }).click();
  await assertAccessible(page, "history");
  await page.goto(new URL("/account", page.url()).href);
  await page.getByLabel("Name of a new key").fill("a key");
  await page.getByRole("button", { name: "Create key" }).click();
  await page.locator(".new-key").waitFor();
  await assertAccessible(page, "account");
  await page.goto(new URL(`/compare?m=${MODELS.echo}&m=${MODELS.image}`, page.url()).href);
  await page.getByLabel("A setting of its own for column 2").selectOption("steps");
  await assertAccessible(page, "compare");
  await page.getByRole("link", { name: "System" }).click();
  await page.locator("[data-worker]").first().waitFor();
  await page.locator("[data-prediction]").first().waitFor();
  await page.locator("[data-queue]").first().waitFor();
  await assertAccessible(page, "system");
  await page.getByRole("tab", { name: "Users" }).click();
  await page.locator("[data-user]").first().waitFor();
  await assertAccessible(page, "users");
  await page.setViewportSize({ width: 360, height: 740 });
  assert.equal(await fits(page), true, "users");
  await page.getByRole("searchbox").fill("nobody is called that");
  await page.getByText("No matching user").waitFor();
  await assertAccessible(page, "no user");
  await page.getByRole("tab", { name: "System" }).click();
  await page.locator("[data-prediction]").first().waitFor();
  assert.equal(await fits(page), true, "system");
  await page.goto(new URL("/history", page.url()).href);
  await page.locator("[data-prediction]").nth(1).waitFor();
  assert.equal(await fits(page), true, "history");
  await assertAccessible(page, "narrow history");
  for (const path of ["/account", `/compare?m=${MODELS.echo}&m=${MODELS.image}`]) {
    await page.goto(new URL(path, page.url()).href);
    await page
      .locator(path === "/account" ? "#key-name" : ".column-settings")
      .first()
      .waitFor();
    assert.equal(await fits(page), true, path);
  }
  await api("mutation ($id: ID!) { cancelPrediction(input: { id: $id }) { __typename } }", { id: running }, token);
});

test("the theme can be chosen and is kept", SLOW, async () => {
  const page = await open("/");
  const scheme = () => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
  const button = page.getByRole("button", { name: /^Colours/ });
  await button.click();
  assert.equal(await scheme(), "light");
  await button.click();
  assert.equal(await scheme(), "dark");
  await page.reload();
  await button.waitFor();
  assert.equal(await scheme(), "dark");
});

for (const width of [360, 2560]) {
  test(`nothing overflows at ${width} pixels`, SLOW, async () => {
    const page = await open("/", { width, height: 740 });
    await page.locator(".card-link").first().waitFor();
    assert.equal(await fits(page), true, "gallery");
    for (const model of Object.values(MODELS)) {
      await choose(page, model);
      for (const tab of ["Form", "JSON", "Code"]) {
        await page.getByRole("tab", { name: tab }).click();
        if (tab === "Code") await page.locator(".code-text").waitFor();
        assert.equal(await fits(page), true, `${model}, ${tab}`);
      }
    }
    await page.goto(new URL(modelPath(MODELS.echo), page.url()).href);
    await runEcho(page, { text: "a".repeat(500) });
    await badge(page, "SUCCEEDED").waitFor();
    assert.equal(await fits(page), true, "prediction");
  });
}

/** What Tab reaches from the top on, each with a ring around it. */
async function reachedByTab(page) {
  const reached = [];
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const element = document.activeElement;
      if (element === document.body) return null;
      const rings = [element, element.closest(".card")].filter(Boolean);
      const shown = rings.some((ring) => getComputedStyle(ring).outlineStyle !== "none");
      return { what: element.id || element.textContent.trim(), shown };
    });
    if (!stop) break;
    assert.ok(stop.shown, `no focus ring on ${stop.what}`);
    reached.push(stop.what);
  }
  return reached;
}

test("a model is found and run by keyboard alone, with the focus in sight", SLOW, async () => {
  const page = await open("/");
  await page.locator(".card-link").first().waitFor();
  const reached = await reachedByTab(page);
  for (const name of ["GraphiQL", "Sign in", "search", MODELS.echo])
    assert.ok(reached.includes(name), `${name} not reached: ${reached}`);
  await page.keyboard.press("/");
  await page.keyboard.type("echo");
  await page.locator(`[data-model="${MODELS.image}"]`).waitFor({ state: "detached" });
  await page.locator(`[data-model="${MODELS.echo}"] .card-link`).focus();
  await page.keyboard.press("Enter");
  await field(page, "text").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  const onModel = await reachedByTab(page);
  for (const name of ["field-0", "input-view-form"])
    assert.ok(onModel.includes(name), `${name} not reached: ${onModel}`);
  assert.ok(onModel.some((name) => name.startsWith("Run")));
  await page.getByRole("tab", { name: "Form" }).focus();
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.evaluate(() => document.activeElement.id), "input-view-json");
  await page.locator("#input-json").waitFor();
  await page.keyboard.press("ArrowLeft");
  await field(page, "text").locator("textarea").focus();
  await page.keyboard.type("typed");
  await page.keyboard.press("Control+Enter");
  await badge(page, "SUCCEEDED").waitFor();
});

test("who asks for less motion gets none", SLOW, async () => {
  const page = await open();
  await page.emulateMedia({ reducedMotion: "reduce" });
  await runEcho(page, { text: "a b c d", delay: 0.3 });
  await badge(page, "PROCESSING").waitFor();
  const longest = await page.evaluate(() =>
    Math.max(0, ...document.getAnimations().map((animation) => animation.effect.getComputedTiming().duration)),
  );
  assert.ok(longest < 1, `an animation of ${longest} ms`);
  await page.keyboard.press("Escape");
});
