"""Indexes for tables that are in use."""

from __future__ import annotations

from tortoise import BaseDBAsyncClient

# Through a pooler there is none: what is set for a session would stay with a connection that others use
NO_LIMIT = "0"

async def create_index(
    db: BaseDBAsyncClient, name: str, table: str, definition: str, *, unique: bool = False
) -> None:
    """Build an index while others write the table; one that an interrupted build left behind is built again.

    No transaction may be around it: the migration says RUN_IN_TRANSACTION = False, and each of its steps can be run
    again. `definition` is what CREATE INDEX has behind the table, such as `("a", "b") WHERE c`.
    """
    kind = "UNIQUE INDEX" if unique else "INDEX"
    states = await db.execute_query_dict(
        "SELECT indisvalid AS is_valid FROM pg_index WHERE indexrelid = to_regclass($1)", [f'"{name}"']
    )
    if any(state["is_valid"] for state in states):
        return
    async with db.acquire_connection() as connection:
        # A build waits for whoever began before it, and nobody waits for the build
        earlier = await connection.fetchval("SHOW lock_timeout")
        if earlier != NO_LIMIT:
            await connection.execute("SET lock_timeout = 0")
        try:
            await connection.execute(f'DROP INDEX CONCURRENTLY IF EXISTS "{name}"')
            await connection.execute(f'CREATE {kind} CONCURRENTLY "{name}" ON "{table}" {definition}')
        finally:
            if earlier != NO_LIMIT:
                await connection.execute(f"SET lock_timeout = '{earlier}'")


async def drop_index(db: BaseDBAsyncClient, name: str) -> None:
    """Drop an index while others use the table; under the terms of `create_index`."""
    async with db.acquire_connection() as connection:
        earlier = await connection.fetchval("SHOW lock_timeout")
        if earlier != NO_LIMIT:
            await connection.execute("SET lock_timeout = 0")
        try:
            await connection.execute(f'DROP INDEX CONCURRENTLY IF EXISTS "{name}"')
        finally:
            if earlier != NO_LIMIT:
                await connection.execute(f"SET lock_timeout = '{earlier}'")
