/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** The account of an invitation. */
export type AcceptInvitationInput = {
  /** Handle: 2 to 39 lower-case letters, digits and single dashes. Maximum 10000 characters. */
  handle: string;
  /** Password, 8 to 256 characters. */
  password: string;
  /** Token of the link: what stands behind its `#`. Maximum 10000 characters. */
  token: string;
};

/** An act that the audit log tells. */
export type AuditAction =
  /** An administrator was created. */
  | 'ADMIN_CREATED'
  /** An API key was created. */
  | 'API_KEY_CREATED'
  /** An API key was revoked. */
  | 'API_KEY_REVOKED'
  /** An administrator deleted a batch of somebody else, with its items. */
  | 'BATCH_DELETED'
  /** A budget of a user or an API key was set or removed. */
  | 'BUDGET_SET'
  /** Somebody made an account by an invitation. */
  | 'INVITATION_ACCEPTED'
  /** An administrator revoked an invitation. */
  | 'INVITATION_REVOKED'
  /** A model was deleted. */
  | 'MODEL_DELETED'
  /** Workers were told to unload a model. */
  | 'MODEL_EVICTED'
  /** A model was featured in the gallery. */
  | 'MODEL_FEATURED'
  /** A model was paused. */
  | 'MODEL_PAUSED'
  /** A model was to stay in memory. */
  | 'MODEL_PINNED'
  /** An administrator closed a report of a model. */
  | 'MODEL_REPORT_CLOSED'
  /** A model was resumed. */
  | 'MODEL_RESUMED'
  /** A model was featured no longer. */
  | 'MODEL_UNFEATURED'
  /** A model was no longer to stay in memory. */
  | 'MODEL_UNPINNED'
  /** Who sees a model was changed, or something of a model by somebody who is not its owner. */
  | 'MODEL_UPDATED'
  /** A worker was told to load a model. */
  | 'MODEL_WARMED'
  /** A user changed their password. */
  | 'PASSWORD_CHANGED'
  /** A user set another password by a link. */
  | 'PASSWORD_RESET'
  /** An administrator deleted predictions of others. */
  | 'PREDICTIONS_DELETED'
  /** Several predictions that the server had failed were run again. */
  | 'PREDICTIONS_REQUEUED'
  /** A prediction that the server had failed was run again. */
  | 'PREDICTION_REQUEUED'
  /** Prices of predictions were set. */
  | 'PRICES_SET'
  /** The provider's group made a user an administrator, or no longer one. */
  | 'PROVIDER_CHANGED_ROLE'
  /** The provider vouched for somebody, who took over the account with their address. */
  | 'PROVIDER_LINKED'
  /** The provider of single sign-on vouched for somebody, who got an account. */
  | 'PROVIDER_REGISTERED'
  /** An operator was given a link by which a user can set another password. */
  | 'RESET_LINK_CREATED'
  /** Shared results were purged. */
  | 'RESULTS_PURGED'
  /** A user signed out everywhere. */
  | 'SESSIONS_ENDED'
  /** A guardrail returned the traffic of a model to the baseline. */
  | 'TRAFFIC_RETURNED'
  /** The predictions of a model were divided among its versions. */
  | 'TRAFFIC_SET'
  /** A user was deactivated. */
  | 'USER_DEACTIVATED'
  /** A user was deleted. */
  | 'USER_DELETED'
  /** An administrator or operator invited somebody. */
  | 'USER_INVITED'
  /** A user's weight or limits were set. */
  | 'USER_LIMITS_SET'
  /** A user was reactivated. */
  | 'USER_REACTIVATED'
  /** A version of a model was named, or lost a name. */
  | 'VERSION_ALIAS_SET'
  /** The secret that signs a user's webhooks was rotated. */
  | 'WEBHOOK_SECRET_ROTATED'
  /** A worker was told to claim nothing more. */
  | 'WORKER_DRAINED'
  /** A drained worker was told to claim again. */
  | 'WORKER_RESUMED';

/** How a caller came in. */
export type AuditDoor =
  /** By a command on the server's machine. */
  | 'COMMAND_LINE'
  /** Over GraphQL. */
  | 'GRAPHQL'
  /** Over REST, in Replicate's form or OpenAI's. */
  | 'REST'
  /** The server did it by itself. */
  | 'SERVER'
  /** By the provider of single sign-on. */
  | 'SINGLE_SIGN_ON';

/** Filter for the audit log. */
export type AuditEventFilter = {
  /** Only these acts. Maximum 100 items. */
  actions?: Array<AuditAction> | null | undefined;
  /** Only what this handle did, or `operator`. Maximum 10000 characters. */
  actor?: string | null | undefined;
  /** Only before this time. */
  createdBefore?: string | null | undefined;
  /** Only from this time on. */
  createdFrom?: string | null | undefined;
  /** Only what was done to what has this name. Maximum 10000 characters. */
  subject?: string | null | undefined;
  /** Only what was done to these. */
  subjectType?: AuditSubjectType | null | undefined;
  /** Only what this user did, or what was done to them or to what is theirs. Maximum 200 characters. */
  user?: string | null | undefined;
};

/** Type of what an act was done to. */
export type AuditSubjectType =
  /** An API key. */
  | 'API_KEY'
  /** A batch. */
  | 'BATCH'
  /** An invitation. */
  | 'INVITATION'
  /** A model. */
  | 'MODEL'
  /** A prediction. */
  | 'PREDICTION'
  /** The server, or all of its results. */
  | 'SERVER'
  /** A user. */
  | 'USER'
  /** A worker. */
  | 'WORKER';

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

/** Status of the message about the end of a batch. */
export type BatchWebhookStatus =
  /** The receiver accepted it. */
  | 'DELIVERED'
  /** The receiver answered 410 Gone. */
  | 'DISABLED'
  /** The receiver did not accept it; there are no more automatic retries. */
  | 'FAILED'
  /** Waiting to be sent, or to be retried. */
  | 'PENDING'
  /** The batch has not ended. */
  | 'WAITING';

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

/** A change of password. */
export type ChangePasswordInput = {
  /** Current password. Maximum 10000 characters. */
  currentPassword: string;
  /** New password, 8 to 256 characters. */
  newPassword: string;
};

/** The report to close. */
export type CloseModelReportInput = {
  /** Id of the report. Maximum 200 characters. */
  id: string;
  /** What was done, for other administrators; at most 2000 characters. */
  note?: string | null | undefined;
};

/** Which parts of a pipeline wait in the host's memory while others run on the GPU. */
export type CpuOffload =
  /** Whole parts (text encoder, network, VAE), each moved when it runs: a little slower. */
  | 'MODEL'
  /** None: all of it lies on the GPU. */
  | 'NONE'
  /** Layer by layer: the least memory, and many times slower. */
  | 'SEQUENTIAL';

