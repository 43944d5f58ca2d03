"""Rules (CHECK constraints) for tables that have rows already."""

from __future__ import annotations

from collections.abc import Mapping

from tortoise import BaseDBAsyncClient


class BrokenRulesError(Exception):
    """Rows break rules that a migration adds."""

    def __init__(self, table: str, rules: Mapping[str, str], counts: Mapping[str, int]) -> None:
        lines = [
            f"{count} of table {table} break {name}; list them: SELECT * FROM {table} WHERE NOT ({rules[name]});"
            for name, count in counts.items()
        ]
        super().__init__(
            "\n".join(["The database has rows that cannot be. Correct or delete them, then migrate again.", *lines])
        )


async def add_rules(db: BaseDBAsyncClient, table: str, rules: Mapping[str, str]) -> None:
    """Add CHECK constraints by name, unless a row breaks one; safe to run again after it was interrupted.

    They are added without a look at the rows, which takes a moment, and then validated, during which others read and
    write the table. For this each statement is its own transaction: the migration says RUN_IN_TRANSACTION = False.

    Raises:
        BrokenRulesError: with the number of rows that break each rule.
    """
    counts = ", ".join(f'count(*) FILTER (WHERE NOT ({check})) AS "{name}"' for name, check in rules.items())
    (row,) = await db.execute_query_dict(f'SELECT {counts} FROM "{table}"')
    if broken := {name: count for name, count in row.items() if count}:
        raise BrokenRulesError(table, rules, broken)
    added = ", ".join(
        f'DROP CONSTRAINT IF EXISTS "{name}", ADD CONSTRAINT "{name}" CHECK ({check}) NOT VALID'
        for name, check in rules.items()
    )
    validated = ", ".join(f'VALIDATE CONSTRAINT "{name}"' for name in rules)
    await db.execute_script(f'ALTER TABLE "{table}" {added}')
    await db.execute_script(f'ALTER TABLE "{table}" {validated}')
