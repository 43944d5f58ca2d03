"""What an operation costs: the nodes that it may have to read, and weights of what is dearer than that.

Known before anything runs, by the sizes of the lists that it asks for; and afterwards, by what came. One node is one
point; a page counts `first` or `last`, a plain list ten; an operation costs at least one point.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLSchema,
    InlineFragmentNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_list_type,
    is_object_type,
    value_from_ast_untyped,
)

from server.adapters.pagination import DEFAULT_PAGE, MAX_PAGE

ASSUMED_ITEMS = 10
MUTATION = SUBSCRIPTION = 10
WEIGHTS = {
    "Mutation.register": 50,
    "Mutation.login": 50,
    "Mutation.changePassword": 50,
    "Query.server": 5,
    "ModelConnection.totalCount": 5,
    "PredictionConnection.totalCount": 5,
    "UserConnection.totalCount": 5,
    "User.predictionCount": 1,
}
"""Points of fields beside the nodes that they give: password hashes, counts, health checks."""


@dataclass(frozen=True)
class Priced:
    """What a field costs: `weight` once, `each` for every object that it gives."""

    weight: int
    each: int
    result: str
    is_list: bool
    is_page: bool


class Counted(NamedTuple):
    """A field of the answer, by its key, with the points of its price and the fields that count below it."""

    key: str
    weight: int
    each: int
    below: list[Counted]


class Tariff:
    """The prices of a schema's fields."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self.members = {name: self._members(name) for name, kind in schema.type_map.items() if is_composite_type(kind)}
        roots = {schema.mutation_type: MUTATION, schema.subscription_type: SUBSCRIPTION}
        self._prices = {
            (name, key): self._price(f"{name}.{key}", field, roots.get(kind, 0))  # type: ignore[call-overload]
            for name, kind in schema.type_map.items()
            for key, field in getattr(kind, "fields", {}).items()
            if isinstance(field, GraphQLField) and not name.startswith("__")
        }

    def root(self, operation: OperationDefinitionNode) -> str:
        """The name of the type that an operation begins at."""
        kind = self._schema.get_root_type(operation.operation)
        return kind.name if kind else ""

    def price(self, parent: str, field: str) -> Priced | None:
        """The price of a field; None for what is no field of this type."""
        return self._prices.get((parent, field))

    def _members(self, name: str) -> frozenset[str]:
        kind = self._schema.type_map[name]
        if is_abstract_type(kind):
            return frozenset(member.name for member in self._schema.get_possible_types(kind))
        return frozenset([name])

    def _price(self, name: str, field: GraphQLField, root: int) -> Priced:
        kind = get_named_type(field.type)
        members = [self._schema.type_map[member] for member in self.members.get(kind.name, ())]
        each = int(any(_is_node(member) for member in members))
        bare = getattr(field.type, "of_type", field.type) if not is_list_type(field.type) else field.type
        return Priced(
            WEIGHTS.get(name, root), each, kind.name, is_list_type(bare), {"first", "last"} <= set(field.args)
        )


def _is_node(kind: Any) -> bool:
    return is_object_type(kind) and any(interface.name == "Node" for interface in kind.interfaces)


@lru_cache(maxsize=4)
def tariff_of(schema: GraphQLSchema) -> Tariff:
    """The tariff of a schema."""
    return Tariff(schema)


