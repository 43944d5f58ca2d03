import { Batches } from "./batches.js";
import { ForbiddenError, UnauthenticatedError, UnreachableError, NotFoundError, unwrap } from "./errors.js";
import type { PredictionEvent } from "./events.js";
import { encoded, upload, type Input, type Output } from "./files.js";
import type {
  BudgetsQuery,
  CancelPredictionMutation,
  CreatePredictionInput,
  CreatePredictionMutation,
  DeletePredictionMutation,
  EstimateCostQuery,
  GetModelQuery,
  ListModelsQuery,
  ListPredictionsQuery,
  ModelFieldsFragment,
  ModelFilter,
  PredictionFilter,
  Priority,
  RecordOutcomeMutation,
  RerunMutation,
  RetryPredictionMutation,
  UsageGrouping,
  UsageQuery,
  WebhookInput,
} from "./generated.js";
import { randomKey } from "./keys.js";
import {
  BUDGETS,
  CANCEL_PREDICTION,
  CREATE_PREDICTION,
  DELETE_PREDICTION,
  ESTIMATE_COST,
  GET_MODEL,
  LIST_MODELS,
  LIST_PREDICTIONS,
  RECORD_OUTCOME,
  RERUN,
  RETRY_PREDICTION,
  USAGE,
} from "./operations.js";
import { PAGE, pages } from "./pages.js";
import { find, isFinal, predictionOf, successful, type Prediction } from "./predictions.js";
import { backoff, sleep } from "./time.js";
import { Transport, reasonOf, type ClientOptions, type RequestOptions } from "./transport.js";
import { watch, type WatchOptions } from "./watch.js";

/** A model and its newest version that is READY. */
export type Model = ModelFieldsFragment;

/** What predictions used, in groups and in all; `hasMore` where there are more groups than are listed. */
export type UsageReport = NonNullable<NonNullable<UsageQuery["viewer"]>["usage"]>;
/** What predictions may cost in a `MONTH` or in `TOTAL`, of one API key or of all (`apiKey` is null). */
export type Budget = NonNullable<NonNullable<BudgetsQuery["viewer"]>["budgets"]>[number];
/** The most that a prediction may cost. */
export type CostEstimate = NonNullable<EstimateCostQuery["estimateCost"]>;

export interface RunOptions {
  /** Cancels the prediction, and throws the signal's reason. */
  signal?: AbortSignal;
  /** The same key and the same request give the same prediction, from other processes too; else a random one. */
  idempotencyKey?: string;
  /** Seconds after which the prediction is given up, waiting included. */
  deadlineSeconds?: number;
  /** Take the result of an equal prediction that allowed it too. */
  useCache?: boolean;
  /** Where to tell of the prediction besides. */
  webhook?: WebhookInput;
  /** `LOW` runs after your others, `HIGH` before them; else in the order in which you ask. */
  priority?: Priority;
  /** Whom it is for: where a model's owner divides traffic among versions, the same key gets the same one. */
  stickyKey?: string;
}

export interface BatchOptions extends Omit<RunOptions, "idempotencyKey" | "webhook"> {
  /** How many run at a time; default 8. */
  concurrency?: number;
}

/** One input of a batch and what came of it: `output`, or the `error`. */
export type BatchResult<T extends Output = Output> =
  | { index: number; input: Input; output: T; error: null }
  | { index: number; input: Input; output: null; error: unknown };

interface SignalOption {
  signal?: AbortSignal;
}

const WAIT_SECONDS = 60;
/** How long to try to cancel what nobody waits for any more. */
const STOP_MS = 5_000;
/** How many more inputs of a batch than run at a time are in hand, while the first of them takes long. */
const AHEAD = 4;

/** A server, as whoever the key is of. It keeps nothing open: there is nothing to close. */
export class Client {
  readonly models: Models;
  readonly batches: Batches;
  readonly #transport: Transport;

