"""Files that inputs name by URL: who may, and which of them are files of this server."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit, urlunsplit

from server.adapters.signing import expiry
from server.domain.accounts import Viewer
from server.domain.files import FILE_FORMAT, MAX_URL_CHARACTERS, remote_files, with_texts
from server.domain.targets import BadUrlError, check_target
from server.errors import Violation
from server.runtime import Runtime

OWN_PATH = "/files/"


def violations(rt: Runtime, viewer: Viewer, schema: dict[str, Any], values: dict[str, Any]) -> list[Violation]:
    """What is wrong with the URLs of an input whose files have the right form."""
    broken = []
    for file in remote_files(schema, values):
        if (rule := _rule(rt, viewer, str(file.text))) is not None:
            broken.append(Violation(f"/input{file.path}", rule, FILE_FORMAT))
    return broken


def _rule(rt: Runtime, viewer: Viewer, url: str) -> str | None:
    if (link := own_link(rt, url)) is not None:
        _, expires_at = link
        return None if time.time() < expires_at else "This link to a file has expired; ask for the prediction again."
    if not rt.settings.input_url_seconds:
        return "This server fetches no files; give it as upload:<id> of createUpload, or as a data URI."
    if viewer.user_id is None:
        return "Sign in to give a file by its URL; a small one may come as a data URI."
    try:
        check_target(url, rt.settings.input_url_allow, MAX_URL_CHARACTERS)
    except BadUrlError as error:
        return str(error)
    return None


def renewed(rt: Runtime, schema: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """A checked input whose links to files of this server are valid once more.

    They were when it was accepted: whoever may run it again may read what it read.
    """
    links = {file: link[0] for file in remote_files(schema, values) if (link := own_link(rt, str(file.text)))}
    expires_at = int(time.time()) + rt.settings.file_url_seconds
    texts = []
    for file, key in links.items():
        parts = urlsplit(str(file.text))
        query = {**parse_qs(parts.query), "exp": [str(expires_at)], "sig": [rt.signer.sign(key, expires_at)]}
        texts.append(urlunsplit(parts._replace(query=urlencode(query, doseq=True))))
    return with_texts(values, list(links), texts)


def own_link(rt: Runtime, url: str) -> tuple[str, int] | None:
    """The storage key of a link to an output file of this server, and when the link expires; None for other URLs.

    Its signature tells that it is one of ours, whatever the name of the host: whoever has the link may read the file.
    """
    try:
        parts = urlsplit(url)
        query = parse_qs(parts.query)
    except ValueError:
        return None
    if not parts.path.startswith(OWN_PATH):
        return None
    key, expires_at = unquote(parts.path.removeprefix(OWN_PATH)), expiry(query.get("exp", [""])[0])
    is_ours = rt.signer.verify(key, expires_at, query.get("sig", [""])[0], 0)
    return (key, expires_at) if is_ours else None
