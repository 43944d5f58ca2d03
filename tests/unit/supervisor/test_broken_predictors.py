"""A class of the operator's that cannot be imported, however it fails, leaves the others running."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from server.adapters.tasks import end
from server.settings import Settings
from workers.supervisor.runner_client import RunnerOptions
from workers.supervisor.runner_keeper import RunnerKeeper

GOOD = "class Good:\n    def predict(self, text: str) -> str:\n        return text\n"
BROKEN = {
    "misspelt": "def predict(:\n",
    "aborting": "import os\nos.abort()\n",
    "leaving": "raise SystemExit(3)\n",
    "ending": "import os\nos._exit(0)\n",
    "hanging": "import threading\nthreading.Event().wait()\n",
}
REASONS = {
    "misspelt": "SyntaxError: invalid syntax ({folder}/misspelt.py:1)",
    "aborting": "Its import ended the process. The runner ended with code -6.",
    "leaving": "SystemExit: 3 ({folder}/leaving.py:1)",
    "ending": "Its import ended the process. The runner ended with code 0.",
    "hanging": "Its import ended the process. The runner was not ready: the runner did not answer in 6 seconds.",
}


@pytest.mark.parametrize("name", list(BROKEN))
async def test_the_worker_starts_without_it_and_says_why(name: str, tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text(GOOD)
    (tmp_path / f"{name}.py").write_text(BROKEN[name])
    options = RunnerOptions(
        preload=False,
        extra_predictors=(f"{name}:Thing", "good:Good"),
        ready_timeout_seconds=6 if name == "hanging" else 60,
        environment={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    keeper = RunnerKeeper(Settings(contain_runner=False), options)
    running = asyncio.create_task(keeper.run())
    try:
        async with asyncio.timeout(60):
            await keeper.client()
    finally:
        await end(running)
    assert {"good", "echo"} <= set(keeper.names)
    assert keeper.ready is not None
    assert keeper.ready.broken_predictors == {f"{name}:Thing": REASONS[name].format(folder=tmp_path)}
