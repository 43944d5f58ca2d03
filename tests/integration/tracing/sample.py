"""A model that tells in which trace it runs."""

from __future__ import annotations

from typing import ClassVar

from workers.contract.predictor import JSON_SCHEMA, PredictionContext, Predictor, schema


class Parent(Predictor):
    """Gives its trace context."""

    name = "parent"
    kind = "CUSTOM"
    input_schema: ClassVar = schema({}, required=[])
    output_schema: ClassVar = {"$schema": JSON_SCHEMA, "type": "string", "title": "Trace"}

    def predict(self, context: PredictionContext) -> str:
        return str(context.traceparent)
