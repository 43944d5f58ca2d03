/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** Status of a batch. COMPLETED, CANCELED and FAILED are final. */
export type BatchStatus =
  /** It was canceled, and all its items have ended. */
  | 'CANCELED'
  /** All its items have ended, each in its own way. */
  | 'COMPLETED'
  /** None of its items ran; `reason` says why. */
  | 'FAILED'
  /** Its items run, and more of them are made of its input as there is room. */
  | 'PROCESSING'
  /** Its input is being read and counted, and checked where all or nothing is to run. */
  | 'STARTING';

/** A webhook of a batch, told once, of its end. Messages are signed as Standard Webhooks. */
export type BatchWebhookInput = {
  /** URL with https:// or http://, a public host, and port 443 or 80. Maximum 10000 characters. */
  url: string;
};

/** For how long a budget is. */
export type BudgetPeriod =
  /** A month in UTC; what is spent begins anew with the next. */
  | 'MONTH'
  /** For good. */
  | 'TOTAL';

/** The batch to cancel. */
export type CancelBatchInput = {
  /** Id of the batch. Maximum 200 characters. */
  id: string;
};

/** The prediction to cancel. */
export type CancelPredictionInput = {
  /** Id of the prediction. Maximum 200 characters. */
  id: string;
};

/** A batch to run: one model on many inputs, which are given here or as a file. */
export type CreateBatchInput = {
  /** Check all inputs first, and run none if one is invalid; else the valid ones run. */
  allOrNothing?: boolean;
  /** Seconds until the deadline. Items that have not started by then are ABORTED; those that still run, FAILED. */
  deadlineSeconds?: number | null | undefined;
  /** Repeating the same request with the same key returns the same batch. Maximum 10000 characters. */
  idempotencyKey?: string | null | undefined;
  /** Inputs, each checked against the version's `inputSchema` before it runs. Maximum 10000 items. */
  inputs?: Array<unknown> | null | undefined;
  /** How many items wait or run at a time, at most; the server has a limit of its own. */
  maxConcurrency?: number | null | undefined;
  /** An object of your own, which is given back. Maximum 100000 values. */
  metadata?: unknown;
  /** Model as `owner/name`; `owner/name:number` or `owner/name:alias` pins a version. Maximum 10000 characters. */
  model: string;
  /** Place of its items among your predictions; LOW leaves the way to what you ask for meanwhile. */
  priority?: Priority;
  /** As `stickyKey` of `CreatePredictionInput`; one version runs all items. Maximum 10000 characters. */
  stickyKey?: string | null | undefined;
  /** In place of `inputs`: `upload:<id>` of a file of JSON Lines, one input a line, at most MAX_BATCH_ITEMS of them. Maximum 10000 characters. */
  upload?: string | null | undefined;
  /** Webhook to notify once, when the batch has ended. */
  webhook?: BatchWebhookInput | null | undefined;
};

/** A prediction to run. */
export type CreatePredictionInput = {
  /** Seconds until the deadline, waiting included. If it has not started by then it is ABORTED; if it is still running, FAILED. */
  deadlineSeconds?: number | null | undefined;
  /** Repeating the same request with the same key returns the same prediction. Maximum 10000 characters. */
  idempotencyKey?: string | null | undefined;
  /** Input, which is checked against the version's `inputSchema`. Maximum 100000 values. */
  input: unknown;
  /** An object of your own, which is given back. Maximum 100000 values. */
  metadata?: unknown;
  /** Model as `owner/name`; `owner/name:number` or `owner/name:alias` pins a version. Maximum 10000 characters. */
  model: string;
  /** Its place among your predictions; it does not move those of others. */
  priority?: Priority;
  /** Whom it is for, such as an id of your user: where the model's owner divides traffic among versions, the same key always gets the same version. Left out, you count as one. Maximum 10000 characters. */
  stickyKey?: string | null | undefined;
  /** Share the result with equal predictions that set this too: same version, input and seed. */
  useCache?: boolean | null | undefined;
  /** Seconds to wait for the prediction to end, 0 to 60; after that, at most 55, it is returned as it stands. */
  wait?: number | null | undefined;
  /** Webhook to notify, signed with your webhook secret; requires signing in. */
  webhook?: WebhookInput | null | undefined;
};

