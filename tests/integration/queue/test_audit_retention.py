"""The audit log forgets what is older than AUDIT_DAYS, and nothing else."""

from __future__ import annotations

from contextlib import suppress

import pytest
from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from server.adapters.database import rows
from server.domain.accounts import Viewer
from server.domain.audit import AuditAction, Subject, SubjectType
from server.maintenance import audit as retention
from server.services import audit
from server.tables import AuditEvent

ADD = """
INSERT INTO audit_event (id, created_at, action, actor, door, address, request_id, client, subject_type, subject)
SELECT gen_random_uuid(), now() - make_interval(days => $1), 'RESULTS_PURGED', 'operator', 'SERVER', 'here', '', '',
  'SERVER', 'age ' || $1 FROM generate_series(1, $2) RETURNING id
"""


async def test_what_is_old_is_forgotten_in_portions(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "FORGOTTEN_AT_ONCE", 2)
    await rows(ADD, 366, 3)
    await rows(ADD, 364, 1)
    assert [await retention.forget_old(365) for _ in range(3)] == [2, 1, 0]
    assert await AuditEvent.filter(subject="age 364").count() == 1


async def test_an_act_and_its_line_are_one(database: str) -> None:
    subject = Subject(SubjectType.MODEL, None, "somebody/nothing")
    with suppress(RuntimeError):
        async with in_transaction():
            await audit.record(Viewer(address="192.0.2.1"), AuditAction.MODEL_DELETED, subject)
            raise RuntimeError
    assert not await AuditEvent.filter(subject="somebody/nothing").exists()
    await audit.record(Viewer(address="192.0.2.1"), AuditAction.MODEL_DELETED, subject, after={"n": 1})
    event = await AuditEvent.get(subject="somebody/nothing")
    assert (event.actor, event.address, event.after) == ("", "192.0.2.1", {"n": 1})
    with pytest.raises(IntegrityError):
        await AuditEvent.filter(id=event.id).delete()


async def test_a_secret_is_no_detail(database: str) -> None:
    with pytest.raises(ValueError, match="takes no secrets"):
        await audit.record(None, AuditAction.MODEL_DELETED, Subject(SubjectType.MODEL), after={"token": "x"})
