"""Who asks: a key from the call, the environment or `inference login`; or a session that is renewed by itself."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inference_client.errors import InferenceError

URL_VARIABLE, KEY_VARIABLE = "INFERENCE_URL", "INFERENCE_KEY"
DEFAULT_URL = "http://127.0.0.1:8000"


@dataclass(frozen=True)
class Login:
    """What `inference login` stored for one server."""

    url: str
    key: str
    handle: str


def credentials_path() -> Path:
    """The file of `inference login`, in the user's own configuration folder."""
    if sys.platform == "win32":
        base = Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming")
    else:
        base = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return base / "inference" / "credentials.json"


def read_login(url: str | None = None) -> Login | None:
    """What is stored for a server, or without a URL for the one of the last login.

    Raises:
        InferenceError: the file cannot be read.
    """
    stored = _read()
    address = url or stored.get("url")
    entry = stored.get("servers", {}).get(address)
    return Login(str(address), str(entry["key"]), str(entry.get("handle", ""))) if entry else None


def store_login(login: Login) -> Path:
    """Remember a login for its owner alone (mode 600); returns the file."""
    stored = _read()
    servers = {**stored.get("servers", {}), login.url: {"key": login.key, "handle": login.handle}}
    return _write({"url": login.url, "servers": servers})


def forget_login(url: str) -> bool:
    """Remove what is stored for a server; whether there was something."""
    stored = _read()
    servers = dict(stored.get("servers", {}))
    if servers.pop(url, None) is None:
        return False
    _write({"url": next(iter(servers), None) if stored.get("url") == url else stored.get("url"), "servers": servers})
    return True


def _read() -> dict[str, Any]:
    path = credentials_path()
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise InferenceError(
            f"{path} cannot be read ({error}). Remove it, and sign in again: inference login"
        ) from None
    if not isinstance(stored, dict) or not isinstance(stored.get("servers", {}), dict):
        raise InferenceError(
            f"{path} is not what `inference login` writes. Remove it, and sign in again: inference login"
        )
    return stored


def _write(stored: dict[str, Any]) -> Path:
    path = credentials_path()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Its mode is 600 from the first byte on, and it is written whole or not at all
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".credentials-")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(stored, file, indent=2)
    Path(temporary).replace(path)
    return path


def server_url(url: str | None) -> str:
    """The URL of a server: the one given, else INFERENCE_URL, else the one of the last login, else this machine.

    Raises:
        ValueError: it is no URL of http or https.
    """
    address = url or os.environ.get(URL_VARIABLE) or str(_read().get("url") or DEFAULT_URL)
    if not address.startswith(("http://", "https://")):
        raise ValueError(f"{address!r} is not a URL: it begins with http:// or https://, such as {DEFAULT_URL}.")
    return address.rstrip("/").removesuffix("/graphql").rstrip("/")


def key_for(url: str) -> str | None:
    """The key for a server: INFERENCE_KEY, else what `inference login` stored for it; None for nobody."""
    login = None if os.environ.get(KEY_VARIABLE) else read_login(url)
    return os.environ.get(KEY_VARIABLE) or (login.key if login else None)
