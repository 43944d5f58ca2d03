"""Domain enums as GraphQL enums, with a description of every value."""

from __future__ import annotations

from enum import Enum
from typing import Any, TypeVar

import strawberry

from server.domain.api_keys import Scope
from server.domain.audit import AuditAction, AuditDoor
from server.domain.audit import SubjectType as AuditSubjectType
from server.domain.batches import BatchStatus, BatchWebhookState
from server.domain.budgets import BudgetPeriod
from server.domain.experiments import ExperimentEnd, OutcomeKind
from server.domain.forecast import QueueReason
from server.domain.mails import InvitationState, MailState
from server.domain.model_cards import ModelCategory
from server.domain.model_memory import MemoryAction, MemoryRequestState
from server.domain.model_reports import ReportReason
from server.domain.models import (
    CpuOffload,
    DeviceClass,
    DeviceMap,
    Dtype,
    Engine,
    ModelKind,
    Quantization,
    VersionState,
    Visibility,
)
from server.domain.orders import ModelOrderField, OrderDirection
from server.domain.predictions import PredictionErrorCode, PredictionStatus, Priority
from server.domain.prices import PriceUnit
from server.domain.text_output import FinishReason
from server.domain.usage import UsageGrouping
from server.domain.variables import VariableKind
from server.domain.webhooks import DeliveryState as WebhookDeliveryStatus
from server.domain.webhooks import WebhookEvent

__all__ = [
    "AuditAction",
    "AuditDoor",
    "AuditSubjectType",
    "BatchStatus",
    "BatchWebhookState",
    "BudgetPeriod",
    "CpuOffload",
    "DeviceClass",
    "DeviceMap",
    "Dtype",
    "Engine",
    "ExperimentEnd",
    "FinishReason",
    "InvitationState",
    "MailState",
    "MemoryAction",
    "MemoryRequestState",
    "ModelCategory",
    "ModelKind",
    "ModelOrderField",
    "OrderDirection",
    "OutcomeKind",
    "PredictionErrorCode",
    "PredictionStatus",
    "PriceUnit",
    "Priority",
    "Quantization",
    "QueueReason",
    "ReportReason",
    "Scope",
    "UsageGrouping",
    "VariableKind",
    "VersionState",
    "Visibility",
    "WebhookDeliveryStatus",
    "WebhookEvent",
]

E = TypeVar("E", bound=Enum)


def describe(enum: type[E], description: str, values: dict[str, str], name: str | None = None) -> None:
    """Declare an enum for the schema; `values` describes every value by name."""
    declared: Any = strawberry.enum(enum, name=name, description=description)
    for value in declared.__strawberry_definition__.values:
        value.description = values[value.name]


