"""Bounds of a document, judged before it is validated: how deep it is, its aliases, repeated fields and directives.

Every fragment is measured once, however often it is spread: documents that double themselves by fragments cost no more
than their length.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    OperationDefinitionNode,
    SelectionNode,
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
    """Validation with a cache; a document beyond the bounds is not looked at any further."""

    def on_validate(self) -> Iterator[None]:
        """Judge the bounds first; what is refused already is not looked at."""
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
    measuring = _Measuring(document)
    found = [measuring.extent(node.selection_set) for node in measuring.operations]
    depth = max((extent.depth for extent in found), default=0)
    aliases = sum(extent.aliases for extent in found)
    if depth > MAX_DEPTH:
        return f"The operation is {depth} levels deep; {MAX_DEPTH} are allowed."
    if aliases > MAX_ALIASES:
        # Doubled by fragments, it may be a number of hundreds of digits
        return f"The operation has {min(aliases, 10**6)} aliases; {MAX_ALIASES} are allowed."
    if measuring.repeats > MAX_REPEATS:
        return f"A field is selected {measuring.repeats} times in one place; {MAX_REPEATS} are allowed."
    if measuring.directives > MAX_DIRECTIVES:
        return f"Something has {measuring.directives} directives; {MAX_DIRECTIVES} are allowed."
    return None


class _Measuring:
    def __init__(self, document: DocumentNode) -> None:
        self.repeats = self.directives = 0
        self.operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        # One that is being measured counts as nothing: a circle is reported by the validation
        self._known: dict[str, Extent] = {}
        for node in document.definitions:
            self.directives = max(self.directives, len(getattr(node, "directives", None) or ()))

    def extent(self, selections: SelectionSetNode) -> Extent:
        depth = aliases = 0
        for selection in selections.selections:
            inner = self._inner(selection)
            depth, aliases = max(depth, inner.depth), aliases + inner.aliases
            self.directives = max(self.directives, len(selection.directives or ()))
        names = Counter(_keys(selections.selections))
        self.repeats = max(self.repeats, *names.values()) if names else self.repeats
        return Extent(depth, aliases)

    def _inner(self, selection: SelectionNode) -> Extent:
        if isinstance(selection, FragmentSpreadNode):
            return self._fragment(selection.name.value)
        below: SelectionSetNode | None = getattr(selection, "selection_set", None)
        inner = self.extent(below) if below else Extent()
        if not isinstance(selection, FieldNode):
            return inner
        aliases = inner.aliases + (1 if selection.alias else 0)
        # How deep an introspection goes is for a rule of GraphQL's own
        is_level = below is not None and not selection.name.value.startswith("__")
        return Extent(inner.depth + 1 if is_level else 0, aliases)

    def _fragment(self, name: str) -> Extent:
        if name not in self._known:
            self._known[name] = Extent()
            if name in self._fragments:
                self._known[name] = self.extent(self._fragments[name].selection_set)
        return self._known[name]


def _keys(selections: Iterable[SelectionNode]) -> Iterator[str]:
    for selection in selections:
        if isinstance(selection, FieldNode):
            yield selection.alias.value if selection.alias else selection.name.value
        elif isinstance(selection, FragmentSpreadNode):
            yield f"...{selection.name.value}"
