"""Domain enums as GraphQL enums, with a description of every value."""

from __future__ import annotations

from enum import Enum
from typing import Any, TypeVar

import strawberry

from server.domain.api_keys import Scope
from server.domain.models import DeviceClass, DeviceMap, ModelKind, Quantization, VersionState, Visibility
from server.domain.orders import ModelOrderField, OrderDirection
from server.domain.predictions import PredictionErrorCode, PredictionStatus
from server.domain.webhooks import DeliveryState as WebhookDeliveryStatus
from server.domain.webhooks import WebhookEvent

__all__ = [
    "DeviceClass",
    "DeviceMap",
    "ModelKind",
    "ModelOrderField",
    "OrderDirection",
    "PredictionErrorCode",
    "PredictionStatus",
    "Quantization",
    "Scope",
    "VersionState",
    "Visibility",
    "WebhookDeliveryStatus",
    "WebhookEvent",
]

E = TypeVar("E", bound=Enum)


def describe(enum: type[E], description: str, values: dict[str, str], name: str | None = None) -> None:
    """Declare an enum for the schema; `values` describes every value by name."""
    made: Any = strawberry.enum(enum, name=name, description=description)
    for value in made.__strawberry_definition__.values:
        value.description = values[value.name]


describe(
    ModelKind,
    "What a model makes.",
    {
        "TEXT_GENERATION": "Text, by a transformers model.",
        "IMAGE_GENERATION": "Images, by a diffusers pipeline.",
        "CUSTOM": "Whatever a predictor of the workers makes.",
    },
)
describe(
    Visibility,
    "Who sees a model.",
    {"PUBLIC": "Everybody.", "PRIVATE": "Its owner and administrators."},
)
describe(
    ModelOrderField,
    "What a list of models may go by.",
    {"CREATED_AT": "When they were added.", "UPDATED_AT": "When they last changed.", "NAME": "Their names."},
)
describe(
    OrderDirection,
    "Which end of a list comes first.",
    {"ASC": "The smallest or oldest.", "DESC": "The largest or newest."},
)
describe(
    Scope,
    "What an API key may do; none includes another.",
    {
        "READ": "See what its owner sees: private models, predictions, files, deliveries, events.",
        "RUN": "Run, repeat and cancel predictions, and upload input files.",
        "WRITE": "Add, change and delete models, and remove predictions.",
        "ADMIN": "Act as the administrator that its owner is, within its other scopes.",
    },
)
describe(
    Quantization,
    "How many bits the weights of linear layers have once they are loaded.",
    {"INT8": "8, on CPU and CUDA (torchao).", "INT4": "4, on CUDA (bitsandbytes, NF4)."},
)
describe(
    DeviceMap,
    "Where the parts of a loaded model lie.",
    {"SINGLE": "All on the worker's device.", "AUTO": "Spread over all GPUs that a worker sees (accelerate)."},
)
describe(
    DeviceClass,
    "Which workers may run a version.",
    {"ANY": "All.", "CPU": "Those without a GPU.", "CUDA": "Those with an NVIDIA GPU."},
)
describe(
    VersionState,
    "Whether a version can run.",
    {
        "PREPARING": "A worker downloads or inspects its files.",
        "READY": "It can run.",
        "REFUSED": "It can never run; the reason says why.",
    },
)
describe(
    PredictionStatus,
    "Where a prediction stands; the last four never change.",
    {
        "STARTING": "It waits for a worker.",
        "PROCESSING": "A worker runs it.",
        "SUCCEEDED": "It ended with its whole output.",
        "FAILED": "It ended with an error.",
        "CANCELED": "Somebody stopped it; what it made so far is kept.",
        "ABORTED": "Its deadline passed before it ran.",
    },
)
describe(
    PredictionErrorCode,
    "Why a prediction failed.",
    {
        "INPUT_REJECTED": "The model cannot take this input.",
        "MODEL_UNAVAILABLE": "The model could not be loaded.",
        "OUT_OF_MEMORY": "The device has too little memory for it.",
        "DEADLINE_EXCEEDED": "It ran, or waited, too long.",
        "WORKER_LOST": "The processes that ran it died, repeatedly.",
        "STORAGE": "Its output files could not be stored.",
        "INTERNAL": "The model's code failed.",
    },
)
describe(
    WebhookEvent,
    "What a webhook is told; deliveries of one prediction go in this order.",
    {
        "START": "A worker began it.",
        "OUTPUT": "It made output: every 500 ms at most, and at its end where COMPLETED is not asked for.",
        "LOGS": "It wrote log lines: every 500 ms at most.",
        "COMPLETED": "It ended; retried for three days until the receiver takes it.",
    },
)
describe(
    WebhookDeliveryStatus,
    "Where a delivery stands.",
    {
        "PENDING": "It is to be sent, perhaps again.",
        "DELIVERED": "The receiver took it.",
        "FAILED": "It was not taken, and is not tried again by itself.",
        "DISABLED": "The receiver answered 410: it wants nothing more of this prediction.",
        "SKIPPED": "The prediction ended first, and COMPLETED carries all of it.",
    },
    "WebhookDeliveryStatus",
)
