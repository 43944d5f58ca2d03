import { NotFoundError, UnreachableError, unwrap, type Violation } from "./errors.js";
import { encoded, failureOf, upload, type Input, type Output } from "./files.js";
import type {
  BatchFieldsFragment,
  BatchStatus,
  CancelBatchMutation,
  CreateBatchInput,
  CreateBatchMutation,
  DeleteBatchMutation,
  GetBatchQuery,
  ListBatchesQuery,
  Priority,
  RetryFailedBatchMutation,
} from "./generated.js";
import { randomKey } from "./keys.js";
import {
  CANCEL_BATCH,
  CREATE_BATCH,
  DELETE_BATCH,
  GET_BATCH,
  LIST_BATCHES,
  RETRY_FAILED_BATCH,
} from "./operations.js";
import { PAGE, pages } from "./pages.js";
import { backoff, sleep } from "./time.js";
import type { Transport } from "./transport.js";

/** Many inputs that the server runs, as they stood when it was read. `note` says what it waits for. */
export interface Batch extends Omit<BatchFieldsFragment, "version"> {
  /** `owner/name:number`. */
  version: string;
}

/** What became of input number `index`, from 0; files in its `output` are links. */
export interface BatchItem {
  index: number;
  /** That of its prediction; null of an input that the model does not take. */
  id: string | null;
  status: "SUCCEEDED" | "FAILED" | "CANCELED" | "ABORTED" | "INVALID";
  output: Output;
  error: { code: string; message: string } | null;
  violations: readonly Violation[];
}

export interface NewBatchOptions extends SignalOption {
  /** The same inputs with the same key are the same batch, from other processes too; else a random one. */
  idempotencyKey?: string;
  /** How many wait or run at a time, at most. */
  maxConcurrency?: number;
  /** Run none where one is not what the model takes. */
  allOrNothing?: boolean;
  /** Seconds after which what has not ended is given up. */
  deadlineSeconds?: number;
  /** URL that is told once, of the end. */
  webhook?: string;
  /** `LOW` leaves the way to what you ask for meanwhile. */
  priority?: Priority;
  /** An object of your own, which is given back. */
  metadata?: Readonly<Record<string, unknown>>;
}

interface SignalOption {
  signal?: AbortSignal;
}

/** A request has 1 MB at most; more goes as a file. */
const INLINE_BYTES = 700_000;
const INLINE_INPUTS = 5_000;
const LONGEST_POLL_MS = 2_000;
const ENDED: readonly BatchStatus[] = ["COMPLETED", "CANCELED", "FAILED"];

/** Whether a batch of this status has ended. */
export const hasEnded = (status: BatchStatus): boolean => ENDED.includes(status);

const batchOf = (fields: BatchFieldsFragment): Batch => ({ ...fields, version: fields.version.slug });

/** The batches that the server holds for you: they run whether this program lives or not. */
export class Batches {
  readonly #transport: Transport;

