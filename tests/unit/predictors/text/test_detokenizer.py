from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import pytest

from tests.unit.predictors import tiny_models
from workers.predictors.text.streaming import BROKEN, Detokenizer

TOKENIZER = tiny_models.tokenizer()
METASPACE = tiny_models.metaspace_tokenizer()
TEXTS = [
    *tiny_models.CORPUS,
    "",
    " leading and trailing  ",
    "🙂",
    "a🙂👩‍👩‍👧‍👦b",
    "日本語のテキスト",
    "ﷺ\u0301e\u0301",
    "x\ufffdy",
]


def decode(ids: list[int]) -> str:
    return str(TOKENIZER.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False))


def decode_metaspace(ids: list[int]) -> str:
    return str(METASPACE.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False))


def stream(decode: Callable[[list[int]], str], ids: Sequence[int], prompt: Sequence[int] = ()) -> list[str]:
    detokenizer = Detokenizer(decode, prompt)
    return [*(detokenizer.push(token) for token in ids), detokenizer.finish()]


@pytest.mark.parametrize("text", TEXTS)
def test_the_pieces_of_a_text_are_the_text_and_hold_whole_characters(text: str) -> None:
    pieces = stream(decode, TOKENIZER(text)["input_ids"])
    assert "".join(pieces) == text
    assert BROKEN in text or not any(BROKEN in piece for piece in pieces)


def test_text_comes_as_soon_as_it_is_certain() -> None:
    ids = TOKENIZER("The quick brown fox")["input_ids"]
    assert all(stream(decode, ids)[:-1])


@pytest.mark.parametrize("seed", range(40))
def test_the_pieces_of_random_tokens_are_the_text_of_all(seed: int) -> None:
    draw = random.Random(seed)
    ids = [draw.randrange(len(TOKENIZER)) for _ in range(draw.randrange(1, 150))]
    prompt = [draw.randrange(len(TOKENIZER)) for _ in range(draw.randrange(4))]
    assert "".join(stream(decode, ids)) == decode(ids)
    if not decode(prompt).endswith(BROKEN):
        assert decode(prompt) + "".join(stream(decode, ids, prompt)) == decode(prompt + ids)


def test_bytes_that_never_end_a_character_are_given_out_and_cost_little() -> None:
    lead = TOKENIZER.convert_tokens_to_ids("ð")
    decoded: list[int] = []

    def counting(ids: list[int]) -> str:
        decoded.append(len(ids))
        return decode(ids)

    detokenizer = Detokenizer(counting)
    pieces = [detokenizer.push(lead) for _ in range(1000)]
    assert "".join(pieces[:100]) == BROKEN * 97
    assert "".join(pieces) + detokenizer.finish() == BROKEN * 1000
    assert max(decoded) < 100


@pytest.mark.parametrize("text", [t for t in TEXTS if BROKEN not in t and not t.startswith(" ")])
def test_a_tokenizer_that_falls_back_to_bytes(text: str) -> None:
    pieces = stream(decode_metaspace, METASPACE(text)["input_ids"])
    assert "".join(pieces) == text
    assert not any(BROKEN in piece for piece in pieces)


def test_a_space_between_prompt_and_output_is_kept() -> None:
    ids = METASPACE("The quick brown fox")["input_ids"]
    for cut in range(1, len(ids)):
        prompt, output = ids[:cut], ids[cut:]
        assert decode_metaspace(prompt) + "".join(stream(decode_metaspace, output, prompt)) == "The quick brown fox"


def test_a_broken_character_between_whole_ones_does_not_spoil_them() -> None:
    whole = METASPACE.convert_tokens_to_ids(["<0xE4>", "<0xBD>", "<0xA0>"])
    broken = METASPACE.convert_tokens_to_ids(["<0xE4>", "<0xBD>"])
    word = METASPACE("quick")["input_ids"][-1:]
    pieces = stream(decode_metaspace, [*whole, *whole, *broken, *word])
    assert "".join(pieces).startswith("你你")
    assert "".join(pieces).endswith(decode_metaspace(word))
    assert pieces[:6] == ["", "", "你", "", "", "你"]


def test_a_decoder_that_leaves_unfinished_bytes_out() -> None:
    def ignoring(ids: list[int]) -> str:
        return bytes(ids).decode(errors="ignore")

    text = "a你🙂b"
    assert "".join(stream(ignoring, list(text.encode()))) == text


def test_special_tokens_are_no_text() -> None:
    end = TOKENIZER.eos_token_id
    ids = TOKENIZER("one two")["input_ids"]
    assert "".join(stream(decode, [end, *ids, end, *ids, end])) == "one twoone two"
