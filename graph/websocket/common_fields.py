"""Which fields of events are the same for whoever watches, by what their resolvers can know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

# Their resolvers use the request for what this process knows of the prediction, and not for who asks
SAME_FOR_ALL = frozenset(
    {"PreviewReady.image", *(f"Prediction.{name}" for name in ("input", "seed", "text", "choices", "logs", "progress"))}
)


def is_common(schema: GraphQLSchema, type_name: str, name: str) -> bool:
    """Whether a field of an object type is the same for whoever asks: its resolver cannot know who that is."""
    if name == "__typename" or f"{type_name}.{name}" in SAME_FOR_ALL:
        return True
    fields = getattr(schema.type_map.get(type_name), "fields", {})
    if name not in fields:
        return False
    field = fields[name].extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if not isinstance(field, StrawberryField) or field.permission_classes or field.extensions:
        return False
    return field.base_resolver is None or field.base_resolver.info_parameter is None


def own_events(
    schema: GraphQLSchema, roots: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode], event: str
) -> frozenset[str]:
    """The types of events of which something is selected that is not the same for all.

    What `@skip` and `@include` leave out counts too.
    """
    common = CommonSelections(schema, fragments)
    members = _members(schema, event)
    below = [node.selection_set for node in roots_of(roots, fragments) if node.selection_set]
    return frozenset(name for name in members if not all(common.holds(each, name) for each in below))


def roots_of(selections: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]) -> Iterator[FieldNode]:
    """The root fields of an operation, which fragments may hold."""
    for selection in selections.selections:
        if isinstance(selection, FieldNode):
            yield selection
        elif isinstance(selection, InlineFragmentNode):
            yield from roots_of(selection.selection_set, fragments)
        elif isinstance(selection, FragmentSpreadNode):
            yield from roots_of(fragments[selection.name.value].selection_set, fragments)


def _members(schema: GraphQLSchema, name: str) -> frozenset[str]:
    kind = schema.type_map[name]
    if is_abstract_type(kind):
        return frozenset(member.name for member in schema.get_possible_types(kind))
    return frozenset([name])


class CommonSelections:
    """Looks at each fragment once for each type that it is spread in: fragments may double themselves."""

    def __init__(self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._schema = schema
        self._fragments = fragments
        self._fragment_results: dict[tuple[str, str], bool] = {}

    def holds(self, selections: SelectionSetNode, type_name: str) -> bool:
        """Whether all that is selected of an object of this type is the same for all."""
        for selection in selections.selections:
            if isinstance(selection, FieldNode):
                name = selection.name.value
                if not is_common(self._schema, type_name, name):
                    return False
                if below := selection.selection_set:
                    fields = getattr(self._schema.type_map[type_name], "fields", {})
                    result: GraphQLNamedType = get_named_type(fields[name].type)
                    if not all(self.holds(below, member) for member in _members(self._schema, result.name)):
                        return False
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition.name.value if selection.type_condition else type_name
                applies = type_name in _members(self._schema, condition)
                if applies and not self.holds(selection.selection_set, type_name):
                    return False
            elif isinstance(selection, FragmentSpreadNode):
                key = (selection.name.value, type_name)
                if key not in self._fragment_results:
                    fragment = self._fragments[selection.name.value]
                    applies = type_name in _members(self._schema, fragment.type_condition.name.value)
                    self._fragment_results[key] = not applies or self.holds(fragment.selection_set, type_name)
                if not self._fragment_results[key]:
                    return False
            else:
                return False
        return True