  /** @internal */
  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /**
   * Gives the server inputs, or a file of JSON Lines that has one a line, and does not wait for them.
   *
   * @throws UnauthenticatedError without a key. Inputs that the model does not take are told by the results.
   */
  async create(model: string, inputs: Iterable<Input> | Blob, options: NewBatchOptions = {}): Promise<Batch> {
    const { signal, webhook, metadata = null, idempotencyKey = randomKey(), ...limits } = options;
    const { allOrNothing = false, deadlineSeconds = null, maxConcurrency = null, priority } = limits;
    const input: CreateBatchInput = {
      ...{ model, idempotencyKey, allOrNothing, deadlineSeconds, maxConcurrency, metadata },
      webhook: webhook === undefined ? null : { url: webhook },
      ...(priority && { priority }),
      ...(await this.#given(inputs, signal)),
    };
    const answer = await this.#transport.request<CreateBatchMutation>(CREATE_BATCH, { input }, { signal });
    return batchOf(unwrap(answer.createBatch));
  }

  /** A batch as it stands. */
  async get(id: string, { signal }: SignalOption = {}): Promise<Batch> {
    const { batch } = await this.#transport.request<GetBatchQuery>(GET_BATCH, { id }, { signal });
    if (!batch) throw new NotFoundError("NOT_FOUND", `There is no batch ${id}, or you cannot see it.`);
    return batchOf(batch);
  }

  /** Your batches, newest first; pages are fetched as the loop comes to them. */
  async *list({ signal }: SignalOption = {}): AsyncGenerator<Batch, void, undefined> {
    const rows = pages(async (after) => {
      const variables = { first: PAGE, after };
      return (await this.#transport.request<ListBatchesQuery>(LIST_BATCHES, variables, { signal })).batches;
    });
    for await (const row of rows) yield batchOf(row);
  }

  /** A batch each time that it has changed, every two seconds or sooner, the last time as it ended. */
  async *watch(id: string, { signal }: SignalOption = {}): AsyncGenerator<Batch, void, undefined> {
    let last = "";
    for (let looks = 0; ; looks++) {
      const batch = await this.get(id, { ...(signal && { signal }) });
      const now = JSON.stringify([batch.status, batch.counts, batch.note]);
      if (now !== last) yield batch;
      if (hasEnded(batch.status)) return;
      last = now;
      await sleep(Math.min(LONGEST_POLL_MS, backoff(looks)), signal);
    }
  }

  /** A batch once it has ended, however it did. */
  async wait(id: string, options: SignalOption = {}): Promise<Batch> {
    for await (const batch of this.watch(id, options)) if (hasEnded(batch.status)) return batch;
    throw new UnreachableError(`The batch ${id} was not watched to its end.`);
  }

  /** What became of the inputs that have ended by now, in their order. */
  async *results(id: string, { signal }: SignalOption = {}): AsyncGenerator<BatchItem, void, undefined> {
    const { results } = await this.get(id, { ...(signal && { signal }) });
    const response = await this.#transport.persist(async () => {
      const answer = await this.#transport.send(new URL(results, this.#transport.url), signal ? { signal } : {});
      return answer.status >= 500 ? Promise.reject(await failureOf(answer, "The results")) : answer;
    }, signal);
    if (!response.ok) throw await failureOf(response, "The results");
    for await (const line of lines(response)) yield itemOf(JSON.parse(line));
  }

  /** Cancels a batch: what is done is kept, what runs stops, the rest does not run. */
  async cancel(id: string, { signal }: SignalOption = {}): Promise<Batch> {
    const variables = { input: { id } };
    const answer = await this.#transport.request<CancelBatchMutation>(CANCEL_BATCH, variables, { signal });
    return batchOf(unwrap(answer.cancelBatch));
  }

  /**
   * Deletes a batch that has ended, with its results and predictions. Whether all of these are gone already: else they
   * follow.
   *
   * @throws ConflictError where it has not ended.
   */
  async delete(id: string, { signal }: SignalOption = {}): Promise<boolean> {
    const variables = { input: { id } };
    const answer = await this.#transport.request<DeleteBatchMutation>(DELETE_BATCH, variables, { signal });
    return unwrap(answer.deleteBatch).pending === 0;
  }

  /** Runs again what failed in a batch that has ended, as a new batch in which inputs have the same index. */
  async retryFailed(id: string, options: SignalOption & { idempotencyKey?: string } = {}): Promise<Batch> {
    const { signal, idempotencyKey = randomKey() } = options;
    const variables = { input: { id, idempotencyKey } };
    const answer = await this.#transport.request<RetryFailedBatchMutation>(RETRY_FAILED_BATCH, variables, { signal });
    return batchOf(unwrap(answer.retryFailedBatch));
  }

  async #given(
    inputs: Iterable<Input> | Blob,
    signal?: AbortSignal,
  ): Promise<{ inputs: unknown[] } | { upload: string }> {
    if (inputs instanceof Blob) return { upload: await upload(asLines(inputs), this.#transport, signal) };
    const values: unknown[] = [];
    const texts: string[] = [];
    for (const input of inputs) {
      const value = await encoded(input, this.#transport, signal);
      values.push(value);
      texts.push(JSON.stringify(value));
    }
    const file = new Blob([texts.join("\n")]);
    if (file.size <= INLINE_BYTES && values.length <= INLINE_INPUTS) return { inputs: values };
    return { upload: await upload(asLines(file), this.#transport, signal) };
  }
}

const asLines = (file: Blob): Blob => file.slice(0, file.size, "application/jsonl");

async function* lines(response: Response): AsyncGenerator<string, void, undefined> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      const pieces = (rest + decoder.decode(part.value, { stream: true })).split("\n");
      rest = pieces.pop() ?? "";
      yield* pieces.filter((line) => line);
    }
  } catch (error) {
    throw new UnreachableError("The results broke off.", { cause: error });
  } finally {
    await reader?.cancel().catch(() => {});
  }
  rest += decoder.decode();
  if (rest) yield rest;
}

function itemOf(line: Partial<BatchItem> & Pick<BatchItem, "index" | "status">): BatchItem {
  return { id: null, output: null, error: null, violations: [], ...line };
}
