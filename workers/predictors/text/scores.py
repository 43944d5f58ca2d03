"""From a model's scores to a token, for the rows of many requests at once: penalties, bias, bans, then the choice.

A row depends on its own request alone. The order is that of transformers' `generate`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, Protocol, Self

import numpy as np
import torch

from workers.contract.predictor import InputRejectedError
from workers.predictors.text.grammar import Mask, RowMasks, apply_masks, compute_masks
from workers.predictors.text.sampling import NO_NUMBERS, Draw, Sampling, likeliest, pick

_FIRST_CAPACITY = 256


class TokenLog(Protocol):
    """Takes what a model thought of each token that was chosen."""

    def record(self, position: int, scores: torch.Tensor, token: int) -> None:
        """The raw scores, of shape (vocabulary,), and the token of this position of the output."""


class Row:
    """One request among the rows of a step: how its scores are shaped, and what it wrote so far."""

    def __init__(
        self,
        sampling: Sampling,
        prompt: Sequence[int],
        ends: frozenset[int] = frozenset(),
        own: Sequence[Callable[[torch.Tensor, torch.Tensor], torch.Tensor]] = (),
        log: TokenLog | None = None,
        mask: Mask | None = None,
    ) -> None:
        self.sampling = sampling
        self.position = 0
        self.ends = sorted(ends)
        self.own = own
        self.log = log
        self.mask = mask
        self.failure: InputRejectedError | None = None
        """Why its response format cannot be followed any further."""
        self.counts: _Counts | None = None
        # a bias or a ban, of which there are few
        self.bias_tokens = [token for token, _ in sampling.bias]
        self.bias_values = [value for _, value in sampling.bias]
        # what the model's own processors look at
        self.tokens = list(prompt) if own else []
        if sampling.penalizes:
            self.counts = _Counts(prompt if sampling.repetition_penalty != 1 else ())

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        # a request that lost its pages is begun anew by a copy, which goes on with the same row
        return self

    def write(self, tokens: Sequence[int]) -> None:
        """Take note of the tokens that were chosen since the last step."""
        self.position += len(tokens)
        if self.counts is not None:
            for token in tokens:
                self.counts.add(token)
        if self.mask is not None:
            self.mask.write(tokens)
        if self.own:
            self.tokens += tokens


class _Counts:
    """How often each token was written; those of the prompt alone count 0."""

    def __init__(self, prompt: Sequence[int]) -> None:
        distinct = np.unique(np.asarray(prompt, dtype=np.int64))
        self.size = len(distinct)
        self.tokens = np.zeros(max(_FIRST_CAPACITY, 2 * self.size), dtype=np.int64)
        self.tokens[: self.size] = distinct
        self.times = np.zeros(len(self.tokens), dtype=np.float32)
        self._places = {int(token): place for place, token in enumerate(distinct)}

    def add(self, token: int) -> None:
        place = self._places.get(token)
        if place is None:
            if self.size == len(self.tokens):
                self.tokens = np.concatenate([self.tokens, np.zeros_like(self.tokens)])
                self.times = np.concatenate([self.times, np.zeros_like(self.times)])
            place = self._places[token] = self.size
            self.tokens[place] = token
            self.size += 1
        self.times[place] += 1


def choose(scores: torch.Tensor, rows: Sequence[Row], masks: Future[RowMasks] | None = None) -> torch.Tensor:
    """Token ids of shape (rows,) for raw scores of shape (rows, vocabulary), which are shaped in place.

    `masks` are those of the rows that have one, where they were begun before. Scores that are no numbers are not for
    here: `finite_rows` tells.
    """
    raw = {number: scores[number].clone() for number, row in enumerate(rows) if row.log is not None}
    shape(scores, rows, masks)
    tokens = likeliest(scores)
    drawn = [number for number, row in enumerate(rows) if not row.sampling.is_greedy]
    if drawn:
        draws = [Draw(rows[number].sampling, rows[number].position) for number in drawn]
        if len(drawn) == scores.shape[0]:
            tokens = pick(scores, draws)
        else:
            tokens[drawn] = pick(scores[drawn], draws)
    if raw:
        chosen = tokens.tolist()
        for number, before in raw.items():
            if (log := rows[number].log) is not None:
                log.record(rows[number].position, before, chosen[number])
    return tokens


def shape(scores: torch.Tensor, rows: Sequence[Row], masks: Future[RowMasks] | None = None) -> None:
    """Apply to each row of scores, of shape (rows, vocabulary), what its request asks for, in place."""
    for number, row in enumerate(rows):
        for process in row.own:
            ids = torch.tensor([row.tokens], device=scores.device)
            scores[number] = process(ids, scores[number : number + 1])[0]
    vocabulary = scores.shape[1]
    flat = scores.view(-1)
    counted = [(number, row, row.counts) for number, row in enumerate(rows) if row.counts is not None]
    if counted:
        sizes = [counts.size for _, _, counts in counted]

        def spread(values: Sequence[float]) -> np.ndarray[Any, np.dtype[np.float32]]:
            return np.repeat(np.asarray(values, dtype=np.float32), sizes)

        starts = np.repeat(np.asarray([number * vocabulary for number, _, _ in counted], dtype=np.int64), sizes)
        places = starts + np.concatenate([counts.tokens[: counts.size] for _, _, counts in counted])
        times = np.concatenate([counts.times[: counts.size] for _, _, counts in counted])
        minus = times * spread([row.sampling.frequency_penalty for _, row, _ in counted])
        minus += (times > 0) * spread([row.sampling.presence_penalty for _, row, _ in counted])
        at = torch.from_numpy(places).to(scores.device)
        values = flat[at]
        if any(row.sampling.repetition_penalty != 1 for _, row, _ in counted):
            factor = torch.from_numpy(spread([row.sampling.repetition_penalty for _, row, _ in counted]))
            factor = factor.to(scores.device)
            values = torch.where(values < 0, values * factor, values / factor)
        flat[at] = values - torch.from_numpy(minus).to(scores.device)
    places_of_bias: list[int] = []
    bias: list[float] = []
    for number, row in enumerate(rows):
        places_of_bias += [number * vocabulary + token for token in row.bias_tokens]
        bias += row.bias_values
        if row.position < row.sampling.min_new_tokens:
            places_of_bias += [number * vocabulary + token for token in row.ends]
            bias += [float("-inf")] * len(row.ends)
    if bias:
        at = torch.tensor(places_of_bias, device=scores.device)
        flat.index_put_((at,), torch.tensor(bias, device=scores.device), accumulate=True)
    own_masks = {number: row.mask for number, row in enumerate(rows) if row.mask is not None}
    if own_masks:
        row_masks = compute_masks(own_masks) if masks is None else masks.result()
        apply_masks(scores, row_masks)
        for number, failure in row_masks.failures.items():
            rows[number].failure = failure


class RequestProcessor:
    """A logits processor of `generate`, for one request: its choice has the only finite score afterwards."""

    def __init__(self, row: Row) -> None:
        self._row = row
        self._is_begun = False

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Scores of shape (1, vocabulary) for the token behind `input_ids` of shape (1, tokens so far)."""
        if not bool(finite_rows(scores).all()):
            raise FloatingPointError(NO_NUMBERS)
        # some models show only what they wrote, not the prompt
        if self._is_begun:
            self._row.write(input_ids[0, -1:].tolist())
        self._is_begun = True
        scores = scores.clone()
        tokens = choose(scores, [self._row])
        if self._row.failure is not None:
            raise self._row.failure
        return force_tokens(scores, tokens)


def finite_rows(scores: torch.Tensor) -> torch.Tensor:
    """Which rows have a largest score that is a number; -inf among the others is one way to rule tokens out."""
    return torch.isfinite(scores.amax(dim=-1))


def force_tokens(scores: torch.Tensor, tokens: torch.Tensor) -> torch.Tensor:
    """Scores of this shape in which each row's token, of shape (rows,), is the only possible one."""
    return torch.full_like(scores, float("-inf")).scatter_(1, tokens[:, None], 0.0)
