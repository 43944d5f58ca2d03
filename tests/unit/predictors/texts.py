"""Text that a tiny model writes, and what transformers writes for the same prompt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer

from tests.unit.predictors.conftest import CPU
from tests.unit.predictors.sink import Sink
from workers.contract.context import PredictionContext
from workers.contract.predictor import Predictor, SetupContext, VersionSpec
from workers.predictors.text.model import TextModel
from workers.predictors.text.predictor import Text

Folder = Callable[[str], Path]
DEFAULTS = {"max_new_tokens": 24, "temperature": 1.0, "top_p": 1.0, "top_k": 0, "stop": [], "seed": 7}
PROMPT = "The quick brown fox"


def generate(predictor: Predictor, prompt: str = PROMPT, **values: Any) -> Sink:
    sink = Sink()
    predictor.predict(PredictionContext("p", {"prompt": prompt, **DEFAULTS, **values}, sink))
    return sink


def reference(path: Path, prompt: str, tokens: int) -> tuple[list[int], str]:
    """What transformers itself generates greedily: new token ids and their text."""
    tokenizer = AutoTokenizer.from_pretrained(path)
    seq2seq = path.name == "t5"
    model = (AutoModelForSeq2SeqLM if seq2seq else AutoModelForCausalLM).from_pretrained(path).eval()
    ids = tokenizer(prompt, return_tensors="pt")
    kwargs = {"input_ids": ids["input_ids"], "attention_mask": ids["attention_mask"]}
    out = model.generate(**kwargs, do_sample=False, max_new_tokens=tokens, pad_token_id=1)[0].tolist()
    new = out[1:] if seq2seq else out[ids["input_ids"].shape[1] :]
    return new, tokenizer.decode(new, skip_special_tokens=True, clean_up_tokenization_spaces=False)


def setup(path: Path, report: Callable[..., None] = lambda *_: None) -> Predictor:
    predictor = Text()
    predictor.setup(VersionSpec("v", "text", str(path)), CPU, SetupContext(report))
    return predictor


def model_of(predictor: Predictor) -> TextModel:
    assert isinstance(predictor, Text)
    assert predictor._model is not None
    return predictor._model
