"""Schedulers: which may take the place of a pipeline's own, how many steps they can do, and new ones for each call."""

from __future__ import annotations

import inspect
from enum import EnumMeta
from typing import Any

import diffusers

from workers.predictors.image.tasks import members


def compatible_names(scheduler: type[Any], pipeline: type[Any]) -> list[str]:
    """The names of the schedulers that take a scheduler's configuration and that a pipeline takes, its own first."""
    own = scheduler.__name__
    parameter = inspect.signature(pipeline.__init__).parameters.get("scheduler")
    allowed_names: set[str] = set()
    for each in members(parameter.annotation) if parameter else ():
        if isinstance(each, EnumMeta):
            allowed_names |= set(each.__members__)
        else:
            allowed_names.add(getattr(each, "__name__", str(each)))
    names = sorted((set(getattr(scheduler, "_compatibles", ())) & allowed_names) - {own})
    return [own, *(name for name in names if _is_here(name))]


def _is_here(name: str) -> bool:
    cls = getattr(diffusers, name, None)
    # A stand-in has packages that are missing here
    return isinstance(cls, type) and issubclass(cls, diffusers.SchedulerMixin)


def max_steps(scheduler: type[Any], config: dict[str, Any]) -> int | None:
    """The most steps that a scheduler of this configuration can do, where that is bounded."""
    known = config.get("num_train_timesteps")
    if scheduler.__name__ in ("LCMScheduler", "TCDScheduler"):
        known = config.get("original_inference_steps") or known
    return int(known) if isinstance(known, (int, float)) and known >= 1 else None


def renew(scheduler: Any, name: str | None) -> Any:
    """A new scheduler of the same configuration, of the class `name` where that is given."""
    cls = getattr(diffusers, name) if name else type(scheduler)
    return cls.from_config(scheduler.config)
