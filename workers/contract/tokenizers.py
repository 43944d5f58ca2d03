"""Tokenizers' files in numbers: how much longer a text may become on its way to tokens and back.

A `tokenizer.json` is a small program. Twenty steps that write each letter twice make a million tokens of one letter,
inside of a library that nothing stops. So each step's growth is bounded by arithmetic, before the library reads it.

Source: the format of huggingface/tokenizers, as its version 0.22 reads it.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Iterator
from math import ceil
from pathlib import Path
from typing import Any

import orjson

from workers.contract.failures import VersionRefusedError
from workers.contract.layout import unreadable

RULES = 1
"""The number of the rules below, noted with each version that passed them: stricter ones have another."""
MAX_GROWTH = 64
MAX_STEPS = 100
MAX_TEXT = 1000
MAX_TOKEN = 10_000
MAX_IDS = 1000
MAX_PADDING = 1_000_000
# What one character may become by the table of a model of SentencePiece; that of NFKC has 33
TABLE_BYTES = 64
# How many characters a form of Unicode makes of one, where the steps before wrote new ones
_FORMS = {"NFKC": 18, "NFKD": 18, "NFC": 3, "NFD": 4, "Lowercase": 3}
# Written in two bytes each, or given a blank before it
_DOUBLING = {"ByteLevel", "Metaspace", "BertNormalizer"}


def check_tokenizers(folder: Path) -> None:
    """Judge each `tokenizer.json` of a model's folder, see `check_tokenizer`."""
    for file in sorted(folder.rglob("tokenizer.json")):
        name = file.relative_to(folder).as_posix()
        try:
            value = orjson.loads(file.read_bytes())
        except (OSError, ValueError) as error:
            raise unreadable(file, name, "not JSON") from error
        check_tokenizer(value, name)


def check_tokenizer(value: Any, name: str) -> None:
    """Refuse a tokenizer, whose file is called `name`, that makes far more of a text than it has characters.

    Raises:
        VersionRefusedError: naming what of it does.
    """
    if not isinstance(value, dict):
        raise VersionRefusedError(f"{name} is not a JSON object.")
    try:
        _check_growth(name, "normalizer and pre_tokenizer", value.get("normalizer"), value.get("pre_tokenizer"))
        _check_growth(name, "decoder", value.get("decoder"))
        _check_template(name, value.get("post_processor"))
        _check_words(name, value)
    except (TypeError, ValueError, AttributeError, LookupError, struct.error) as error:
        # The library would not read it either
        raise VersionRefusedError(f"{name} is not a tokenizer: {type(error).__name__}: {str(error)[:200]}") from error


def _check_growth(name: str, part: str, *values: Any) -> None:
    growth, blanks, tables = 1, 1, 0
    # A form changes nothing of what went through it before
    is_renewed = False
    for count, step in enumerate((step for value in values for step in _steps(value)), start=1):
        for key, text in step.items():
            if isinstance(text, str) and len(text) > MAX_TEXT and key not in {"precompiled_charsmap", "pattern"}:
                raise VersionRefusedError(f"{name}: {key} of a step of its {part} has more than {MAX_TEXT} characters.")
        match step.get("type"):
            case "Replace":
                pattern, content = step["pattern"], step["content"]
                plain = pattern.get("String") if isinstance(pattern, dict) else pattern
                # A pattern may match between any two characters
                growth *= max(1, ceil(len(content) / len(plain))) if plain else 1 + len(content)
                is_renewed = is_renewed or not content.replace("\u2581", "").isascii()
            case "Prepend":
                blanks += len(step["prepend"])
            case "Precompiled":
                longest = _longest_replacement(step.get("precompiled_charsmap") or "")
                growth *= longest if tables else ceil(longest / TABLE_BYTES)
                tables, is_renewed = tables + 1, True
            case kind if kind in _FORMS:
                growth *= _FORMS[kind] if is_renewed else 1
                is_renewed = False
            case kind if kind in _DOUBLING:
                growth *= 2
            case _:
                pass
        if count > MAX_STEPS:
            raise VersionRefusedError(f"{name}: its {part} has more than {MAX_STEPS} steps.")
        # As soon as it is so, since the numbers grow with every step
        if (each := growth * blanks) > MAX_GROWTH:
            raise VersionRefusedError(
                f"{name}: its {part} may make {each} characters or more of each; at most {MAX_GROWTH} may be."
            )


def _steps(value: Any) -> Iterator[dict[str, Any]]:
    """The steps of a part in their order, those inside of others too."""
    ahead = [value]
    while ahead:
        each = ahead.pop()
        if isinstance(each, list):
            ahead += reversed(each)
        elif isinstance(each, dict):
            yield each
            ahead += reversed([each.get(key) for key in ("normalizers", "pretokenizers", "decoders")])


def _longest_replacement(text: str) -> int:
    """Bytes of the longest text in a table of SentencePiece: the length of a trie, the trie, texts that end with 0."""
    table = base64.b64decode(text)
    if not table:
        return 1
    (size,) = struct.unpack_from("<I", table)
    return max(1, *(len(part) for part in table[4 + size :].split(b"\0")))


def _check_template(name: str, value: Any) -> None:
    """What a post-processor adds to each text."""
    count = 0
    for step in _post_processors(value):
        tokens = step.get("special_tokens")
        if isinstance(tokens, dict):
            count += sum(max(len(token["ids"]), len(token["tokens"])) for token in tokens.values())
        count += sum(len(step[key]) for key in ("single", "pair") if isinstance(step.get(key), list))
        if count > MAX_IDS:
            raise VersionRefusedError(f"{name}: its post_processor adds more than {MAX_IDS} tokens to each text.")


def _post_processors(value: Any) -> Iterator[dict[str, Any]]:
    ahead, count = [value], 0
    while ahead and count <= MAX_IDS:
        each, count = ahead.pop(), count + 1
        if isinstance(each, dict):
            yield each
            ahead += each.get("processors") or []


def _check_words(name: str, value: dict[str, Any]) -> None:
    """The lengths of what is written for a token, and of what an encoding is filled up with."""
    model = value.get("model") or {}
    for key, text in model.items():
        if isinstance(text, str) and len(text) > MAX_TEXT:
            raise VersionRefusedError(f"{name}: {key} of its model has more than {MAX_TEXT} characters.")
    vocabulary = model.get("vocab") or ()
    words = vocabulary if isinstance(vocabulary, dict) else (entry[0] for entry in vocabulary)
    added = (token["content"] for token in value.get("added_tokens") or ())
    for words_of in (words, added):
        longest = max(words_of, key=len, default="")
        if len(longest) > MAX_TOKEN:
            raise VersionRefusedError(f"{name}: the token {longest[:30]!r} has more than {MAX_TOKEN} characters.")
    padding = value.get("padding") or {}
    strategy = padding.get("strategy")
    for number in (strategy.get("Fixed") if isinstance(strategy, dict) else 0, padding.get("pad_to_multiple_of")):
        if number and not 0 < number <= MAX_PADDING:
            raise VersionRefusedError(f"{name}: its padding is longer than {MAX_PADDING} tokens.")
