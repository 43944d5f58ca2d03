"""A predictor without a model: repeats its input, for trying the server out and for its tests."""

from __future__ import annotations

import re
from itertools import chain
from typing import ClassVar

from workers.contract.predictor import JSON_SCHEMA, PredictionContext, Predictor, schema

_WORDS = re.compile(r"\S+\s*|\s+")


class Echo(Predictor):
    """Streams a text back, word by word."""

    name = "echo"
    kind = "CUSTOM"
    max_concurrency = 64
    input_schema: ClassVar = schema(
        {
            "text": {
                "title": "Text",
                "description": "What to repeat.",
                "type": "string",
                "maxLength": 10_000,
            },
            "repeat": {
                "title": "Repeat",
                "description": "How many times, each on a line of its own.",
                "type": "integer",
                "minimum": 1,
                "maximum": 1000,
                "default": 1,
            },
            "delay_seconds": {
                "title": "Delay",
                "description": "Seconds to wait between two words.",
                "type": "number",
                "minimum": 0,
                "maximum": 60,
                "default": 0,
            },
            "fail": {
                "title": "Fail",
                "description": "Fail, with the text as the error's message.",
                "type": "boolean",
                "default": False,
            },
        },
        required=["text"],
    )
    output_schema: ClassVar = {"$schema": JSON_SCHEMA, "type": "string", "title": "Text"}

    def predict(self, context: PredictionContext) -> None:
        """Stream `text` `repeat` times, joined by newlines."""
        text, repeat = context.input["text"], context.input.get("repeat", 1)
        delay = context.input.get("delay_seconds", 0)
        context.log(f"echo: {len(text)} characters, {repeat} times")
        if context.input.get("fail", False):
            raise RuntimeError(text)
        words = _WORDS.findall(text) or [""]
        lines = [[*words[:-1], words[-1] + "\n"]] * (repeat - 1) + [words]
        for step, piece in enumerate(chain.from_iterable(lines), start=1):
            context.check()
            if delay and step > 1:
                context.sleep(delay)
            context.emit(piece)
            context.progress(step, len(words) * repeat)