/** An input file to upload. */
export type CreateUploadInput = {
  /** Media type. Maximum 10000 characters. */
  contentType?: string;
  /** Size in bytes, at most MAX_INPUT_BYTES. */
  sizeBytes: number;
};

/** The batch to delete. */
export type DeleteBatchInput = {
  /** Id of the batch, which has ended. Maximum 200 characters. */
  id: string;
};

/** The prediction to delete. */
export type DeletePredictionInput = {
  /** Id of the prediction. Maximum 200 characters. */
  id: string;
};

/** Which workers may run a version. */
export type DeviceClass =
  /** All workers. */
  | 'ANY'
  /** Workers without a GPU. */
  | 'CPU'
  /** Workers with an NVIDIA GPU. */
  | 'CUDA';

/** Stable codes of errors. */
export type ErrorCode =
  /** Wrong e-mail address or password. */
  | 'BAD_CREDENTIALS'
  /** An argument is malformed. */
  | 'BAD_USER_INPUT'
  /** It may cost more than a budget has left. */
  | 'BUDGET_EXCEEDED'
  /** The request conflicts with what already exists. */
  | 'CONFLICT'
  /** You are not allowed to do this. */
  | 'FORBIDDEN'
  /** The input is invalid; see `violations`. */
  | 'INVALID_INPUT'
  /** It does not exist, or you cannot see it. */
  | 'NOT_FOUND'
  /** As many of your predictions wait as may. */
  | 'QUEUE_FULL'
  /** You must sign in first. */
  | 'UNAUTHENTICATED'
  /** It exists, but cannot be used now. */
  | 'UNAVAILABLE';

/** Why a text ended. */
export type FinishReason =
  /** Something in it was withheld. */
  | 'CONTENT_FILTER'
  /** At `max_new_tokens`, or where the model's context is full. */
  | 'LENGTH'
  /** At the model's own end, or at a stop string. */
  | 'STOP'
  /** At its own end, with calls of tools. */
  | 'TOOL_CALLS';

/** What a model is for. */
export type ModelCategory =
  /** Makes sounds, or tells what they are. */
  | 'AUDIO'
  /** Answers messages. */
  | 'CHAT'
  /** Tells which of some labels a text, or its words, have. */
  | 'CLASSIFICATION'
  /** Makes vectors of texts. */
  | 'EMBEDDINGS'
  /** Makes or changes pictures. */
  | 'IMAGE_GENERATION'
  /** Reads pictures, sounds or videos, and writes texts. */
  | 'MULTIMODAL'
  /** Tells how well documents suit a question. */
  | 'RERANKING'
  /** Writes down what is spoken, or speaks. */
  | 'SPEECH'
  /** Goes on with a text. */
  | 'TEXT_GENERATION'
  /** Translates texts. */
  | 'TRANSLATION'
  /** Tells what is in pictures. */
  | 'VISION';

/** Filter for a list of models. */
export type ModelFilter = {
  /** What it is for. */
  category?: ModelCategory | null | undefined;
  /** A READY version runs on all workers, or on these. */
  device?: DeviceClass | null | undefined;
  /** Whether administrators featured it. */
  featured?: boolean | null | undefined;
  /** Kind of the models. */
  kind?: ModelKind | null | undefined;
  /** A language as a tag of BCP 47; `pt` finds `pt-BR` too. Maximum 10000 characters. */
  language?: string | null | undefined;
  /** SPDX expression or name of the license. Maximum 10000 characters. */
  license?: string | null | undefined;
  /** A READY version filled at most so much memory when it was tried. */
  maxMemoryBytes?: number | null | undefined;
  /** Handle of the owner. Maximum 10000 characters. */
  owner?: string | null | undefined;
  /** Whether it is paused: its predictions wait. */
  paused?: boolean | null | undefined;
  /** Words in the name, the tags or the description, or `owner/name`; beginnings of the last word and misspelled names are enough. The best 200 models come. Maximum 10000 characters. */
  search?: string | null | undefined;
  /** Whether you starred it. */
  starred?: boolean | null | undefined;
  /** One of the model's tags. Maximum 10000 characters. */
  tag?: string | null | undefined;
};