/** A new API key. */
export type CreateApiKeyInput = {
  /** Expiry time; if unset, the key is valid until revoked. */
  expiresAt?: string | null | undefined;
  /** Name, 1 to 80 characters. */
  name: string;
  /** What the key may do; no scope includes another. Maximum 20 items. */
  scopes: Array<Scope>;
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

/** A model to create. */
export type CreateModelInput = {
  /** Version that it is an adapter (LoRA) of, as `owner/name:number`. Predictions run on the weights of that base, which are in memory once for all its adapters, and loaded as the base is. Maximum 10000 characters. */
  base?: string | null | undefined;
  /** What it is for, at most 3; where nobody says, what its files tell once it is READY. */
  categories?: Array<ModelCategory>;
  /** Configuration by which a checkpoint of one file is loaded, as `owner/name` below the server's CONFIG_ROOT; left out, the names of the file's tensors tell which. Maximum 10000 characters. */
  config?: string | null | undefined;
  /** Of an IMAGE_GENERATION model that is larger than a GPU: parts that wait in the host's memory. It needs CUDA. */
  cpuOffload?: CpuOffload;
  /** Description, as Markdown, at most 10000 characters. */
  description?: string;
  /** Which workers run it. INT4 and a device map AUTO need CUDA. Predictions wait until there is such a worker. */
  device?: DeviceClass;
  /** Whether the model is loaded on one device or spread over all GPUs of a worker. */
  deviceMap?: DeviceMap;
  /** Numbers in which it computes, where AUTO does not serve it. */
  dtype?: Dtype;
  /** What runs the texts of a TEXT_GENERATION model. Equal seeds give equal texts in any company on TRANSFORMERS; on VLLM they do as far as vLLM promises it, which is not while other predictions share its batches. */
  engine?: Engine;
  /** JSON Schema of the input, if it is to be narrower than the predictor's own. Maximum 10000 values. */
  inputSchema?: unknown;
  /** Kind of the model. */
  kind: ModelKind;
  /** Languages of its texts or speech, at most 20 tags of BCP 47, such as `pt-BR`; where nobody says, those of its model card. */
  languages?: Array<string>;
  /** License; where nobody says, that of its model card. */
  license?: ModelLicenseInput | null | undefined;
  /** Name, unique among your models. Maximum 10000 characters. */
  name: string;
  /** Predictor that runs a CUSTOM model: `pipeline`, which finds out what the model is for, `embeddings`, `classification`, `reranking`, or one of the operator's own. Default for a repository or folder: `pipeline`. Maximum 10000 characters. */
  predictor?: string | null | undefined;
  /** Quantize the weights of linear layers, so that the model needs less memory. */
  quantization?: Quantization | null | undefined;
  /** Whether the safety checker of an IMAGE_GENERATION model judges its pictures, where the model has one. Pictures that it blocks are not given out; the prediction's log and its metric `blocked` tell. */
  safetyChecker?: boolean;
  /** Source of its first version. */
  source: ModelSourceInput;
  /** Tags to find the model by, at most 10: lower-case letters and digits, with single dashes between them. */
  tags?: Array<string>;
  /** What `pipeline` runs the model for, such as `image-classification`; left out, it is read from the model's files. Maximum 10000 characters. */
  task?: string | null | undefined;
  /** GPUs of one worker over which VLLM spreads each layer, 1 to 16; the others take 1. */
  tensorParallel?: number;
  /** Who can see the model. */
  visibility?: Visibility;
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
  sizeBytes: number | string;
};

/** The user whose account to deactivate. */
export type DeactivateUserInput = {
  /** Id of the user. Maximum 200 characters. */
  user: string;
};

/** The batch to delete. */
export type DeleteBatchInput = {
  /** Id of the batch, which has ended. Maximum 200 characters. */
  id: string;
};

/** The model to delete. */
export type DeleteModelInput = {
  /** Model as `owner/name`. Maximum 10000 characters. */
  model: string;
};

/** The predictions to delete: give either `ids` or a `filter`. */
export type DeletePredictionsInput = {
  /** Filter of your predictions; the oldest that fit are deleted. `{}` fits all of them. */
  filter?: PredictionFilter | null | undefined;
  /** How many of those that fit the filter, 1 to 1000; 100 if unset. */
  first?: number | null | undefined;
  /** Ids of predictions. Maximum 100 items. */
  ids?: Array<string> | null | undefined;
};

/** The user to delete. */
export type DeleteUserInput = {
  /** Id of the user. Maximum 200 characters. */
  user: string;
};

/** Which workers may run a version. */
export type DeviceClass =
  /** All workers. */
  | 'ANY'
  /** Workers without a GPU. */
  | 'CPU'
  /** Workers with an NVIDIA GPU. */
  | 'CUDA';

/** How a loaded model is placed on devices. */
export type DeviceMap =
  /** Spread over all GPUs that a worker sees (accelerate). */
  | 'AUTO'
  /** All of it on the worker's device. */
  | 'SINGLE';

/** The worker to drain. */
export type DrainWorkerInput = {
  /** Id of the worker. Maximum 200 characters. */
  id: string;
};

/** Numbers in which a model computes. */
export type Dtype =
  /** What the worker's device does best: bfloat16, float16 on older GPUs, float32 on CPUs. */
  | 'AUTO'
  /** 16 bits, large range; slow on GPUs older than Ampere. */
  | 'BFLOAT16'
  /** 16 bits, small range: some models overflow. */
  | 'FLOAT16'
  /** 32 bits. */
  | 'FLOAT32';

/** What runs the texts of a language model. */
export type Engine =
  /** vLLM where the worker has it, its device is CUDA and it knows the architecture; else transformers. */
  | 'AUTO'
  /** transformers, with batches of this server's own. */
  | 'TRANSFORMERS'
  /** vLLM: only workers run it that are started from an environment with vLLM. */
  | 'VLLM';

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

/** The model to unload. */
export type EvictModelInput = {
  /** Model as `owner/name`, or version as `owner/name:number`. Maximum 10000 characters. */
  model: string;
  /** Id of the worker; left out, all that have it. Maximum 200 characters. */
  worker?: string | null | undefined;
};

/** Why an experiment ended. */
export type ExperimentEndReason =
  /** A version passed a limit, and the traffic returned to the baseline. */
  | 'GUARDRAIL'
  /** Its owner set other traffic. */
  | 'REPLACED'
  /** Its owner set no traffic any more. */
  | 'STOPPED';

/** A sign-in that the provider answered. */
export type FinishSignInInput = {
  /** Secret that `beginSignIn` gave to this browser. Maximum 10000 characters. */
  secret: string;
  /** What stands behind the `#` of the page that the browser came back to. Maximum 10000 characters. */
  ticket: string;
};

/** A model to fork. */
export type ForkModelInput = {
  /** Model as `owner/name`, whose newest READY version is taken, or version as `owner/name:number`. Maximum 10000 characters. */
  model: string;
  /** Name of the fork, unique among your models. Maximum 10000 characters. */
  name: string;
  /** Who can see the fork. */
  visibility?: Visibility;
};

/** Limits of the versions beside the baseline. Where one is surely passed, the traffic returns to the baseline, once; that happens in error in at most 1 of 100 experiments, however long they run. */
export type GuardrailInput = {
  /** Part of the runs that may fail, above 0 and below 1. */
  maxErrorRate?: number | null | undefined;
  /** Seconds from creation to the end that at least 19 of 20 runs stay below. */
  maxP95Seconds?: number | null | undefined;
  /** URL that is told when it ends the experiment, signed with your webhook secret. Maximum 10000 characters. */
  webhookUrl?: string | null | undefined;
};

/** A repository on the Hugging Face Hub. */
export type HuggingFaceSourceInput = {
  /** Repository as `owner/name`. Maximum 10000 characters. */
  repo: string;
  /** Branch, tag or commit; default `main`. Maximum 10000 characters. */
  revision?: string | null | undefined;
};

/** Where an invitation stands. */
export type InvitationState =
  /** Somebody made an account by it. */
  | 'ACCEPTED'
  /** Its link was not used in time. */
  | 'EXPIRED'
  /** Its link can be used. */
  | 'PENDING'
  /** An administrator ended it, or invited the same address again. */
  | 'REVOKED';

/** Somebody to invite. */
export type InviteUserInput = {
  /** E-mail address. Maximum 10000 characters. */
  email: string;
  /** Whether the account becomes an administrator. */
  isAdmin?: boolean;
};

/** A folder on the server's machine. */
export type LocalSourceInput = {
  /** Path below MODEL_ROOT. Maximum 10000 characters. */
  path: string;
};

/** Credentials of an account. */
export type LoginInput = {
  /** E-mail address of the account. Maximum 10000 characters. */
  email: string;
  /** Password of the account. Maximum 10000 characters. */
  password: string;
};

/** The session to end. */
export type LogoutInput = {
  /** A refresh token of the session; if unset, the current session ends. Maximum 10000 characters. */
  refreshToken?: string | null | undefined;
};

/** Where a mail stands. */
export type MailState =
  /** It was given up: the mail server refused it for good, or its link ended before. */
  | 'FAILED'
  /** It will be sent, or tried again. */
  | 'PENDING'
  /** The mail server took it. */
  | 'SENT';

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
  maxMemoryBytes?: number | string | null | undefined;
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

/** A license. */
export type ModelLicenseInput = {
  /** SPDX expression, such as `Apache-2.0`, or another name with the `url` of its text; at most 100 characters. An empty name removes the license that the model has. */
  name: string;
  /** Where its text is. Maximum 10000 characters. */
  url?: string | null | undefined;
};

/** Sort order of a list of models; models that are equal in it are sorted by id. */
export type ModelOrder = {
  /** Sort direction. */
  direction?: OrderDirection;
  /** Field to sort by. */
  field?: ModelOrderField;
};

/** Field that a list of models is sorted by. */
export type ModelOrderField =
  /** Time of creation. */
  | 'CREATED_AT'
  /** Name. */
  | 'NAME'
  /** Number of stars. */
  | 'STARS'
  /** How many users ran it on each of the last 7 days, where a day counts half as much as the one two days later. A user counts once a day; the owner and callers without an account do not count. */
  | 'TRENDING'
  /** Time of the last change. */
  | 'UPDATED_AT';

/** Filter for the reports of models. */
export type ModelReportFilter = {
  /** Only reports of this model, as `owner/name`. Maximum 10000 characters. */
  model?: string | null | undefined;
  /** Only open reports if true, only closed ones if false. */
  open?: boolean | null | undefined;
};

/** Why a model is reported. */
export type ModelReportReason =
  /** It has what belongs to somebody else, or breaks a license. */
  | 'COPYRIGHT'
  /** It harms people, or is made to. */
  | 'HARMFUL'
  /** It breaks a law. */
  | 'ILLEGAL'
  /** It is not what it says. */
  | 'MISLEADING'
  /** Another reason, which the text says. */
  | 'OTHER'
  /** It shows personal data. */
  | 'PERSONAL_DATA'
  /** It is advertising, or one of many. */
  | 'SPAM';

/** Source of a version: set exactly one field. */
export type ModelSourceInput =
  {   /** A bundled demo model: `prose`, `chat`, `shapes`, `shapes-outline` (with `base`) or `naming`. Maximum 10000 characters. */
  demo: string; huggingface?: never; local?: never; predictor?: never; }
  |  { demo?: never;   /** A repository on the Hugging Face Hub. */
  huggingface: HuggingFaceSourceInput; local?: never; predictor?: never; }
  |  { demo?: never; huggingface?: never;   /** A folder on the server's machine. */
  local: LocalSourceInput; predictor?: never; }
  |  { demo?: never; huggingface?: never; local?: never;   /** A predictor of the workers, such as `echo`. Maximum 10000 characters. */
  predictor: string; };

/** Kind of a model's variable. */
export type ModelVariableKind =
  /** Nobody reads its value again. */
  | 'SECRET'
  /** Its value can be read again by the owner. */
  | 'VARIABLE';

/** Direction of sorting. */
export type OrderDirection =
  /** Smallest or oldest first. */
  | 'ASC'
  /** Largest or newest first. */
  | 'DESC';

/** What the values of an outcome are. */
export type OutcomeKind =
  /** Any numbers. */
  | 'MEAN'
  /** 0 and 1 alone. */
  | 'RATE';

/** The model to pause. */
export type PauseModelInput = {
  /** Model as `owner/name`. Maximum 10000 characters. */
  model: string;
  /** Why, for those whose predictions wait; at most 200 characters. */
  reason?: string | null | undefined;
};

/** The model to pin. */
export type PinModelInput = {
  /** Model as `owner/name`. Maximum 10000 characters. */
  model: string;
};

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

/** A version to prepare again. */
export type PrepareAgainInput = {
  /** Version as `owner/name:number`, or `owner/name` for the newest. Maximum 10000 characters. */
  version: string;
};

/** What one unit shall cost. */
export type PriceInput = {
  /** Price of one, 0 to 1000000 with at most 12 decimals, in the server's currency. */
  amount: string;
  /** Kind of device that it is for; where it ran elsewhere, it does not count. */
  device?: DeviceClass;
  /** What is counted. */
  unit: PriceUnit;
  /** Version that it is for, as `owner/name:number`; left out, all. Maximum 10000 characters. */
  version?: string | null | undefined;
};

/** What a price is for. */
export type PriceUnit =
  /** A token of the prompt. */
  | 'INPUT_TOKEN'
  /** A step over a million pixels, of all pictures together. */
  | 'MEGAPIXEL_STEP'
  /** A generated token. */
  | 'OUTPUT_TOKEN'
  /** A picture among the output files. */
  | 'PICTURE'
  /** A second of running, without waiting and loading. */
  | 'SECOND';

/** Place of a prediction among those of the same user. It does not move those of others. */
export type Priority =
  /** Before everything else of its user. */
  | 'HIGH'
  /** After everything else of its user. */
  | 'LOW'
  /** In the order in which its user asked. */
  | 'NORMAL';

/** A version to publish. */
export type PublishVersionInput = {
  /** Version that it is an adapter (LoRA) of, as `owner/name:number`. Predictions run on the weights of that base, which are in memory once for all its adapters, and loaded as the base is. Maximum 10000 characters. */
  base?: string | null | undefined;
  /** Configuration by which a checkpoint of one file is loaded, as `owner/name` below the server's CONFIG_ROOT; left out, the names of the file's tensors tell which. Maximum 10000 characters. */
  config?: string | null | undefined;
  /** Of an IMAGE_GENERATION model that is larger than a GPU: parts that wait in the host's memory. It needs CUDA. */
  cpuOffload?: CpuOffload;
  /** Which workers run it. INT4 and a device map AUTO need CUDA. Predictions wait until there is such a worker. */
  device?: DeviceClass;
  /** Whether the model is loaded on one device or spread over all GPUs of a worker. */
  deviceMap?: DeviceMap;
  /** Numbers in which it computes, where AUTO does not serve it. */
  dtype?: Dtype;
  /** What runs the texts of a TEXT_GENERATION model. Equal seeds give equal texts in any company on TRANSFORMERS; on VLLM they do as far as vLLM promises it, which is not while other predictions share its batches. */
  engine?: Engine;
  /** JSON Schema of the input, if it is to be narrower than the predictor's own. Maximum 10000 values. */
  inputSchema?: unknown;
  /** Model as `owner/name`. Maximum 10000 characters. */
  model: string;
  /** Predictor that runs a CUSTOM model: `pipeline`, which finds out what the model is for, `embeddings`, `classification`, `reranking`, or one of the operator's own. Default for a repository or folder: `pipeline`. Maximum 10000 characters. */
  predictor?: string | null | undefined;
  /** Quantize the weights of linear layers, so that the model needs less memory. */
  quantization?: Quantization | null | undefined;
  /** Whether the safety checker of an IMAGE_GENERATION model judges its pictures, where the model has one. Pictures that it blocks are not given out; the prediction's log and its metric `blocked` tell. */
  safetyChecker?: boolean;
  /** Source of the version. */
  source: ModelSourceInput;
  /** What `pipeline` runs the model for, such as `image-classification`; left out, it is read from the model's files. Maximum 10000 characters. */
  task?: string | null | undefined;
  /** GPUs of one worker over which VLLM spreads each layer, 1 to 16; the others take 1. */
  tensorParallel?: number;
};

/** Precision of the weights of linear layers once they are loaded. */
export type Quantization =
  /** 4 bits, on CUDA (bitsandbytes, NF4). */
  | 'INT4'
  /** 8 bits, on CPU and CUDA (torchao). */
  | 'INT8';

/** Why a prediction waits. */
export type QueueReason =
  /** No worker has its model in memory yet. */
  | 'MODEL_LOADING'
  /** No worker that can run it is up. */
  | 'NO_WORKER'
  /** Its model is paused by an administrator. */
  | 'PAUSED'
  /** As many of its user run as may. */
  | 'RATE'
  /** Workers run others. */
  | 'WAITING_FOR_SLOT';

/** The user whose account to reactivate. */
export type ReactivateUserInput = {
  /** Id of the user. Maximum 200 characters. */
  user: string;
};

/** What came of a prediction of yours. */
export type RecordOutcomeInput = {
  /** What it is, such as `thumb` or `sale`; one of that name is replaced. Maximum 10000 characters. */
  name: string;
  /** Id of the prediction. Maximum 200 characters. */
  prediction: string;
  /** A number. Where all of an experiment are 0 or 1, it is taken for a rate, else for a mean. */
  value: number;
};

/** The delivery to send again. */
export type RedeliverWebhookInput = {
  /** Id of the delivery. Maximum 200 characters. */
  id: string;
};

/** The session to refresh. */
export type RefreshSessionInput = {
  /** Newest refresh token of the session. Maximum 10000 characters. */
  refreshToken: string;
};

/** A new account. */
export type RegisterInput = {
  /** E-mail address; not shown to other users. Maximum 10000 characters. */
  email: string;
  /** Handle: 2 to 39 lower-case letters, digits and single dashes. Maximum 10000 characters. */
  handle: string;
  /** Password, 8 to 256 characters. */
  password: string;
};

/** The variable or secret to remove. */
export type RemoveModelVariableInput = {
  /** Model as `owner/name`. Maximum 10000 characters. */
  model: string;
  /** Its name. Maximum 10000 characters. */
  name: string;
};

/** The name to remove. */
export type RemoveVersionAliasInput = {
  /** The name. Maximum 10000 characters. */
  alias: string;
  /** Model as `owner/name`. Maximum 10000 characters. */
  model: string;
};

/** A report of a model to the administrators. */
export type ReportModelInput = {
  /** Model as `owner/name`. Maximum 10000 characters. */
  model: string;
  /** Why. */
  reason: ModelReportReason;
  /** What is wrong, at most 2000 characters; needed where the reason is OTHER. */
  text?: string;
};

/** Whose password to reset. */
export type RequestPasswordResetInput = {
  /** E-mail address of the account. Maximum 10000 characters. */
  email: string;
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

/** Another password. */
export type ResetPasswordInput = {
  /** New password, 8 to 256 characters. */
  newPassword: string;
  /** Token of the link: what stands behind its `#`. Maximum 10000 characters. */
  token: string;
};

/** The model to resume. */
export type ResumeModelInput = {
  /** Model as `owner/name`. Maximum 10000 characters. */
  model: string;
};

/** The drained worker that is to take work again. */
export type ResumeWorkerInput = {
  /** Id of the worker. Maximum 200 characters. */
  id: string;
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

/** The API key to revoke. */
export type RevokeApiKeyInput = {
  /** Id of the key. Maximum 200 characters. */
  id: string;
};

/** The invitation to revoke. */
export type RevokeInvitationInput = {
  /** Id of the invitation. Maximum 200 characters. */
  id: string;
};

/** What an API key may do; no scope includes another. */
export type Scope =
  /** Act with its owner's administrator rights, within its other scopes: deactivate, reactivate and delete users, set their limits and budgets, and prices, pause, resume, warm, evict, pin, unpin, feature and unfeature models, close reports of them, drain and resume workers, and requeue predictions. */
  | 'ADMIN'
  /** Read what its owner can see: private models, predictions, files, deliveries and events. */
  | 'READ'
  /** Create, retry, rerun and cancel predictions and batches, record outcomes of them, create uploads of input files, and redeliver webhooks. */
  | 'RUN'
  /** Create, update, fork, delete, star, unstar and report models, set and remove their variables and aliases, set their traffic, publish versions and prepare them again, star, unstar, share, unshare and delete predictions, delete batches, and purge results. */
  | 'WRITE';

/** The budget to set: of a user, or of an API key. */
export type SetBudgetInput = {
  /** What predictions may cost; left out, the budget is removed. */
  amount?: string | null | undefined;
  /** Id of the API key. Maximum 200 characters. */
  apiKey?: string | null | undefined;
  /** Refuse predictions that may cost more than is left; if not, only count them. */
  isHard?: boolean;
  /** For how long it is; there is one of each. */
  period: BudgetPeriod;
  /** Handle of the user. Maximum 10000 characters. */
  user?: string | null | undefined;
};

/** A variable or secret of a model, in place of the one of that name. */
export type SetModelVariableInput = {
  /** Whether its value can be read again. */
  kind: ModelVariableKind;
  /** Model as `owner/name`. Maximum 10000 characters. */
  model: string;
  /** Name, as a shell's: at most 64 letters, digits and underscores, such as `HF_TOKEN`. */
  name: string;
  /** Value, at most 16384 bytes. */
  value: string;
};

/** The prices to hold from now on, in place of all that held before. */
export type SetPricesInput = {
  /** Charge what ran of predictions that were canceled; what never ran is free. */
  chargesCanceled?: boolean;
  /** Charge what ran of predictions that failed; what never ran is free. */
  chargesFailed?: boolean;
  /** Up to 100 prices; with none at all, nothing costs anything. Maximum 100 items. */
  prices: Array<PriceInput>;
};

/** Which versions run where none is pinned. */
export type SetTrafficInput = {
  /** Number of the version that others are compared with; left out, the oldest of them. */
  baseline?: number | null | undefined;
  /** When the traffic returns to the baseline by itself. */
  guardrail?: GuardrailInput | null | undefined;
  /** Model as `owner/name`. Maximum 10000 characters. */
  model: string;
  /** Name of the experiment, at most 100 characters. */
  name?: string;
  /** Up to 10 versions, whose weights are 100 together. One alone with 100 is a rollback or a rollout; none at all, and the newest READY version runs again. Maximum 100 items. */
  shares: Array<TrafficShareInput>;
};

/** What to set for a user; what is left out stays as it is, and 0 removes a limit. */
export type SetUserLimitsInput = {
  /** Maximum predictions that run at the same time; the others wait. */
  mostRunning?: number | null | undefined;
  /** Maximum predictions that wait. */
  mostWaiting?: number | null | undefined;
  /** Maximum predictions of one model that wait. */
  mostWaitingPerModel?: number | null | undefined;
  /** Handle of the user. Maximum 10000 characters. */
  user: string;
  /** The user's part of busy workers against that of others, 0.01 to 100; 1 is usual. */
  weight?: number | null | undefined;
};

/** A name of a version; a model has at most 20. */
export type SetVersionAliasInput = {
  /** The name, such as `stable`; `owner/name:stable` then is the version. Maximum 10000 characters. */
  alias: string;
  /** Model as `owner/name`. Maximum 10000 characters. */
  model: string;
  /** Number of a READY version. */
  version: number;
};

/** The prediction to share. */
export type SharePredictionInput = {
  /** Id of the prediction. Maximum 200 characters. */
  id: string;
  /** Whether to show its input too, but for secrets and files. */
  showsInput?: boolean;
};

/** The model to star. */
export type StarModelInput = {
  /** Model as `owner/name`. Maximum 10000 characters. */
  model: string;
};

/** The prediction to star. */
export type StarPredictionInput = {
  /** Id of the prediction. Maximum 200 characters. */
  id: string;
};

/** The part of a version. */
export type TrafficShareInput = {
  /** Number of a READY version. */
  version: number;
  /** How many of 100 callers it runs for, 0 to 100. */
  weight: number;
};

/** The model to unpin. */
export type UnpinModelInput = {
  /** Model as `owner/name`. Maximum 10000 characters. */
  model: string;
};

/** The prediction to share no more. */
export type UnsharePredictionInput = {
  /** Id of the prediction. Maximum 200 characters. */
  id: string;
};

/** The model to take your star from. */
export type UnstarModelInput = {
  /** Model as `owner/name`. Maximum 10000 characters. */
  model: string;
};

/** The prediction to take your star from. */
export type UnstarPredictionInput = {
  /** Id of the prediction. Maximum 200 characters. */
  id: string;
};

/** Changes to a model; fields that are left out stay as they are. */
export type UpdateModelInput = {
  /** What it is for, at most 3; where nobody says, what its files tell once it is READY. */
  categories?: Array<ModelCategory> | null | undefined;
  /** Description, as Markdown, at most 10000 characters. */
  description?: string | null | undefined;
  /** Languages of its texts or speech, at most 20 tags of BCP 47, such as `pt-BR`; where nobody says, those of its model card. */
  languages?: Array<string> | null | undefined;
  /** License. */
  license?: ModelLicenseInput | null | undefined;
  /** Model as `owner/name`. Maximum 10000 characters. */
  model: string;
  /** Name, unique among its owner's models. Its former name leads on to it, and no other model of its owner's gets that. Maximum 10000 characters. */
  name?: string | null | undefined;
  /** Sample outputs: at most 4 of your own predictions that ran this model and succeeded. Everyone who can see the model can see them. */
  samples?: Array<string> | null | undefined;
  /** Handles of users who can see and run it while it is PRIVATE, at most 50; the others can no longer. */
  sharedWith?: Array<string> | null | undefined;
  /** Tags to find the model by, at most 10: lower-case letters and digits, with single dashes between them. */
  tags?: Array<string> | null | undefined;
  /** Who can see the model. */
  visibility?: Visibility | null | undefined;
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

/** Filter for a list of users. */
export type UserFilter = {
  /** Only administrators if true, only other users if false. */
  isAdmin?: boolean | null | undefined;
  /** Text in the handle or e-mail address. Maximum 10000 characters. */
  search?: string | null | undefined;
};

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

/** Status of a delivery. */
export type WebhookDeliveryStatus =
  /** The receiver accepted it. */
  | 'DELIVERED'
  /** The receiver answered 410 Gone, so nothing more is sent about this prediction. */
  | 'DISABLED'
  /** The receiver did not accept it; there are no more automatic retries. */
  | 'FAILED'
  /** Waiting to be sent, or to be retried. */
  | 'PENDING'
  /** Not sent, since the prediction ended first and COMPLETED carries everything. */
  | 'SKIPPED';

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

export type ApiKeyFieldsFragment = { id: string, name: string, prefix: string, scopes: Array<Scope>, createdAt: string, expiresAt: string | null, lastUsedAt: string | null };

export type AccountQueryVariables = Exact<{ [key: string]: never; }>;


export type AccountQuery = { viewer: { id: string, handle: string, email: string | null, isAdmin: boolean, createdAt: string, webhookSecret: string | null, apiKeys: Array<{ id: string, name: string, prefix: string, scopes: Array<Scope>, createdAt: string, expiresAt: string | null, lastUsedAt: string | null }> | null, storage: { usedBytes: number | string, allowedBytes: number | string | null } | null } | null };

export type CreateApiKeyMutationVariables = Exact<{
  input: CreateApiKeyInput;
}>;


export type CreateApiKeyMutation = { createApiKey:
    | { __typename: 'ConflictError', code: ErrorCode, message: string }
    | { __typename: 'CreatedApiKey', key: string, apiKey: { id: string, name: string, prefix: string, scopes: Array<Scope>, createdAt: string, expiresAt: string | null, lastUsedAt: string | null } }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string }
    | { __typename: 'InvalidInput', code: ErrorCode, message: string, violations: Array<{ path: string, message: string }> }
   };

export type RevokeApiKeyMutationVariables = Exact<{
  input: RevokeApiKeyInput;
}>;


export type RevokeApiKeyMutation = { revokeApiKey:
    | { __typename: 'ApiKey' }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string }
    | { __typename: 'NotFoundError', code: ErrorCode, message: string }
   };

export type ChangePasswordMutationVariables = Exact<{
  input: ChangePasswordInput;
}>;


export type ChangePasswordMutation = { changePassword:
    | { __typename: 'CredentialsError', code: ErrorCode, message: string }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string }
    | { __typename: 'InvalidInput', code: ErrorCode, message: string, violations: Array<{ path: string, message: string }> }
    | { __typename: 'Session', accessToken: string, refreshToken: string }
   };

export type LogoutEverywhereMutationVariables = Exact<{ [key: string]: never; }>;


export type LogoutEverywhereMutation = { logoutEverywhere:
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string }
    | { __typename: 'SignedOut' }
   };

export type DeliveryRowFragment = { id: string, event: WebhookEvent, status: WebhookDeliveryStatus, url: string, createdAt: string, nextAttemptAt: string | null, attempts: Array<{ at: string, milliseconds: number, statusCode: number | null, error: string | null }>, prediction: { id: string } };

export type DeliveriesQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type DeliveriesQuery = { viewer: { id: string, webhookDeliveries: { nodes: Array<{ id: string, event: WebhookEvent, status: WebhookDeliveryStatus, url: string, createdAt: string, nextAttemptAt: string | null, attempts: Array<{ at: string, milliseconds: number, statusCode: number | null, error: string | null }>, prediction: { id: string } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null } | null };

export type RotateWebhookSecretMutationVariables = Exact<{ [key: string]: never; }>;


export type RotateWebhookSecretMutation = { rotateWebhookSecret:
    | { __typename: 'ConflictError', code: ErrorCode, message: string }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string }
    | { __typename: 'WebhookSecretRotation', secret: string }
   };

export type RedeliverWebhookMutationVariables = Exact<{
  input: RedeliverWebhookInput;
}>;


export type RedeliverWebhookMutation = { redeliverWebhook:
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string }
    | { __typename: 'NotFoundError', code: ErrorCode, message: string }
    | { __typename: 'WebhookDelivery', id: string, event: WebhookEvent, status: WebhookDeliveryStatus, url: string, createdAt: string, nextAttemptAt: string | null, attempts: Array<{ at: string, milliseconds: number, statusCode: number | null, error: string | null }>, prediction: { id: string } }
   };

export type SystemQueryVariables = Exact<{ [key: string]: never; }>;


export type SystemQuery = { workers: Array<{ id: string, host: string, device: string, deviceName: string, totalBytes: number | string | null, freeBytes: number | string | null, modelBytes: number | string, budgetBytes: number | string | null, versions: Array<string>, pinnedVersions: Array<string>, inFlight: number, drainedAt: string | null, evictions: number, startedAt: string, walls: Array<{ name: string, isMissing: boolean }>, brokenPredictors: Array<{ name: string, reason: string }>, disks: Array<{ folder: string, freeBytes: number | string, totalBytes: number | string, isLow: boolean, waiting: number }> }>, queues: Array<{ name: string, kind: ModelKind, device: DeviceClass, depth: number, oldestWaitingSeconds: number | null, running: number, workers: number }>, server: { version: string, health: { database: string, redis: string, workers: number } } };

export type ResidentVersionsQueryVariables = Exact<{
  ids: Array<string> | string;
}>;


export type ResidentVersionsQuery = { nodes: Array<
    | { __typename: 'ApiKey' }
    | { __typename: 'AuditEvent' }
    | { __typename: 'Batch' }
    | { __typename: 'BatchLine' }
    | { __typename: 'Experiment' }
    | { __typename: 'Invitation' }
    | { __typename: 'Model' }
    | { __typename: 'ModelReport' }
    | { __typename: 'ModelVersion', id: string, slug: string, model: { slug: string, pausedAt: string | null } }
    | { __typename: 'Prediction' }
    | { __typename: 'User' }
    | { __typename: 'WebhookDelivery' }
   | null> };

