import assert from "node:assert/strict";
import { test } from "node:test";
import { admin, api, assertAccessible, fake, fits, open, register, signIn, SLOW, useBrowser } from "./harness.mjs";

useBrowser();

const REPOSITORY = {
  repo: "acme/writer",
  commit: "0123456789abcdef0123456789abcdef01234567",
  task: "text-to-image",
  library: "diffusers",
  fileCount: 12,
  sizeBytes: 5_200_000_000,
  weightBytes: 2_100_000_000,
  kind: "IMAGE_GENERATION",
  isAdapter: false,
  problem: null,
};
const listed = (changes = {}) => ({ data: { hubRepository: { ...REPOSITORY, ...changes } } });
const version = (changes) => ({
  data: {
    model: {
      id: "m",
      slug: "ada/writer",
      latestVersion: {
        id: "v",
        number: 1,
        state: "PREPARING",
        reason: null,
        nextTryAt: null,
        sizeBytes: null,
        progress: null,
        ...changes,
      },
      versions: [],
    },
  },
});

test("a repository is looked at before anything is downloaded, and its preparation shows bytes", SLOW, async () => {
  const { token } = await register("maker");
  const asked = [];
  const created = [];
  let state = { progress: { phase: "download", bytes: 500_000_000, totalBytes: 2_100_000_000 } };
  const page = await open("/new", {
    prepare: async (p) => {
      await signIn(p, token);
      await fake(p, "HubRepository", (variables) => (asked.push(variables), listed()));
      await fake(p, "CreateModel", ({ input }) => {
        created.push(input);
        return { data: { createModel: { __typename: "Model", id: "m", slug: "ada/writer" } } };
      });
      await fake(p, "Preparation", () => version(state));
    },
  });
  await page.getByLabel("Repository", { exact: true }).fill("https://huggingface.co/acme/writer/tree/v2");
  await page.getByText("2.1 GB", { exact: true }).waitFor();
  await page.getByText("12, 5.2 GB").waitFor();
  assert.deepEqual(asked.at(-1), { repo: "acme/writer", revision: "v2" });
  assert.equal(await page.getByLabel("Kind").inputValue(), "IMAGE_GENERATION");
  assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "writer");
  await assertAccessible(page, "the form that adds a model");
  await page.getByLabel("Who sees it").selectOption("Everyone");
  await page.getByRole("button", { name: "Add the model" }).click();
  await page.getByText("500 MB of 2.1 GB").waitFor();
  assert.equal(await page.getByRole("progressbar").getAttribute("value"), "500000000");
  const [input] = created;
  assert.deepEqual(input.source, { huggingface: { repo: "acme/writer", revision: "v2" } });
  assert.deepEqual([input.name, input.kind, input.visibility], ["writer", "IMAGE_GENERATION", "PUBLIC"]);
  state = { state: "READY", sizeBytes: 2_100_000_000 };
  await page.getByText("Its files have 2.1 GB.").waitFor();
  await page.getByRole("link", { name: "Run it" }).waitFor();
});

test("what the server would refuse is said at once, and a refusal leads back to what was typed", SLOW, async () => {
  const { token } = await register("maker");
  const problem = "It holds only pickle weights, which can run code and are not loaded: convert them to safetensors.";
  let repository = listed({ problem });
  const page = await open("/new", {
    width: 360,
    prepare: async (p) => {
      await signIn(p, token);
      await fake(p, "HubRepository", () => repository);
      await fake(p, "CreateModel", () => ({
        data: { createModel: { __typename: "Model", id: "m", slug: "ada/writer" } },
      }));
      await fake(p, "Preparation", () => version({ state: "REFUSED", reason: "no <b>config.json</b>" }));
    },
  });
  await page.getByLabel("Repository", { exact: true }).fill("acme/writer");
  await page.getByText(problem).waitFor();
  repository = { data: null, errors: [{ message: "acme/gone does not exist", extensions: { code: "NOT_FOUND" } }] };
  await page.getByLabel("Repository", { exact: true }).fill("acme/gone");
  await page.getByText("acme/gone does not exist").waitFor();
  repository = listed({ isAdapter: true });
  await page.getByLabel("Repository", { exact: true }).fill("acme/lora");
  await page.getByRole("button", { name: "Add it as an adapter" }).click();
  assert.equal(await page.getByRole("radio", { name: /Adapter/ }).isChecked(), true);
  await page.getByRole("radio", { name: /hub/ }).check();
  assert.equal(await fits(page), true);
  await page.getByRole("button", { name: "Add the model" }).click();
  await page.getByText("no <b>config.json</b>").waitFor();
  assert.equal(await fits(page), true);
  await page.getByRole("button", { name: "Change and add again" }).click();
  assert.equal(await page.getByLabel("Repository", { exact: true }).inputValue(), "acme/lora");
});

