"""What a prediction ran with, as its worker says: bounded, since the process that runs models may say anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any
from uuid import UUID

import orjson

from server.domain.storable import storable

TEXTS = ("device", "deviceName", "dtype", "quantization", "engine")
MOST_CHARACTERS = 200
MOST_LIBRARIES = 50


@dataclass(frozen=True)
class Environment:
    """A device and the software on it; equal ones have one id. `libraries` are versions by name."""

    device: str | None = None
    device_name: str | None = None
    dtype: str | None = None
    quantization: str | None = None
    engine: str | None = None
    libraries: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, facts: Mapping[str, Any]) -> Environment:
        """That of a runner's facts, or of a row; what is no text is left out."""
        device, device_name, dtype, quantization, engine = (_text(facts.get(name)) for name in TEXTS)
        libraries = facts.get("libraries")
        pairs = list(libraries.items())[:MOST_LIBRARIES] if isinstance(libraries, dict) else []
        read = {_text(name): _text(version) for name, version in pairs}
        versions = {name: read[name] or "" for name in sorted(filter(None, read))}
        return cls(device, device_name, dtype, quantization, engine, versions)

    @property
    def facts(self) -> dict[str, Any]:
        """As its row has it."""
        texts = (self.device, self.device_name, self.dtype, self.quantization, self.engine)
        return {**dict(zip(TEXTS, texts, strict=True)), "libraries": dict(self.libraries)}

    @property
    def id(self) -> UUID:
        """The same for all that are equal."""
        return UUID(bytes=blake2b(orjson.dumps(self.facts, option=orjson.OPT_SORT_KEYS), digest_size=16).digest())


def _text(value: object) -> str | None:
    return str(storable(value[:MOST_CHARACTERS])) if isinstance(value, str) else None
