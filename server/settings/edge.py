"""The settings that bound what clients may ask of an API process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings

from server.settings.types import Blankable


class EdgeSettings(BaseSettings):
    """Costs, rates, sockets, and how much the API tells of its schema."""

    introspection: bool = Field(True, description="Whether clients may ask for the schema; GraphiQL needs it.")
    suggestions: bool = Field(True, description="Whether errors suggest names of the schema: `Did you mean ...?`.")
    allowed_operations: Annotated[Path | None, Blankable] = Field(
        None, description="A GraphQL file; only its operations may be asked. Unset: any."
    )
    max_query_cost: int = Field(5000, ge=1, description="Most points that one operation may cost.")
    rate_limit_user: int = Field(120_000, ge=0, description="Points that a user may spend in a minute; 0: no limit.")
    rate_limit_address: int = Field(
        60_000, ge=0, description="Points that an address may spend in a minute without signing in; 0: no limit."
    )
    max_sockets: int = Field(5000, ge=1, description="WebSockets that one API process holds.")
    max_sockets_per_address: int = Field(1000, ge=1, description="WebSockets from one address to one API process.")
    max_subscriptions: int = Field(20_000, ge=1, description="Operations running over the sockets of one API process.")
    max_subscriptions_per_user: int = Field(
        1000, ge=1, description="Operations running over the sockets of one user, or address, in one API process."
    )
    max_subscriptions_per_socket: int = Field(20, ge=1, description="Operations running over one WebSocket.")
    socket_idle_seconds: float = Field(
        600, ge=0.1, description="How long a WebSocket may stay open while nothing runs over it."
    )

    def edge_problems(self) -> Iterator[tuple[str, str]]:
        """What does not fit together: the setting's name, and what is wrong."""
        rates = {"RATE_LIMIT_USER": self.rate_limit_user, "RATE_LIMIT_ADDRESS": self.rate_limit_address}
        for name, points in rates.items():
            if 0 < points < self.max_query_cost:
                yield name, "must be 0 or at least MAX_QUERY_COST, or the dearest operation could never run"
        if self.allowed_operations is not None:
            # A worker needs no GraphQL
            from graphql import GraphQLError

            from server.settings.allowed_operations import read_operations

            try:
                read_operations(self.allowed_operations)
            except (OSError, ValueError, GraphQLError) as error:
                yield "ALLOWED_OPERATIONS", f"cannot be read: {str(error).splitlines()[0]}"
