import assert from "node:assert/strict";
import { test } from "node:test";
import {
  api,
  assertAccessible,
  cardOf,
  fake,
  field,
  fits,
  MODELS,
  open,
  register,
  signIn,
  SLOW,
  useBrowser,
} from "./harness.mjs";

useBrowser();

const slugs = (page) =>
  page.locator("[data-model]").evaluateAll((cards) => cards.map((card) => card.dataset.model).sort());
// Other tests share the server: what they add is public as well
const demos = async (page) => (await slugs(page)).filter((slug) => slug.startsWith("demo/"));
const READY = { id: "v", number: 1, state: "READY", reason: null, progress: null };
const answer = (nodes, endCursor = null) => ({
  data: { models: { nodes, pageInfo: { hasNextPage: endCursor !== null, endCursor } } },
});

test("models are shown, searched and narrowed by kind, and the address says how", SLOW, async () => {
  const page = await open("/");
  await page.locator(`[data-model="${MODELS.text}"]`).waitFor();
  assert.deepEqual(
    await demos(page),
    ["chat", "echo", "naming", "prose", "shapes", "shapes-outline"].map((name) => `demo/${name}`),
  );
  await page.getByRole("searchbox").fill("DIFFUSION");
  await page.locator(`[data-model="${MODELS.text}"]`).waitFor({ state: "detached" });
  assert.deepEqual(await demos(page), [MODELS.image]);
  await page.reload();
  await page.locator(`[data-model="${MODELS.image}"]`).waitFor();
  assert.equal(await page.getByRole("searchbox").inputValue(), "DIFFUSION");
  await page.getByRole("searchbox").fill("");
  await page.getByRole("button", { name: "Text" }).click();
  await page.locator(`[data-model="${MODELS.image}"]`).waitFor({ state: "detached" });
  assert.deepEqual(await demos(page), ["demo/chat", MODELS.text]);
  assert.equal(new URL(page.url()).search, "?kind=TEXT_GENERATION");
});

test("a card leads to its model without loading the page again, and Back leads back", SLOW, async () => {
  const page = await open("/");
  await page.evaluate(() => (window.isSamePage = true));
  await page.locator(`[data-model="${MODELS.echo}"]`).click();
  await field(page, "text").waitFor();
  assert.equal(new URL(page.url()).pathname, `/models/${MODELS.echo}`);
  assert.match(await page.title(), /demo\/echo/);
  await page.goBack();
  await page.locator(`[data-model="${MODELS.echo}"]`).waitFor();
  assert.equal(await page.evaluate(() => window.isSamePage), true);
});

test("one's own models are shown with private ones marked; others do not see those", SLOW, async () => {
  const { handle, token } = await register("own");
  const source = { predictor: "echo" };
  await api(
    "mutation ($input: CreateModelInput!) { createModel(input: $input) { ... on Model { id } } }",
    { input: { name: "hidden", kind: "CUSTOM", source, visibility: "PRIVATE" } },
    token,
  );
  const stranger = await open("/?q=hidden");
  await stranger.getByText("No matching model").waitFor();
  const page = await open("/", { prepare: (p) => signIn(p, token) });
  await page.locator(`[data-model="${MODELS.echo}"]`).waitFor();
  await page.getByRole("button", { name: "Mine" }).click();
  await page.locator(`[data-model="${MODELS.echo}"]`).waitFor({ state: "detached" });
  assert.deepEqual(await slugs(page), [`${handle}/hidden`]);
  await page.locator(`[data-model="${handle}/hidden"]`).getByRole("img", { name: "Private" }).waitFor();
});

test("long lists come page by page", SLOW, async () => {
  const asked = [];
  const page = await open("/", {
    prepare: (p) =>
      fake(p, "Gallery", ({ after }) => {
        asked.push(after);
        return after ? answer([cardOf("a/last", READY)]) : answer([cardOf("a/first", READY)], "cursor");
      }),
  });
  await page.getByRole("button", { name: "Show more" }).click();
  await page.locator('[data-model="a/last"]').waitFor();
  assert.deepEqual(await slugs(page), ["a/first", "a/last"]);
  assert.deepEqual(asked, [null, "cursor"]);
  assert.equal(await page.getByRole("button", { name: "Show more" }).count(), 0);
});

