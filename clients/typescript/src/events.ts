import type { PredictionEventsSubscription, PredictionFieldsFragment, PredictionStatus } from "./generated.js";
import { isFinal, predictionOf, type Prediction } from "./predictions.js";
import type { Transport } from "./transport.js";

/** A token of a text, and how likely it was. */
export interface TokenLogprob {
  token: number;
  text: string;
  logprob: number;
  /** The likeliest tokens at its place. */
  top: { token: number; text: string; logprob: number }[];
}

/**
 * What happens to a prediction, in order. All `text` of a choice, joined, is its text; a lost connection leaves no gap
 * and brings nothing twice. The last event is a `status` that is final.
 */
export type PredictionEvent = { at: string } & (
  | { type: "status"; status: PredictionStatus; prediction: Prediction }
  /** A piece of text. `choice` is above 0 only where the input asks for several by `n`. */
  | { type: "text"; text: string; choice: number; logprobs: TokenLogprob[] | null }
  /** A piece of output that is no text, of a model that gives several. */
  | { type: "item"; item: unknown }
  | { type: "step"; step: number; total: number | null; fraction: number | null; etaSeconds: number | null }
  /** An unfinished picture as a data URI; where `previews` were asked for. */
  | { type: "preview"; image: string; width: number; height: number; step: number }
  | { type: "loading"; phase: string; bytes: number | null; totalBytes: number | null }
  | { type: "log"; line: string }
  /** It was run again, and writes something else than before: `text` and `item` begin anew. */
  | { type: "restart" }
);

type WireEvent = PredictionEventsSubscription["predictionEvents"];

interface Told {
  /** What the reader has of a text. */
  text: string;
  /** How much of it the running attempt has written. */
  written: number;
  /** The same of tokens with their log probabilities, as numbers. */
  tokens: number;
  tokensWritten: number;
}

/** Makes one unbroken story of what several connections, and several attempts, tell. */
export class Story {
  isOver = false;
  readonly #transport: Transport;
  readonly #texts = new Map<number, Told>();
  #items: unknown[] = [];
  #itemsWritten = 0;
  readonly #lines: string[] = [];
  #linesWritten = 0;
  #status: PredictionStatus | null = null;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** What the reader has not been told yet. */
  *add(event: WireEvent): Generator<PredictionEvent> {
    const { at } = event;
    switch (event.__typename) {
      case "PredictionSnapshot":
        yield* this.#snapshot(event.prediction, at);
        break;
      case "StatusChanged":
        yield* this.#turn(event.status, event.prediction, at);
        break;
      case "OutputAppended":
        if (event.text !== null) yield* this.#text(event.choice, event.text, event.logprobs, at);
        else yield* this.#item(event.chunk, at);
        break;
      case "Progressed": {
        const { step, total, fraction, etaSeconds } = event;
        yield { type: "step", step, total, fraction, etaSeconds, at };
        break;
      }
      case "PreviewReady": {
        const { image, width, height, step } = event;
        if (image) yield { type: "preview", image, width, height, step, at };
        break;
      }
      case "ModelLoading":
        yield { type: "loading", phase: event.phase, bytes: event.bytes, totalBytes: event.totalBytes, at };
        break;
      case "Logged":
        yield* this.#line(event.line, at);
        break;
      case "EventsLost":
        // a snapshot follows
        break;
    }
  }

  /** The whole prediction: of what its attempt has written so far, the part that is new. */
  *#snapshot(prediction: PredictionFieldsFragment, at: string): Generator<PredictionEvent> {
    // its last status comes as an event of its own
    if (!isFinal(prediction.status)) yield* this.#turn(prediction.status, prediction, at);
    for (const place of this.#texts.values()) place.written = place.tokensWritten = 0;
    this.#itemsWritten = this.#linesWritten = 0;
    const { choices, logs, output, text } = prediction;
    if (choices)
      for (const choice of choices) yield* this.#text(choice.index, choice.text, tokensOf(choice.logprobs), at);
    else if (text) yield* this.#text(0, text, null, at);
    else if (Array.isArray(output) && (this.#items.length > 0 || !isFinal(prediction.status)))
      for (const item of output) yield* this.#item(item, at);
    // each ends in a newline
    for (const line of logs.split("\n").slice(0, -1)) yield* this.#line(line, at);
  }

  *#turn(status: PredictionStatus, fields: PredictionFieldsFragment, at: string): Generator<PredictionEvent> {
    if (status === this.#status) return;
    this.#status = status;
    this.isOver = isFinal(status);
    yield { type: "status", status, prediction: predictionOf(fields, this.#transport), at };
  }

  *#text(choice: number, text: string, tokens: TokenLogprob[] | null, at: string): Generator<PredictionEvent> {
    const place = this.#texts.get(choice) ?? { text: "", written: 0, tokens: 0, tokensWritten: 0 };
    this.#texts.set(choice, place);
    const known = place.text.slice(place.written, place.written + text.length);
    if (!text.startsWith(known)) {
      yield* this.#restart(at);
      yield* this.#text(choice, text, tokens, at);
      return;
    }
    const rest = text.slice(known.length);
    place.written += text.length;
    place.text += rest;
    const logprobs = tokens && tokens.slice(Math.max(0, place.tokens - place.tokensWritten));
    place.tokensWritten += tokens?.length ?? 0;
    place.tokens = Math.max(place.tokens, place.tokensWritten);
    // tokens that have no text of their own come with an empty piece
    if (rest || logprobs?.length) yield { type: "text", text: rest, choice, logprobs, at };
  }

  *#item(item: unknown, at: string): Generator<PredictionEvent> {
    const index = this.#itemsWritten;
    if (index < this.#items.length) {
      if (JSON.stringify(this.#items[index]) !== JSON.stringify(item)) {
        yield* this.#restart(at);
        yield* this.#item(item, at);
        return;
      }
      this.#itemsWritten += 1;
      return;
    }
    this.#items.push(item);
    this.#itemsWritten += 1;
    yield { type: "item", item, at };
  }

  /** Another attempt writes something else: all that it has written so far is told anew. */
  *#restart(at: string): Generator<PredictionEvent> {
    yield { type: "restart", at };
    for (const [choice, place] of this.#texts) {
      place.text = place.text.slice(0, place.written);
      place.tokens = place.tokensWritten;
      if (place.text) yield { type: "text", text: place.text, choice, logprobs: null, at };
    }
    this.#items = this.#items.slice(0, this.#itemsWritten);
    for (const item of this.#items) yield { type: "item", item, at };
  }

  *#line(line: string, at: string): Generator<PredictionEvent> {
    const index = this.#linesWritten++;
    if (this.#lines[index] === line) return;
    this.#lines[index] = line;
    yield { type: "log", line, at };
  }
}

/** The tokens of a choice, in the form that they are streamed in. */
function tokensOf(logprobs: unknown): TokenLogprob[] | null {
  const { content } = (logprobs ?? {}) as { content?: StoredToken[] };
  const token = ({ id, token: text, logprob }: StoredToken) => ({ token: id, text, logprob });
  return content?.map((each) => ({ ...token(each), top: (each.top ?? []).map(token) })) ?? null;
}

interface StoredToken {
  id: number;
  token: string;
  logprob: number;
  top?: StoredToken[];
}
