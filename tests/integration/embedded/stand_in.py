"""Stands in for the product's commands: quick to start, and it does as the environment says.

STAND_IN_FAILS names a command that ends at once, STAND_IN_STUBBORN one that does not heed SIGTERM. A file `die` in the
data directory ends the API as soon as it starts. What happens in which order goes to `order.log`.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

DATA_DIR = Path(os.environ["DATA_DIR"])
WORKERS = DATA_DIR / "stand-in-workers"


class Health(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps({"status": "ok", "workers": len(list(WORKERS.glob("*")))}).encode()
        self.send_response(200 if self.path == "/health/ready" else 404)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


def write_down(line: str) -> None:
    with (DATA_DIR / "order.log").open("a") as log:
        log.write(f"{line}\n")


def answers(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(path) == 0


def servers_up() -> str:
    postgres = parse_qs(urlsplit(os.environ["DATABASE_URL"]).query)["host"][0] + "/.s.PGSQL.5432"
    redis = urlsplit(os.environ["REDIS_URL"]).path
    return f"postgres={answers(postgres)} redis={answers(redis)}"


def until_asked(name: str) -> None:
    asked = threading.Event()
    is_stubborn = os.environ.get("STAND_IN_STUBBORN") == name

    def on_signal(*_: object) -> None:
        write_down(f"{name} asked")
        if not is_stubborn:
            asked.set()

    signal.signal(signal.SIGTERM, on_signal)
    write_down(f"{name} up")
    asked.wait()
    write_down(f"{name} ended {servers_up()}")


def serve() -> None:
    if (DATA_DIR / "die").exists():
        sys.exit("the stand-in API was told to die")
    server = ThreadingHTTPServer((os.environ["API_HOST"], int(os.environ["API_PORT"])), Health)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    until_asked("api")


def worker() -> None:
    WORKERS.mkdir(exist_ok=True)
    mark = WORKERS / str(os.getpid())
    mark.touch()
    until_asked("worker")
    mark.unlink()


def main(command: str) -> None:
    if os.environ.get("STAND_IN_FAILS") == command:
        sys.exit(f"the stand-in {command} was told to fail")
    match command:
        case "serve":
            serve()
        case "worker":
            worker()
        case "migrate":
            for mark in WORKERS.glob("*"):
                mark.unlink()
            write_down("migrate done")


if __name__ == "__main__":
    main(sys.argv[1])
