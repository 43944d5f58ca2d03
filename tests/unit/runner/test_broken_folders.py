"""What the owner of a broken folder reads when it is published: a sentence about the folder, never a library's own."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.unit.runner.broken_folders import BREAKS, BUILDS, PREDICTORS
from tests.unit.runner.running import Running, Starter
from workers.contract.failures import VersionRefusedError
from workers.contract.protocol import Canceled, Failed, Tried, Try, VersionSpec
from workers.supervisor import folders

pytestmark = pytest.mark.slow
FORBIDDEN = re.compile(
    r"(?<![\w.])/\w+/|\b[A-Z]\w+(?:Error|Exception)\b|trust_remote|has no attribute|NoneType|Traceback|<class|https?:"
)
# A library makes do with these, or has no use for them
HARMLESS = {
    ("text", "tokenizer of another class"),
    ("text", "tokenizer of an unknown class"),
    ("text", "fewer words than the tokenizer"),  # a prompt that needs others is refused
    ("text", "an end beyond the words"),
    ("classification", "no layers"),
    ("classification", "tokenizer of another class"),
    ("classification", "tokenizer of an unknown class"),
    ("speech", "no layers"),
    ("speech", "tokenizer of another class"),
    ("speech", "tokenizer's limit is a word"),
    ("speech", "preprocessor of pictures"),
    ("pictures", "no layers"),
}
WORDS = {
    ("text", "a size is a word"): "Its config.json cannot be read by transformers",
    ("text", "architectures is a word"): 'architectures is "LlamaForCausalLM", which is no list of names.',
    ("text", "no tokenizer"): "it has no tokenizer.json, and not the files",
    ("text", "an unknown activation"): "'wiggle' is missing, or not known.",
    ("text", "tokenizer's config is a list"): "Its tokenizer cannot be read by transformers",
    ("classification", "fewer words than the tokenizer"): "its tokenizer or configuration may be that of another model",
    ("embeddings", "no dense layer"): "Its dense layer 2_Dense has no config.json",
    ("embeddings", "a dense layer of another size"): "The weights of its dense layer 2_Dense do not fit",
    ("speech", "tokenizer of another model"): "none of Whisper's",
    ("speech", "no preprocessor"): "It has no preprocessor_config.json, which says how sounds are prepared",
    ("pictures", "no preprocessor"): "It has no preprocessor_config.json, which says how pictures are prepared",
    ("pictures", "preprocessor of sounds"): "it names no image processor that the library knows.",
    ("image", "index without a class"): "names no pipeline",
    ("image", "a part's config is a list"): "The config.json of its part unet describes nothing.",
    ("image", "unknown blocks"): "Its part unet cannot be built by diffusers",
    ("image", "no scheduler config"): "its file scheduler_config.json is missing: add it",
}


@pytest.fixture
async def running(start: Starter) -> Running:
    return await start(extra_predictors=(), threads=1)


async def publish(running: Running, kind: str, folder: Path) -> str | None:
    """The reason of a refusal, by the steps that a worker takes."""
    try:
        folders.inspect(folder, 10**10)
    except VersionRefusedError as refusal:
        return str(refusal)
    spec = VersionSpec(folder.name, PREDICTORS.get(kind, kind), str(folder))
    answer = await running.client.inspect(spec, 300, measure=True)
    if answer.refusal is not None:
        return answer.refusal
    key, ends = f"try:{folder.name}", (Tried, Failed, Canceled)
    running.client.send(Try(key, spec, answer.input_schema))
    end: Any = await running.until(lambda: next((m for m in running.of(key) if isinstance(m, ends)), None))
    assert isinstance(end, Tried), end
    return end.refusal


@pytest.mark.parametrize("kind", list(BUILDS))
async def test_the_owner_reads_a_sentence(running: Running, kind: str, tmp_path: Path) -> None:
    BUILDS[kind](tmp_path / "whole")
    assert await publish(running, kind, tmp_path / "whole") is None
    wrong: dict[str, str | None] = {}
    for number, (name, damage) in enumerate(BREAKS[kind].items()):
        folder = tmp_path / str(number)
        shutil.copytree(tmp_path / "whole", folder)
        damage(folder)
        reason = await publish(running, kind, folder)
        is_sentence = reason is not None and reason[0].isupper() | reason[0].islower() and len(reason) < 600
        is_right = (reason is None) if (kind, name) in HARMLESS else is_sentence and not FORBIDDEN.search(reason or "")
        if not is_right or WORDS.get((kind, name), "") not in (reason or ""):
            wrong[name] = reason
    assert wrong == {}
