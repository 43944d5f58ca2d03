"""Which tokens a response format allows next: JSON of a schema, a regular expression, one of some texts.

llguidance knows that for each request within microseconds. What it would take long to read is refused before: its own
bounds on work hold for masks and for the size of a grammar, but not for the steps of a number, for instance.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from math import lcm
from typing import Any

import numpy as np
import torch
from llguidance import LLExecutor, LLMatcher, LLParserLimits, LLTokenizer, TokenizerWrapper, regex_to_lark
from llguidance.numpy import fill_next_token_bitmask, fill_next_token_bitmask_par

from workers.contract.predictor import InputRejectedError, PredictionContext
from workers.predictors.text.token_bytes import TokenBytes

MAX_SCHEMA_BYTES = 65_536
MAX_SCHEMA_PARTS = 3_000
MAX_STEP = 100_000
"""Of a number that is a multiple: how many of its least digits one step may have."""
MAX_ERROR = 200
# a tenth of the most work that llguidance does by itself, so that one request's masks do not keep others waiting
_LIMITS: Any = {
    "initial_lexer_fuel": 200_000,
    "step_lexer_fuel": 50_000,
    "step_max_items": 20_000,
    "max_lexer_states": 50_000,
    "max_grammar_size": 100_000,
}
# nothing, a space, or a line break with an indentation: a model that prefers spaces would write them without end
_JSON_OPTIONS: Any = {
    "whitespace_flexible": True,
    "whitespace_pattern": r"(\x20|\x0A[\x20\x09]{0,24})?",
    "item_separator": ",",
    "key_separator": ":",
    "coerce_one_of": False,
    "lenient": False,
}
# A text that has to come may be written by any tokens that are that text. Forced, it would be cut as the tokenizer cuts
# it, special tokens among them, which are no text.
_NO_FORCING = '%llguidance {"no_forcing": true}\n'
_META = re.compile(r"([\\.+*?()|\[\]{}^$/#&~\-])")


class Mask:
    """The tokens that one text may go on with; `write` tells it what was written."""

    def __init__(self, matcher: LLMatcher, words: int) -> None:
        self._matcher = matcher
        self._unread: list[int] = []
        self.words = words
        """Numbers of 32 bits that have a bit for each token."""

    def write(self, tokens: Sequence[int]) -> None:
        """Take note of tokens that were chosen."""
        self._unread += tokens

    def matcher(self) -> LLMatcher:
        """The state of the format behind all that was written."""
        if self._unread:
            self._matcher.consume_tokens(self._unread)
            self._unread = []
        return self._matcher

    def failure(self) -> InputRejectedError | None:
        """Why the format cannot be followed any further: it takes too much work from here on."""
        if not self._matcher.is_error():
            return None
        return InputRejectedError(
            f"The response format cannot be followed any further: {_first_line(self._matcher.get_error())}"
        )


@dataclass(frozen=True)
class RowMasks:
    """What some rows of scores may go on with: for the row in each place of `rows`, a bit for each token in `words`."""

    rows: list[int]
    words: np.ndarray[Any, np.dtype[np.int32]]
    failures: dict[int, InputRejectedError]
    """Of the rows whose format cannot be followed any further; they may go on with anything."""


class MaskThread:
    """Computes the masks of a step's rows in a thread of its own, beside the model's forward pass."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._executor: LLExecutor | None = None
        self._pool = ThreadPoolExecutor(1, "masks")

    def begin(self, masks: Mapping[int, Mask]) -> Future[RowMasks]:
        """Begin to compute the masks of rows by their numbers; until that is done nothing may be written to them."""
        return self._pool.submit(self._compute, masks)

    def close(self) -> None:
        """End the thread."""
        self._pool.shutdown(wait=False)

    def _compute(self, masks: Mapping[int, Mask]) -> RowMasks:
        if self._executor is None:
            self._executor = LLExecutor(num_threads=self._threads)
        return compute_masks(masks, self._executor)


