import { ApiError, InferenceError, UnreachableError, RateLimitedError, UnavailableError, apiError } from "./errors.js";
import { backoff, sleep } from "./time.js";

/** The class of a WebSocket, as browsers and Node.js 22 have it, and the package `ws` for older ones. */
export type WebSocketClass = new (url: string, protocols?: string | string[]) => unknown;

export interface ClientOptions {
  /** Where the server's page opens; else the environment's INFERENCE_URL, the page that this runs on, or this machine. */
  url?: string | URL;
  /** An API key or an access token, or what gives one; else the environment's INFERENCE_KEY. Without one you are nobody. */
  key?: string | (() => string | Promise<string>);
  /** How long to go on trying while the server cannot be reached, in seconds; default 60. */
  patienceSeconds?: number;
  /** What sends requests; default the runtime's `fetch`. */
  fetch?: typeof fetch;
  /** What watches predictions; default the runtime's `WebSocket`, else that of the package `ws`, where it is installed. */
  webSocket?: WebSocketClass;
}

interface Answer {
  data?: Record<string, unknown> | null;
  errors?: readonly GraphQLFault[];
}

export interface GraphQLFault {
  message: string;
  extensions?: Record<string, unknown>;
}

export interface RequestOptions {
  signal?: AbortSignal | undefined;
  /** Seconds that the server was asked to wait. */
  wait?: number;
  patienceMs?: number;
}

/** The seconds beyond what was asked for after which an answer is not waited for any more. */
const ANSWER_SECONDS = 30;

/** One server, as whoever the key is of. */
export class Transport {
  readonly url: URL;
  readonly patienceMs: number;
  readonly #key: ClientOptions["key"];
  readonly #fetch: typeof fetch;
  readonly #webSocket: WebSocketClass | undefined;

  constructor(options: ClientOptions) {
    const url = new URL(options.url ?? environment("INFERENCE_URL") ?? ownPage() ?? "http://127.0.0.1:8000");
    // what is below it is found from a folder alone
    this.url = new URL(url.pathname.endsWith("/") ? url : `${url.origin}${url.pathname}/`);
    this.patienceMs = (options.patienceSeconds ?? 60) * 1000;
    this.#webSocket = options.webSocket;
    this.#key = options.key ?? environment("INFERENCE_KEY");
    // a method of the window would miss it
    this.#fetch = options.fetch ?? ((...request) => fetch(...request));
  }

  async authorization(): Promise<Record<string, string>> {
    const key = typeof this.#key === "function" ? await this.#key() : this.#key;
    return key ? { authorization: `Bearer ${key}` } : {};
  }

  /** Runs an operation; it is sent again while the server cannot be reached, so it has to be safe to send again. */
  async request<Data>(query: string, variables: object, options: RequestOptions = {}): Promise<Data> {
    const body = JSON.stringify({ query, variables });
    const post = async () => {
      const response = await this.send(this.#endpoint, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          accept: "application/graphql-response+json, application/json;q=0.9",
          ...(await this.authorization()),
        },
        body,
        signal: signalOf(options.signal, ANSWER_SECONDS + (options.wait ?? 0)),
      });
      return dataOf<Data>(await answerOf(response));
    };
    return this.persist(post, options.signal, options.patienceMs);
  }

  async webSocket(): Promise<WebSocketClass> {
    const own = this.#webSocket ?? (globalThis.WebSocket as WebSocketClass | undefined);
    if (own) return own;
    // by a variable, so that bundlers do not look for it
    const name = "ws";
    try {
      return ((await import(/* @vite-ignore */ /* webpackIgnore: true */ name)) as { default: WebSocketClass }).default;
    } catch (error) {
      throw new InferenceError("Node.js before 22 has no WebSocket: `npm install ws`.", { cause: error });
    }
  }

  /** Sends one request; a UnreachableError where nobody answers. */
  async send(url: string | URL, init: RequestInit): Promise<Response> {
    let response: Response;
    try {
      response = await this.#fetch(url, init);
    } catch (error) {
      throw new UnreachableError(`${this.url.origin} did not answer: ${reasonOf(error)}`, { cause: error });
    }
    // what a proxy says of a server that is away
    if ([502, 503, 504].includes(response.status) && !isJson(response))
      throw new UnreachableError(`${this.url.origin} answered ${response.status}.`);
    return response;
  }

  /** Does something until it works, fails for good, or the patience ends. */
  async persist<T>(attempt: () => Promise<T>, signal?: AbortSignal, patienceMs = this.patienceMs): Promise<T> {
    const until = Date.now() + patienceMs;
    for (let failures = 0; ; failures += 1) {
      signal?.throwIfAborted();
      try {
        return await attempt();
      } catch (error) {
        signal?.throwIfAborted();
        const wait = waitAfter(error, failures);
        if (wait === null || Date.now() + wait > until) throw error;
        await sleep(wait, signal);
      }
    }
  }

  get #endpoint(): URL {
    return new URL("graphql", this.url);
  }

  get socketUrl(): string {
    return this.#endpoint.href.replace(/^http/, "ws");
  }
}

/** Milliseconds after which to try again what failed so; null where that is no use. */
function waitAfter(error: unknown, failures: number): number | null {
  if (error instanceof RateLimitedError) return error.retryAfter * 1000;
  return error instanceof UnreachableError || error instanceof UnavailableError ? backoff(failures) : null;
}

function signalOf(signal: AbortSignal | undefined, seconds: number): AbortSignal {
  const timeout = AbortSignal.timeout(seconds * 1000);
  return signal ? AbortSignal.any([signal, timeout]) : timeout;
}

async function answerOf(response: Response): Promise<Answer> {
  try {
    return (await response.json()) as Answer;
  } catch (error) {
    throw new UnreachableError(`The server answered ${response.status} without JSON.`, { cause: error });
  }
}

function dataOf<Data>({ data, errors }: Answer): Data {
  if (errors?.length) throw faultOf(errors);
  if (!data) throw new ApiError("INTERNAL_SERVER_ERROR", "The answer held neither data nor errors.");
  return data as Data;
}

/** The first of the errors of an answer. */
export function faultOf(errors: readonly GraphQLFault[]): ApiError {
  const { message = "", extensions = {} } = errors[0] ?? {};
  return apiError(String(extensions["code"] ?? "INTERNAL_SERVER_ERROR"), message, extensions);
}

export const isJson = (response: Response): boolean => /\bjson\b/.test(response.headers.get("content-type") ?? "");

/** The innermost reason, which is the one that says something: fetch itself says that it failed. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : reasonOf(error.cause);
}

function environment(name: string): string | undefined {
  // bundlers put an object of their own in its place, and browsers have none
  return (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env?.[name] || undefined;
}

function ownPage(): string | undefined {
  const { origin } = (globalThis as { location?: { origin?: string } }).location ?? {};
  return origin?.startsWith("http") ? origin : undefined;
}