/** Kind of a model. */
export type ModelKind =
  /** Runs any other predictor of the workers. */
  | 'CUSTOM'
  /** Generates images with a diffusers pipeline. */
  | 'IMAGE_GENERATION'
  /** Generates text with a transformers model. */
  | 'TEXT_GENERATION';

/** Why a prediction failed. */
export type PredictionErrorCode =
  /** It ran or waited for too long. */
  | 'DEADLINE_EXCEEDED'
  /** The model does not accept this input. */
  | 'INPUT_REJECTED'
  /** The model's code raised an error. */
  | 'INTERNAL'
  /** The model could not be loaded. */
  | 'MODEL_UNAVAILABLE'
  /** The device does not have enough memory. */
  | 'OUT_OF_MEMORY'
  /** Its output files could not be stored. */
  | 'STORAGE'
  /** The processes that ran it died repeatedly. */
  | 'WORKER_LOST';

/** Filter for a list of predictions. */
export type PredictionFilter = {
  /** Created before this time. */
  createdBefore?: string | null | undefined;
  /** Created at this time or later. */
  createdFrom?: string | null | undefined;
  /** Predictions of all users; administrators only. */
  everybody?: boolean;
  /** Model as `owner/name`, or version as `owner/name:number`. Maximum 10000 characters. */
  model?: string | null | undefined;
  /** True: those with a star; false: those without. */
  starred?: boolean | null | undefined;
  /** Any of these statuses. Maximum 20 items. */
  status?: Array<PredictionStatus> | null | undefined;
  /** Words that texts or numbers of the input or output must have, all of them; upper and lower case are alike. Of those that the rest of the filter leaves, the newest 10000 are searched, inputs and outputs of more than some 16000 bytes not; it gives 1000 at most. Maximum 10000 characters. */
  text?: string | null | undefined;
};

/** Status of a prediction. SUCCEEDED, FAILED, CANCELED and ABORTED are final. */
export type PredictionStatus =
  /** Ended by its deadline before it started. */
  | 'ABORTED'
  /** Ended by a cancel request; the output so far is kept. */
  | 'CANCELED'
  /** Ended with an error. */
  | 'FAILED'
  /** Running on a worker. */
  | 'PROCESSING'
  /** Waiting for a worker. */
  | 'STARTING'
  /** Ended with its complete output. */
  | 'SUCCEEDED';

/** Place of a prediction among those of the same user. It does not move those of others. */
export type Priority =
  /** Before everything else of its user. */
  | 'HIGH'
  /** After everything else of its user. */
  | 'LOW'
  /** In the order in which its user asked. */
  | 'NORMAL';

/** What came of a prediction of yours. */
export type RecordOutcomeInput = {
  /** What it is, such as `thumb` or `sale`; one of that name is replaced. Maximum 10000 characters. */
  name: string;
  /** Id of the prediction. Maximum 200 characters. */
  prediction: string;
  /** A number. Where all of an experiment are 0 or 1, it is taken for a rate, else for a mean. */
  value: number;
};

/** A prediction to run again, as it was or with changes. */
export type RerunInput = {
  /** Seconds until the deadline, as of `createPrediction`. */
  deadlineSeconds?: number | null | undefined;
  /** Id of the prediction. Maximum 200 characters. */
  id: string;
  /** Repeating the same request with the same key returns the same new prediction. Maximum 10000 characters. */
  idempotencyKey?: string | null | undefined;
  /** Fields of the input to replace, each as a whole; null leaves one out, as to draw a new `seed`. Maximum 100000 values. */
  overrides?: unknown;
  /** Share the result with equal predictions, as `createPrediction` may. */
  useCache?: boolean | null | undefined;
  /** Another version as `owner/name:number`, or `owner/name` for the newest; its own if unset. Maximum 10000 characters. */
  version?: string | null | undefined;
  /** Webhook, as of `createPrediction`. */
  webhook?: WebhookInput | null | undefined;
};

/** The batch whose failed items to run again. */
export type RetryFailedBatchInput = {
  /** Id of the batch, which has ended. Maximum 200 characters. */
  id: string;
  /** Repeating the same request with the same key returns the same new batch. Maximum 10000 characters. */
  idempotencyKey?: string | null | undefined;
};