def compute_masks(masks: Mapping[int, Mask], executor: LLExecutor | None = None) -> RowMasks:
    """The masks of rows by their numbers, of one vocabulary."""
    words = np.zeros((len(masks), next(iter(masks.values())).words), dtype=np.int32)
    if executor is None:
        for place, mask in enumerate(masks.values()):
            fill_next_token_bitmask(mask.matcher(), words, place)
    else:
        fill_next_token_bitmask_par(
            executor, [(mask.matcher(), place) for place, mask in enumerate(masks.values())], words
        )
    failures = {number: failure for number, mask in masks.items() if (failure := mask.failure()) is not None}
    for place, number in enumerate(masks):
        if number in failures:
            words[place] = -1
    return RowMasks(list(masks), words, failures)


class Grammar:
    """A response format that was read; each text begins with a mask of its own."""

    def __init__(self, matcher: LLMatcher, words: int, source: str) -> None:
        self._matcher = matcher
        self._words = words
        self.source = source
        """The format in Lark's notation as llguidance reads it."""

    def start(self) -> Mask:
        """The mask of a text that is still empty."""
        return Mask(self._matcher.deep_copy(), self._words)


def allows_formats(tokenizer: Any) -> bool:
    """Whether the texts of a tokenizer's tokens are known well enough for masks."""
    try:
        TokenBytes(tokenizer)
    except ValueError:
        return False
    return True


class _Vocabulary:
    """A tokenizer as llguidance takes it: the bytes of all tokens, and those that are no text."""

    bos_token_id = None

    def __init__(self, tokens: list[bytes], ends: Sequence[int], special: dict[int, str]) -> None:
        self.tokens = [special[number].encode() if number in special else token for number, token in enumerate(tokens)]
        self.eos_token_id = ends[0]
        self.special_token_ids = sorted(special)

    def __call__(self, text: str) -> list[int]:
        raise NotImplementedError(f"no grammar here forces tokens ({_NO_FORCING.strip()})")