test("no models, models in preparation, refused ones and an API that is away are explained", SLOW, async () => {
  const none = await open("/", { prepare: (p) => fake(p, "Gallery", () => answer([])) });
  await none.getByText("No models yet").waitFor();
  await none.getByText("Sign in to add the first one.").waitFor();
  const asking = await open("/", {
    prepare: async (p) => {
      await fake(p, "Gallery", () => answer([]));
      const server = { version: "", registration: true, usersAddModels: false };
      await fake(p, "Viewer", () => ({ data: { viewer: null, server } }));
    },
  });
  await asking.getByText("Administrators add models to this server: ask one of them").waitFor();
  assert.equal(await asking.getByRole("link", { name: "Open GraphiQL" }).count(), 0);
  const progress = { phase: "downloading", bytes: 2_000_000, totalBytes: 8_000_000 };
  const nodes = [
    cardOf("a/coming", { ...READY, state: "PREPARING", progress }),
    cardOf("a/bad", { ...READY, state: "REFUSED", reason: "no <b>safetensors</b>" }),
  ];
  let away = true;
  const page = await open("/", {
    allow: [/Failed to load resource/],
    prepare: (p) => fake(p, "Gallery", () => (away ? "abort" : answer(nodes))),
  });
  await page.getByText("The API cannot be reached").waitFor();
  away = false;
  await page.getByText("preparing, downloading, 2.0 MB of 8.0 MB").waitFor();
  await page.getByText("refused: no <b>safetensors</b>").waitFor();
});

test("an answer that comes late does not replace a newer one", SLOW, async () => {
  let release;
  const held = new Promise((resolve) => (release = resolve));
  const page = await open("/", {
    prepare: (p) =>
      fake(p, "Gallery", async ({ filter }) => {
        if (filter.search === "slow") await held;
        return answer([cardOf(`a/${filter.search || "all"}`, READY)]);
      }),
  });
  await page.locator('[data-model="a/all"]').waitFor();
  const slow = page.waitForRequest((request) => (request.postData() ?? "").includes('"slow"'));
  await page.getByRole("searchbox").fill("slow");
  await slow;
  await page.getByRole("searchbox").fill("quick");
  await page.locator('[data-model="a/quick"]').waitFor();
  const late = page.waitForResponse((response) => (response.request().postData() ?? "").includes('"slow"'));
  release();
  await late;
  assert.deepEqual(await slugs(page), ["a/quick"]);
});

test("models show tags, run counts and what they made; a tag leads to the others that have it", SLOW, async () => {
  const { handle, token } = await register("show");
  const model = `${handle}/shown`;
  const tag = `t-${handle.slice(-8)}`;
  const create = "mutation ($i: CreateModelInput!) { createModel(input: $i) { ... on Model { id } } }";
  await api(create, { i: { name: "shown", kind: "CUSTOM", source: { predictor: "echo" }, tags: [tag] } }, token);
  const run = `mutation ($i: CreatePredictionInput!) { createPrediction(input: $i) { __typename
    ... on Prediction { id status } } }`;
  const ready = "query ($m: String!) { model(slug: $m) { latestVersion { state } } }";
  while ((await api(ready, { m: model }, token)).model.latestVersion.state === "PREPARING");
  const text = "<i>what it made</i>";
  const { createPrediction: made } = await api(run, { i: { model, input: { text }, wait: 60 } }, token);
  assert.equal(made.status, "SUCCEEDED");
  const show = "mutation ($i: UpdateModelInput!) { updateModel(input: $i) { __typename } }";
  await api(show, { i: { model, samples: [made.id] } }, token);
  const page = await open(`/?tag=${tag}`);
  const card = page.locator(`[data-model="${model}"]`);
  await card.getByText(text).waitFor();
  assert.deepEqual(await slugs(page), [model]);
  await page.getByRole("button", { name: tag }).click();
  await page.locator(`[data-model="${MODELS.echo}"]`).waitFor();
  await card.getByRole("link", { name: tag }).click();
  await page.locator(`[data-model="${MODELS.echo}"]`).waitFor({ state: "detached" });
  await card.getByRole("link", { name: model }).click();
  await page.locator(".samples").getByText(text).first().waitFor();
  await page.getByRole("button", { name: "Use this input" }).click();
  assert.equal(await field(page, "text").locator("textarea").inputValue(), text);
});

test("run counts are shown in short", SLOW, async () => {
  const nodes = [
    cardOf("a/often", READY, { runCount: 12_345 }),
    cardOf("a/once", READY, { runCount: 1 }),
    cardOf("a/never", READY),
  ];
  const page = await open("/", { prepare: (p) => fake(p, "Gallery", () => answer(nodes)) });
  await page.locator('[data-model="a/often"]').getByText("12.3K runs").waitFor();
  await page.locator('[data-model="a/once"]').getByText("1 run").waitFor();
  assert.equal(await page.locator('[data-model="a/never"]').getByText(/runs?/).count(), 0);
});

test("a card shows the most likely answers of a model that weighs several", SLOW, async () => {
  const output = [
    { label: "red circle", score: 0.912 },
    { label: "red ring", score: 0.05 },
  ];
  const sample = { id: "p", input: { image: "data:image/png;base64,AA==" }, output, text: null, files: [] };
  const nodes = [cardOf("test/classes", READY, { samples: [sample] })];
  const page = await open("/", { prepare: (p) => fake(p, "Gallery", () => answer(nodes)) });
  assert.equal(await page.locator(".card-sample").textContent(), "red circle  0.91\nred ring  0.05");
});

