"""The predictors that this runner has: built in, from installed packages, and named on its command line."""

from __future__ import annotations

import importlib
import logging
import sys
import traceback
from collections.abc import Callable, Iterable
from functools import partial
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from workers.contract.failures import describe
from workers.contract.predictor import JSON_SCHEMA, KINDS, Predictor
from workers.predictors.engines import has_vllm
from workers.predictors.sources import OURS, digest_of, files_of_module, own_files, source_files

logger = logging.getLogger(__name__)

SHARED = Path(__file__).parent
ENTRY_POINT_GROUP = "inference_server.predictors"
BUILT_IN = (
    "workers.predictors.text.predictor:Text",
    "workers.predictors.image.predictor:Image",
    "workers.predictors.echo:Echo",
    "workers.predictors.encoder.embeddings:Embeddings",
    "workers.predictors.encoder.classification:Classification",
    "workers.predictors.encoder.reranking:Reranking",
    "workers.predictors.pipeline.predictor:Pipeline",
)


VLLM_PREDICTORS = ("text", "echo")
"""What comes with the server and runs in an environment with vLLM."""
Explain = Callable[[BaseException], str | None]


class InvalidPredictorError(Exception):
    """What was offered as a predictor is none; the message says why, `place` is the file and line of its `predict`."""

    def __init__(self, message: str, place: str | None = None) -> None:
        super().__init__(message)
        self.place = place


class Registry:
    """Predictor classes by name."""

    def __init__(self, classes: Iterable[type[Predictor]] = ()) -> None:
        self._classes: dict[str, type[Predictor]] = {}
        self._codes: dict[str, str] = {}
        self.broken: dict[str, str] = {}
        """Classes that were offered and could not be loaded, each with the reason."""
        self.broken_sources: set[Path] = set()
        """The files of those classes, one of which has to change."""
        for cls in classes:
            self.add(cls)

    def add(self, cls: type[Predictor]) -> None:
        """Add a predictor.

        Raises:
            InvalidPredictorError: it breaks the contract, or its name is taken.
        """
        if problem := _problem(cls):
            raise InvalidPredictorError(f"{cls!r} cannot be a predictor: {problem}.")
        if cls.name in self._classes:
            raise InvalidPredictorError(
                f"{cls!r} has the name {cls.name!r}, which {self._classes[cls.name]!r} has already."
            )
        if not is_built_in(cls):
            self._codes[cls.name] = f"sha256:{digest_of(own_files(cls), cls.input_schema, cls.output_schema)}"
        self._classes[cls.name] = cls

    def get(self, name: str) -> type[Predictor] | None:
        """The predictor of this name, or None."""
        return self._classes.get(name)

    def code(self, name: str) -> str | None:
        """The digest of the signature and the source of one of the operator's classes; None of any other predictor."""
        return self._codes.get(name)

    @staticmethod
    def _is_served(cls: type[Predictor]) -> bool:
        """An environment with vLLM lacks the libraries of the other built-in predictors, or has other versions."""
        return not has_vllm() or cls.name in VLLM_PREDICTORS or not is_built_in(cls)

    def catalogue(self) -> list[dict[str, Any]]:
        """Every predictor as the API needs to know it."""
        return [
            {
                "name": cls.name,
                "kind": cls.kind,
                "input_schema": cls.input_schema,
                "output_schema": cls.output_schema,
                "digest": _digest(cls),
                "at_once": (cls.at_once or cls.max_concurrency) if self._is_served(cls) else 0,
                "engines": cls.engines(),
                "code": self.code(cls.name),
                "sources": [] if is_built_in(cls) else sorted(map(str, own_files(cls).values())),
            }
            for cls in self._classes.values()
        ]


