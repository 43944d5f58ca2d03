"""The usual stack for this job, written as people write it: FastAPI, SQLAlchemy, PostgreSQL, Celery over Redis."""

NAME = "FastAPI + Celery + SQLAlchemy, polled"
