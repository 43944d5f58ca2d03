import assert from "node:assert/strict";
import { test } from "node:test";
import {
  api,
  fake,
  FORM,
  field,
  modelAnswer,
  open,
  register,
  runButton,
  signIn,
  SLOW,
  useBrowser,
} from "./harness.mjs";

useBrowser();

const SCHEMA = {
  type: "object",
  required: ["picture"],
  properties: {
    picture: { type: "string", format: "file", contentMediaType: "image/*", "x-order": 0 },
    more: { type: "array", items: { type: "string", format: "file" }, "x-order": 1 },
  },
};
const file = (name, size) => ({ name, mimeType: "image/png", buffer: Buffer.alloc(size, 7) });

async function openForm(prepare = async () => {}) {
  const sent = [];
  const page = await open(FORM, {
    prepare: async (p) => {
      await prepare(p);
      await fake(p, "ModelPage", () => modelAnswer(SCHEMA));
      await fake(p, "CreatePrediction", ({ input }) => {
        sent.push(input.input);
        return { data: { createPrediction: { __typename: "ConflictError", code: "CONFLICT", message: "enough" } } };
      });
    },
  });
  await page.locator("[data-field]").first().waitFor();
  const picker = (name) => field(page, name).locator("input[type=file]");
  const run = async () => {
    await page.getByText("Sending the file").waitFor({ state: "detached" });
    await runButton(page).click();
    await page.getByText("enough").waitFor();
    return sent.at(-1);
  };
  return { page, picker, run };
}

test("small files become data URIs, one or several", SLOW, async () => {
  const { picker, run } = await openForm();
  await picker("picture").setInputFiles(file("a.png", 3));
  await picker("more").setInputFiles([file("b.png", 1), file("c.png", 2)]);
  assert.deepEqual(await run(), {
    picture: "data:image/png;base64,BwcH",
    more: ["data:image/png;base64,Bw==", "data:image/png;base64,Bwc="],
  });
});

test("a picker offers the files that the schema names, and a picture that was chosen is shown", SLOW, async () => {
  const { page, picker } = await openForm();
  assert.equal(await picker("picture").getAttribute("accept"), "image/*");
  assert.equal(await picker("more").getAttribute("accept"), null);
  const pixel = Buffer.from("R0lGODlhAQABAAAAACwAAAAAAQABAAA=", "base64");
  await picker("picture").setInputFiles({ name: "a.gif", mimeType: "image/gif", buffer: pixel });
  const preview = field(page, "picture").locator("img");
  await preview.waitFor();
  assert.equal(await preview.evaluate((image) => image.decode().then(() => image.naturalWidth)), 1);
  // what no browser can show is given all the same, without a place
  await picker("picture").setInputFiles(file("b.png", 9));
  await preview.waitFor({ state: "detached" });
});

test("files are dropped on a field and pasted into it, where it takes them", SLOW, async () => {
  const { page, run } = await openForm();
  const give = (name, type, event) =>
    field(page, name)
      .locator("input[type=file]")
      .evaluate(
        (input, { type, event }) => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array([7, 7])], "a", { type }));
          const options = { bubbles: true, cancelable: true };
          const made =
            event === "paste"
              ? new ClipboardEvent("paste", { ...options, clipboardData: data })
              : new DragEvent("drop", { ...options, dataTransfer: data });
          input.dispatchEvent(made);
        },
        { type, event },
      );
  await give("picture", "text/plain", "drop");
  await field(page, "picture").getByText("This field takes files of the type image/*.").waitFor();
  await give("picture", "image/png", "drop");
  await give("more", "text/plain", "paste");
  assert.deepEqual(await run(), { picture: "data:image/png;base64,Bwc=", more: ["data:text/plain;base64,Bwc="] });
});

test("nobody signed in is told why a large file is not taken", SLOW, async () => {
  const { page, picker } = await openForm();
  await picker("picture").setInputFiles(file("a.png", 300_000));
  await field(page, "picture").getByText("Sign in to use files larger than 200 kB.").waitFor();
  await picker("picture").setInputFiles(file("a.png", 30));
  await field(page, "picture").getByText("Sign in").waitFor({ state: "detached" });
});

test("a large file is uploaded, and its bytes are the server's", SLOW, async () => {
  const { token } = await register("web");
  const { page, picker, run } = await openForm((p) => signIn(p, token));
  const put = page.waitForResponse((response) => response.request().method() === "PUT");
  await picker("picture").setInputFiles(file("a.png", 300_000));
  assert.equal((await put).status(), 201);
  const { picture } = await run();
  assert.match(picture, /^upload:[0-9a-f-]{36}$/);
});

test("a picture that was uploaded for an earlier run is shown, to its owner alone", SLOW, async () => {
  const { token } = await register("web");
  const pixel = Buffer.from("R0lGODlhAQABAAAAACwAAAAAAQABAAA=", "base64");
  const { createUpload } = await api(
    `mutation ($input: CreateUploadInput!) { createUpload(input: $input) { ... on Upload { uri url } } }`,
    { input: { sizeBytes: String(pixel.length), contentType: "image/gif" } },
    token,
  );
  assert.equal((await fetch(createUpload.url, { method: "PUT", body: pixel })).status, 201);
  const given = async (prepare) => {
    const { page } = await openForm(prepare);
    await page.getByRole("tab", { name: "JSON" }).click();
    await page.locator("textarea").fill(JSON.stringify({ picture: createUpload.uri }));
    await page.getByRole("tab", { name: "Form" }).click();
    await field(page, "picture").getByText("Given: upload:").waitFor();
    return field(page, "picture").locator("img");
  };
  const shown = await given((p) => signIn(p, token));
  await shown.waitFor();
  assert.equal(await shown.evaluate((image) => image.decode().then(() => image.naturalWidth)), 1);
  const { token: other } = await register("web");
  let answer = null;
  const hidden = await given(async (p) => {
    await signIn(p, other);
    answer = p.waitForResponse((response) => /query Upload\b/.test(response.request().postData() ?? ""));
  });
  assert.deepEqual((await (await answer).json()).data, { upload: null });
  assert.equal(await hidden.count(), 0);
});
