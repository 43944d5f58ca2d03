"""The UI and GraphiQL in a real browser, against a running server: each file of web/tests is one test here."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from types import ModuleType
from typing import Protocol

import pytest

WEB = Path(__file__).resolve().parents[2] / "web"
SECONDS = 300
# Files share the slots of one worker: beside another, one that fills them may keep it waiting
AT_ONCE = 1
# It kills the API
ALONE = {"restart.test.mjs"}
# Those that kill last, and the longest first: near the end none is left to wait for
FILES = sorted((WEB / "tests").glob("*.test.mjs"), key=lambda file: (file.name in ALONE, -file.stat().st_size))


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


@dataclass
class Runs:
    """The files that run, AT_ONCE of them."""

    node: Path
    environment: dict[str, str]
    pool: ThreadPoolExecutor
    begun: dict[Path, Future[str | None]] = field(default_factory=dict)
    processes: set[subprocess.Popen[bytes]] = field(default_factory=set)

    def begin(self, files: Iterable[Path]) -> None:
        for file in files:
            self.begun[file] = self.pool.submit(self.run, file)

    def run(self, file: Path) -> str | None:
        """What a file says that fails."""
        process = subprocess.Popen(
            [str(self.node), "--test", str(file)],
            cwd=WEB,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.processes.add(process)
        try:
            said, _ = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            said, _ = process.communicate()
        finally:
            self.processes.discard(process)
        return None if process.returncode == 0 else said.decode(errors="replace")

    def end(self) -> None:
        """Leave nothing behind, whoever interrupts."""
        self.pool.shutdown(wait=False, cancel_futures=True)
        for process in list(self.processes):
            os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture(scope="session")
def runs(
    request: pytest.FixtureRequest, live_server: LiveServer, node: Path, unpack_folder: Path, control: str
) -> Iterator[Runs]:
    """All files that were asked for, but for those that run alone."""
    own = {"BASE_URL": live_server.url, "TMPDIR": str(unpack_folder), "CONTROL_PORT": control, "NO_COLOR": "1"}
    found = Runs(node, {**os.environ, **own}, ThreadPoolExecutor(AT_ONCE))
    # Two that unpack the browser at once would be in each other's way
    unpack = "import('./tests/browser.mjs').then(({ launch }) => launch()).then((browser) => browser.close())"
    subprocess.run([str(node), "--input-type=module", "--eval", unpack], cwd=WEB, env=found.environment, check=True)
    asked = {item.callspec.params.get("file") for item in request.session.items if hasattr(item, "callspec")}
    found.begin(file for file in FILES if file in asked and file.name not in ALONE)
    yield found
    found.end()


@pytest.mark.timeout(len(FILES) * SECONDS)
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name.removesuffix(".test.mjs"))
def test_in_a_browser(runs: Runs, file: Path) -> None:
    if file.name in ALONE:
        wait(runs.begun.values())
        runs.begin([file])
    said = runs.begun[file].result()
    assert said is None, said