export type UsersQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  filter: UserFilter;
}>;


export type UsersQuery = { users: { totalCount: number, nodes: Array<{ id: string, handle: string, email: string | null, isAdmin: boolean, createdAt: string, lastSeen: string | null, predictionCount: number | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type DrainWorkerMutationVariables = Exact<{
  input: DrainWorkerInput;
}>;


export type DrainWorkerMutation = { drainWorker:
    | { code: ErrorCode, message: string }
    | { code: ErrorCode, message: string }
    | Record<PropertyKey, never>
   };

export type ResumeWorkerMutationVariables = Exact<{
  input: ResumeWorkerInput;
}>;


export type ResumeWorkerMutation = { resumeWorker:
    | { code: ErrorCode, message: string }
    | { code: ErrorCode, message: string }
    | Record<PropertyKey, never>
   };

export type EvictModelMutationVariables = Exact<{
  input: EvictModelInput;
}>;


export type EvictModelMutation = { evictModel:
    | { code: ErrorCode, message: string }
    | { code: ErrorCode, message: string }
    | { code: ErrorCode, message: string }
    | { code: ErrorCode, message: string }
    | Record<PropertyKey, never>
   };

export type PinModelMutationVariables = Exact<{
  input: PinModelInput;
}>;


export type PinModelMutation = { pinModel:
    | { code: ErrorCode, message: string }
    | { code: ErrorCode, message: string }
    | { code: ErrorCode, message: string }
    | Record<PropertyKey, never>
   };

export type UnpinModelMutationVariables = Exact<{
  input: UnpinModelInput;
}>;


export type UnpinModelMutation = { unpinModel:
    | { code: ErrorCode, message: string }
    | { code: ErrorCode, message: string }
    | Record<PropertyKey, never>
   };

export type PauseModelMutationVariables = Exact<{
  input: PauseModelInput;
}>;


export type PauseModelMutation = { pauseModel:
    | { code: ErrorCode, message: string }
    | { code: ErrorCode, message: string }
    | { code: ErrorCode, message: string }
    | Record<PropertyKey, never>
   };

export type ResumeModelMutationVariables = Exact<{
  input: ResumeModelInput;
}>;


export type ResumeModelMutation = { resumeModel:
    | { code: ErrorCode, message: string }
    | { code: ErrorCode, message: string }
    | Record<PropertyKey, never>
   };

export type PausedModelsQueryVariables = Exact<{
  first: number;
}>;


export type PausedModelsQuery = { models: { totalCount: number, nodes: Array<{ id: string, slug: string, pausedAt: string | null, pauseReason: string | null }> } };

export type ManagedUserFragment = { id: string, handle: string, deactivatedAt: string | null, isAdmin: boolean, limits: { weight: number, mostWaiting: number | null, mostRunning: number | null, mostWaitingPerModel: number | null } | null, budgets: Array<{ apiKey: string | null, period: BudgetPeriod, currency: string, amount: string, isHard: boolean, spent: string, reserved: string, left: string, isExceeded: boolean, beginsAt: string }> | null, storage: { usedBytes: number | string, allowedBytes: number | string | null } | null };

export type UserDetailsQueryVariables = Exact<{
  id: string;
}>;


export type UserDetailsQuery = { node:
    | { __typename: 'ApiKey' }
    | { __typename: 'AuditEvent' }
    | { __typename: 'Batch' }
    | { __typename: 'BatchLine' }
    | { __typename: 'Experiment' }
    | { __typename: 'Invitation' }
    | { __typename: 'Model' }
    | { __typename: 'ModelReport' }
    | { __typename: 'ModelVersion' }
    | { __typename: 'Prediction' }
    | { __typename: 'User', id: string, handle: string, deactivatedAt: string | null, isAdmin: boolean, limits: { weight: number, mostWaiting: number | null, mostRunning: number | null, mostWaitingPerModel: number | null } | null, budgets: Array<{ apiKey: string | null, period: BudgetPeriod, currency: string, amount: string, isHard: boolean, spent: string, reserved: string, left: string, isExceeded: boolean, beginsAt: string }> | null, storage: { usedBytes: number | string, allowedBytes: number | string | null } | null }
    | { __typename: 'WebhookDelivery' }
   | null };

export type DeactivateUserMutationVariables = Exact<{
  input: DeactivateUserInput;
}>;


export type DeactivateUserMutation = { deactivateUser:
    | { code: ErrorCode, message: string }
    | { code: ErrorCode, message: string }
    | { code: ErrorCode, message: string }
    | Record<PropertyKey, never>
   };

export type ReactivateUserMutationVariables = Exact<{
  input: ReactivateUserInput;
}>;


export type ReactivateUserMutation = { reactivateUser:
    | { code: ErrorCode, message: string }
    | { code: ErrorCode, message: string }
    | { code: ErrorCode, message: string }
    | Record<PropertyKey, never>
   };

export type DeleteUserMutationVariables = Exact<{
  input: DeleteUserInput;
}>;


export type DeleteUserMutation = { deleteUser:
    | { code: ErrorCode, message: string }
    | { code: ErrorCode, message: string }
    | { code: ErrorCode, message: string }
    | Record<PropertyKey, never>
   };

export type SetUserLimitsMutationVariables = Exact<{
  input: SetUserLimitsInput;
}>;


export type SetUserLimitsMutation = { setUserLimits:
    | { code: ErrorCode, message: string }
    | { code: ErrorCode, message: string, violations: Array<{ path: string, message: string }> }
    | { code: ErrorCode, message: string }
    | Record<PropertyKey, never>
   };

export type SetBudgetMutationVariables = Exact<{
  input: SetBudgetInput;
}>;


export type SetBudgetMutation = { setBudget:
    | { code: ErrorCode, message: string }
    | { code: ErrorCode, message: string, violations: Array<{ path: string, message: string }> }
    | { code: ErrorCode, message: string }
    | Record<PropertyKey, never>
   };

export type InvitationsQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type InvitationsQuery = { invitations: { nodes: Array<{ id: string, email: string | null, isAdmin: boolean, state: InvitationState, mailState: MailState | null, mailError: string | null, createdAt: string, expiresAt: string, inviter: { id: string, handle: string } | null, user: { id: string, handle: string } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type InviteUserMutationVariables = Exact<{
  input: InviteUserInput;
}>;


export type InviteUserMutation = { inviteUser:
    | { __typename: 'ConflictError', code: ErrorCode, message: string }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string }
    | { __typename: 'InvalidInput', code: ErrorCode, message: string, violations: Array<{ path: string, message: string }> }
    | { __typename: 'InvitedUser', link: string | null, invitation: { id: string, email: string | null } }
   };

export type RevokeInvitationMutationVariables = Exact<{
  input: RevokeInvitationInput;
}>;


export type RevokeInvitationMutation = { revokeInvitation:
    | { code: ErrorCode, message: string }
    | { code: ErrorCode, message: string }
    | Record<PropertyKey, never>
   };

export type AuditLogQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  filter?: AuditEventFilter | null | undefined;
}>;


export type AuditLogQuery = { auditEvents: { nodes: Array<{ id: string, createdAt: string, action: AuditAction, actor: string, door: AuditDoor, address: string, subjectType: AuditSubjectType, subject: string, before: unknown, after: unknown }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type ReportsQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  filter?: ModelReportFilter | null | undefined;
}>;


export type ReportsQuery = { modelReports: { nodes: Array<{ id: string, reasonCode: ModelReportReason, text: string | null, createdAt: string, closedAt: string | null, note: string | null, model: { id: string, slug: string }, reporter: { id: string, handle: string } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type CloseModelReportMutationVariables = Exact<{
  input: CloseModelReportInput;
}>;


export type CloseModelReportMutation = { closeModelReport:
    | { code: ErrorCode, message: string }
    | { code: ErrorCode, message: string }
    | { code: ErrorCode, message: string }
    | { code: ErrorCode, message: string }
    | Record<PropertyKey, never>
   };

export type PriceListQueryVariables = Exact<{ [key: string]: never; }>;


export type PriceListQuery = { prices: { currency: string, chargesFailed: boolean, chargesCanceled: boolean, createdAt: string, prices: Array<{ unit: PriceUnit, amount: string, device: DeviceClass, version: { id: string, slug: string } | null }> } | null };

export type SetPricesMutationVariables = Exact<{
  input: SetPricesInput;
}>;


export type SetPricesMutation = { setPrices:
    | { code: ErrorCode, message: string }
    | { code: ErrorCode, message: string, violations: Array<{ path: string, message: string }> }
    | Record<PropertyKey, never>
   };

export type BatchFieldsFragment = { id: string, status: BatchStatus, note: string | null, reason: string | null, createdAt: string, completedAt: string | null, cancelRequestedAt: string | null, counts: { total: number, succeeded: number, failed: number, canceled: number, aborted: number, invalid: number, deleted: number, running: number, live: number }, model: { id: string, slug: string }, version: { id: string, number: number } };

export type BatchesQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type BatchesQuery = { batches: { nodes: Array<{ id: string, status: BatchStatus, note: string | null, reason: string | null, createdAt: string, completedAt: string | null, cancelRequestedAt: string | null, counts: { total: number, succeeded: number, failed: number, canceled: number, aborted: number, invalid: number, deleted: number, running: number, live: number }, model: { id: string, slug: string }, version: { id: string, number: number } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type BatchDetailsFragment = { priority: Priority, maxConcurrency: number | null, allOrNothing: boolean, deadlineAt: string | null, dataRemoved: boolean, results: string, id: string, status: BatchStatus, note: string | null, reason: string | null, createdAt: string, completedAt: string | null, cancelRequestedAt: string | null, webhook: { url: string, status: BatchWebhookStatus } | null, retryOf: { id: string } | null, counts: { total: number, succeeded: number, failed: number, canceled: number, aborted: number, invalid: number, deleted: number, running: number, live: number }, model: { id: string, slug: string }, version: { id: string, number: number } };

export type BatchPageQueryVariables = Exact<{
  id: string;
}>;


export type BatchPageQuery = { batch: { priority: Priority, maxConcurrency: number | null, allOrNothing: boolean, deadlineAt: string | null, dataRemoved: boolean, results: string, id: string, status: BatchStatus, note: string | null, reason: string | null, createdAt: string, completedAt: string | null, cancelRequestedAt: string | null, invalidLines: { nodes: Array<{ id: string, line: number, violations: Array<{ path: string, message: string }> }> }, webhook: { url: string, status: BatchWebhookStatus } | null, retryOf: { id: string } | null, counts: { total: number, succeeded: number, failed: number, canceled: number, aborted: number, invalid: number, deleted: number, running: number, live: number }, model: { id: string, slug: string }, version: { id: string, number: number } } | null };

export type BatchItemsQueryVariables = Exact<{
  id: string;
  first: number;
  after?: string | null | undefined;
  status?: Array<PredictionStatus> | PredictionStatus | null | undefined;
}>;


export type BatchItemsQuery = { batch: { id: string, items: { nodes: Array<{ id: string, status: PredictionStatus, input: unknown, createdAt: string, isStarred: boolean, model: { id: string, slug: string, kind: ModelKind }, version: { id: string, number: number }, files: Array<{ url: string, contentType: string }>, error: { code: PredictionErrorCode, message: string } | null, metrics: { totalSeconds: number | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type WatchBatchSubscriptionVariables = Exact<{
  id: string;
}>;


export type WatchBatchSubscription = { batch: { id: string, status: BatchStatus, note: string | null, reason: string | null, createdAt: string, completedAt: string | null, cancelRequestedAt: string | null, counts: { total: number, succeeded: number, failed: number, canceled: number, aborted: number, invalid: number, deleted: number, running: number, live: number }, model: { id: string, slug: string }, version: { id: string, number: number } } };

export type CreateBatchMutationVariables = Exact<{
  input: CreateBatchInput;
}>;


export type CreateBatchMutation = { createBatch:
    | { __typename: 'Batch', id: string }
    | { __typename: 'ConflictError', code: ErrorCode, message: string }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string }
    | { __typename: 'InvalidInput', code: ErrorCode, message: string, violations: Array<{ path: string, message: string }> }
    | { __typename: 'NotFoundError', code: ErrorCode, message: string }
    | { __typename: 'UnavailableError', code: ErrorCode, message: string }
   };

export type CancelBatchMutationVariables = Exact<{
  input: CancelBatchInput;
}>;


export type CancelBatchMutation = { cancelBatch:
    | { __typename: 'Batch', priority: Priority, maxConcurrency: number | null, allOrNothing: boolean, deadlineAt: string | null, dataRemoved: boolean, results: string, id: string, status: BatchStatus, note: string | null, reason: string | null, createdAt: string, completedAt: string | null, cancelRequestedAt: string | null, webhook: { url: string, status: BatchWebhookStatus } | null, retryOf: { id: string } | null, counts: { total: number, succeeded: number, failed: number, canceled: number, aborted: number, invalid: number, deleted: number, running: number, live: number }, model: { id: string, slug: string }, version: { id: string, number: number } }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string }
    | { __typename: 'NotFoundError', code: ErrorCode, message: string }
   };

export type RetryFailedBatchMutationVariables = Exact<{
  input: RetryFailedBatchInput;
}>;


export type RetryFailedBatchMutation = { retryFailedBatch:
    | { __typename: 'Batch', id: string }
    | { __typename: 'ConflictError', code: ErrorCode, message: string }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string }
    | { __typename: 'InvalidInput', code: ErrorCode, message: string, violations: Array<{ path: string, message: string }> }
    | { __typename: 'NotFoundError', code: ErrorCode, message: string }
    | { __typename: 'UnavailableError', code: ErrorCode, message: string }
   };

export type DeleteBatchMutationVariables = Exact<{
  input: DeleteBatchInput;
}>;


export type DeleteBatchMutation = { deleteBatch:
    | { __typename: 'ConflictError', code: ErrorCode, message: string }
    | { __typename: 'DeletedBatch' }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string }
    | { __typename: 'NotFoundError', code: ErrorCode, message: string }
   };

export type ChatModelQueryVariables = Exact<{
  slug: string;
}>;


export type ChatModelQuery = { model: { id: string, slug: string, pausedAt: string | null, pauseReason: string | null, samples: Array<{ id: string, input: unknown }>, latestVersion: { id: string, number: number, state: VersionState, reason: string | null, inputSchema: unknown, progress: { phase: string, bytes: number | string, totalBytes: number | string | null } | null } | null } | null };

export type ChatModelsQueryVariables = Exact<{
  first: number;
}>;


export type ChatModelsQuery = { models: { nodes: Array<{ id: string, slug: string, description: string }> } };

export type SourcesQueryVariables = Exact<{ [key: string]: never; }>;


export type SourcesQuery = { server: { modelKinds: Array<{ name: string, kind: ModelKind }> } };

export type HubRepositoryQueryVariables = Exact<{
  repo: string;
  revision?: string | null | undefined;
}>;


export type HubRepositoryQuery = { hubRepository: { repo: string, commit: string, task: string | null, library: string | null, fileCount: number, sizeBytes: number | string, weightBytes: number | string, kind: ModelKind, isAdapter: boolean, problem: string | null } };

export type BasesQueryVariables = Exact<{ [key: string]: never; }>;


export type BasesQuery = { text: { nodes: Array<{ id: string, slug: string, kind: ModelKind, latestVersion: { id: string, number: number, state: VersionState, base: { id: string } | null } | null }> }, image: { nodes: Array<{ id: string, slug: string, kind: ModelKind, latestVersion: { id: string, number: number, state: VersionState, base: { id: string } | null } | null }> } };

export type BaseFieldsFragment = { id: string, slug: string, kind: ModelKind, latestVersion: { id: string, number: number, state: VersionState, base: { id: string } | null } | null };

export type CreateModelMutationVariables = Exact<{
  input: CreateModelInput;
}>;


export type CreateModelMutation = { createModel:
    | { __typename: 'ConflictError', code: ErrorCode, message: string }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string }
    | { __typename: 'InvalidInput', code: ErrorCode, message: string, violations: Array<{ path: string, message: string }> }
    | { __typename: 'Model', id: string, slug: string }
   };

export type PreparationQueryVariables = Exact<{
  slug: string;
}>;


export type PreparationQuery = { model: { id: string, slug: string, latestVersion: { id: string, number: number, state: VersionState, reason: string | null, nextTryAt: string | null, sizeBytes: number | string | null, progress: { phase: string, bytes: number | string, totalBytes: number | string | null } | null } | null, versions: Array<{ id: string, number: number, state: VersionState, reason: string | null, nextTryAt: string | null, sizeBytes: number | string | null, progress: { phase: string, bytes: number | string, totalBytes: number | string | null } | null }> } | null };

export type PreparationFieldsFragment = { id: string, number: number, state: VersionState, reason: string | null, nextTryAt: string | null, sizeBytes: number | string | null, progress: { phase: string, bytes: number | string, totalBytes: number | string | null } | null };

export type EditModelQueryVariables = Exact<{
  slug: string;
}>;


export type EditModelQuery = { model: { updatedAt: string, categories: Array<ModelCategory>, languages: Array<string>, starCount: number, id: string, slug: string, name: string, kind: ModelKind, visibility: Visibility, description: string, tags: Array<string>, runCount: number | string, license: { name: string, isSpdx: boolean, url: string | null } | null, owner: { id: string, handle: string }, sharedWith: Array<{ id: string, handle: string }> | null, samples: Array<{ id: string, input: unknown, output: unknown, text: string | null, files: Array<{ url: string, contentType: string, width: number | null, height: number | null }> }>, versions: Array<{ id: string, number: number, state: VersionState, reason: string | null, nextTryAt: string | null, source: string, revision: string | null, sizeBytes: number | string | null, quantization: Quantization | null, device: DeviceClass, predictor: string, engine: string | null, engineReason: string | null, createdAt: string, inputSchema: unknown, base: { id: string, number: number, slug: string } | null, progress: { phase: string, bytes: number | string, totalBytes: number | string | null } | null }>, traffic: Array<{ weight: number, version: { id: string, number: number } }>, experiments: Array<{ id: string, name: string, createdAt: string, endedAt: string | null, endReason: ExperimentEndReason | null }>, versionAliases: Array<{ alias: string, version: number }>, latestVersion: { id: string, number: number, state: VersionState, reason: string | null, nextTryAt: string | null, progress: { phase: string, bytes: number | string, totalBytes: number | string | null } | null } | null } | null };

export type SampleCandidatesQueryVariables = Exact<{
  filter: PredictionFilter;
}>;


export type SampleCandidatesQuery = { predictions: { nodes: Array<{ createdAt: string, id: string, input: unknown, output: unknown, text: string | null, files: Array<{ url: string, contentType: string, width: number | null, height: number | null }> }> } };

export type UpdateModelMutationVariables = Exact<{
  input: UpdateModelInput;
}>;


export type UpdateModelMutation = { updateModel:
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string }
    | { __typename: 'InvalidInput', code: ErrorCode, message: string, violations: Array<{ path: string, message: string }> }
    | { __typename: 'Model', id: string, slug: string }
    | { __typename: 'NotFoundError', code: ErrorCode, message: string }
   };

export type PublishVersionMutationVariables = Exact<{
  input: PublishVersionInput;
}>;


export type PublishVersionMutation = { publishVersion:
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string }
    | { __typename: 'InvalidInput', code: ErrorCode, message: string, violations: Array<{ path: string, message: string }> }
    | { __typename: 'ModelVersion', id: string, number: number }
    | { __typename: 'NotFoundError', code: ErrorCode, message: string }
   };

export type SetTrafficMutationVariables = Exact<{
  input: SetTrafficInput;
}>;


export type SetTrafficMutation = { setTraffic:
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string }
    | { __typename: 'InvalidInput', code: ErrorCode, message: string, violations: Array<{ path: string, message: string }> }
    | { __typename: 'Model' }
    | { __typename: 'NotFoundError', code: ErrorCode, message: string }
   };

export type SetVersionAliasMutationVariables = Exact<{
  input: SetVersionAliasInput;
}>;


export type SetVersionAliasMutation = { setVersionAlias:
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string }
    | { __typename: 'InvalidInput', code: ErrorCode, message: string, violations: Array<{ path: string, message: string }> }
    | { __typename: 'Model' }
    | { __typename: 'NotFoundError', code: ErrorCode, message: string }
   };

export type RemoveVersionAliasMutationVariables = Exact<{
  input: RemoveVersionAliasInput;
}>;


export type RemoveVersionAliasMutation = { removeVersionAlias:
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string }
    | { __typename: 'Model' }
    | { __typename: 'NotFoundError', code: ErrorCode, message: string }
   };

export type DeleteModelMutationVariables = Exact<{
  input: DeleteModelInput;
}>;


export type DeleteModelMutation = { deleteModel:
    | { __typename: 'DeletedModel', slug: string, canceledPredictions: number, adapters: number }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string }
    | { __typename: 'NotFoundError', code: ErrorCode, message: string }
   };

export type ExperimentsQueryVariables = Exact<{
  slug: string;
}>;


export type ExperimentsQuery = { model: { id: string, slug: string, experiments: Array<{ id: string, name: string, createdAt: string, endedAt: string | null, endReason: ExperimentEndReason | null, maxErrorRate: number | null, maxP95Seconds: number | null, shares: Array<{ weight: number, version: { id: string, number: number } }>, baseline: { id: string, number: number }, breach: { version: number, limit: string, count: number, hits: number, atLeast: number } | null, versionResults: Array<{ isBaseline: boolean, count: number, enoughData: boolean, version: { id: string, number: number }, errorRate: { estimate: number, low: number, high: number } | null, errorRateDifference: { estimate: number, low: number, high: number } | null, queueSeconds: { p50: number | null, p95: number | null }, firstTokenSeconds: { p50: number | null, p95: number | null }, totalSeconds: { p50: number | null, p95: number | null }, outcomes: Array<{ name: string, kind: OutcomeKind, count: number, mean: { estimate: number, low: number, high: number } | null, difference: { estimate: number, low: number, high: number } | null }> }> }> } | null };

export type IntervalFieldsFragment = { estimate: number, low: number, high: number };

export type PredictionRowFragment = { id: string, status: PredictionStatus, input: unknown, createdAt: string, isStarred: boolean, model: { id: string, slug: string, kind: ModelKind }, version: { id: string, number: number }, files: Array<{ url: string, contentType: string }>, error: { code: PredictionErrorCode, message: string } | null, metrics: { totalSeconds: number | null } };

export type HistoryQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  filter?: PredictionFilter | null | undefined;
  everybody: boolean;
}>;


export type HistoryQuery = { predictions: { nodes: Array<{ id: string, status: PredictionStatus, input: unknown, createdAt: string, isStarred: boolean, user?: { id: string, handle: string } | null, model: { id: string, slug: string, kind: ModelKind }, version: { id: string, number: number }, files: Array<{ url: string, contentType: string }>, error: { code: PredictionErrorCode, message: string } | null, metrics: { totalSeconds: number | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type PredictionRowsSubscriptionVariables = Exact<{
  filter?: PredictionFilter | null | undefined;
}>;


export type PredictionRowsSubscription = { predictions: { id: string, status: PredictionStatus, input: unknown, createdAt: string, isStarred: boolean, model: { id: string, slug: string, kind: ModelKind }, version: { id: string, number: number }, files: Array<{ url: string, contentType: string }>, error: { code: PredictionErrorCode, message: string } | null, metrics: { totalSeconds: number | null } } };

export type ModelCardFragment = { id: string, slug: string, name: string, kind: ModelKind, visibility: Visibility, description: string, tags: Array<string>, runCount: number | string, latestVersion: { id: string, number: number, state: VersionState, reason: string | null, nextTryAt: string | null, progress: { phase: string, bytes: number | string, totalBytes: number | string | null } | null } | null };

export type SampleFieldsFragment = { id: string, input: unknown, output: unknown, text: string | null, files: Array<{ url: string, contentType: string, width: number | null, height: number | null }> };

export type VersionFieldsFragment = { id: string, number: number, state: VersionState, reason: string | null, nextTryAt: string | null, source: string, revision: string | null, sizeBytes: number | string | null, quantization: Quantization | null, device: DeviceClass, predictor: string, engine: string | null, engineReason: string | null, createdAt: string, inputSchema: unknown, base: { id: string, number: number, slug: string } | null, progress: { phase: string, bytes: number | string, totalBytes: number | string | null } | null };

export type GalleryCardFragment = { categories: Array<ModelCategory>, languages: Array<string>, starCount: number, id: string, slug: string, name: string, kind: ModelKind, visibility: Visibility, description: string, tags: Array<string>, runCount: number | string, license: { name: string } | null, samples: Array<{ id: string, input: unknown, output: unknown, text: string | null, files: Array<{ url: string, contentType: string, width: number | null, height: number | null }> }>, latestVersion: { id: string, number: number, state: VersionState, reason: string | null, nextTryAt: string | null, progress: { phase: string, bytes: number | string, totalBytes: number | string | null } | null } | null };

export type GalleryFrontQueryVariables = Exact<{ [key: string]: never; }>;


export type GalleryFrontQuery = { featured: { nodes: Array<{ categories: Array<ModelCategory>, languages: Array<string>, starCount: number, id: string, slug: string, name: string, kind: ModelKind, visibility: Visibility, description: string, tags: Array<string>, runCount: number | string, license: { name: string } | null, samples: Array<{ id: string, input: unknown, output: unknown, text: string | null, files: Array<{ url: string, contentType: string, width: number | null, height: number | null }> }>, latestVersion: { id: string, number: number, state: VersionState, reason: string | null, nextTryAt: string | null, progress: { phase: string, bytes: number | string, totalBytes: number | string | null } | null } | null }> }, trending: { nodes: Array<{ categories: Array<ModelCategory>, languages: Array<string>, starCount: number, id: string, slug: string, name: string, kind: ModelKind, visibility: Visibility, description: string, tags: Array<string>, runCount: number | string, license: { name: string } | null, samples: Array<{ id: string, input: unknown, output: unknown, text: string | null, files: Array<{ url: string, contentType: string, width: number | null, height: number | null }> }>, latestVersion: { id: string, number: number, state: VersionState, reason: string | null, nextTryAt: string | null, progress: { phase: string, bytes: number | string, totalBytes: number | string | null } | null } | null }> }, shown: { nodes: Array<{ categories: Array<ModelCategory>, languages: Array<string>, starCount: number, id: string, slug: string, name: string, kind: ModelKind, visibility: Visibility, description: string, tags: Array<string>, runCount: number | string, license: { name: string } | null, samples: Array<{ id: string, input: unknown, output: unknown, text: string | null, files: Array<{ url: string, contentType: string, width: number | null, height: number | null }> }>, latestVersion: { id: string, number: number, state: VersionState, reason: string | null, nextTryAt: string | null, progress: { phase: string, bytes: number | string, totalBytes: number | string | null } | null } | null }> }, server: { anonymousPredictions: boolean } };

export type GalleryQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  filter?: ModelFilter | null | undefined;
  orderBy?: ModelOrder | null | undefined;
}>;


export type GalleryQuery = { models: { nodes: Array<{ categories: Array<ModelCategory>, languages: Array<string>, starCount: number, id: string, slug: string, name: string, kind: ModelKind, visibility: Visibility, description: string, tags: Array<string>, runCount: number | string, license: { name: string } | null, samples: Array<{ id: string, input: unknown, output: unknown, text: string | null, files: Array<{ url: string, contentType: string, width: number | null, height: number | null }> }>, latestVersion: { id: string, number: number, state: VersionState, reason: string | null, nextTryAt: string | null, progress: { phase: string, bytes: number | string, totalBytes: number | string | null } | null } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type ModelPageQueryVariables = Exact<{
  slug: string;
}>;


export type ModelPageQuery = { model: { categories: Array<ModelCategory>, languages: Array<string>, starCount: number, isStarred: boolean, pausedAt: string | null, pauseReason: string | null, id: string, slug: string, name: string, kind: ModelKind, visibility: Visibility, description: string, tags: Array<string>, runCount: number | string, license: { name: string, url: string | null } | null, owner: { id: string, handle: string }, forkedFrom: { id: string, slug: string } | null, versionAliases: Array<{ alias: string, version: number }>, samples: Array<{ id: string, input: unknown, output: unknown, text: string | null, files: Array<{ url: string, contentType: string, width: number | null, height: number | null }> }>, versions: Array<{ id: string, number: number, state: VersionState, reason: string | null, nextTryAt: string | null, source: string, revision: string | null, sizeBytes: number | string | null, quantization: Quantization | null, device: DeviceClass, predictor: string, engine: string | null, engineReason: string | null, createdAt: string, inputSchema: unknown, base: { id: string, number: number, slug: string } | null, progress: { phase: string, bytes: number | string, totalBytes: number | string | null } | null }>, variables: Array<{ name: string, kind: ModelVariableKind, value: string | null, updatedAt: string }> | null, latestVersion: { id: string, number: number, state: VersionState, reason: string | null, nextTryAt: string | null, progress: { phase: string, bytes: number | string, totalBytes: number | string | null } | null } | null } | null };

export type SetModelVariableMutationVariables = Exact<{
  input: SetModelVariableInput;
}>;


export type SetModelVariableMutation = { setModelVariable:
    | { code: ErrorCode, message: string }
    | { code: ErrorCode, message: string, violations: Array<{ path: string, message: string }> }
    | { code: ErrorCode, message: string }
    | Record<PropertyKey, never>
   };

export type RemoveModelVariableMutationVariables = Exact<{
  input: RemoveModelVariableInput;
}>;


export type RemoveModelVariableMutation = { removeModelVariable:
    | { code: ErrorCode, message: string }
    | { code: ErrorCode, message: string }
    | Record<PropertyKey, never>
   };

export type StarModelMutationVariables = Exact<{
  input: StarModelInput;
}>;


export type StarModelMutation = { starModel:
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string }
    | { __typename: 'Model', id: string, starCount: number, isStarred: boolean }
    | { __typename: 'NotFoundError', code: ErrorCode, message: string }
   };

export type UnstarModelMutationVariables = Exact<{
  input: UnstarModelInput;
}>;


export type UnstarModelMutation = { unstarModel:
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string }
    | { __typename: 'Model', id: string, starCount: number, isStarred: boolean }
    | { __typename: 'NotFoundError', code: ErrorCode, message: string }
   };

export type ForkModelMutationVariables = Exact<{
  input: ForkModelInput;
}>;


export type ForkModelMutation = { forkModel:
    | { __typename: 'ConflictError', code: ErrorCode, message: string }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string }
    | { __typename: 'InvalidInput', code: ErrorCode, message: string, violations: Array<{ path: string, message: string }> }
    | { __typename: 'Model', id: string, slug: string }
    | { __typename: 'NotFoundError', code: ErrorCode, message: string }
    | { __typename: 'UnavailableError', code: ErrorCode, message: string }
   };

export type ReportModelMutationVariables = Exact<{
  input: ReportModelInput;
}>;


export type ReportModelMutation = { reportModel:
    | { __typename: 'ConflictError', code: ErrorCode, message: string }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string }
    | { __typename: 'InvalidInput', code: ErrorCode, message: string, violations: Array<{ path: string, message: string }> }
    | { __typename: 'NotFoundError', code: ErrorCode, message: string }
    | { __typename: 'ReportedModel' }
   };

export type PrepareAgainMutationVariables = Exact<{
  input: PrepareAgainInput;
}>;


export type PrepareAgainMutation = { prepareAgain:
    | { __typename: 'ConflictError', code: ErrorCode, message: string }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string }
    | { __typename: 'ModelVersion', id: string, number: number, state: VersionState }
    | { __typename: 'NotFoundError', code: ErrorCode, message: string }
   };

export type MetricsFieldsFragment = { queueSeconds: number | null, loadSeconds: number | null, predictSeconds: number | null, totalSeconds: number | null, timeToFirstTokenSeconds: number | null, inputTokens: number | null, outputTokens: number | null, tokensPerSecond: number | null, steps: number | null, custom: unknown };

export type PredictionFieldsFragment = { id: string, status: PredictionStatus, input: unknown, output: unknown, text: string | null, logs: string, attempts: number, seed: number | string | null, createdAt: string, startedAt: string | null, model: { id: string, slug: string, kind: ModelKind }, version: { id: string, number: number }, files: Array<{ url: string, contentType: string, bytes: number | string, width: number | null, height: number | null }>, error: { code: PredictionErrorCode, message: string } | null, progress: { step: number, total: number | null, fraction: number | null, etaSeconds: number | null } | null, metrics: { queueSeconds: number | null, loadSeconds: number | null, predictSeconds: number | null, totalSeconds: number | null, timeToFirstTokenSeconds: number | null, inputTokens: number | null, outputTokens: number | null, tokensPerSecond: number | null, steps: number | null, custom: unknown } };

export type ViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerQuery = { viewer: { id: string, handle: string, isAdmin: boolean } | null, server: { version: string, registration: boolean, usersAddModels: boolean, passwordResets: boolean, singleSignOn: { name: string } | null }, prices: { currency: string } | null };

export type EstimateRunQueryVariables = Exact<{
  input: CreatePredictionInput;
}>;


export type EstimateRunQuery = { estimateCost: { most: string, currency: string } | null };

export type PredictionQueryVariables = Exact<{
  id: string;
}>;


export type PredictionQuery = { prediction: { id: string, status: PredictionStatus, input: unknown, output: unknown, text: string | null, logs: string, attempts: number, seed: number | string | null, createdAt: string, startedAt: string | null, model: { id: string, slug: string, kind: ModelKind }, version: { id: string, number: number }, files: Array<{ url: string, contentType: string, bytes: number | string, width: number | null, height: number | null }>, error: { code: PredictionErrorCode, message: string } | null, progress: { step: number, total: number | null, fraction: number | null, etaSeconds: number | null } | null, metrics: { queueSeconds: number | null, loadSeconds: number | null, predictSeconds: number | null, totalSeconds: number | null, timeToFirstTokenSeconds: number | null, inputTokens: number | null, outputTokens: number | null, tokensPerSecond: number | null, steps: number | null, custom: unknown } } | null };

export type PredictionPageQueryVariables = Exact<{
  id: string;
}>;


export type PredictionPageQuery = { prediction: { id: string, status: PredictionStatus, input: unknown, output: unknown, text: string | null, logs: string, attempts: number, seed: number | string | null, createdAt: string, startedAt: string | null, version: { state: VersionState, inputSchema: unknown, id: string, number: number }, model: { id: string, slug: string, kind: ModelKind }, files: Array<{ url: string, contentType: string, bytes: number | string, width: number | null, height: number | null }>, error: { code: PredictionErrorCode, message: string } | null, progress: { step: number, total: number | null, fraction: number | null, etaSeconds: number | null } | null, metrics: { queueSeconds: number | null, loadSeconds: number | null, predictSeconds: number | null, totalSeconds: number | null, timeToFirstTokenSeconds: number | null, inputTokens: number | null, outputTokens: number | null, tokensPerSecond: number | null, steps: number | null, custom: unknown } } | null };

export type CreatePredictionMutationVariables = Exact<{
  input: CreatePredictionInput;
}>;


export type CreatePredictionMutation = { createPrediction:
    | { __typename: 'BudgetExceeded', code: ErrorCode, message: string }
    | { __typename: 'ConflictError', code: ErrorCode, message: string }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string }
    | { __typename: 'InvalidInput', code: ErrorCode, message: string, violations: Array<{ path: string, message: string, code: string }> }
    | { __typename: 'NotFoundError', code: ErrorCode, message: string }
    | { __typename: 'Prediction', id: string, status: PredictionStatus, input: unknown, output: unknown, text: string | null, logs: string, attempts: number, seed: number | string | null, createdAt: string, startedAt: string | null, model: { id: string, slug: string, kind: ModelKind }, version: { id: string, number: number }, files: Array<{ url: string, contentType: string, bytes: number | string, width: number | null, height: number | null }>, error: { code: PredictionErrorCode, message: string } | null, progress: { step: number, total: number | null, fraction: number | null, etaSeconds: number | null } | null, metrics: { queueSeconds: number | null, loadSeconds: number | null, predictSeconds: number | null, totalSeconds: number | null, timeToFirstTokenSeconds: number | null, inputTokens: number | null, outputTokens: number | null, tokensPerSecond: number | null, steps: number | null, custom: unknown } }
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
    | { __typename: 'Prediction', id: string, status: PredictionStatus, input: unknown, output: unknown, text: string | null, logs: string, attempts: number, seed: number | string | null, createdAt: string, startedAt: string | null, model: { id: string, slug: string, kind: ModelKind }, version: { id: string, number: number }, files: Array<{ url: string, contentType: string, bytes: number | string, width: number | null, height: number | null }>, error: { code: PredictionErrorCode, message: string } | null, progress: { step: number, total: number | null, fraction: number | null, etaSeconds: number | null } | null, metrics: { queueSeconds: number | null, loadSeconds: number | null, predictSeconds: number | null, totalSeconds: number | null, timeToFirstTokenSeconds: number | null, inputTokens: number | null, outputTokens: number | null, tokensPerSecond: number | null, steps: number | null, custom: unknown } }
    | { __typename: 'QueueFull', code: ErrorCode, message: string }
    | { __typename: 'UnavailableError', code: ErrorCode, message: string }
   };

export type CancelPredictionMutationVariables = Exact<{
  input: CancelPredictionInput;
}>;


export type CancelPredictionMutation = { cancelPrediction:
    | { __typename: 'NotFoundError', code: ErrorCode, message: string }
    | { __typename: 'Prediction', id: string, status: PredictionStatus }
   };

export type LoginMutationVariables = Exact<{
  input: LoginInput;
}>;


export type LoginMutation = { login:
    | { __typename: 'CredentialsError', code: ErrorCode, message: string }
    | { __typename: 'Session', accessToken: string, refreshToken: string, user: { id: string, handle: string } }
   };

export type RegisterMutationVariables = Exact<{
  input: RegisterInput;
}>;


export type RegisterMutation = { register:
    | { __typename: 'ConflictError', code: ErrorCode, message: string }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string }
    | { __typename: 'InvalidInput', code: ErrorCode, message: string, violations: Array<{ path: string, message: string, code: string }> }
    | { __typename: 'Session', accessToken: string, refreshToken: string, user: { id: string, handle: string } }
   };

export type SessionFieldsFragment = { accessToken: string, refreshToken: string, user: { id: string, handle: string } };

export type PredictionEventsSubscriptionVariables = Exact<{
  id: string;
  after?: string | null | undefined;
}>;


export type PredictionEventsSubscription = { predictionEvents:
    | { __typename: 'EventsLost', after: string, cursor: string, seq: number, at: string }
    | { __typename: 'Logged', line: string, cursor: string, seq: number, at: string }
    | { __typename: 'ModelLoading', phase: string, bytes: number | string | null, totalBytes: number | string | null, cursor: string, seq: number, at: string }
    | { __typename: 'OutputAppended', text: string | null, chunk: unknown, index: number, choice: number, cursor: string, seq: number, at: string }
    | { __typename: 'PredictionSnapshot', attempt: number, cursor: string, seq: number, at: string, prediction: { id: string, status: PredictionStatus, input: unknown, output: unknown, text: string | null, logs: string, attempts: number, seed: number | string | null, createdAt: string, startedAt: string | null, model: { id: string, slug: string, kind: ModelKind }, version: { id: string, number: number }, files: Array<{ url: string, contentType: string, bytes: number | string, width: number | null, height: number | null }>, error: { code: PredictionErrorCode, message: string } | null, progress: { step: number, total: number | null, fraction: number | null, etaSeconds: number | null } | null, metrics: { queueSeconds: number | null, loadSeconds: number | null, predictSeconds: number | null, totalSeconds: number | null, timeToFirstTokenSeconds: number | null, inputTokens: number | null, outputTokens: number | null, tokensPerSecond: number | null, steps: number | null, custom: unknown } } }
    | { __typename: 'PreviewReady', image: string | null, width: number, height: number, step: number, cursor: string, seq: number, at: string }
    | { __typename: 'Progressed', step: number, total: number | null, fraction: number | null, etaSeconds: number | null, cursor: string, seq: number, at: string }
    | { __typename: 'QueueMoved', cursor: string, seq: number, at: string, queue: { position: number | null, reason: QueueReason, etaSeconds: { p50: number } | null } }
    | { __typename: 'StatusChanged', status: PredictionStatus, cursor: string, seq: number, at: string, prediction: { id: string, status: PredictionStatus, input: unknown, output: unknown, text: string | null, logs: string, attempts: number, seed: number | string | null, createdAt: string, startedAt: string | null, model: { id: string, slug: string, kind: ModelKind }, version: { id: string, number: number }, files: Array<{ url: string, contentType: string, bytes: number | string, width: number | null, height: number | null }>, error: { code: PredictionErrorCode, message: string } | null, progress: { step: number, total: number | null, fraction: number | null, etaSeconds: number | null } | null, metrics: { queueSeconds: number | null, loadSeconds: number | null, predictSeconds: number | null, totalSeconds: number | null, timeToFirstTokenSeconds: number | null, inputTokens: number | null, outputTokens: number | null, tokensPerSecond: number | null, steps: number | null, custom: unknown } } }
   };

export type UploadQueryVariables = Exact<{
  uri: string;
}>;


export type UploadQuery = { upload: { contentType: string, url: string | null } | null };

export type CreateUploadMutationVariables = Exact<{
  input: CreateUploadInput;
}>;


export type CreateUploadMutation = { createUpload:
    | { __typename: 'ConflictError', code: ErrorCode, message: string }
    | { __typename: 'InvalidInput', code: ErrorCode, message: string, violations: Array<{ path: string, message: string }> }
    | { __typename: 'Upload', uri: string, url: string }
   };

export type OwnerPageQueryVariables = Exact<{
  handle: string;
  first: number;
  after?: string | null | undefined;
  orderBy?: ModelOrder | null | undefined;
}>;


export type OwnerPageQuery = { owner: { modelCount: number, starCount: number, runCount: number | string, user: { id: string, handle: string, createdAt: string }, models: { nodes: Array<{ categories: Array<ModelCategory>, languages: Array<string>, starCount: number, id: string, slug: string, name: string, kind: ModelKind, visibility: Visibility, description: string, tags: Array<string>, runCount: number | string, license: { name: string } | null, samples: Array<{ id: string, input: unknown, output: unknown, text: string | null, files: Array<{ url: string, contentType: string, width: number | null, height: number | null }> }>, latestVersion: { id: string, number: number, state: VersionState, reason: string | null, nextTryAt: string | null, progress: { phase: string, bytes: number | string, totalBytes: number | string | null } | null } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type VersionNumbersQueryVariables = Exact<{
  slug: string;
}>;


export type VersionNumbersQuery = { model: { id: string, versions: Array<{ id: string, number: number }> } | null };

export type PerformanceQueryVariables = Exact<{
  id: string;
  from: string;
  to: string;
}>;


export type PerformanceQuery = { node:
    | { __typename: 'ApiKey' }
    | { __typename: 'AuditEvent' }
    | { __typename: 'Batch' }
    | { __typename: 'BatchLine' }
    | { __typename: 'Experiment' }
    | { __typename: 'Invitation' }
    | { __typename: 'Model' }
    | { __typename: 'ModelReport' }
    | { __typename: 'ModelVersion', id: string, performance: { to: string, isExact: boolean, successRate: number | null, ends: { succeeded: number, failed: number, canceled: number, aborted: number, shared: number } | null, queueSeconds: { p50: number | null, p95: number | null, p99: number | null }, firstTokenSeconds: { p50: number | null, p95: number | null, p99: number | null }, predictSeconds: { p50: number | null, p95: number | null, p99: number | null }, totalSeconds: { p50: number | null, p95: number | null, p99: number | null }, tokensPerSecond: { p50: number | null, p95: number | null, p99: number | null }, series: Array<{ from: string, ends: { succeeded: number, failed: number, canceled: number, aborted: number, shared: number }, totalSeconds: { p50: number | null, p95: number | null, p99: number | null } }> } | null }
    | { __typename: 'Prediction' }
    | { __typename: 'User' }
    | { __typename: 'WebhookDelivery' }
   | null };

export type PerformanceFieldsFragment = { to: string, isExact: boolean, successRate: number | null, ends: { succeeded: number, failed: number, canceled: number, aborted: number, shared: number } | null, queueSeconds: { p50: number | null, p95: number | null, p99: number | null }, firstTokenSeconds: { p50: number | null, p95: number | null, p99: number | null }, predictSeconds: { p50: number | null, p95: number | null, p99: number | null }, totalSeconds: { p50: number | null, p95: number | null, p99: number | null }, tokensPerSecond: { p50: number | null, p95: number | null, p99: number | null }, series: Array<{ from: string, ends: { succeeded: number, failed: number, canceled: number, aborted: number, shared: number }, totalSeconds: { p50: number | null, p95: number | null, p99: number | null } }> };

export type PercentileFieldsFragment = { p50: number | null, p95: number | null, p99: number | null };

export type EndsFieldsFragment = { succeeded: number, failed: number, canceled: number, aborted: number, shared: number };

export type PicturesQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  filter?: PredictionFilter | null | undefined;
}>;


export type PicturesQuery = { predictions: { nodes: Array<{ id: string, seed: number | string | null, input: unknown, createdAt: string, model: { id: string, slug: string }, files: Array<{ url: string, contentType: string, bytes: number | string, width: number | null, height: number | null }> }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type PredictionNotesQueryVariables = Exact<{
  id: string;
}>;


export type PredictionNotesQuery = { viewer: { id: string } | null, prediction: { id: string, isStarred: boolean, user: { id: string } | null, retryOf: { id: string, input: unknown, version: { id: string, number: number } } | null, outcomes: Array<{ name: string, value: number }>, cost: { amount: string, currency: string } | null, publicLink: { token: string, url: string, showsInput: boolean } | null } | null };

export type RecordOutcomeMutationVariables = Exact<{
  input: RecordOutcomeInput;
}>;


export type RecordOutcomeMutation = { recordOutcome:
    | { __typename: 'ConflictError', code: ErrorCode, message: string }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string }
    | { __typename: 'InvalidInput', code: ErrorCode, message: string, violations: Array<{ path: string, message: string }> }
    | { __typename: 'NotFoundError', code: ErrorCode, message: string }
    | { __typename: 'Outcome', name: string, value: number }
   };

export type DeletePredictionsMutationVariables = Exact<{
  input: DeletePredictionsInput;
}>;


export type DeletePredictionsMutation = { deletePredictions:
    | { __typename: 'DeletedPredictions', deleted: number, pending: number, missing: number }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string }
    | { __typename: 'InvalidInput', code: ErrorCode, message: string, violations: Array<{ path: string, message: string }> }
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
    | { __typename: 'Prediction', id: string, status: PredictionStatus, input: unknown, output: unknown, text: string | null, logs: string, attempts: number, seed: number | string | null, createdAt: string, startedAt: string | null, model: { id: string, slug: string, kind: ModelKind }, version: { id: string, number: number }, files: Array<{ url: string, contentType: string, bytes: number | string, width: number | null, height: number | null }>, error: { code: PredictionErrorCode, message: string } | null, progress: { step: number, total: number | null, fraction: number | null, etaSeconds: number | null } | null, metrics: { queueSeconds: number | null, loadSeconds: number | null, predictSeconds: number | null, totalSeconds: number | null, timeToFirstTokenSeconds: number | null, inputTokens: number | null, outputTokens: number | null, tokensPerSecond: number | null, steps: number | null, custom: unknown } }
    | { __typename: 'UnavailableError', code: ErrorCode, message: string }
   };

export type RefreshSessionMutationVariables = Exact<{
  input: RefreshSessionInput;
}>;


export type RefreshSessionMutation = { refreshSession:
    | { __typename: 'CredentialsError', code: ErrorCode, message: string }
    | { __typename: 'Session', accessToken: string, refreshToken: string }
   };

export type LogoutMutationVariables = Exact<{
  input: LogoutInput;
}>;


export type LogoutMutation = { logout: { sessions: number, providerLogoutUrl: string | null } };

export type AcceptInvitationMutationVariables = Exact<{
  input: AcceptInvitationInput;
}>;


export type AcceptInvitationMutation = { acceptInvitation:
    | { __typename: 'ConflictError', code: ErrorCode, message: string }
    | { __typename: 'CredentialsError', code: ErrorCode, message: string }
    | { __typename: 'InvalidInput', code: ErrorCode, message: string, violations: Array<{ message: string }> }
    | { __typename: 'Session', accessToken: string, refreshToken: string, user: { id: string, handle: string } }
   };

export type RequestPasswordResetMutationVariables = Exact<{
  input: RequestPasswordResetInput;
}>;


export type RequestPasswordResetMutation = { requestPasswordReset:
    | { __typename: 'InvalidInput', code: ErrorCode, message: string, violations: Array<{ message: string }> }
    | { __typename: 'RequestedPasswordReset' }
    | { __typename: 'UnavailableError', code: ErrorCode, message: string }
   };

export type ResetPasswordMutationVariables = Exact<{
  input: ResetPasswordInput;
}>;


export type ResetPasswordMutation = { resetPassword:
    | { __typename: 'CredentialsError', code: ErrorCode, message: string }
    | { __typename: 'InvalidInput', code: ErrorCode, message: string, violations: Array<{ message: string }> }
    | { __typename: 'Session', accessToken: string, refreshToken: string, user: { id: string, handle: string } }
   };

export type BeginSignInMutationVariables = Exact<{ [key: string]: never; }>;


export type BeginSignInMutation = { beginSignIn:
    | { __typename: 'SignInStart', url: string, secret: string }
    | { __typename: 'UnavailableError', code: ErrorCode, message: string }
   };

export type FinishSignInMutationVariables = Exact<{
  input: FinishSignInInput;
}>;


export type FinishSignInMutation = { finishSignIn:
    | { __typename: 'CredentialsError', code: ErrorCode, message: string }
    | { __typename: 'Session', accessToken: string, refreshToken: string, user: { id: string, handle: string } }
   };

export type MarkFieldsFragment = { id: string, isStarred: boolean, publicLink: { token: string, url: string, showsInput: boolean } | null };

export type StarPredictionMutationVariables = Exact<{
  input: StarPredictionInput;
}>;


export type StarPredictionMutation = { starPrediction:
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string }
    | { __typename: 'NotFoundError', code: ErrorCode, message: string }
    | { __typename: 'Prediction', id: string, isStarred: boolean, publicLink: { token: string, url: string, showsInput: boolean } | null }
   };

export type UnstarPredictionMutationVariables = Exact<{
  input: UnstarPredictionInput;
}>;


export type UnstarPredictionMutation = { unstarPrediction:
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string }
    | { __typename: 'NotFoundError', code: ErrorCode, message: string }
    | { __typename: 'Prediction', id: string, isStarred: boolean, publicLink: { token: string, url: string, showsInput: boolean } | null }
   };

export type SharePredictionMutationVariables = Exact<{
  input: SharePredictionInput;
}>;


export type SharePredictionMutation = { sharePrediction:
    | { __typename: 'ConflictError', code: ErrorCode, message: string }
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string }
    | { __typename: 'NotFoundError', code: ErrorCode, message: string }
    | { __typename: 'Prediction', id: string, isStarred: boolean, publicLink: { token: string, url: string, showsInput: boolean } | null }
   };

export type UnsharePredictionMutationVariables = Exact<{
  input: UnsharePredictionInput;
}>;


export type UnsharePredictionMutation = { unsharePrediction:
    | { __typename: 'ForbiddenError', code: ErrorCode, message: string }
    | { __typename: 'NotFoundError', code: ErrorCode, message: string }
    | { __typename: 'Prediction', id: string, isStarred: boolean, publicLink: { token: string, url: string, showsInput: boolean } | null }
   };

export type PublicPredictionQueryVariables = Exact<{
  token: string;
}>;


export type PublicPredictionQuery = { publicPrediction: { status: PredictionStatus, sharedBy: string, sharedAt: string, createdAt: string, input: unknown, output: unknown, text: string | null, model: { id: string, slug: string } | null, files: Array<{ url: string, contentType: string, bytes: number | string, width: number | null, height: number | null }> } | null };

export type UsageFieldsFragment = { currency: string, hasMore: boolean, groups: Array<{ key: string | null, name: string | null, used: { predictions: number | string, predictSeconds: string, inputTokens: number | string, outputTokens: number | string, amount: string } }>, total: { predictions: number | string, predictSeconds: string, inputTokens: number | string, outputTokens: number | string, amount: string } };

export type UsageSumFieldsFragment = { predictions: number | string, predictSeconds: string, inputTokens: number | string, outputTokens: number | string, amount: string };

export type BudgetFieldsFragment = { apiKey: string | null, period: BudgetPeriod, currency: string, amount: string, isHard: boolean, spent: string, reserved: string, left: string, isExceeded: boolean, beginsAt: string };

export type OwnUsageQueryVariables = Exact<{
  from: string;
  to: string;
  groupBy: UsageGrouping;
}>;


export type OwnUsageQuery = { viewer: { id: string, usage: { currency: string, hasMore: boolean, groups: Array<{ key: string | null, name: string | null, used: { predictions: number | string, predictSeconds: string, inputTokens: number | string, outputTokens: number | string, amount: string } }>, total: { predictions: number | string, predictSeconds: string, inputTokens: number | string, outputTokens: number | string, amount: string } } | null } | null };

export type AllUsageQueryVariables = Exact<{
  from: string;
  to: string;
  groupBy: UsageGrouping;
  user?: string | null | undefined;
}>;


export type AllUsageQuery = { usage: { currency: string, hasMore: boolean, groups: Array<{ key: string | null, name: string | null, used: { predictions: number | string, predictSeconds: string, inputTokens: number | string, outputTokens: number | string, amount: string } }>, total: { predictions: number | string, predictSeconds: string, inputTokens: number | string, outputTokens: number | string, amount: string } } };

export type OwnBudgetsQueryVariables = Exact<{ [key: string]: never; }>;


export type OwnBudgetsQuery = { viewer: { id: string, budgets: Array<{ apiKey: string | null, period: BudgetPeriod, currency: string, amount: string, isHard: boolean, spent: string, reserved: string, left: string, isExceeded: boolean, beginsAt: string }> | null, apiKeys: Array<{ id: string, name: string }> | null } | null, prices: { currency: string, chargesFailed: boolean, chargesCanceled: boolean, createdAt: string, prices: Array<{ unit: PriceUnit, amount: string, device: DeviceClass, version: { id: string, slug: string } | null }> } | null };

export type PriceListFieldsFragment = { currency: string, chargesFailed: boolean, chargesCanceled: boolean, createdAt: string, prices: Array<{ unit: PriceUnit, amount: string, device: DeviceClass, version: { id: string, slug: string } | null }> };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const ApiKeyFieldsFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment ApiKeyFields on ApiKey {
  id
  name
  prefix
  scopes
  createdAt
  expiresAt
  lastUsedAt
}
    `, {"fragmentName":"ApiKeyFields"}) as unknown as TypedDocumentString<ApiKeyFieldsFragment, unknown>;
export const DeliveryRowFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment DeliveryRow on WebhookDelivery {
  id
  event
  status
  url
  createdAt
  nextAttemptAt
  attempts {
    at
    milliseconds
    statusCode
    error
  }
  prediction {
    id
  }
}
    `, {"fragmentName":"DeliveryRow"}) as unknown as TypedDocumentString<DeliveryRowFragment, unknown>;
export const BudgetFieldsFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment BudgetFields on Budget {
  apiKey
  period
  currency
  amount
  isHard
  spent
  reserved
  left
  isExceeded
  beginsAt
}
    `, {"fragmentName":"BudgetFields"}) as unknown as TypedDocumentString<BudgetFieldsFragment, unknown>;
export const ManagedUserFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment ManagedUser on User {
  id
  handle
  deactivatedAt
  isAdmin
  limits {
    weight
    mostWaiting
    mostRunning
    mostWaitingPerModel
  }
  budgets {
    ...BudgetFields
  }
  storage {
    usedBytes
    allowedBytes
  }
}
    fragment BudgetFields on Budget {
  apiKey
  period
  currency
  amount
  isHard
  spent
  reserved
  left
  isExceeded
  beginsAt
}`, {"fragmentName":"ManagedUser"}) as unknown as TypedDocumentString<ManagedUserFragment, unknown>;
export const BatchFieldsFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment BatchFields on Batch {
  id
  status
  counts {
    total
    succeeded
    failed
    canceled
    aborted
    invalid
    deleted
    running
    live
  }
  note
  reason
  createdAt
  completedAt
  cancelRequestedAt
  model {
    id
    slug
  }
  version {
    id
    number
  }
}
    `, {"fragmentName":"BatchFields"}) as unknown as TypedDocumentString<BatchFieldsFragment, unknown>;
export const BatchDetailsFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment BatchDetails on Batch {
  ...BatchFields
  priority
  maxConcurrency
  allOrNothing
  deadlineAt
  dataRemoved
  results
  webhook {
    url
    status
  }
  retryOf {
    id
  }
}
    fragment BatchFields on Batch {
  id
  status
  counts {
    total
    succeeded
    failed
    canceled
    aborted
    invalid
    deleted
    running
    live
  }
  note
  reason
  createdAt
  completedAt
  cancelRequestedAt
  model {
    id
    slug
  }
  version {
    id
    number
  }
}`, {"fragmentName":"BatchDetails"}) as unknown as TypedDocumentString<BatchDetailsFragment, unknown>;
export const BaseFieldsFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment BaseFields on Model {
  id
  slug
  kind
  latestVersion {
    id
    number
    state
    base {
      id
    }
  }
}
    `, {"fragmentName":"BaseFields"}) as unknown as TypedDocumentString<BaseFieldsFragment, unknown>;
export const PreparationFieldsFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment PreparationFields on ModelVersion {
  id
  number
  state
  reason
  nextTryAt
  sizeBytes
  progress {
    phase
    bytes
    totalBytes
  }
}
    `, {"fragmentName":"PreparationFields"}) as unknown as TypedDocumentString<PreparationFieldsFragment, unknown>;
