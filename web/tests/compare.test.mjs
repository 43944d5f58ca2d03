import assert from "node:assert/strict";
import { test } from "node:test";
import { badge, fake, field, modelAnswer, MODELS, open, SLOW, useBrowser } from "./harness.mjs";

useBrowser();

const column = (page, number) => page.getByRole("region", { name: `Column ${number}`, exact: true });
const text = (page, number) => column(page, number).locator(".text-output");
const openEcho = () => open(`/compare?m=${MODELS.echo}&m=${MODELS.echo}`);

async function differ(page, number, name, value) {
  await column(page, number)
    .getByLabel(/^A setting of its own/)
    .selectOption(name);
  await column(page, number).locator(`[data-field="${name}"] input[type="number"]`).fill(String(value));
}

test("one input runs side by side with settings that differ, live, and the address shows it again", SLOW, async () => {
  const page = await openEcho();
  await column(page, 2).waitFor();
  const shared = page.getByRole("form", { name: "Shared input" });
  await shared.locator('[data-field="text"] textarea').fill("a b");
  await differ(page, 2, "repeat", 3);
  await page.keyboard.press("Control+Enter");
  await badge(column(page, 2), "SUCCEEDED").waitFor();
  await badge(column(page, 1), "SUCCEEDED").waitFor();
  assert.equal(await text(page, 1).textContent(), "a b");
  assert.equal(await text(page, 2).textContent(), "a b\na b\na b");
  await page.waitForURL(/\/compare\?p=.*&p=/);
  await page.reload();
  await text(page, 2).filter({ hasText: "a b\na b" }).waitFor();
  assert.equal(await shared.locator('[data-field="text"] textarea').inputValue(), "a b");
  assert.equal(await column(page, 2).locator('[data-field="repeat"] input[type="number"]').inputValue(), "3");
  assert.equal(await column(page, 1).locator("[data-field]").count(), 0);
});

test("one seed is drawn for all columns, and whoever gives one of their own has that", SLOW, async () => {
  const schema = {
    type: "object",
    properties: {
      word: { type: "string" },
      seed: { type: ["integer", "null"], minimum: 0, maximum: 4294967295, default: null },
    },
  };
  const inputs = [];
  const page = await open("/compare?m=test/form&m=test/form&m=test/form", {
    prepare: async (p) => {
      await fake(p, "Gallery", () => {
        const models = { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } };
        return { data: { models } };
      });
      await fake(p, "ModelPage", () => modelAnswer(schema));
      await fake(p, "CreatePrediction", ({ input }) => {
        inputs.push(input.input);
        return { data: { createPrediction: { __typename: "ConflictError", code: "CONFLICT", message: "enough" } } };
      });
    },
  });
  const run = async () => {
    inputs.length = 0;
    await page.keyboard.press("Control+Enter");
    await page.waitForFunction(() => document.querySelectorAll(".column .callout").length === 3);
    while (inputs.length < 3) await new Promise(setImmediate);
    return inputs.map(({ seed }) => seed);
  };
  await column(page, 3).getByLabel("Version of column 3").waitFor();
  await page.locator('.compare > form [data-field="word"] input').fill("w");
  const first = await run();
  assert.ok(Number.isInteger(first[0]) && first[0] >= 0, String(first));
  assert.equal(new Set(first).size, 1);
  const second = await run();
  assert.equal(new Set(second).size, 1);
  assert.notEqual(second[0], first[0]);
  await page.getByRole("button", { name: "own seeds" }).click();
  assert.equal(new Set(await run()).size, 3);
  await page.getByRole("button", { name: "same seed" }).click();
  await differ(page, 2, "seed", 7);
  const third = await run();
  assert.deepEqual([third[1], third[0] === third[2], third[0] === 7], [7, true, false]);
  await page.locator('.compare > form [data-field="seed"] input').fill("11");
  assert.deepEqual(await run(), [11, 7, 11]);
});

test("columns are added, turned to other models, removed, and canceled together", SLOW, async () => {
  const page = await openEcho();
  await column(page, 2).waitFor();
  await page.getByRole("button", { name: "Add a column" }).click();
  await page.getByRole("button", { name: "Add a column" }).click();
  await column(page, 4).waitFor();
  assert.equal(await page.getByRole("button", { name: "Add a column" }).count(), 0);
  await page.getByLabel("Model of column 4").selectOption(MODELS.text);
  await column(page, 4)
    .getByLabel(/^A setting of its own/)
    .getByText("Temperature")
    .waitFor({ state: "attached" });
  await page.getByRole("button", { name: "Remove column 4" }).click();
  await column(page, 4).waitFor({ state: "detached" });
  await page.locator('.compare > form [data-field="text"] textarea').fill("w ".repeat(50));
  await page.locator('.compare > form [data-field="delay_seconds"] input[type="number"]').fill("1");
  await page.getByRole("button", { name: /^Run all/ }).click();
  for (const number of [1, 2, 3]) await badge(column(page, number), "PROCESSING").waitFor();
  await page.keyboard.press("Escape");
  for (const number of [1, 2, 3]) await badge(column(page, number), "CANCELED").waitFor();
});

test("what one column's version refuses is said there, and the others run", SLOW, async () => {
  const page = await openEcho();
  await column(page, 2).waitFor();
  await page.locator('.compare > form [data-field="text"] textarea').fill("fine");
  await differ(page, 2, "repeat", 5000);
  await page.keyboard.press("Control+Enter");
  await badge(column(page, 1), "SUCCEEDED").waitFor();
  await column(page, 2).getByText("/input/repeat").waitFor();
  assert.equal(await field(column(page, 2), "repeat").count(), 1);
});

test("leaving leads to the start of the next page, and typing there is not disturbed", SLOW, async () => {
  const page = await openEcho();
  await page.locator('.compare > form [data-field="text"] textarea').fill("left behind");
  await page.getByRole("link", { name: "Models", exact: true }).focus();
  await page.keyboard.press("Enter");
  await page.locator(".card-link").first().waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  await page.keyboard.press("Tab");
  const isFirst = () => document.activeElement === document.querySelector("main :is(a, button, input)");
  assert.equal(await page.evaluate(isFirst), true);
  await page.goBack();
  await column(page, 2).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
});

test("the key for searching takes what is typed right behind it, from any page", SLOW, async () => {
  const page = await openEcho();
  await column(page, 2).waitFor();
  // without a frame between them, as a fast hand or a slow machine has it
  const typed = await page.evaluate(() => {
    const press = (key) =>
      (document.activeElement ?? document.body).dispatchEvent(
        new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }),
      );
    press("/");
    return Promise.resolve().then(() => document.activeElement.id);
  });
  assert.equal(typed, "search");
  await page.goBack();
  await column(page, 2).waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("echo");
  await page.locator(`[data-model="${MODELS.image}"]`).waitFor({ state: "detached" });
  assert.equal(await page.getByRole("searchbox").inputValue(), "echo");
});
