"""The guide's way of folders as `hf download` leaves them, with its own commands and operations."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import wave
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import pytest
import torch
import transformers
from PIL import Image as Pillow

from tests.conftest import ROOT, LiveServer
from tests.integration.custom.sending import inline
from tests.support.api import Client
from tests.support.downloads import PASSWORD, hub_of_the_guide
from tests.support.hub_server import HubServer
from tests.support.operations import LOGIN, refusal, settled, unique

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
QUICKSTART = ROOT / "docs" / "quickstart.md"
GUIDE = (ROOT / "docs" / "models.md").read_text()
GUIDE = GUIDE[GUIDE.index("## A model that you have downloaded") : GUIDE.index("## What a version is given")]
PICTURE = {"prompt": "a fox", "steps": 2, "seed": 5}
KINDS = {"smollm": "TEXT_GENERATION", "sdxl": "IMAGE_GENERATION", "pixel-art": "IMAGE_GENERATION", "whisper": "CUSTOM"}


def part(title: str, language: str) -> list[str]:
    """The blocks of a language below a heading of the guide."""
    text = GUIDE.split(f"{title}\n", 1)[1].partition("\n##")[0]
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.M | re.S)


@dataclass
class Person:
    """Who has only the guide: a home whose `models` is MODEL_ROOT, and a hub."""

    home: Path
    live: LiveServer
    hub: HubServer
    token: str | None = None

    def run(self, command: str) -> None:
        """A command of the guide, as it stands there, in the folder of the checkout."""
        environment = {
            **os.environ, **self.live.environment, "HOME": str(self.home), "HF_ENDPOINT": self.hub.url,
            "HF_HUB_DISABLE_PROGRESS_BARS": "1", "ADMIN_PASSWORD": PASSWORD, "PYTHONWARNINGS": "",
        }  # fmt: skip
        environment.pop("HF_HOME", None)
        command = command.replace(".venv/bin/", f"{Path(sys.executable).parent}/")
        done = subprocess.run(command, shell=True, cwd=ROOT, env=environment, capture_output=True, text=True)  # noqa: S602
        assert done.returncode == 0, (command, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def downloads(live_server: LiveServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Person]:
    """Repositories of the guide's names, each downloaded by its command."""
    home = tmp_path_factory.mktemp("home")
    (home / "models").symlink_to(live_server.environment["MODEL_ROOT"])
    with hub_of_the_guide(tmp_path_factory.mktemp("hub")) as hub:
        person = Person(home, live_server, hub)
        for title in ("### A chat model", "### SDXL, and a LoRA for it", "### Whisper"):
            for command in part(title, "sh"):
                person.run(command)
        yield person


@pytest.fixture
async def ada(downloads: Person) -> AsyncIterator[Client]:
    """The administrator whom the quickstart's command made, signed in as the guide says."""
    client = Client(downloads.live.url, downloads.token)
    if client.token is None:
        (command,) = re.findall(r"^.*create-admin.*$", QUICKSTART.read_text(), re.M)
        downloads.run(command)
        session = (await client.run(LOGIN, input={"email": "ada@example.com", "password": PASSWORD}))["login"]
        downloads.token = client.token = session["accessToken"]
    yield client
    await client.close()


async def add(client: Client, operation: str) -> str:
    made = (await client.run(operation))["createModel"]
    assert made["__typename"] == "Model", made
    version = (await settled(client, made["slug"]))["latestVersion"]
    assert version["state"] == "READY", version["reason"]
    return str(made["slug"])


async def draw(client: Client, slug: str) -> np.ndarray[Any, Any]:
    done = await client.create(slug, PICTURE, wait=60)
    assert done["status"] == "SUCCEEDED", done
    content = (await client.http.get(done["files"][0]["url"])).content
    return np.asarray(Pillow.open(io.BytesIO(content)), dtype=int)


async def test_a_chat_model_an_sdxl_with_a_lora_and_whisper_run_in_two_steps(ada: Client, downloads: Person) -> None:
    create, run = part("### A chat model", "graphql")
    assert await add(ada, create) == "ada/smollm-chat"
    answer = (await ada.run(run))["createPrediction"]
    assert (answer["__typename"], answer["status"]) == ("Prediction", "SUCCEEDED"), answer
    assert answer["text"]

    models = downloads.home / "models"
    assert not (models / "sdxl" / "unet" / "diffusion_pytorch_model.safetensors").exists()
    base, adapter = [await add(ada, operation) for operation in part("### SDXL, and a LoRA for it", "graphql")]
    pictures = [await draw(ada, base), await draw(ada, adapter)]
    plain = diffusers.StableDiffusionXLPipeline.from_pretrained(models / "sdxl", variant="fp16")
    plain.to(torch.float32).set_progress_bar_config(disable=True)
    for picture in pictures:
        generator = torch.Generator("cpu").manual_seed(5)
        drawn = plain("a fox", num_inference_steps=2, generator=generator).images[0]
        assert np.array_equal(picture, np.asarray(drawn, dtype=int))
        plain.load_lora_weights(models / "pixel-art", weight_name="pixel-art-xl.safetensors")
    assert not np.array_equal(*pictures)

    (create,) = part("### Whisper", "graphql")
    slug = await add(ada, create)
    numbers = (np.sin(np.arange(16_000) * 0.05) * 8000).astype("<i2")
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(numbers.tobytes())
    done = await ada.create(slug, {"audio": inline(buffer.getvalue(), "audio/wav")}, wait=60)
    assert done["status"] == "SUCCEEDED", done
    pipe = transformers.pipeline("automatic-speech-recognition", model=str(models / "whisper"))
    assert done["output"]["text"] == pipe(numbers.astype(np.float32) / 32768)["text"]


