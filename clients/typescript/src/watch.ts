import { createClient, type Client as Socket } from "graphql-ws/client";
import {
  UnauthenticatedError,
  UnreachableError,
  RateLimitedError,
  UnavailableError,
} from "./errors.js";
import { Story, type PredictionEvent } from "./events.js";
import type { PredictionEventsSubscription, PredictionEventsSubscriptionVariables } from "./generated.js";
import { PREDICTION_EVENTS } from "./operations.js";
import { backoff, sleep } from "./time.js";
import { faultOf, reasonOf, type GraphQLFault, type Transport, type WebSocketClass } from "./transport.js";

export interface WatchOptions {
  /** Ends the watching. */
  signal?: AbortSignal;
  /** Whether unfinished pictures are made and told; default false. */
  previews?: boolean;
}

const PING_EVERY_MS = 10_000;
const PONG_WITHIN_MS = 5_000;
/** A connection that lasted for so long was one: what comes then is another failure, not the next. */
const LASTING_MS = 5_000;
// protocol errors and refusals: asking again would get the same answer
const FINAL_CLOSE_CODES = [4400, 4401, 4406];
const FORBIDDEN_CLOSE_CODE = 4403;

/** Follows a prediction to its end, over lost connections, from the last cursor on. */
export async function* watch(
  id: string,
  transport: Transport,
  { signal, previews = false }: WatchOptions = {},
): AsyncGenerator<PredictionEvent, void, undefined> {
  const webSocket = await transport.webSocket();
  const story = new Story(transport);
  let after: string | null = null;
  let failures = 0;
  let awaySince: number | null = null;
  signal?.throwIfAborted();
  for (;;) {
    const began = Date.now();
    const socket = connect(transport, webSocket);
    const stop = () => void socket.dispose();
    signal?.addEventListener("abort", stop, { once: true });
    let failure: UnreachableError;
    try {
      for await (const event of subscribe(socket, { id, after, previews })) {
        signal?.throwIfAborted();
        failures = 0;
        awaySince = null;
        after = event.cursor;
        yield* story.add(event);
        if (story.isOver) return;
      }
      failure = new UnreachableError("The server ended the events of a prediction that goes on.");
    } catch (error) {
      signal?.throwIfAborted();
      failure = passing(error);
    } finally {
      signal?.removeEventListener("abort", stop);
      await socket.dispose();
    }
    signal?.throwIfAborted();
    if (Date.now() - began > LASTING_MS) {
      failures = 0;
      awaySince = null;
    }
    awaySince ??= Date.now();
    if (Date.now() - awaySince > transport.patienceMs) throw failure;
    await sleep(backoff(failures++), signal);
  }
}

async function* subscribe(socket: Socket, variables: PredictionEventsSubscriptionVariables) {
  const operation = { query: PREDICTION_EVENTS, variables: { ...variables } };
  for await (const result of socket.iterate<PredictionEventsSubscription>(operation)) {
    if (result.errors?.length) throw result.errors;
    if (result.data) yield result.data.predictionEvents;
  }
}

/** A socket that notices when its other end is gone. */
function connect(transport: Transport, webSocket: WebSocketClass): Socket {
  let overdue: ReturnType<typeof setTimeout> | undefined;
  const socket = createClient({
    url: transport.socketUrl,
    webSocketImpl: webSocket,
    // the library would ask again for everything; `watch` asks for what came after the last cursor
    retryAttempts: 0,
    keepAlive: PING_EVERY_MS,
    connectionParams: () => transport.authorization(),
    on: {
      ping: (received) => {
        if (!received) overdue = setTimeout(() => socket.terminate(), PONG_WITHIN_MS);
      },
      pong: (received) => {
        if (received) clearTimeout(overdue);
      },
      closed: () => clearTimeout(overdue),
    },
  });
  return socket;
}

/** A failure after which to connect again; throws what would come again. */
function passing(error: unknown): UnreachableError {
  if (Array.isArray(error)) {
    const fault = faultOf(error as GraphQLFault[]);
    if (fault instanceof UnavailableError || fault instanceof RateLimitedError)
      return new UnreachableError(fault.message, { cause: fault });
    throw fault;
  }
  const { code, reason } = (error ?? {}) as { code?: unknown; reason?: unknown };
  if (code === FORBIDDEN_CLOSE_CODE)
    throw new UnauthenticatedError("UNAUTHENTICATED", String(reason || "The key is not valid."));
  if (typeof code === "number") {
    const text = `The server closed the connection (${code}${reason ? `, ${String(reason)}` : ""}).`;
    if (FINAL_CLOSE_CODES.includes(code)) throw new UnreachableError(text);
    return new UnreachableError(text);
  }
  // an event where there was nobody to connect to; else an error of this program, such as one of `key`
  if (error instanceof Error && !("code" in error)) throw error;
  return new UnreachableError(`The connection failed: ${reasonOf((error as { error?: unknown }).error ?? error)}`);
}