export const IntervalFieldsFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment IntervalFields on Interval {
  estimate
  low
  high
}
    `, {"fragmentName":"IntervalFields"}) as unknown as TypedDocumentString<IntervalFieldsFragment, unknown>;
export const PredictionRowFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment PredictionRow on Prediction {
  id
  status
  model {
    id
    slug
    kind
  }
  version {
    id
    number
  }
  input
  files {
    url
    contentType
  }
  error {
    code
    message
  }
  metrics {
    totalSeconds
  }
  createdAt
  isStarred
}
    `, {"fragmentName":"PredictionRow"}) as unknown as TypedDocumentString<PredictionRowFragment, unknown>;
export const VersionFieldsFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment VersionFields on ModelVersion {
  id
  number
  state
  reason
  nextTryAt
  source
  revision
  sizeBytes
  quantization
  device
  predictor
  engine
  engineReason
  base {
    id
    number
    slug
  }
  createdAt
  inputSchema
  progress {
    phase
    bytes
    totalBytes
  }
}
    `, {"fragmentName":"VersionFields"}) as unknown as TypedDocumentString<VersionFieldsFragment, unknown>;
export const ModelCardFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment ModelCard on Model {
  id
  slug
  name
  kind
  visibility
  description
  tags
  runCount
  latestVersion {
    id
    number
    state
    reason
    nextTryAt
    progress {
      phase
      bytes
      totalBytes
    }
  }
}
    `, {"fragmentName":"ModelCard"}) as unknown as TypedDocumentString<ModelCardFragment, unknown>;
