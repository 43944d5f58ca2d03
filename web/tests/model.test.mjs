import assert from "node:assert/strict";
import { test } from "node:test";
import {
  api,
  assertAccessible,
  badge,
  cardOf,
  fake,
  field,
  fits,
  FORM,
  modelAnswer,
  MODELS,
  open,
  predictionId,
  register,
  runButton,
  signIn,
  SLOW,
  textOutput,
  useBrowser,
} from "./harness.mjs";

useBrowser();

const SCHEMA = {
  type: "object",
  required: ["word"],
  properties: { word: { type: "string" }, count: { type: "integer", default: 3 } },
};
const tab = (page, name) => page.getByRole("tab", { name });

test("form and JSON are two views of one input", SLOW, async () => {
  const sent = [];
  const page = await open(FORM, {
    prepare: async (p) => {
      await fake(p, "ModelPage", () => modelAnswer(SCHEMA));
      await fake(p, "CreatePrediction", ({ input }) => {
        sent.push(input.input);
        const violations = [{ path: "/input/count", message: "is too large", code: "maximum" }];
        return {
          data: { createPrediction: { __typename: "InvalidInput", code: "INVALID_INPUT", message: "no", violations } },
        };
      });
    },
  });
  await field(page, "word").locator("input").fill("hello");
  await tab(page, "JSON").click();
  const json = page.locator("#input-json");
  assert.deepEqual(JSON.parse(await json.inputValue()), { word: "hello", count: 3 });
  await json.fill("{");
  await tab(page, "Form").click();
  await page.locator("#input-json-errors").getByText("not JSON").waitFor();
  await json.fill('{"word": "changed", "count": 4, "unknown": [1]}');
  await runButton(page).click();
  await page.locator("#input-json-errors").getByText("/input/count: is too large").waitFor();
  await tab(page, "Form").click();
  assert.equal(await field(page, "word").locator("input").inputValue(), "changed");
  await field(page, "word").locator("input").fill("again");
  await page.keyboard.press("Control+Enter");
  await field(page, "count").getByText("is too large").waitFor();
  assert.deepEqual(sent, [
    { word: "changed", count: 4, unknown: [1] },
    { word: "again", count: 4, unknown: [1] },
  ]);
});

const README = `# A title

Some **bold** text, a [link](https://example.org/a), a [bad one](javascript:alert(1)), \`code\` &amp; more.

<script>document.title = "owned"</script>
<img src=x onerror="document.title='owned'">

![a picture](https://example.org/picture.png)

#### Deep

| a | b |
|---|---|
| 1 | <b>2</b> |

- [x] done
`;

test("a readme is shown as Markdown, and no HTML in it comes alive", SLOW, async () => {
  const page = await open(FORM, {
    prepare: (p) =>
      fake(p, "ModelPage", () => {
        const answer = modelAnswer(SCHEMA);
        answer.data.model.description = README;
        return answer;
      }),
  });
  const readme = page.locator(".readme");
  await readme.getByRole("heading", { name: "A title" }).waitFor();
  assert.equal(await readme.locator("strong").textContent(), "bold");
  assert.match(await readme.textContent(), /<script>document.title = "owned"<\/script>/);
  assert.match(await readme.textContent(), /code & more/);
  const links = await readme.locator("a").evaluateAll((found) => found.map((link) => link.getAttribute("href")));
  assert.deepEqual(links, ["https://example.org/a", "https://example.org/picture.png"]);
  assert.equal(await readme.locator("script, img, b").count(), 0);
  assert.equal(await readme.locator("td").count(), 2);
  assert.match(await page.title(), /test\/form/);
});

test(
  "a readme that says a huge table and names of characters that are none leaves the page at hand",
  SLOW,
  async () => {
    const page = await open(FORM, {
      prepare: (p) =>
        fake(p, "ModelPage", () => {
          const answer = modelAnswer(SCHEMA);
          const table = `${"|".repeat(1251)}\n${"|-".repeat(1250)}|\n${"|\n".repeat(2499)}`;
          answer.data.model.description = `&valueOf; &toString;\n\n${table}`;
          return answer;
        }),
    });
    const readme = page.locator(".readme");
    await readme.getByText("&valueOf; &toString;").waitFor();
    await readme.getByText("The rest of this text is not shown").waitFor();
    assert.ok((await readme.locator("*").count()) < 15_000);
    await field(page, "word").locator("input").fill("typed");
  },
);

