import { batch, computed, signal } from "@preact/signals";
import { request } from "../api/client";
import { watch, type PredictionEvent } from "../api/events";
import {
  CancelPredictionDocument,
  CreatePredictionDocument,
  PredictionDocument,
  PredictionPageDocument,
  RerunDocument,
  RetryPredictionDocument,
  type CreatePredictionInput,
  type CreatePredictionMutation,
  type PredictionFieldsFragment,
  type PredictionPageQuery,
  type PredictionStatus,
} from "../api/generated/graphql";
import { ApiError, apiProblem, isAway, isOpen, passingProblem, userProblem, type Problem } from "../api/problems";
import { say } from "../messages/messages";
import { choicesOf } from "./choice_texts";
import { LiveText } from "./live_text";
import { randomKey } from "../ui/random";

export type Prediction = PredictionFieldsFragment;
export type JoinedPrediction = NonNullable<PredictionPageQuery["prediction"]>;
export type Progress = NonNullable<Prediction["progress"]>;
export interface Loading {
  phase: string;
  bytes: number | null;
  totalBytes: number | null;
}
export interface Violation {
  path: string;
  message: string;
}

type Moved = Extract<PredictionEvent, { __typename: "QueueMoved" }>;
type Work = Extract<PredictionEvent, { __typename: "Progressed" | "PreviewReady" | "Logged" | "OutputAppended" }>;

/** What asking for a prediction ends in, however it was asked for. */
type Begun = CreatePredictionMutation["createPrediction"];

/** How a prediction is run, beside its input. */
export type RunOptions = Partial<Omit<CreatePredictionInput, "model" | "input">>;

const noSuch = (): Problem => ({ title: say.prediction.noSuch, detail: say.prediction.noSuchAbout });

const RETRY_MS = 4_000;

const TERMINAL: readonly PredictionStatus[] = ["SUCCEEDED", "FAILED", "CANCELED", "ABORTED"];

export const isTerminal = (status: PredictionStatus): boolean => TERMINAL.includes(status);

const toNumber = (value: number | string | null): number | null => (value === null ? null : Number(value));

/** The one prediction that the page shows, kept true by its events. */
export class Run {
  readonly prediction = signal<Prediction | null>(null);
  readonly progress = signal<Progress | null>(null);
  readonly loading = signal<Loading | null>(null);
  /** Where it waits. */
  readonly queue = signal<Moved["queue"] | null>(null);
  /** Of each picture that is being drawn, the newest preview as a data URI. */
  readonly previews = signal<readonly string[]>([]);
  readonly text = new LiveText();
  /** The texts of the choices behind the first, where the input asks for several. */
  readonly others = signal<readonly LiveText[]>([]);
  /** Output that is neither text nor files, as JSON. */
  readonly json = new LiveText();
  readonly logs = new LiveText();
  readonly link = signal<"idle" | "live" | "reconnecting">("idle");
  readonly sending = signal(false);
  readonly canceling = signal(false);
  /** Why the prediction cannot be shown or followed. */
  readonly problem = signal<Problem | null>(null);
  /** Why no prediction was made of the last input; `violations` says where it is wrong. */
  readonly refusal = signal<Problem | null>(null);
  readonly violations = signal<readonly Violation[]>([]);
  readonly isActive = computed(() => this.prediction.value !== null && !isTerminal(this.prediction.value.status));

  #stop: () => void = () => {};
  #seq = 0;
  /** Counts what the page turned to, so that a late answer does not show what it left. */
  #turn = 0;
  #unanswered: { body: string; key: string } | null = null;

