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


# Not found, not allowed, gone, withdrawn for legal reasons; what else a hub says may change by itself
FINAL = {401, 403, 404, 410, 451}


class HubError(Exception):
    """The repository does not exist, or HF_TOKEN has no access; the message is for users."""


class HubUnavailableError(Exception):
    """The hub does not answer now; trying again may help."""


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
            raise HubUnavailableError(f"The HuggingFace hub does not answer: {error}") from error
        if not COMMIT.fullmatch(str(info.sha)):
            raise HubUnavailableError(f"The HuggingFace hub names no commit of {repo}.")
        files = tuple(RepoFile(f.rfilename, f.size or 0, f.lfs.sha256 if f.lfs else None) for f in info.siblings or [])
        return RepoDescription(str(info.sha), files)


def refusal(error: Exception, repo: str, revision: str | None) -> str | None:
    """The sentence for an error of the hub's library that trying again does not change, or None."""
    match error:
        case GatedRepoError():
            return f"{repo} is gated: set HF_TOKEN to a token that has access."
        case RepositoryNotFoundError():
            return f"{repo} does not exist on the hub, or it is private."
        case RevisionNotFoundError():
            return f"{repo} has no revision {revision!r}."
        case HFValidationError():
            return f"{repo} is not a valid name of a repository on the hub."
        case HfHubHTTPError() if error.response is not None and error.response.status_code in FINAL:
            return f"The hub does not give {repo}: {error.response.status_code}."
        case _:
            return None
