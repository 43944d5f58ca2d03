"""Random subscriptions of a prediction's events: fragments, aliases, variables, directives."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLObjectType, get_named_type

from graph.schema import make_schema
from server.domain.events import EventType

SCHEMA = make_schema()._schema
NESTED = {
    "logprobs": "token text logprob top { token text logprob }",
    "error": "code message", "progress": "step total fraction etaSeconds", "metrics": "totalSeconds steps",
    "model": "slug", "version": "number slug", "user": "handle", "files": "contentType", "retryOf": "id",
    "choices": "index text finishReason", "batch": "id status",
    "lineage": "versionDigest seed device libraries { name } parent { id }",
    "experiment": "id name", "outcomes": "name value", "cost": "amount currency lines { unit amount }",
    "publicLink": "token showsInput", "webhookDeliveries": "event",
    "queue": "position aheadSeconds reason etaSeconds { p50 p90 }",
}  # fmt: skip


@dataclass
class Document:
    """One of them, being written."""

    rng: random.Random
    variables: dict[str, bool] = field(default_factory=dict)
    fragments: list[str] = field(default_factory=list)
    aliases: int = 0

    def field(self, kind: str, name: str) -> str:
        """A field, perhaps under another name, perhaps left out by a directive."""
        shown = name
        if self.aliases < 8 and self.rng.random() < 0.2:
            self.aliases += 1
            shown = f"a{self.aliases}: {name}"
        named = get_named_type(SCHEMA.type_map[kind].fields[name].type)  # type: ignore[attr-defined]
        below = ""
        if name == "prediction":
            below = f" {{ {self.fields('Prediction', 6)} }}"
        elif isinstance(named, GraphQLObjectType):
            below = f" {{ {NESTED[name]} }}"
        return f"{shown}{self.directive()}{below}"

    def directive(self) -> str:
        """None most of the time."""
        if self.rng.random() > 0.2:
            return ""
        name, value = self.rng.choice(("skip", "include")), self.rng.random() < 0.5
        if self.rng.random() < 0.5:
            return f" @{name}(if: {str(value).lower()})"
        variable = f"v{len(self.variables)}"
        self.variables[variable] = value
        return f" @{name}(if: ${variable})"

    def fields(self, kind: str, most: int) -> str:
        """Some fields of a type."""
        names = list(SCHEMA.type_map[kind].fields)  # type: ignore[attr-defined]
        chosen = self.rng.sample(names, min(len(names), self.rng.randint(1, most)))
        return " ".join(["__typename", *(self.field(kind, name) for name in chosen)])

    def member(self, kind: str) -> str:
        """What is selected of one type of event."""
        if self.rng.random() < 0.3:
            name = f"F{len(self.fragments)}"
            self.fragments.append(f"fragment {name} on {kind} {{ {self.fields(kind, 4)} }}")
            return f"...{name}{self.directive()}"
        return f"... on {kind}{self.directive()} {{ {self.fields(kind, 4)} }}"

    def text(self) -> str:
        """The whole."""
        kinds = [kind.value for kind in EventType]
        inner = [self.fields("PredictionEvent", 3), *map(self.member, self.rng.sample(kinds, self.rng.randint(3, 8)))]
        shown = self.rng.choice(("", "seen: "))
        declared = "".join(f", ${name}: Boolean!" for name in self.variables)
        root = f"{shown}predictionEvents(id: $id) {{ {' '.join(inner)} }}"
        return f"subscription Watch($id: ID!{declared}) {{ {root} }} {' '.join(self.fragments)}"


def documents(seed: int, count: int) -> list[tuple[str, dict[str, Any]]]:
    """Some of them, with their variables."""
    found = []
    for number in range(count):
        made = Document(random.Random(seed * 1000 + number))
        found.append((made.text(), dict(made.variables)))
    return found
