export { Batches, hasEnded, type Batch, type BatchItem, type NewBatchOptions } from "./batches.js";
export {
  Client,
  Models,
  type BatchOptions,
  type BatchResult,
  type Budget,
  type CostEstimate,
  type Model,
  type RunOptions,
  type UsageReport,
} from "./client.js";
export {
  ApiError,
  UnauthenticatedError,
  ConflictError,
  UnreachableError,
  ForbiddenError,
  InferenceError,
  InvalidInputError,
  NotFoundError,
  RateLimitedError,
  UnavailableError,
  type Violation,
} from "./errors.js";
export type { PredictionEvent, TokenLogprob } from "./events.js";
export { OutputFile, type Input, type InputValue, type Output } from "./files.js";
export type {
  BatchStatus,
  ModelFilter,
  PredictionFilter,
  PredictionStatus,
  Priority,
  WebhookInput,
} from "./generated.js";
export { PredictionFailedError, isFinal, type Prediction } from "./predictions.js";
export type { ClientOptions, WebSocketClass } from "./transport.js";
export type { WatchOptions } from "./watch.js";
