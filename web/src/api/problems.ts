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

const USER_TITLES: Partial<Record<string, string>> = {
  UNAUTHENTICATED: "Sign in first",
  BAD_CREDENTIALS: "Not signed in",
  FORBIDDEN: "Not allowed",
  NOT_FOUND: "Not found",
  BAD_USER_INPUT: "The request is malformed",
  CONFLICT: "Already taken",
  INVALID_INPUT: "Check the input",
  UNAVAILABLE: "Not available now",
  QUEUE_FULL: "Too much waits already",
} satisfies Record<ErrorCode, string>;

export function userProblem(error: { code: string; message: string }): Problem {
  return { title: USER_TITLES[error.code] ?? "The server refused", detail: error.message };
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
    return { title: "Something broke on this page", detail: String(error), hint: "Reloading usually helps." };
  }
  if (error.code === UNREACHABLE) {
    return { title: "The API cannot be reached", detail: error.message, hint: "Try again in a moment." };
  }
  if (error.code === "RATE_LIMITED") {
    const seconds = Number(error.extensions["retryAfter"]);
    const wait = seconds > 0 ? `Try again in ${Math.ceil(seconds)} s.` : "Try again in a moment.";
    return { title: "Too many requests", detail: error.message, hint: wait };
  }
  if (error.code === "INTERNAL_SERVER_ERROR") {
    const incident = String(error.extensions["incident"] ?? "");
    const named = error.message.includes(incident) ? "" : ` under incident ${incident}`;
    return { title: "The server failed", detail: error.message, hint: `The operator's log says why${named}.` };
  }
  return userProblem(error);
}

/** The same where the page goes on asking until an answer comes. */
export function passingProblem(error: unknown): Problem {
  const problem = apiProblem(error);
  return isAway(error) ? { ...problem, hint: "It is tried again by itself." } : problem;
}

const FAILURES: Record<PredictionErrorCode, [title: string, hint: string]> = {
  INPUT_REJECTED: ["The model rejected the input", "Change the input and run again."],
  MODEL_UNAVAILABLE: ["The model could not be loaded", "The version may need to be published again."],
  OUT_OF_MEMORY: ["The device ran out of memory", "A smaller size, shorter prompt or fewer tokens may fit."],
  DEADLINE_EXCEEDED: ["The deadline passed", "Allow more time, or ask for less work."],
  WORKER_LOST: ["The worker was lost too often", "Every attempt lost its worker; the operator's log says why."],
  STORAGE: ["The output could not be stored", "The prediction ran; its files were not kept. Run it again."],
  INTERNAL: ["The model failed", "The message is the model's own; its log may say more."],
};

export function failureProblem(error: { code: PredictionErrorCode; message: string }): Problem {
  const [title, hint] = Object.hasOwn(FAILURES, error.code) ? FAILURES[error.code] : ["The prediction failed", ""];
  return { title, detail: error.message, hint };
}
