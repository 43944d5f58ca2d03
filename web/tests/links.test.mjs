import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { admin, api, assertAccessible, BASE_URL, open, SLOW, useBrowser } from "./harness.mjs";

useBrowser();

const INVITE = `mutation ($input: InviteUserInput!) { inviteUser(input: $input) { ... on InvitedUser { link } } }`;

test("whoever has the link of an invitation makes an account by it, once", SLOW, async () => {
  const { token } = await admin();
  const handle = `guest-${randomBytes(4).toString("hex")}`;
  const { inviteUser } = await api(INVITE, { input: { email: `${handle}@example.org` } }, token);
  const path = inviteUser.link.replace(BASE_URL, "");
  assert.match(path, /^\/invitation#isl_/);
  const page = await open(path);
  await page.getByRole("heading", { name: "Make your account" }).waitFor();
  assert.equal(await page.evaluate(() => location.hash), "");
  await assertAccessible(page, "invitation");
  await page.getByLabel("Handle").fill("No!");
  await page.getByLabel("New password").fill("short");
  await page.keyboard.press("Enter");
  await page.getByText("A password has 8 to 256 characters.").waitFor();
  await page.getByLabel("Handle").fill(handle);
  await page.getByLabel("New password").fill("correct horse battery");
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: handle }).waitFor();
  assert.equal(new URL(page.url()).pathname, "/");
  const again = await open(path);
  await again.getByLabel("Handle").fill(`${handle}-2`);
  await again.getByLabel("New password").fill("correct horse battery");
  await again.keyboard.press("Enter");
  await again.getByText("This invitation is not valid any more").waitFor();
});

test("a page that leads back from nowhere, and a reset without mail, say what is the matter", SLOW, async () => {
  const back = await open("/sign-in#ended");
  await back.getByText("This sign-in is not valid any more; begin again.").waitFor();
  const reset = await open("/reset");
  await reset.locator("main").getByLabel("E-mail").fill("somebody@example.org");
  await reset.getByRole("button", { name: "Send a link" }).click();
  await reset.getByText("This server sends no mail").waitFor();
  await assertAccessible(reset, "reset");
});
