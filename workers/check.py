"""`inference-server check-predictors`: the classes of CUSTOM_PREDICTORS, loaded once in a process like a runner."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from server.log import configure_logging
from server.settings import Settings, load_settings
from workers.supervisor.runner_client import RunnerClient, RunnerFailedError, RunnerOptions


async def check(settings: Settings) -> tuple[list[str], list[str]]:
    """What each class takes, a line each, and why the others cannot be loaded.

    Raises:
        RunnerFailedError: the process does not start, for another reason than one of them.
    """
    options = RunnerOptions(
        enable_gpu=False,
        preload=False,
        extra_predictors=settings.custom_predictors,
        allowed=settings.runner_environment,
    )
    broken: dict[str, str] = {}
    while True:
        try:
            client = await RunnerClient.start(options, lambda _: None)
            break
        except RunnerFailedError as error:
            if error.predictor is None or error.predictor not in options.extra_predictors:
                raise
            broken[error.predictor] = f"Its import ended the process. {str(error).partition(chr(10))[0]}"
            options = options.without(error.predictor)
    client.kill()
    await asyncio.shield(client.exited)
    broken |= client.ready.broken_predictors
    own = [each for each in client.ready.predictors if each["code"]]
    return [f"{each['name']}: ok, takes {_inputs(each['input_schema'])}" for each in own], [
        f"{name}: {reason}" for name, reason in broken.items()
    ]


def _inputs(schema: dict[str, Any]) -> str:
    required = schema.get("required", [])
    names = [name if name in required else f"{name} (optional)" for name in schema["properties"]]
    return ", ".join(names) or "nothing"


def main() -> int:
    """Print a line for each class; the exit code."""
    settings = load_settings()
    configure_logging("CRITICAL", settings.log_format)
    if not settings.custom_predictors:
        sys.stderr.write("CUSTOM_PREDICTORS names no class; set it to package.module:Class.\n")
    loaded, broken = asyncio.run(check(settings))
    sys.stdout.writelines(f"{line}\n" for line in loaded)
    sys.stderr.writelines(f"{line}\n" for line in broken)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