class Operation:
    """One operation of a document, with its variables."""

    def __init__(
        self, tariff: Tariff, document: DocumentNode, name: str | None, variables: Mapping[str, Any] | None
    ) -> None:
        definitions = document.definitions
        self._tariff = tariff
        self._fragments = {d.name.value: d for d in definitions if isinstance(d, FragmentDefinitionNode)}
        operations = [d for d in definitions if isinstance(d, OperationDefinitionNode)]
        named = [d for d in operations if name is None or (d.name and d.name.value == name)]
        self._node = named[0] if named else None
        self._given = self._variables(variables or {})
        self._known: dict[tuple[str, int], int] = {}

    def _variables(self, given: Mapping[str, Any]) -> dict[str, Any]:
        declared = self._node.variable_definitions or () if self._node else ()
        defaults = {
            definition.variable.name.value: value_from_ast_untyped(definition.default_value)
            for definition in declared
            if definition.default_value
        }
        return {**defaults, **given}

    def requested(self) -> int:
        """The most that it may cost."""
        if self._node is None:
            return 1
        return max(1, self._selected(self._node.selection_set, self._tariff.root(self._node), 0))

    def _selected(self, selections: SelectionSetNode, parent: str, page: int) -> int:
        """What is selected of one object; of fragments that exclude each other, the dearest type counts."""
        always = 0
        members = dict.fromkeys(self._tariff.members.get(parent, ()), 0)
        for selection in filter(self._is_on, selections.selections):
            if isinstance(selection, FieldNode):
                always += self._field(selection, parent, page)
                continue
            condition, cost = self._fragment(selection, parent, page)
            for member in self._tariff.members.get(condition, frozenset()) & members.keys():
                members[member] += cost
        return always + max(members.values(), default=0)

    def _fragment(self, selection: SelectionNode, parent: str, page: int) -> tuple[str, int]:
        if isinstance(selection, InlineFragmentNode):
            condition = selection.type_condition.name.value if selection.type_condition else parent
            return condition, self._selected(selection.selection_set, condition, page)
        if not isinstance(selection, FragmentSpreadNode) or selection.name.value not in self._fragments:
            return parent, 0
        name = selection.name.value
        fragment = self._fragments[name]
        condition = fragment.type_condition.name.value
        if (name, page) not in self._known:
            self._known[name, page] = 0
            self._known[name, page] = self._selected(fragment.selection_set, condition, page)
        return condition, self._known[name, page]

    def _field(self, node: FieldNode, parent: str, page: int) -> int:
        price = self._tariff.price(parent, node.name.value)
        if price is None:
            return 0
        if node.selection_set is None:
            return price.weight
        inner = price.each + self._selected(node.selection_set, price.result, self._page(node) if price.is_page else 0)
        return price.weight + inner * (self._items(node, page) if price.is_list else 1)

    def _page(self, node: FieldNode) -> int:
        sizes = [self._argument(node, name) for name in ("first", "last")]
        asked = [size for size in sizes if isinstance(size, int) and not isinstance(size, bool)]
        return min(max(asked[0], 0), MAX_PAGE) if asked else DEFAULT_PAGE

    def _items(self, node: FieldNode, page: int) -> int:
        """Items of a list: those of the page that it belongs to, one for each id, or what lists commonly have."""
        ids = self._argument(node, "ids")
        return page or (len(ids) if isinstance(ids, list) else ASSUMED_ITEMS)

    def _argument(self, node: FieldNode, name: str) -> Any:
        found = next((argument.value for argument in node.arguments or () if argument.name.value == name), None)
        if isinstance(found, VariableNode):
            return self._given.get(found.name.value)
        if isinstance(found, ListValueNode):
            return list(found.values)
        try:
            return value_from_ast_untyped(found, self._given) if found else None
        except ValueError:
            # An integer of more digits than Python reads
            return None

    def _is_on(self, selection: SelectionNode) -> bool:
        for directive in selection.directives or ():
            value = directive.arguments[0].value if directive.arguments else None
            given = (
                self._given.get(value.name.value) if isinstance(value, VariableNode) else getattr(value, "value", None)
            )
            if (directive.name.value, given) in (("skip", True), ("include", False)):
                return False
        return True

    def actual(self, data: Mapping[str, Any] | None) -> int:
        """What it cost, by the data that it gave."""
        if self._node is None or data is None:
            return 1
        return max(1, _came(self._counted([self._node.selection_set], self._tariff.root(self._node)), data))

    def _counted(self, sets: list[SelectionSetNode], parent: str) -> list[Counted]:
        """The fields that cost something, or lead to some that do, by their keys in the data."""
        merged: dict[str, tuple[Priced, list[SelectionSetNode]]] = {}
        for node, condition in self._flat(sets, parent, set()):
            price = self._tariff.price(condition, node.name.value)
            if price and (price.weight or node.selection_set):
                key = node.alias.value if node.alias else node.name.value
                below = merged.setdefault(key, (price, []))[1]
                below += [node.selection_set] if node.selection_set else []
        found = [
            Counted(key, price.weight, price.each, self._counted(below, price.result))
            for key, (price, below) in merged.items()
        ]
        return [field for field in found if field.weight or field.each or field.below]

    def _flat(self, sets: list[SelectionSetNode], parent: str, seen: set[str]) -> Iterator[tuple[FieldNode, str]]:
        for selection in (selection for found in sets for selection in found.selections):
            if isinstance(selection, FieldNode):
                yield selection, parent
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition.name.value if selection.type_condition else parent
                yield from self._flat([selection.selection_set], condition, seen)
            elif isinstance(selection, FragmentSpreadNode) and selection.name.value not in seen:
                seen.add(selection.name.value)
                fragment = self._fragments[selection.name.value]
                yield from self._flat([fragment.selection_set], fragment.type_condition.name.value, seen)


def _came(fields: list[Counted], data: Mapping[str, Any]) -> int:
    cost = 0
    for key, weight, each, below in fields:
        if key in data:
            value = data[key]
            cost += weight
            if isinstance(value, dict):
                cost += each + (_came(below, value) if below else 0)
            elif isinstance(value, list):
                items = [item for item in value if isinstance(item, dict)]
                cost += each * len(items) + (sum(_came(below, item) for item in items) if below else 0)
    return cost
