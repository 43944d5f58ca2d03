// Swagger UI and ReDoc: the server's own, over its own document.
import assert from "node:assert/strict";
import { test } from "node:test";
import { open, SLOW, useBrowser } from "./harness.mjs";

useBrowser();

test("Swagger UI shows all operations, and one can be tried", SLOW, async () => {
  const page = await open("/docs");
  await page.getByText("/v1/models/{owner}/{name}/predictions").waitFor();
  await page.locator("#operations-models-get_model").click();
  const operation = page.locator("#operations-models-get_model");
  await operation.getByPlaceholder("owner").fill("demo");
  await operation.getByPlaceholder("name").fill("echo");
  await operation.getByRole("button", { name: "Execute" }).click();
  await operation.locator(".live-responses-table").getByText('"run_count"').waitFor();
});

test("ReDoc shows all operations", SLOW, async () => {
  const page = await open("/redoc");
  await page.locator("h2").filter({ hasText: "Create Prediction" }).first().waitFor();
  assert.ok((await page.locator("h2").filter({ hasText: "Stream Prediction" }).count()) > 0);
});
