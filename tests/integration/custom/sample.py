"""Classes that the worker of these tests runs."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path
from typing import Any

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


def _seen(path: Path) -> dict[str, Any]:
    data = path.read_bytes()
    return {
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "mode": oct(path.stat().st_mode & 0o777),
        "suffix": path.suffix,
        "path": str(path),
    }