test("an administrator adds a class with the keyboard; what is wrong is said at its field", SLOW, async () => {
  const { token } = await admin();
  const page = await open("/new", { prepare: (p) => signIn(p, token) });
  await page.getByRole("radio", { name: /Class/ }).focus();
  await page.keyboard.press("Space");
  await page.getByLabel("Predictor", { exact: true }).focus();
  await page.keyboard.type("echo");
  const name = `keys-${Math.random().toString(36).slice(2, 8)}`;
  await page.getByLabel("Name", { exact: true }).focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.type("Not A Name");
  await page.keyboard.press("Enter");
  await page.locator('[aria-invalid="true"]').waitFor();
  await page.getByText(/lower-case letters and digits, with single/).waitFor();
  await page.keyboard.press("Control+a");
  await page.keyboard.type(name);
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Run it" }).waitFor();
  await page.getByRole("link", { name: "Run it" }).press("Enter");
  await page.getByRole("heading", { name: new RegExp(name) }).waitFor();
});

test("who may not add models is told why", SLOW, async () => {
  const visitor = await open("/new");
  await visitor.locator(".stage").getByRole("button", { name: "Sign in" }).click();
  await visitor.getByRole("dialog", { name: "Sign in" }).waitFor();
  const { token } = await register("other");
  const page = await open("/new", { prepare: (p) => signIn(p, token) });
  await page.getByRole("radio", { name: /hub/ }).waitFor();
  assert.equal(await page.getByRole("radio", { name: /Folder/ }).count(), 0);
});

const CREATE = "mutation ($i: CreateModelInput!) { createModel(input: $i) { __typename ... on Model { id } } }";
const RUN = `mutation ($i: CreatePredictionInput!) { createPrediction(input: $i) { __typename
  ... on Prediction { id status } } }`;
const STATES = "query ($m: String!) { model(slug: $m) { versions { number state } } }";

