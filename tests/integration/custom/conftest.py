"""An API and a worker with the classes of docs/custom-models.md and those of these tests."""

from __future__ import annotations

import asyncio
import re
import shutil
import tomllib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT, LiveServer, running
from tests.support.api import Client
from tests.support.operations import add_model, administrator, settled, somebody
from tests.support.prepared import StartServers

PAGE = (ROOT / "docs" / "custom-models.md").read_text()
LIMITS = {
    "MAX_INPUT_BYTES": "3000000",
    "INPUT_URL_ALLOW": "127.0.0.0/8:*",
    "INPUT_URL_SECONDS": "2",
    "MAX_IMAGE_PIXELS": "1000000",
    "MAX_UPLOADS": "6",
    "MAX_OUTPUT_BYTES": "2000000",
    "MAX_OUTPUT_TEXT_BYTES": "200000",
    "CANCEL_GRACE_SECONDS": "1",
    "RECOVERY_SECONDS": "0.5",
}
MOODY = ("moody", "endless", "later", "slow", "stillborn", "dice")


def block(language: str, number: int = 0) -> str:
    """A code block of the page."""
    return str(re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)[number])


@pytest.fixture(scope="package")
def live(start_servers: StartServers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A worker told of the page's class in the way that the page says."""
    folder, data = tmp_path_factory.mktemp("mine"), tmp_path_factory.mktemp("data")
    (folder / "my_models.py").write_text(block("python"))
    (folder / "my_pictures.py").write_text(block("python", 1))
    (folder / "my_batches.py").write_text(block("python", 2))
    # Installed as the page says: pip writes an entry point of `pyproject.toml` into this file
    (folder / "my_package.py").write_text(block("python", 3))
    about, entries = folder / "my_package-1.0.dist-info", tomllib.loads(block("toml"))["project"]["entry-points"]
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: my_package\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(
        "".join(f"[{group}]\n" + "".join(f"{k} = {v}\n" for k, v in each.items()) for group, each in entries.items())
    )
    shutil.copy(Path(__file__).with_name("moody.py"), folder)
    (told,) = re.findall(r"CUSTOM_PREDICTORS=(\S+)", block("sh"))
    sample = "tests.integration.custom.sample"
    classes = f"{told},my_pictures:Thumbnail,my_batches:Doubler,{sample}:Weigh,{sample}:Heavy,{sample}:Vouch"
    classes += f",{sample}:Guarded,{sample}:Nosy"
    classes += "".join(f",moody:{name.title()}" for name in MOODY)
    # The moody ones leave word beside their module
    settings = {**LIMITS, "CUSTOM_PREDICTORS": classes, "RUNNER_WRITABLE": str(folder)}
    with (
        start_servers() as servers,
        running(servers, data, PYTHONPATH=f"{ROOT}:{folder}", **settings) as found,
    ):
        yield found


@pytest.fixture(scope="package")
def models(live: LiveServer) -> dict[str, str]:
    """A model of each class, by its predictor; the page's first by its own mutation."""

    async def make() -> dict[str, str]:
        client = await administrator(live)
        made = [(await client.run(block("graphql")))["createModel"]]
        for name in ("thumbnail", "weigh", "heavy", "vouch", "doubler", "shout", *MOODY):
            made.append(await add_model(client, name=name, visibility="PUBLIC", source={"predictor": name}))
        found = [await settled(client, model["slug"]) for model in made]
        await client.close()
        assert [model["versions"][0]["state"] for model in found] == ["READY"] * (7 + len(MOODY)), found
        return {model["slug"].partition("/")[2]: model["slug"] for model in found}

    return asyncio.run(make())


@pytest.fixture
async def ada(live: LiveServer) -> AsyncIterator[Client]:
    """A user."""
    client, _ = await somebody(live.url)
    yield client
    await client.close()
