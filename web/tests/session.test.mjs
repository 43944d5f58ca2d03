import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { badge, open, runEcho, SLOW, useBrowser } from "./harness.mjs";

useBrowser();

const heldToken = (page) => page.evaluate(() => localStorage.getItem("token"));

test("register, stay signed in over a reload, sign out", SLOW, async () => {
  const page = await open();
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "Create an account" }).click();
  const dialog = page.locator("dialog[open]");
  const handle = `ui-${randomBytes(4).toString("hex")}`;
  await dialog.getByLabel("Handle").fill("No!");
  await dialog.getByLabel("E-mail").fill(`${handle}@example.org`);
  await dialog.getByLabel("Password").fill("correct horse battery");
  await page.keyboard.press("Enter");
  await dialog.locator(".field-errors").waitFor();
  await dialog.getByLabel("Handle").fill(handle);
  await page.keyboard.press("Enter");
  await page.getByText(handle).waitFor();
  assert.equal((await heldToken(page)).split(".").length, 3);
  await page.reload();
  await page.getByText(handle).waitFor();
  await runEcho(page, { text: "mine" });
  await badge(page, "SUCCEEDED").waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  assert.equal(await heldToken(page), null);
});

test("wrong credentials are said so in the dialog", SLOW, async () => {
  const page = await open();
  await page.getByRole("button", { name: "Sign in" }).click();
  const dialog = page.locator("dialog[open]");
  await dialog.getByLabel("E-mail").fill("nobody@example.org");
  await dialog.getByLabel("Password").fill("wrong horse battery");
  await page.keyboard.press("Enter");
  await dialog.getByText("Not signed in").waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("dialog[open]").count(), 0);
});

test("a token that expired or is not one signs out quietly, and the page works on", SLOW, async () => {
  const claims = (exp) => Buffer.from(JSON.stringify({ sub: "x", exp })).toString("base64url");
  const now = Math.floor(Date.now() / 1000);
  for (const token of [`e30.${claims(now - 60)}.x`, "no token", `e30.${claims(now + 600)}.forged`]) {
    const page = await open(undefined, {
      allow: [/Failed to load resource/],
      prepare: (p) =>
        p.addInitScript(
          (value) => sessionStorage.x || localStorage.setItem("token", (sessionStorage.x = value)),
          token,
        ),
    });
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    await runEcho(page, { text: "still works" });
    await badge(page, "SUCCEEDED").waitFor();
    assert.equal(await heldToken(page), null);
  }
});
