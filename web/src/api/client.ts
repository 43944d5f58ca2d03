import { ApiError, UNREACHABLE } from "./problems";
import { forgetToken, liveToken } from "./session";
import type { TypedDocumentString } from "./generated/graphql";

export const ENDPOINT = "/graphql";

export interface GraphQLFault {
  message: string;
  extensions?: Record<string, unknown> | undefined;
}

interface Answer<R> {
  data?: R | null;
  errors?: GraphQLFault[];
}

/** Runs an operation; throws ApiError. An expired sign-in is dropped and the operation tried without it. */
export async function request<R, V>(document: TypedDocumentString<R, V>, variables: V): Promise<R> {
  const token = liveToken();
  const answer = await post<R>(String(document), variables, token);
  if (!answer.errors?.length && answer.data) return answer.data;
  const error = faultOf(answer.errors ?? []);
  if (error.code === "UNAUTHENTICATED" && token) {
    forgetToken();
    return request(document, variables);
  }
  throw error;
}

export function faultOf(errors: readonly GraphQLFault[]): ApiError {
  const first = errors[0];
  if (!first) return new ApiError("INTERNAL_SERVER_ERROR", "The answer held neither data nor errors.");
  const extensions = first.extensions ?? {};
  return new ApiError(String(extensions["code"] ?? "INTERNAL_SERVER_ERROR"), first.message, extensions);
}

async function post<R>(query: string, variables: unknown, token: string | null): Promise<Answer<R>> {
  const headers: Record<string, string> = {
    "content-type": "application/json",
    accept: "application/graphql-response+json, application/json;q=0.9",
  };
  if (token) headers["authorization"] = `Bearer ${token}`;
  let response: Response;
  try {
    response = await fetch(ENDPOINT, { method: "POST", headers, body: JSON.stringify({ query, variables }) });
  } catch {
    throw new ApiError(UNREACHABLE, "The server did not answer.");
  }
  try {
    return (await response.json()) as Answer<R>;
  } catch {
    throw new ApiError(UNREACHABLE, `The server answered ${response.status} without JSON.`);
  }
}
