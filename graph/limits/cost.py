"""What an operation costs: the nodes that it may have to read, and weights of what is dearer than that.

Known before anything runs, by the sizes of the lists that it asks for; and afterwards, by what came. One node is one
point; a page counts `first` or `last`, a plain list ten or what is in ITEMS; an operation costs at least one point.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    get_argument_values,
    get_named_type,
    get_variable_values,
    is_abstract_type,
    is_composite_type,
    is_list_type,
    is_object_type,
    value_from_ast_untyped,
)
from graphql.execution.values import VariableValues

from server.adapters.pagination import DEFAULT_PAGE, MAX_PAGE
from server.domain.api_keys import MAX_KEYS
from server.domain.experiments import MOST_OUTCOMES
from server.domain.prices import MOST_PRICES
from server.domain.traffic import MOST_ALIASES
from server.services.experiments import MOST_LISTED
from server.services.model_names import ALIASES_MAX
from server.services.models import SHARED_MAX
from server.services.versions import MAX_VERSIONS

ASSUMED_ITEMS = 10
ITEMS = {
    "Model.versions": MAX_VERSIONS,
    "Model.experiments": MOST_LISTED,
    "Prediction.outcomes": MOST_OUTCOMES,
    "Model.versionAliases": MOST_ALIASES,
    "PriceList.prices": MOST_PRICES,
    "User.apiKeys": MAX_KEYS,
    "User.modelAliases": ALIASES_MAX,
    "Model.sharedWith": SHARED_MAX,
}
"""How many nodes those lists may have that may have more than ASSUMED_ITEMS."""
MUTATION = SUBSCRIPTION = 10
WEIGHTS = {
    "Mutation.register": 50,
    "Mutation.login": 50,
    "Mutation.changePassword": 50,
    "Mutation.acceptInvitation": 50,
    "Mutation.resetPassword": 50,
    "Mutation.createBatch": 100,
    "Mutation.deactivateUser": 50,
    "Mutation.deleteUser": 100,
    "Mutation.requeuePredictions": 100,
    "Mutation.retryFailedBatch": 100,
    "Mutation.deletePredictions": 100,
    "Mutation.deleteBatch": 100,
    "BatchCounts.deleted": 1,
    "Query.comparePredictions": 20,
    "Query.server": 5,
    "Query.estimateCost": 5,
    "Query.owner": 5,
    "Query.hubRepository": 20,
    "Experiment.versionResults": 20,
    "Prediction.queue": 1,
    "Prediction.cost": 1,
    "Prediction.publicLink": 1,
    "Batch.cost": 20,
    "User.budgets": 1,
    "BatchConnection.totalCount": 5,
    "BatchLineConnection.totalCount": 5,
    "BatchCounts.running": 1,
    "ModelConnection.totalCount": 5,
    "ModelVersion.performance": 20,
    "PredictionConnection.totalCount": 5,
    "UserConnection.totalCount": 5,
    "User.usage": 20,
    "Query.usage": 50,
    "AuditEventConnection.totalCount": 5,
    "InvitationConnection.totalCount": 5,
    "ModelReportConnection.totalCount": 5,
    "User.predictionCount": 1,
    "Model.variables": 5,
    "Model.loadedOn": 1,
    "Model.hardware": 1,
    "Model.pinProblem": 1,
    "Worker.memoryRequests": 1,
}
"""Points of fields beside the nodes that they give.

