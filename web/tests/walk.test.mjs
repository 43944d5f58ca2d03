/** Every page is reached, and what it is for is done there, by a mouse alone and by a keyboard alone. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { admin, api, BASE_URL, MODELS, open, signIn, useBrowser } from "./harness.mjs";

useBrowser();

const WALK = { timeout: 240_000 };
const MOST_TABS = 400;
// Reached by a link in a mail, or by one that somebody shares
const FROM_ELSEWHERE = ["/invitation", "/reset", "/sign-in", "/public/{token}"];

/** Where somebody can go, as the server knows it: its addresses as patterns. */
async function addresses() {
  const source = await readFile(new URL("../../server/app.py", import.meta.url), "utf8");
  const [, paths] = source.match(/^UI_PATHS = \((.*?)^\)/ms);
  return [...paths.matchAll(/"(\/[^"]*)"/g)].map(([, path]) => path);
}

const matches = (pattern, path) => new RegExp(`^${pattern.replace(/\{\w+\}/g, "[^/]+")}$`).test(path);

const mouse = {
  press: (page, what) => what.click(),
  write: async (page, what, text) => {
    await what.click();
    await page.keyboard.insertText(text);
  },
};

/** Goes on by Tab until something has the focus, which has to be seen; tabs of a list are chosen by arrows. */
async function reach(page, what) {
  await what.waitFor();
  const isThere = () => what.evaluate((element) => element === document.activeElement);
  const list = await what.evaluate((element) => element.tabIndex < 0 && element.getAttribute("role") === "tab");
  for (let count = 0; !(await isThere()); count++) {
    assert.ok(count < MOST_TABS, `Tab does not reach ${what}`);
    const isInList = list && (await page.evaluate(() => document.activeElement?.getAttribute("role") === "tab"));
    await page.keyboard.press(isInList ? "ArrowRight" : "Tab");
  }
  const isSeen = await what.evaluate((element) => {
    const shows = (part) => {
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(part);
      return (outlineStyle !== "none" && outlineWidth !== "0px") || boxShadow !== "none";
    };
    // a card or row shows the focus of the link that fills it
    for (let part = element; part; part = part.parentElement) if (shows(part)) return true;
    return ["::before", "::after"].some((pseudo) => getComputedStyle(element, pseudo).outlineStyle !== "none");
  });
  assert.ok(isSeen, `nobody sees that ${what} has the focus`);
}

const keyboard = {
  press: async (page, what) => {
    await reach(page, what);
    const isLink = await what.evaluate((element) => element.tagName === "A");
    await page.keyboard.press(isLink ? "Enter" : "Space");
  },
  write: async (page, what, text) => {
    await reach(page, what);
    await page.keyboard.press("Control+a");
    await page.keyboard.insertText(text);
  },
};

for (const [name, hand] of Object.entries({ mouse, keyboard })) {
  test(`every page by ${name} alone`, WALK, async () => {
    const { handle, token } = await admin();
    const model = `walk-${name}`;
    const slug = `${handle}/${model}`;
    const source = { predictor: "echo" };
    const create = "mutation ($i: CreateModelInput!) { createModel(input: $i) { ... on Model { id } } }";
    await api(create, { i: { name: model, kind: "CUSTOM", source, visibility: "PRIVATE" } }, token);
    const page = await open(`/?mine=1&q=${model}`, { prepare: (p) => signIn(p, token) });
    const visited = new Set(["/"]);
    const press = (what) => hand.press(page, what);
    const write = (what, text) => hand.write(page, what, text);
    const at = async (pattern) => {
      await page.waitForURL((url) => matches(pattern, url.pathname));
      await page.locator("main h1").first().waitFor();
      visited.add(new URL(page.url()).pathname);
    };
    /** Follows a link of this page to an address, wherever in the page it stands. */
    const follow = async (path) => {
      await press(page.locator(`a[href="${path}"]:visible`).first());
      await at(path.split("?")[0]);
    };
    const button = (label) => page.getByRole("button", { name: label, exact: true });

    // a model, a run of it, and what belongs to it
    await follow(`/models/${slug}`);
    await write(page.locator('[data-field="text"] textarea'), "to be or not to be");
    await press(page.locator(".run-bar").getByRole("button", { name: /^Run/ }));
    await at("/p/{id}");
    await page.locator('.badge[data-status="SUCCEEDED"]').waitFor();
    await follow(`/models/${slug}`);
    await follow(`/models/${slug}/performance`);
    await follow(`/models/${slug}`);
    await follow(`/models/${slug}/experiments`);
    await follow(`/models/${slug}`);
    await follow(`/models/${slug}/edit`);
    await follow(`/models/${slug}`);
    await follow(`/owners/${handle}`);

    // a conversation
    await follow("/chat");
    await follow("/chat/demo/chat");
    await write(page.getByRole("textbox", { name: "Message", exact: true }), "What is a lease?");
    await press(button("Send"));
    await page.locator('.turn[data-role="assistant"][data-state="done"]').waitFor();

    // what one has
    await follow("/compare");
    await follow("/history");
    await follow("/pictures");
    await follow("/history");
    await press(page.locator("[data-prediction] a").first());
    await at("/p/{id}");
    await follow("/batches");
    await press(page.getByText("New batch"));
    await write(page.getByLabel("Model", { exact: true }), MODELS.echo);
    await write(page.getByLabel(/^Inputs/), '{"text": "one"}');
    await press(button("Start the batch"));
    await at("/batches/{id}");
    await page.getByText("Completed", { exact: true }).waitFor();
    await follow("/usage");
    await follow("/account");
    await write(page.getByLabel("Name of a new key"), "a key");
    await press(button("Create key"));
    await page.locator(".new-key").waitFor();
    await follow("/admin");
    await press(page.getByRole("tab", { name: "Users" }));
    await page.locator("[data-user]").first().waitFor();

    // another model, and away
    await follow("/");
    await follow("/new");
    await press(button("Sign out"));
    await button("Sign in").first().waitFor();

    const missed = (await addresses()).filter(
      (pattern) => !FROM_ELSEWHERE.includes(pattern) && ![...visited].some((path) => matches(pattern, path)),
    );
    assert.deepEqual(missed, []);
    assert.ok(page.url().startsWith(BASE_URL));
  });
}
