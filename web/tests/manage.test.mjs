import assert from "node:assert/strict";
import { test } from "node:test";
import { admin, api, assertAccessible, fits, MODELS, open, register, signIn, SLOW, useBrowser } from "./harness.mjs";

useBrowser();

async function openView(view, allow = []) {
  const { token } = await admin();
  return open(`/admin?view=${view}`, { allow, prepare: (p) => signIn(p, token) });
}

test("an administrator limits a user, gives them a budget, locks them out, and deletes them", SLOW, async () => {
  const { handle, token } = await register("managed");
  const page = await openView("users", [/status of 400/]);
  await page.getByLabel("Search users").fill(handle);
  const person = page.locator(`[data-user="${handle}"]`);
  await person.getByRole("button", { name: `Change ${handle}` }).click();
  await person.getByLabel("Running at most").fill("3");
  await person.getByRole("button", { name: "Save limits" }).click();
  await person.getByText("The limits are saved.").waitFor();
  const budget = person.getByRole("form", { name: "Budget a month" });
  await budget.getByRole("textbox").fill("a lot");
  await budget.getByRole("button", { name: "Save" }).click();
  await person.getByRole("alert").waitFor();
  await budget.getByRole("textbox").fill("12.50");
  await budget.getByRole("button", { name: "Save" }).click();
  await budget.getByText(/ left$/).waitFor();
  await assertAccessible(page, "a user's panel");
  const { viewer } = await api("{ viewer { limits { mostRunning } budgets { amount } } }", {}, token);
  assert.deepEqual(viewer, { limits: { mostRunning: 3 }, budgets: [{ amount: "12.5" }] });

  await person.getByRole("button", { name: "Deactivate" }).click();
  await person.getByText("Its sessions end").waitFor();
  await person.getByRole("button", { name: "Deactivate" }).click();
  await person.getByRole("button", { name: "Reactivate" }).click();
  await person.getByText("The account is active again.").waitFor();
  const remove = person.getByRole("button", { name: "Delete" });
  assert.equal(await remove.isDisabled(), true);
  await person.getByLabel(`To delete the account, type ${handle}`).fill(handle);
  await page.setViewportSize({ width: 360, height: 800 });
  assert.equal(await fits(page), true);
  await remove.click();
  await person.waitFor({ state: "detached" });
});

test("prices are set as a whole, shown to everybody, and refused where they are none", SLOW, async () => {
  const page = await openView("prices", [/status of 400/]);
  await page.getByText("Nothing costs anything.").waitFor();
  try {
    await page.getByRole("button", { name: "Add a price" }).click();
    const amount = page.getByLabel("Amount");
    await amount.fill("cheap");
    const save = page.getByRole("button", { name: "Save prices" });
    const twice = async () => {
      await save.click();
      await save.click();
    };
    await twice();
    await page.getByRole("alert").waitFor();
    await amount.fill("0.0001");
    await page.getByRole("button", { name: "Add a price" }).click();
    await page.getByLabel("Unit").nth(1).selectOption({ label: "output token" });
    await amount.nth(1).fill("0.000002");
    await page.getByLabel("Version").nth(1).fill(`${MODELS.text}:1`);
    await assertAccessible(page, "prices");
    await twice();
    await page.getByText("The prices hold from now on.").waitFor();
    const { prices } = await api("{ prices { prices { unit amount version { slug } } } }");
    assert.deepEqual(prices.prices.map(({ unit, amount, version }) => [unit, amount, version?.slug ?? null]).sort(), [
      ["OUTPUT_TOKEN", "0.000002", `${MODELS.text}:1`],
      ["SECOND", "0.0001", null],
    ]);
    await page.getByRole("button", { name: "Remove this price" }).first().click();
    await page.getByRole("button", { name: "Remove this price" }).first().click();
    await twice();
    await page.getByText("Nothing costs anything.").waitFor();
  } finally {
    const { token } = await admin();
    await api("mutation { setPrices(input: { prices: [] }) { __typename } }", {}, token);
  }
});

test("an invitation is made and revoked, and the log says by whom", SLOW, async () => {
  const { handle } = await admin();
  const page = await openView("invitations");
  const email = `guest-${Date.now()}@example.org`;
  await page.getByLabel("E-mail address").fill(email);
  await page.getByRole("button", { name: "Invite" }).click();
  const row = page.locator(`[data-invitation="${email}"]`);
  await row.getByText("open", { exact: true }).waitFor();
  await row.getByText(`by ${handle}`).waitFor();
  await assertAccessible(page, "invitations");
  await page.getByRole("button", { name: `Revoke ${email}` }).click();
  await row.getByText("revoked").waitFor();
  await page.getByRole("tab", { name: "Log" }).click();
  await page.getByLabel("By").fill(handle);
  const entry = page.locator('[data-action="INVITATION_REVOKED"]').first();
  await entry.getByText(handle).waitFor();
  await assertAccessible(page, "the log");
  await page.getByLabel("Kind").selectOption({ label: "worker" });
  await entry.waitFor({ state: "detached" });
  await page.setViewportSize({ width: 360, height: 800 });
  assert.equal(await fits(page), true);
});

test("a report of a model is closed with what was done", SLOW, async () => {
  const { handle, token } = await register("reporter");
  const report =
    "mutation ($input: ReportModelInput!) { reportModel(input: $input) { __typename ... on UserError { message } } }";
  const input = { model: MODELS.echo, reason: "SPAM", text: `It <b>repeats</b> ${handle}.` };
  const { reportModel } = await api(report, { input }, token);
  assert.equal(reportModel.__typename, "ReportedModel", JSON.stringify(reportModel));
  const page = await openView("reports");
  const row = page.locator(`[data-report="${MODELS.echo}"]`).filter({ hasText: `It <b>repeats</b> ${handle}.` });
  await row.getByText(`by ${handle}`).waitFor();
  await assertAccessible(page, "reports");
  await row.getByLabel("What was done").fill("It is meant to.");
  await row.getByRole("button", { name: "Close" }).click();
  await row.waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Closed ones too" }).click();
  await row.getByText("It is meant to.").waitFor();
});
