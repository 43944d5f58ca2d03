import { say } from "../messages/messages";
import { ROOT } from "./root";
import { ApiError, UNREACHABLE } from "./problems";
import { learnClock } from "./server_clock";

export const ENDPOINT = `${ROOT}/graphql`;

export interface GraphQLFault {
  message: string;
  extensions?: Record<string, unknown> | undefined;
}

export interface Answer<R> {
  data?: R | null;
  errors?: GraphQLFault[];
}

/** Sends an operation; throws ApiError where no GraphQL answer comes. */
export async function post<R>(query: string, variables: unknown, token: string | null): Promise<Answer<R>> {
  const headers: Record<string, string> = {
    "content-type": "application/json",
    accept: "application/graphql-response+json, application/json;q=0.9",
  };
  if (token) headers["authorization"] = `Bearer ${token}`;
  let response: Response;
  const askedAt = Date.now();
  try {
    response = await fetch(ENDPOINT, { method: "POST", headers, body: JSON.stringify({ query, variables }) });
  } catch {
    throw new ApiError(UNREACHABLE, say.problems.noAnswer);
  }
  learnClock(response.headers.get("date"), askedAt, Date.now());
  try {
    return (await response.json()) as Answer<R>;
  } catch {
    throw new ApiError(UNREACHABLE, `The server answered ${response.status} without JSON.`);
  }
}
