"""Embeddings and classification against transformers itself."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import (
    AutoModel,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    BertConfig,
    BertForSequenceClassification,
    BertModel,
    LlamaConfig,
    LlamaModel,
    RobertaConfig,
    RobertaModel,
)

from tests.unit.predictors import tiny_models
from tests.unit.predictors.conftest import CPU
from tests.unit.predictors.sink import Sink
from workers.contract.context import CancelSignal, PredictionContext
from workers.contract.predictor import InputRejectedError, Predictor, SetupContext, VersionSpec
from workers.predictors.registry import open_registry

TEXTS = ["The quick brown fox", "jumps over the lazy dog and then some more of it", "Pack my box", "x"]
SMALL = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "vocab_size": 400,
}
Made = Callable[..., Path]
REGISTRY = open_registry()


@pytest.fixture
def made(tmp_path: Path) -> Made:
    def make(model: Any, **files: Any) -> Path:
        torch.manual_seed(1)
        model.save_pretrained(tmp_path)
        tokenizer = tiny_models.tokenizer()
        tokenizer.model_max_length = 64
        tokenizer.save_pretrained(tmp_path)
        for name, content in files.items():
            path = tmp_path / name.replace("__", "/").replace("_json", ".json")
            path.parent.mkdir(exist_ok=True)
            path.write_text(json.dumps(content))
        return tmp_path

    return make


def bert(places: int = 64) -> Any:
    return BertModel(BertConfig(**SMALL, max_position_embeddings=places))


def classifier(labels: list[str], **changes: Any) -> Any:
    torch.manual_seed(2)
    names = dict(enumerate(labels))
    config = BertConfig(**SMALL, max_position_embeddings=64, id2label=names, num_labels=len(labels), **changes)
    return BertForSequenceClassification(config)


def load(name: str, path: Path, **options: str) -> Predictor:
    cls = REGISTRY.get(name)
    assert cls is not None
    found = cls.inspect(VersionSpec("v", name, str(path)))
    assert found.refusal is None
    predictor = cls()
    predictor.setup(VersionSpec("v", name, str(path), options), CPU, SetupContext(lambda *_: None))
    return predictor


def ask(predictor: Predictor, texts: list[str] = TEXTS, **values: Any) -> Any:
    return predictor.predict(PredictionContext("p", {"texts": texts, **values}, Sink()))


def reference(path: Path, text: str) -> torch.Tensor:
    ids = AutoTokenizer.from_pretrained(path)(text, return_tensors="pt")
    with torch.inference_mode():
        model = AutoModel.from_pretrained(path).eval()
        return model(input_ids=ids["input_ids"], attention_mask=ids["attention_mask"]).last_hidden_state[0]  # type: ignore[no-any-return]


POOLED = {
    "mean_tokens": lambda states: states.mean(0),
    "cls_token": lambda states: states[0],
    "max_tokens": lambda states: states.amax(0),
    "lasttoken": lambda states: states[-1],
}


@pytest.mark.parametrize("way", POOLED)
@pytest.mark.parametrize("family", ["bert", "llama"])
def test_vectors_are_those_of_the_model_alone_whatever_is_beside_them(made: Made, way: str, family: str) -> None:
    pooling = {"word_embedding_dimension": 32, f"pooling_mode_{way}": True, "include_prompt": True}
    model = bert() if family == "bert" else LlamaModel(LlamaConfig(**SMALL, max_position_embeddings=64))
    path = made(model, **{"1_Pooling__config_json": pooling})
    predictor = load("embeddings", path)
    found = ask(predictor, normalize=False)
    for text, vector in zip(TEXTS, found, strict=True):
        assert torch.allclose(torch.tensor(vector), POOLED[way](reference(path, text)), atol=1e-5)
    for vector in ask(predictor):
        assert math.hypot(*vector) == pytest.approx(1, abs=1e-5)
    predictor.teardown()


def test_without_a_word_on_pooling_it_is_the_mean_and_a_prefix_counts(made: Made) -> None:
    path = made(bert())
    predictor = load("embeddings", path)
    (vector,) = ask(predictor, ["box"], normalize=False, prefix="query: ")
    assert torch.allclose(torch.tensor(vector), reference(path, "query: box").mean(0), atol=1e-5)
    predictor.teardown()


def test_many_predictions_share_passes_and_one_that_is_too_long_fails_alone(made: Made) -> None:
    predictor = load("embeddings", made(bert()))
    alone = [ask(predictor, [text])[0] for text in TEXTS]
    passes: list[int] = []
    batcher = predictor._batcher  # type: ignore[attr-defined]
    plain = batcher.make
    batcher.make = lambda items: passes.append(len(items)) or plain(items)

    def one(number: int) -> Any:
        try:
            return ask(predictor, ["word " * 80] if number % 8 == 5 else [TEXTS[number % 4]])
        except InputRejectedError as error:
            return error

    with ThreadPoolExecutor(32) as pool:
        results = list(pool.map(one, range(64)))
    assert max(passes) > 4
    for number, result in enumerate(results):
        if number % 8 == 5:
            assert str(result) == "Text 0 has 241 tokens; this model takes at most 64. Set `truncate` to shorten it."
        else:
            assert torch.allclose(torch.tensor(result[0]), torch.tensor(alone[number % 4]), atol=1e-5)
    assert batcher.most == 32
    predictor.teardown()


def test_a_pass_that_nobody_waits_for_any_more_is_left(made: Made) -> None:
    """Many long texts take minutes on a CPU, and a runner that does not heed a cancel is ended with all that it has."""
    predictor: Any = load("embeddings", made(bert()))
    expected = ask(predictor)
    context = PredictionContext("p", {"texts": TEXTS}, Sink())
    layers = predictor._instance.model.encoder.layer
    began: list[int] = []

    def cancel(*_: Any) -> None:
        began.append(0)
        context.cancel()

    hooks = [layers[0].register_forward_hook(cancel), layers[1].register_forward_hook(lambda *_: began.append(1))]
    with pytest.raises(CancelSignal):
        predictor.predict(context)
    assert ask(predictor) == expected
    assert began == [0, 0, 1]
    for hook in hooks:
        hook.remove()


def test_long_texts_are_cut_when_asked(made: Made) -> None:
    predictor = load("embeddings", made(bert()))
    (cut,) = ask(predictor, ["word " * 80], truncate=True)
    assert len(cut) == 32
    predictor.teardown()


def test_the_length_is_the_least_that_anything_says(made: Made) -> None:
    roberta = RobertaModel(RobertaConfig(**SMALL, max_position_embeddings=50, pad_token_id=1))
    predictor = load("embeddings", made(roberta))
    assert predictor._instance._encoder.longest == 48  # type: ignore[attr-defined]
    (cut,) = ask(predictor, ["word " * 80], truncate=True)
    assert len(cut) == 32
    with pytest.raises(InputRejectedError, match="takes at most 48"):
        ask(predictor, ["word " * 60])
    predictor.teardown()
    predictor = load("embeddings", made(bert(), sentence_bert_config_json={"max_seq_length": 10}))
    with pytest.raises(InputRejectedError, match="takes at most 10"):
        ask(predictor, ["word " * 11])
    predictor.teardown()


def test_metrics_count_tokens(made: Made) -> None:
    predictor = load("embeddings", made(bert()))
    sink = Sink()
    batcher = predictor._batcher  # type: ignore[attr-defined]
    assert batcher is not None
    predictor.predict(PredictionContext("p", {"texts": TEXTS}, sink))
    assert sink.metrics["input_tokens"] > 20
    predictor.teardown()


@pytest.mark.parametrize("texts", [[], [""], ["a"] * 257, "a", [1], None])
def test_what_is_no_list_of_texts(made: Made, texts: Any) -> None:
    predictor = load("embeddings", made(bert()))
    with pytest.raises(InputRejectedError):
        ask(predictor, texts)
    predictor.teardown()


@pytest.mark.parametrize(
    ("kind", "labels"),
    [
        ("single_label_classification", ["bad", "good", "odd"]),
        ("multi_label_classification", ["red", "round"]),
        ("regression", ["score"]),
    ],
)
def test_classes_are_those_of_the_model(made: Made, kind: str, labels: list[str]) -> None:
    path = made(classifier(labels, problem_type=kind))
    predictor = load("classification", path)
    model = AutoModelForSequenceClassification.from_pretrained(path).eval()
    ids = AutoTokenizer.from_pretrained(path)(TEXTS[0], return_tensors="pt")
    with torch.inference_mode():
        logits = model(input_ids=ids["input_ids"]).logits[0]
    scores = {"single": logits.softmax(-1), "multi_": logits.sigmoid()}.get(kind[:6], logits).tolist()
    (found, *others) = ask(predictor)
    assert {item["label"]: pytest.approx(item["score"], abs=1e-5) for item in found} == dict(
        zip(labels, scores, strict=True)
    )
    assert [item["score"] for item in found] == sorted((item["score"] for item in found), reverse=True)
    assert len(others) == 3
    assert [len(row) for row in ask(predictor, top_k=1)] == [1] * 4
    predictor.teardown()


def test_quantized(made: Made) -> None:
    path = made(classifier(["bad", "good"]))
    plain, int8 = load("classification", path), load("classification", path, quantization="INT8")
    assert int8.size_bytes() < plain.size_bytes()
    for a, b in zip(ask(plain), ask(int8), strict=True):
        scores = [{item["label"]: item["score"] for item in row} for row in (a, b)]
        assert scores[0]["good"] == pytest.approx(scores[1]["good"], abs=0.02)
    for predictor in (plain, int8):
        predictor.teardown()


def refusal(name: str, path: Path | None) -> str | None:
    cls = REGISTRY.get(name)
    assert cls is not None
    return cls.inspect(VersionSpec("v", name, str(path) if path else None)).refusal


def test_folders_that_are_refused(made: Made, tmp_path: Path) -> None:
    assert refusal("embeddings", None) == (
        "It needs weights: give embeddings as the predictor of a repository or folder."
    )
    path = made(bert())
    assert refusal("classification", path) == "Its architecture BertModel is not a classifier."
    (path / "modules.json").write_text(json.dumps([{"type": "sentence_transformers.models.CNN"}]))
    assert refusal("embeddings", path) == "Its sentence-transformers module 'CNN' is not supported."
    (path / "modules.json").unlink()
    (path / "1_Pooling").mkdir()
    (path / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_attention": True}))
    poolings = "cls_token, max_tokens, mean_tokens, mean_sqrt_len_tokens, weightedmean_tokens, lasttoken"
    assert refusal("embeddings", path) == f"Its pooling is not supported; it must be one of {poolings}."
    (path / "1_Pooling" / "config.json").write_text("{}")
    config = json.loads((path / "config.json").read_text())
    (path / "config.json").write_text(json.dumps({**config, "model_type": "t5"}))
    assert "cannot be read" in str(refusal("embeddings", path))
    (path / "config.json").write_text(json.dumps({"model_type": "vit", "architectures": ["ViTModel"]}))
    assert refusal("classification", path) == "transformers has no text classification for models of type 'vit'."
    (path / "config.json").write_text(json.dumps({"model_type": "t5", "is_encoder_decoder": True}))
    assert refusal("embeddings", path) == "transformers has no embeddings for models of type 't5'."
    (path / "model.safetensors").unlink()
    assert "no safetensors weights" in str(refusal("embeddings", path))
