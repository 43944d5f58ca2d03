"""Traces of callers, and the spans that came of them."""

from __future__ import annotations

import secrets
from typing import Any

from tests.support.api import CREATE, Client
from tests.support.collector import Exported


def caller() -> tuple[str, str, str]:
    """A client's own trace context, its trace and its span."""
    trace, span = secrets.token_hex(16), secrets.token_hex(8)
    return f"00-{trace}-{span}-01", trace, span


async def create(client: Client, header: str | None, values: Any, **options: Any) -> dict[str, Any]:
    """A prediction that is created in the trace of its caller."""
    body = {"query": CREATE, "variables": {"input": {"model": "demo/echo", "input": values, **options}}}
    headers = {"authorization": f"Bearer {client.token}"} | ({"traceparent": header} if header is not None else {})
    found = (await client.http.post(f"{client.url}/graphql", json=body, headers=headers)).json()
    made: dict[str, Any] = found["data"]["createPrediction"]
    assert made["__typename"] == "Prediction", made
    return made


def one(spans: list[Exported], name: str, **attributes: Any) -> Exported:
    """The only span of a name, and of these attributes."""
    found = [s for s in spans if s.name == name and attributes.items() <= s.attributes.items()]
    assert len(found) == 1, [(s.name, s.attributes) for s in spans]
    return found[0]
