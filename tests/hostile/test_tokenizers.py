"""Tokenizers that make a thousand times more of a text are refused by arithmetic; those of real models are not."""

from __future__ import annotations

import base64
import json
import shutil
import struct
import time
from pathlib import Path
from typing import Any

import pytest
from tokenizers import (
    AddedToken,
    Regex,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
)

from server.settings import Settings
from workers.contract.failures import VersionRefusedError
from workers.contract.predictor import InputRejectedError
from workers.contract.protocol import VersionSpec
from workers.contract.tokenizers import check_tokenizer, check_tokenizers
from workers.predictors.pretrained import PIECE, check_text
from workers.supervisor.inspector import Inspector
from workers.supervisor.runner_client import RunnerOptions

DEMOS = Path(__file__).parents[2] / "workers" / "demo_models"
PLAIN: dict[str, Any] = json.loads(Tokenizer(models.BPE({"a": 0, "b": 1}, [])).to_str())


def charsmap(*texts: bytes) -> str:
    """A table of SentencePiece, its trie left empty."""
    return base64.b64encode(struct.pack("<I", 4) + bytes(4) + b"".join(text + b"\0" for text in texts)).decode()


def replace(content: str, **pattern: str) -> dict[str, Any]:
    return {"type": "Replace", "pattern": pattern, "content": content}


def chain(*steps: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Sequence", "normalizers": list(steps)}


def special(count: int) -> dict[str, Any]:
    return {
        "type": "TemplateProcessing",
        "single": [{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "x", "type_id": 0}}],
        "pair": [],
        "special_tokens": {"x": {"id": "x", "ids": [0] * count, "tokens": ["a"] * count}},
    }


BOMBS: dict[str, tuple[dict[str, Any], str]] = {
    "doubling": ({"normalizer": chain(*[replace("aa", String="a")] * 26)}, "normalizer and pre_tokenizer may make 128"),
    "nested": ({"normalizer": chain(*[chain(replace("aa", String="a"))] * 26)}, "may make 128 characters"),
    "by pattern": ({"normalizer": chain(*[replace("aa", Regex=".")] * 26)}, "may make 81 characters"),
    "between letters": ({"normalizer": chain(*[replace("a", Regex="")] * 26)}, "may make 128 characters"),
    "large": ({"normalizer": replace("a" * 10**6, Regex=".")}, "content of a step of its normalizer"),
    "before all": ({"normalizer": chain(*[{"type": "Prepend", "prepend": "aaaa"}] * 26)}, "may make 65 characters"),
    "table": ({"normalizer": {"type": "Precompiled", "precompiled_charsmap": charsmap(b"a", b"b" * 5000)}}, "make 79"),
    "tables": (
        {"normalizer": chain(*[{"type": "Precompiled", "precompiled_charsmap": charsmap(b"aaaaaaaaa")}] * 9)},
        "may make 81 characters",
    ),
    "ligatures": ({"normalizer": chain(*[replace("\ufdfa", String="\u0644"), {"type": "NFKC"}] * 9)}, "make 324"),
    "bytes": (
        {"pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "ByteLevel"}] * 20}}, "may make 128"
    ),
    "both parts": (
        {
            "normalizer": chain(*[replace("aa", String="a")] * 4),
            "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "ByteLevel"}] * 4},
        },
        "may make 128 characters",
    ),
    "steps": ({"normalizer": chain(*[{"type": "Strip"}] * 200)}, "more than 100 steps"),
    "decoder": (
        {"decoder": {"type": "Sequence", "decoders": [replace("aa", String="a")] * 20}}, "its decoder may make 128"
    ),
    "decoder's prefix": ({"decoder": {"type": "WordPiece", "prefix": "#" * 10**6}}, "prefix of a step of its decoder"),
    "template": ({"post_processor": special(10**5)}, "adds more than 1000 tokens to each text"),
    "templates": (
        {"post_processor": {"type": "Sequence", "processors": [special(400)] * 3}}, "adds more than 1000 tokens"
    ),
    "prefix": ({"model": {**PLAIN["model"], "continuing_subword_prefix": "#" * 10**6}}, "continuing_subword_prefix"),
    "word": ({"model": {**PLAIN["model"], "vocab": {"a": 0, "b" * 10**6: 1}}}, "has more than 10000 characters"),
    "piece": ({"model": {"type": "Unigram", "vocab": [["a" * 10**5, 0.0]]}}, "has more than 10000 characters"),
    "added": ({"added_tokens": [{"id": 2, "content": "c" * 10**5}]}, "has more than 10000 characters"),
    "padding": ({"padding": {"strategy": {"Fixed": 10**9}}}, "padding is longer"),
    "no text": ({"normalizer": {"type": "Replace", "pattern": 3, "content": 4}}, "is not a tokenizer"),
    "no table": ({"normalizer": {"type": "Precompiled", "precompiled_charsmap": "AA=="}}, "is not a tokenizer"),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_a_tokenizer_that_multiplies_is_refused_by_what_it_does(tmp_path: Path, name: str) -> None:
    changes, words = BOMBS[name]
    (tmp_path / "tokenizer").mkdir()
    (tmp_path / "tokenizer" / "tokenizer.json").write_text(json.dumps({**PLAIN, **changes}))
    began = time.process_time()
    with pytest.raises(VersionRefusedError) as refused:
        check_tokenizers(tmp_path)
    assert words in str(refused.value)
    assert str(refused.value).startswith("tokenizer/tokenizer.json")
    assert len(str(refused.value)) < 400
    assert time.process_time() - began < 2


def tokenizer(model: Any, **parts: Any) -> Tokenizer:
    made = Tokenizer(model)
    for name, part in parts.items():
        setattr(made, name, part)
    return made


def real_kinds() -> dict[str, Tokenizer]:
    """Pipelines as published models have them."""
    byte_level = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(r"\p{N}{1,3}|\s+|."), "isolated"), pre_tokenizers.ByteLevel(False, use_regex=False)]
    )
    template = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> $B", special_tokens=[("<s>", 0), ("</s>", 1)]
    )
    return {
        "GPT-2": tokenizer(models.BPE(), pre_tokenizer=pre_tokenizers.ByteLevel(), decoder=decoders.ByteLevel()),
        "Llama 3": tokenizer(
            models.BPE(),
            pre_tokenizer=byte_level,
            decoder=decoders.ByteLevel(),
            post_processor=processors.Sequence([processors.ByteLevel(trim_offsets=True), template]),
        ),
        "Qwen": tokenizer(models.BPE(), normalizer=normalizers.NFC(), pre_tokenizer=byte_level),
        "Llama 2": tokenizer(
            models.BPE(byte_fallback=True),
            normalizer=normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]),
            decoder=decoders.Sequence(
                [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
            ),
            post_processor=template,
        ),
        "BERT": tokenizer(
            models.WordPiece({"[UNK]": 0}, unk_token="[UNK]"),
            normalizer=normalizers.BertNormalizer(),
            pre_tokenizer=pre_tokenizers.BertPreTokenizer(),
            decoder=decoders.WordPiece(),
        ),
        "CLIP": tokenizer(
            models.BPE(continuing_subword_prefix="", end_of_word_suffix="</w>"),
            normalizer=normalizers.Sequence(
                [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
            ),
            pre_tokenizer=pre_tokenizers.Sequence(
                [
                    pre_tokenizers.Split(Regex(r"[\p{L}]+|\p{N}"), "removed", invert=True),
                    pre_tokenizers.ByteLevel(False),
                ]
            ),
        ),
        "T5": tokenizer(
            models.Unigram([("<unk>", 0.0)], 0),
            normalizer=normalizers.Sequence([normalizers.Strip(left=False), normalizers.Replace(Regex(" {2,}"), "▁")]),
            pre_tokenizer=pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]),
            decoder=decoders.Metaspace(),
        ),
        "XLNet": tokenizer(
            models.Unigram([("<unk>", 0.0)], 0),
            normalizer=normalizers.Sequence(
                [
                    normalizers.Replace("``", '"'),
                    normalizers.Replace("''", '"'),
                    normalizers.NFKD(),
                    normalizers.StripAccents(),
                    normalizers.Lowercase(),
                    normalizers.Replace(Regex(" {2,}"), " "),
                ]
            ),
            pre_tokenizer=pre_tokenizers.Metaspace(),
        ),
    }