/** The prediction to retry. */
export type RetryPredictionInput = {
  /** Id of the prediction. Maximum 200 characters. */
  id: string;
  /** Repeating the same request with the same key returns the same new prediction. Maximum 10000 characters. */
  idempotencyKey?: string | null | undefined;
};

/** By what usage is added up. */
export type UsageGrouping =
  /** By the day in UTC on which predictions ended. */
  | 'DAY'
  /** By the API key that they were asked for with. */
  | 'KEY'
  /** By the model that they ran. */
  | 'MODEL'
  /** By whose they are. */
  | 'USER';

/** State of a version. */
export type VersionState =
  /** A worker is downloading or inspecting its files. */
  | 'PREPARING'
  /** It can run. */
  | 'READY'
  /** It can never run; `reason` says why. */
  | 'REFUSED';

/** Who can see a model. */
export type Visibility =
  /** Only its owner, those with whom it is shared, and administrators. */
  | 'PRIVATE'
  /** Everyone. */
  | 'PUBLIC';

/** An event that a webhook can receive. The deliveries of a prediction are sent in this order. */
export type WebhookEvent =
  /** The prediction ended. Retried for three days until the receiver accepts it. */
  | 'COMPLETED'
  /** New log lines, at most every 500 ms. */
  | 'LOGS'
  /** New output, at most every 500 ms; also sent at the end unless COMPLETED is requested too. */
  | 'OUTPUT'
  /** A worker started the prediction. */
  | 'START';

/** A webhook of a prediction. Messages are signed as Standard Webhooks; redirects are not followed. */
export type WebhookInput = {
  /** Events to send; at least one. Maximum 20 items. */
  events?: Array<WebhookEvent>;
  /** URL with https:// or http://, a public host, and port 443 or 80. Maximum 10000 characters. */
  url: string;
};

export type PredictionFieldsFragment = { id: string, status: PredictionStatus, input: unknown, output: unknown, text: string | null, logs: string, attempts: number, seed: number | null, cached: boolean, createdAt: string, startedAt: string | null, completedAt: string | null, model: { slug: string }, version: { slug: string }, choices: Array<{ index: number, text: string, finishReason: FinishReason | null, message: unknown, logprobs: unknown }> | null, files: Array<{ url: string, contentType: string, bytes: number, width: number | null, height: number | null }>, error: { code: PredictionErrorCode, message: string } | null, progress: { step: number, total: number | null, fraction: number | null, etaSeconds: number | null } | null, metrics: { queueSeconds: number | null, loadSeconds: number | null, predictSeconds: number | null, totalSeconds: number | null, timeToFirstTokenSeconds: number | null, inputTokens: number | null, cachedInputTokens: number | null, outputTokens: number | null, tokensPerSecond: number | null, steps: number | null, custom: unknown } };

export type ModelFieldsFragment = { slug: string, kind: ModelKind, visibility: Visibility, description: string, tags: Array<string>, runCount: number, createdAt: string, updatedAt: string, latestVersion: { slug: string, number: number, state: VersionState, reason: string | null, inputSchema: unknown, outputSchema: unknown } | null };

export type BatchFieldsFragment = { id: string, status: BatchStatus, note: string | null, reason: string | null, results: string, createdAt: string, completedAt: string | null, version: { slug: string }, counts: { total: number, succeeded: number, failed: number, canceled: number, aborted: number, invalid: number, live: number } };

export type CreatePredictionMutationVariables = Exact<{
  input: CreatePredictionInput;
}>;


