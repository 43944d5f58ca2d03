import { createClient, type Client } from "graphql-ws";
import { PredictionEventsDocument, type PredictionEventsSubscription } from "./generated/graphql";
import { ENDPOINT, faultOf, type GraphQLFault } from "./client";
import { ApiError, UNREACHABLE } from "./problems";
import { freshToken, renew } from "./refresh";
import { liveToken, refreshToken } from "./session";

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

const PING_EVERY_MS = 10_000;
const PONG_WITHIN_MS = 5_000;
const LONGEST_WAIT_MS = 8_000;
const AWAY_AFTER = 3;
// protocol errors and refusals: asking again would get the same answer
const FINAL_CLOSE_CODES = new Set([4400, 4401, 4406]);
const FORBIDDEN_CLOSE_CODE = 4403;

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

function connect(): Client {
  let overdue: ReturnType<typeof setTimeout> | undefined;
  const client = createClient({
    url: () => `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${ENDPOINT}`,
    // the library would ask again for everything; `follow` asks for what came after the last cursor
    retryAttempts: 0,
    keepAlive: PING_EVERY_MS,
    connectionParams: async () => {
      const token = await freshToken();
      return token ? { Authorization: `Bearer ${token}` } : {};
    },
    on: {
      ping: (received) => {
        if (!received) overdue = setTimeout(() => client.terminate(), PONG_WITHIN_MS);
      },
      pong: (received) => {
        if (received) clearTimeout(overdue);
      },
      closed: () => clearTimeout(overdue),
    },
  });
  return client;
}

/** The error to show when it is no use to connect again, else null. */
async function finalError(error: unknown): Promise<ApiError | null> {
  if (Array.isArray(error)) return graphqlError(faultOf(error as GraphQLFault[]));
  const code = error instanceof CloseEvent ? error.code : 0;
  if (code === FORBIDDEN_CLOSE_CODE)
    return graphqlError(new ApiError("UNAUTHENTICATED", "The server refused the sign-in."));
  if (FINAL_CLOSE_CODES.has(code)) return new ApiError(UNREACHABLE, `The server closed the connection (${code}).`);
  return null;
}

async function graphqlError(error: ApiError): Promise<ApiError | null> {
  if (error.code === "UNAVAILABLE") return null;
  const token = liveToken();
  if (error.code !== "UNAUTHENTICATED" || (token === null && refreshToken() === null)) return error;
  // a socket ends with its token, which then lives no more; the next one has a newer token, or none
  await renew(token).catch(() => null);
  return null;
}

/** Waits longer after each failure; the network's return and `stopped` end the wait. */
function pause(failures: number, stopped: AbortSignal): Promise<void> {
  const longest = Math.min(LONGEST_WAIT_MS, 300 * 2 ** failures);
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      stopped.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, longest * (0.5 + Math.random() / 2));
    addEventListener("online", done);
    stopped.addEventListener("abort", done);
  });
}