def open_registry(
    extra: Iterable[str] = (), began: Callable[[str], None] = lambda name: None, explain: Explain = lambda error: None
) -> Registry:
    """All predictors here; `extra` names more as module:Class.

    One that does not load is logged and left out, so that the others run: `Registry.broken` names it. `began` hears of
    each before its code runs, and `explain` may say more of an error.
    """
    from workers.predictors.custom import cog

    registry = Registry(_load(name) for name in BUILT_IN)
    # A class written for Cog finds here what it imports from there, whether that is installed or not
    sys.modules["cog"] = cog
    offers: dict[str, Callable[[], Any]] = {point.value: point.load for point in entry_points(group=ENTRY_POINT_GROUP)}
    offers |= {name: partial(_load, name) for name in extra}
    for name, load in offers.items():
        began(name)
        try:
            registry.add(as_predictor(load()))
        except (Exception, SystemExit) as error:  # a module of the operator's may raise anything
            logger.exception("The predictor %s could not be loaded", name)
            text = describe(error, name=not isinstance(error, InvalidPredictorError))
            if isinstance(error, SyntaxError):
                # Its place follows
                text = f"{type(error).__name__}: {error.msg}"
            registry.broken[name] = " ".join(filter(None, [text, _place(error), explain(error)]))
            registry.broken_sources |= files_of_module(name.partition(":")[0])
    return registry


def _place(error: BaseException) -> str | None:
    """The file and line at which a class's own code failed, or where the method is that cannot be called."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"({error.filename}:{error.lineno})"
    if isinstance(error, InvalidPredictorError):
        return f"({error.place})" if error.place else None
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith("<") and not Path(frame.filename).is_relative_to(SHARED.parent)
    ]
    own = [frame for frame in frames if Path(frame.filename) != Path(importlib.__file__)]
    return f"({own[-1].filename}:{own[-1].lineno})" if own else None


def is_built_in(cls: type[Predictor]) -> bool:
    """Whether a predictor comes with the server."""
    return cls.__module__.startswith(f"{__package__}.")


def as_predictor(candidate: Any) -> Any:
    """A user's plain class made a predictor; anything else as it is, to be judged by `Registry.add`.

    Raises:
        InvalidPredictorError: no input schema can be made of the class's `predict`.
    """
    from workers.predictors.custom.predictor import adapt, is_plain
    from workers.predictors.custom.signature import InvalidSignatureError

    if not is_plain(candidate):
        return candidate
    try:
        return adapt(candidate)
    except InvalidSignatureError as error:
        code = getattr(candidate.predict, "__code__", None)
        place = f"{code.co_filename}:{code.co_firstlineno}" if code else None
        raise InvalidPredictorError(f"{candidate!r} cannot be a predictor. {error}", place) from error


def _load(name: str) -> type[Predictor]:
    module, _, attribute = name.partition(":")
    cls: type[Predictor] = as_predictor(getattr(importlib.import_module(module), attribute))
    return cls


def _problem(cls: Any) -> str | None:
    """Why a class cannot be a predictor, or None."""
    if not (isinstance(cls, type) and issubclass(cls, Predictor)):
        return "it is no subclass of Predictor and has no method predict"
    if not isinstance(getattr(cls, "name", None), str):
        return "it has no name"
    if getattr(cls, "kind", None) not in KINDS:
        return f"its kind is none of {', '.join(KINDS)}"
    for attribute in ("input_schema", "output_schema"):
        if getattr(cls, attribute, {}).get("$schema") != JSON_SCHEMA:
            return f"its {attribute} does not name {JSON_SCHEMA} as its $schema"
    most = cls.max_concurrency
    return None if isinstance(most, int) and most >= 1 else "its max_concurrency is not a whole number from 1 on"


def _digest(cls: type[Predictor]) -> str:
    """sha256, in hexadecimal, of the schemas and of the source that decides what the predictor does.

    That is its own source and that of its bases that come with it, and for our own predictors every module beside their
    folders, since any of them may be shared. The catalogue keeps it, so that operators see whether two workers run the
    same code.
    """
    packages = {OURS, cls.__module__.partition(".")[0]}
    files: dict[str, Path] = {}
    for base in {*cls.__mro__, *getattr(cls, "user_class", cls).__mro__} - {Predictor}:
        source = getattr(sys.modules.get(base.__module__), "__file__", None)
        if source is None or base.__module__.partition(".")[0] not in packages:
            continue
        path = Path(source)
        if path.parent != SHARED:
            files |= source_files(base, {base.__module__.partition(".")[0]})
        if path.is_relative_to(SHARED):
            files |= {f"{__package__}/{file.name}": file for file in SHARED.glob("*.py")}
    return digest_of(files, cls.input_schema, cls.output_schema)