export const SampleFieldsFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment SampleFields on Prediction {
  id
  input
  output
  text
  files {
    url
    contentType
    width
    height
  }
}
    `, {"fragmentName":"SampleFields"}) as unknown as TypedDocumentString<SampleFieldsFragment, unknown>;
export const GalleryCardFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment GalleryCard on Model {
  ...ModelCard
  categories
  languages
  license {
    name
  }
  starCount
  samples(first: 1) {
    ...SampleFields
  }
}
    fragment ModelCard on Model {
  id
  slug
  name
  kind
  visibility
  description
  tags
  runCount
  latestVersion {
    id
    number
    state
    reason
    nextTryAt
    progress {
      phase
      bytes
      totalBytes
    }
  }
}
fragment SampleFields on Prediction {
  id
  input
  output
  text
  files {
    url
    contentType
    width
    height
  }
}`, {"fragmentName":"GalleryCard"}) as unknown as TypedDocumentString<GalleryCardFragment, unknown>;
export const MetricsFieldsFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment MetricsFields on PredictionMetrics {
  queueSeconds
  loadSeconds
  predictSeconds
  totalSeconds
  timeToFirstTokenSeconds
  inputTokens
  outputTokens
  tokensPerSecond
  steps
  custom
}
    `, {"fragmentName":"MetricsFields"}) as unknown as TypedDocumentString<MetricsFieldsFragment, unknown>;
export const PredictionFieldsFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment PredictionFields on Prediction {
  id
  status
  model {
    id
    slug
    kind
  }
  version {
    id
    number
  }
  input
  output
  text
  files {
    url
    contentType
    bytes
    width
    height
  }
  error {
    code
    message
  }
  logs
  progress {
    step
    total
    fraction
    etaSeconds
  }
  metrics {
    ...MetricsFields
  }
  attempts
  seed
  createdAt
  startedAt
}
    fragment MetricsFields on PredictionMetrics {
  queueSeconds
  loadSeconds
  predictSeconds
  totalSeconds
  timeToFirstTokenSeconds
  inputTokens
  outputTokens
  tokensPerSecond
  steps
  custom
}`, {"fragmentName":"PredictionFields"}) as unknown as TypedDocumentString<PredictionFieldsFragment, unknown>;
export const SessionFieldsFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment SessionFields on Session {
  accessToken
  refreshToken
  user {
    id
    handle
  }
}
    `, {"fragmentName":"SessionFields"}) as unknown as TypedDocumentString<SessionFieldsFragment, unknown>;
export const EndsFieldsFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment EndsFields on PredictionEnds {
  succeeded
  failed
  canceled
  aborted
  shared
}
    `, {"fragmentName":"EndsFields"}) as unknown as TypedDocumentString<EndsFieldsFragment, unknown>;
