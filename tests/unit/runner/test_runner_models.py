from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.unit.predictors import tiny_models
from tests.unit.runner.running import Running, Starter
from workers.runner.protocol import (
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

SETTINGS = {"max_new_tokens": 40, "temperature": 1, "top_p": 0.95, "top_k": 0, "stop": []}


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


async def test_models_run_side_by_side_and_a_seed_means_the_same(start: Starter, models: Path) -> None:
    running = await start(preload=True, threads=1)
    wanted = [(f"{model} {seed}", model, seed) for model in ("llama", "gpt2") for seed in range(4)]
    for name, model, seed in wanted:
        write(running, models, name, model, seed)
    drawing = {"prompt": "a fox", "negative_prompt": "", "steps": 3, "guidance": 4, "num_images": 2, "seed": 1}
    running.run("image", drawing, version(models, "stable"))
    assert await running.client.ping(60)
    for end in await asyncio.gather(*(running.end(name) for name, _, _ in wanted), running.end("image")):
        assert isinstance(end, Done)
    for name, model, seed in wanted:
        write(running, models, f"{name} alone", model, seed)
        await running.end(f"{name} alone")
        assert running.text(f"{name} alone") == running.text(name)
    assert len({running.text(name) for name, _, _ in wanted}) == len(wanted)
    check_order(running.of("llama 0"))
    assert [type(m) for m in running.of("image") if isinstance(m, File | Done)] == [File, File, Done]
    assert [m.step for m in running.of("image") if isinstance(m, Progress)][-1] == 6

    write(running, models, "cancel", "llama", 1, max_new_tokens=110)
    await running.seen("cancel", Output)
    running.cancel("cancel")
    assert isinstance(await running.end("cancel"), Canceled | Done)
    assert [m for m in running.of("cancel") if isinstance(m, Metric)][-1].name == "output_tokens"

    write(running, models, "too long", "llama", 1, prompt="a" * 500)
    end = await running.end("too long")
    assert isinstance(end, Failed)
    assert end.code == "INPUT_REJECTED"
    assert "500 tokens" in end.message
    running.run("long words", {**drawing, "prompt": "word " * 40, "num_images": 1}, version(models, "stable"))
    await running.end("long words")
    assert any("truncated" in m.line for m in running.of("long words") if isinstance(m, Log))

    running.client.send(Forget("llama"))
    write(running, models, "again", "llama", 0)
    await running.end("again")
    assert running.text("again") == running.text("llama 0")
    assert [m for m in running.of("again") if isinstance(m, Loading)]
    missing = VersionSpec("missing", "text", str(models / "missing"))
    running.run("missing", {"prompt": "x", **SETTINGS}, missing)
    assert await running.end("missing") == Failed(
        "missing", "MODEL_UNAVAILABLE", "Refused: The model's folder is missing."
    )
    assert (await running.client.inspect(missing, 60)).refusal == "The model's folder is missing."
    await running.client.stop()
    assert not [line for line in running.client.output_tail if "%|" in line]


def check_order(messages: list[Message]) -> None:
    kinds = [type(m) for m in messages]
    assert kinds[0] is Loading
    assert [m.phase for m in messages if isinstance(m, Loading)][-1] == "warm-up"
    assert kinds.index(Started) > max(n for n, kind in enumerate(kinds) if kind is Loading)
    assert kinds.index(Started) < kinds.index(Output)
    assert kinds[-1] is Done
    names = [m.name for m in messages if isinstance(m, Metric)]
    assert names == ["input_tokens", "time_to_first_token_seconds", "output_tokens"]
