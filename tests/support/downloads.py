"""The repositories that docs/models.md downloads, as small models with random weights, on a hub of this machine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import diffusers
import torch
from peft import LoraConfig
from peft.utils import get_peft_model_state_dict

from tests.support.hub_server import HubServer, hub_server
from tests.unit.predictors import checkpoints, tiny_models
from tests.unit.predictors.loud_adapters import make_adapter
from tests.zoo.tasks import whisper

SDXL = "stabilityai/stable-diffusion-xl-base-1.0"
PASSWORD = "correct horse battery"
TEMPLATE = (
    "{% for message in messages %}<{{ message.role }}>{{ message.content }}{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)


def sdxl(folder: Path) -> Path:
    """A pipeline with what its repository has beside it: weights in both precisions, copies, other formats."""
    checkpoints.sdxl(folder)
    half = diffusers.StableDiffusionXLPipeline.from_pretrained(folder).to(torch.float16)
    half.save_pretrained(folder, variant="fp16")
    (folder / "sd_xl_base_1.0.safetensors").write_bytes(b"a copy")
    (folder / "unet" / "model.onnx").write_bytes(b"another format")
    return folder


def lora(base: Path, folder: Path, file: str = "pixel-art-xl.safetensors") -> Path:
    """A LoRA with random weights for a pipeline, in a folder with its file."""
    pipeline = diffusers.StableDiffusionXLPipeline.from_pretrained(base)
    torch.manual_seed(1)
    pipeline.unet.add_adapter(LoraConfig(r=2, init_lora_weights=False, target_modules=["to_q", "to_v"]))
    for name, parameter in pipeline.unet.named_parameters():
        if "lora" in name:
            torch.nn.init.normal_(parameter, std=0.7)
    layers = get_peft_model_state_dict(pipeline.unet)
    pipeline.save_lora_weights(folder, unet_lora_layers=layers, weight_name=file)
    return folder


def publish(hub: HubServer, repo: str, folder: Path) -> None:
    """Put a folder on the hub, with what repositories have beside their models."""
    files = {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    files |= {"README.md": b"# A model\n", ".gitattributes": b"*.safetensors filter=lfs -text\n"}
    hub.publish(repo, files)


@contextmanager
def hub_of_the_guide(folder: Path) -> Iterator[HubServer]:
    """A hub that has the repositories of the guide."""
    sources = folder / "sources"
    chat = tiny_models.llama(sources / "chat")
    (chat / "chat_template.jinja").write_text(TEMPLATE)
    pipeline = sdxl(sources / "sdxl")
    torch.manual_seed(0)
    whisper(sources / "whisper")
    with hub_server(folder / "hub") as hub:
        publish(hub, "HuggingFaceTB/SmolLM2-135M-Instruct", chat)
        publish(hub, "HuggingFaceTB/SmolLM2-135M", tiny_models.llama(sources / "text"))
        publish(hub, SDXL, pipeline)
        publish(hub, "nerijs/pixel-art-xl", lora(pipeline, sources / "lora"))
        publish(hub, "openai/whisper-tiny", sources / "whisper")
        yield hub


def put_own_files(models: Path, configs: Path) -> None:
    """What the guide's reader has below MODEL_ROOT and CONFIG_ROOT that came from no hub, under its names."""
    chat, pipeline = tiny_models.llama(models / "base"), checkpoints.sdxl(models / "xl")
    make_adapter(chat, models / "my-adapter", 1)
    for name in ("pixel-art", "ink"):
        lora(pipeline, models / "my-styles", f"{name}.safetensors")
    checkpoints.write_checkpoint(diffusers.DiffusionPipeline.from_pretrained(pipeline), models / "dream.safetensors")
    shutil.copytree(pipeline, configs / SDXL, ignore=shutil.ignore_patterns("*.safetensors"))
    for folder in (chat, pipeline):
        shutil.rmtree(folder)
