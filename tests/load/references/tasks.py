"""The reference's worker: a Celery task that runs the model between two commits.

`celery -A tests.load.references.tasks worker` runs it.
"""

from __future__ import annotations

import os
from typing import Any
from uuid import UUID

from celery import Celery
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

from tests.load.references.store import DATABASE_URL, Job, now

app = Celery("references", broker=os.environ.get("REFERENCE_BROKER_URL"))
# The row holds the result
app.conf.update(task_ignore_result=True, worker_hijack_root_logger=False)
sessions = sessionmaker[Session](expire_on_commit=False)


def echo(values: dict[str, Any]) -> str:
    """The model."""
    return str(values["text"])


@app.task(name="predict")  # type: ignore[untyped-decorator]
def predict(job_id: str) -> None:
    """Run one prediction."""
    if sessions.kw["bind"] is None:
        # Behind the fork: connections may not be shared
        sessions.configure(bind=create_engine(DATABASE_URL.replace("+asyncpg", "+psycopg")))
    with sessions() as session:
        job = session.get_one(Job, UUID(job_id))
        job.status, job.started_at = "processing", now()
        session.commit()
        output = echo(job.input)
        job.output, job.status, job.completed_at = output, "succeeded", now()
        session.commit()
