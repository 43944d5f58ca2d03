"""What the HuggingFace hub says of a repository, before anything is downloaded."""

from __future__ import annotations

import re
from dataclasses import dataclass

import httpx2
from huggingface_hub import HfApi
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

TIMEOUT_SECONDS = 15.0
COMMIT = re.compile(r"[0-9a-f]{40}", re.ASCII)
# What the hub's library raises: its own errors, those of its HTTP client, and ValueError for what it cannot read
FAULTS = (httpx2.HTTPError, OSError, ValueError)


UNAUTHORIZED = {401, 403}
# As the hub words it; a repository that is missing or private is 401 too
BAD_CREDENTIALS = "Invalid credentials in Authorization header"
UNKNOWN_CALLER = "The hub does not accept this server's HF_TOKEN; its operator has to set one that is valid."
# Not found, not allowed, gone, withdrawn for legal reasons; what else a hub says may change by itself
FINAL = {401, 403, 404, 410, 451}


class HubError(Exception):
    """The repository does not exist, or HF_TOKEN has no access; the message is for users."""


class HubUnavailableError(Exception):
    """The hub does not answer now; trying again may help, after `retry_seconds` where the hub said so."""

    def __init__(self, message: str, retry_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_seconds = retry_seconds


@dataclass(frozen=True)
class RepoFile:
    """One file of a repository; `sha256` is known for large ones."""

    path: str
    size: int
    sha256: str | None = None


@dataclass(frozen=True)
class RepoDescription:
    """A repository at one commit."""

    commit: str
    files: tuple[RepoFile, ...]


class HuggingFaceHub:
    """The hub at HF_ENDPOINT, with HF_TOKEN, where they are set."""

    def __init__(self, endpoint: str | None, token: str | None) -> None:
        self._api = HfApi(endpoint=endpoint, token=token or False)

    def describe(self, repo: str, revision: str | None) -> RepoDescription:
        """The repository's commit and files.

        Raises:
            HubError: it does not exist, or HF_TOKEN has no access.
            HubUnavailableError: no answer.
        """
        try:
            info = self._api.model_info(repo, revision=revision, files_metadata=True, timeout=TIMEOUT_SECONDS)
        except (*FAULTS, KeyError, TypeError) as error:
            if reason := refusal(error, repo, revision):
                raise HubError(reason) from None
            message = trouble(error) or f"The HuggingFace hub does not answer: {error}"
            raise HubUnavailableError(message, retry_seconds(error)) from error
        if not COMMIT.fullmatch(str(info.sha)):
            raise HubUnavailableError(f"The HuggingFace hub names no commit of {repo}.")
        files = tuple(RepoFile(f.rfilename, f.size or 0, f.lfs.sha256 if f.lfs else None) for f in info.siblings or [])
        return RepoDescription(str(info.sha), files)


def refusal(error: Exception, repo: str, revision: str | None, *, is_listed: bool = False) -> str | None:
    """The sentence for an error of the hub's library that trying again does not change, or None.

    Of a repository that `is_listed` the hub has just told the files: that one of them is forbidden without a reason is
    a link that ran out, or a proxy.
    """
    if _is_bad_token(error) or (is_listed and _status(error) in UNAUTHORIZED and not _header(error, "x-error-code")):
        return None
    match error:
        case GatedRepoError():
            return f"{repo} is gated: set HF_TOKEN to a token that has access."
        case RepositoryNotFoundError():
            return f"{repo} does not exist on the hub, or it is private."
        case RevisionNotFoundError():
            return f"{repo} has no revision {revision!r}."
        case HFValidationError():
            return f"{repo} is not a valid name of a repository on the hub."
        case HfHubHTTPError() if _status(error) in FINAL:
            return f"The hub does not give {repo}: {_status(error)}."
        case _:
            return None


def trouble(error: Exception) -> str | None:
    """The sentence for an error that only the operator can mend, or None."""
    return UNKNOWN_CALLER if _is_bad_token(error) else None


def retry_seconds(error: Exception) -> float | None:
    """How long the hub asks to be left alone; None where it does not say."""
    text = _header(error, "retry-after") or ""
    return float(text) if text.isascii() and text.isdigit() and len(text) < 8 else None


def _is_bad_token(error: Exception) -> bool:
    return _status(error) == 401 and _header(error, "x-error-message") == BAD_CREDENTIALS


def _status(error: Exception) -> int | None:
    return error.response.status_code if isinstance(error, HfHubHTTPError) and error.response is not None else None


def _header(error: Exception, name: str) -> str | None:
    if not isinstance(error, HfHubHTTPError) or error.response is None:
        return None
    value = error.response.headers.get(name)
    return None if value is None else str(value)