async def test_the_cache_of_the_hub_serves_as_it_is(ada: Client, downloads: Person) -> None:
    downloads.run(".venv/bin/hf download HuggingFaceTB/SmolLM2-135M-Instruct --cache-dir ~/models")
    (repository,) = (downloads.home / "models").glob("models--*")
    new = {"kind": "TEXT_GENERATION", "source": {"local": {"path": repository.name}}}
    reason = await refusal(ada, **new)
    name = re.fullmatch(r"It is what the hub's cache keeps of a repository.* Name its folder (\S+)\.", reason)
    assert name is not None, reason
    (create, _) = part("### A chat model", "graphql")
    operation = create.replace('"smollm-chat"', f'"{unique()}"').replace('"smollm"', f'"{repository.name}/{name[1]}"')
    await add(ada, operation)


def lose(*names: str) -> Any:
    def damage(folder: Path) -> None:
        for name in names:
            place = folder / name
            shutil.rmtree(place) if place.is_dir() else place.unlink()

    return damage


def interrupt(folder: Path) -> None:
    """As `hf download` leaves a folder when somebody presses Ctrl-C."""
    (folder / "model.safetensors").rename(folder / ".cache" / "huggingface" / "download" / "0af1.incomplete")


def keep_pointer(folder: Path) -> None:
    text = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
    (folder / "model.safetensors").write_text(text)


def nest(folder: Path) -> None:
    inner = folder.with_name(unique("inner"))
    folder.rename(inner)
    folder.mkdir()
    inner.rename(folder / "model")


@pytest.mark.parametrize(
    ("name", "damage", "reason"),
    [
        ("smollm", lose("config.json"), "The folder has neither config.json nor model_index.json: "),
        ("smollm", nest, "The folder has neither config.json nor model_index.json: "),
        ("smollm", lose("tokenizer.json"), "it has no tokenizer.json, and not the files that a tokenizer"),
        ("smollm", lose("model.safetensors"), "The folder holds no safetensors weights: "),
        ("smollm", interrupt, "but a file of a download that is not complete: "),
        ("smollm", keep_pointer, "model.safetensors is a pointer of Git LFS and not the file itself: "),
        ("sdxl", lose("model_index.json"), "It has no model_index.json, which says how its parts ("),
        ("sdxl", lose("vae/config.json"), "Its part vae has no config.json: "),
        ("whisper", lose("preprocessor_config.json"), "It has no preprocessor_config.json, which says how sounds are"),
        ("whisper", lose("tokenizer.json", "tokenizer_config.json"), "it has no tokenizer.json, and not the files"),
    ],
    ids=lambda value: value if isinstance(value, str) and " " not in value else "",
)
async def test_what_is_missing_is_told_as_the_guide_says(
    ada: Client, downloads: Person, name: str, damage: Any, reason: str
) -> None:
    folder = downloads.home / "models" / unique(name)
    shutil.copytree(downloads.home / "models" / name, folder)
    damage(folder)
    told = await refusal(ada, kind=KINDS[name], source={"local": {"path": folder.name}})
    assert reason in told
    everything = " ".join((ROOT / "docs" / "models.md").read_text().split())
    assert reason.rstrip(" (") in everything


async def test_a_wrong_path_and_a_wrong_kind_are_told_as_the_guide_says(ada: Client, downloads: Person) -> None:
    guide = " ".join(GUIDE.split())
    for kind, path, reason in (
        ("TEXT_GENERATION", "~/models/smollm", "There is no such folder below MODEL_ROOT"),
        ("TEXT_GENERATION", "/home/me/models/smollm", "not below MODEL_ROOT"),
        ("TEXT_GENERATION", "sdxl", "It is a diffusers pipeline: publish it as IMAGE_GENERATION."),
        ("CUSTOM", "sdxl", "It is a diffusers pipeline: publish it as IMAGE_GENERATION."),
    ):
        assert reason in await refusal(ada, kind=kind, source={"local": {"path": path}})
        assert reason in guide
