"""Adapters through everything: published on a base, run on its weights, and what is told where that cannot be."""

from __future__ import annotations

import shutil
from io import BytesIO
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import pytest
import torch
from peft import PeftModel
from PIL import Image as Pillow
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from tests.conftest import LiveServer
from tests.support.api import Client
from tests.support.operations import add_model, change, paths, publish, ready, refusal, unique
from tests.unit.predictors import tiny_models
from tests.unit.predictors.loud_adapters import make_adapter
from tests.unit.predictors.pipeline_loras import make_lora

PROMPT = "The quick brown fox"
VALUES = {"prompt": PROMPT, "max_new_tokens": 16, "temperature": 0}
VERSION = """query ($slug: String!) { model(slug: $slug) { latestVersion {
  state reason slug dtype memoryBytes info digest base { slug base { slug } } } } }"""
DELETE = """mutation ($input: DeleteModelInput!) { deleteModel(input: $input) { __typename
  ... on DeletedModel { adapters } } }"""
WORKERS = "{ workers { versions } }"
NEEDS_BASE = 'publish the adapter with that version as `base`, such as base: "owner/name:1".'


@pytest.fixture
def root(live_server: LiveServer) -> Path:
    return Path(live_server.environment["MODEL_ROOT"])


def text(folder: Path, **more: Any) -> dict[str, Any]:
    return {"kind": "TEXT_GENERATION", "source": {"local": {"path": folder.name}}, **more}


def expected(base: Path, adapter: Path | None) -> str:
    tokenizer, model = AutoTokenizer.from_pretrained(base), AutoModelForCausalLM.from_pretrained(base)
    if adapter is not None:
        model = PeftModel.from_pretrained(model, adapter)
    ids = tokenizer(PROMPT, return_tensors="pt")
    out = model.eval().generate(**ids, do_sample=False, max_new_tokens=16, pad_token_id=1)
    return str(tokenizer.decode(out[0, ids["input_ids"].shape[1] :], skip_special_tokens=True))


async def write(client: Client, slug: str) -> str:
    done = await client.create(slug, VALUES, wait=60)
    assert done["status"] == "SUCCEEDED", done
    return str(done["text"])


async def test_adapters_of_a_text_model(admin: Client, ada: Client, root: Path) -> None:
    folder = tiny_models.llama(root / unique("llama"))
    adapters = [make_adapter(folder, root / unique("adapter"), seed) for seed in (1, 2)]
    base = await ready(admin, **text(folder, dtype="FLOAT32"))
    slugs = [await ready(admin, **text(adapter, base=f"{base}:1")) for adapter in adapters]
    outputs = [expected(folder, adapter) for adapter in (None, *adapters)]
    assert len(set(outputs)) == 3
    for _ in range(2):
        assert [await write(ada, slug) for slug in (base, *slugs)] == outputs
    version = (await ada.run(VERSION, slug=slugs[0]))["model"]["latestVersion"]
    assert version["base"] == {"slug": f"{base}:1", "base": None}
    assert version["dtype"] == "FLOAT32"
    assert version["info"]["adapter_type"] == "LORA"
    assert version["info"]["adapter_made_for"] == str(folder)
    # The weights of the base count once, with the base
    whole = (await ada.run(VERSION, slug=base))["model"]["latestVersion"]
    assert 0 < int(version["memoryBytes"]) < int(whole["memoryBytes"]) / 2
    # A base with living adapters can be deleted; its owner is told, and so is who runs them
    assert (await admin.run(DELETE, input={"model": base}))["deleteModel"] == {
        "__typename": "DeletedModel",
        "adapters": 2,
    }
    denied = await ada.create(slugs[0], VALUES)
    assert "The base of this adapter was deleted" in denied["message"]
    assert (await ada.run(VERSION, slug=slugs[0]))["model"]["latestVersion"]["base"] is None


# diffusers warns of numpy's and its own next releases
@pytest.mark.filterwarnings("ignore")
@pytest.mark.slow
async def test_a_lora_of_a_pipeline(admin: Client, ada: Client, root: Path) -> None:
    folder = tiny_models.stable(root / unique("stable"))
    lora = make_lora(folder, root / unique("lora"), 1, parts=["unet"])
    # Checkpoints of the training beside it are nobody's
    shutil.copytree(lora, lora / "checkpoint-100")
    new: dict[str, Any] = {"kind": "IMAGE_GENERATION"}
    base = await ready(admin, source={"local": {"path": folder.name}}, **new)
    slug = await ready(admin, source={"local": {"path": lora.name}}, base=f"{base}:1", **new)
    plain = diffusers.StableDiffusionPipeline.from_pretrained(folder)
    plain.set_progress_bar_config(disable=True)
    plain.load_lora_weights(lora, weight_name="pytorch_lora_weights.safetensors")
    drawn = plain("a fox", num_inference_steps=2, width=32, height=16, generator=torch.Generator("cpu").manual_seed(5))
    values = {"prompt": "a fox", "steps": 2, "width": 32, "height": 16, "seed": 5}
    pictures = []
    for model in (base, slug):
        done = await ada.create(model, values, wait=60)
        assert done["status"] == "SUCCEEDED", done
        content = (await ada.http.get(done["files"][0]["url"])).content
        pictures.append(np.asarray(Pillow.open(BytesIO(content)), dtype=int))
    assert np.array_equal(pictures[1], np.asarray(drawn.images[0], dtype=int))
    assert not np.array_equal(*pictures)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
