"""Run models on an inference server: `Client().run("demo/prose", prompt="The function returns")`."""

from inference_client.async_client import AsyncClient
from inference_client.batches import BatchResult
from inference_client.client import Client
from inference_client.errors import (
    ConflictError,
    ForbiddenError,
    InferenceError,
    InvalidInputError,
    NotFoundError,
    PredictionFailedError,
    RateLimitedError,
    ServerError,
    UnauthenticatedError,
    UnavailableError,
    UnreachableError,
    Violation,
    WaitTimeoutError,
)
from inference_client.events import Event, Item, Loading, Log, Preview, Restarted, Status, Step, Text
from inference_client.files import File
from inference_client.models import Account, Model, Version
from inference_client.money import Budget, CostEstimate, UsageGroup, UsageReport, UsageSum
from inference_client.predictions import Metrics, Prediction, Webhook
from inference_client.server_batches import Batch, BatchItem
from inference_client.version import VERSION as __version__

__all__ = [
    "Account",
    "AsyncClient",
    "Batch",
    "BatchItem",
    "BatchResult",
    "Budget",
    "Client",
    "ConflictError",
    "CostEstimate",
    "Event",
    "File",
    "ForbiddenError",
    "InferenceError",
    "InvalidInputError",
    "Item",
    "Loading",
    "Log",
    "Metrics",
    "Model",
    "NotFoundError",
    "Prediction",
    "PredictionFailedError",
    "Preview",
    "RateLimitedError",
    "Restarted",
    "ServerError",
    "Status",
    "Step",
    "Text",
    "UnauthenticatedError",
    "UnavailableError",
    "UnreachableError",
    "UsageGroup",
    "UsageReport",
    "UsageSum",
    "Version",
    "Violation",
    "WaitTimeoutError",
    "Webhook",
    "__version__",
]
