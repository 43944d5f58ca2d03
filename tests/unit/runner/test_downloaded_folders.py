"""Folders as people download them, with all that a repository has beside the model, run as they are."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from transformers import AutoModelForCausalLM, AutoTokenizer

from tests.unit.predictors import tiny_models
from tests.unit.runner.running import Running, Starter
from workers.contract.protocol import Done, Inspected, Run, Tried, Try, VersionSpec
from workers.supervisor import folders

pytestmark = pytest.mark.slow
TEMPLATE = (
    "{% for message in messages %}<{{ message.role }}>{{ message.content }}{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)


@pytest.fixture
async def running(start: Starter) -> Running:
    return await start(extra_predictors=(), threads=1)


async def publish(running: Running, predictor: str, folder: Path) -> tuple[VersionSpec, Inspected, int]:
    """A version that is READY, what it takes, and the bytes that count as its own."""
    size = folders.inspect(folder, 10**10).size_bytes
    spec = VersionSpec(folder.name, predictor, str(folder))
    answer = await running.client.inspect(spec, 300, measure=True)
    assert answer.refusal is None, answer.refusal
    running.client.send(Try("try", spec, answer.input_schema))
    end = await running.until(lambda: next((m for m in running.of("try") if isinstance(m, Tried)), None))
    assert end.refusal is None, end.refusal
    return spec, answer, size


async def run(running: Running, spec: VersionSpec, values: dict[str, Any], files: list[str]) -> Any:
    running.client.send(Run("run", 1, spec, values, files))
    end = await running.end("run")
    assert isinstance(end, Done), end
    return end.output


def sharded(folder: Path) -> int:
    """An instruct model in shards, with what repositories have beside it; the bytes of its shards."""
    whole = tiny_models.llama(folder.with_name("whole"))
    model = AutoModelForCausalLM.from_pretrained(whole)
    model.save_pretrained(folder, max_shard_size="60KB")
    shards = list(folder.glob("model-*.safetensors"))
    assert len(shards) > 1
    AutoTokenizer.from_pretrained(whole).save_pretrained(folder)
    (folder / "chat_template.jinja").write_text(TEMPLATE)
    (folder / "generation_config.json").write_text(json.dumps({"do_sample": True, "temperature": 0.6, "top_p": 0.9}))
    (folder / "original").mkdir()
    shutil.copy(whole / "model.safetensors", folder / "original" / "consolidated.00.pth")
    shutil.copy(whole / "model.safetensors", folder / "consolidated.safetensors")
    for name in ("chat-Q4_K_M.gguf", "README.md", "LICENSE", ".gitattributes", "USE_POLICY.md"):
        (folder / name).write_text("beside")
    return sum(file.stat().st_size for file in shards)


async def test_a_chat_model_in_shards(running: Running, tmp_path: Path) -> None:
    folder = tmp_path / "chat"
    size = sharded(folder)
    spec, answer, counted = await publish(running, "text", folder)
    assert size < counted < size + 100_000
    properties = answer.input_schema["properties"]
    assert "messages" in properties
    assert properties["temperature"]["default"] == 0.6
    values = {"messages": [{"role": "user", "content": "Hello"}], "max_new_tokens": 8, "temperature": 0}
    await run(running, spec, values, [])
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModelForCausalLM.from_pretrained(folder)
    ids = tokenizer("<user>Hello<assistant>", return_tensors="pt")
    expected = model.generate(**ids, do_sample=False, max_new_tokens=8, pad_token_id=1)[0, ids["input_ids"].shape[1] :]
    assert running.text("run") == tokenizer.decode(expected, skip_special_tokens=True)
