"""What is the same for all who watch a prediction is decided by what resolvers can know, field by field."""

from __future__ import annotations

import inspect

import pytest
from graphql import FragmentDefinitionNode, GraphQLObjectType, OperationDefinitionNode, get_named_type, parse
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema_converter import GraphQLCoreConverter

from graph.schema import make_schema
from graph.websocket.common_fields import SAME_FOR_ALL, is_common, own_events
from graph.websocket.frames import used_variables
from server.domain.events import EventType

SCHEMA = make_schema()._schema
EVENT = "PredictionEvent"
OWN = {"output", "files", "model", "version", "user", "webhookDeliveries", "retryOf", "batch", "lineage", "queue"}
OWN |= {"experiment", "outcomes", "cost", "isStarred", "publicLink"}


def own(document: str) -> set[str]:
    definitions = parse(document).definitions
    (operation,) = [node for node in definitions if isinstance(node, OperationDefinitionNode)]
    fragments = {node.name.value: node for node in definitions if isinstance(node, FragmentDefinitionNode)}
    return set(own_events(SCHEMA, operation.selection_set, fragments, EVENT))


def used(document: str) -> set[str]:
    definitions = parse(document).definitions
    (operation,) = [node for node in definitions if isinstance(node, OperationDefinitionNode)]
    fragments = {node.name.value: node for node in definitions if isinstance(node, FragmentDefinitionNode)}
    return set(used_variables(operation, fragments))


def watch(selection: str) -> str:
    return f'subscription {{ predictionEvents(id: "x") {{ {selection} }} }}'


def test_what_is_common_from_an_event_on_is_resolved_without_knowing_who_asks() -> None:
    """The walk over all that common fields lead to: a resolver with the request's context is own, or named here."""
    waiting = [kind.name for kind in SCHEMA.get_possible_types(SCHEMA.type_map[EVENT])]
    seen: set[str] = set()
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        kind = SCHEMA.type_map[name]
        if name in seen or not isinstance(kind, GraphQLObjectType):
            continue
        seen.add(name)
        for key, field in kind.fields.items():
            resolver = field.extensions[GraphQLCoreConverter.DEFINITION_BACKREF].base_resolver
            knows = resolver is not None and "info" in inspect.signature(resolver.wrapped_func).parameters
            assert is_common(SCHEMA, name, key) is (not knows or f"{name}.{key}" in SAME_FOR_ALL), f"{name}.{key}"
            if is_common(SCHEMA, name, key):
                found.add(f"{name}.{key}")
                waiting.append(get_named_type(field.type).name)
    assert seen == {
        *(kind.value for kind in EventType), "Prediction", "PredictionError", "PredictionMetrics", "PredictionProgress",
        "TextChoice", "TokenLogprob", "LikelyToken", "PredictionQueue", "QueueEta",
    }  # fmt: skip
    assert found > SAME_FOR_ALL
    # Neither accounts nor anything with a link that is signed for somebody
    assert {"User", "Model", "PredictionFile", "WebhookDelivery"}.isdisjoint(seen)


def test_the_fields_of_a_prediction_that_depend_on_who_asks_are_own() -> None:
    fields = SCHEMA.type_map["Prediction"].fields  # type: ignore[attr-defined]
    assert {name for name in fields if not is_common(SCHEMA, "Prediction", name)} == OWN
    assert not is_common(SCHEMA, "Prediction", "nothing")
    assert not is_common(SCHEMA, "Query", "viewer")
    assert is_common(SCHEMA, "Prediction", "__typename")


@pytest.mark.parametrize("field", sorted(OWN))
def test_an_own_field_makes_its_events_own_however_it_is_selected(field: str) -> None:
    below = {"output": "", "isStarred": ""}.get(field, "{ __typename }")
    inner = f"prediction {{ status a: {field} {below} }}"
    assert own(watch(f"cursor ... on StatusChanged {{ {inner} }} ... on Logged {{ line }}")) == {"StatusChanged"}
    assert own(watch(f"... on StatusChanged {{ ... {{ {inner} }} }}")) == {"StatusChanged"}
    assert own(watch(f"... on StatusChanged {{ p: prediction {{ {field} @skip(if: true) {below} }} }}")) == {
        "StatusChanged"
    }
    spread = watch("...a ... on PredictionSnapshot { prediction { ...b } }")
    fragments = "fragment a on StatusChanged { prediction { ...b } } fragment b on Node { id ...c }"
    assert own(f"{spread} {fragments} fragment c on Prediction {{ {field} {below} }}") == {
        "StatusChanged", "PredictionSnapshot",
    }  # fmt: skip


def test_what_is_not_reached_is_not_own() -> None:
    assert own(watch("__typename cursor seq at")) == set()
    # Of one type inside a fragment of another nothing comes
    nothing = "... on Logged { ... on PredictionEvent { ... on StatusChanged { prediction { output } } } }"
    assert own(watch(nothing)) == set()
    everything = " ".join(
        f"... on {kind.value} {{ {name} }}"
        for kind in EventType
        for name, field in SCHEMA.type_map[kind.value].fields.items()  # type: ignore[attr-defined]
        if not isinstance(get_named_type(field.type), GraphQLObjectType)
    )
    assert "image" in everything
    assert own(watch(everything)) == set()


def test_a_fragment_that_doubles_itself_is_looked_at_once() -> None:
    doubled = " ".join(f"fragment f{n} on PredictionEvent {{ ...f{n + 1} ...f{n + 1} }}" for n in range(60))
    document = f"{watch('...f0')} {doubled} fragment f60 on PredictionEvent {{ cursor }}"
    assert own(document) == set()


def test_variables_of_the_root_field_alone_tell_no_selections_apart() -> None:
    definition = "subscription ($id: ID!, $after: String, $x: Boolean!, $y: Boolean!)"
    plain = f"{definition} {{ predictionEvents(id: $id, after: $after) {{ cursor }} }}"
    assert used(plain) == set()
    assert used(plain.replace("cursor", "cursor @skip(if: $x) ... @include(if: $y) { seq }")) == {"x", "y"}
    assert used(plain.replace(") { cursor", ") @include(if: $x) { cursor")) == {"x"}
    assert used(plain.replace("predictionEvents", "... @skip(if: $y) { predictionEvents") + "}") == {"y"}
    fragment = "fragment f on PredictionEvent { seq @skip(if: $x) }"
    assert used(plain.replace("cursor", "...f") + fragment) == {"x"}


def test_roots_are_found_behind_fragments() -> None:
    inner = '... on Subscription { predictionEvents(id: "x") { ... on StatusChanged { prediction { output } } } }'
    assert own(f"subscription {{ {inner} }}") == {"StatusChanged"}
    assert own(f"subscription {{ ...r }} fragment r on Subscription {{ {inner} }}") == {"StatusChanged"}


def test_no_extension_wraps_resolvers() -> None:
    """Frames are executed without such wrappers, which would be missing then."""
    assert all(type(found).resolve is SchemaExtension.resolve for found in make_schema().get_extensions())