export type CreatePredictionMutation = { createPrediction:
    | { __typename: 'BudgetExceeded', code: ErrorCode, message: string }
    | { __typename: 'ConflictError', code: ErrorCode, message: string }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string }
    | { __typename: 'InvalidInput', code: ErrorCode, message: string, violations: Array<{ path: string, message: string, code: string }> }
    | { __typename: 'NotFoundError', code: ErrorCode, message: string }
    | { __typename: 'Prediction', id: string, status: PredictionStatus, input: unknown, output: unknown, text: string | null, logs: string, attempts: number, seed: number | null, cached: boolean, createdAt: string, startedAt: string | null, completedAt: string | null, model: { slug: string }, version: { slug: string }, choices: Array<{ index: number, text: string, finishReason: FinishReason | null, message: unknown, logprobs: unknown }> | null, files: Array<{ url: string, contentType: string, bytes: number, width: number | null, height: number | null }>, error: { code: PredictionErrorCode, message: string } | null, progress: { step: number, total: number | null, fraction: number | null, etaSeconds: number | null } | null, metrics: { queueSeconds: number | null, loadSeconds: number | null, predictSeconds: number | null, totalSeconds: number | null, timeToFirstTokenSeconds: number | null, inputTokens: number | null, cachedInputTokens: number | null, outputTokens: number | null, tokensPerSecond: number | null, steps: number | null, custom: unknown } }
    | { __typename: 'QueueFull', code: ErrorCode, message: string }
    | { __typename: 'UnavailableError', code: ErrorCode, message: string }
   };

export type RetryPredictionMutationVariables = Exact<{
  input: RetryPredictionInput;
}>;


export type RetryPredictionMutation = { retryPrediction:
    | { __typename: 'BudgetExceeded', code: ErrorCode, message: string }
    | { __typename: 'ConflictError', code: ErrorCode, message: string }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string }
    | { __typename: 'InvalidInput', code: ErrorCode, message: string, violations: Array<{ path: string, message: string, code: string }> }
    | { __typename: 'NotFoundError', code: ErrorCode, message: string }
    | { __typename: 'Prediction', id: string, status: PredictionStatus, input: unknown, output: unknown, text: string | null, logs: string, attempts: number, seed: number | null, cached: boolean, createdAt: string, startedAt: string | null, completedAt: string | null, model: { slug: string }, version: { slug: string }, choices: Array<{ index: number, text: string, finishReason: FinishReason | null, message: unknown, logprobs: unknown }> | null, files: Array<{ url: string, contentType: string, bytes: number, width: number | null, height: number | null }>, error: { code: PredictionErrorCode, message: string } | null, progress: { step: number, total: number | null, fraction: number | null, etaSeconds: number | null } | null, metrics: { queueSeconds: number | null, loadSeconds: number | null, predictSeconds: number | null, totalSeconds: number | null, timeToFirstTokenSeconds: number | null, inputTokens: number | null, cachedInputTokens: number | null, outputTokens: number | null, tokensPerSecond: number | null, steps: number | null, custom: unknown } }
    | { __typename: 'QueueFull', code: ErrorCode, message: string }
    | { __typename: 'UnavailableError', code: ErrorCode, message: string }
   };

export type RerunMutationVariables = Exact<{
  input: RerunInput;
}>;


export type RerunMutation = { rerun:
    | { __typename: 'BudgetExceeded', code: ErrorCode, message: string }
    | { __typename: 'ConflictError', code: ErrorCode, message: string }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string }
    | { __typename: 'InvalidInput', code: ErrorCode, message: string, violations: Array<{ path: string, message: string, code: string }> }
    | { __typename: 'NotFoundError', code: ErrorCode, message: string }
    | { __typename: 'Prediction', id: string, status: PredictionStatus, input: unknown, output: unknown, text: string | null, logs: string, attempts: number, seed: number | null, cached: boolean, createdAt: string, startedAt: string | null, completedAt: string | null, model: { slug: string }, version: { slug: string }, choices: Array<{ index: number, text: string, finishReason: FinishReason | null, message: unknown, logprobs: unknown }> | null, files: Array<{ url: string, contentType: string, bytes: number, width: number | null, height: number | null }>, error: { code: PredictionErrorCode, message: string } | null, progress: { step: number, total: number | null, fraction: number | null, etaSeconds: number | null } | null, metrics: { queueSeconds: number | null, loadSeconds: number | null, predictSeconds: number | null, totalSeconds: number | null, timeToFirstTokenSeconds: number | null, inputTokens: number | null, cachedInputTokens: number | null, outputTokens: number | null, tokensPerSecond: number | null, steps: number | null, custom: unknown } }
    | { __typename: 'UnavailableError', code: ErrorCode, message: string }
   };

export type DeletePredictionMutationVariables = Exact<{
  input: DeletePredictionInput;
}>;


export type DeletePredictionMutation = { deletePrediction:
    | { __typename: 'DeletedPrediction', isPending: boolean }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string }
    | { __typename: 'NotFoundError', code: ErrorCode, message: string }
   };