  constructor(options: ClientOptions = {}) {
    this.#transport = new Transport(options);
    this.models = new Models(this.#transport);
    this.batches = new Batches(this.#transport);
  }

  /**
   * Runs a model, and gives its output: text, or files, or JSON. A model is `owner/name`, or `owner/name:3` for one of
   * its versions.
   *
   * @throws PredictionFailedError where it fails, InvalidInputError where the input breaks rules.
   */
  async run<T extends Output = Output>(model: string, input: Input, options: RunOptions = {}): Promise<T> {
    return successful(await this.#runToEnd(model, input, options)).output as T;
  }

  /**
   * Runs a model, and gives its events as they come. Who leaves the loop before its end cancels the prediction.
   *
   * @throws PredictionFailedError behind the last event, where it fails.
   */
  async *stream(
    model: string,
    input: Input,
    options: RunOptions & Pick<WatchOptions, "previews"> = {},
  ): AsyncGenerator<PredictionEvent, void, undefined> {
    const { signal, previews } = options;
    const { id } = await this.submit(model, input, options);
    let last: Prediction | null = null;
    try {
      for await (const event of this.watch(id, { ...(signal && { signal }), ...(previews && { previews }) })) {
        if (event.type === "status" && isFinal(event.status)) last = event.prediction;
        yield event;
      }
    } finally {
      if (!last) await this.#stop(async () => id, signal);
    }
    if (last) successful(last);
  }

  /** Starts a prediction, and does not wait for it. */
  async submit(model: string, input: Input, options: RunOptions = {}): Promise<Prediction> {
    return this.#create(await this.#request(model, input, options), 0, options.signal);
  }

  /** A prediction as it stands. */
  async get(id: string, options: SignalOption = {}): Promise<Prediction> {
    return predictionOf(await find(id, this.#transport, options.signal), this.#transport);
  }

  /** Your predictions, newest first; pages are fetched as the loop comes to them. */
  async *list(filter: PredictionFilter = {}, options: SignalOption = {}): AsyncGenerator<Prediction, void, undefined> {
    const rows = pages(async (after) => {
      const variables = { first: PAGE, after, filter };
      return (await this.#transport.request<ListPredictionsQuery>(LIST_PREDICTIONS, variables, options)).predictions;
    });
    for await (const row of rows) yield predictionOf(row, this.#transport);
  }

  /** Cancels a prediction at its next token or step; what it has made so far stays. */
  async cancel(id: string, options: SignalOption = {}): Promise<Prediction> {
    const variables = { input: { id } };
    const answer = await this.#transport.request<CancelPredictionMutation>(CANCEL_PREDICTION, variables, options);
    return predictionOf(unwrap(answer.cancelPrediction), this.#transport);
  }

  /** Runs a prediction again as a new one, with the same version and input. */
  async retry(id: string, options: SignalOption & { idempotencyKey?: string } = {}): Promise<Prediction> {
    const variables = { input: { id, idempotencyKey: options.idempotencyKey ?? randomKey() } };
    const answer = await this.#transport.request<RetryPredictionMutation>(RETRY_PREDICTION, variables, options);
    return predictionOf(unwrap(answer.retryPrediction), this.#transport);
  }

  /**
   * Runs a prediction again as a new one with the same seed, but for the fields in `overrides`; null leaves one out.
   *
   * @throws InvalidInputError where the input then breaks rules.
   */
  async rerun(
    id: string,
    overrides: Input = {},
    options: SignalOption & { idempotencyKey?: string; version?: string } = {},
  ): Promise<Prediction> {
    const { idempotencyKey = randomKey(), version = null, signal } = options;
    const input = { id, overrides: await encoded(overrides, this.#transport, signal), version, idempotencyKey };
    const answer = await this.#transport.request<RerunMutation>(RERUN, { input }, { signal });
    return predictionOf(unwrap(answer.rerun), this.#transport);
  }

  /**
   * Deletes a prediction with all its data; one that runs is canceled first. Whether it is gone already: else it goes
   * once it has stopped.
   */
  async delete(id: string, options: SignalOption = {}): Promise<boolean> {
    const variables = { input: { id } };
    const answer = await this.#transport.request<DeletePredictionMutation>(DELETE_PREDICTION, variables, options);
    return !unwrap(answer.deletePrediction).isPending;
  }

  /**
   * Notes what came of a prediction, such as `"thumb", 1`, for the experiments of its model; one of that name is
   * replaced. Where all are 0 or 1 they are taken for a rate, else for a mean.
   *
   * @throws InvalidInputError where the name is none or the value no number within bounds.
   */
  async recordOutcome(id: string, name: string, value: number, options: SignalOption = {}): Promise<void> {
    const variables = { input: { prediction: id, name, value } };
    const answer = await this.#transport.request<RecordOutcomeMutation>(RECORD_OUTCOME, variables, options);
    unwrap(answer.recordOutcome);
  }

  /**
   * What your predictions used, and are charged, that ended from a time until before another: by `DAY` (in UTC),
   * `MODEL`, or `KEY`, the API key that they were asked for with. Amounts are exact decimals as text.
   */
  async usage(from: Date, to: Date, options: SignalOption & { groupBy?: UsageGrouping } = {}): Promise<UsageReport> {
    const { groupBy = "DAY", signal } = options;
    const variables = { from: from.toISOString(), to: to.toISOString(), groupBy };
    const { viewer } = await this.#transport.request<UsageQuery>(USAGE, variables, { signal });
    return readable(signedIn(viewer).usage);
  }

  /** What your predictions may cost, and those of each of your API keys; none where nobody set any. */
  async budgets(options: SignalOption = {}): Promise<Budget[]> {
    const { viewer } = await this.#transport.request<BudgetsQuery>(BUDGETS, {}, options);
    return readable(signedIn(viewer).budgets);
  }

  /**
   * The most that a prediction may cost, which budgets hold for it; null where it costs nothing. Nothing is run.
   *
   * @throws InvalidInputError where the input breaks rules.
   */
  async estimateCost(
    model: string,
    input: Input,
    options: SignalOption & { deadlineSeconds?: number } = {},
  ): Promise<CostEstimate | null> {
    const { deadlineSeconds = null, signal } = options;
    const variables = { input: { model, input: await encoded(input, this.#transport, signal), deadlineSeconds } };
    return (await this.#transport.request<EstimateCostQuery>(ESTIMATE_COST, variables, { signal })).estimateCost;
  }

  /** The events of a prediction from its beginning to its end. Who leaves the loop only stops watching. */
  watch(id: string, options: WatchOptions = {}): AsyncGenerator<PredictionEvent, void, undefined> {
    return watch(id, this.#transport, options);
  }

  /** The prediction once it has ended, well or not. */
  async wait(id: string, options: SignalOption = {}): Promise<Prediction> {
    for await (const event of this.watch(id, options))
      if (event.type === "status" && isFinal(event.status)) return event.prediction;
    throw new UnreachableError(`The events of ${id} ended before it did.`);
  }

  /**
   * Runs a model on many inputs, some at a time, and gives what came of each, in the order of the inputs. Inputs may
   * come as they are made: they are taken as there is room. Who leaves the loop cancels what runs.
   */
  async *batch<T extends Output = Output>(
    model: string,
    inputs: Iterable<Input> | AsyncIterable<Input>,
    { concurrency = 8, signal, ...options }: BatchOptions = {},
  ): AsyncGenerator<BatchResult<T>, void, undefined> {
    if (!(concurrency >= 1)) throw new RangeError("`concurrency` is 1 or more.");
    const left = new AbortController();
    const either = signal ? AbortSignal.any([signal, left.signal]) : left.signal;
    const running = new Set<Promise<unknown>>();
    const results: Promise<BatchResult<T>>[] = [];
    const runOne = async (input: Input, index: number): Promise<BatchResult<T>> => {
      try {
        return { index, input, output: await this.run<T>(model, input, { ...options, signal: either }), error: null };
      } catch (error) {
        return { index, input, output: null, error };
      }
    };
    let index = 0;
    try {
      for await (const input of inputs) {
        while (running.size >= concurrency || results.length >= concurrency * AHEAD) {
          // the first result that is due, else room for another run
          const first = results[0];
          const isDue =
            first &&
            (await Promise.race([first.then(() => true), ...[...running].map((run) => run.then(() => false))]));
          signal?.throwIfAborted();
          if (isDue && first) yield await (results.shift() ?? first);
        }
        const result = runOne(input, index++);
        results.push(result);
        running.add(result);
        void result.then(() => running.delete(result));
      }
      for (let result = results.shift(); result; result = results.shift()) {
        const settled = await result;
        signal?.throwIfAborted();
        yield settled;
      }
    } finally {
      left.abort();
      await Promise.all(running);
    }
  }

  /** Uploads a file for inputs to come; the value that an input of type file takes for it. */
  async upload(file: Blob | ArrayBuffer | ArrayBufferView, options: SignalOption = {}): Promise<string> {
    return upload(file instanceof Blob ? file : new Blob([file as BlobPart]), this.#transport, options.signal);
  }

  async #request(model: string, input: Input, options: RunOptions): Promise<CreatePredictionInput> {
    const { deadlineSeconds = null, idempotencyKey = randomKey(), signal, useCache = null, webhook = null } = options;
    const { priority, stickyKey = null } = options;
    signal?.throwIfAborted();
    const body = await encoded(input, this.#transport, signal);
    const given = { model, input: body, idempotencyKey, deadlineSeconds, useCache, webhook, stickyKey };
    return { ...given, ...(priority && { priority }) };
  }

  /**
   * Creates a prediction, and waits for up to `wait` seconds. Where the signal comes meanwhile the prediction is
   * canceled, though its answer never came: the same key finds it.
   */
  async #create(input: CreatePredictionInput, wait: number, signal?: AbortSignal): Promise<Prediction> {
    const create = async (wait: number, options: RequestOptions) => {
      const variables = { input: { ...input, wait } };
      const answer = await this.#transport.request<CreatePredictionMutation>(CREATE_PREDICTION, variables, options);
      return predictionOf(unwrap(answer.createPrediction), this.#transport);
    };
    try {
      return await create(wait, { signal, wait });
    } catch (error) {
      if (signal?.aborted) await this.#stop(async () => (await create(0, { patienceMs: STOP_MS })).id, signal);
      throw error;
    }
  }

  async #runToEnd(model: string, input: Input, options: RunOptions): Promise<Prediction> {
    const { signal } = options;
    const request = await this.#request(model, input, options);
    for (let early = 0; ;) {
      const began = Date.now();
      // the same key: the same prediction, waited for once more
      const prediction = await this.#create(request, WAIT_SECONDS, signal);
      if (isFinal(prediction.status)) return prediction;
      // a node that stops answers at once
      if (Date.now() - began < 1000) await sleep(backoff(early++));
    }
  }

  /** Cancels what nobody waits for any more. */
  async #stop(id: () => Promise<string>, signal?: AbortSignal): Promise<void> {
    try {
      const variables = { input: { id: await id() } };
      await this.#transport.request<CancelPredictionMutation>(CANCEL_PREDICTION, variables, { patienceMs: STOP_MS });
    } catch (error) {
      const message = `The prediction may still run: it could not be canceled: ${reasonOf(error)}`;
      throw new UnreachableError(message, { cause: signal?.reason ?? error });
    }
  }
}

/** What is asked of whoever is signed in. */
function signedIn<T>(viewer: T | null): T {
  if (!viewer) throw new UnauthenticatedError("UNAUTHENTICATED", "Sign in first.");
  return viewer;
}

/** What a key without READ is not told. */
function readable<T>(value: T | null): T {
  if (!value) throw new ForbiddenError("FORBIDDEN", "The key may not read.");
  return value;
}

/** The models that you can see. */
export class Models {
  readonly #transport: Transport;

  /** @internal */
  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async get(model: string, options: SignalOption = {}): Promise<Model> {
    const { model: row } = await this.#transport.request<GetModelQuery>(GET_MODEL, { slug: model }, options);
    if (!row) throw new NotFoundError("NOT_FOUND", `There is no model ${model}, or you cannot see it.`);
    return row;
  }

  /** Models, newest first; pages are fetched as the loop comes to them. */
  async *list(filter: ModelFilter = {}, options: SignalOption = {}): AsyncGenerator<Model, void, undefined> {
    yield* pages(async (after) => {
      const variables = { first: PAGE, after, filter };
      return (await this.#transport.request<ListModelsQuery>(LIST_MODELS, variables, options)).models;
    });
  }
}