async def test_several_loras_of_a_version(admin: Client, ada: Client, root: Path) -> None:
    folder, loras = tiny_models.stable(root / unique("stable")), root / unique("loras")
    for seed, name in enumerate(("ink", "pixel art")):
        make_lora(folder, loras, seed, name, parts=["unet"])
    new: dict[str, Any] = {"kind": "IMAGE_GENERATION"}
    base = await ready(admin, source={"local": {"path": folder.name}}, **new)
    several: dict[str, Any] = {**new, "source": {"local": {"path": loras.name}}, "base": f"{base}:1"}
    slug = await ready(admin, **several)
    plain = diffusers.StableDiffusionPipeline.from_pretrained(folder)
    plain.set_progress_bar_config(disable=True)
    for name in ("ink", "pixel art"):
        plain.load_lora_weights(loras, weight_name=f"{name}.safetensors", adapter_name=name.replace(" ", "_"))
    values = {"prompt": "a fox", "steps": 2, "width": 32, "height": 16, "seed": 5}
    chosen: list[dict[str, Any]] = [
        {},
        {"adapters": [{"name": "pixel art", "scale": 0.5}, {"name": "ink"}]},
        {"adapters": [{"name": "ink", "scale": -1}]},
    ]
    for choice, scales in zip(chosen, ([1.0, 1.0], [1.0, 0.5], [-1.0]), strict=True):
        plain.set_adapters(["ink", "pixel_art"][: len(scales)], scales)
        generator = torch.Generator("cpu").manual_seed(5)
        drawn = plain("a fox", num_inference_steps=2, width=32, height=16, generator=generator).images[0]
        done = await ada.create(slug, {**values, **choice}, wait=60)
        assert done["status"] == "SUCCEEDED", done
        content = (await ada.http.get(done["files"][0]["url"])).content
        assert np.array_equal(np.asarray(Pillow.open(BytesIO(content))), np.asarray(drawn))
    denied = await ada.create(slug, {**values, "adapters": [{"name": "oil"}]})
    assert paths(denied) == ["/input/adapters/0/name"]
    # Of another width: told with its name when it is published
    prefix = "unet.mid_block.attentions.0.transformer_blocks.0.attn1.to_q"
    wide = {f"{prefix}.lora_A.weight": torch.zeros(2, 999), f"{prefix}.lora_B.weight": torch.zeros(999, 2)}
    save_file(wide, loras / "wide.safetensors")
    assert "(LoRA wide)" in await refusal(admin, **several)


async def test_what_is_no_adapter_or_has_no_base(admin: Client, ada: Client, root: Path) -> None:
    folder = tiny_models.llama(root / unique("llama"))
    adapter = make_adapter(folder, root / unique("adapter"))
    base = await ready(admin, **text(folder))
    assert NEEDS_BASE in await refusal(admin, **text(adapter))
    assert "adapter_config.json is missing" in await refusal(admin, **text(folder, base=f"{base}:1"))
    for slug, rule in (
        (base, "as owner/name:number"),
        (f"{base}:7", "There is no version"),
        ("nobody/nothing:1", "There is no version"),
        ("demo/shapes:1", "is a IMAGE_GENERATION version"),
    ):
        made = await add_model(admin, **text(adapter, base=slug))
        assert paths(made) == ["/base"]
        assert rule in made["violations"][0]["message"]
    made = await add_model(admin, **text(adapter, base=f"{base}:1", dtype="FLOAT16", quantization="INT8"))
    assert sorted(paths(made)) == ["/dtype", "/quantization"]
    assert paths(await add_model(ada, base=f"{base}:1")) == ["/base"]
    slug = await ready(admin, **text(adapter, base=f"{base}:1"))
    made = await add_model(admin, **text(adapter, base=f"{slug}:1"))
    assert "is an adapter itself" in made["violations"][0]["message"]
    # Of another width: told when it is published
    other = tiny_models.gpt2(root / unique("gpt"))
    gpt = await ready(admin, **text(other))
    assert await refusal(admin, **text(adapter, base=f"{gpt}:1"))
    assert await write(ada, gpt) == expected(other, None)


@pytest.mark.slow
async def test_the_base_of_a_private_model_is_for_its_owner(admin: Client, ada: Client, root: Path) -> None:
    folder = tiny_models.llama(root / unique("llama"))
    adapter = make_adapter(folder, root / unique("adapter"))
    base = await ready(admin, **text(folder, visibility="PRIVATE"))
    hidden = await add_model(
        ada, kind="TEXT_GENERATION", source={"huggingface": {"repo": "a/b"}}, base=f"{base}:1", visibility="PRIVATE"
    )
    assert hidden["violations"][0]["message"] == f"There is no version '{base}:1'."
    made = await add_model(admin, **text(adapter, base=f"{base}:1"))
    assert "has to be PRIVATE too" in made["violations"][0]["message"]
    slug = await ready(admin, **text(adapter, base=f"{base}:1", visibility="PRIVATE"))
    assert await write(admin, slug) == expected(folder, adapter)
    assert paths(await change(admin, slug, visibility="PUBLIC")) == ["/visibility"]
    # What was public is withdrawn with its base
    assert (await change(admin, base, visibility="PUBLIC"))["__typename"] == "Model"
    assert (await change(admin, slug, visibility="PUBLIC"))["__typename"] == "Model"
    assert await write(ada, slug) == expected(folder, adapter)
    assert (await change(admin, base, visibility="PRIVATE"))["__typename"] == "Model"
    assert "is private while the adapter is public" in (await ada.create(slug, VALUES))["message"]
    assert (await publish(admin, slug, **{k: v for k, v in text(adapter, base=f"{base}:1").items() if k != "kind"}))[
        "violations"
    ]
