"""The schema: queries, mutations and subscriptions of all nouns, with their limits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import strawberry
from graphql import ASTValidationRule, GraphQLError, NoSchemaIntrospectionCustomRule, OperationDefinitionNode
from strawberry.extensions import AddValidationRules, ParserCache, SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from graph.accounts import AccountMutation, AccountQuery
from graph.api_keys import ApiKeyMutation
from graph.audit import AuditQuery
from graph.batches import BatchMutation, BatchQuery, BatchSubscription
from graph.deletions import DeletionMutation
from graph.errors import finish_error, member_handlers
from graph.executor import BoundedExecutor
from graph.experiments import ExperimentMutation
from graph.featured import FeaturedMutation
from graph.forks import ForkMutation
from graph.invitations import InvitationMutation, InvitationQuery
from graph.limits.budget import MAX_COST, Budget
from graph.limits.documents import AllowedOperations
from graph.limits.inputs import BoundedInputs, describe_bounds
from graph.limits.shape import MAX_TOKENS, BoundedValidation
from graph.lineage import LineageMutation, LineageQuery
from graph.model_aliases import ModelAliasMutation
from graph.model_memory import ModelMemoryMutation
from graph.model_reports import ModelReportMutation, ModelReportQuery
from graph.models import ModelMutation, ModelQuery
from graph.nodes import NodeQuery
from graph.owners import OwnerQuery
from graph.password_resets import PasswordResetMutation
from graph.predictions import PredictionMutation, PredictionQuery, PredictionSubscription
from graph.prices import PriceMutation, PriceQuery
from graph.public_links import PublicLinkMutation, PublicLinkQuery
from graph.queues import QueueQuery
from graph.rate_limits import RateLimitQuery
from graph.repositories import RepositoryQuery
from graph.results import ResultMutation
from graph.sessions import SessionMutation
from graph.single_sign_on import SingleSignOnMutation
from graph.stars import StarMutation
from graph.telemetry.metrics import OperationMetrics
from graph.telemetry.traces import TracedOperations
from graph.traffic import TrafficMutation
from graph.types.errors import MEMBERS, InvalidInput
from graph.types.events import EVENT_TYPES
from graph.types.scalars import SCALARS
from graph.uploads import UploadMutation, UploadQuery
from graph.usage import UsageQuery
from graph.users import UserMutation, UserQuery
from graph.webhooks import WebhookMutation
from graph.workers import WorkerMutation
from server.adapters.tracing import NO_TRACING, Tracing

SUGGESTION = re.compile(r" Did you mean [^?]*\?")


@dataclass(frozen=True)
class SchemaOptions:
    """What an operator chooses.

    The dearest operation, whether the schema can be read, whether errors hint at it, the only operations that run,
    those that metrics tell apart, and where traces go.
    """

    max_cost: int = MAX_COST
    introspection: bool = True
    suggestions: bool = True
    operations: frozenset[str] | None = None
    counted: frozenset[str] = frozenset()
    tracing: Tracing = NO_TRACING


@strawberry.type(description="What can be read.")
class Query(
    NodeQuery,
    AccountQuery,
    UserQuery,
    AuditQuery,
    InvitationQuery,
    RateLimitQuery,
    ModelQuery,
    OwnerQuery,
    RepositoryQuery,
    ModelReportQuery,
    PredictionQuery,
    PublicLinkQuery,
    LineageQuery,
    BatchQuery,
    QueueQuery,
    PriceQuery,
    UsageQuery,
    UploadQuery,
):
    pass


@strawberry.type(description="What can be changed.")
class Mutation(
    AccountMutation,
    UserMutation,
    SessionMutation,
    InvitationMutation,
    PasswordResetMutation,
    SingleSignOnMutation,
    ApiKeyMutation,
    ModelMutation,
    ModelAliasMutation,
    TrafficMutation,
    ExperimentMutation,
    ModelMemoryMutation,
    StarMutation,
    FeaturedMutation,
    ForkMutation,
    ModelReportMutation,
    PredictionMutation,
    PublicLinkMutation,
    LineageMutation,
    DeletionMutation,
    BatchMutation,
    ResultMutation,
    UploadMutation,
    WebhookMutation,
    WorkerMutation,
    PriceMutation,
):
    pass


@strawberry.type(description="What can be watched as it changes.")
class Subscription(PredictionSubscription, BatchSubscription):
    pass


class DocumentCache(ParserCache):
    """Parsed documents of bounded length. One that cannot be parsed is left to Strawberry, which answers it."""

    def on_parse(self) -> Iterator[None]:
        """Take a document from the cache."""
        self.execution_context.parse_options["max_tokens"] = MAX_TOKENS
        with suppress(GraphQLError):
            yield from super().on_parse()
            return
        yield


class OneOperation(SchemaExtension):
    """Refuses a document of several operations where the request names none; Strawberry would run the first."""

    def on_validate(self) -> Iterator[None]:
        """Check a document in which the validation before this reported nothing."""
        context = self.execution_context
        if context._provided_operation_name is None and not context.pre_execution_errors:
            definitions = context.graphql_document.definitions if context.graphql_document else ()
            if sum(isinstance(definition, OperationDefinitionNode) for definition in definitions) > 1:
                message = "Must provide operation name if query contains multiple operations."
                context.pre_execution_errors = [GraphQLError(message)]
        yield


class Schema(strawberry.Schema):
    """A schema whose errors carry codes and whose bugs are masked."""

    suggestions = True

    async def execute(self, *arguments: Any, **options: Any) -> ExecutionResult:
        """One result; a subscription has none, so it is refused before it runs."""
        allowed = options.get("allowed_operation_types") or set(OperationType)
        options["allowed_operation_types"] = set(allowed) - {OperationType.SUBSCRIPTION}
        return await super().execute(*arguments, **options)

    def process_errors(self, errors: list[GraphQLError], execution_context: Any = None) -> None:
        """Finish every error before it leaves; only bugs are logged."""
        for error in errors:
            finish_error(error)
            if not self.suggestions:
                error.message = SUGGESTION.sub("", error.message)


def make_schema(options: SchemaOptions | None = None) -> Schema:
    """The schema of the API."""
    chosen = options or SchemaOptions()
    hidden: list[type[ASTValidationRule]] = [] if chosen.introspection else [NoSchemaIntrospectionCustomRule]
    schema = Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=[*EVENT_TYPES, *MEMBERS.values(), InvalidInput],
        execution_context_class=BoundedExecutor,
        config=StrawberryConfig(scalar_map=SCALARS),
        exception_handlers=member_handlers(),
        extensions=[
            *([lambda: TracedOperations(chosen.tracing)] if chosen.tracing.is_on else []),
            lambda: OperationMetrics(chosen.counted),
            DocumentCache,
            *([] if chosen.operations is None else [lambda: AllowedOperations(chosen.operations or frozenset())]),
            BoundedValidation,
            BoundedInputs,
            OneOperation,  # behind the cache, whose result it adds to
            lambda: Budget(chosen.max_cost),
            *([lambda: AddValidationRules(hidden)] if hidden else []),
        ],
    )
    schema.suggestions = chosen.suggestions
    describe_bounds(schema._schema)
    return schema


def sdl() -> str:
    """The schema as text, as committed in schema.graphql."""
    return re.sub(r"\n{3,}", "\n\n", make_schema().as_str()).strip() + "\n"