export type RecordOutcomeMutationVariables = Exact<{
  input: RecordOutcomeInput;
}>;


export type RecordOutcomeMutation = { recordOutcome:
    | { __typename: 'ConflictError', code: ErrorCode, message: string }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string }
    | { __typename: 'InvalidInput', code: ErrorCode, message: string, violations: Array<{ path: string, message: string, code: string }> }
    | { __typename: 'NotFoundError', code: ErrorCode, message: string }
    | { __typename: 'Outcome', name: string, value: number }
   };

export type UsageSumFieldsFragment = { predictions: number, predictSeconds: string, inputTokens: number, outputTokens: number, amount: string };

export type UsageQueryVariables = Exact<{
  from: string;
  to: string;
  groupBy: UsageGrouping;
}>;


export type UsageQuery = { viewer: { usage: { currency: string, hasMore: boolean, groups: Array<{ key: string | null, name: string | null, used: { predictions: number, predictSeconds: string, inputTokens: number, outputTokens: number, amount: string } }>, total: { predictions: number, predictSeconds: string, inputTokens: number, outputTokens: number, amount: string } } | null } | null };

export type BudgetsQueryVariables = Exact<{ [key: string]: never; }>;


export type BudgetsQuery = { viewer: { budgets: Array<{ apiKey: string | null, period: BudgetPeriod, currency: string, amount: string, spent: string, reserved: string, left: string, isHard: boolean, isExceeded: boolean, beginsAt: string }> | null } | null };

export type EstimateCostQueryVariables = Exact<{
  input: CreatePredictionInput;
}>;


export type EstimateCostQuery = { estimateCost: { most: string, currency: string } | null };

export type CancelPredictionMutationVariables = Exact<{
  input: CancelPredictionInput;
}>;


export type CancelPredictionMutation = { cancelPrediction:
    | { __typename: 'NotFoundError', code: ErrorCode, message: string }
    | { __typename: 'Prediction', id: string, status: PredictionStatus, input: unknown, output: unknown, text: string | null, logs: string, attempts: number, seed: number | null, cached: boolean, createdAt: string, startedAt: string | null, completedAt: string | null, model: { slug: string }, version: { slug: string }, choices: Array<{ index: number, text: string, finishReason: FinishReason | null, message: unknown, logprobs: unknown }> | null, files: Array<{ url: string, contentType: string, bytes: number, width: number | null, height: number | null }>, error: { code: PredictionErrorCode, message: string } | null, progress: { step: number, total: number | null, fraction: number | null, etaSeconds: number | null } | null, metrics: { queueSeconds: number | null, loadSeconds: number | null, predictSeconds: number | null, totalSeconds: number | null, timeToFirstTokenSeconds: number | null, inputTokens: number | null, cachedInputTokens: number | null, outputTokens: number | null, tokensPerSecond: number | null, steps: number | null, custom: unknown } }
   };

export type GetPredictionQueryVariables = Exact<{
  id: string;
}>;


export type GetPredictionQuery = { prediction: { id: string, status: PredictionStatus, input: unknown, output: unknown, text: string | null, logs: string, attempts: number, seed: number | null, cached: boolean, createdAt: string, startedAt: string | null, completedAt: string | null, model: { slug: string }, version: { slug: string }, choices: Array<{ index: number, text: string, finishReason: FinishReason | null, message: unknown, logprobs: unknown }> | null, files: Array<{ url: string, contentType: string, bytes: number, width: number | null, height: number | null }>, error: { code: PredictionErrorCode, message: string } | null, progress: { step: number, total: number | null, fraction: number | null, etaSeconds: number | null } | null, metrics: { queueSeconds: number | null, loadSeconds: number | null, predictSeconds: number | null, totalSeconds: number | null, timeToFirstTokenSeconds: number | null, inputTokens: number | null, cachedInputTokens: number | null, outputTokens: number | null, tokensPerSecond: number | null, steps: number | null, custom: unknown } } | null };

export type ListPredictionsQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  filter?: PredictionFilter | null | undefined;
}>;


