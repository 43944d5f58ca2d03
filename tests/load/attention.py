"""Split attention against the mask over all requests, on one core: `python -m tests.load.attention`."""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from transformers import AutoModelForCausalLM, AutoTokenizer

from tests.load.text_models import NEW_TOKENS, PROSE, Shape, build, prompts
from workers.contract.context import PredictionContext
from workers.contract.protocol import Message
from workers.predictors.text.batch import TextBatch
from workers.predictors.text.engine import Request
from workers.predictors.text.sampling import Sampling
from workers.predictors.text.streaming import Detokenizer, StopFilter, TokenSink

SLOTS = 32
REQUESTS = (1, 8, 32)
PROMPT_TOKENS = (16, 256)
REPEATS = 3


class Nowhere:
    """Takes the output of a prediction."""

    def put(self, message: Message) -> None:
        """Drop it."""

    def text(self, prediction: str, piece: str) -> None:
        """Drop it."""

    def choice(self, prediction: str, number: int, piece: str, logprobs: list[Any] | None) -> None:
        """Drop it."""


def rate(batch: TextBatch, rows: list[list[int]]) -> float:
    """Tokens per second of CPU time, for as many requests at once as there are rows."""

    def run(ids: list[int]) -> None:
        context = PredictionContext("attention", {}, Nowhere())
        sink = TokenSink(context, Detokenizer(lambda tokens: ""), StopFilter([]), frozenset())
        batch.run(context, Request(ids, len(ids), NEW_TOKENS, Sampling(0, 0.0)), sink)

    threads = [threading.Thread(target=run, args=(row,)) for row in rows]
    began = time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(rows) * NEW_TOKENS / (time.process_time() - began)


def compare(name: str, folder: Path) -> None:
    """Print the rates of one model."""
    console = Console()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    batches = {}
    for split in (True, False):
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval().requires_grad_(False)
        batches[split] = TextBatch(model, model.config.max_position_embeddings, SLOTS, split=split)
        batches[split].start()
    for length in PROMPT_TOKENS:
        for count in REQUESTS:
            rows = [(tokenizer(text)["input_ids"] * length)[:length] for text in prompts(count)]
            rates: dict[bool, list[float]] = {True: [], False: []}
            for _ in range(REPEATS):
                for split, batch in batches.items():
                    rates[split].append(rate(batch, rows))
            split, mask = (statistics.median(rates[key]) for key in (True, False))
            console.print(
                f"{name}, prompts of {length} tokens, {count} at once:"
                f" {split:.0f} tokens/s, with the mask {mask:.0f}: {split / mask:.2f}"
            )
    for batch in batches.values():
        batch.close()


def main() -> None:
    """Measure the bundled model and a wider one."""
    torch.set_num_threads(1)
    compare("demo/prose", PROSE)
    with tempfile.TemporaryDirectory() as folder:
        compare("6x768", build(Shape(6, 768), Path(folder)))


if __name__ == "__main__":
    main()
