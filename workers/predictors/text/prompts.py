"""From a prompt to the tokens that the model reads."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from workers.contract.predictor import InputRejectedError
from workers.predictors.pretrained import check_text


class PromptEncoder:
    """A tokenizer as the threads of one model share it; `first_tokens` are tried in order for an empty prompt."""

    def __init__(self, tokenizer: Any, vocabulary: int, first_tokens: Sequence[int | None]) -> None:
        self._tokenizer = tokenizer
        self._vocabulary = vocabulary
        self._first_tokens = first_tokens
        self._lock = threading.Lock()

    def encode(self, prompt: str, *, is_complete: bool = False) -> list[int]:
        """The tokens of a prompt, with those that the tokenizer puts around each text unless it `is_complete`.

        Raises:
            InputRejectedError: the model cannot read it.
        """
        # a prompt may bring the mark of its beginning along, as a template writes it
        start = self._tokenizer.bos_token
        # a fast tokenizer may be configured by each call and raises "Already borrowed" when two do
        with self._lock:
            check_text(self._tokenizer, prompt)
            ids: list[int] = self._tokenizer(prompt, verbose=False, add_special_tokens=not is_complete)["input_ids"]
        if not is_complete and start and prompt.startswith(start) and ids[:2] == [self._tokenizer.bos_token_id] * 2:
            del ids[0]
        return self.check(ids)

    def count(self, text: str) -> int:
        """How many tokens a text is, without what the tokenizer puts around it."""
        with self._lock:
            ids: list[int] = self._tokenizer(text, verbose=False, add_special_tokens=False)["input_ids"]
        return len(ids)

    def check(self, ids: list[int]) -> list[int]:
        """The tokens, or what an empty prompt starts with.

        Raises:
            InputRejectedError: the model does not know one of them, or none to start with.
        """
        ids = ids or [self.first_token()]
        if max(ids) >= self._vocabulary:
            raise InputRejectedError(
                f"The prompt contains token {max(ids)}; this model's vocabulary has {self._vocabulary} tokens."
            )
        return ids

    def first_token(self) -> int:
        """What an empty prompt starts with."""
        token = next((candidate for candidate in self._first_tokens if candidate is not None), None)
        if token is None:
            raise InputRejectedError("The prompt is empty, and this model has no token to start a text with.")
        return int(token)
