"""What chat and plain completions have in common: parameters, and what a version's inputs are called there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints

from server.domain.models import Slug
from server.domain.new_tokens import bound_new_tokens
from server.domain.predictions import Priority
from server.domain.version_ids import encode_version_id
from server.rest.openai.errors import RefusedError
from server.rest.openai.forms import JSON_OBJECT, Form
from server.tables import Model, Prediction, Version

# Fields of this server's models that OpenAI's API has not, under the names that other servers of its form give them
OWN_FIELDS = {
    "top_k": "top_k",
    "min_p": "min_p",
    "repetition_penalty": "repetition_penalty",
    "min_tokens": "min_new_tokens",
    "ignore_eos": "ignore_eos",
    "skip_special_tokens": "skip_special_tokens",
}
MOST_SEED = 2**53
Stop = Annotated[str | list[str] | None, Field(description="Up to four texts that end the output, left out of it.")]


class StreamOptions(Form):
    """What a stream has beside its pieces."""

    model_config = ConfigDict(extra="ignore", strict=True)

    include_usage: bool | None = Field(None, description="End with a piece that has the usage alone.")


class Sampling(Form):
    """The parameters of every completion; what is null is as if it were left out."""

    model_config = ConfigDict(extra="allow", strict=True, protected_namespaces=())

    model: str = Field(description="`owner/name`, `owner/name:version`, or an alias.", min_length=1, max_length=200)
    stream: bool | None = Field(None, description="Answer with server-sent events, as the text is written.")
    stream_options: StreamOptions | None = Field(None, description="Beside `stream` alone.")
    n: int | None = Field(None, description="How many texts, of this seed and the next ones.")
    seed: int | None = Field(None, description="The same seed gives the same text.")
    stop: Stop = None
    temperature: float | None = Field(None, description="If left out, the model's own.")
    top_p: float | None = Field(None, description="If left out, the model's own.")
    presence_penalty: float | None = Field(None, description="Taken off the score of each token in the output.")
    frequency_penalty: float | None = Field(None, description="The same, for each time that it is there.")
    logit_bias: dict[str, float] | None = Field(None, description="Added to the scores of tokens, by their numbers.")
    user: str | None = Field(
        None, description="Whom it is for: where traffic is divided among versions, the same name gets the same one."
    )


Metadata = Annotated[
    dict[Annotated[str, StringConstraints(max_length=64)], Annotated[str, StringConstraints(max_length=512)]] | None,
    Field(max_length=16, description="Up to 16 texts of your own, which are given back with the answer."),
]
ServiceTier = Annotated[
    Literal["auto", "default", "flex", "priority"] | None,
    Field(description="Its place among your own that wait: `flex` behind the others, `priority` before them."),
]
_TIERS = {Priority.LOW: "flex", Priority.NORMAL: "default", Priority.HIGH: "priority"}
Unread = Annotated[Any, Field(description="Is not read.")]


def priority_of(tier: str | None) -> Priority:
    """What a service tier is here."""
    return next((priority for priority, name in _TIERS.items() if name == tier), Priority.NORMAL)


def tier_of(row: Prediction) -> str:
    """The service tier of a prediction."""
    return _TIERS[Priority(row.priority)]


def check_parameters(request: Sampling, accepted: dict[str, str], refused: dict[str, str]) -> dict[str, Any]:
    """What a request has beside its form, by the names of a version's inputs; raises RefusedError, as `read_extra`."""
    values = read_extra(request.model_extra, accepted, refused)
    if request.stream_options is not None and not request.stream:
        raise RefusedError(
            "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
            "stream_options",
            "invalid_value",
        )
    return values


def read_extra(
    extra: dict[str, Any] | None, accepted: Mapping[str, str], refused: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """What a request has beside its form, by the names of a version's inputs.

    Raises:
        RefusedError: it is none of `accepted` (their names by the client's), or stands in `refused` with a reason.
    """
    values = {}
    for name, value in (extra or {}).items():
        if value is None:
            continue
        if refused is not None and name in refused:
            raise RefusedError(refused[name], name, "unsupported_parameter")
        if name not in accepted:
            raise RefusedError(f"Unrecognized request argument supplied: {name[:100]}", name[:100], "unknown_parameter")
        values[accepted[name]] = value
    return values


def read_sampling(request: Sampling, version: Version, most_new_tokens: int | None) -> dict[str, Any]:
    """The inputs of a version that say how its tokens are chosen; without a number of new tokens, all that it may have.

    `n` is always given where a version takes it, since its output then says why each text ended.
    """
    fields = properties_of(version)
    values: dict[str, Any] = {
        name: value
        for name in ("temperature", "top_p", "presence_penalty", "frequency_penalty")
        if (value := getattr(request, name)) is not None
    }
    if request.logit_bias:
        values["logit_bias"] = request.logit_bias
    if request.stop:
        values["stop"] = [request.stop] if isinstance(request.stop, str) else request.stop
    if request.seed is not None:
        values["seed"] = request.seed % MOST_SEED
    if "n" in fields or request.n not in (None, 1):
        values["n"] = 1 if request.n is None else request.n
    if most_new_tokens is not None:
        values["max_new_tokens"] = most_new_tokens
    return values


def most_tokens(version: Version, bound: int) -> int | None:
    """The most new tokens that a version may be asked for; None where its schema does not say."""
    rule = bound_new_tokens(version.input_schema, bound)["properties"].get("max_new_tokens")
    most = rule.get("maximum") if isinstance(rule, dict) else None
    return most if isinstance(most, int) else None


def properties_of(version: Version) -> JSON_OBJECT:
    """The inputs of a version, by their names."""
    properties: JSON_OBJECT = version.input_schema.get("properties", {})
    return properties


def pinned_slug(model: Model, version: Version) -> str:
    """What pins a version."""
    return str(Slug(model.owner.handle, model.name, version.number))


def fingerprint_of(version: Version) -> str:
    """What changes where equal seeds may give other texts."""
    return f"fp_{encode_version_id(version.id)[:12]}"


FinishReason = Literal["stop", "length", "tool_calls", "content_filter"]
