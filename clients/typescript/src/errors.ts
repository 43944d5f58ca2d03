/** One broken rule of an input. */
export interface Violation {
  /** JSON Pointer to the value, such as `/input/steps`. */
  path: string;
  message: string;
  /** Name of the rule, such as `maximum`. */
  code: string;
}

/** Whatever this package throws, but for an `AbortSignal`'s own reason. */
export class InferenceError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The server did not answer, or not as this server does, for as long as the client was patient. */
export class UnreachableError extends InferenceError {}

/** The server refused. `code` is stable; `message` is for people. */
export class ApiError extends InferenceError {
  constructor(
    readonly code: string,
    message: string,
    /** What the server said besides, such as `incident` of a bug. */
    readonly extensions: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}

/** There is no key, or it is not valid. */
export class UnauthenticatedError extends ApiError {}

/** The key may not do this. */
export class ForbiddenError extends ApiError {}

/** It does not exist, or you may not know that it does. */
export class NotFoundError extends ApiError {}

/** It conflicts with what is there, such as an idempotency key that was used for another request. */
export class ConflictError extends ApiError {}

/** It exists, but cannot be used now, such as a version that is still prepared. */
export class UnavailableError extends ApiError {}

/** Too much was asked. */
export class RateLimitedError extends ApiError {
  /** Seconds until it is worth asking again. */
  get retryAfter(): number {
    return Number(this.extensions["retryAfter"]) || 1;
  }
}

/** The input breaks rules: all of them are in `violations`. */
export class InvalidInputError extends ApiError {
  constructor(
    code: string,
    message: string,
    readonly violations: readonly Violation[],
  ) {
    super(code, [message, ...violations.map((violation) => `${violation.path}: ${violation.message}`)].join("\n"));
  }
}

const CLASSES: Record<string, typeof ApiError> = {
  UNAUTHENTICATED: UnauthenticatedError,
  BAD_CREDENTIALS: UnauthenticatedError,
  FORBIDDEN: ForbiddenError,
  NOT_FOUND: NotFoundError,
  CONFLICT: ConflictError,
  UNAVAILABLE: UnavailableError,
  RATE_LIMITED: RateLimitedError,
  QUEUE_FULL: RateLimitedError,
};

/** The error of a code. */
export function apiError(code: string, message: string, extensions: Record<string, unknown> = {}): ApiError {
  if (code === "INVALID_INPUT") {
    const violations = extensions["violations"];
    return new InvalidInputError(code, message, Array.isArray(violations) ? (violations as Violation[]) : []);
  }
  return new (CLASSES[code] ?? ApiError)(code, message, extensions);
}

interface Refusal {
  code: string;
  message: string;
  violations?: readonly Violation[];
}

/** What was asked for; throws what a mutation's result says instead. */
export function unwrap<T extends object>(result: T): Exclude<T, { message: string }> {
  if ("code" in result && "message" in result) {
    const { code, message, violations } = result as unknown as Refusal;
    throw violations ? new InvalidInputError(code, message, violations) : apiError(code, message);
  }
  return result as Exclude<T, { message: string }>;
}
