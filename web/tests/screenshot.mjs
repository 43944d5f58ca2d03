/** `node tests/screenshot.mjs FOLDER`: each page of the server at BASE_URL, for the docs; see tests/web/screenshots.py. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { launch } from "./browser.mjs";

const folder = process.argv[2];
const { BASE_URL: base, USER_TOKEN: userToken, ADMIN_TOKEN: adminToken } = process.env;
if (!folder || !base || !userToken || !adminToken) {
  process.stderr.write("usage: BASE_URL=... USER_TOKEN=... ADMIN_TOKEN=... node tests/screenshot.mjs FOLDER\n");
  process.exit(2);
}

const PATIENCE_MS = 120_000;
const OWN = "guest/posters";
const LOOKS = [
  { name: "light", scheme: "light", width: 1200, height: 780 },
  { name: "dark", scheme: "dark", width: 1200, height: 780 },
  { name: "360", scheme: "light", width: 360, height: 720 },
];

async function api(query, variables, token = userToken) {
  const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
  const response = await fetch(`${base}/graphql`, {
    method: "POST",
    headers,
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

async function predict(model, input, wait = 60) {
  const query = `mutation ($i: CreatePredictionInput!) { createPrediction(input: $i) { __typename
    ... on Prediction { id status } ... on UserError { message } } }`;
  const { createPrediction: made } = await api(query, { i: { model, input, wait } });
  if (made.__typename !== "Prediction") throw new Error(JSON.stringify(made));
  return made.id;
}

/** Models of one's own with samples, and a history: what the pictures show. */
async function prepare() {
  const create = "mutation ($i: CreateModelInput!) { createModel(input: $i) { __typename } }";
  const source = { demo: "shapes" };
  const description = `Draws one shape on one background, at 128 by 128 pixels.

## How to ask

- a **colour** and a *shape*: \`a red circle\`
- a background: \`on a blue background\`

More steps draw finer; the same seed draws the same picture.`;
  const model = {
    name: "posters",
    kind: "IMAGE_GENERATION",
    source,
    description,
    tags: ["shapes", "small", "diffusion"],
  };
  await api(create, { i: model });
  const ready = 'query { model(slug: "guest/posters") { latestVersion { state } } }';
  while ((await api(ready, {})).model.latestVersion.state !== "READY") await new Promise((r) => setTimeout(r, 500));
  const samples = [];
  for (const [index, prompt] of ["a yellow star on a black background", "a red circle on a blue background"].entries())
    samples.push(await predict(OWN, { prompt, steps: 40, seed: 7 + index }));
  const change = "mutation ($i: UpdateModelInput!) { updateModel(input: $i) { __typename } }";
  await api(change, { i: { model: OWN, samples } });
  await predict("demo/prose", { prompt: "The following example shows how to", max_new_tokens: 120, seed: 3 });
  await predict("demo/echo", { text: "a run that fails, to be retried", fail: true });
  await api("mutation ($i: CreateApiKeyInput!) { createApiKey(input: $i) { __typename } }", {
    i: { name: "nightly report", scopes: ["READ", "RUN"] },
  });
}

let browser;

