import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { api, badge, open, reads, register, runEcho, SLOW, textOutput, useBrowser } from "./harness.mjs";

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

/** The session of a page that signed in, its access token replaced by one that ended. */
const outlive = (page) =>
  page.evaluate(() => {
    const ended = btoa(JSON.stringify({ exp: Math.floor(Date.now() / 1000) - 5 })).replace(/=/g, "");
    localStorage.setItem("token", `e30.${ended}.x`);
  });

async function openSignedIn() {
  const { handle, tokens } = await register("stay");
  const page = await open("/", {
    prepare: (p) =>
      p.addInitScript(({ accessToken, refreshToken }) => {
        if (sessionStorage.getItem("done")) return;
        sessionStorage.setItem("done", "1");
        localStorage.setItem("token", accessToken);
        localStorage.setItem("refreshToken", refreshToken);
      }, tokens),
  });
  await page.getByText(handle).waitFor();
  return { page, handle, tokens };
}

test("a session outlives its access token: tokens are exchanged once, whatever asks at once", SLOW, async () => {
  const { page, handle, tokens } = await openSignedIn();
  const exchanges = [];
  page.on("request", (request) => {
    if (request.postData()?.includes("mutation RefreshSession")) exchanges.push(request);
  });
  await outlive(page);
  await page.goto(new URL("/history", page.url()).href);
  await page.getByText("Nothing yet").waitFor();
  await page.getByText(handle).waitFor();
  assert.equal(exchanges.length, 1);
  const held = await page.evaluate(() => localStorage.getItem("refreshToken"));
  assert.notEqual(held, tokens.refreshToken);
});

test("signing out ends the session on the server too, and a session that ended elsewhere signs out", SLOW, async () => {
  const { page, tokens } = await openSignedIn();
  const refresh =
    "mutation ($t: String!) { refreshSession(input: { refreshToken: $t }) { __typename ... on Session { refreshToken } } }";
  const out = page.waitForResponse((response) => response.request().postData()?.includes("mutation Logout") ?? false);
  await page.getByRole("button", { name: "Sign out" }).click();
  await out;
  assert.equal((await api(refresh, { t: tokens.refreshToken })).refreshSession.__typename, "CredentialsError");
  const other = await openSignedIn();
  await api("mutation ($t: String!) { logout(input: { refreshToken: $t }) { sessions } }", {
    t: other.tokens.refreshToken,
  });
  await outlive(other.page);
  await other.page.reload();
  await other.page.getByRole("button", { name: "Sign in" }).waitFor();
  assert.equal(await heldToken(other.page), null);
});

test("a socket that ends with its token is followed by one with the next, and no text is lost", SLOW, async () => {
  const { page } = await openSignedIn();
  const words = Array.from({ length: 30 }, (_, index) => `w${index}`).join(" ");
  let sockets = 0;
  await page.routeWebSocket("**/graphql", (socket) => {
    const server = socket.connectToServer();
    let left = sockets++ === 0 ? 5 : Infinity;
    socket.onMessage((message) => server.send(message));
    server.onMessage(async (message) => {
      socket.send(message);
      if (JSON.parse(message).type !== "next" || --left !== 0) return;
      await outlive(page);
      await socket.close({ code: 4403, reason: "The access token has expired." });
    });
  });
  await runEcho(page, { text: words, delay: 0.08 });
  await badge(page, "SUCCEEDED").waitFor();
  await reads(textOutput(page), words);
  assert.equal(sockets, 2);
});
