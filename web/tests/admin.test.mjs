import assert from "node:assert/strict";
import { test } from "node:test";
import {
  api,
  assertAccessible,
  badge,
  fake,
  MODELS,
  open,
  predictionId,
  register,
  admin,
  signIn,
  SLOW,
  startEcho,
  useBrowser,
} from "./harness.mjs";

useBrowser();

test("an administrator sees the workers with what they hold, and what failed for whom", SLOW, async () => {
  const somebody = await register("unlucky");
  const failed = await startEcho(somebody.token, { text: "out of <b>luck</b>", fail: true });
  const { token } = await admin();
  const page = await open("/", { prepare: (p) => signIn(p, token) });
  await page.getByRole("link", { name: "System" }).click();
  const worker = page.locator("[data-worker]").first();
  await worker.waitFor();
  assert.match(await worker.locator(".memory").textContent(), /models fill [\d.]+ \w?B of [\d.]+ \wB/);
  await worker
    .getByText(new RegExp(`^${MODELS.echo}:1$|^no model$|^${MODELS.text}:1$|^${MODELS.image}:1$`))
    .first()
    .waitFor();
  const row = page.locator(`[data-prediction="${failed}"]`);
  await row.getByText("out of <b>luck</b>").waitFor();
  await row.getByText(somebody.handle).waitFor();
  await row.getByRole("button", { name: /^Retry/ }).click();
  await page.waitForURL(/\/p\//);
  await badge(page, "FAILED").waitFor();
  assert.notEqual(predictionId(page), failed);
  await page.goBack();
  await page.getByText(/database ok · Redis ok · \d+ worker/).waitFor();
});

const cancel = (token, id) =>
  api("mutation ($id: ID!) { cancelPrediction(input: { id: $id }) { __typename } }", { id }, token);

test("an administrator pins, pauses and evicts a model, and drains a worker", SLOW, async () => {
  const { token } = await admin();
  const name = `kept-${Date.now()}`;
  const create = `mutation ($input: CreateModelInput!) { createModel(input: $input) { ... on Model { slug } } }`;
  const made = await api(create, { input: { name, kind: "CUSTOM", source: { predictor: "echo" } } }, token);
  const slug = made.createModel.slug;
  const state = async () =>
    (await api(`{ model(slug: "${slug}") { pinnedAt pausedAt loadedOn latestVersion { state } } }`, {}, token)).model;
  const until = async (holds) => {
    while (!holds(await state())) await new Promise((done) => setTimeout(done, 100));
  };
  await until((model) => model.latestVersion.state === "READY");
  await api(`mutation { warmModel(input: { model: "${slug}" }) { __typename } }`, {}, token);
  await until((model) => model.loadedOn === 1);
  const page = await open("/admin", { prepare: (p) => signIn(p, token) });
  const act = async (act) => page.getByRole("button", { name: `${act} ${slug}:1` }).click();
  await act("Pin");
  await until((model) => model.pinnedAt !== null);
  // What is pinned stays, and the page says why
  await act("Evict");
  await page.getByText("It is pinned; unpin it first.").waitFor();
  await act("Unpin");
  await act("Pause");
  await until((model) => model.pinnedAt === null && model.pausedAt !== null);
  await page.locator(`[data-paused="${slug}"]`).waitFor();
  await assertAccessible(page, "a paused model");
  await page.getByRole("button", { name: `Resume predictions of ${slug}` }).click();
  await page.locator(`[data-paused="${slug}"]`).waitFor({ state: "detached" });
  await until((model) => model.pausedAt === null);
  await act("Pause");
  await until((model) => model.pausedAt !== null);
  await act("Resume");
  await until((model) => model.pausedAt === null);
  await act("Evict");
  await until((model) => model.loadedOn === 0);
  const worker = page.locator("[data-worker]").first();
  await worker.getByRole("button", { name: /^Drain / }).click();
  await worker.getByText("It ends what it runs").waitFor();
  await worker.getByRole("button", { name: /^Drain / }).click();
  await worker.getByText("· drained").waitFor();
  await worker
    .getByRole("button", { name: /^Resume / })
    .first()
    .click();
  await worker.getByRole("button", { name: /^Drain / }).waitFor();
});

test("queues show what waits, for how long, and what runs, as it changes", SLOW, async () => {
  const { token } = await admin();
  const page = await open("/admin", {
    prepare: async (p) => {
      await signIn(p, token);
      await p.clock.install();
    },
  });
  const custom = page.locator('[data-queue="custom"]');
  await custom.getByText("Custom").waitFor();
  const numbers = async () => (await custom.locator("td").allTextContents()).map((cell) => parseInt(cell, 10));
  // more than a worker runs at once
  const ids = await Promise.all(
    Array.from({ length: 40 }, () => startEcho(token, { text: "slow", repeat: 50, delay_seconds: 1 })),
  );
  const isBusy = () =>
    page.evaluate(() => {
      const cells = [...document.querySelectorAll('[data-queue="custom"] td')].map((cell) => cell.textContent);
      return parseInt(cells[0], 10) > 0 && /\d (ms|s)/.test(cells[1]) && parseInt(cells[2], 10) > 0;
    });
  while (!(await isBusy())) await page.clock.runFor(1_000);
  const [waiting, , running, workers] = await numbers();
  assert.ok(waiting + running <= 40 && workers >= 1, String([waiting, running, workers]));
  await Promise.all(ids.map((id) => cancel(token, id)));
  while ((await custom.getByText("–").count()) === 0) await page.clock.runFor(1_000);
  assert.equal((await numbers())[0], 0);
});

test("a queue that nobody takes from says so, and a system that cannot be read says why", SLOW, async () => {
  const { token } = await admin();
  const queue = { name: "text.cuda", kind: "TEXT_GENERATION", device: "CUDA", depth: 3, running: 0, workers: 0 };
  const health = { database: "ok", redis: "ok", workers: 0 };
  let isAway = true;
  const page = await open("/admin", {
    allow: [/Failed to load resource/],
    prepare: async (p) => {
      await signIn(p, token);
      await p.clock.install();
      await fake(p, "System", () => {
        if (isAway) return { errors: [{ message: "PostgreSQL is away.", extensions: { code: "UNAVAILABLE" } }] };
        const queues = [{ ...queue, oldestWaitingSeconds: 75 }];
        return { data: { workers: [], queues, server: { version: "1", health } } };
      });
    },
  });
  await page.locator(".callout").getByText("PostgreSQL is away.").waitFor();
  assert.equal(await page.getByRole("status", { name: "Loading queues" }).count(), 0);
  isAway = false;
  await page.clock.runFor(6_000);
  const row = page.locator('[data-queue="text.cuda"]');
  await row.getByText("no worker serves this queue").waitFor();
  await row.getByText("1:15 min").waitFor();
  await page.getByText("No worker is running").waitFor();
});

test("a worker that lacks something says what", SLOW, async () => {
  const { token } = await admin();
  const page = await open("/admin", {
    prepare: async (p) => {
      await signIn(p, token);
      await p.route("**/graphql", async (route) => {
        if (!/query System\b/.test(route.request().postData() ?? "")) return route.fallback();
        const response = await route.fetch();
        const body = await response.json();
        const [worker] = body.data.workers;
        worker.disks = [
          { folder: "DATA_DIR", freeBytes: "5000000000", totalBytes: "10000000000", isLow: false, waiting: 0 },
          { folder: "MODEL_CACHE_DIR", freeBytes: "20000000", totalBytes: "10000000000", isLow: true, waiting: 2 },
        ];
        worker.walls = [
          { name: "calls", isMissing: false },
          { name: "files", isMissing: true },
        ];
        worker.brokenPredictors = [{ name: "mine.models:Poet", reason: "models.py:3: SyntaxError" }];
        body.data.workers = [worker];
        await route.fulfill({ response, json: body });
      });
    },
  });
  const lacks = page.locator("[data-worker] .lacks li");
  await lacks.first().waitFor();
  assert.deepEqual(await lacks.allTextContents(), [
    "The disk of MODEL_CACHE_DIR has only 20 MB free.",
    "MODEL_CACHE_DIR has no room for 2 models.",
    "Models run without these walls: files.",
    "The class mine.models:Poet could not be loaded: models.py:3: SyntaxError",
  ]);
  await assertAccessible(page, "a worker that lacks something");
});

test("an administrator finds users by handle or address, page by page", SLOW, async () => {
  const { token, handle } = await admin();
  const somebody = await register("findme");
  await startEcho(somebody.token, { text: "one" });
  const page = await open("/admin", { prepare: (p) => signIn(p, token) });
  await page.getByRole("tab", { name: "Users" }).click();
  await page.locator(`[data-user="${handle}"]`).getByText("administrator").waitFor();
  const search = page.getByRole("searchbox", { name: "Search users" });
  await search.fill(`${somebody.handle.toUpperCase()}@example`);
  await page.getByText("1 account found").waitFor();
  const found = page.locator("[data-user]");
  assert.equal(await found.count(), 1);
  await found.getByText(`${somebody.handle}@example.org`).waitFor();
  assert.deepEqual((await found.locator("dd").allTextContents()).slice(0, 1), ["1"]);
  assert.ok(!(await found.locator("dd").allTextContents()).includes("–"), "last seen");
  await page.reload();
  await page.getByText("1 account found").waitFor();
  await search.fill("<b>nobody</b>");
  await page.getByRole("heading", { name: "No matching user" }).waitFor();
  await page.getByRole("button", { name: "Show all" }).click();
  await page.locator("[data-user]").nth(1).waitFor();
  assert.equal(await search.inputValue(), "");
});

test("more users come with the next page, and a failure leaves what is there", SLOW, async () => {
  const { token } = await admin();
  const user = (number) => ({
    ...{ id: `u${number}`, handle: `user-${number}`, email: `u${number}@example.org`, isAdmin: false },
    ...{ createdAt: new Date().toISOString(), lastSeen: null, predictionCount: 0 },
  });
  const answers = [
    { nodes: [user(1)], pageInfo: { hasNextPage: true, endCursor: "c1" }, totalCount: 2 },
    null,
    { nodes: [user(2)], pageInfo: { hasNextPage: false, endCursor: "c2" }, totalCount: 2 },
  ];
  const asked = [];
  const page = await open("/admin?view=users", {
    prepare: async (p) => {
      await signIn(p, token);
      await fake(p, "Users", ({ after }) => {
        asked.push(after);
        const users = answers.shift();
        return users ? { data: { users } } : { errors: [{ message: "Away.", extensions: { code: "UNAVAILABLE" } }] };
      });
    },
  });
  await page.getByRole("button", { name: "Show more" }).click();
  await page.locator(".callout").getByText("Away.").waitFor();
  await page.locator('[data-user="user-1"]').waitFor();
  await page.getByRole("button", { name: "Show more" }).click();
  await page.locator('[data-user="user-2"]').waitFor();
  assert.equal(await page.locator("[data-user]").count(), 2);
  assert.equal(await page.locator(".callout").count(), 0);
  assert.equal(await page.getByRole("button", { name: "Show more" }).count(), 0);
  assert.deepEqual(asked, [null, "c1", "c1"]);
});

test("nothing is asked for while nobody looks, and at once when somebody looks again", SLOW, async () => {
  const { token } = await admin();
  let asked = 0;
  const page = await open("/admin", {
    prepare: async (p) => {
      await signIn(p, token);
      await p.clock.install();
      p.on("request", (request) => (asked += /query System\b/.test(request.postData() ?? "") ? 1 : 0));
    },
  });
  await page.locator("[data-queue]").first().waitFor();
  const turn = (isHidden) =>
    page.evaluate((value) => {
      Object.defineProperty(document, "hidden", { configurable: true, get: () => value });
      document.dispatchEvent(new Event("visibilitychange"));
    }, isHidden);
  await turn(true);
  const before = asked;
  await page.clock.runFor(60_000);
  assert.equal(asked, before);
  const again = page.waitForRequest((request) => /query System\b/.test(request.postData() ?? ""));
  await turn(false);
  await again;
});

test("nobody else is shown the system", SLOW, async () => {
  const { token } = await register("nobody");
  const page = await open("/admin", { prepare: (p) => signIn(p, token) });
  await page.getByRole("heading", { name: "For administrators" }).waitFor();
  assert.equal(await page.getByRole("link", { name: "System" }).count(), 0);
});
