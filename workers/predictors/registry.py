"""The predictors that this runner has: the built-in ones, those of installed packages, and those it was told of."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import inspect
import logging
from collections.abc import Iterable
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import orjson

from workers.contract.predictor import JSON_SCHEMA, KINDS, Predictor

logger = logging.getLogger(__name__)

ENTRY_POINT_GROUP = "inference_server.predictors"
BUILT_IN = (
    *(
        "workers.predictors.text.predictor:Text",
        "workers.predictors.image.predictor:Image",
        "workers.predictors.echo:Echo",
    ),
    *("workers.predictors.encoder.embeddings:Embeddings", "workers.predictors.encoder.classification:Classification"),
)


class InvalidPredictorError(Exception):
    """What was offered as a predictor is none; the message says why."""


class Registry:
    """Predictor classes by name."""

    def __init__(self, classes: Iterable[type[Predictor]] = ()) -> None:
        self._classes: dict[str, type[Predictor]] = {}
        for cls in classes:
            self.add(cls)

    def add(self, cls: type[Predictor]) -> None:
        """Add a predictor.

        Raises:
            InvalidPredictorError: it breaks the contract, or its name is taken.
        """
        if problem := _problem(cls):
            raise InvalidPredictorError(f"{cls!r} {problem}.")
        if cls.name in self._classes:
            raise InvalidPredictorError(f"{cls!r} has the name {cls.name!r} of {self._classes[cls.name]!r}.")
        self._classes[cls.name] = cls

    def get(self, name: str) -> type[Predictor] | None:
        """The predictor of this name, or None."""
        return self._classes.get(name)

    def catalogue(self) -> list[dict[str, Any]]:
        """Every predictor as the API needs to know it."""
        return [_describe(cls) for cls in self._classes.values()]


def open_registry(extra: Iterable[str] = ()) -> Registry:
    """All predictors here; `extra` names more as module:Class.

    A package whose entry point does not load is logged and left out.

    Raises:
        InvalidPredictorError: one of `extra` is no predictor.
    """
    registry = Registry(_load(name) for name in BUILT_IN)
    for point in entry_points(group=ENTRY_POINT_GROUP):
        try:
            registry.add(_predictor(point.load()))
        except Exception:
            logger.exception("The predictor %s of %s does not load", point.name, point.value)
    for name in extra:
        registry.add(_load(name))
    return registry


def _predictor(found: Any) -> Any:
    """What was found, or the predictor that is made of a user's plain class.

    Raises:
        InvalidPredictorError: its `predict` cannot be one.
    """
    from workers.predictors.custom.predictor import adapt, is_plain
    from workers.predictors.custom.signature import InvalidSignatureError

    if not is_plain(found):
        return found
    try:
        return adapt(found)
    except InvalidSignatureError as error:
        raise InvalidPredictorError(f"{found!r} is no predictor: {error}.") from error


def _load(name: str) -> type[Predictor]:
    module, _, attribute = name.partition(":")
    try:
        found = getattr(importlib.import_module(module), attribute)
    except Exception as error:  # a module of the operator's may raise anything
        raise InvalidPredictorError(f"{name!r} does not load: {type(error).__name__}: {error}") from error
    cls: type[Predictor] = _predictor(found)
    return cls


def _problem(cls: Any) -> str | None:
    """Why a class is no predictor, or None."""
    if not (isinstance(cls, type) and issubclass(cls, Predictor)):
        return "is no subclass of Predictor"
    if not isinstance(getattr(cls, "name", None), str):
        return "has no name"
    if getattr(cls, "kind", None) not in KINDS:
        return f"has none of the kinds {', '.join(KINDS)}"
    for attribute in ("input_schema", "output_schema"):
        if getattr(cls, attribute, {}).get("$schema") != JSON_SCHEMA:
            return f"has no {attribute} with $schema {JSON_SCHEMA}"
    most = cls.max_concurrency
    return None if isinstance(most, int) and most >= 1 else "has a max_concurrency that is no number from 1 on"


def _describe(cls: type[Predictor]) -> dict[str, Any]:
    return {
        "name": cls.name,
        "kind": cls.kind,
        "input_schema": cls.input_schema,
        "output_schema": cls.output_schema,
        "digest": _digest(cls),
    }


def _digest(cls: type[Predictor]) -> str:
    """sha256 of the predictor's source and schemas, in hexadecimal."""
    digest = hashlib.sha256(orjson.dumps([cls.input_schema, cls.output_schema], option=orjson.OPT_SORT_KEYS))
    for module in (cls.__module__, *cls.parts):
        spec = importlib.util.find_spec(module)
        if spec is not None and spec.origin is not None:
            digest.update(Path(spec.origin).read_bytes())
        else:
            digest.update(inspect.getsource(cls).encode())
    return digest.hexdigest()