async function open(look, path, token = userToken) {
  const context = await browser.newContext({
    colorScheme: look.scheme,
    viewport: { width: look.width, height: look.height },
    deviceScaleFactor: 1.5,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  await page.addInitScript((value) => localStorage.setItem("token", value), token);
  await page.goto(base + path);
  return page;
}

const pictures = (page) =>
  page.waitForFunction(() => [...document.images].every((image) => image.complete && image.naturalWidth > 0));
const done = (page, count = 1) =>
  page
    .locator('.badge[data-status="SUCCEEDED"]')
    .nth(count - 1)
    .waitFor();
const field = (page, name) => page.locator(`[data-field="${name}"]`).first();
const fillNumber = (page, name, value) => field(page, name).locator('input[type="number"]').fill(String(value));

const PAGES = {
  gallery: async (look) => {
    const page = await open(look, "/");
    await page.locator(`[data-model="${OWN}"] img`).waitFor();
    await pictures(page);
    return page;
  },
  model: async (look) => {
    const page = await open(look, `/models/${OWN}`);
    await page.locator(".readme h3, .readme h4").first().waitFor();
    await field(page, "prompt").locator("textarea").fill("a green triangle on a white background");
    return page;
  },
  code: async (look) => {
    const page = await open(look, "/models/demo/prose");
    await field(page, "prompt").locator("textarea").fill("The following example shows how to");
    await page.getByRole("tab", { name: "Code" }).click();
    await page.getByRole("tab", { name: "OpenAI" }).click();
    return page;
  },
  text: async (look) => {
    const page = await open(look, "/models/demo/prose");
    await field(page, "prompt").locator("textarea").fill("The following example shows how to");
    await fillNumber(page, "max_new_tokens", 220);
    await fillNumber(page, "seed", 3);
    await page.keyboard.press("Control+Enter");
    await done(page);
    return page;
  },
  image: async (look) => {
    const page = await open(look, "/models/demo/shapes");
    await field(page, "prompt").locator("textarea").fill("a red circle on a blue background");
    await fillNumber(page, "num_images", 4);
    await fillNumber(page, "steps", 100);
    await fillNumber(page, "seed", 7);
    await page.keyboard.press("Control+Enter");
    // while it is drawn: one picture is near its end, the next ones are to come
    await page.locator(".picture-preview").nth(1).waitFor();
    return page;
  },
  compare: async (look) => {
    const page = await open(look, "/compare?m=demo/shapes&m=demo/shapes&m=demo/shapes");
    await field(page, "prompt").locator("textarea").fill("a yellow star on a black background");
    await fillNumber(page, "seed", 5);
    for (const [number, steps] of [
      [1, 2],
      [2, 10],
      [3, 60],
    ]) {
      const column = page.getByRole("region", { name: `Column ${number}`, exact: true });
      await column.getByLabel(/^A setting of its own/).selectOption("steps");
      await column.locator('[data-field="steps"] input[type="number"]').fill(String(steps));
    }
    await page.keyboard.press("Control+Enter");
    await done(page, 3);
    await pictures(page);
    await page.locator(".columns").scrollIntoViewIfNeeded();
    await page.locator(".columns").evaluate((columns) => columns.scrollIntoView());
    return page;
  },
  users: async (look) => {
    const page = await open(look, "/admin?view=users", adminToken);
    await page.locator("[data-user]").first().waitFor();
    return page;
  },
  history: async (look) => {
    const page = await open(look, "/history");
    await page.locator("[data-prediction]").nth(3).waitFor();
    await pictures(page);
    return page;
  },
  account: async (look) => {
    const page = await open(look, "/account");
    await page.getByText("nightly report").waitFor();
    return page;
  },
  system: async (look) => {
    const page = await open(look, "/admin", adminToken);
    await page.locator("[data-worker]").first().waitFor();
    await page.locator("[data-prediction]").first().waitFor();
    return page;
  },
  graphiql: async (look) => {
    const page = await open(look, "/graphql");
    await page.locator(".graphiql-query-editor .view-line").first().waitFor();
    await page.locator(".graphiql-execute-button").click();
    await page.locator(".graphiql-response").getByText('"totalCount"').waitFor();
    return page;
  },
};

/** A picture that moves: a frame whenever the browser gives one while somebody does something, named by its time in ms. */
async function film(name, page, act) {
  const began = performance.now();
  let isOver = false;
  const acting = act(page).finally(() => (isOver = true));
  while (!isOver) {
    const at = Math.round(performance.now() - began);
    await page.screenshot({ path: join(folder, `${name}.frame-${String(at).padStart(6, "0")}.png`), scale: "css" });
  }
  await acting;
}

const rest = (page, seconds) => page.waitForTimeout(1000 * seconds);
const FILMS = {
  // Who comes to the server for the first time: a picture is drawn, then a text is written
  live: async () => {
    const page = await open({ scheme: "light", width: 900, height: 640 }, "/models/demo/shapes");
    const prompt = field(page, "prompt").locator("textarea");
    await prompt.fill("");
    await fillNumber(page, "steps", 90);
    await fillNumber(page, "seed", 7);
    await page.evaluate(() => scrollTo(0, 0));
    await film("live", page, async () => {
      await prompt.pressSequentially("a red circle on a blue background", { delay: 35 });
      await page.keyboard.press("Control+Enter");
      await page.locator(".picture-preview, .badge[data-status]").first().scrollIntoViewIfNeeded();
      await done(page);
      await pictures(page);
      await rest(page, 1.5);
      await page.goto(`${base}/models/demo/prose`);
      const text = field(page, "prompt").locator("textarea");
      await text.fill("");
      await text.pressSequentially("The following example shows how to", { delay: 35 });
      await page.keyboard.press("Control+Enter");
      await done(page);
      await rest(page, 2);
    });
    await page.context().close();
  },
};

await mkdir(folder, { recursive: true });
await prepare();
browser = await launch();
try {
  const wanted = process.env.ONLY?.split(",") ?? [...Object.keys(FILMS), ...Object.keys(PAGES)];
  for (const name of wanted) {
    if (FILMS[name]) {
      await FILMS[name]();
      continue;
    }
    for (const look of LOOKS) {
      const page = await PAGES[name](look);
      await page.screenshot({ path: join(folder, `${name}-${look.name}.png`) });
      await page.context().close();
    }
  }
} finally {
  await browser.close();
}
