import { say } from "../messages/messages";
import { createClient, type Client } from "graphql-ws";
import { faultOf } from "./client";
import { ENDPOINT, type GraphQLFault } from "./post";
import { ApiError, UNREACHABLE } from "./problems";
import { freshToken, renew } from "./refresh";
import { liveToken, refreshToken } from "./session";

const PING_EVERY_MS = 10_000;
const PONG_WITHIN_MS = 5_000;
const LONGEST_WAIT_MS = 8_000;
// protocol errors and refusals: asking again would get the same answer
const FINAL_CLOSE_CODES = new Set([4400, 4401, 4406]);
const FORBIDDEN_CLOSE_CODE = 4403;

/** A socket that notices when its other end is gone. */
export function connect(): Client {
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
export async function finalError(error: unknown): Promise<ApiError | null> {
  if (Array.isArray(error)) return graphqlError(faultOf(error as GraphQLFault[]));
  const code = error instanceof CloseEvent ? error.code : 0;
  if (code === FORBIDDEN_CLOSE_CODE) return graphqlError(new ApiError("UNAUTHENTICATED", say.problems.signInRefused));
  if (FINAL_CLOSE_CODES.has(code)) return new ApiError(UNREACHABLE, say.problems.closed(code));
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
export function pause(failures: number, stopped: AbortSignal): Promise<void> {
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