export const PercentileFieldsFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment PercentileFields on RunPercentiles {
  p50
  p95
  p99
}
    `, {"fragmentName":"PercentileFields"}) as unknown as TypedDocumentString<PercentileFieldsFragment, unknown>;
export const PerformanceFieldsFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment PerformanceFields on VersionPerformance {
  to
  isExact
  ends {
    ...EndsFields
  }
  successRate
  queueSeconds {
    ...PercentileFields
  }
  firstTokenSeconds {
    ...PercentileFields
  }
  predictSeconds {
    ...PercentileFields
  }
  totalSeconds {
    ...PercentileFields
  }
  tokensPerSecond {
    ...PercentileFields
  }
  series {
    from
    ends {
      ...EndsFields
    }
    totalSeconds {
      ...PercentileFields
    }
  }
}
    fragment PercentileFields on RunPercentiles {
  p50
  p95
  p99
}
fragment EndsFields on PredictionEnds {
  succeeded
  failed
  canceled
  aborted
  shared
}`, {"fragmentName":"PerformanceFields"}) as unknown as TypedDocumentString<PerformanceFieldsFragment, unknown>;
export const MarkFieldsFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment MarkFields on Prediction {
  id
  isStarred
  publicLink {
    token
    url
    showsInput
  }
}
    `, {"fragmentName":"MarkFields"}) as unknown as TypedDocumentString<MarkFieldsFragment, unknown>;
export const UsageSumFieldsFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment UsageSumFields on UsageSum {
  predictions
  predictSeconds
  inputTokens
  outputTokens
  amount
}
    `, {"fragmentName":"UsageSumFields"}) as unknown as TypedDocumentString<UsageSumFieldsFragment, unknown>;
export const UsageFieldsFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment UsageFields on UsageReport {
  currency
  hasMore
  groups {
    key
    name
    used {
      ...UsageSumFields
    }
  }
  total {
    ...UsageSumFields
  }
}
    fragment UsageSumFields on UsageSum {
  predictions
  predictSeconds
  inputTokens
  outputTokens
  amount
}`, {"fragmentName":"UsageFields"}) as unknown as TypedDocumentString<UsageFieldsFragment, unknown>;
export const PriceListFieldsFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment PriceListFields on PriceList {
  currency
  chargesFailed
  chargesCanceled
  createdAt
  prices {
    unit
    amount
    device
    version {
      id
      slug
    }
  }
}
    `, {"fragmentName":"PriceListFields"}) as unknown as TypedDocumentString<PriceListFieldsFragment, unknown>;
