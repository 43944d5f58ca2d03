"""A class of the operator's that cannot be imported, however it fails, leaves the others running."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from server.adapters.tasks import end
from server.settings import Settings
from workers.supervisor.preparer import missing_predictor
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


async def until(keeper: RunnerKeeper, name: str, broken: dict[str, str]) -> None:
    async with asyncio.timeout(60):
        while not (
            keeper.is_up
            and keeper.ready is not None
            and keeper.ready.broken_predictors == broken
            and (name in keeper.names) is not bool(broken)
        ):
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("broken", ["misspelt", "its helper"])
async def test_a_class_that_was_broken_at_the_start_is_loaded_once_it_is_mended(broken: str, tmp_path: Path) -> None:
    helper, module = tmp_path / "helper.py", tmp_path / "good.py"
    helper.write_text("" if broken == "misspelt" else "x = (\n")
    module.write_text("import helper\n" + ("def predict(:\n" if broken == "misspelt" else GOOD))
    options = RunnerOptions(
        preload=False,
        extra_predictors=("good:Good",),
        environment={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    keeper = RunnerKeeper(Settings(contain_runner=False), options)
    running = asyncio.create_task(keeper.run())
    try:
        async with asyncio.timeout(60):
            await keeper.client()
        assert "good" not in keeper.names
        if broken == "misspelt":
            module.write_text("import helper\nraise KeyError(1)\n")
            await until(keeper, "good", {"good:Good": f"KeyError: 1 ({module}:2)"})
        helper.write_text("")
        module.write_text(f"import helper\n{GOOD}")
        await until(keeper, "good", {})
    finally:
        await end(running)


def test_a_model_of_a_broken_class_says_that_it_is_broken() -> None:
    sentence = missing_predictor("my-thing", ["echo"], ["package.module:MyThing"])
    assert sentence.startswith("The class of the predictor 'my-thing' could not be loaded: `inference-server check-pre")
    assert missing_predictor("MyThing", ["echo", "my-thing"], ["a:B"]).endswith("There is 'my-thing'.")
    assert "CUSTOM_PREDICTORS" in missing_predictor("MyThing", ["echo"], [])
