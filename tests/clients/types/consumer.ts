// A program in TypeScript, strict, with nothing but the package's own types: it compiles, and wrong ones do not.
import {
  Client,
  InvalidInputError,
  OutputFile,
  PredictionFailedError,
  hasEnded,
  type Batch,
  type Output,
  type PredictionEvent,
} from "inference-client";

const client = new Client({ url: "http://127.0.0.1:8000", key: async () => "secret" });

export async function run(signal: AbortSignal): Promise<string> {
  const text: string = await client.run<string>("demo/prose", { prompt: "a", max_new_tokens: 3 }, { signal });
  const pictures = await client.run<OutputFile[]>("demo/shapes", { prompt: "a red circle", image: new Blob(["x"]) });
  for (const picture of pictures) await picture.save(`${picture.width}.png`);
  const any: Output = await client.run("demo/echo", { text: "a", nested: [{ file: new Uint8Array(3) }] });
  // @ts-expect-error an output may be anything
  any.toUpperCase();
  // @ts-expect-error a function is no input
  await client.run("demo/echo", { text: () => "a" });
  return text;
}

export async function watch(): Promise<void> {
  for await (const event of client.stream("demo/prose", { prompt: "a" }, { previews: true })) {
    if (event.type === "text") event.text.toUpperCase();
    if (event.type === "status" && event.status === "FAILED") event.prediction.error?.message.toUpperCase();
    // @ts-expect-error only a text has a text
    event.text;
  }
  for await (const { output, error, index } of client.batch<string>("demo/echo", [{ text: "a" }], { concurrency: 2 })) {
    if (output !== null) output.toUpperCase();
    else if (error instanceof InvalidInputError) error.violations[0]?.path.toUpperCase();
    else if (error instanceof PredictionFailedError) error.prediction.metrics.totalSeconds?.toFixed(index);
  }
  for await (const model of client.models.list({ kind: "TEXT_GENERATION" })) model.latestVersion?.slug.toUpperCase();
  const batch: Batch = await client.batches.create("demo/echo", [{ text: "a" }], { maxConcurrency: 2 });
  for await (const { status, counts } of client.batches.watch(batch.id)) if (hasEnded(status)) counts.succeeded.toFixed();
  for await (const item of client.batches.results(batch.id)) item.violations[0]?.path.toUpperCase();
  const pages: AsyncIterable<PredictionEvent> = client.watch("p");
  void pages;
}
