import { createGraphiQLFetcher, type Fetcher } from "@graphiql/toolkit";
import { parse, type DocumentNode } from "graphql";
import { createClient } from "graphql-ws";
import { ENDPOINT } from "../api/client";
import { freshToken } from "../api/refresh";
import { liveToken } from "../api/session";

type Headers = Record<string, string>;

const FORBIDDEN_CLOSE_CODE = 4403;

/** Sends operations to this server, as whoever the Headers editor says, else as whoever signed in at `/`. */
export function makeFetcher(onPrediction: (id: string) => void): Fetcher {
  return async (params, options) => {
    const headers = await withToken((options?.headers ?? {}) as Headers);
    const fetcher = createGraphiQLFetcher({
      url: ENDPOINT,
      enableIncrementalDelivery: false,
      wsClient: createClient({
        url: () => `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${ENDPOINT}`,
        connectionParams: headers,
        shouldRetry: (event) => (event as CloseEvent | null)?.code !== FORBIDDEN_CLOSE_CODE,
      }),
    });
    const result = await fetcher(params, { ...options, ...parsed(params.query), headers });
    const id = createdPrediction(result);
    if (id !== null) onPrediction(id);
    return result;
  };
}

/** What GraphiQL parsed may be older than what it sends; a subscription sent over HTTP would fail. */
function parsed(query: string): { documentAST?: DocumentNode } {
  try {
    return { documentAST: parse(query) };
  } catch {
    // the server says where the syntax is wrong
    return {};
  }
}

async function withToken(headers: Headers): Promise<Headers> {
  // without an answer the token that is held is tried
  const token = await freshToken().catch(() => liveToken());
  const isGiven = Object.keys(headers).some((name) => name.toLowerCase() === "authorization");
  return token && !isGiven ? { ...headers, Authorization: `Bearer ${token}` } : headers;
}

function createdPrediction(result: unknown): string | null {
  const data = (result as { data?: Record<string, { id?: unknown } | null> | null } | null)?.data;
  const id = data?.["createPrediction"]?.id;
  return typeof id === "string" ? id : null;
}
