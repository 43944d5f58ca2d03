"""A PgBouncer before a PostgreSQL, as Debian has it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from server.embedded.folders import socket_folder, unprivileged_user
from server.embedded.processes import as_user
from tests.conftest import free_port

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
needs_pgbouncer = pytest.mark.skipif(PGBOUNCER is None, reason="there is no pgbouncer: apt-get install pgbouncer")
CONFIGURATION = """
[databases]
* = host={host} port={port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {own_port}
unix_socket_dir =
auth_type = trust
auth_file = {folder}/users
pool_mode = {mode}
default_pool_size = {connections}
max_client_conn = 500
server_login_retry = 0.2
log_connections = 0
log_disconnections = 0
{options}
"""


@contextmanager
def pooled(url: str, mode: str = "transaction", connections: int = 5, options: str = "") -> Iterator[str]:
    """The URL of a database through a pooler with so many connections of its own; `url` is over a socket."""
    parts, user, own_port = urlsplit(url), unprivileged_user(), free_port()
    query = parse_qs(parts.query)
    with socket_folder() as folder:
        file, log = folder / "pgbouncer.ini", folder / "log"
        configuration = {"host": query["host"][0], "port": query["port"][0], "own_port": own_port, "folder": folder}
        (folder / "users").write_text('"postgres" ""\n')
        file.write_text(CONFIGURATION.format(**configuration, mode=mode, connections=connections, options=options))
        # The sockets of PostgreSQL are open to its own user alone
        if user is not None:
            for path in (folder, file, folder / "users"):
                os.chown(path, user, -1)
        with (
            log.open("wb") as output,
            subprocess.Popen([str(PGBOUNCER), str(file)], stdout=output, stderr=output, **as_user(user)) as process,
        ):
            try:
                wait_until_it_listens(own_port, process, log)
                yield f"postgresql://postgres@127.0.0.1:{own_port}{parts.path}"
            finally:
                process.send_signal(signal.SIGQUIT)
                process.kill()


def wait_until_it_listens(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until somebody may connect to a port of 127.0.0.1."""
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        else:
            return
