"""Node.js with the stock clients of package.json and our own, installed by the first session that needs them."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import openai
import pytest
from filelock import FileLock

from tests.conftest import LiveServer
from tests.support import typescript
from tests.support.chat_model import THINKING_TEMPLATE, add_chat_model
from tests.support.operations import administrator, published
from tests.support.rest import rest_token

HERE = Path(__file__).parent
HATCH_BUILD = HERE.parents[1] / "web" / "hatch_build.py"
LOCKED = HERE / "package-lock.json"
INSTALLED = HERE / "node_modules" / ".installed"


def _hatch_build() -> ModuleType:
    spec = importlib.util.spec_from_file_location("clients_hatch_build", HATCH_BUILD)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def node() -> Path:
    """A Node.js beside which the locked packages are installed, and our own client as it is published."""
    build = _hatch_build()
    found: Any = build.system_node() or build.packaged_node()
    assert found is not None, build.NO_NODE
    with FileLock(HERE / ".install.lock"):
        if not INSTALLED.is_file() or INSTALLED.read_text() != LOCKED.read_text():
            typescript.run_npm(found, HERE, "ci", "--ignore-scripts")
            INSTALLED.write_text(LOCKED.read_text())
        typescript.install(found, HERE / "node_modules")
    return Path(found.node)


@pytest.fixture(scope="session")
async def chat_model(live_server: LiveServer) -> str:
    """The slug of a chat model that calls tools; see `tests.support.chat_model`."""
    return await add_chat_model(live_server)


@pytest.fixture(scope="session")
async def thinking_model(live_server: LiveServer) -> str:
    """The slug of a chat model whose template begins its reasoning."""
    return await add_chat_model(live_server, THINKING_TEMPLATE)


@pytest.fixture(scope="session")
async def embeddings_model(live_server: LiveServer) -> str:
    """The slug of a model that turns texts into vectors."""
    from tests.support.encoders import bert

    admin = await administrator(live_server)
    try:
        return await published(admin, live_server, bert, predictor="embeddings")
    finally:
        await admin.close()


@pytest.fixture(scope="session")
def openai_client(live_server: LiveServer) -> Iterator[openai.OpenAI]:
    """OpenAI's own client with the credential of a new user, which sends nothing twice."""
    with openai.OpenAI(
        api_key=rest_token(live_server.url), base_url=f"{live_server.url}/openai/v1", max_retries=0
    ) as client:
        yield client
