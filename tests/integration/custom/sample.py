"""Classes that the worker of these tests runs."""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

from workers.contract.predictor import SetupContext
from workers.predictors import File, PredictionContext, Secret


class Weigh:
    """Looks at files."""

    def predict(
        self,
        context: PredictionContext,
        file: File,
        more: list[File] = [],  # noqa: B006 - a user's own way
        hold: float = 0,
    ) -> list[dict[str, Any]]:
        context.progress(1, 2)
        time.sleep(hold)
        return [_seen(path) for path in (file, *more)]


class Heavy:
    """Makes files."""

    def predict(self, context: PredictionContext, sizes: list[int]) -> None:
        for size in sizes:
            context.check()
            context.file(bytes(size), "application/octet-stream")
            time.sleep(0.05)


class Vouch:
    """Has a secret."""

    def predict(self, token: Secret, times: int = 1) -> dict[str, Any]:
        print(token)  # noqa: T201 - a user's own way
        return {"sha256": hashlib.sha256(token.get_secret_value().encode()).hexdigest(), "token": token}


class Guarded:
    """Needs what its model's owner gives it."""

    def setup(self, context: SetupContext) -> None:
        self.url = os.environ.get("API_URL")
        self.key = context.secrets.get("API_KEY")
        print(f"starts with {self.key and self.key.get_secret_value()}")  # noqa: T201 - a user's own way

    def predict(self, context: PredictionContext, fail: bool = False) -> dict[str, Any]:
        key = os.environ["API_KEY"]
        print("key", key)  # noqa: T201 - a user's own way
        threads: list[str | None] = []
        thread = threading.Thread(target=lambda: threads.append(os.getenv("API_KEY")))
        thread.start()
        thread.join()
        if fail:
            raise ValueError(f"{key} was refused")
        return {
            "sha256": hashlib.sha256(key.encode()).hexdigest(),
            "same": self.key is not None and self.key.get_secret_value() == key and threads == [key],
            "secrets": dict(context.secrets),
            "variables": dict(context.variables),
            "url": self.url,
        }


class Nosy:
    """Looks for what others were given."""

    def setup(self, context: SetupContext) -> None:
        self.setup_context = context

    def predict(self, context: PredictionContext) -> str:
        texts = [repr(dict(os.environ)), repr(vars(context)), repr(vars(self.setup_context)), repr(sorted(os.environ))]
        for place in Path("/proc").glob("*/environ"):
            with contextlib.suppress(OSError):
                texts.append(place.read_text(errors="replace"))
        shown = subprocess.run(["env"], capture_output=True, text=True, check=False)
        return "\n".join([*texts, shown.stdout, repr(globals())])


def _seen(path: Path) -> dict[str, Any]:
    data = path.read_bytes()
    return {
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "mode": oct(path.stat().st_mode & 0o777),
        "suffix": path.suffix,
        "path": str(path),
    }