test("fields may be called as what every object has, and what no form can show is JSON", SLOW, async () => {
  const sent = [];
  const names = ["__proto__", "constructor", "toString", "valueOf"];
  const properties = JSON.parse(`{${names.map((name) => `"${name}": {"type": "string"}`).join()}}`);
  let schema = { type: "object", properties };
  const prepare = async (p) => {
    await fake(p, "ModelPage", () => modelAnswer(schema));
    await fake(p, "CreatePrediction", ({ input }) => {
      sent.push(JSON.stringify(input.input));
      return { data: { createPrediction: { __typename: "ConflictError", code: "CONFLICT", message: "enough" } } };
    });
  };
  const page = await open(FORM, { prepare });
  for (const name of names) await field(page, name).locator("input").fill(`my ${name}`);
  await page.keyboard.press("Control+Enter");
  await page.getByText("enough").waitFor();
  assert.deepEqual(sent, [`{${names.map((name) => `"${name}":"my ${name}"`).join()}}`]);
  const many = Array.from({ length: 5_000 }, (_, index) => [`field_${index}`, { type: "string" }]);
  schema = { type: "object", properties: Object.fromEntries(many) };
  const large = await open(FORM, { prepare });
  await large.getByText("This model's schema has no form").waitFor();
  assert.equal(await large.locator("[data-field]").count(), 1);
});

test("nothing that the owner of a model writes reaches beyond its own place", SLOW, async () => {
  const long = "W".repeat(10_000);
  const properties = {
    word: { type: "string", title: long, description: long, default: long, examples: [{ toString: 1 }] },
    choice: { enum: [long, { valueOf: 1 }] },
    odd: null,
    slider: { type: "number", minimum: 0, maximum: 1, multipleOf: 5e-324 },
  };
  const facts = { state: "REFUSED", reason: long, source: `huggingface:${long}` };
  const page = await open(FORM, {
    prepare: (p) =>
      fake(p, "ModelPage", () => {
        const answer = modelAnswer({ type: "object", properties }, facts);
        answer.data.model.description = `# ${long}\n\n${long}\n\n    ${long}\n\n[a](https://a.example/${long})`;
        answer.data.model.tags = [long.slice(0, 200), "__proto__"];
        return answer;
      }),
  });
  await page.locator(".readme h3").waitFor();
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 900 });
    assert.equal(await fits(page), true, `at ${width}`);
  }
  assert.ok((await page.locator('[data-field="word"] .field-label').textContent()).length < 200);
});

test("versions are listed; one that is chosen is the one that runs", SLOW, async () => {
  const sent = [];
  const page = await open(`${FORM}?version=1`, {
    prepare: async (p) => {
      await fake(p, "ModelPage", () => {
        const [old] = modelAnswer(SCHEMA).data.model.versions;
        const newest = { ...old, id: "v2", number: 2, inputSchema: { type: "object", properties: { other: {} } } };
        const refused = { ...old, id: "v3", number: 3, state: "REFUSED", reason: "too large" };
        return { data: { model: { ...cardOf("test/form", newest), versions: [refused, newest, old] } } };
      });
      await fake(p, "CreatePrediction", ({ input }) => {
        sent.push(input.model);
        return { data: { createPrediction: { __typename: "ConflictError", code: "CONFLICT", message: "enough" } } };
      });
    },
  });
  await field(page, "word").locator("input").fill("x");
  await page.keyboard.press("Control+Enter");
  await page.getByText("enough").waitFor();
  await page.getByRole("combobox", { name: /^Version/ }).selectOption("2");
  await field(page, "other").waitFor();
  assert.equal(new URL(page.url()).search, "");
  await page.keyboard.press("Control+Enter");
  await page.getByText("enough").waitFor();
  await page.getByRole("link", { name: "version 3" }).click();
  await page.getByText("This version cannot run: refused: too large.").waitFor();
  assert.equal(await runButton(page).count(), 0);
  assert.deepEqual(sent, ["test/form:1", "test/form"]);
});

test("a model or a version that is not there is said so", SLOW, async () => {
  const page = await open("/models/nobody/nothing");
  await page.getByText("There is no model nobody/nothing").waitFor();
  const other = await open(`/models/${MODELS.echo}?version=99`);
  await other.getByText("There is no version 99").waitFor();
});

test("a run turns the page into that prediction's, and Back leads to the model with its input kept", SLOW, async () => {
  const page = await open();
  const box = field(page, "text").locator("textarea");
  await box.fill("hello there");
  await box.evaluate((element) => (element.isKept = true));
  await page.keyboard.press("Control+Enter");
  await badge(page, "SUCCEEDED").waitFor();
  assert.match(page.url(), /\/p\/[\w=%-]+$/);
  assert.equal(await box.evaluate((element) => element.isKept && element === document.activeElement), true);
  const id = predictionId(page);
  assert.equal((await api("query ($id: ID!) { prediction(id: $id) { text } }", { id })).prediction.text, "hello there");
  await page.goBack();
  await page.getByText("The output appears here").waitFor();
  assert.equal(await box.inputValue(), "hello there");
  await page.goForward();
  await textOutput(page).filter({ hasText: "hello there" }).waitFor();
});

