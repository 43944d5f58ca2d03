from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.predictors import tiny_models
from tests.unit.runner.running import Running
from workers.contract.protocol import (
    Canceled,
    Done,
    Failed,
    File,
    Forget,
    Loading,
    Log,
    Message,
    Metric,
    Output,
    Progress,
    Started,
    VersionSpec,
)
from workers.supervisor.runner_client import RunnerClient, RunnerOptions

SETTINGS = {"max_new_tokens": 40, "temperature": 1, "top_p": 0.95, "top_k": 0, "stop": []}
DRAWING = {"prompt": "a fox", "negative_prompt": "", "steps": 3, "guidance": 4, "num_images": 1, "seed": 1}


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("models")
    tiny_models.llama(root / "llama")
    tiny_models.gpt2(root / "gpt2")
    tiny_models.stable(root / "stable")
    return root


def version(models: Path, name: str) -> VersionSpec:
    return VersionSpec(name, "image" if name in tiny_models.PIPELINES else "text", str(models / name))


def write(running: Running, models: Path, prediction: str, model: str, seed: int, **values: Any) -> None:
    running.run(prediction, {"prompt": "The quick", **SETTINGS, "seed": seed, **values}, version(models, model))


@pytest.fixture(scope="module")
async def loaded() -> AsyncIterator[Running]:
    """A runner as the worker starts it."""
    running = Running()
    running.client = await RunnerClient.start(RunnerOptions(threads=1), running.on_message)
    yield running
    await running.client.stop()
    assert not [line for line in running.client.output_tail if "%|" in line]


@pytest.mark.slow
async def test_models_run_side_by_side_and_a_seed_means_the_same(loaded: Running, models: Path) -> None:
    wanted = [(f"{model} {seed}", model, seed) for model in ("llama", "gpt2") for seed in range(4)]
    for name, model, seed in wanted:
        write(loaded, models, name, model, seed)
    loaded.run("image", {**DRAWING, "num_images": 2}, version(models, "stable"))
    assert await loaded.client.ping(60)
    for end in await asyncio.gather(*(loaded.end(name) for name, _, _ in wanted), loaded.end("image")):
        assert isinstance(end, Done)
    for name, model, seed in wanted:
        write(loaded, models, f"{name} alone", model, seed)
        await loaded.end(f"{name} alone")
        assert loaded.text(f"{name} alone") == loaded.text(name)
    assert len({loaded.text(name) for name, _, _ in wanted}) == len(wanted)
    check_order(loaded.of("llama 0"))
    assert [type(m) for m in loaded.of("image") if isinstance(m, File | Done)] == [File, File, Done]
    assert [m.step for m in loaded.of("image") if isinstance(m, Progress)][-1] == 6


async def test_a_text_that_is_canceled_keeps_what_was_written(loaded: Running, models: Path) -> None:
    write(loaded, models, "cancel", "llama", 1, max_new_tokens=110)
    await loaded.seen("cancel", Output)
    loaded.cancel("cancel")
    assert isinstance(await loaded.end("cancel"), Canceled | Done)
    assert loaded.text("cancel")
    assert [m for m in loaded.of("cancel") if isinstance(m, Metric)][-1].name == "output_tokens"


async def test_a_prompt_that_does_not_fit_is_the_users_to_mend(loaded: Running, models: Path) -> None:
    write(loaded, models, "too long", "llama", 1, prompt="a" * 500)
    end = await loaded.end("too long")
    assert isinstance(end, Failed)
    assert end.code == "INPUT_REJECTED"
    assert "500 tokens" in end.message


async def test_what_a_library_says_of_the_input_reaches_the_user(loaded: Running, models: Path) -> None:
    loaded.run("long words", {**DRAWING, "prompt": "word " * 40}, version(models, "stable"))
    await loaded.end("long words")
    assert any("truncated" in m.line for m in loaded.of("long words") if isinstance(m, Log))


async def test_a_forgotten_model_is_loaded_again(loaded: Running, models: Path) -> None:
    for round_ in ("first", "second"):
        write(loaded, models, round_, "llama", 0)
        await loaded.end(round_)
        loaded.client.send(Forget("llama"))
    assert loaded.text("first") == loaded.text("second")
    assert [m for m in loaded.of("second") if isinstance(m, Loading)]


async def test_a_folder_that_is_missing(loaded: Running, models: Path) -> None:
    missing = VersionSpec("missing", "text", str(models / "missing"))
    loaded.run("missing", {"prompt": "x", **SETTINGS}, missing)
    reason = "The model's folder is missing."
    assert await loaded.end("missing") == Failed("missing", "MODEL_UNAVAILABLE", reason)
    assert (await loaded.client.inspect(missing, 60)).refusal == reason


def check_order(messages: list[Message]) -> None:
    kinds = [type(m) for m in messages]
    assert kinds[0] is Loading
    assert [m.phase for m in messages if isinstance(m, Loading)][-1] == "warm-up"
    assert kinds.index(Started) > max(n for n, kind in enumerate(kinds) if kind is Loading)
    assert kinds.index(Started) < kinds.index(Output)
    assert kinds[-1] is Done
    names = [m.name for m in messages if isinstance(m, Metric)]
    assert names == ["input_tokens", "time_to_first_token_seconds", "cached_input_tokens", "output_tokens"]
