"""The contract between the runner and code that runs a model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, ClassVar

from workers.contract.context import Adapter, CancelSignal, PredictionContext
from workers.contract.devices import Device
from workers.contract.failures import InputRejectedError, VersionRefusedError
from workers.contract.protocol import VersionSpec
from workers.contract.variables import NO_VARIABLES, ModelVariables
from workers.contract.weights import module_bytes

__all__ = [
    "Adapter",
    "CancelSignal",
    "Device",
    "InputRejectedError",
    "Inspection",
    "PredictionContext",
    "Predictor",
    "SetupContext",
    "VersionRefusedError",
    "VersionSpec",
    "schema",
]

SWITCH_SECONDS = "adapter_switch_seconds"
"""The metric of a prediction for which its model was given another adapter, or none: how long that took."""
JSON_SCHEMA = "https://json-schema.org/draft/2020-12/schema"
KINDS = ("TEXT_GENERATION", "IMAGE_GENERATION", "CUSTOM")


@dataclass(frozen=True)
class Inspection:
    """What a version takes and gives, learnt without its weights; `refusal` is a sentence when it cannot run."""

    input_schema: dict[str, Any] = field(default_factory=dict)
    output_schema: dict[str, Any] = field(default_factory=dict)
    info: dict[str, Any] = field(default_factory=dict)
    refusal: str | None = None


class SetupContext:
    """What a predictor sees of its own loading; `room_bytes` is what it may fill of the memory for models.

    `variables` and `secrets` are what the model's owner gave it, by name; `get_secret_value()` gives a secret's text.
    """

    def __init__(
        self,
        report: Callable[[str, int | None, int | None], None],
        room_bytes: int | None = None,
        given: ModelVariables = NO_VARIABLES,
    ) -> None:
        self._report = report
        self.room_bytes = room_bytes
        self.variables, self.secrets = given.variables, given.secrets

    def loading(self, phase: str, done: int | None = None, total: int | None = None) -> None:
        """Tell those who wait how far the load is (phase: read, move, warm-up); done and total in bytes."""
        self._report(phase, done, total)


class Predictor:
    """Runs one version of a model; one instance serves many predictions, `max_concurrency` of them at once.

    `predict` may emit, return a JSON value, or be a generator whose yields are emitted.
    """

    name: ClassVar[str]
    kind: ClassVar[str]
    input_schema: ClassVar[dict[str, Any]]
    output_schema: ClassVar[dict[str, Any]]
    max_concurrency: ClassVar[int] = 1
    at_once: ClassVar[int] = 0
    """How many of these it works on together, where the others only wait for the next batch; 0: all."""
    model_variables: ModelVariables = NO_VARIABLES
    """What the model's owner gave it when it was loaded."""
    takes_adapters: ClassVar[bool] = False
    """Whether it heeds `PredictionContext.adapter`, and `inspect` judges the folder `VersionSpec.adapter`."""

    def setup(self, spec: VersionSpec, device: Device, context: SetupContext) -> None:
        """Load the model; any error makes the version unavailable to those who wait for it."""

    def predict(self, context: PredictionContext) -> Any:
        """Run one prediction.

        Raises:
            InputRejectedError: the input does not fit this model.
            CancelSignal: from `context.check()`; let it pass.
        """
        raise NotImplementedError

    def teardown(self) -> None:
        """Let go of what `setup` took."""

    def size_bytes(self) -> int:
        """Bytes that the loaded model fills; by default those of the torch modules among the attributes."""
        return module_bytes(vars(self).values())

    def drop_adapter(self, version: str) -> None:
        """Let go of what an adapter took whose version was deleted; its predictions may still run."""

    def facts(self) -> dict[str, Any]:
        """What the load has shown about how this version runs, as JSON; nothing keeps or shows it yet."""
        return {}

    @classmethod
    def inspect(cls, spec: VersionSpec) -> Inspection:
        """Read what a version takes and gives from its folder, without loading weights; from its adapter's too."""
        return Inspection(deepcopy(cls.input_schema), deepcopy(cls.output_schema))

    @classmethod
    def engines(cls) -> dict[str, int]:
        """Engines beside the ordinary one, each with how many predictions of a version it runs together here.

        0: this environment has it not. A version names one as its option `engine`, and only workers that have it claim
        what runs on it.
        """
        return {}

    @classmethod
    def examples(cls, input_schema: dict[str, Any]) -> list[dict[str, Any]]:
        """Small inputs that a version of this schema takes, the smallest first; none where its load shows enough.

        A new version is run on the first, and where that fails on the next.
        """
        return []

    @classmethod
    def outline(cls, spec: VersionSpec) -> list[Any]:
        """The torch modules that the configuration of a folder describes, with their shapes and without numbers.

        From this it is judged, before anything is loaded, how much larger than its weights the model is.
        """
        return []


def schema(
    properties: dict[str, dict[str, Any]],
    required: list[str],
    one_of: Sequence[str] = (),
    needs: dict[str, list[str]] | None = None,
) -> dict[str, Any]:
    """The JSON Schema of an input object with these properties, in this order; exactly one of `one_of` is given.

    `needs` are the fields that have to be given beside one.
    """
    ordered = {name: {**body, "x-order": order} for order, (name, body) in enumerate(properties.items())}
    return {
        "$schema": JSON_SCHEMA,
        "type": "object",
        "properties": ordered,
        "required": required,
        "additionalProperties": False,
        **({"oneOf": [{"required": [name]} for name in one_of]} if one_of else {}),
        **({"dependentRequired": needs} if needs else {}),
    }
