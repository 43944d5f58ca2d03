"""Classes as operators write them who have not heard of the walls; `unreadable` says what happened in `setup`."""

from __future__ import annotations

import socket
import urllib.request
from pathlib import Path
from typing import Any


class Reader:
    def predict(self, path: str) -> str:
        return Path(path).read_text()


class Lister:
    def predict(self, path: str) -> list[str]:
        return [each.name for each in Path(path).iterdir()]


class Writer:
    def predict(self, path: str) -> str:
        Path(path).write_text("x")
        return path


class Maker:
    def predict(self, path: str) -> str:
        Path(path).mkdir()
        return path


class Hoarder:
    def predict(self, path: str) -> str:
        with Path("hoard").open("wb") as file:
            for _ in range(100):
                file.write(bytes(1 << 20))
        return path


class Connector:
    def predict(self, path: str) -> str:
        with socket.create_connection(("127.0.0.1", 1), timeout=1):
            return path


class Downloader:
    def predict(self, path: str) -> str:
        with urllib.request.urlopen("http://example.com/", timeout=1) as answer:
            return str(answer.status)


class Wrapper:
    def predict(self, path: str) -> str:
        try:
            return Path(path).read_text()
        except OSError as error:
            raise RuntimeError("The list of words is not there.") from error


class Loader:
    def setup(self, weights: Any) -> None:
        Path("/etc/passwd").read_text()

    def predict(self, path: str) -> str:
        return path


class Wrong:
    def predict(self, path: str) -> str:
        return {}[path]
