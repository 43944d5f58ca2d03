"""What people have on their disks is READY and gives what the plain layout gives, or is REFUSED with a sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.zoo import quirks
from tests.zoo.harness import Finding, check_sentence, load, run
from workers.predictors.text.predictor import Text

Build = Callable[[Path], Path]
PROMPT = {"prompt": "The quick brown fox", "max_new_tokens": 12, "temperature": 0, "seed": 7}
TEXT_READY = [
    quirks.sharded,
    quirks.fp16_variant,
    quirks.consolidated_beside_shards,
    quirks.other_formats_beside,
    quirks.chat_template_file,
    quirks.numbers_that_are_none,
]
TEXT_REFUSED = [
    (quirks.missing_tensor, "model.layers.1.mlp.up_proj.weight"),
    (quirks.mismatched_shapes, "mlp"),
    (quirks.encoder, "fills gaps"),
    (quirks.reward_model, "judges"),
    (quirks.wrong_generation_config, "generation_config"),
    (quirks.pickles_alone, "pickle"),
    (quirks.unknown_type, "newer_than_this"),
    (quirks.missing_shard, "model-00002"),
]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the plain layout of the text model gives."""
    _, predictor, reason = load(Text, quirks.llama(tmp_path_factory.mktemp("plain") / "llama"))
    assert predictor is not None, reason
    text = run(predictor, PROMPT).text
    predictor.teardown()
    return text


@pytest.mark.parametrize("build", TEXT_READY, ids=lambda build: build.__name__)
def test_another_layout_gives_the_same_text(build: Build, tmp_path: Path, plain: str) -> None:
    _, predictor, reason = load(Text, build(tmp_path / "it"))
    assert predictor is not None, reason
    assert run(predictor, PROMPT).text == plain
    predictor.teardown()


def test_a_tokenizer_of_sentencepiece_alone_writes(tmp_path: Path) -> None:
    _, predictor, reason = load(Text, quirks.sentencepiece_alone(tmp_path / "it"))
    assert predictor is not None, reason
    answer = run(predictor, PROMPT)
    assert answer.error is None
    assert answer.text
    predictor.teardown()


@pytest.mark.parametrize(("build", "word"), TEXT_REFUSED, ids=[word for _, word in TEXT_REFUSED])
def test_what_cannot_write_is_refused_with_its_reason(build: Build, word: str, tmp_path: Path) -> None:
    folder = build(tmp_path / "it")
    _, predictor, reason = load(Text, folder)
    assert predictor is None
    finding = Finding("it", "text", "REFUSED", reason)
    check_sentence(finding, folder)
    assert finding.faults == []
    assert word in reason