test("old addresses of predictions still work", SLOW, async () => {
  const page = await open("/?p=nothing");
  await page.getByText("No such prediction").waitFor();
  assert.equal(new URL(page.url()).pathname, "/p/nothing");
});

test("a version says how it runs, and whose weights it changes", SLOW, async () => {
  const version = {
    engine: "one by one",
    engineReason: "its attention keeps state between calls",
    base: { id: "b1", number: 3, slug: "ada/base-model:3" },
  };
  const page = await open(FORM, { prepare: (p) => fake(p, "ModelPage", () => modelAnswer(SCHEMA, version)) });
  const versions = page.locator(".versions");
  await versions.getByText("Runs one by one: its attention keeps state between calls").waitFor();
  assert.equal(
    await versions.getByRole("link", { name: "ada/base-model:3" }).getAttribute("href"),
    "/models/ada/base-model?version=3",
  );
});

test("an owner sets variables and secrets, reads no secret again, and removes them", SLOW, async () => {
  const { handle, token } = await register("var");
  const create = "mutation ($i: CreateModelInput!) { createModel(input: $i) { __typename ... on Model { slug } } }";
  const made = await api(
    create,
    { i: { name: "own", kind: "CUSTOM", visibility: "PRIVATE", source: { predictor: "echo" } } },
    token,
  );
  const { slug } = made.createModel;
  const set = "mutation ($i: SetModelVariableInput!) { setModelVariable(input: $i) { __typename } }";
  const given = { model: slug, name: "API_URL", value: "https://api.example", kind: "VARIABLE" };
  await api(set, { i: given }, token);
  const page = await open(`/models/${slug}`, { prepare: (p) => signIn(p, token) });
  const panel = page.getByRole("region", { name: "Variables and secrets" });
  await panel.getByText("https://api.example").waitFor();
  const value = "-----BEGIN KEY-----\nsk-4711\n-----END KEY-----";
  const fill = async (name) => {
    await panel.getByLabel("Name").fill(name);
    await panel.getByLabel("Value").fill(value);
    await panel.getByRole("button", { name: "Set", exact: true }).click();
  };
  await fill("PATH");
  await panel.locator(".callout").getByText("choose another name").waitFor();
  await fill("API_KEY");
  await panel.getByRole("button", { name: "Remove API_KEY" }).waitFor();
  assert.equal(await panel.locator(".callout").count(), 0);
  assert.equal(await panel.getByLabel("Value").inputValue(), "");
  await assertAccessible(page, "variables");
  await page.setViewportSize({ width: 360, height: 720 });
  assert.ok(await fits(page));
  await page.reload();
  await panel.getByRole("button", { name: "Remove API_KEY" }).click();
  await panel.getByRole("button", { name: "Remove API_KEY" }).waitFor({ state: "detached" });
  assert.ok(!(await page.content()).includes("sk-4711"));
  const query = "query ($s: String!) { model(slug: $s) { variables { name } } }";
  assert.deepEqual((await api(query, { s: slug }, token)).model.variables, [{ name: "API_URL" }]);
  // Public for as long as somebody else looks at it: other pages list what is
  const update = "mutation ($i: UpdateModelInput!) { updateModel(input: $i) { __typename } }";
  await api(update, { i: { model: slug, visibility: "PUBLIC" } }, token);
  const other = await open(`/models/${slug}`);
  await other.getByRole("heading", { name: `${handle}/own` }).waitFor();
  await other.locator(".versions").waitFor();
  assert.equal(await other.getByRole("region", { name: "Variables and secrets" }).count(), 0);
  await api(update, { i: { model: slug, visibility: "PRIVATE" } }, token);
});

test("what a run may cost at most is told beside its button, for what the form has by now", SLOW, async () => {
  const server = { version: "", registration: true, usersAddModels: false, passwordResets: false, singleSignOn: null };
  const asked = [];
  const page = await open(undefined, {
    prepare: async (p) => {
      await fake(p, "Viewer", () => ({ data: { viewer: null, server, prices: { currency: "USD" } } }));
      await fake(p, "EstimateRun", ({ input }) => {
        asked.push(input.model);
        const { text } = input.input;
        if (text === "refused")
          return { data: null, errors: [{ message: "no", extensions: { code: "BAD_USER_INPUT" } }] };
        return { data: { estimateCost: { most: `0.000${text.length}`, currency: "USD" } } };
      });
    },
  });
  const box = field(page, "text").locator("textarea");
  await box.fill("abc");
  await page.getByText("Costs $0.0003 at most", { exact: true }).waitFor();
  await box.fill("refused");
  await page.getByText(/^Costs/).waitFor({ state: "detached" });
  await box.fill("a");
  await page.getByText("Costs $0.0001 at most", { exact: true }).waitFor();
  assert.deepEqual([...new Set(asked)], [MODELS.echo]);
  await assertAccessible(page, "an estimate");
});
