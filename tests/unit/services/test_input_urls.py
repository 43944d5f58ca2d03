"""Links to files of this server in inputs that run again."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

from server.adapters.signing import FileSigner
from server.services import input_urls

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "image": {"type": "string", "format": "file"},
        "more": {"type": "array", "items": {"type": "string", "format": "file"}},
        "note": {"type": "string"},
    },
}
KEY = "predictions/a b/1/0.png"


def test_links_to_files_of_this_server_are_valid_again() -> None:
    rt: Any = SimpleNamespace(signer=FileSigner("s" * 32), settings=SimpleNamespace(file_url_seconds=60))
    past = int(time.time()) - 10
    link = f"http://here/files/{quote(KEY)}?exp={past}&sig={rt.signer.sign(KEY, past)}&download=1"
    foreign = f"http://there/files/{quote(KEY)}?exp={past}&sig=forged"
    values = {"image": link, "more": [foreign, "data:image/png;base64,AAAA", link], "note": link}
    again = input_urls.renewed(rt, SCHEMA, values)
    assert (again["note"], again["more"][:2]) == (link, values["more"][:2])
    for fresh in (again["image"], again["more"][2]):
        key, expires_at = input_urls.own_link(rt, fresh) or ("", 0)
        assert key == KEY
        assert expires_at > time.time()
        assert "download=1" in fresh
    assert values["image"] == link
