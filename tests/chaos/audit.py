"""What PostgreSQL itself writes down of every prediction, by triggers that see each change once it is committed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import asyncpg

TERMINAL = frozenset({"succeeded", "failed", "canceled", "aborted"})

_INSTALL = """
CREATE TABLE chaos_history (n bigserial PRIMARY KEY, at timestamptz NOT NULL, id uuid NOT NULL, was text,
  status text NOT NULL, attempt int NOT NULL, worker_id uuid);
CREATE TABLE chaos_worker (id uuid PRIMARY KEY, pid int NOT NULL);
CREATE FUNCTION chaos_note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO chaos_history (at, id, was, status, attempt, worker_id) VALUES (clock_timestamp(), NEW.id,
    CASE WHEN TG_OP = 'UPDATE' THEN OLD.status END, NEW.status, NEW.attempt, NEW.worker_id);
  RETURN NULL; END $$;
CREATE FUNCTION chaos_note_worker() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO chaos_worker VALUES (NEW.id, NEW.pid) ON CONFLICT DO NOTHING;
  RETURN NULL; END $$;
CREATE TRIGGER chaos_made AFTER INSERT ON prediction FOR EACH ROW EXECUTE FUNCTION chaos_note();
CREATE TRIGGER chaos_changed AFTER UPDATE ON prediction FOR EACH ROW
  WHEN (OLD.status IS DISTINCT FROM NEW.status OR OLD.attempt IS DISTINCT FROM NEW.attempt)
  EXECUTE FUNCTION chaos_note();
CREATE TRIGGER chaos_worker_came AFTER INSERT ON worker FOR EACH ROW EXECUTE FUNCTION chaos_note_worker();
"""


async def install(connection: asyncpg.Connection) -> None:
    """Begin to write down."""
    await connection.execute(_INSTALL)


@dataclass(frozen=True)
class Change:
    """One committed change of a prediction's state; `at` is seconds since 1970 (UTC)."""

    at: float
    was: str | None
    status: str
    attempt: int
    worker_id: UUID | None

    @property
    def is_claim(self) -> bool:
        """Whether a worker took it."""
        return self.status == "processing"

    @property
    def is_end(self) -> bool:
        """Whether it ended here."""
        return self.status in TERMINAL


async def histories(connection: asyncpg.Connection, ids: Iterable[UUID]) -> dict[UUID, list[Change]]:
    """The changes of some predictions, in order."""
    sql = "SELECT * FROM chaos_history WHERE id = ANY($1::uuid[]) ORDER BY n"
    found: dict[UUID, list[Change]] = defaultdict(list)
    for row in await connection.fetch(sql, list(ids)):
        change = Change(row["at"].timestamp(), row["was"], row["status"], row["attempt"], row["worker_id"])
        found[row["id"]].append(change)
    return found


async def pids(connection: asyncpg.Connection) -> dict[UUID, int]:
    """The process of each worker that ever was."""
    return {row["id"]: row["pid"] for row in await connection.fetch("SELECT * FROM chaos_worker")}
