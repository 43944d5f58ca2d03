"""Small encoders as folders, for tests of what serves them."""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import BertConfig, BertForSequenceClassification, BertModel, PreTrainedModel

from tests.unit.predictors.tiny_models import tokenizer

PLACES = 64


def _config(labels: int = 1) -> BertConfig:
    return BertConfig(
        vocab_size=400,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=PLACES,
        num_labels=labels,
    )


def bert(folder: Path) -> None:
    """One that turns texts into vectors."""
    torch.manual_seed(1)
    _save(BertModel(_config()), folder)


def cross_encoder(folder: Path) -> None:
    """One that orders documents."""
    torch.manual_seed(2)
    _save(BertForSequenceClassification(_config()), folder)


def _save(model: PreTrainedModel, folder: Path) -> None:
    model.save_pretrained(folder)
    words = tokenizer()
    words.model_max_length = PLACES
    words.save_pretrained(folder)
