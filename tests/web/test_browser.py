"""The UI and GraphiQL in a real browser, against a running server: each file of web/tests is one test here."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import Protocol

import pytest
from filelock import FileLock

from tests import conftest
from tests.support.api import wait_until_healthy
from tests.support.command_line import CLIENT
from tests.support.operations import administrator, ready

WEB = Path(__file__).resolve().parents[2] / "web"
SECONDS = 300
# The longest first: near the end none is left to wait for
FILES = sorted((WEB / "tests").glob("*.test.mjs"), key=lambda file: -file.stat().st_size)


class LiveServer(Protocol):
    url: str
    processes: dict[str, subprocess.Popen[bytes]]

    def start(self, name: str, command: str) -> subprocess.Popen[bytes]: ...

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]: ...


@pytest.fixture(scope="session")
def unpack_folder() -> Path:
    """Where the Chromium of the npm package unpacks itself, once for all runs."""
    folder = WEB / "node_modules" / ".cache" / "chromium"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def control(live_server: LiveServer) -> Iterator[str]:
    """Where a browser test can have the API killed and started again, or an administrator made: a line a connection."""

    class Obey(StreamRequestHandler):
        def handle(self) -> None:
            match self.rfile.readline().decode().split():
                case ["kill"]:
                    live_server.processes["api"].kill()
                    live_server.processes["api"].wait()
                case ["start"]:
                    live_server.start("api", "serve")
                case ["admin", handle, password]:
                    account = ("--handle", handle, "--email", f"{handle}@example.org", "--password", password)
                    live_server.command("create-admin", *account)
            self.wfile.write(b"done\n")

    with ThreadingTCPServer(("127.0.0.1", 0), Obey) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield str(server.server_address[1])
        server.shutdown()


@pytest.fixture(scope="session")
def environment(live_server: LiveServer, node: Path, unpack_folder: Path, control: str) -> dict[str, str]:
    """What a file of tests reads."""
    own = {
        "BASE_URL": live_server.url,
        "PYTHON": sys.executable,
        "PYTHONPATH": str(CLIENT),
        "TMPDIR": str(unpack_folder),
        "CONTROL_PORT": control,
        "NO_COLOR": "1",
    }
    variables = {**os.environ, **own}
    # Two that unpack the browser at once would be in each other's way
    unpack = "import('./tests/browser.mjs').then(({ launch }) => launch()).then((browser) => browser.close())"
    with FileLock(unpack_folder / ".lock"):
        subprocess.run([str(node), "--input-type=module", "--eval", unpack], cwd=WEB, env=variables, check=True)
    return variables


def run(node: Path, environment: dict[str, str], *arguments: str) -> None:
    """Run tests in a browser."""
    process = subprocess.Popen(
        [str(node), "--test", *arguments],
        cwd=WEB,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        said, _ = process.communicate(timeout=SECONDS)
    finally:
        # Leaves no browser behind, whoever interrupts
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert process.returncode == 0, said.decode(errors="replace")


@pytest.mark.timeout(SECONDS + 30)
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name.removesuffix(".test.mjs"))
def test_in_a_browser(node: Path, environment: dict[str, str], file: Path) -> None:
    run(node, environment, str(file))


@pytest.fixture(scope="module")
def below_a_path(live_server: conftest.LiveServer) -> Iterator[str]:
    """The URL of an API that a proxy which keeps paths serves below /ai: it sees them whole."""
    port = conftest.free_port()
    process = live_server.start("below", "serve", API_PORT=str(port), ROOT_PATH="/ai")
    wait_until_healthy(f"http://127.0.0.1:{port}", 1, {"below": process})
    yield f"http://127.0.0.1:{port}/ai"
    live_server.stop("below")


@pytest.mark.timeout(SECONDS + 30)
@pytest.mark.parametrize("name", ["root_path", "docs"])
def test_below_a_path_in_a_browser(node: Path, environment: dict[str, str], below_a_path: str, name: str) -> None:
    run(node, {**environment, "BASE_URL": below_a_path}, f"tests/{name}.test.mjs")


@pytest.mark.slow
@pytest.mark.timeout(SECONDS + 30)
@pytest.mark.parametrize("name", ["code", "graphiql"])
def test_below_a_path_programs_run_too(node: Path, environment: dict[str, str], below_a_path: str, name: str) -> None:
    run(node, {**environment, "BASE_URL": below_a_path}, f"tests/{name}.test.mjs")


@pytest.mark.slow
async def test_programs_of_the_tab_code_for_vectors(
    live_server: conftest.LiveServer, node: Path, environment: dict[str, str]
) -> None:
    """A model of embeddings is none of the bundled ones, and torch makes it."""
    from tests.support.encoders import bert

    bert(Path(live_server.environment["MODEL_ROOT"]) / "vectors")
    admin = await administrator(live_server)
    try:
        source = {"local": {"path": "vectors"}}
        slug = await ready(admin, visibility="PUBLIC", predictor="embeddings", source=source)
    finally:
        await admin.close()
    run(node, {**environment, "EMBEDDINGS_MODEL": slug}, "--test-name-pattern=vectors", "tests/code.test.mjs")