/** An echo model of somebody's, with so many versions, ready. */
async function echoModel(user, name, versions = 1) {
  const slug = `${user.handle}/${name}`;
  const source = { predictor: "echo" };
  await api(CREATE, { i: { name, kind: "CUSTOM", source, visibility: "PRIVATE" } }, user.token);
  const publish = "mutation ($i: PublishVersionInput!) { publishVersion(input: $i) { __typename } }";
  for (let number = 2; number <= versions; number += 1) await api(publish, { i: { model: slug, source } }, user.token);
  for (;;) {
    const { model } = await api(STATES, { m: slug }, user.token);
    if (model.versions.every(({ state }) => state === "READY")) return slug;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

test("its owner describes a model, shares it and shows runs of theirs as samples", SLOW, async () => {
  const user = await register("owner");
  const friend = await register("friend");
  const slug = await echoModel(user, "described");
  await api(RUN, { i: { model: slug, input: { text: "a sample of mine" }, wait: 60 } }, user.token);
  const page = await open(`/models/${slug}`, { prepare: (p) => signIn(p, user.token) });
  await page.getByRole("link", { name: "Edit" }).click();
  const readme = "What it *does*.\n\n## How\n\n- <img src=x onerror=alert(1)>";
  await page.getByLabel("Readme", { exact: true }).fill(readme);
  await page.getByRole("tab", { name: "Preview" }).click();
  await page.locator(".readme-preview h4, .readme-preview h3").getByText("How").waitFor();
  assert.equal(await page.locator(".readme-preview img").count(), 0);
  await page.getByLabel("Tags").fill("small, for-tests");
  await page.getByLabel("Chat", { exact: true }).check();
  await page.getByLabel("Languages").fill("de, english");
  await page.getByLabel("License", { exact: true }).fill("Apache-2.0");
  await page.getByLabel("Shared with").fill(friend.handle);
  await assertAccessible(page, "the page that edits a model");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.locator('[name="languages"][aria-invalid="true"]').waitFor();
  await page.getByLabel("Languages").fill("de, pt-BR");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Saved.").waitFor();
  await page.getByLabel(/a sample of mine/).check();
  await page.getByRole("button", { name: "Show these" }).click();
  await page.locator('[aria-labelledby="samples-edit-title"]').getByText("Saved.").waitFor();
  const query = `query ($m: String!) { model(slug: $m) { description tags categories languages license { name }
    sharedWith { handle } samples { text } } }`;
  const { model } = await api(query, { m: slug }, user.token);
  assert.deepEqual(model, {
    description: readme,
    tags: ["small", "for-tests"],
    categories: ["CHAT"],
    languages: ["de", "pt-BR"],
    license: { name: "Apache-2.0" },
    sharedWith: [{ handle: friend.handle }],
    samples: [{ text: "a sample of mine" }],
  });
  const other = await open(`/models/${slug}`, { prepare: (p) => signIn(p, friend.token) });
  await other.locator(".sample-output").getByText("a sample of mine").waitFor();
  assert.equal(await other.locator('[data-field="text"] textarea').inputValue(), "a sample of mine");
  assert.equal(await other.getByRole("link", { name: "Edit" }).count(), 0);
  await other.goto(`${other.url()}/edit`);
  await other.getByText("Only its owner and administrators change a model.").waitFor();
});

test("traffic is shared among versions, rolled back, named, and the model deleted by its name", SLOW, async () => {
  const user = await register("owner");
  let slug = await echoModel(user, "shared", 2);
  const page = await open(`/models/${slug}/edit`, { prepare: (p) => signIn(p, user.token), width: 360 });
  const traffic = page.locator('[aria-labelledby="traffic-title"]');
  await traffic.getByText("Now: the newest version that is ready.").waitFor();
  assert.equal(await fits(page), true);
  const weights = traffic.getByRole("spinbutton", { name: /Version/ });
  await weights.nth(0).fill("70");
  await traffic.getByText("The weights are 70 together; they have to be 100.").waitFor();
  assert.equal(await traffic.getByRole("button", { name: "Set traffic" }).isDisabled(), true);
  await weights.nth(1).fill("30");
  await traffic.getByLabel("Back to the oldest when more").fill("0.2");
  await traffic.getByLabel("Back to the oldest when 1 run of 20").fill("30.5");
  await traffic.getByLabel("Webhook that is told").fill("https://example.com/told");
  await traffic.getByRole("button", { name: "Set traffic" }).click();
  await traffic
    .getByText("Now: Version 1, 30 %; Version 2, 70 %")
    .or(traffic.getByText("Now: Version 2, 70 %; Version 1, 30 %"))
    .waitFor();
  await traffic.getByText("runs now").waitFor();
  const told = "query ($m: String!) { model(slug: $m) { experiments { maxErrorRate maxP95Seconds } } }";
  const [experiment] = (await api(told, { m: slug }, user.token)).model.experiments;
  assert.deepEqual(experiment, { maxErrorRate: 0.2, maxP95Seconds: 30.5 });
  const results = traffic.getByRole("link", { name: "Results" });
  assert.equal(new URL(await results.evaluate((link) => link.href)).pathname, `/models/${slug}/experiments`);
  await traffic.getByRole("button", { name: "Version 1 for all" }).click();
  await traffic.getByText("Now: Version 1, 100 %").waitFor();
  const names = page.locator('[aria-labelledby="names-title"]');
  await names.getByLabel("Name").fill("stable");
  await names.getByLabel("Version").selectOption("1");
  await names.getByRole("button", { name: "Set name" }).click();
  await names.getByText(`${slug}:stable`).waitFor();
  await names.getByRole("button", { name: "Remove stable" }).click();
  await names.getByText(`${slug}:stable`).waitFor({ state: "detached" });
  const rename = page.locator('[aria-labelledby="rename-title"]');
  await rename.getByLabel("Name").fill("No Name");
  await rename.getByRole("button", { name: "Rename" }).click();
  await rename.locator(".field-errors").waitFor();
  await rename.getByLabel("Name").fill("renamed");
  await rename.getByRole("button", { name: "Rename" }).click();
  const former = slug;
  slug = `${user.handle}/renamed`;
  await page.getByRole("heading", { name: `Edit ${slug}` }).waitFor();
  await page.waitForURL(`**/models/${slug}/edit`);
  for (const rest of ["", "/edit"]) {
    await page.goto(page.url().replace(/\/models\/.*/, `/models/${former}${rest}`));
    await page.waitForURL(`**/models/${slug}${rest}`);
  }
  const removal = page.getByRole("button", { name: "Delete for good" });
  assert.equal(await removal.isDisabled(), true);
  await page.getByLabel(`Type ${slug} to delete it`).fill(slug.split("/")[1]);
  assert.equal(await removal.isDisabled(), true);
  await page.getByLabel(`Type ${slug} to delete it`).fill(slug);
  await removal.click();
  await page.getByText(`${slug} is deleted`).waitFor();
  assert.equal((await api("query ($m: String!) { model(slug: $m) { id } }", { m: slug }, user.token)).model, null);
});

test("others star, fork and report a model; its owner's page lists what they may see", SLOW, async () => {
  const user = await register("owner");
  const other = await register("other");
  const slug = await echoModel(user, "public");
  await echoModel(user, "secret");
  const publish = "mutation ($i: UpdateModelInput!) { updateModel(input: $i) { __typename } }";
  await api(publish, { i: { model: slug, visibility: "PUBLIC" } }, user.token);
  const page = await open(`/models/${slug}`, { prepare: (p) => signIn(p, other.token) });
  await page.getByRole("button", { name: "Star" }).click();
  await page.getByRole("button", { name: /Starred/, pressed: true }).waitFor();
  await page.getByRole("button", { name: "Report" }).click();
  const report = page.getByRole("dialog", { name: `Report ${slug}` });
  await report.getByLabel("Why").selectOption("It is advertising, or one of many");
  await assertAccessible(page, "the report of a model");
  await report.getByRole("button", { name: "Send report" }).click();
  await report.getByText("The administrators will see your report.").waitFor();
  await report.getByRole("button", { name: "Close" }).click();
  const { token } = await admin();
  const reports = "query ($m: String!) { modelReports(filter: { model: $m }) { nodes { reasonCode } } }";
  assert.deepEqual((await api(reports, { m: slug }, token)).modelReports.nodes, [{ reasonCode: "SPAM" }]);
  await page.getByRole("button", { name: "Fork" }).click();
  const fork = page.getByRole("dialog", { name: `Fork ${slug}` });
  await fork.getByLabel("Name of your fork").fill("mine");
  await fork.getByRole("button", { name: "Fork" }).click();
  await page.waitForURL(new RegExp(`/models/${other.handle}/mine$`));
  await page.locator(".facts").getByRole("link", { name: slug }).waitFor();
  await page.goto(`${new URL(page.url()).origin}/owners/${user.handle}`);
  await page.locator(`[data-model="${slug}"]`).waitFor();
  await page.locator(".facts").getByText("1 model", { exact: true }).waitFor();
  assert.equal(await page.locator("[data-model]").count(), 1);
  await assertAccessible(page, "the page of an owner");
  await page.goto(`${new URL(page.url()).origin}/owners/nobody-${other.handle.slice(-6)}`);
  await page.getByText(/There is no user nobody/).waitFor();
});

test("a visitor who wants to star is asked to sign in", SLOW, async () => {
  const page = await open("/models/demo/echo");
  await page.getByRole("button", { name: "Star" }).click();
  await page.getByRole("dialog", { name: "Sign in" }).waitFor();
});