describe(
    ModelKind,
    "Kind of a model.",
    {
        "TEXT_GENERATION": "Generates text with a transformers model.",
        "IMAGE_GENERATION": "Generates images with a diffusers pipeline.",
        "CUSTOM": "Runs any other predictor of the workers.",
    },
)
describe(
    ExperimentEnd,
    "Why an experiment ended.",
    {
        "STOPPED": "Its owner set no traffic any more.",
        "REPLACED": "Its owner set other traffic.",
        "GUARDRAIL": "A version passed a limit, and the traffic returned to the baseline.",
    },
    name="ExperimentEndReason",
)
describe(
    OutcomeKind,
    "What the values of an outcome are.",
    {"RATE": "0 and 1 alone.", "MEAN": "Any numbers."},
)
describe(
    PriceUnit,
    "What a price is for.",
    {
        "SECOND": "A second of running, without waiting and loading.",
        "INPUT_TOKEN": "A token of the prompt.",
        "OUTPUT_TOKEN": "A generated token.",
        "PICTURE": "A picture among the output files.",
        "MEGAPIXEL_STEP": "A step over a million pixels, of all pictures together.",
    },
)
describe(
    BudgetPeriod,
    "For how long a budget is.",
    {"MONTH": "A month in UTC; what is spent begins anew with the next.", "TOTAL": "For good."},
)
describe(
    UsageGrouping,
    "By what usage is added up.",
    {
        "DAY": "By the day in UTC on which predictions ended.",
        "MODEL": "By the model that they ran.",
        "KEY": "By the API key that they were asked for with.",
        "USER": "By whose they are.",
    },
)
describe(
    VariableKind,
    "Kind of a model's variable.",
    {"VARIABLE": "Its value can be read again by the owner.", "SECRET": "Nobody reads its value again."},
    name="ModelVariableKind",
)
describe(
    Visibility,
    "Who can see a model.",
    {"PUBLIC": "Everyone.", "PRIVATE": "Only its owner, those with whom it is shared, and administrators."},
)
describe(
    ModelOrderField,
    "Field that a list of models is sorted by.",
    {
        "CREATED_AT": "Time of creation.",
        "UPDATED_AT": "Time of the last change.",
        "NAME": "Name.",
        "STARS": "Number of stars.",
        "TRENDING": "How many users ran it on each of the last 7 days, where a day counts half as much as the one two "
        "days later. A user counts once a day; the owner and callers without an account do not count.",
    },
)
describe(
    ModelCategory,
    "What a model is for.",
    {
        "TEXT_GENERATION": "Goes on with a text.",
        "CHAT": "Answers messages.",
        "TRANSLATION": "Translates texts.",
        "CLASSIFICATION": "Tells which of some labels a text, or its words, have.",
        "EMBEDDINGS": "Makes vectors of texts.",
        "RERANKING": "Tells how well documents suit a question.",
        "IMAGE_GENERATION": "Makes or changes pictures.",
        "VISION": "Tells what is in pictures.",
        "MULTIMODAL": "Reads pictures, sounds or videos, and writes texts.",
        "SPEECH": "Writes down what is spoken, or speaks.",
        "AUDIO": "Makes sounds, or tells what they are.",
    },
)
describe(
    ReportReason,
    "Why a model is reported.",
    {
        "HARMFUL": "It harms people, or is made to.",
        "ILLEGAL": "It breaks a law.",
        "COPYRIGHT": "It has what belongs to somebody else, or breaks a license.",
        "PERSONAL_DATA": "It shows personal data.",
        "MISLEADING": "It is not what it says.",
        "SPAM": "It is advertising, or one of many.",
        "OTHER": "Another reason, which the text says.",
    },
    name="ModelReportReason",
)
describe(
    OrderDirection,
    "Direction of sorting.",
    {"ASC": "Smallest or oldest first.", "DESC": "Largest or newest first."},
)
describe(
    Scope,
    "What an API key may do; no scope includes another.",
    {
        "READ": "Read what its owner can see: private models, predictions, files, deliveries and events.",
        "RUN": "Create, retry, rerun and cancel predictions and batches, record outcomes of them, create uploads of "
        "input files, and redeliver webhooks.",
        "WRITE": "Create, update, fork, delete, star, unstar and report models, set and remove their variables and "
        "aliases, set their traffic, publish versions and prepare them again, star, unstar, share, unshare and delete "
        "predictions, delete batches, and purge results.",
        "ADMIN": "Act with its owner's administrator rights, within its other scopes: deactivate, reactivate and "
        "delete users, set their limits and budgets, and prices, pause, resume, warm, evict, pin, unpin, feature and "
        "unfeature models, close reports of them, drain and resume workers, and requeue predictions.",
    },
)
describe(
    AuditAction,
    "An act that the audit log tells.",
    {
        "ADMIN_CREATED": "An administrator was created.",
        "USER_INVITED": "An administrator or operator invited somebody.",
        "INVITATION_REVOKED": "An administrator revoked an invitation.",
        "INVITATION_ACCEPTED": "Somebody made an account by an invitation.",
        "RESET_LINK_CREATED": "An operator was given a link by which a user can set another password.",
        "PASSWORD_RESET": "A user set another password by a link.",
        "PROVIDER_REGISTERED": "The provider of single sign-on vouched for somebody, who got an account.",
        "PROVIDER_LINKED": "The provider vouched for somebody, who took over the account with their address.",
        "PROVIDER_CHANGED_ROLE": "The provider's group made a user an administrator, or no longer one.",
        "USER_DEACTIVATED": "A user was deactivated.",
        "USER_REACTIVATED": "A user was reactivated.",
        "USER_DELETED": "A user was deleted.",
        "PASSWORD_CHANGED": "A user changed their password.",
        "SESSIONS_ENDED": "A user signed out everywhere.",
        "API_KEY_CREATED": "An API key was created.",
        "API_KEY_REVOKED": "An API key was revoked.",
        "WEBHOOK_SECRET_ROTATED": "The secret that signs a user's webhooks was rotated.",
        "MODEL_UPDATED": "Who sees a model was changed, or something of a model by somebody who is not its owner.",
        "MODEL_DELETED": "A model was deleted.",
        "MODEL_PAUSED": "A model was paused.",
        "MODEL_RESUMED": "A model was resumed.",
        "MODEL_WARMED": "A worker was told to load a model.",
        "MODEL_EVICTED": "Workers were told to unload a model.",
        "MODEL_PINNED": "A model was to stay in memory.",
        "MODEL_UNPINNED": "A model was no longer to stay in memory.",
        "MODEL_FEATURED": "A model was featured in the gallery.",
        "MODEL_UNFEATURED": "A model was featured no longer.",
        "MODEL_REPORT_CLOSED": "An administrator closed a report of a model.",
        "TRAFFIC_SET": "The predictions of a model were divided among its versions.",
        "TRAFFIC_RETURNED": "A guardrail returned the traffic of a model to the baseline.",
        "VERSION_ALIAS_SET": "A version of a model was named, or lost a name.",
        "WORKER_DRAINED": "A worker was told to claim nothing more.",
        "WORKER_RESUMED": "A drained worker was told to claim again.",
        "PREDICTION_REQUEUED": "A prediction that the server had failed was run again.",
        "PREDICTIONS_REQUEUED": "Several predictions that the server had failed were run again.",
        "USER_LIMITS_SET": "A user's weight or limits were set.",
        "PRICES_SET": "Prices of predictions were set.",
        "BUDGET_SET": "A budget of a user or an API key was set or removed.",
        "RESULTS_PURGED": "Shared results were purged.",
        "PREDICTIONS_DELETED": "An administrator deleted predictions of others.",
        "BATCH_DELETED": "An administrator deleted a batch of somebody else, with its items.",
    },
)
describe(
    AuditDoor,
    "How a caller came in.",
    {
        "GRAPHQL": "Over GraphQL.",
        "REST": "Over REST, in Replicate's form or OpenAI's.",
        "SINGLE_SIGN_ON": "By the provider of single sign-on.",
        "COMMAND_LINE": "By a command on the server's machine.",
        "SERVER": "The server did it by itself.",
    },
)
describe(
    AuditSubjectType,
    "Type of what an act was done to.",
    {
        "USER": "A user.",
        "API_KEY": "An API key.",
        "INVITATION": "An invitation.",
        "MODEL": "A model.",
        "PREDICTION": "A prediction.",
        "BATCH": "A batch.",
        "WORKER": "A worker.",
        "SERVER": "The server, or all of its results.",
    },
    name="AuditSubjectType",
)
describe(
    MemoryAction,
    "What is to become of a version in a worker's memory.",
    {"LOAD": "It is to be loaded.", "UNLOAD": "It is to be unloaded, once what runs on it has ended."},
)
describe(
    MemoryRequestState,
    "State of a request to a worker's memory.",
    {
        "REQUESTED": "The worker has not begun.",
        "RUNNING": "The worker loads it, or waits for what runs on it.",
        "SUCCEEDED": "It was loaded or unloaded.",
        "FAILED": "It could not be loaded; `reason` says why.",
    },
)
describe(
    Quantization,
    "Precision of the weights of linear layers once they are loaded.",
    {"INT8": "8 bits, on CPU and CUDA (torchao).", "INT4": "4 bits, on CUDA (bitsandbytes, NF4)."},
)
describe(
    Dtype,
    "Numbers in which a model computes.",
    {
        "AUTO": "What the worker's device does best: bfloat16, float16 on older GPUs, float32 on CPUs.",
        "FLOAT32": "32 bits.",
        "FLOAT16": "16 bits, small range: some models overflow.",
        "BFLOAT16": "16 bits, large range; slow on GPUs older than Ampere.",
    },
)
describe(
    CpuOffload,
    "Which parts of a pipeline wait in the host's memory while others run on the GPU.",
    {
        "NONE": "None: all of it lies on the GPU.",
        "MODEL": "Whole parts (text encoder, network, VAE), each moved when it runs: a little slower.",
        "SEQUENTIAL": "Layer by layer: the least memory, and many times slower.",
    },
)
describe(
    Engine,
    "What runs the texts of a language model.",
    {
        "AUTO": "vLLM where the worker has it, its device is CUDA and it knows the architecture; else transformers.",
        "TRANSFORMERS": "transformers, with batches of this server's own.",
        "VLLM": "vLLM: only workers run it that are started from an environment with vLLM.",
    },
)
describe(
    DeviceMap,
    "How a loaded model is placed on devices.",
    {"SINGLE": "All of it on the worker's device.", "AUTO": "Spread over all GPUs that a worker sees (accelerate)."},
)
describe(
    DeviceClass,
    "Which workers may run a version.",
    {"ANY": "All workers.", "CPU": "Workers without a GPU.", "CUDA": "Workers with an NVIDIA GPU."},
)
describe(
    VersionState,
    "State of a version.",
    {
        "PREPARING": "A worker is downloading or inspecting its files.",
        "READY": "It can run.",
        "REFUSED": "It can never run; `reason` says why.",
    },
)
describe(
    PredictionStatus,
    "Status of a prediction. SUCCEEDED, FAILED, CANCELED and ABORTED are final.",
    {
        "STARTING": "Waiting for a worker.",
        "PROCESSING": "Running on a worker.",
        "SUCCEEDED": "Ended with its complete output.",
        "FAILED": "Ended with an error.",
        "CANCELED": "Ended by a cancel request; the output so far is kept.",
        "ABORTED": "Ended by its deadline before it started.",
    },
)
describe(
    Priority,
    "Place of a prediction among those of the same user. It does not move those of others.",
    {
        "LOW": "After everything else of its user.",
        "NORMAL": "In the order in which its user asked.",
        "HIGH": "Before everything else of its user.",
    },
)
describe(
    QueueReason,
    "Why a prediction waits.",
    {
        "WAITING_FOR_SLOT": "Workers run others.",
        "MODEL_LOADING": "No worker has its model in memory yet.",
        "NO_WORKER": "No worker that can run it is up.",
        "PAUSED": "Its model is paused by an administrator.",
        "RATE": "As many of its user run as may.",
    },
)
describe(
    BatchStatus,
    "Status of a batch. COMPLETED, CANCELED and FAILED are final.",
    {
        "STARTING": "Its input is being read and counted, and checked where all or nothing is to run.",
        "PROCESSING": "Its items run, and more of them are made of its input as there is room.",
        "COMPLETED": "All its items have ended, each in its own way.",
        "CANCELED": "It was canceled, and all its items have ended.",
        "FAILED": "None of its items ran; `reason` says why.",
    },
)
describe(
    BatchWebhookState,
    "Status of the message about the end of a batch.",
    {
        "WAITING": "The batch has not ended.",
        "PENDING": "Waiting to be sent, or to be retried.",
        "DELIVERED": "The receiver accepted it.",
        "FAILED": "The receiver did not accept it; there are no more automatic retries.",
        "DISABLED": "The receiver answered 410 Gone.",
    },
    "BatchWebhookStatus",
)
describe(
    PredictionErrorCode,
    "Why a prediction failed.",
    {
        "INPUT_REJECTED": "The model does not accept this input.",
        "MODEL_UNAVAILABLE": "The model could not be loaded.",
        "OUT_OF_MEMORY": "The device does not have enough memory.",
        "DEADLINE_EXCEEDED": "It ran or waited for too long.",
        "WORKER_LOST": "The processes that ran it died repeatedly.",
        "STORAGE": "Its output files could not be stored.",
        "INTERNAL": "The model's code raised an error.",
    },
)
describe(
    FinishReason,
    "Why a text ended.",
    {
        "STOP": "At the model's own end, or at a stop string.",
        "LENGTH": "At `max_new_tokens`, or where the model's context is full.",
        "TOOL_CALLS": "At its own end, with calls of tools.",
        "CONTENT_FILTER": "Something in it was withheld.",
    },
)
describe(
    WebhookEvent,
    "An event that a webhook can receive. The deliveries of a prediction are sent in this order.",
    {
        "START": "A worker started the prediction.",
        "OUTPUT": "New output, at most every 500 ms; also sent at the end unless COMPLETED is requested too.",
        "LOGS": "New log lines, at most every 500 ms.",
        "COMPLETED": "The prediction ended. Retried for three days until the receiver accepts it.",
    },
)
describe(
    WebhookDeliveryStatus,
    "Status of a delivery.",
    {
        "PENDING": "Waiting to be sent, or to be retried.",
        "DELIVERED": "The receiver accepted it.",
        "FAILED": "The receiver did not accept it; there are no more automatic retries.",
        "DISABLED": "The receiver answered 410 Gone, so nothing more is sent about this prediction.",
        "SKIPPED": "Not sent, since the prediction ended first and COMPLETED carries everything.",
    },
    "WebhookDeliveryStatus",
)
describe(
    InvitationState,
    "Where an invitation stands.",
    {
        "PENDING": "Its link can be used.",
        "ACCEPTED": "Somebody made an account by it.",
        "EXPIRED": "Its link was not used in time.",
        "REVOKED": "An administrator ended it, or invited the same address again.",
    },
)
describe(
    MailState,
    "Where a mail stands.",
    {
        "PENDING": "It will be sent, or tried again.",
        "SENT": "The mail server took it.",
        "FAILED": "It was given up: the mail server refused it for good, or its link ended before.",
    },
)