@pytest.mark.parametrize("name", real_kinds())
@pytest.mark.parametrize("has_table", [False, True])
def test_tokenizers_of_real_models_pass(name: str, has_table: bool) -> None:
    value = json.loads(real_kinds()[name].to_str())
    if has_table:
        table = {"type": "Precompiled", "precompiled_charsmap": charsmap(b"a", "صلى الله عليه وسلم".encode())}
        steps = [*([value["normalizer"]] if value["normalizer"] else []), table]
        value["normalizer"] = {"type": "Sequence", "normalizers": steps}
    check_tokenizer(value, "tokenizer.json")


@pytest.mark.parametrize("kind", ["prose", "shapes"])
def test_tokenizers_of_the_bundled_models_pass(kind: str) -> None:
    check_tokenizers(DEMOS / kind)


async def test_a_version_with_such_a_tokenizer_is_refused_when_it_is_read(tmp_path: Path) -> None:
    settings = Settings(inspect_seconds=60, inspect_memory_bytes=3_000_000_000, _env_file=None)
    inspector = Inspector(RunnerOptions(), settings)
    for kind, predictor, place in (
        ("prose", "text", "."),
        ("shapes", "image", "tokenizer"),
        ("prose", "embeddings", "."),
    ):
        folder = tmp_path / predictor
        shutil.copytree(DEMOS / kind, folder)
        file = folder / place / "tokenizer.json"
        value = json.loads(file.read_text())
        file.write_text(json.dumps({**value, "normalizer": chain(*[replace("aa", String="a")] * 26)}))
        refusal = (await inspector.inspect(VersionSpec(predictor, predictor, str(folder)))).refusal
        assert refusal, predictor
        assert "may make 128 characters or more of each; at most 64 may be." in refusal
    inspector.close()


def test_a_text_is_refused_before_all_of_it_is_tokens() -> None:
    """What arithmetic lets pass is bounded once more where somebody uses it."""

    def multiply(text: str, verbose: bool) -> dict[str, list[int]]:
        assert len(text) <= PIECE
        return {"input_ids": [0] * (len(text) * (41 if "b" in text else 1))}

    check_text(multiply, "b" * PIECE)
    check_text(multiply, "a" * 10 * PIECE)
    with pytest.raises(InputRejectedError, match="tokens of 2000 characters"):
        check_text(multiply, "a" * PIECE + "b" * PIECE)


def test_words_that_are_added_count_with_their_contents() -> None:
    made = tokenizer(models.BPE())
    made.add_tokens([AddedToken("c" * 9000)])
    check_tokenizer(json.loads(made.to_str()), "tokenizer.json")
