"""Classes as careless, unlucky or hostile people write them; the tests lay this file beside the page's."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

from workers.predictors import PredictionContext

HERE = Path(__file__).parent


def _print(context: PredictionContext) -> str:
    print("printed by moody")  # noqa: T201
    sys.stdout.write("\x00\x1b[2Jno end of line" * 1000)
    os.write(1, b"\xff\xfe raw \x80\n")
    os.write(2, b"to stderr\n")
    return "printed"


def _exit(context: PredictionContext) -> None:
    sys.exit("had enough")


def _interrupt(context: PredictionContext) -> None:
    raise KeyboardInterrupt


def _raise(context: PredictionContext) -> None:
    context.emit("half")
    raise LookupError("lost \ud800 \x00 it")


def _memory(context: PredictionContext) -> None:
    raise MemoryError("no more")


def _torch_memory(context: PredictionContext) -> None:
    import torch

    torch.empty(1 << 55)


def _spin(context: PredictionContext) -> None:
    context.emit("spinning")
    while True:
        pass


def _deaf(context: PredictionContext) -> None:
    context.emit("deaf")
    time.sleep(10_000)


def _deep(context: PredictionContext) -> Any:
    value: list[Any] = []
    for _ in range(5000):
        value = [value]
    return value


class Cyclic(dict):  # type: ignore[type-arg]
    """Holds itself."""


def _cycle(context: PredictionContext) -> Any:
    found = Cyclic()
    found["me"] = found
    return found


def _fork(context: PredictionContext) -> str:
    os.system("true")  # noqa: S605
    return "forked"


DO = {
    "print": _print,
    "exit": _exit,
    "interrupt": _interrupt,
    "raise": _raise,
    "memory": _memory,
    "torch memory": _torch_memory,
    "spin": _spin,
    "deaf": _deaf,
    "deep": _deep,
    "cycle": _cycle,
    "fork": _fork,
    "object": lambda context: object(),
    "bytes": lambda context: b"\xff",
    "nan": lambda context: float("nan"),
    "set": lambda context: {1},
    "huge text": lambda context: "x" * 40_000_000,
    "huge list": lambda context: ["x" * 1000] * 40_000,
    "too large for anything": lambda context: "x" * 300_000_000,
    "surrogates": lambda context: "a\ud800\x00b",
    "input": lambda context: input(),
    "step": lambda context: context.progress(2**70),
    "metric": lambda context: context.metric(7, 1.0),  # type: ignore[arg-type]
    "width": lambda context: context.file(b"x", "image/png", 8.5),  # type: ignore[arg-type]
    "type": lambda context: context.file(b"x", "text/html\r\nx: y"),
}


class Moody:
    """Does what it is told."""

    max_concurrency = 4

    def predict(self, context: PredictionContext, do: str = "print") -> Any:
        return DO[do](context)


class Endless:
    """Yields without end."""

    max_concurrency = 4

    def predict(self, piece: str, times: int = 1) -> Iterator[str]:
        while True:
            yield piece * times


class Later:
    """Yields from a coroutine, and says when it is closed."""

    async def predict(self, context: PredictionContext, upto: int) -> AsyncIterator[dict[str, int]]:
        try:
            for number in range(upto):
                yield {"number": number}
                await asyncio.sleep(0.01)
        finally:
            (HERE / f"closed-{context.prediction}").touch()


class Slow:
    """Loads when its gate is there."""

    max_concurrency = 4

    def setup(self, context: Any) -> None:
        with (HERE / "loads").open("a") as file:
            file.write("begun\n")
        while not (HERE / "gate").exists():
            context.loading("read", 1, 2)
            time.sleep(0.05)

    def predict(self, text: str) -> str:
        return text


class Stillborn:
    """Does not load before it is mended."""

    def setup(self) -> None:
        if not (HERE / "mended").exists():
            raise RuntimeError("my weights are gone")

    def predict(self, text: str) -> str:
        return text


class Dice:
    """Tells the seed that it was given."""

    def predict(self, context: PredictionContext, seed: int | None = None) -> list[int | None]:
        return [seed, context.seed]
