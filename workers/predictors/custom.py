"""A user's own class as a predictor: its typed `predict` is the input schema, what it returns or yields the output."""

from __future__ import annotations

import asyncio
import inspect
import re
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import aclosing
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError, to_jsonable_python

from workers.predictors.base import (
    CancelSignal,
    Device,
    InputRejected,
    PredictionContext,
    Predictor,
    SetupContext,
    VersionSpec,
)
from workers.predictors.signature import Signature

_NAME = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class Custom(Predictor):
    """Runs an instance of a user's class; `adapt` makes a subclass of this for each."""

    kind = "CUSTOM"
    user_class: ClassVar[type[Any]]
    signature: ClassVar[Signature]

    def __init__(self) -> None:
        self._instance: Any = self.user_class()

    def setup(self, spec: VersionSpec, device: Device, context: SetupContext) -> None:
        """Call the class's own `setup` with what it asks for by name: `weights` (a folder or None) and `device`."""
        setup = getattr(self._instance, "setup", None)
        if setup is None:
            return
        known = {"weights": Path(spec.path) if spec.path else None, "device": device.name, "context": context}
        asked = inspect.signature(setup).parameters
        setup(**{name: value for name, value in known.items() if name in asked})

    def predict(self, context: PredictionContext) -> Any:
        """Run it; a plain generator is given back to be run piece by piece."""
        try:
            arguments = self.signature.arguments(context.input)
        except ValidationError as error:
            raise InputRejected(str(error)) from error
        _check_files(arguments, context)
        if self.signature.context_parameter:
            arguments[self.signature.context_parameter] = context
        made = self._instance.predict(**arguments)
        if inspect.isgenerator(made):
            return _pieces(made)
        if inspect.isasyncgen(made):
            return _run(context, _stream(context, made))
        if inspect.iscoroutine(made):
            made = _run(context, made)
        return _given(context, made)

    def teardown(self) -> None:
        """Call the class's own `teardown`, if it has one."""
        if teardown := getattr(self._instance, "teardown", None):
            teardown()
        self._instance = None

    def size_bytes(self) -> int:
        """Bytes of the torch modules among the attributes of the user's instance."""
        from workers.predictors.weights import module_bytes

        return module_bytes(vars(self._instance).values()) if hasattr(self._instance, "__dict__") else 0


def adapt(cls: type[Any]) -> type[Predictor]:
    """A predictor of a user's class, named by its `name` or after it: `WordCount` is word-count.

    Raises:
        BadSignature: no input schema can be made of its `predict`.
    """
    signature = Signature(cls.predict)
    members = {
        "name": getattr(cls, "name", None) or _NAME.sub("-", cls.__name__).lower(),
        "max_concurrency": getattr(cls, "max_concurrency", 1),
        "input_schema": signature.input_schema,
        "output_schema": signature.output_schema,
        "user_class": cls,
        "signature": signature,
        "parts": ("workers.predictors.custom", "workers.predictors.signature"),
        "__module__": cls.__module__,
        "__doc__": cls.__doc__,
    }
    return type(cls.__name__, (Custom,), members)


def is_plain(cls: Any) -> bool:
    """Whether something is a class with a `predict` and no predictor yet."""
    return isinstance(cls, type) and not issubclass(cls, Predictor) and callable(getattr(cls, "predict", None))


def _check_files(arguments: dict[str, Any], context: PredictionContext) -> None:
    """Let no path through that was not laid out for this prediction."""
    for name, value in arguments.items():
        for path in value if isinstance(value, list) else [value]:
            if isinstance(path, Path) and str(path) not in context.files:
                raise InputRejected(f"{name} is no input file.")


def _pieces(made: Any) -> Any:
    """The pieces of a generator as JSON; it is closed when this is."""
    try:
        for piece in made:
            yield _json(piece)
    finally:
        made.close()


def _given(context: PredictionContext, value: Any) -> Any:
    """A returned value as JSON; pictures become output files."""
    pictures = value if isinstance(value, list) else [value]
    image = getattr(sys.modules.get("PIL.Image"), "Image", None)
    if image is None or not pictures or not all(isinstance(picture, image) for picture in pictures):
        return _json(value)
    for picture in pictures:
        buffer = BytesIO()
        picture.save(buffer, format="PNG")
        context.file(buffer.getvalue(), "image/png", picture.width, picture.height)
    return None


def _json(value: Any) -> Any:
    try:
        return to_jsonable_python(value)
    except PydanticSerializationError as error:
        raise TypeError(f"predict gave what is no JSON: {error}") from error


def _run(context: PredictionContext, work: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine in a loop of this thread; asked to stop, it is cancelled where it awaits."""

    async def main() -> Any:
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()

        def stop() -> None:
            loop.call_soon_threadsafe(task.cancel)

        with context.when_cancelled(stop):
            return await task

    try:
        return asyncio.run(main())
    except asyncio.CancelledError:
        if context.cancelled:
            raise CancelSignal from None
        raise RuntimeError("predict cancelled itself") from None


async def _stream(context: PredictionContext, made: AsyncIterator[Any]) -> None:
    async with aclosing(made):  # type: ignore[type-var]
        async for piece in made:
            context.check()
            context.emit(_json(piece))
