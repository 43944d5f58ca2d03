"""An nginx before APIs, as Debian has it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import free_port

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
CONFIGURATION = """
daemon off; error_log {folder}/error.log; pid {folder}/pid; user root;
events {{ worker_connections 1000; }}
http {{
  access_log off;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  upstream api {{ {servers} {upstream} }}
  {directives}
  server {{
    listen 127.0.0.1:{port};
    {location}
  }}
}}
"""
PLAIN = 'location / { proxy_pass http://api; proxy_http_version 1.1; proxy_set_header Connection ""; }'
WEBSOCKETS = """
proxy_http_version 1.1; proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Proto $scheme;
proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $http_connection;
"""


@contextmanager
def proxied(
    folder: Path, ports: list[int], directives: str = "", upstream: str = "", location: str = PLAIN
) -> Iterator[str]:
    """The address of an nginx before some ports, with directives for all of it and for what it passes on to."""
    port = free_port()
    servers = " ".join(f"server 127.0.0.1:{each};" for each in ports)
    (folder / "nginx.conf").write_text(
        CONFIGURATION.format(
            folder=folder, servers=servers, directives=directives, upstream=upstream, port=port, location=location
        )
    )
    with subprocess.Popen([str(NGINX), "-p", str(folder), "-c", str(folder / "nginx.conf")]) as process:
        try:
            deadline = time.monotonic() + 10
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    assert time.monotonic() < deadline, "nginx does not listen"
                    time.sleep(0.05)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