export type ListPredictionsQuery = { predictions: { nodes: Array<{ id: string, status: PredictionStatus, input: unknown, output: unknown, text: string | null, logs: string, attempts: number, seed: number | null, cached: boolean, createdAt: string, startedAt: string | null, completedAt: string | null, model: { slug: string }, version: { slug: string }, choices: Array<{ index: number, text: string, finishReason: FinishReason | null, message: unknown, logprobs: unknown }> | null, files: Array<{ url: string, contentType: string, bytes: number, width: number | null, height: number | null }>, error: { code: PredictionErrorCode, message: string } | null, progress: { step: number, total: number | null, fraction: number | null, etaSeconds: number | null } | null, metrics: { queueSeconds: number | null, loadSeconds: number | null, predictSeconds: number | null, totalSeconds: number | null, timeToFirstTokenSeconds: number | null, inputTokens: number | null, cachedInputTokens: number | null, outputTokens: number | null, tokensPerSecond: number | null, steps: number | null, custom: unknown } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type GetModelQueryVariables = Exact<{
  slug: string;
}>;


export type GetModelQuery = { model: { slug: string, kind: ModelKind, visibility: Visibility, description: string, tags: Array<string>, runCount: number, createdAt: string, updatedAt: string, latestVersion: { slug: string, number: number, state: VersionState, reason: string | null, inputSchema: unknown, outputSchema: unknown } | null } | null };

export type ListModelsQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  filter?: ModelFilter | null | undefined;
}>;


export type ListModelsQuery = { models: { nodes: Array<{ slug: string, kind: ModelKind, visibility: Visibility, description: string, tags: Array<string>, runCount: number, createdAt: string, updatedAt: string, latestVersion: { slug: string, number: number, state: VersionState, reason: string | null, inputSchema: unknown, outputSchema: unknown } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type CreateUploadMutationVariables = Exact<{
  input: CreateUploadInput;
}>;


export type CreateUploadMutation = { createUpload:
    | { __typename: 'ConflictError', code: ErrorCode, message: string }
    | { __typename: 'InvalidInput', code: ErrorCode, message: string, violations: Array<{ path: string, message: string, code: string }> }
    | { __typename: 'Upload', uri: string, url: string }
   };

export type PredictionEventsSubscriptionVariables = Exact<{
  id: string;
  after?: string | null | undefined;
  previews: boolean;
}>;


export type PredictionEventsSubscription = { predictionEvents:
    | { __typename: 'EventsLost', cursor: string, at: string }
    | { __typename: 'Logged', line: string, cursor: string, at: string }
    | { __typename: 'ModelLoading', phase: string, bytes: number | null, totalBytes: number | null, cursor: string, at: string }
    | { __typename: 'OutputAppended', text: string | null, chunk: unknown, choice: number, cursor: string, at: string, logprobs: Array<{ token: number, text: string, logprob: number, top: Array<{ token: number, text: string, logprob: number }> }> | null }
    | { __typename: 'PredictionSnapshot', attempt: number, cursor: string, at: string, prediction: { id: string, status: PredictionStatus, input: unknown, output: unknown, text: string | null, logs: string, attempts: number, seed: number | null, cached: boolean, createdAt: string, startedAt: string | null, completedAt: string | null, model: { slug: string }, version: { slug: string }, choices: Array<{ index: number, text: string, finishReason: FinishReason | null, message: unknown, logprobs: unknown }> | null, files: Array<{ url: string, contentType: string, bytes: number, width: number | null, height: number | null }>, error: { code: PredictionErrorCode, message: string } | null, progress: { step: number, total: number | null, fraction: number | null, etaSeconds: number | null } | null, metrics: { queueSeconds: number | null, loadSeconds: number | null, predictSeconds: number | null, totalSeconds: number | null, timeToFirstTokenSeconds: number | null, inputTokens: number | null, cachedInputTokens: number | null, outputTokens: number | null, tokensPerSecond: number | null, steps: number | null, custom: unknown } } }
    | { __typename: 'PreviewReady', image?: string | null, width: number, height: number, step: number, cursor: string, at: string }
    | { __typename: 'Progressed', step: number, total: number | null, fraction: number | null, etaSeconds: number | null, cursor: string, at: string }
    | { __typename: 'QueueMoved', cursor: string, at: string }
    | { __typename: 'StatusChanged', status: PredictionStatus, cursor: string, at: string, prediction: { id: string, status: PredictionStatus, input: unknown, output: unknown, text: string | null, logs: string, attempts: number, seed: number | null, cached: boolean, createdAt: string, startedAt: string | null, completedAt: string | null, model: { slug: string }, version: { slug: string }, choices: Array<{ index: number, text: string, finishReason: FinishReason | null, message: unknown, logprobs: unknown }> | null, files: Array<{ url: string, contentType: string, bytes: number, width: number | null, height: number | null }>, error: { code: PredictionErrorCode, message: string } | null, progress: { step: number, total: number | null, fraction: number | null, etaSeconds: number | null } | null, metrics: { queueSeconds: number | null, loadSeconds: number | null, predictSeconds: number | null, totalSeconds: number | null, timeToFirstTokenSeconds: number | null, inputTokens: number | null, cachedInputTokens: number | null, outputTokens: number | null, tokensPerSecond: number | null, steps: number | null, custom: unknown } } }
   };

export type CreateBatchMutationVariables = Exact<{
  input: CreateBatchInput;
}>;


export type CreateBatchMutation = { createBatch:
    | { __typename: 'Batch', id: string, status: BatchStatus, note: string | null, reason: string | null, results: string, createdAt: string, completedAt: string | null, version: { slug: string }, counts: { total: number, succeeded: number, failed: number, canceled: number, aborted: number, invalid: number, live: number } }
    | { __typename: 'ConflictError', code: ErrorCode, message: string }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string }
    | { __typename: 'InvalidInput', code: ErrorCode, message: string, violations: Array<{ path: string, message: string, code: string }> }
    | { __typename: 'NotFoundError', code: ErrorCode, message: string }
    | { __typename: 'UnavailableError', code: ErrorCode, message: string }
   };

export type CancelBatchMutationVariables = Exact<{
  input: CancelBatchInput;
}>;


export type CancelBatchMutation = { cancelBatch:
    | { __typename: 'Batch', id: string, status: BatchStatus, note: string | null, reason: string | null, results: string, createdAt: string, completedAt: string | null, version: { slug: string }, counts: { total: number, succeeded: number, failed: number, canceled: number, aborted: number, invalid: number, live: number } }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string }
    | { __typename: 'NotFoundError', code: ErrorCode, message: string }
   };

export type DeleteBatchMutationVariables = Exact<{
  input: DeleteBatchInput;
}>;


export type DeleteBatchMutation = { deleteBatch:
    | { __typename: 'ConflictError', code: ErrorCode, message: string }
    | { __typename: 'DeletedBatch', pending: number }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string }
    | { __typename: 'NotFoundError', code: ErrorCode, message: string }
   };

export type RetryFailedBatchMutationVariables = Exact<{
  input: RetryFailedBatchInput;
}>;


export type RetryFailedBatchMutation = { retryFailedBatch:
    | { __typename: 'Batch', id: string, status: BatchStatus, note: string | null, reason: string | null, results: string, createdAt: string, completedAt: string | null, version: { slug: string }, counts: { total: number, succeeded: number, failed: number, canceled: number, aborted: number, invalid: number, live: number } }
    | { __typename: 'ConflictError', code: ErrorCode, message: string }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string }
    | { __typename: 'InvalidInput', code: ErrorCode, message: string, violations: Array<{ path: string, message: string, code: string }> }
    | { __typename: 'NotFoundError', code: ErrorCode, message: string }
    | { __typename: 'UnavailableError', code: ErrorCode, message: string }
   };

export type GetBatchQueryVariables = Exact<{
  id: string;
}>;


export type GetBatchQuery = { batch: { id: string, status: BatchStatus, note: string | null, reason: string | null, results: string, createdAt: string, completedAt: string | null, version: { slug: string }, counts: { total: number, succeeded: number, failed: number, canceled: number, aborted: number, invalid: number, live: number } } | null };

export type ListBatchesQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type ListBatchesQuery = { batches: { nodes: Array<{ id: string, status: BatchStatus, note: string | null, reason: string | null, results: string, createdAt: string, completedAt: string | null, version: { slug: string }, counts: { total: number, succeeded: number, failed: number, canceled: number, aborted: number, invalid: number, live: number } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };
