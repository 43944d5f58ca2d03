"""Folders in the layout of sentence-transformers, and cross-encoders, against the plain computation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    BertConfig,
    BertForSequenceClassification,
    BertModel,
    T5Config,
    T5EncoderModel,
)

from tests.unit.predictors.conftest import CPU
from tests.unit.predictors.sink import Sink
from tests.zoo.tasks import SMALL, WORDS, loud, tokenizer
from workers.contract.predictor import InputRejectedError, PredictionContext, Predictor, SetupContext, VersionSpec
from workers.predictors.pipeline.predictor import Pipeline

TEXTS = ["The quick brown fox", "Pack my box with five dozen liquor jugs, said the 3rd judge!", "x"]
TYPES = "sentence_transformers.models."


def write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))


def layout(path: Path, model: Any, pooling: dict[str, Any], *more: tuple[str, str]) -> torch.nn.Linear:
    """A folder of sentence-transformers; the linear part of its dense layer."""
    torch.manual_seed(3)
    model.save_pretrained(path)
    tokenizer().save_pretrained(path)
    modules = [("", "Transformer"), ("1_Pooling", "Pooling"), *more]
    entries = [{"idx": n, "name": str(n), "path": p, "type": TYPES + kind} for n, (p, kind) in enumerate(modules)]
    write(path / "modules.json", entries)
    write(path / "1_Pooling" / "config.json", {"word_embedding_dimension": 32, **pooling})
    width = 32 * sum(value is True for name, value in pooling.items() if name.startswith("pooling"))
    linear = torch.nn.Linear(width, 7)
    activation = "torch.nn.modules.activation.Tanh"
    write(
        path / "2_Dense" / "config.json",
        {"in_features": width, "out_features": 7, "bias": True, "activation_function": activation},
    )
    save_file({f"linear.{k}": v for k, v in linear.state_dict().items()}, path / "2_Dense" / "model.safetensors")
    return linear


def opened(path: Path) -> Predictor:
    spec = VersionSpec("v", "pipeline", str(path))
    inspection = Pipeline.inspect(spec)
    assert inspection.refusal is None
    assert Pipeline.outline(spec)
    predictor = Pipeline()
    predictor.setup(spec, CPU, SetupContext(lambda *_: None))
    (example,) = Pipeline.examples(inspection.input_schema)
    assert predictor.predict(PredictionContext("p", example, Sink()))
    return predictor


def ask(predictor: Predictor, **values: Any) -> Any:
    return predictor.predict(PredictionContext("p", values, Sink()))


def states(path: Path, model_class: Any, text: str) -> torch.Tensor:
    ids = AutoTokenizer.from_pretrained(path)(text, return_tensors="pt")
    with torch.no_grad():
        output = model_class.from_pretrained(path)(ids["input_ids"], attention_mask=ids["attention_mask"])
    return output.last_hidden_state[0]  # type: ignore[no-any-return]


def bert() -> Any:
    return loud(BertModel(BertConfig(**SMALL, vocab_size=WORDS, max_position_embeddings=128)), 3)


@pytest.mark.parametrize("is_last", [True, False])
def test_several_poolings_a_dense_layer_and_a_norm(tmp_path: Path, is_last: bool) -> None:
    more = [("2_Dense", "Dense"), ("3_Normalize", "Normalize")]
    pooling = {f"pooling_mode_{name}": True for name in ("mean_tokens", "cls_token", "mean_sqrt_len_tokens")}
    linear = layout(tmp_path, bert(), pooling, *(more if is_last else more[::-1]))
    predictor = opened(tmp_path)
    vectors = ask(predictor, texts=TEXTS, normalize=is_last)
    for text, vector in zip(TEXTS, vectors, strict=True):
        own = states(tmp_path, BertModel, text)
        pooled = torch.cat([own[0], own.mean(0), own.sum(0) / len(own) ** 0.5])
        if is_last:
            expected = torch.nn.functional.normalize(linear(pooled).tanh(), dim=0)
        else:
            expected = linear(torch.nn.functional.normalize(pooled, dim=0)).tanh()
        assert torch.allclose(torch.tensor(vector), expected, atol=1e-4)


def test_later_words_may_weigh_more_and_t5_has_its_encoder_alone(tmp_path: Path) -> None:
    config = T5Config(vocab_size=WORDS, d_model=32, d_kv=8, d_ff=48, num_layers=2, num_heads=4)
    linear = layout(tmp_path, T5EncoderModel(config), {"pooling_mode_weightedmean_tokens": True}, ("2_Dense", "Dense"))
    predictor = opened(tmp_path)
    for text, vector in zip(TEXTS, ask(predictor, texts=TEXTS, normalize=False), strict=True):
        own = states(tmp_path, T5EncoderModel, text)
        places = torch.arange(1, len(own) + 1).unsqueeze(1)
        expected = linear((own * places).sum(0) / places.sum()).tanh()
        assert torch.allclose(torch.tensor(vector), expected, atol=1e-4)


def test_prompts_by_their_names(tmp_path: Path) -> None:
    layout(tmp_path, bert(), {"pooling_mode_mean_tokens": True, "include_prompt": False})
    prompts = {"query": "The lazy ", "document": ""}
    write(tmp_path / "config_sentence_transformers.json", {"prompts": prompts, "default_prompt_name": "query"})
    info = Pipeline.inspect(VersionSpec("v", "pipeline", str(tmp_path))).info
    assert (info["task"], info["pooling"], info["prompts"]) == ("feature-extraction", "mean", prompts)
    predictor = opened(tmp_path)
    before = len(AutoTokenizer.from_pretrained(tmp_path)("The lazy ")["input_ids"]) - 1
    expected = states(tmp_path, BertModel, "The lazy fox")[before:].mean(0)
    for values in ({}, {"prompt_name": "query"}, {"prefix": "The lazy "}):
        (vector,) = ask(predictor, texts=["fox"], normalize=False, **values)
        assert torch.allclose(torch.tensor(vector), expected, atol=1e-4)
    (vector,) = ask(predictor, texts=["fox"], normalize=False, prompt_name="document")
    assert torch.allclose(torch.tensor(vector), states(tmp_path, BertModel, "fox").mean(0), atol=1e-4)
    with pytest.raises(InputRejectedError, match="no prompt 'other': its prompts are document, query"):
        ask(predictor, texts=["fox"], prompt_name="other")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"activation_function": "os.system"}, "the activation 'system'"),
        ({"in_features": 31}, "The weights of its dense layer 2_Dense do not fit its config.json."),
        (None, "Its dense layer 2_Dense has no safetensors weights."),
    ],
)
def test_dense_layers_that_cannot_be(tmp_path: Path, change: dict[str, Any] | None, reason: str) -> None:
    layout(tmp_path, bert(), {"pooling_mode_mean_tokens": True}, ("2_Dense", "Dense"))
    path = tmp_path / "2_Dense" / "config.json"
    if change is None:
        (tmp_path / "2_Dense" / "model.safetensors").rename(tmp_path / "2_Dense" / "pytorch_model.bin")
    else:
        write(path, {**json.loads(path.read_text()), **change})
    refusal = Pipeline.inspect(VersionSpec("v", "pipeline", str(tmp_path))).refusal
    if refusal is None:
        with pytest.raises(Exception, match=reason):
            opened(tmp_path)
    else:
        assert reason in refusal


def cross_encoder(path: Path, **changes: Any) -> None:
    torch.manual_seed(4)
    config = BertConfig(**SMALL, vocab_size=WORDS, max_position_embeddings=64, num_labels=1, **changes)
    loud(BertForSequenceClassification(config), 4).save_pretrained(path)
    words = tokenizer()
    words.model_max_length = 64
    words.save_pretrained(path)
    (path / "README.md").write_text("---\npipeline_tag: text-ranking\n---\n")


@pytest.mark.parametrize("is_raw", [True, False])
def test_documents_are_ordered_as_a_cross_encoder_scores_them(tmp_path: Path, is_raw: bool) -> None:
    own = {"sentence_transformers": {"activation_fn": "torch.nn.modules.linear.Identity"}} if is_raw else {}
    cross_encoder(tmp_path, **own)
    predictor = opened(tmp_path)
    words = AutoTokenizer.from_pretrained(tmp_path)
    model = AutoModelForSequenceClassification.from_pretrained(tmp_path)
    expected = []
    for document in TEXTS:
        with torch.no_grad():
            score = model(**words("the fox", document, return_tensors="pt")).logits[0, 0]
        expected.append(float(score if is_raw else score.sigmoid()))
    rows = ask(predictor, query="the fox", documents=TEXTS, return_documents=True)
    assert [row["score"] for row in rows] == pytest.approx(sorted(expected, reverse=True), abs=1e-4)
    assert [TEXTS[row["index"]] for row in rows] == [row["document"] for row in rows]
    assert [row["index"] for row in rows] == sorted(range(3), key=lambda n: -expected[n])
    assert len(ask(predictor, query="the fox", documents=TEXTS, top_n=1)) == 1
    with pytest.raises(InputRejectedError, match="this model takes at most 64"):
        ask(predictor, query="the fox", documents=["word " * 90])
    (long,) = ask(predictor, query="the fox", documents=["word " * 90], truncate=True, raw_scores=True)
    cut = words("the fox", "word " * 90, truncation="longest_first", max_length=64, return_tensors="pt")
    with torch.no_grad():
        assert long["score"] == pytest.approx(float(model(**cut).logits[0, 0]), abs=1e-4)


def test_a_classifier_of_several_classes_is_no_reranker(tmp_path: Path) -> None:
    config = BertConfig(**SMALL, vocab_size=WORDS, num_labels=3)
    BertForSequenceClassification(config).save_pretrained(tmp_path)
    tokenizer().save_pretrained(tmp_path)
    spec = VersionSpec("v", "pipeline", str(tmp_path), {"task": "text-ranking"})
    assert Pipeline.inspect(spec).refusal == "It has 3 classes; a cross-encoder that orders documents has one."
    plain = Pipeline.inspect(VersionSpec("v", "pipeline", str(tmp_path)))
    assert plain.info["task"] == "text-classification"
