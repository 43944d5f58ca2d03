"""The UI and GraphiQL in a real browser, against a running server: each file of web/tests is one test here."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from types import ModuleType
from typing import Protocol

import pytest
import pytest_asyncio

WEB = Path(__file__).resolve().parents[2] / "web"
FILES = sorted((WEB / "tests").glob("*.test.mjs"))
SECONDS = 400


class LiveServer(Protocol):
    url: str
    processes: dict[str, subprocess.Popen[bytes]]

    def start(self, name: str, command: str) -> subprocess.Popen[bytes]: ...

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]: ...


@pytest.fixture(scope="session")
def node(hatch_build: ModuleType, static: Path) -> Path:
    """A Node.js with everything that web/tests needs; `static` makes the server's pages current."""
    hatch_build.build(dev=True)
    found = hatch_build.system_node() or hatch_build.packaged_node()
    assert found is not None
    return Path(found.node)


@pytest.fixture(scope="session")
def unpack_folder() -> Path:
    """Where the Chromium of the npm package unpacks itself, once for all runs."""
    folder = WEB / "node_modules" / ".cache" / "chromium"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest_asyncio.fixture
async def control(live_server: LiveServer) -> AsyncIterator[str]:
    """Where a browser test can have the API killed and started again, or an administrator made: a line a connection."""

    async def obey(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        match (await reader.readline()).decode().split():
            case ["kill"]:
                live_server.processes["api"].kill()
                live_server.processes["api"].wait()
            case ["start"]:
                live_server.start("api", "serve")
            case ["admin", handle, password]:
                account = ("--handle", handle, "--email", f"{handle}@example.org", "--password", password)
                await asyncio.to_thread(live_server.command, "create-admin", *account)
        writer.write(b"done\n")
        writer.close()

    async with await asyncio.start_server(obey, "127.0.0.1", 0) as server:
        yield str(server.sockets[0].getsockname()[1])


@pytest.mark.timeout(SECONDS + 20)
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name.removesuffix(".test.mjs"))
async def test_in_a_browser(live_server: LiveServer, node: Path, unpack_folder: Path, control: str, file: Path) -> None:
    own = {"BASE_URL": live_server.url, "TMPDIR": str(unpack_folder), "CONTROL_PORT": control, "NO_COLOR": "1"}
    env = {**os.environ, **own}
    # asyncio's own subprocess leaves the loop free for a server that runs in it
    process = await asyncio.create_subprocess_exec(
        *(str(node), "--test", str(file)),
        cwd=WEB,
        env=env,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        said, _ = await asyncio.wait_for(process.communicate(), SECONDS)
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 0, said.decode(errors="replace")