class Grammars:
    """Reads response formats for one tokenizer, of which the model knows `vocabulary` tokens.

    Its tokens are read once, in less than half a second where there are 128,000.
    """

    def __init__(self, tokenizer: Any, vocabulary: int, ends: frozenset[int]) -> None:
        self.vocabulary = vocabulary
        self._limits = LLParserLimits(verbose_errors=False, **_LIMITS)
        self._reading = threading.Lock()
        own = tokenizer.eos_token_id
        self.ends = ends or frozenset([own if own is not None else vocabulary - 1])
        """The tokens that end a text which is complete."""
        self._inner = self._read_tokens(tokenizer) if allows_formats(tokenizer) else None

    def read(self, context: PredictionContext, format_: dict[str, Any]) -> Grammar | None:
        """The grammar of a response format; None for plain text.

        Raises:
            InputRejectedError: it cannot be followed; the message says why.
            CancelSignal: asked to stop while others' formats were read.
        """
        if format_["type"] == "text":
            return None
        return self.compile(context, _source(format_), "The response format")

    def compile(self, context: PredictionContext, source: str, subject: str) -> Grammar:
        """A grammar in Lark's notation as llguidance reads it.

        Raises:
            InputRejectedError: it cannot be followed; the sentence begins with the subject.
            CancelSignal: asked to stop while others' formats were read.
        """
        if self._inner is None:
            raise InputRejectedError("This model's tokenizer cannot follow a response format.")
        # one at a time, since it may take a core for a while
        with context.hold(self._reading):
            matcher = LLMatcher(self._inner, f"{_NO_FORCING}{source}", log_level=0, limits=self._limits)
            # the first mask takes the longest, and tells whether any text fits
            if not matcher.is_error():
                matcher.compute_bitmask()
            if matcher.is_error():
                raise InputRejectedError(f"{subject} cannot be followed: {_first_line(matcher.get_error())}")
        return Grammar(matcher, -(-self._inner.vocab_size // 32), f"{_NO_FORCING}{source}")

    def _read_tokens(self, tokenizer: Any) -> LLTokenizer:
        size = max(len(tokenizer), self.vocabulary)
        added = tokenizer.added_tokens_decoder
        special = {number: token.content for number, token in added.items() if token.special and number < size}
        special |= {end: tokenizer.convert_ids_to_tokens(end) or f"<end {end}>" for end in self.ends}
        ends = sorted(self.ends)
        vocabulary = _Vocabulary(TokenBytes(tokenizer).all(size), ends, special)
        inner = LLTokenizer(TokenizerWrapper(vocabulary), n_vocab=size, eos_token=ends, slices=[])
        # in two parts, between which other threads run
        return inner.with_slices(LLTokenizer.general_slices())


def apply_masks(scores: torch.Tensor, masks: RowMasks) -> None:
    """Rule out in place, in the rows of scores (rows, vocabulary) that have a mask, all that it does not allow.

    What else is ruled out gives way to the format, the end of a text that is complete above all.
    """
    vocabulary = scores.shape[1]
    if scores.device.type == "cpu" and scores.dtype == torch.float32:
        # a few passes of numpy over a row in the core's cache; torch's own take 5 times as long
        table = scores.numpy()
        for number, words in zip(masks.rows, masks.words, strict=True):
            allow = np.unpackbits(words.view(np.uint8), bitorder="little", count=vocabulary).view(np.bool_)
            row = table[number]
            np.copyto(row, -np.inf, where=~allow)
            if not np.isfinite(row.max()):
                row[allow] = 0.0
        return
    packed = torch.from_numpy(masks.words).to(scores.device)
    bits = packed[:, :, None] >> torch.arange(32, dtype=torch.int32, device=scores.device)
    allowed = (bits & 1).bool().flatten(1)[:, :vocabulary]
    allowed = torch.nn.functional.pad(allowed, (0, vocabulary - allowed.shape[1]))
    at = torch.tensor(masks.rows, device=scores.device)
    masked = scores[at].masked_fill(~allowed, float("-inf"))
    is_empty = ~torch.isfinite(masked.amax(dim=-1, keepdim=True))
    scores[at] = masked.masked_fill(is_empty & allowed, 0.0)


def _source(format_: dict[str, Any]) -> str:
    kind = format_["type"]
    if kind == "regex":
        return f"start: /{regex_to_lark(format_['regex'])}/"
    if kind == "choice":
        regex = "|".join(_META.sub(r"\\\1", text) for text in format_["choice"])
        return f"start: /{regex_to_lark(regex)}/"
    schema: Any = {"type": "object"}
    if kind == "json_schema":
        schema = format_["json_schema"]
        if isinstance(schema.get("schema"), dict | bool):
            # as other servers take it: {"name": ..., "schema": {...}, "strict": true}
            schema = schema["schema"]
    check_schemas(schema, "The response format's schema")
    if isinstance(schema, bool):
        schema = {} if schema else {"not": {}}
    return f"start: %json {inline_schema(schema)}"


def check_schemas(value: Any, subject: str) -> str:
    """JSON Schemas as JSON, where the work for them is bounded.

    Raises:
        InputRejectedError: it is not; the sentence begins with the subject.
    """
    text = json.dumps(value)
    if len(text) > MAX_SCHEMA_BYTES:
        raise InputRejectedError(f"{subject} has more than {MAX_SCHEMA_BYTES} bytes.")
    parts = list(_parts(value))
    if len(parts) > MAX_SCHEMA_PARTS:
        raise InputRejectedError(f"{subject} has more than {MAX_SCHEMA_PARTS} parts.")
    steps = [Decimal(str(part["multipleOf"])) for part in parts if isinstance(part, dict) and _is_step(part)]
    exponent = min([0, *(int(step.as_tuple().exponent) for step in steps)])
    if exponent < -MAX_STEP or lcm(*(int(step.scaleb(-exponent)) for step in steps)) > MAX_STEP:
        raise InputRejectedError(f"{subject}: its multipleOf have more than {MAX_STEP} steps together.")
    return text


def inline_schema(schema: dict[str, Any]) -> str:
    """A JSON Schema as a part of a larger grammar."""
    return json.dumps({**schema, "x-guidance": _JSON_OPTIONS})


def _is_step(part: dict[str, Any]) -> bool:
    step = part.get("multipleOf")
    return isinstance(step, int | float) and not isinstance(step, bool) and step > 0


def _parts(schema: Any) -> Iterator[Any]:
    left = [schema]
    while left:
        part = left.pop()
        yield part
        left += part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()


def _first_line(error: str) -> str:
    """What a person can read of llguidance's errors, which may go on with its own state."""
    line = next((line.strip() for line in error.splitlines() if line.strip()), "")
    if "NoExtension" in line or not line:
        return "no text can satisfy it."
    if line.startswith("panic"):
        return "it is too large."
    return line if len(line) <= MAX_ERROR else f"{line[: MAX_ERROR - 1]}…"