  /** Asks for a prediction and follows it; the id, or null when the server refused. */
  async start(model: string, input: unknown, options: RunOptions = {}): Promise<string | null> {
    return this.#begin([model, input, options], async (idempotencyKey) => {
      const asked: CreatePredictionInput = { model, input, idempotencyKey, ...options };
      return (await request(CreatePredictionDocument, { input: asked })).createPrediction;
    });
  }

  /** Runs what is shown once more, by the same version and with the same input; as `start`. */
  async retry(): Promise<string | null> {
    const id = this.prediction.value?.id;
    if (!id) return null;
    return this.#begin([id], async (idempotencyKey) => {
      return (await request(RetryPredictionDocument, { input: { id, idempotencyKey } })).retryPrediction;
    });
  }

  /** Runs what is shown once more by the same version, with changes of its input: null leaves a field out; as `start`. */
  async rerun(overrides: Record<string, unknown>, options: RunOptions = {}): Promise<string | null> {
    const id = this.prediction.value?.id;
    if (!id) return null;
    return this.#begin([id, overrides, options], async (idempotencyKey) => {
      const { deadlineSeconds = null, webhook = null } = options;
      const asked = { id, overrides, idempotencyKey, deadlineSeconds, webhook };
      return (await request(RerunDocument, { input: asked })).rerun;
    });
  }

  async #begin(what: unknown[], ask: (key: string) => Promise<Begun>): Promise<string | null> {
    if (this.sending.value || this.isActive.value) return null;
    batch(() => {
      this.sending.value = true;
      this.refusal.value = null;
      this.violations.value = [];
    });
    try {
      return await this.#ask(JSON.stringify(what), ask);
    } catch (error) {
      this.refusal.value = apiProblem(error);
      return null;
    } finally {
      this.sending.value = false;
    }
  }

  async #ask(body: string, ask: (key: string) => Promise<Begun>): Promise<string | null> {
    // an answer that was lost may hide a prediction that runs: asking again with the same key finds it
    const key = this.#unanswered?.body === body ? this.#unanswered.key : randomKey();
    this.#unanswered = { body, key };
    const turn = this.#turn;
    const result = await ask(key).catch((error) => {
      if (!isOpen(error)) this.#unanswered = null;
      throw error;
    });
    this.#unanswered = null;
    if (turn !== this.#turn) return null;
    if (result.__typename === "Prediction") {
      this.#show(result);
      return result.id;
    }
    if (result.__typename === "InvalidInput") this.violations.value = result.violations;
    this.refusal.value = userProblem(result);
    return null;
  }

  /** Follows a prediction that exists, asking until the server answers; null when there is none of that id. */
  async join(id: string): Promise<JoinedPrediction | null> {
    this.clear();
    const turn = this.#turn;
    while (turn === this.#turn) {
      try {
        const { prediction } = await request(PredictionPageDocument, { id });
        if (turn !== this.#turn) return null;
        if (prediction) this.#show(prediction);
        else this.problem.value = noSuch();
        return prediction;
      } catch (error) {
        if (turn !== this.#turn) return null;
        // an id that is none names nothing
        const isNone = error instanceof ApiError && error.code === "BAD_USER_INPUT";
        this.problem.value = isNone ? noSuch() : passingProblem(error);
        if (!isAway(error)) return null;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
    return null;
  }

  async cancel(): Promise<void> {
    const id = this.prediction.value?.id;
    if (!id || !this.isActive.value || this.canceling.value) return;
    this.canceling.value = true;
    try {
      const { cancelPrediction: result } = await request(CancelPredictionDocument, { input: { id } });
      if (result.__typename !== "Prediction") this.problem.value = userProblem(result);
    } catch (error) {
      this.problem.value = apiProblem(error);
      this.canceling.value = false;
    }
  }

  clear(): void {
    this.#turn += 1;
    this.#stop();
    this.#stop = () => {};
    this.#seq = 0;
    batch(() => {
      this.#replace(null);
      this.problem.value = null;
      this.refusal.value = null;
      this.violations.value = [];
      this.link.value = "idle";
    });
  }

  /** Fetches the prediction again: links to its files live shorter than the page may. */
  async refreshFiles(): Promise<void> {
    const id = this.prediction.value?.id;
    if (!id) return;
    const { prediction } = await request(PredictionDocument, { id }).catch(() => ({ prediction: null }));
    if (prediction && this.prediction.value?.id === id) this.prediction.value = prediction;
  }

  #show(prediction: Prediction): void {
    this.#stop();
    this.#seq = 0;
    batch(() => {
      this.problem.value = null;
      this.#replace(prediction);
      this.link.value = "idle";
    });
    if (isTerminal(prediction.status)) return;
    this.#stop = watch(prediction.id, {
      onEvent: (event) => batch(() => this.#apply(event)),
      onLink: (link) => (this.link.value = link),
      onError: (error) => (this.problem.value = apiProblem(error)),
      onAway: () => this.#askForEnd(prediction.id),
      isDone: () => !this.isActive.value,
    });
  }

  /** Where no socket comes through, at least the end of the prediction does. */
  async #askForEnd(id: string): Promise<void> {
    const { prediction } = await request(PredictionDocument, { id }).catch(() => ({ prediction: null }));
    if (prediction && this.prediction.value?.id === id && isTerminal(prediction.status)) this.#moveTo(prediction);
  }

  #replace(prediction: Prediction | null): void {
    this.prediction.value = prediction;
    this.progress.value = prediction?.progress ?? null;
    this.loading.value = this.queue.value = null;
    this.previews.value = [];
    this.canceling.value = false;
    this.text.set(prediction?.text ?? "");
    this.#setOthers(prediction);
    this.json.set(jsonOf(prediction));
    this.logs.set(prediction?.logs ?? "");
  }

  #apply(event: PredictionEvent): void {
    if (event.__typename === "PredictionSnapshot") {
      this.#seq = event.seq;
      const canceling = this.canceling.value;
      this.#replace(event.prediction);
      this.canceling.value = canceling && this.isActive.value;
      return;
    }
    // it is of no place among the events
    if (event.__typename === "QueueMoved") {
      this.queue.value = event.queue;
      return;
    }
    if (event.__typename === "EventsLost" || event.seq <= this.#seq) return;
    this.#seq = event.seq;
    if (event.__typename === "StatusChanged") this.#moveTo(event.prediction);
    else if (event.__typename === "ModelLoading") this.loading.value = loadingOf(event);
    else this.#work(event);
  }

  /** What a model does, which has been loaded then. */
  #work(event: Work): void {
    if (event.__typename !== "Logged") this.loading.value = null;
    if (event.__typename === "Progressed") this.progress.value = event;
    else if (event.__typename === "PreviewReady") this.#preview(event.image, event.step);
    else if (event.__typename === "Logged") this.logs.append(`${event.line.replace(/\n$/, "")}\n`);
    else if (event.text !== null) this.#textOf(event.choice).append(event.text);
    else this.json.append(`${JSON.stringify(event.chunk, null, 2)}\n`);
  }

  /** The text of a choice, with those before it. */
  #textOf(choice: number): LiveText {
    const known = this.others.value;
    const missing = Array.from({ length: Math.max(0, choice - known.length) }, () => new LiveText());
    if (missing.length > 0) this.others.value = [...known, ...missing];
    return this.others.value[choice - 1] ?? this.text;
  }

  #setOthers(prediction: Prediction | null): void {
    const texts = choicesOf(prediction?.output)
      .slice(1)
      .map(({ text }) => text);
    this.others.value = this.others.value.slice(0, texts.length);
    texts.forEach((text, index) => this.#textOf(index + 1).set(text));
  }

  /** Steps are counted over all pictures of a prediction, which are drawn one after the other. */
  #preview(image: string | null, step: number): void {
    if (image === null) return;
    const total = this.progress.value?.total ?? 0;
    const count = picturesOf(this.prediction.value?.input);
    const index = total === 0 ? 0 : Math.max(0, Math.min(count - 1, Math.floor(((step - 1) * count) / total)));
    this.previews.value = Object.assign([...this.previews.value], { [index]: image });
  }

  #moveTo(prediction: Prediction): void {
    this.prediction.value = prediction;
    if (prediction.status !== "STARTING") this.loading.value = null;
    // until it ends, the events hold more of the text than the prediction does
    if (!isTerminal(prediction.status)) return;
    this.canceling.value = false;
    if (prediction.text !== null) this.text.set(prediction.text);
    this.#setOthers(prediction);
    this.json.set(jsonOf(prediction));
    if (prediction.logs !== "") this.logs.set(prediction.logs);
    if (prediction.progress) this.progress.value = prediction.progress;
  }
}

/** How many pictures an input asks for. */
export function picturesOf(input: unknown): number {
  const asked = (input as { num_images?: unknown } | null | undefined)?.num_images;
  return typeof asked === "number" && asked >= 1 ? asked : 1;
}

/** Output that has no other place in the page; of what still runs, item by item as the items came. */
function jsonOf(prediction: Prediction | null): string {
  if (!prediction || prediction.text !== null || prediction.files.length > 0 || prediction.output === null) return "";
  const { output, status } = prediction;
  const items: unknown[] = !isTerminal(status) && Array.isArray(output) ? output : [output];
  return items.map((item) => `${JSON.stringify(item, null, 2)}\n`).join("");
}

function loadingOf(event: Extract<PredictionEvent, { __typename: "ModelLoading" }>): Loading {
  return { phase: event.phase, bytes: toNumber(event.bytes), totalBytes: toNumber(event.totalBytes) };
}
