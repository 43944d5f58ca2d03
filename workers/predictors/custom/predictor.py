"""A user's own class as a predictor: its typed `predict` is the input schema, what it returns or yields the output."""

from __future__ import annotations

import asyncio
import inspect
import re
from collections.abc import Coroutine
from contextlib import aclosing, closing
from copy import deepcopy
from pathlib import Path
from types import GeneratorType
from typing import Any, ClassVar

from pydantic import ValidationError

from server.domain.files import named
from workers.contract.predictor import (
    CancelSignal,
    Device,
    InputRejectedError,
    Inspection,
    PredictionContext,
    Predictor,
    SetupContext,
    VersionRefusedError,
    VersionSpec,
)
from workers.contract.weights import module_bytes
from workers.predictors.custom import output
from workers.predictors.custom.loop import InstanceLoop
from workers.predictors.custom.signature import InvalidSignatureError, Signature
from workers.predictors.micro_batch import Item, MicroBatcher

_NAME = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class Custom(Predictor):
    """Runs an instance of a user's class; `adapt` makes a subclass of this for each."""

    kind = "CUSTOM"
    user_class: ClassVar[type[Any]]
    signature: ClassVar[Signature]

    def __init__(self) -> None:
        self._instance: Any = self.user_class()
        self._loop = InstanceLoop()
        self._batcher: MicroBatcher[Item] | None = None
        if most := batch_size(self.user_class):
            wait = float(getattr(self.user_class, "batch_wait_seconds", 0.0))
            self._batcher = MicroBatcher(self._make, most, wait_seconds=wait)

    def setup(self, spec: VersionSpec, device: Device, context: SetupContext) -> None:
        """Call the class's own `setup` with what it asks for by name, such as `weights` (a folder or None)."""
        setup = getattr(self._instance, "setup", None)
        if setup is None:
            return
        known = {
            "weights": Path(spec.path) if spec.path else None,
            "device": device.name,
            "dtype": device.dtype,
            "options": dict(spec.options),
            "context": context,
        }
        parameters = inspect.signature(setup).parameters
        result = setup(**{name: value for name, value in known.items() if name in parameters})
        if inspect.iscoroutine(result):
            self._loop.run(result)

    def predict(self, context: PredictionContext) -> Any:
        """Run it; what the class yields is given out piece by piece."""
        for file in named(self.input_schema, context.input):
            # no path passes that was not laid out for this prediction
            if file.text not in context.files:
                raise InputRejectedError(f"{file.name} is no input file.")
        try:
            arguments = self.signature.arguments(context.input)
        except ValidationError as error:
            raise InputRejectedError(_sentence(error)) from error
        if self.signature.context_parameter:
            arguments[self.signature.context_parameter] = context
        if self._batcher is None:
            return self._call(context, arguments)
        # what has to be equal for two inputs to run together; all may where the class does not say
        key = getattr(self._instance, "batch_key", None)
        return self._batcher.result(Item(context, arguments, key(**arguments) if key else None))

    def _call(self, context: PredictionContext, arguments: dict[str, Any]) -> Any:
        """What the class's `predict` returns, as JSON; what it yields is given out as it comes."""
        result = self._instance.predict(**arguments)

        async def stream() -> None:
            async with aclosing(result):
                async for piece in result:
                    context.check()
                    output.emit(context, piece)

        if inspect.isgenerator(result):
            with closing(result):
                for piece in result:
                    context.check()
                    output.emit(context, piece)
            return None
        if inspect.isasyncgen(result):
            return self._run(context, stream())
        return output.returned(context, self._run(context, result) if inspect.iscoroutine(result) else result)

    def _run(self, context: PredictionContext, work: Coroutine[Any, Any, Any]) -> Any:
        """Run a coroutine in the loop of the instance; asked to stop, it is cancelled where it awaits."""

        async def main() -> Any:
            task = asyncio.ensure_future(work)
            loop = asyncio.get_running_loop()

            def stop() -> None:
                loop.call_soon_threadsafe(task.cancel)

            with context.when_cancelled(stop):
                return await task

        try:
            return self._loop.run(main())
        except asyncio.CancelledError:
            if context.cancelled:
                raise CancelSignal from None
            raise RuntimeError("predict cancelled itself") from None

    def _make(self, items: list[Item]) -> list[Any]:
        """The results of some inputs: of one by the class's `predict`, of several by its `predict_batch`."""
        if len(items) == 1:
            return [self._call(items[0].context, items[0].arguments)]
        batch = self._instance.predict_batch([item.arguments for item in items])
        if isinstance(batch, GeneratorType):
            # each yield is a list with a piece or None for each input
            try:
                with closing(batch):
                    for pieces in batch:
                        for item, piece in zip(items, pieces, strict=True):
                            if piece is not None and not item.context.cancelled:
                                output.emit(item.context, piece)
                        if all(item.context.cancelled for item in items):
                            break
            except Exception as error:  # part of the output is sent: all of them fail, and none is tried again
                return [error] * len(items)
            return [None] * len(items)
        results: Any = self._loop.run(batch) if inspect.iscoroutine(batch) else batch
        if not isinstance(results, list) or len(results) != len(items):
            raise TypeError(f"predict_batch must return a list of {len(items)} results, one for each input")
        outputs: list[Any] = []
        for item, result in zip(items, results, strict=True):
            try:
                outputs.append(result if isinstance(result, Exception) else output.returned(item.context, result))
            except Exception as error:  # the result of this input alone is no JSON
                outputs.append(error)
        return outputs

    def teardown(self) -> None:
        """Call the class's own `teardown`, if it has one."""
        if self._batcher is not None:
            self._batcher.close()
        try:
            teardown = getattr(self._instance, "teardown", None)
            result = teardown() if teardown else None
            if inspect.iscoroutine(result):
                self._loop.run(result)
        finally:
            self._loop.close()
            self._instance = None

    @classmethod
    def inspect(cls, spec: VersionSpec) -> Inspection:
        """What the class takes and gives, and what its `check(weights)` says of a folder, or raises of it."""
        check = getattr(cls.user_class, "check", None)
        info: dict[str, Any] = {}
        if check is not None and not spec.path:
            return Inspection(refusal=f"It needs weights: give {cls.name} as the predictor of a repository or folder.")
        if check is not None and spec.path:
            try:
                info = check(Path(spec.path)) or {}
            except VersionRefusedError as refusal:
                return Inspection(refusal=str(refusal))
        return Inspection(deepcopy(cls.input_schema), deepcopy(cls.output_schema), info)

    @classmethod
    def outline(cls, spec: VersionSpec) -> list[Any]:
        """What the class's `outline(weights)` gives, if it has one."""
        make = getattr(cls.user_class, "outline", None)
        return list(make(Path(spec.path))) if make is not None and spec.path else []

    def size_bytes(self) -> int:
        """Bytes of the torch modules among the attributes of the user's instance."""
        return module_bytes(vars(self._instance).values()) if hasattr(self._instance, "__dict__") else 0