100 for a batch or many deletions, 50 for a password hash or the ledger of all, 20 for two whole outputs, a user's
ledger, what a batch cost, a question to the hub, or all runs of an experiment or a version, 5 for a count over many
rows, a health check or what has to be decrypted, 1 for what a loader shares: a count, a cost or a place in a queue.
"""


@dataclass(frozen=True)
class FieldCost:
    """What a field costs: `weight` once, `each` for every object that it gives."""

    weight: int
    each: int
    result: str
    is_list: bool
    is_page: bool
    items: int


class AnswerCost(NamedTuple):
    """A field of the answer, by its key, with the points of its cost and the fields that cost something below it."""

    key: str
    weight: int
    each: int
    below: list[AnswerCost]


class CostModel:
    """The costs of a schema's fields, and the object types that each type may be."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        kinds = schema.type_map.items()
        self.members = {
            name: frozenset(each.name for each in schema.get_possible_types(kind))
            if is_abstract_type(kind)
            else frozenset([name])
            for name, kind in kinds
            if is_composite_type(kind)
        }
        nodes = {
            name for name, kind in kinds if is_object_type(kind) and "Node" in [each.name for each in kind.interfaces]
        }
        roots: dict[object, int] = {schema.mutation_type: MUTATION, schema.subscription_type: SUBSCRIPTION}
        self._costs: dict[tuple[str, str], FieldCost] = {}
        for name, kind in kinds:
            for key, field in getattr(kind, "fields", {}).items():
                if isinstance(field, GraphQLField) and not name.startswith("__"):
                    result = get_named_type(field.type).name
                    nullable = field.type if is_list_type(field.type) else getattr(field.type, "of_type", field.type)
                    self._costs[name, key] = FieldCost(
                        weight=WEIGHTS.get(f"{name}.{key}", roots.get(kind, 0)),
                        each=int(not nodes.isdisjoint(self.members.get(result, ()))),
                        result=result,
                        is_list=is_list_type(nullable),
                        is_page={"first", "last"} <= set(field.args),
                        items=ITEMS.get(f"{name}.{key}", ASSUMED_ITEMS),
                    )

    def root(self, operation: OperationDefinitionNode) -> str:
        """The name of the type that an operation begins at."""
        kind = self._schema.get_root_type(operation.operation)
        return kind.name if kind else ""

    def arguments(self, parent: str, node: FieldNode, variables: VariableValues) -> dict[str, Any]:
        """The arguments of a field as it would get them; none where they cannot be coerced, and it will not run."""
        field = getattr(self._schema.type_map.get(parent), "fields", {}).get(node.name.value)
        try:
            return get_argument_values(field, node, variables) if field else {}
        except GraphQLError:
            return {}

    def variables(self, operation: OperationDefinitionNode, values: Mapping[str, Any]) -> VariableValues:
        """The variables of an operation as it would get them; none where it will not run with these."""
        definitions = operation.variable_definitions or ()
        coerced = get_variable_values(self._schema, definitions, dict(values))
        return coerced if isinstance(coerced, VariableValues) else VariableValues({}, {})

    def cost(self, parent: str, field: str) -> FieldCost | None:
        """The cost of a field; None for what is no field of this type."""
        return self._costs.get((parent, field))


@lru_cache(maxsize=4)
def cost_model_of(schema: GraphQLSchema) -> CostModel:
    """The cost model of a schema."""
    return CostModel(schema)


