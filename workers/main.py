"""The broker of the worker: Dramatiq, which `workers.launch` runs, calls `setup`."""

from __future__ import annotations

import dramatiq

from server.adapters.bell import BellBroker
from server.settings import SERVICES, load_settings
from workers import actors
from workers.middleware import SupervisorMiddleware


def setup() -> None:
    """Make the broker and its doorbells, and set it as Dramatiq's.

    Raises:
        SettingsError: a setting is wrong or missing.
    """
    settings = load_settings(needs=SERVICES)
    supervisor = SupervisorMiddleware()
    broker = BellBroker(str(settings.redis_dsn), middleware=[supervisor], prefix=settings.redis_prefix)
    dramatiq.set_broker(broker)
    actors.declare(broker, supervisor.wake)
