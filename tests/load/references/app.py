"""The reference's API: `uvicorn tests.load.references.app:app`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from fastapi import FastAPI, HTTPException
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from tests.load.references.store import DATABASE_URL, Base, Job
from tests.load.references.tasks import predict

engine = create_async_engine(DATABASE_URL, pool_size=20)
sessions = async_sessionmaker(engine, expire_on_commit=False)


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Make the table."""
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)


class NewPrediction(BaseModel):
    """What to run."""

    model: str
    input: dict[str, Any]


class Prediction(BaseModel):
    """How a prediction stands."""

    id: UUID
    status: str
    output: Any = None


@app.get("/health")
async def health() -> str:
    """Whether it is up."""
    return "ok"


@app.post("/predictions", status_code=201)
async def create(new: NewPrediction) -> Prediction:
    """Accept a prediction, then hand it to the worker."""
    async with sessions() as session:
        job = Job(model=new.model, input=new.input, status="starting")
        session.add(job)
        await session.commit()
    await run_in_threadpool(predict.delay, str(job.id))
    return Prediction(id=job.id, status=job.status)


@app.get("/predictions/{job_id}")
async def get(job_id: UUID) -> Prediction:
    """How a prediction stands."""
    async with sessions() as session:
        job = await session.get(Job, job_id)
    if job is None:
        raise HTTPException(404)
    return Prediction(id=job.id, status=job.status, output=job.output)
