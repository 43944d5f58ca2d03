"""Weights that a named predictor runs, and weights of fewer bits, through everything."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import BertConfig, BertModel

from tests.conftest import LiveServer
from tests.support.api import Client
from tests.support.operations import add_model, publish, settled, unique
from tests.unit.predictors import tiny_models

VERSION = (
    "query ($slug: String!) { model(slug: $slug) { latestVersion { predictor quantization deviceMap device reason } } }"
)
PROBED = """query ($slug: String!) { model(slug: $slug) { latestVersion {
  state reason engine engineReason memoryBytes } } }"""
PROSE: dict[str, Any] = {"kind": "TEXT_GENERATION", "source": {"demo": "prose"}}


def folder(live: LiveServer) -> str:
    """A tiny encoder below MODEL_ROOT."""
    path = Path(live.environment["MODEL_ROOT"]) / unique("bert")
    torch.manual_seed(1)
    config = BertConfig(
        hidden_size=32, intermediate_size=64, num_hidden_layers=1, num_attention_heads=4, vocab_size=400
    )
    BertModel(config).save_pretrained(path)
    tiny_models.tokenizer().save_pretrained(path)
    return path.name


@pytest.mark.slow
async def test_embeddings_of_a_folder(admin: Client, ada: Client, live_server: LiveServer) -> None:
    new = {"source": {"local": {"path": folder(live_server)}}, "predictor": "embeddings"}
    model = await settled(admin, (await add_model(admin, **new))["slug"])
    assert model["versions"][0]["state"] == "READY", model
    found = await ada.create(model["slug"], {"texts": ["one", "two"]}, wait=30)
    assert found["status"] == "SUCCEEDED", found
    assert [len(vector) for vector in found["output"]] == [32, 32]
    assert found["metrics"]["inputTokens"] > 1
    long = await ada.create(model["slug"], {"texts": ["word " * 600]}, wait=30)
    assert long["error"]["code"] == "INPUT_REJECTED"
    assert "this model takes at most 512" in long["error"]["message"]
    shown = (await ada.run(VERSION, slug=model["slug"]))["model"]["latestVersion"]
    assert shown == {
        "predictor": "embeddings",
        "quantization": None,
        "deviceMap": "SINGLE",
        "device": "ANY",
        "reason": None,
    }


async def test_a_folder_is_ready_once_it_ran(admin: Client, ada: Client, live_server: LiveServer) -> None:
    root = Path(live_server.environment["MODEL_ROOT"])
    whole = tiny_models.llama(root / unique("llama"))
    broken = root / unique("llama")
    shutil.copytree(whole, broken)
    tensors = load_file(broken / "model.safetensors")
    del tensors["model.norm.weight"]
    save_file(tensors, broken / "model.safetensors", {"format": "pt"})
    slugs = []
    for folder in (whole, broken):
        new = {"kind": "TEXT_GENERATION", "source": {"local": {"path": folder.name}}}
        slugs.append((await add_model(admin, **new))["slug"])
    for slug in slugs:
        await settled(admin, slug)
    good, bad = [(await admin.run(PROBED, slug=slug))["model"]["latestVersion"] for slug in slugs]
    assert good["state"] == "READY", good
    assert (good["engine"], good["engineReason"]) == ("batched", None)
    assert int(good["memoryBytes"]) > 50_000
    assert bad == {
        "state": "REFUSED",
        "reason": "Its weights lack model.norm.weight: they are those of another model, or not whole.",
        "engine": None,
        "engineReason": None,
        "memoryBytes": None,
    }
    done = await ada.create(slugs[0], {"prompt": "The", "max_new_tokens": 4}, wait=30)
    assert done["status"] == "SUCCEEDED", done


async def test_a_folder_that_the_predictor_cannot_run_is_refused(admin: Client, live_server: LiveServer) -> None:
    new = {"source": {"local": {"path": folder(live_server)}}, "predictor": "classification"}
    model = await settled(admin, (await add_model(admin, **new))["slug"])
    assert (model["versions"][0]["state"], model["latestVersion"]["reason"]) == (
        "REFUSED",
        "Its architecture BertModel is not a classifier.",
    )


@pytest.mark.slow
async def test_weights_of_eight_bits_write_text_and_four_wait_for_a_gpu(ada: Client) -> None:
    model = await settled(ada, (await add_model(ada, **PROSE, quantization="INT8"))["slug"])
    assert model["latestVersion"]["state"] == "READY", model
    values = {"prompt": "The list is", "max_new_tokens": 16, "seed": 3}
    found = await ada.create(model["slug"], values, wait=60)
    assert found["status"] == "SUCCEEDED", found
    again = await ada.create(model["slug"], values, wait=60)
    assert again["text"] == found["text"] != ""
    shown = (await ada.run(VERSION, slug=model["slug"]))["model"]["latestVersion"]
    assert (shown["predictor"], shown["quantization"]) == ("text", "INT8")
    version = await publish(ada, model["slug"], source=PROSE["source"], quantization="INT4", deviceMap="AUTO")
    assert version["number"] == 2
    await settled(ada, model["slug"])
    shown = (await ada.run(VERSION, slug=model["slug"]))["model"]["latestVersion"]
    assert (shown["device"], shown["deviceMap"]) == ("CUDA", "AUTO")
    waits = await ada.create(model["slug"], values, wait=8)
    assert waits["status"] == "STARTING", "no worker here has CUDA"
    assert (await ada.cancel(waits["id"]))["status"] == "CANCELED"
    pinned = await ada.create(f"{model['slug']}:1", values, wait=60)
    assert pinned["text"] == found["text"]


async def test_a_version_for_cpus_is_rung_and_run_at_once(ada: Client) -> None:
    model = await settled(ada, (await add_model(ada, source={"predictor": "echo"}, device="CPU"))["slug"])
    slow = 0
    for number in range(5):
        found = await ada.create(model["slug"], {"text": f"t{number}"}, wait=30)
        assert found["text"] == f"t{number}"
        slow += found["metrics"]["totalSeconds"] > 2
    assert slow == 0, "the bell of that queue was heard"


@pytest.mark.parametrize("given", [{"quantization": "INT4"}, {"deviceMap": "AUTO"}])
async def test_what_needs_cuda_cannot_be_for_cpus(ada: Client, given: dict[str, Any]) -> None:
    made = await add_model(ada, **PROSE, **given, device="CPU")
    assert [violation["path"] for violation in made["violations"]] == ["/device"]