const front = (featured, shown, anonymousPredictions = true) => ({
  data: {
    featured: { nodes: featured },
    trending: { nodes: shown },
    shown: { nodes: shown },
    server: { anonymousPredictions },
  },
});
const SAMPLE = { id: "s", input: { text: "one two three" }, output: "one two three", text: "one two three", files: [] };

test("a visitor starts a model at a click, and sees its sample, marked as such, until then", SLOW, async () => {
  const model = cardOf(MODELS.echo, READY, { samples: [SAMPLE] });
  const page = await open("/", { prepare: (p) => fake(p, "GalleryFront", () => front([], [model])) });
  const hero = page.locator(".hero");
  await hero.locator(".sample-output").getByText("one two three").waitFor();
  assert.equal(await hero.locator(".badge").textContent(), "Sample");
  assert.equal(await page.getByRole("heading", { level: 1 }).count(), 1);
  await assertAccessible(page, "the first page of a visitor");
  await hero.getByRole("button", { name: "Run it now" }).click();
  await hero.locator('.badge[data-status="SUCCEEDED"]').waitFor();
  assert.match(await hero.locator(".text-output").textContent(), /one two three/);
  assert.equal(await hero.locator(".sample-output").count(), 0);
  await hero.getByRole("button", { name: "Run it again" }).waitFor();
  await hero.getByRole("link", { name: "Change the input" }).click();
  await field(page, "text").waitFor();
});

test("where visitors may not run models, the hero asks them to sign in", SLOW, async () => {
  const model = cardOf(MODELS.echo, READY, { samples: [SAMPLE] });
  const page = await open("/", { prepare: (p) => fake(p, "GalleryFront", () => front([], [model], false)) });
  await page.locator(".hero").getByRole("button", { name: "Sign in to run it" }).click();
  await page.getByRole("dialog", { name: "Sign in" }).waitFor();
  assert.equal(await page.locator(".hero").getByRole("button", { name: "Run it now" }).count(), 0);
});

test("a page without a front is a gallery still", SLOW, async () => {
  const page = await open("/", {
    prepare: (p) => fake(p, "GalleryFront", () => "abort"),
    allow: [/ERR_FAILED/],
  });
  await page.locator(`[data-model="${MODELS.echo}"]`).waitFor();
  await page.locator(".hero").getByRole("link", { name: "Browse models" }).waitFor();
});

test(
  "featured models have a shelf; lists are narrowed by what models are for, and sorted, in the address",
  SLOW,
  async () => {
    const asked = [];
    const facts = { categories: ["CHAT"], languages: ["pt-BR"], license: { name: "MIT" }, starCount: 2 };
    const chosen = cardOf("a/chosen", READY, facts);
    const page = await open("/", {
      prepare: async (p) => {
        await fake(p, "GalleryFront", () => front([chosen], []));
        await fake(p, "Gallery", ({ filter, orderBy }) => {
          asked.push({ ...filter, orderBy });
          return answer([chosen]);
        });
      },
    });
    await page.getByRole("region", { name: "Featured" }).getByText("a/chosen").waitFor();
    const card = page.locator('[data-model="a/chosen"]');
    for (const words of ["Chat", "2 stars", "MIT"]) await card.getByText(words, { exact: true }).waitFor();
    await page.getByLabel("Made for").selectOption("Chat");
    await page.locator('select[name="language"]').selectOption("pt-BR");
    await page.getByLabel("License").selectOption("MIT");
    const sorted = page.waitForRequest((request) => /STARS/.test(request.postData() ?? ""));
    await page.getByLabel("Sort by").selectOption("Most stars");
    await page.waitForURL(/category=CHAT&language=pt-BR&license=MIT&order=STARS/);
    const wanted = { category: "CHAT", language: "pt-BR", license: "MIT" };
    await sorted;
    await page.locator('.cards[aria-busy="false"]').waitFor();
    const last = asked.at(-1);
    for (const [name, value] of Object.entries(wanted)) assert.equal(last[name], value);
    assert.deepEqual(last.orderBy, { field: "STARS", direction: "DESC" });
    assert.equal(await page.getByRole("region", { name: "Featured" }).count(), 0);
  },
);

test("who has no model yet is led to the first one", SLOW, async () => {
  const { token } = await register("first");
  const page = await open("/?mine=1", { prepare: (p) => signIn(p, token) });
  await page.getByRole("heading", { name: "Add your first model" }).waitFor();
  await page.locator(".stage").getByRole("link", { name: "Add a model" }).click();
  await page.getByRole("heading", { name: "Add a model" }).waitFor();
});

test("visitors see the gallery at 360 px and in German", SLOW, async () => {
  const page = await open("/", { width: 360 });
  await page.locator(`[data-model="${MODELS.echo}"]`).waitFor();
  assert.equal(await fits(page), true);
  await page.getByLabel("Language", { exact: true }).first().selectOption("de");
  await page.getByRole("heading", { name: "Modelle", exact: true }).waitFor();
  assert.equal(await fits(page), true);
});
