"""Bounds of a document, judged before it is validated: how deep it is, its aliases, repeated fields and directives.

Every fragment is measured once, however often it is spread: documents that double themselves by fragments cost no more
than their length.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    OperationDefinitionNode,
    SelectionSetNode,
)
from strawberry.extensions import ValidationCache

MAX_DEPTH, MAX_ALIASES, MAX_TOKENS, MAX_REPEATS, MAX_DIRECTIVES = 10, 15, 1000, 10, 5


@dataclass(frozen=True)
class Extent:
    """How deep something nests, and the aliases in it; fragments count wherever they are spread."""

    depth: int = 0
    aliases: int = 0


class BoundedValidation(ValidationCache):
    """Validation with a cache; a document beyond the bounds is not validated any further."""

    def on_validate(self) -> Iterator[None]:
        """Check the bounds first; what is refused already is not checked."""
        if self.execution_context.pre_execution_errors:
            yield
            return
        document = self.execution_context.graphql_document
        problem = beyond_bounds(document) if document else None
        if problem is None:
            yield from super().on_validate()
        else:
            self.execution_context.pre_execution_errors = [GraphQLError(problem)]
            yield


@lru_cache(maxsize=128)
def beyond_bounds(document: DocumentNode) -> str | None:
    """Which bound a document exceeds, or None."""
    measurement = Measurement(document)
    extents = [measurement.extent(node.selection_set) for node in measurement.operations]
    depth = max((extent.depth for extent in extents), default=0)
    aliases = sum(extent.aliases for extent in extents)
    if depth > MAX_DEPTH:
        return f"The operation is {depth} levels deep; {MAX_DEPTH} are allowed."
    if aliases > MAX_ALIASES:
        # Doubled by fragments, it may be a number of hundreds of digits
        return f"The operation has {min(aliases, 10**6)} aliases; {MAX_ALIASES} are allowed."
    if measurement.repeats > MAX_REPEATS:
        return f"A field is selected {measurement.repeats} times in one place; {MAX_REPEATS} are allowed."
    if measurement.directives > MAX_DIRECTIVES:
        return f"An element has {measurement.directives} directives; {MAX_DIRECTIVES} are allowed."
    return None


class Measurement:
    """The extents of a document's selections, and the most repeats and directives that any of them had."""

    def __init__(self, document: DocumentNode) -> None:
        self.repeats = self.directives = 0
        self.operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._fragment_extents: dict[str, Extent] = {}
        for node in document.definitions:
            self.directives = max(self.directives, len(getattr(node, "directives", None) or ()))

    def extent(self, selections: SelectionSetNode) -> Extent:
        """How deep some selections nest, and their aliases."""
        depth = aliases = 0
        keys: Counter[str] = Counter()
        for selection in selections.selections:
            self.directives = max(self.directives, len(selection.directives or ()))
            if isinstance(selection, FragmentSpreadNode):
                name = selection.name.value
                keys[f"...{name}"] += 1
                if name not in self._fragment_extents:
                    # While it is measured it counts as nothing: a circle is reported by the validation
                    self._fragment_extents[name] = Extent()
                    if name in self._fragments:
                        self._fragment_extents[name] = self.extent(self._fragments[name].selection_set)
                below = self._fragment_extents[name]
            else:
                inner: SelectionSetNode | None = getattr(selection, "selection_set", None)
                below = self.extent(inner) if inner else Extent()
                if isinstance(selection, FieldNode):
                    keys[selection.alias.value if selection.alias else selection.name.value] += 1
                    aliases += 1 if selection.alias else 0
                    # How deep an introspection goes is for a rule of GraphQL's own
                    is_level = inner is not None and not selection.name.value.startswith("__")
                    below = Extent(below.depth + 1 if is_level else 0, below.aliases)
            depth, aliases = max(depth, below.depth), aliases + below.aliases
        self.repeats = max(self.repeats, *keys.values()) if keys else self.repeats
        return Extent(depth, aliases)
