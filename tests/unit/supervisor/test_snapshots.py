from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest
from safetensors.numpy import save

from server.domain.models import ModelSource, SourceType
from server.settings import Settings
from workers.contract.tokenizers import RULES
from workers.supervisor import snapshots
from workers.supervisor.downloads import fetch
from workers.supervisor.folders import Choice
from workers.supervisor.snapshots import Snapshots, VersionUnavailableError

CONFIG = '{"model_type": "llama"}'
CHANGED = "changed after the version was published"


def weights(value: float = 0) -> bytes:
    return save({"a": np.full(8, value, np.float32)})


class Published:
    """A folder that was published as a version, and what a worker knows of it."""

    def __init__(self, root: Path) -> None:
        self.id: UUID = uuid4()
        self.folder = root / "models" / "writer"
        self.folder.mkdir(parents=True)
        (self.folder / "config.json").write_text(CONFIG)
        (self.folder / "model.safetensors").write_bytes(weights())
        self.settings = Settings(model_root=root / "models", model_cache_dir=root / "cache", _env_file=None)
        self.is_loaded = False
        self.row: Any = None

    async def publish(self, choice: Choice, files: dict[str, Any] | None) -> Snapshots:
        """Note it in its row; the snapshots of a worker that begins."""
        source = ModelSource(SourceType.LOCAL, "writer")
        result = await fetch(source, self.settings, on_progress=ignore, cancelled=lambda: False, choice=choice)
        if files is not None:
            files = {**files, "names": list(result.names)}
        self.row = SimpleNamespace(
            id=self.id, options={}, info={}, model=SimpleNamespace(owner=SimpleNamespace(handle="ada"), name="writer"),
            source_type=SourceType.LOCAL.value, source_ref="writer", revision=result.revision, digest=result.digest,
            predictor="text", files=files, base_id=None, input_schema={},
        )  # fmt: skip
        rt: Any = SimpleNamespace(settings=self.settings)
        return Snapshots(rt, lambda version: self.is_loaded)


def ignore(phase: str, size: int, total: int | None) -> None:
    pass


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Published:
    folder = Published(tmp_path)

    class Query:
        async def select_related(self, *names: str) -> Any:
            return folder.row

    monkeypatch.setattr(snapshots.Version, "get", lambda **_: Query())
    return folder


@pytest.mark.parametrize("change", ["written", "removed", "added"])
async def test_a_folder_that_changed_is_not_served_as_its_old_version(published: Published, change: str) -> None:
    worker = await published.publish(Choice(), {"rule": 2})
    spec = await worker.spec(published.id, ignore)
    assert await worker.spec(published.id, ignore) == spec
    old = (published.folder / "model.safetensors").read_bytes()
    match change:
        case "written":
            (published.folder / "model.safetensors").write_bytes(weights(1))
        case "removed":
            (published.folder / "config.json").unlink()
        case "added":
            (published.folder / "generation_config.json").write_text("{}")
    # What is in memory is still what it was
    published.is_loaded = True
    assert await worker.spec(published.id, ignore) == spec
    published.is_loaded = False
    with pytest.raises(VersionUnavailableError, match=CHANGED):
        await worker.spec(published.id, ignore)
    (published.folder / "generation_config.json").unlink(missing_ok=True)
    (published.folder / "config.json").write_text(CONFIG)
    (published.folder / "model.safetensors").write_bytes(old)
    assert await worker.spec(published.id, ignore) == spec, "it is as it was"


async def test_what_is_no_file_of_the_version_may_change(published: Published) -> None:
    worker = await published.publish(Choice(), {"rule": 2})
    spec = await worker.spec(published.id, ignore)
    (published.folder / "notes.md").write_text("of the owner")
    (published.folder / "onnx").mkdir()
    (published.folder / "onnx" / "config.json").write_text(json.dumps({}))
    assert await worker.spec(published.id, ignore) == spec


async def test_a_version_of_an_older_release_runs_on(published: Published) -> None:
    (published.folder / "consolidated.safetensors").write_bytes(weights())
    worker = await published.publish(Choice(1), None)
    spec = await worker.spec(published.id, ignore)
    assert spec.path == str(published.folder)
    shutil.copy(published.folder / "consolidated.safetensors", published.folder / "second.safetensors")
    with pytest.raises(VersionUnavailableError, match=CHANGED):
        await worker.spec(published.id, ignore)


async def test_a_bundled_model_of_another_release_is_not_served_as_its_old_version(published: Published) -> None:
    worker = await published.publish(Choice(), {"rule": 2})
    published.row.source_type, published.row.source_ref = SourceType.DEMO.value, "naming"
    with pytest.raises(VersionUnavailableError, match=CHANGED):
        await worker.spec(published.id, ignore)


@pytest.mark.parametrize(
    ("noted", "is_judged"), [({"tokenizers": RULES}, True), ({"tokenizers": 0}, False), ({}, False)]
)
async def test_tokenizers_that_passed_these_rules_are_not_judged_again(
    published: Published, noted: dict[str, Any], is_judged: bool
) -> None:
    worker = await published.publish(Choice(), {"rule": 2, **noted})
    assert (await worker.spec(published.id, ignore)).is_judged is is_judged


async def test_the_input_schema_is_the_version_s(published: Published) -> None:
    worker = await published.publish(Choice(), {"rule": 2})
    published.row.input_schema = {"properties": {"image": {"type": "string", "format": "file"}}}
    await worker.spec(published.id, ignore)
    assert worker.input_schema(published.id) == published.row.input_schema


async def test_a_checkpoint_whose_configuration_changed_is_not_served(published: Published, tmp_path: Path) -> None:
    (published.folder / "config.json").unlink()
    root = tmp_path / "configs"
    config = root / "ada" / "xl"
    config.mkdir(parents=True)
    (config / "model_index.json").write_text('{"_class_name": "StableDiffusionPipeline"}')
    settings = published.settings = published.settings.model_copy(update={"config_root": root})
    worker = await published.publish(Choice(takes_checkpoint=True), {"rule": 2, "config": "ada/xl"})
    published.row.predictor = "image"
    source = ModelSource(SourceType.LOCAL, "writer")
    choice = Choice(takes_checkpoint=True)
    file = await fetch(source, settings, on_progress=ignore, cancelled=lambda: False, choice=choice)
    published.row.digest = (await snapshots.with_configuration(file, "ada/xl", settings)).digest
    spec = await worker.spec(published.id, ignore)
    assert spec.path == str(published.folder / "model.safetensors")
    assert (spec.configs, spec.options) == (str(root), {"config": "ada/xl"})
    (config / "model_index.json").write_text('{"_class_name": "StableDiffusionXLPipeline"}')
    with pytest.raises(VersionUnavailableError, match=CHANGED):
        await worker.spec(published.id, ignore)
    shutil.rmtree(config)
    with pytest.raises(
        VersionUnavailableError, match="The configuration ada/xl, by which its file is loaded, is not below"
    ):
        await worker.spec(published.id, ignore)