export const AccountDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Account {
  viewer {
    id
    handle
    email
    isAdmin
    createdAt
    apiKeys {
      ...ApiKeyFields
    }
    webhookSecret
    storage {
      usedBytes
      allowedBytes
    }
  }
}
    fragment ApiKeyFields on ApiKey {
  id
  name
  prefix
  scopes
  createdAt
  expiresAt
  lastUsedAt
}`) as unknown as TypedDocumentString<AccountQuery, AccountQueryVariables>;
export const CreateApiKeyDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation CreateApiKey($input: CreateApiKeyInput!) {
  createApiKey(input: $input) {
    __typename
    ... on CreatedApiKey {
      key
      apiKey {
        ...ApiKeyFields
      }
    }
    ... on InvalidInput {
      violations {
        path
        message
      }
    }
    ... on UserError {
      code
      message
    }
  }
}
    fragment ApiKeyFields on ApiKey {
  id
  name
  prefix
  scopes
  createdAt
  expiresAt
  lastUsedAt
}`) as unknown as TypedDocumentString<CreateApiKeyMutation, CreateApiKeyMutationVariables>;
export const RevokeApiKeyDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation RevokeApiKey($input: RevokeApiKeyInput!) {
  revokeApiKey(input: $input) {
    __typename
    ... on UserError {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<RevokeApiKeyMutation, RevokeApiKeyMutationVariables>;
export const ChangePasswordDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation ChangePassword($input: ChangePasswordInput!) {
  changePassword(input: $input) {
    __typename
    ... on Session {
      accessToken
      refreshToken
    }
    ... on InvalidInput {
      violations {
        path
        message
      }
    }
    ... on UserError {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ChangePasswordMutation, ChangePasswordMutationVariables>;
export const LogoutEverywhereDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation LogoutEverywhere {
  logoutEverywhere {
    __typename
    ... on UserError {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<LogoutEverywhereMutation, LogoutEverywhereMutationVariables>;
export const DeliveriesDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Deliveries($first: Int!, $after: String) {
  viewer {
    id
    webhookDeliveries(first: $first, after: $after) {
      nodes {
        ...DeliveryRow
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    fragment DeliveryRow on WebhookDelivery {
  id
  event
  status
  url
  createdAt
  nextAttemptAt
  attempts {
    at
    milliseconds
    statusCode
    error
  }
  prediction {
    id
  }
}`) as unknown as TypedDocumentString<DeliveriesQuery, DeliveriesQueryVariables>;
export const RotateWebhookSecretDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation RotateWebhookSecret {
  rotateWebhookSecret {
    __typename
    ... on WebhookSecretRotation {
      secret
    }
    ... on UserError {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<RotateWebhookSecretMutation, RotateWebhookSecretMutationVariables>;
export const RedeliverWebhookDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation RedeliverWebhook($input: RedeliverWebhookInput!) {
  redeliverWebhook(input: $input) {
    __typename
    ...DeliveryRow
    ... on UserError {
      code
      message
    }
  }
}
    fragment DeliveryRow on WebhookDelivery {
  id
  event
  status
  url
  createdAt
  nextAttemptAt
  attempts {
    at
    milliseconds
    statusCode
    error
  }
  prediction {
    id
  }
}`) as unknown as TypedDocumentString<RedeliverWebhookMutation, RedeliverWebhookMutationVariables>;
export const SystemDocument = /*#__PURE__*/ new TypedDocumentString(`
    query System {
  workers {
    id
    host
    device
    deviceName
    totalBytes
    freeBytes
    modelBytes
    budgetBytes
    versions
    pinnedVersions
    inFlight
    drainedAt
    evictions
    walls {
      name
      isMissing
    }
    brokenPredictors {
      name
      reason
    }
    disks {
      folder
      freeBytes
      totalBytes
      isLow
      waiting
    }
    startedAt
  }
  queues {
    name
    kind
    device
    depth
    oldestWaitingSeconds
    running
    workers
  }
  server {
    version
    health {
      database
      redis
      workers
    }
  }
}
    `) as unknown as TypedDocumentString<SystemQuery, SystemQueryVariables>;
export const ResidentVersionsDocument = /*#__PURE__*/ new TypedDocumentString(`
    query ResidentVersions($ids: [ID!]!) {
  nodes(ids: $ids) {
    __typename
    ... on ModelVersion {
      id
      slug
      model {
        slug
        pausedAt
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ResidentVersionsQuery, ResidentVersionsQueryVariables>;
export const UsersDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Users($first: Int!, $after: String, $filter: UserFilter!) {
  users(first: $first, after: $after, filter: $filter) {
    nodes {
      id
      handle
      email
      isAdmin
      createdAt
      lastSeen
      predictionCount
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    totalCount
  }
}
    `) as unknown as TypedDocumentString<UsersQuery, UsersQueryVariables>;
export const DrainWorkerDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation DrainWorker($input: DrainWorkerInput!) {
  drainWorker(input: $input) {
    ... on UserError {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<DrainWorkerMutation, DrainWorkerMutationVariables>;
export const ResumeWorkerDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation ResumeWorker($input: ResumeWorkerInput!) {
  resumeWorker(input: $input) {
    ... on UserError {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ResumeWorkerMutation, ResumeWorkerMutationVariables>;
export const EvictModelDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation EvictModel($input: EvictModelInput!) {
  evictModel(input: $input) {
    ... on UserError {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<EvictModelMutation, EvictModelMutationVariables>;
export const PinModelDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation PinModel($input: PinModelInput!) {
  pinModel(input: $input) {
    ... on UserError {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<PinModelMutation, PinModelMutationVariables>;
export const UnpinModelDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation UnpinModel($input: UnpinModelInput!) {
  unpinModel(input: $input) {
    ... on UserError {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<UnpinModelMutation, UnpinModelMutationVariables>;
export const PauseModelDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation PauseModel($input: PauseModelInput!) {
  pauseModel(input: $input) {
    ... on UserError {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<PauseModelMutation, PauseModelMutationVariables>;
export const ResumeModelDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation ResumeModel($input: ResumeModelInput!) {
  resumeModel(input: $input) {
    ... on UserError {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ResumeModelMutation, ResumeModelMutationVariables>;
export const PausedModelsDocument = /*#__PURE__*/ new TypedDocumentString(`
    query PausedModels($first: Int!) {
  models(first: $first, filter: {paused: true}) {
    nodes {
      id
      slug
      pausedAt
      pauseReason
    }
    totalCount
  }
}
    `) as unknown as TypedDocumentString<PausedModelsQuery, PausedModelsQueryVariables>;
export const UserDetailsDocument = /*#__PURE__*/ new TypedDocumentString(`
    query UserDetails($id: ID!) {
  node(id: $id) {
    __typename
    ...ManagedUser
  }
}
    fragment ManagedUser on User {
  id
  handle
  deactivatedAt
  isAdmin
  limits {
    weight
    mostWaiting
    mostRunning
    mostWaitingPerModel
  }
  budgets {
    ...BudgetFields
  }
  storage {
    usedBytes
    allowedBytes
  }
}
fragment BudgetFields on Budget {
  apiKey
  period
  currency
  amount
  isHard
  spent
  reserved
  left
  isExceeded
  beginsAt
}`) as unknown as TypedDocumentString<UserDetailsQuery, UserDetailsQueryVariables>;
export const DeactivateUserDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation DeactivateUser($input: DeactivateUserInput!) {
  deactivateUser(input: $input) {
    ... on UserError {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<DeactivateUserMutation, DeactivateUserMutationVariables>;
export const ReactivateUserDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation ReactivateUser($input: ReactivateUserInput!) {
  reactivateUser(input: $input) {
    ... on UserError {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ReactivateUserMutation, ReactivateUserMutationVariables>;
export const DeleteUserDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation DeleteUser($input: DeleteUserInput!) {
  deleteUser(input: $input) {
    ... on UserError {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<DeleteUserMutation, DeleteUserMutationVariables>;
export const SetUserLimitsDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation SetUserLimits($input: SetUserLimitsInput!) {
  setUserLimits(input: $input) {
    ... on UserError {
      code
      message
    }
    ... on InvalidInput {
      violations {
        path
        message
      }
    }
  }
}
    `) as unknown as TypedDocumentString<SetUserLimitsMutation, SetUserLimitsMutationVariables>;
export const SetBudgetDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation SetBudget($input: SetBudgetInput!) {
  setBudget(input: $input) {
    ... on UserError {
      code
      message
    }
    ... on InvalidInput {
      violations {
        path
        message
      }
    }
  }
}
    `) as unknown as TypedDocumentString<SetBudgetMutation, SetBudgetMutationVariables>;
export const InvitationsDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Invitations($first: Int!, $after: String) {
  invitations(first: $first, after: $after) {
    nodes {
      id
      email
      isAdmin
      state
      mailState
      mailError
      createdAt
      expiresAt
      inviter {
        id
        handle
      }
      user {
        id
        handle
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<InvitationsQuery, InvitationsQueryVariables>;
export const InviteUserDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation InviteUser($input: InviteUserInput!) {
  inviteUser(input: $input) {
    __typename
    ... on InvitedUser {
      link
      invitation {
        id
        email
      }
    }
    ... on UserError {
      code
      message
    }
    ... on InvalidInput {
      violations {
        path
        message
      }
    }
  }
}
    `) as unknown as TypedDocumentString<InviteUserMutation, InviteUserMutationVariables>;
export const RevokeInvitationDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation RevokeInvitation($input: RevokeInvitationInput!) {
  revokeInvitation(input: $input) {
    ... on UserError {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<RevokeInvitationMutation, RevokeInvitationMutationVariables>;
export const AuditLogDocument = /*#__PURE__*/ new TypedDocumentString(`
    query AuditLog($first: Int!, $after: String, $filter: AuditEventFilter) {
  auditEvents(first: $first, after: $after, filter: $filter) {
    nodes {
      id
      createdAt
      action
      actor
      door
      address
      subjectType
      subject
      before
      after
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<AuditLogQuery, AuditLogQueryVariables>;
export const ReportsDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Reports($first: Int!, $after: String, $filter: ModelReportFilter) {
  modelReports(first: $first, after: $after, filter: $filter) {
    nodes {
      id
      reasonCode
      text
      createdAt
      closedAt
      note
      model {
        id
        slug
      }
      reporter {
        id
        handle
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<ReportsQuery, ReportsQueryVariables>;
export const CloseModelReportDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation CloseModelReport($input: CloseModelReportInput!) {
  closeModelReport(input: $input) {
    ... on UserError {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<CloseModelReportMutation, CloseModelReportMutationVariables>;
export const PriceListDocument = /*#__PURE__*/ new TypedDocumentString(`
    query PriceList {
  prices {
    ...PriceListFields
  }
}
    fragment PriceListFields on PriceList {
  currency
  chargesFailed
  chargesCanceled
  createdAt
  prices {
    unit
    amount
    device
    version {
      id
      slug
    }
  }
}`) as unknown as TypedDocumentString<PriceListQuery, PriceListQueryVariables>;
export const SetPricesDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation SetPrices($input: SetPricesInput!) {
  setPrices(input: $input) {
    ... on UserError {
      code
      message
    }
    ... on InvalidInput {
      violations {
        path
        message
      }
    }
  }
}
    `) as unknown as TypedDocumentString<SetPricesMutation, SetPricesMutationVariables>;
export const BatchesDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Batches($first: Int!, $after: String) {
  batches(first: $first, after: $after) {
    nodes {
      ...BatchFields
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment BatchFields on Batch {
  id
  status
  counts {
    total
    succeeded
    failed
    canceled
    aborted
    invalid
    deleted
    running
    live
  }
  note
  reason
  createdAt
  completedAt
  cancelRequestedAt
  model {
    id
    slug
  }
  version {
    id
    number
  }
}`) as unknown as TypedDocumentString<BatchesQuery, BatchesQueryVariables>;
export const BatchPageDocument = /*#__PURE__*/ new TypedDocumentString(`
    query BatchPage($id: ID!) {
  batch(id: $id) {
    ...BatchDetails
    invalidLines(first: 20) {
      nodes {
        id
        line
        violations {
          path
          message
        }
      }
    }
  }
}
    fragment BatchFields on Batch {
  id
  status
  counts {
    total
    succeeded
    failed
    canceled
    aborted
    invalid
    deleted
    running
    live
  }
  note
  reason
  createdAt
  completedAt
  cancelRequestedAt
  model {
    id
    slug
  }
  version {
    id
    number
  }
}
fragment BatchDetails on Batch {
  ...BatchFields
  priority
  maxConcurrency
  allOrNothing
  deadlineAt
  dataRemoved
  results
  webhook {
    url
    status
  }
  retryOf {
    id
  }
}`) as unknown as TypedDocumentString<BatchPageQuery, BatchPageQueryVariables>;
export const BatchItemsDocument = /*#__PURE__*/ new TypedDocumentString(`
    query BatchItems($id: ID!, $first: Int!, $after: String, $status: [PredictionStatus!]) {
  batch(id: $id) {
    id
    items(first: $first, after: $after, status: $status) {
      nodes {
        ...PredictionRow
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    fragment PredictionRow on Prediction {
  id
  status
  model {
    id
    slug
    kind
  }
  version {
    id
    number
  }
  input
  files {
    url
    contentType
  }
  error {
    code
    message
  }
  metrics {
    totalSeconds
  }
  createdAt
  isStarred
}`) as unknown as TypedDocumentString<BatchItemsQuery, BatchItemsQueryVariables>;
export const WatchBatchDocument = /*#__PURE__*/ new TypedDocumentString(`
    subscription WatchBatch($id: ID!) {
  batch(id: $id) {
    ...BatchFields
  }
}
    fragment BatchFields on Batch {
  id
  status
  counts {
    total
    succeeded
    failed
    canceled
    aborted
    invalid
    deleted
    running
    live
  }
  note
  reason
  createdAt
  completedAt
  cancelRequestedAt
  model {
    id
    slug
  }
  version {
    id
    number
  }
}`) as unknown as TypedDocumentString<WatchBatchSubscription, WatchBatchSubscriptionVariables>;
export const CreateBatchDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation CreateBatch($input: CreateBatchInput!) {
  createBatch(input: $input) {
    __typename
    ... on Batch {
      id
    }
    ... on InvalidInput {
      violations {
        path
        message
      }
    }
    ... on UserError {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<CreateBatchMutation, CreateBatchMutationVariables>;
export const CancelBatchDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation CancelBatch($input: CancelBatchInput!) {
  cancelBatch(input: $input) {
    __typename
    ...BatchDetails
    ... on UserError {
      code
      message
    }
  }
}
    fragment BatchFields on Batch {
  id
  status
  counts {
    total
    succeeded
    failed
    canceled
    aborted
    invalid
    deleted
    running
    live
  }
  note
  reason
  createdAt
  completedAt
  cancelRequestedAt
  model {
    id
    slug
  }
  version {
    id
    number
  }
}
fragment BatchDetails on Batch {
  ...BatchFields
  priority
  maxConcurrency
  allOrNothing
  deadlineAt
  dataRemoved
  results
  webhook {
    url
    status
  }
  retryOf {
    id
  }
}`) as unknown as TypedDocumentString<CancelBatchMutation, CancelBatchMutationVariables>;
export const RetryFailedBatchDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation RetryFailedBatch($input: RetryFailedBatchInput!) {
  retryFailedBatch(input: $input) {
    __typename
    ... on Batch {
      id
    }
    ... on InvalidInput {
      violations {
        path
        message
      }
    }
    ... on UserError {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<RetryFailedBatchMutation, RetryFailedBatchMutationVariables>;
export const DeleteBatchDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation DeleteBatch($input: DeleteBatchInput!) {
  deleteBatch(input: $input) {
    __typename
    ... on UserError {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<DeleteBatchMutation, DeleteBatchMutationVariables>;
export const ChatModelDocument = /*#__PURE__*/ new TypedDocumentString(`
    query ChatModel($slug: String!) {
  model(slug: $slug) {
    id
    slug
    pausedAt
    pauseReason
    samples {
      id
      input
    }
    latestVersion {
      id
      number
      state
      reason
      inputSchema
      progress {
        phase
        bytes
        totalBytes
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ChatModelQuery, ChatModelQueryVariables>;
export const ChatModelsDocument = /*#__PURE__*/ new TypedDocumentString(`
    query ChatModels($first: Int!) {
  models(first: $first, filter: {category: CHAT}) {
    nodes {
      id
      slug
      description
    }
  }
}
    `) as unknown as TypedDocumentString<ChatModelsQuery, ChatModelsQueryVariables>;
export const SourcesDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Sources {
  server {
    modelKinds {
      name
      kind
    }
  }
}
    `) as unknown as TypedDocumentString<SourcesQuery, SourcesQueryVariables>;
export const HubRepositoryDocument = /*#__PURE__*/ new TypedDocumentString(`
    query HubRepository($repo: String!, $revision: String) {
  hubRepository(repo: $repo, revision: $revision) {
    repo
    commit
    task
    library
    fileCount
    sizeBytes
    weightBytes
    kind
    isAdapter
    problem
  }
}
    `) as unknown as TypedDocumentString<HubRepositoryQuery, HubRepositoryQueryVariables>;
export const BasesDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Bases {
  text: models(first: 50, filter: {kind: TEXT_GENERATION}) {
    nodes {
      ...BaseFields
    }
  }
  image: models(first: 50, filter: {kind: IMAGE_GENERATION}) {
    nodes {
      ...BaseFields
    }
  }
}
    fragment BaseFields on Model {
  id
  slug
  kind
  latestVersion {
    id
    number
    state
    base {
      id
    }
  }
}`) as unknown as TypedDocumentString<BasesQuery, BasesQueryVariables>;
export const CreateModelDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation CreateModel($input: CreateModelInput!) {
  createModel(input: $input) {
    __typename
    ... on Model {
      id
      slug
    }
    ... on UserError {
      code
      message
    }
    ... on InvalidInput {
      violations {
        path
        message
      }
    }
  }
}
    `) as unknown as TypedDocumentString<CreateModelMutation, CreateModelMutationVariables>;
export const PreparationDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Preparation($slug: String!) {
  model(slug: $slug) {
    id
    slug
    latestVersion {
      ...PreparationFields
    }
    versions {
      ...PreparationFields
    }
  }
}
    fragment PreparationFields on ModelVersion {
  id
  number
  state
  reason
  nextTryAt
  sizeBytes
  progress {
    phase
    bytes
    totalBytes
  }
}`) as unknown as TypedDocumentString<PreparationQuery, PreparationQueryVariables>;
export const EditModelDocument = /*#__PURE__*/ new TypedDocumentString(`
    query EditModel($slug: String!) {
  model(slug: $slug) {
    ...ModelCard
    updatedAt
    categories
    languages
    license {
      name
      isSpdx
      url
    }
    starCount
    owner {
      id
      handle
    }
    sharedWith {
      id
      handle
    }
    samples(first: 4) {
      ...SampleFields
    }
    versions {
      ...VersionFields
    }
    traffic {
      weight
      version {
        id
        number
      }
    }
    experiments {
      id
      name
      createdAt
      endedAt
      endReason
    }
    versionAliases {
      alias
      version
    }
  }
}
    fragment ModelCard on Model {
  id
  slug
  name
  kind
  visibility
  description
  tags
  runCount
  latestVersion {
    id
    number
    state
    reason
    nextTryAt
    progress {
      phase
      bytes
      totalBytes
    }
  }
}
fragment SampleFields on Prediction {
  id
  input
  output
  text
  files {
    url
    contentType
    width
    height
  }
}
fragment VersionFields on ModelVersion {
  id
  number
  state
  reason
  nextTryAt
  source
  revision
  sizeBytes
  quantization
  device
  predictor
  engine
  engineReason
  base {
    id
    number
    slug
  }
  createdAt
  inputSchema
  progress {
    phase
    bytes
    totalBytes
  }
}`) as unknown as TypedDocumentString<EditModelQuery, EditModelQueryVariables>;
export const SampleCandidatesDocument = /*#__PURE__*/ new TypedDocumentString(`
    query SampleCandidates($filter: PredictionFilter!) {
  predictions(first: 24, filter: $filter) {
    nodes {
      ...SampleFields
      createdAt
    }
  }
}
    fragment SampleFields on Prediction {
  id
  input
  output
  text
  files {
    url
    contentType
    width
    height
  }
}`) as unknown as TypedDocumentString<SampleCandidatesQuery, SampleCandidatesQueryVariables>;
export const UpdateModelDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation UpdateModel($input: UpdateModelInput!) {
  updateModel(input: $input) {
    __typename
    ... on Model {
      id
      slug
    }
    ... on UserError {
      code
      message
    }
    ... on InvalidInput {
      violations {
        path
        message
      }
    }
  }
}
    `) as unknown as TypedDocumentString<UpdateModelMutation, UpdateModelMutationVariables>;
export const PublishVersionDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation PublishVersion($input: PublishVersionInput!) {
  publishVersion(input: $input) {
    __typename
    ... on ModelVersion {
      id
      number
    }
    ... on UserError {
      code
      message
    }
    ... on InvalidInput {
      violations {
        path
        message
      }
    }
  }
}
    `) as unknown as TypedDocumentString<PublishVersionMutation, PublishVersionMutationVariables>;
export const SetTrafficDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation SetTraffic($input: SetTrafficInput!) {
  setTraffic(input: $input) {
    __typename
    ... on UserError {
      code
      message
    }
    ... on InvalidInput {
      violations {
        path
        message
      }
    }
  }
}
    `) as unknown as TypedDocumentString<SetTrafficMutation, SetTrafficMutationVariables>;
export const SetVersionAliasDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation SetVersionAlias($input: SetVersionAliasInput!) {
  setVersionAlias(input: $input) {
    __typename
    ... on UserError {
      code
      message
    }
    ... on InvalidInput {
      violations {
        path
        message
      }
    }
  }
}
    `) as unknown as TypedDocumentString<SetVersionAliasMutation, SetVersionAliasMutationVariables>;
export const RemoveVersionAliasDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation RemoveVersionAlias($input: RemoveVersionAliasInput!) {
  removeVersionAlias(input: $input) {
    __typename
    ... on UserError {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<RemoveVersionAliasMutation, RemoveVersionAliasMutationVariables>;
export const DeleteModelDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation DeleteModel($input: DeleteModelInput!) {
  deleteModel(input: $input) {
    __typename
    ... on DeletedModel {
      slug
      canceledPredictions
      adapters
    }
    ... on UserError {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<DeleteModelMutation, DeleteModelMutationVariables>;
export const ExperimentsDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Experiments($slug: String!) {
  model(slug: $slug) {
    id
    slug
    experiments {
      id
      name
      createdAt
      endedAt
      endReason
      maxErrorRate
      maxP95Seconds
      shares {
        weight
        version {
          id
          number
        }
      }
      baseline {
        id
        number
      }
      breach {
        version
        limit
        count
        hits
        atLeast
      }
      versionResults {
        isBaseline
        count
        enoughData
        version {
          id
          number
        }
        errorRate {
          ...IntervalFields
        }
        errorRateDifference {
          ...IntervalFields
        }
        queueSeconds {
          p50
          p95
        }
        firstTokenSeconds {
          p50
          p95
        }
        totalSeconds {
          p50
          p95
        }
        outcomes {
          name
          kind
          count
          mean {
            ...IntervalFields
          }
          difference {
            ...IntervalFields
          }
        }
      }
    }
  }
}
    fragment IntervalFields on Interval {
  estimate
  low
  high
}`) as unknown as TypedDocumentString<ExperimentsQuery, ExperimentsQueryVariables>;
export const HistoryDocument = /*#__PURE__*/ new TypedDocumentString(`
    query History($first: Int!, $after: String, $filter: PredictionFilter, $everybody: Boolean!) {
  predictions(first: $first, after: $after, filter: $filter) {
    nodes {
      ...PredictionRow
      user @include(if: $everybody) {
        id
        handle
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment PredictionRow on Prediction {
  id
  status
  model {
    id
    slug
    kind
  }
  version {
    id
    number
  }
  input
  files {
    url
    contentType
  }
  error {
    code
    message
  }
  metrics {
    totalSeconds
  }
  createdAt
  isStarred
}`) as unknown as TypedDocumentString<HistoryQuery, HistoryQueryVariables>;
export const PredictionRowsDocument = /*#__PURE__*/ new TypedDocumentString(`
    subscription PredictionRows($filter: PredictionFilter) {
  predictions(filter: $filter) {
    ...PredictionRow
  }
}
    fragment PredictionRow on Prediction {
  id
  status
  model {
    id
    slug
    kind
  }
  version {
    id
    number
  }
  input
  files {
    url
    contentType
  }
  error {
    code
    message
  }
  metrics {
    totalSeconds
  }
  createdAt
  isStarred
}`) as unknown as TypedDocumentString<PredictionRowsSubscription, PredictionRowsSubscriptionVariables>;
export const GalleryFrontDocument = /*#__PURE__*/ new TypedDocumentString(`
    query GalleryFront {
  featured: models(first: 4, filter: {featured: true}) {
    nodes {
      ...GalleryCard
    }
  }
  trending: models(first: 12, orderBy: {field: TRENDING}) {
    nodes {
      ...GalleryCard
    }
  }
  shown: models(first: 12) {
    nodes {
      ...GalleryCard
    }
  }
  server {
    anonymousPredictions
  }
}
    fragment ModelCard on Model {
  id
  slug
  name
  kind
  visibility
  description
  tags
  runCount
  latestVersion {
    id
    number
    state
    reason
    nextTryAt
    progress {
      phase
      bytes
      totalBytes
    }
  }
}
fragment SampleFields on Prediction {
  id
  input
  output
  text
  files {
    url
    contentType
    width
    height
  }
}
fragment GalleryCard on Model {
  ...ModelCard
  categories
  languages
  license {
    name
  }
  starCount
  samples(first: 1) {
    ...SampleFields
  }
}`) as unknown as TypedDocumentString<GalleryFrontQuery, GalleryFrontQueryVariables>;
export const GalleryDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Gallery($first: Int!, $after: String, $filter: ModelFilter, $orderBy: ModelOrder) {
  models(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
    nodes {
      ...GalleryCard
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment ModelCard on Model {
  id
  slug
  name
  kind
  visibility
  description
  tags
  runCount
  latestVersion {
    id
    number
    state
    reason
    nextTryAt
    progress {
      phase
      bytes
      totalBytes
    }
  }
}
fragment SampleFields on Prediction {
  id
  input
  output
  text
  files {
    url
    contentType
    width
    height
  }
}
fragment GalleryCard on Model {
  ...ModelCard
  categories
  languages
  license {
    name
  }
  starCount
  samples(first: 1) {
    ...SampleFields
  }
}`) as unknown as TypedDocumentString<GalleryQuery, GalleryQueryVariables>;
export const ModelPageDocument = /*#__PURE__*/ new TypedDocumentString(`
    query ModelPage($slug: String!) {
  model(slug: $slug) {
    ...ModelCard
    categories
    languages
    license {
      name
      url
    }
    starCount
    isStarred
    pausedAt
    pauseReason
    owner {
      id
      handle
    }
    forkedFrom {
      id
      slug
    }
    versionAliases {
      alias
      version
    }
    samples(first: 4) {
      ...SampleFields
    }
    versions {
      ...VersionFields
    }
    variables {
      name
      kind
      value
      updatedAt
    }
  }
}
    fragment ModelCard on Model {
  id
  slug
  name
  kind
  visibility
  description
  tags
  runCount
  latestVersion {
    id
    number
    state
    reason
    nextTryAt
    progress {
      phase
      bytes
      totalBytes
    }
  }
}
fragment SampleFields on Prediction {
  id
  input
  output
  text
  files {
    url
    contentType
    width
    height
  }
}
fragment VersionFields on ModelVersion {
  id
  number
  state
  reason
  nextTryAt
  source
  revision
  sizeBytes
  quantization
  device
  predictor
  engine
  engineReason
  base {
    id
    number
    slug
  }
  createdAt
  inputSchema
  progress {
    phase
    bytes
    totalBytes
  }
}`) as unknown as TypedDocumentString<ModelPageQuery, ModelPageQueryVariables>;
export const SetModelVariableDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation SetModelVariable($input: SetModelVariableInput!) {
  setModelVariable(input: $input) {
    ... on UserError {
      code
      message
    }
    ... on InvalidInput {
      violations {
        path
        message
      }
    }
  }
}
    `) as unknown as TypedDocumentString<SetModelVariableMutation, SetModelVariableMutationVariables>;
export const RemoveModelVariableDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation RemoveModelVariable($input: RemoveModelVariableInput!) {
  removeModelVariable(input: $input) {
    ... on UserError {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<RemoveModelVariableMutation, RemoveModelVariableMutationVariables>;
export const StarModelDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation StarModel($input: StarModelInput!) {
  starModel(input: $input) {
    __typename
    ... on Model {
      id
      starCount
      isStarred
    }
    ... on UserError {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<StarModelMutation, StarModelMutationVariables>;
export const UnstarModelDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation UnstarModel($input: UnstarModelInput!) {
  unstarModel(input: $input) {
    __typename
    ... on Model {
      id
      starCount
      isStarred
    }
    ... on UserError {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<UnstarModelMutation, UnstarModelMutationVariables>;
export const ForkModelDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation ForkModel($input: ForkModelInput!) {
  forkModel(input: $input) {
    __typename
    ... on Model {
      id
      slug
    }
    ... on UserError {
      code
      message
    }
    ... on InvalidInput {
      violations {
        path
        message
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ForkModelMutation, ForkModelMutationVariables>;
export const ReportModelDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation ReportModel($input: ReportModelInput!) {
  reportModel(input: $input) {
    __typename
    ... on UserError {
      code
      message
    }
    ... on InvalidInput {
      violations {
        path
        message
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ReportModelMutation, ReportModelMutationVariables>;
export const PrepareAgainDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation PrepareAgain($input: PrepareAgainInput!) {
  prepareAgain(input: $input) {
    __typename
    ... on ModelVersion {
      id
      number
      state
    }
    ... on UserError {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<PrepareAgainMutation, PrepareAgainMutationVariables>;
export const ViewerDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Viewer {
  viewer {
    id
    handle
    isAdmin
  }
  server {
    version
    registration
    usersAddModels
    passwordResets
    singleSignOn {
      name
    }
  }
  prices {
    currency
  }
}
    `) as unknown as TypedDocumentString<ViewerQuery, ViewerQueryVariables>;
export const EstimateRunDocument = /*#__PURE__*/ new TypedDocumentString(`
    query EstimateRun($input: CreatePredictionInput!) {
  estimateCost(input: $input) {
    most
    currency
  }
}
    `) as unknown as TypedDocumentString<EstimateRunQuery, EstimateRunQueryVariables>;
export const PredictionDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Prediction($id: ID!) {
  prediction(id: $id) {
    ...PredictionFields
  }
}
    fragment MetricsFields on PredictionMetrics {
  queueSeconds
  loadSeconds
  predictSeconds
  totalSeconds
  timeToFirstTokenSeconds
  inputTokens
  outputTokens
  tokensPerSecond
  steps
  custom
}
fragment PredictionFields on Prediction {
  id
  status
  model {
    id
    slug
    kind
  }
  version {
    id
    number
  }
  input
  output
  text
  files {
    url
    contentType
    bytes
    width
    height
  }
  error {
    code
    message
  }
  logs
  progress {
    step
    total
    fraction
    etaSeconds
  }
  metrics {
    ...MetricsFields
  }
  attempts
  seed
  createdAt
  startedAt
}`) as unknown as TypedDocumentString<PredictionQuery, PredictionQueryVariables>;
export const PredictionPageDocument = /*#__PURE__*/ new TypedDocumentString(`
    query PredictionPage($id: ID!) {
  prediction(id: $id) {
    ...PredictionFields
    version {
      state
      inputSchema
    }
  }
}
    fragment MetricsFields on PredictionMetrics {
  queueSeconds
  loadSeconds
  predictSeconds
  totalSeconds
  timeToFirstTokenSeconds
  inputTokens
  outputTokens
  tokensPerSecond
  steps
  custom
}
fragment PredictionFields on Prediction {
  id
  status
  model {
    id
    slug
    kind
  }
  version {
    id
    number
  }
  input
  output
  text
  files {
    url
    contentType
    bytes
    width
    height
  }
  error {
    code
    message
  }
  logs
  progress {
    step
    total
    fraction
    etaSeconds
  }
  metrics {
    ...MetricsFields
  }
  attempts
  seed
  createdAt
  startedAt
}`) as unknown as TypedDocumentString<PredictionPageQuery, PredictionPageQueryVariables>;
export const CreatePredictionDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation CreatePrediction($input: CreatePredictionInput!) {
  createPrediction(input: $input) {
    __typename
    ...PredictionFields
    ... on UserError {
      code
      message
    }
    ... on InvalidInput {
      violations {
        path
        message
        code
      }
    }
  }
}
    fragment MetricsFields on PredictionMetrics {
  queueSeconds
  loadSeconds
  predictSeconds
  totalSeconds
  timeToFirstTokenSeconds
  inputTokens
  outputTokens
  tokensPerSecond
  steps
  custom
}
fragment PredictionFields on Prediction {
  id
  status
  model {
    id
    slug
    kind
  }
  version {
    id
    number
  }
  input
  output
  text
  files {
    url
    contentType
    bytes
    width
    height
  }
  error {
    code
    message
  }
  logs
  progress {
    step
    total
    fraction
    etaSeconds
  }
  metrics {
    ...MetricsFields
  }
  attempts
  seed
  createdAt
  startedAt
}`) as unknown as TypedDocumentString<CreatePredictionMutation, CreatePredictionMutationVariables>;
export const RetryPredictionDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation RetryPrediction($input: RetryPredictionInput!) {
  retryPrediction(input: $input) {
    __typename
    ...PredictionFields
    ... on UserError {
      code
      message
    }
    ... on InvalidInput {
      violations {
        path
        message
        code
      }
    }
  }
}
    fragment MetricsFields on PredictionMetrics {
  queueSeconds
  loadSeconds
  predictSeconds
  totalSeconds
  timeToFirstTokenSeconds
  inputTokens
  outputTokens
  tokensPerSecond
  steps
  custom
}
fragment PredictionFields on Prediction {
  id
  status
  model {
    id
    slug
    kind
  }
  version {
    id
    number
  }
  input
  output
  text
  files {
    url
    contentType
    bytes
    width
    height
  }
  error {
    code
    message
  }
  logs
  progress {
    step
    total
    fraction
    etaSeconds
  }
  metrics {
    ...MetricsFields
  }
  attempts
  seed
  createdAt
  startedAt
}`) as unknown as TypedDocumentString<RetryPredictionMutation, RetryPredictionMutationVariables>;
export const CancelPredictionDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation CancelPrediction($input: CancelPredictionInput!) {
  cancelPrediction(input: $input) {
    __typename
    ... on Prediction {
      id
      status
    }
    ... on UserError {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<CancelPredictionMutation, CancelPredictionMutationVariables>;
export const LoginDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation Login($input: LoginInput!) {
  login(input: $input) {
    __typename
    ...SessionFields
    ... on UserError {
      code
      message
    }
  }
}
    fragment SessionFields on Session {
  accessToken
  refreshToken
  user {
    id
    handle
  }
}`) as unknown as TypedDocumentString<LoginMutation, LoginMutationVariables>;
export const RegisterDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation Register($input: RegisterInput!) {
  register(input: $input) {
    __typename
    ...SessionFields
    ... on UserError {
      code
      message
    }
    ... on InvalidInput {
      violations {
        path
        message
        code
      }
    }
  }
}
    fragment SessionFields on Session {
  accessToken
  refreshToken
  user {
    id
    handle
  }
}`) as unknown as TypedDocumentString<RegisterMutation, RegisterMutationVariables>;
export const PredictionEventsDocument = /*#__PURE__*/ new TypedDocumentString(`
    subscription PredictionEvents($id: ID!, $after: String) {
  predictionEvents(id: $id, after: $after) {
    __typename
    cursor
    seq
    at
    ... on PredictionSnapshot {
      attempt
      prediction {
        ...PredictionFields
      }
    }
    ... on ModelLoading {
      phase
      bytes
      totalBytes
    }
    ... on StatusChanged {
      status
      prediction {
        ...PredictionFields
      }
    }
    ... on OutputAppended {
      text
      chunk
      index
      choice
    }
    ... on Progressed {
      step
      total
      fraction
      etaSeconds
    }
    ... on PreviewReady {
      image
      width
      height
      step
    }
    ... on QueueMoved {
      queue {
        position
        reason
        etaSeconds {
          p50
        }
      }
    }
    ... on Logged {
      line
    }
    ... on EventsLost {
      after
    }
  }
}
    fragment MetricsFields on PredictionMetrics {
  queueSeconds
  loadSeconds
  predictSeconds
  totalSeconds
  timeToFirstTokenSeconds
  inputTokens
  outputTokens
  tokensPerSecond
  steps
  custom
}
fragment PredictionFields on Prediction {
  id
  status
  model {
    id
    slug
    kind
  }
  version {
    id
    number
  }
  input
  output
  text
  files {
    url
    contentType
    bytes
    width
    height
  }
  error {
    code
    message
  }
  logs
  progress {
    step
    total
    fraction
    etaSeconds
  }
  metrics {
    ...MetricsFields
  }
  attempts
  seed
  createdAt
  startedAt
}`) as unknown as TypedDocumentString<PredictionEventsSubscription, PredictionEventsSubscriptionVariables>;
export const UploadDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Upload($uri: String!) {
  upload(uri: $uri) {
    url: fileUrl
    contentType
  }
}
    `) as unknown as TypedDocumentString<UploadQuery, UploadQueryVariables>;
export const CreateUploadDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation CreateUpload($input: CreateUploadInput!) {
  createUpload(input: $input) {
    __typename
    ... on Upload {
      uri
      url
    }
    ... on InvalidInput {
      violations {
        path
        message
      }
    }
    ... on UserError {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<CreateUploadMutation, CreateUploadMutationVariables>;
export const OwnerPageDocument = /*#__PURE__*/ new TypedDocumentString(`
    query OwnerPage($handle: String!, $first: Int!, $after: String, $orderBy: ModelOrder) {
  owner(handle: $handle) {
    user {
      id
      handle
      createdAt
    }
    modelCount
    starCount
    runCount
    models(first: $first, after: $after, orderBy: $orderBy) {
      nodes {
        ...GalleryCard
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    fragment ModelCard on Model {
  id
  slug
  name
  kind
  visibility
  description
  tags
  runCount
  latestVersion {
    id
    number
    state
    reason
    nextTryAt
    progress {
      phase
      bytes
      totalBytes
    }
  }
}
fragment SampleFields on Prediction {
  id
  input
  output
  text
  files {
    url
    contentType
    width
    height
  }
}
fragment GalleryCard on Model {
  ...ModelCard
  categories
  languages
  license {
    name
  }
  starCount
  samples(first: 1) {
    ...SampleFields
  }
}`) as unknown as TypedDocumentString<OwnerPageQuery, OwnerPageQueryVariables>;
export const VersionNumbersDocument = /*#__PURE__*/ new TypedDocumentString(`
    query VersionNumbers($slug: String!) {
  model(slug: $slug) {
    id
    versions {
      id
      number
    }
  }
}
    `) as unknown as TypedDocumentString<VersionNumbersQuery, VersionNumbersQueryVariables>;
export const PerformanceDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Performance($id: ID!, $from: DateTime!, $to: DateTime!) {
  node(id: $id) {
    __typename
    ... on ModelVersion {
      id
      performance(from: $from, to: $to) {
        ...PerformanceFields
      }
    }
  }
}
    fragment PerformanceFields on VersionPerformance {
  to
  isExact
  ends {
    ...EndsFields
  }
  successRate
  queueSeconds {
    ...PercentileFields
  }
  firstTokenSeconds {
    ...PercentileFields
  }
  predictSeconds {
    ...PercentileFields
  }
  totalSeconds {
    ...PercentileFields
  }
  tokensPerSecond {
    ...PercentileFields
  }
  series {
    from
    ends {
      ...EndsFields
    }
    totalSeconds {
      ...PercentileFields
    }
  }
}
fragment PercentileFields on RunPercentiles {
  p50
  p95
  p99
}
fragment EndsFields on PredictionEnds {
  succeeded
  failed
  canceled
  aborted
  shared
}`) as unknown as TypedDocumentString<PerformanceQuery, PerformanceQueryVariables>;
export const PicturesDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Pictures($first: Int!, $after: String, $filter: PredictionFilter) {
  predictions(first: $first, after: $after, filter: $filter) {
    nodes {
      id
      seed
      input
      createdAt
      model {
        id
        slug
      }
      files {
        url
        contentType
        bytes
        width
        height
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<PicturesQuery, PicturesQueryVariables>;
export const PredictionNotesDocument = /*#__PURE__*/ new TypedDocumentString(`
    query PredictionNotes($id: ID!) {
  viewer {
    id
  }
  prediction(id: $id) {
    id
    user {
      id
    }
    ...MarkFields
    retryOf {
      id
      input
      version {
        id
        number
      }
    }
    outcomes {
      name
      value
    }
    cost {
      amount
      currency
    }
  }
}
    fragment MarkFields on Prediction {
  id
  isStarred
  publicLink {
    token
    url
    showsInput
  }
}`) as unknown as TypedDocumentString<PredictionNotesQuery, PredictionNotesQueryVariables>;
export const RecordOutcomeDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation RecordOutcome($input: RecordOutcomeInput!) {
  recordOutcome(input: $input) {
    __typename
    ... on Outcome {
      name
      value
    }
    ... on UserError {
      code
      message
    }
    ... on InvalidInput {
      violations {
        path
        message
      }
    }
  }
}
    `) as unknown as TypedDocumentString<RecordOutcomeMutation, RecordOutcomeMutationVariables>;
export const DeletePredictionsDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation DeletePredictions($input: DeletePredictionsInput!) {
  deletePredictions(input: $input) {
    __typename
    ... on DeletedPredictions {
      deleted
      pending
      missing
    }
    ... on UserError {
      code
      message
    }
    ... on InvalidInput {
      violations {
        path
        message
      }
    }
  }
}
    `) as unknown as TypedDocumentString<DeletePredictionsMutation, DeletePredictionsMutationVariables>;
export const RerunDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation Rerun($input: RerunInput!) {
  rerun(input: $input) {
    __typename
    ...PredictionFields
    ... on UserError {
      code
      message
    }
    ... on InvalidInput {
      violations {
        path
        message
        code
      }
    }
  }
}
    fragment MetricsFields on PredictionMetrics {
  queueSeconds
  loadSeconds
  predictSeconds
  totalSeconds
  timeToFirstTokenSeconds
  inputTokens
  outputTokens
  tokensPerSecond
  steps
  custom
}
fragment PredictionFields on Prediction {
  id
  status
  model {
    id
    slug
    kind
  }
  version {
    id
    number
  }
  input
  output
  text
  files {
    url
    contentType
    bytes
    width
    height
  }
  error {
    code
    message
  }
  logs
  progress {
    step
    total
    fraction
    etaSeconds
  }
  metrics {
    ...MetricsFields
  }
  attempts
  seed
  createdAt
  startedAt
}`) as unknown as TypedDocumentString<RerunMutation, RerunMutationVariables>;
export const RefreshSessionDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation RefreshSession($input: RefreshSessionInput!) {
  refreshSession(input: $input) {
    __typename
    ... on Session {
      accessToken
      refreshToken
    }
    ... on UserError {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<RefreshSessionMutation, RefreshSessionMutationVariables>;
export const LogoutDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation Logout($input: LogoutInput!) {
  logout(input: $input) {
    sessions
    providerLogoutUrl
  }
}
    `) as unknown as TypedDocumentString<LogoutMutation, LogoutMutationVariables>;
export const AcceptInvitationDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation AcceptInvitation($input: AcceptInvitationInput!) {
  acceptInvitation(input: $input) {
    __typename
    ...SessionFields
    ... on InvalidInput {
      violations {
        message
      }
    }
    ... on UserError {
      code
      message
    }
  }
}
    fragment SessionFields on Session {
  accessToken
  refreshToken
  user {
    id
    handle
  }
}`) as unknown as TypedDocumentString<AcceptInvitationMutation, AcceptInvitationMutationVariables>;
export const RequestPasswordResetDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation RequestPasswordReset($input: RequestPasswordResetInput!) {
  requestPasswordReset(input: $input) {
    __typename
    ... on InvalidInput {
      violations {
        message
      }
    }
    ... on UserError {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<RequestPasswordResetMutation, RequestPasswordResetMutationVariables>;
export const ResetPasswordDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation ResetPassword($input: ResetPasswordInput!) {
  resetPassword(input: $input) {
    __typename
    ...SessionFields
    ... on InvalidInput {
      violations {
        message
      }
    }
    ... on UserError {
      code
      message
    }
  }
}
    fragment SessionFields on Session {
  accessToken
  refreshToken
  user {
    id
    handle
  }
}`) as unknown as TypedDocumentString<ResetPasswordMutation, ResetPasswordMutationVariables>;
export const BeginSignInDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation BeginSignIn {
  beginSignIn {
    __typename
    ... on SignInStart {
      url
      secret
    }
    ... on UserError {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<BeginSignInMutation, BeginSignInMutationVariables>;
export const FinishSignInDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation FinishSignIn($input: FinishSignInInput!) {
  finishSignIn(input: $input) {
    __typename
    ...SessionFields
    ... on UserError {
      code
      message
    }
  }
}
    fragment SessionFields on Session {
  accessToken
  refreshToken
  user {
    id
    handle
  }
}`) as unknown as TypedDocumentString<FinishSignInMutation, FinishSignInMutationVariables>;
export const StarPredictionDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation StarPrediction($input: StarPredictionInput!) {
  starPrediction(input: $input) {
    __typename
    ...MarkFields
    ... on UserError {
      code
      message
    }
  }
}
    fragment MarkFields on Prediction {
  id
  isStarred
  publicLink {
    token
    url
    showsInput
  }
}`) as unknown as TypedDocumentString<StarPredictionMutation, StarPredictionMutationVariables>;
export const UnstarPredictionDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation UnstarPrediction($input: UnstarPredictionInput!) {
  unstarPrediction(input: $input) {
    __typename
    ...MarkFields
    ... on UserError {
      code
      message
    }
  }
}
    fragment MarkFields on Prediction {
  id
  isStarred
  publicLink {
    token
    url
    showsInput
  }
}`) as unknown as TypedDocumentString<UnstarPredictionMutation, UnstarPredictionMutationVariables>;
export const SharePredictionDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation SharePrediction($input: SharePredictionInput!) {
  sharePrediction(input: $input) {
    __typename
    ...MarkFields
    ... on UserError {
      code
      message
    }
  }
}
    fragment MarkFields on Prediction {
  id
  isStarred
  publicLink {
    token
    url
    showsInput
  }
}`) as unknown as TypedDocumentString<SharePredictionMutation, SharePredictionMutationVariables>;
export const UnsharePredictionDocument = /*#__PURE__*/ new TypedDocumentString(`
    mutation UnsharePrediction($input: UnsharePredictionInput!) {
  unsharePrediction(input: $input) {
    __typename
    ...MarkFields
    ... on UserError {
      code
      message
    }
  }
}
    fragment MarkFields on Prediction {
  id
  isStarred
  publicLink {
    token
    url
    showsInput
  }
}`) as unknown as TypedDocumentString<UnsharePredictionMutation, UnsharePredictionMutationVariables>;
export const PublicPredictionDocument = /*#__PURE__*/ new TypedDocumentString(`
    query PublicPrediction($token: String!) {
  publicPrediction(token: $token) {
    status
    sharedBy
    sharedAt
    createdAt
    model {
      id
      slug
    }
    input
    output
    text
    files {
      url
      contentType
      bytes
      width
      height
    }
  }
}
    `) as unknown as TypedDocumentString<PublicPredictionQuery, PublicPredictionQueryVariables>;
export const OwnUsageDocument = /*#__PURE__*/ new TypedDocumentString(`
    query OwnUsage($from: DateTime!, $to: DateTime!, $groupBy: UsageGrouping!) {
  viewer {
    id
    usage(from: $from, to: $to, groupBy: $groupBy) {
      ...UsageFields
    }
  }
}
    fragment UsageFields on UsageReport {
  currency
  hasMore
  groups {
    key
    name
    used {
      ...UsageSumFields
    }
  }
  total {
    ...UsageSumFields
  }
}
fragment UsageSumFields on UsageSum {
  predictions
  predictSeconds
  inputTokens
  outputTokens
  amount
}`) as unknown as TypedDocumentString<OwnUsageQuery, OwnUsageQueryVariables>;
export const AllUsageDocument = /*#__PURE__*/ new TypedDocumentString(`
    query AllUsage($from: DateTime!, $to: DateTime!, $groupBy: UsageGrouping!, $user: String) {
  usage(from: $from, to: $to, groupBy: $groupBy, user: $user) {
    ...UsageFields
  }
}
    fragment UsageFields on UsageReport {
  currency
  hasMore
  groups {
    key
    name
    used {
      ...UsageSumFields
    }
  }
  total {
    ...UsageSumFields
  }
}
fragment UsageSumFields on UsageSum {
  predictions
  predictSeconds
  inputTokens
  outputTokens
  amount
}`) as unknown as TypedDocumentString<AllUsageQuery, AllUsageQueryVariables>;
export const OwnBudgetsDocument = /*#__PURE__*/ new TypedDocumentString(`
    query OwnBudgets {
  viewer {
    id
    budgets {
      ...BudgetFields
    }
    apiKeys {
      id
      name
    }
  }
  prices {
    ...PriceListFields
  }
}
    fragment BudgetFields on Budget {
  apiKey
  period
  currency
  amount
  isHard
  spent
  reserved
  left
  isExceeded
  beginsAt
}
fragment PriceListFields on PriceList {
  currency
  chargesFailed
  chargesCanceled
  createdAt
  prices {
    unit
    amount
    device
    version {
      id
      slug
    }
  }
}`) as unknown as TypedDocumentString<OwnBudgetsQuery, OwnBudgetsQueryVariables>;