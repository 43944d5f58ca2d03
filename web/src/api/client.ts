import { say } from "../messages/messages";
import { ApiError } from "./problems";
import { post, type GraphQLFault } from "./post";
import { freshToken, renew } from "./refresh";
import type { TypedDocumentString } from "./generated/graphql";

export { ENDPOINT, type GraphQLFault } from "./post";

/** Runs an operation; throws ApiError. Where the sign-in has ended, the operation is tried without it. */
export async function request<R, V>(document: TypedDocumentString<R, V>, variables: V): Promise<R> {
  const token = await freshToken();
  const answer = await post<R>(String(document), variables, token);
  if (!answer.errors?.length && answer.data) return answer.data;
  const error = faultOf(answer.errors ?? []);
  if (error.code === "UNAUTHENTICATED" && token) {
    await renew(token);
    return request(document, variables);
  }
  throw error;
}

export function faultOf(errors: readonly GraphQLFault[]): ApiError {
  const first = errors[0];
  if (!first) return new ApiError("INTERNAL_SERVER_ERROR", say.problems.emptyAnswer);
  const extensions = first.extensions ?? {};
  return new ApiError(String(extensions["code"] ?? "INTERNAL_SERVER_ERROR"), first.message, extensions);
}
