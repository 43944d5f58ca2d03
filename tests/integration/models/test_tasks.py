"""A folder of any task of transformers, from `createModel` to its files, as its users have it."""

from __future__ import annotations

import io
import json
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from PIL import Image

from tests.conftest import LiveServer
from tests.integration.custom.sending import inline, picture, uploaded
from tests.support.api import Client
from tests.support.operations import add_model, settled, unique
from tests.zoo.tasks import FOLDERS

ABOUT = "query ($slug: String!) { model(slug: $slug) { latestVersion { predictor info inputSchema reason } } }"


def folder(live: LiveServer, task: str) -> Path:
    """A tiny folder of a task below MODEL_ROOT."""
    path = Path(live.environment["MODEL_ROOT"]) / unique("task")
    torch.manual_seed(0)
    FOLDERS[task](path)
    return path


async def ready(client: Client, path: Path, **changes: Any) -> dict[str, Any]:
    """The model of a folder, once it can run."""
    model = await settled(client, (await add_model(client, source={"local": {"path": path.name}}, **changes))["slug"])
    assert model["latestVersion"]["state"] == "READY", model
    return model


@pytest.mark.slow
async def test_a_picture_is_classified_and_cut_into_its_parts(admin: Client, live_server: LiveServer) -> None:
    data = picture(48, 40)
    given = await uploaded(admin, data, "image/png")
    path = folder(live_server, "image-classification")
    model = await ready(admin, path)
    about = (await admin.run(ABOUT, slug=model["slug"]))["model"]["latestVersion"]
    assert (about["predictor"], about["info"]["task"]) == ("pipeline", "image-classification")
    assert about["inputSchema"]["properties"]["image"]["format"] == "file"
    answer = await admin.create(model["slug"], {"image": given}, wait=60)
    assert answer["status"] == "SUCCEEDED", (answer["error"], answer.get("logs"))
    expected = transformers.pipeline("image-classification", model=str(path))(Image.open(io.BytesIO(data)))
    assert [row["label"] for row in answer["output"]] == [row["label"] for row in expected]
    assert [row["score"] for row in answer["output"]] == pytest.approx([row["score"] for row in expected], abs=1e-4)
    path = folder(live_server, "image-segmentation")
    model = await ready(admin, path)
    answer = await admin.create(model["slug"], {"image": given}, wait=60)
    assert answer["status"] == "SUCCEEDED", (answer["error"], answer.get("logs"))
    parts = transformers.pipeline("image-segmentation", model=str(path))(Image.open(io.BytesIO(data)))
    assert [row["label"] for row in answer["output"]] == [part["label"] for part in parts]
    assert [file["url"] for file in answer["files"]] == [row["mask"] for row in answer["output"]]
    for row, part in zip(answer["output"], parts, strict=True):
        mask = Image.open(io.BytesIO((await admin.http.get(row["mask"])).content))
        assert np.array_equal(np.asarray(mask), np.asarray(part["mask"]))


async def test_speech_becomes_text_and_text_becomes_sound(admin: Client, live_server: LiveServer) -> None:
    numbers = (np.sin(np.arange(16_000) * 0.05) * 8000).astype("<i2")
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(numbers.tobytes())
    path = folder(live_server, "automatic-speech-recognition")
    model = await ready(admin, path)
    values = {"audio": inline(buffer.getvalue(), "audio/wav"), "timestamps": "char"}
    answer = await admin.create(model["slug"], values, wait=60)
    assert answer["status"] == "SUCCEEDED", (answer["error"], answer.get("logs"))
    pipe = transformers.pipeline("automatic-speech-recognition", model=str(path))
    expected = pipe(numbers.astype(np.float32) / 32768, return_timestamps="char")
    assert answer["output"]["text"] == expected["text"] != ""
    assert [chunk["timestamp"] for chunk in answer["output"]["chunks"]] == [
        list(chunk["timestamp"]) for chunk in expected["chunks"]
    ]
    answer = await admin.create(model["slug"], {"audio": inline(b"no sound", "audio/wav")}, wait=60)
    assert answer["error"] == {"code": "INPUT_REJECTED", "message": "audio cannot be read as sound."}
    model = await ready(admin, folder(live_server, "text-to-audio"))
    answer = await admin.create(model["slug"], {"text": "hello", "seed": 1}, wait=60)
    assert answer["status"] == "SUCCEEDED", (answer["error"], answer.get("logs"))
    (sound,) = answer["files"]
    assert (sound["contentType"], sound["url"]) == ("audio/wav", answer["output"]["audio"])
    with wave.open(io.BytesIO((await admin.http.get(sound["url"])).content)) as file:
        assert file.getnframes() == pytest.approx(answer["output"]["seconds"] * file.getframerate())


async def test_what_is_missing_is_told(admin: Client, live_server: LiveServer) -> None:
    path = folder(live_server, "image-classification")
    (path / "preprocessor_config.json").unlink()
    other = folder(live_server, "fill-mask")
    config = json.loads((other / "config.json").read_text())
    (other / "config.json").write_text(json.dumps({**config, "architectures": ["BertForSomething"]}))
    for source, task, reason in (
        (path, None, "It has no preprocessor_config.json, which says how pictures are prepared: add it"),
        (other, None, "No task is known for its architecture BertForSomething."),
        (other, "object-detection", "transformers has no object-detection for models of type 'bert'."),
        (other, "dancing", "There is no task 'dancing'. Tasks are audio-classification,"),
    ):
        made = await add_model(admin, source={"local": {"path": source.name}}, **({"task": task} if task else {}))
        model = await settled(admin, made["slug"])
        assert model["latestVersion"]["state"] == "REFUSED"
        assert reason in model["latestVersion"]["reason"]
    for changes, path_of in (
        ({"kind": "TEXT_GENERATION", "source": {"demo": "prose"}, "task": "translation"}, "/task"),
        ({"source": {"local": {"path": path.name}}, "task": "a b"}, "/task"),
    ):
        made = await add_model(admin, **changes)
        assert [violation["path"] for violation in made["violations"]] == [path_of]