class Operation:
    """One operation of a document, with its variables."""

    def __init__(
        self, model: CostModel, document: DocumentNode, name: str | None, variables: Mapping[str, Any] | None
    ) -> None:
        definitions = document.definitions
        self._model = model
        self._fragments = {d.name.value: d for d in definitions if isinstance(d, FragmentDefinitionNode)}
        operations = [d for d in definitions if isinstance(d, OperationDefinitionNode)]
        named = [d for d in operations if name is None or (d.name and d.name.value == name)]
        self._node = named[0] if named else None
        self._raw = dict(variables or {})
        self._variables: dict[str, Any] = {
            definition.variable.name.value: value_from_ast_untyped(definition.default_value)
            for definition in (self._node.variable_definitions or () if self._node else ())
            if definition.default_value
        } | self._raw
        self._fragment_costs: dict[tuple[str, int], int] = {}

    def requested(self) -> int:
        """The most that it may cost."""
        if self._node is None:
            return 1
        return max(1, self._selected(self._node.selection_set, self._model.root(self._node), 0))

    def _selected(self, selections: SelectionSetNode, parent: str, page: int) -> int:
        """What is selected of one object; of fragments that exclude each other, the dearest type counts."""
        always = 0
        members = dict.fromkeys(self._model.members.get(parent, ()), 0)
        for selection in filter(self._is_on, selections.selections):
            if isinstance(selection, FieldNode):
                always += self._field(selection, parent, page)
                continue
            if isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition.name.value if selection.type_condition else parent
                cost = self._selected(selection.selection_set, condition, page)
            elif isinstance(selection, FragmentSpreadNode) and selection.name.value in self._fragments:
                fragment, key = self._fragments[selection.name.value], (selection.name.value, page)
                condition = fragment.type_condition.name.value
                if key not in self._fragment_costs:
                    # Within itself a fragment counts as nothing: a circle is reported by the validation
                    self._fragment_costs[key] = 0
                    self._fragment_costs[key] = self._selected(fragment.selection_set, condition, page)
                cost = self._fragment_costs[key]
            else:
                continue
            for member in self._model.members.get(condition, frozenset()) & members.keys():
                members[member] += cost
        return always + max(members.values(), default=0)

    def _field(self, node: FieldNode, parent: str, page: int) -> int:
        """What a field costs with all below it; `page` is the size of the page whose items it lists."""
        cost = self._model.cost(parent, node.name.value)
        if cost is None:
            return 0
        if node.selection_set is None:
            return cost.weight
        size = 0
        values = {}
        if node.arguments and (cost.is_page or cost.is_list):
            values = self._model.arguments(parent, node, self._coerced)
        if cost.is_page:
            sizes = [values[name] for name in ("first", "last") if values.get(name) is not None]
            size = min(max(sizes[0], 0), MAX_PAGE) if sizes else DEFAULT_PAGE
        each = cost.each + self._selected(node.selection_set, cost.result, size)
        if not cost.is_list:
            return cost.weight + each
        # Items: those of the page that the list belongs to, one for each id, or what the list may have
        ids = values.get("ids")
        return cost.weight + each * (page or (len(ids) if isinstance(ids, list) else cost.items))

    @cached_property
    def _coerced(self) -> VariableValues:
        """The variables as they will be executed, such as 100.0 for an Int; most operations have no list to count."""
        return self._model.variables(self._node, self._raw) if self._node else VariableValues({}, {})

    def _is_on(self, selection: SelectionNode) -> bool:
        for directive in selection.directives or ():
            value = directive.arguments[0].value if directive.arguments else None
            condition = (
                self._variables.get(value.name.value)
                if isinstance(value, VariableNode)
                else getattr(value, "value", None)
            )
            if (directive.name.value, condition) in (("skip", True), ("include", False)):
                return False
        return True

    def actual(self, data: Mapping[str, Any] | None) -> int:
        """What it cost, by the data that it gave."""
        if self._node is None or data is None:
            return 1
        fields = self._answer_costs([self._node.selection_set], self._model.root(self._node))
        return max(1, _cost_of(data, fields))

    def _answer_costs(self, sets: list[SelectionSetNode], parent: str) -> list[AnswerCost]:
        """The fields that cost something, or lead to some that do, by their keys in the data."""
        merged: dict[str, tuple[FieldCost, list[SelectionSetNode]]] = {}
        for node, condition in self._fields(sets, parent, set()):
            cost = self._model.cost(condition, node.name.value)
            if cost and (cost.weight or node.selection_set):
                key = node.alias.value if node.alias else node.name.value
                below = merged.setdefault(key, (cost, []))[1]
                below += [node.selection_set] if node.selection_set else []
        fields = [
            AnswerCost(key, cost.weight, cost.each, self._answer_costs(below, cost.result))
            for key, (cost, below) in merged.items()
        ]
        return [field for field in fields if field.weight or field.each or field.below]

    def _fields(self, sets: list[SelectionSetNode], parent: str, spread: set[str]) -> Iterator[tuple[FieldNode, str]]:
        """The fields of some selections with the types that they stand in, those of fragments too."""
        for selection in (selection for each in sets for selection in each.selections):
            if isinstance(selection, FieldNode):
                yield selection, parent
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition.name.value if selection.type_condition else parent
                yield from self._fields([selection.selection_set], condition, spread)
            elif isinstance(selection, FragmentSpreadNode) and selection.name.value not in spread:
                spread.add(selection.name.value)
                fragment = self._fragments[selection.name.value]
                yield from self._fields([fragment.selection_set], fragment.type_condition.name.value, spread)


def _cost_of(data: Mapping[str, Any], fields: list[AnswerCost]) -> int:
    cost = 0
    for key, weight, each, below in fields:
        if key in data:
            value = data[key]
            cost += weight
            if isinstance(value, dict):
                cost += each + (_cost_of(value, below) if below else 0)
            elif isinstance(value, list):
                items = [item for item in value if isinstance(item, dict)]
                cost += each * len(items) + (sum(_cost_of(item, below) for item in items) if below else 0)
    return cost