def batch_size(cls: type[Any]) -> int:
    """How many inputs a class runs at once; 0 where it runs each by itself.

    Raises:
        InvalidSignatureError: it declares a size without a `predict_batch`, or one that is none.
    """
    most = getattr(cls, "max_batch_size", 0)
    if not isinstance(most, int) or most < 0:
        raise InvalidSignatureError("max_batch_size must be a whole number from 0 on.")
    if most > 1 and not callable(getattr(cls, "predict_batch", None)):
        raise InvalidSignatureError("It has a max_batch_size and no predict_batch; define predict_batch.")
    return most if most > 1 else 0


def adapt(cls: type[Any]) -> type[Predictor]:
    """A predictor of a user's class, named by its `name` or after it: `WordCount` is word-count.

    Raises:
        InvalidSignatureError: no input schema can be made of its `predict`.
    """
    signature = Signature(cls.predict)
    about = {"description": inspect.cleandoc(cls.__doc__)} if cls.__doc__ else {}
    members = {
        "name": getattr(cls, "name", None) or _NAME.sub("-", cls.__name__).lower(),
        # a thread for each of a batch, and as many that wait for the next
        "max_concurrency": 2 * batch_size(cls)
        or getattr(cls, "max_concurrency", None)
        or getattr(cls.predict, "max_concurrency", 1),
        "at_once": batch_size(cls),
        "input_schema": {**signature.input_schema, **about},
        "output_schema": signature.output_schema,
        "user_class": cls,
        "signature": signature,
        "__module__": cls.__module__,
        "__doc__": cls.__doc__,
    }
    return type(cls.__name__, (Custom,), members)


def is_plain(cls: Any) -> bool:
    """Whether something is a class with a `predict` and no predictor yet."""
    return isinstance(cls, type) and not issubclass(cls, Predictor) and callable(getattr(cls, "predict", None))


def _sentence(error: ValidationError) -> str:
    """What is wrong with an input, without the values in it."""
    return " ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}." for each in error.errors(include_input=False))
