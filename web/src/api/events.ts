import type { Client } from "graphql-ws";
import { PredictionEventsDocument, type PredictionEventsSubscription } from "./generated/graphql";
import type { ApiError } from "./problems";
import { connect, finalError, pause } from "./sockets";

export type PredictionEvent = PredictionEventsSubscription["predictionEvents"];

export interface Watcher {
  onEvent(event: PredictionEvent): void;
  onLink(link: "live" | "reconnecting"): void;
  onError(error: ApiError): void;
  /** After several attempts to connect in a row have failed, and each one more. */
  onAway(): Promise<void>;
  /** Whether the last event has been seen, so that an ended subscription is no loss. */
  isDone(): boolean;
}

const AWAY_AFTER = 3;
/** Follows a prediction until its last event, over lost connections, from the last cursor on. Returns how to stop. */
export function watch(id: string, watcher: Watcher): () => void {
  const stopped = new AbortController();
  void follow(id, watcher, stopped.signal);
  return () => stopped.abort();
}

async function follow(id: string, watcher: Watcher, stopped: AbortSignal): Promise<void> {
  const client = connect();
  const goOffline = () => client.terminate();
  addEventListener("offline", goOffline);
  stopped.addEventListener("abort", () => void client.dispose());
  let after: string | null = null;
  let failures = 0;
  try {
    while (!stopped.aborted && !watcher.isDone()) {
      try {
        for await (const event of stream(client, id, after)) {
          if (stopped.aborted) return;
          failures = 0;
          after = event.cursor;
          watcher.onLink("live");
          watcher.onEvent(event);
        }
      } catch (error) {
        if (stopped.aborted) return;
        const final = await finalError(error);
        if (final) return watcher.onError(final);
      }
      if (stopped.aborted || watcher.isDone()) return;
      watcher.onLink("reconnecting");
      await pause(failures++, stopped);
      if (failures >= AWAY_AFTER && !stopped.aborted) await watcher.onAway();
    }
  } finally {
    removeEventListener("offline", goOffline);
    await client.dispose();
  }
}

async function* stream(client: Client, id: string, after: string | null): AsyncGenerator<PredictionEvent> {
  const query = String(PredictionEventsDocument);
  for await (const result of client.iterate<PredictionEventsSubscription>({ query, variables: { id, after } })) {
    if (result.errors?.length) throw result.errors;
    if (result.data) yield result.data.predictionEvents;
  }
}
