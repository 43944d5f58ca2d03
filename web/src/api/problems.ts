import { say } from "../messages/messages";
import type { ErrorCode, PredictionErrorCode } from "./generated/graphql";

/** Something that went wrong, in words for the one who reads it. */
export interface Problem {
  title: string;
  detail: string;
  hint?: string;
}

/** What a failed request is: a GraphQL error's code, or that no GraphQL answer came at all. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly extensions: Record<string, unknown> = {},
  ) {
    super(message);
    this.name = "ApiError";
  }
}

export const UNREACHABLE = "UNREACHABLE";

/** Whether the server may have done what it was asked, though it did not say so. */
export function isOpen(error: unknown): boolean {
  return error instanceof ApiError && [UNREACHABLE, "UNAVAILABLE", "INTERNAL_SERVER_ERROR"].includes(error.code);
}

export function userProblem(error: { code: string; message: string }): Problem {
  const titles: Partial<Record<string, string>> = say.problems.codes satisfies Record<ErrorCode, string>;
  return { title: titles[error.code] ?? say.problems.refused, detail: error.message };
}

interface Refusal {
  code: string;
  message: string;
  violations?: readonly { message: string }[];
}

/** Why a member of a mutation's result is a refusal, with all that is wrong; null for what was asked for. */
export function refusalProblem(result: object): Problem | null {
  if (!("code" in result)) return null;
  const { violations, ...refusal } = result as Refusal;
  const details = violations?.map(({ message }) => message).join(" ");
  return userProblem({ ...refusal, ...(details && { message: details }) });
}

/** Whether nobody can be asked just now. */
export const isAway = (error: unknown): boolean =>
  error instanceof ApiError && [UNREACHABLE, "UNAVAILABLE"].includes(error.code);

/** What went wrong where the page asks once: whoever reads it may try again. */
export function apiProblem(error: unknown): Problem {
  if (!(error instanceof ApiError)) {
    return { title: say.problems.broken, detail: String(error), hint: say.problems.reload };
  }
  if (error.code === UNREACHABLE) {
    return { title: say.problems.unreachable, detail: error.message, hint: say.problems.again };
  }
  if (error.code === "RATE_LIMITED") {
    const seconds = Number(error.extensions["retryAfter"]);
    const wait = seconds > 0 ? say.problems.againIn(Math.ceil(seconds)) : say.problems.again;
    return { title: say.problems.tooMany, detail: error.message, hint: wait };
  }
  if (error.code === "INTERNAL_SERVER_ERROR") {
    const incident = String(error.extensions["incident"] ?? "");
    const hint = error.message.includes(incident) ? say.problems.log : say.problems.logOf(incident);
    return { title: say.problems.serverFailed, detail: error.message, hint };
  }
  return userProblem(error);
}

/** The same where the page goes on asking until an answer comes. */
export function passingProblem(error: unknown): Problem {
  const problem = apiProblem(error);
  return isAway(error) ? { ...problem, hint: say.problems.byItself } : problem;
}

export function failureProblem(error: { code: PredictionErrorCode; message: string }): Problem {
  const [title, hint] = say.problems.failures[error.code] ?? [say.problems.failed, ""];
  return { title, detail: error.message, hint };
}
