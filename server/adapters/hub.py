"""What the HuggingFace hub says of a repository, before anything is downloaded."""

from __future__ import annotations

from dataclasses import dataclass

import anyio
import httpx
from huggingface_hub import HfApi
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from server.settings import Settings

TIMEOUT_SECONDS = 15.0


class HubError(Exception):
    """The hub has no such repository for us; the message is a sentence for users."""


class HubUnavailableError(Exception):
    """The hub does not answer now; trying again may help."""


@dataclass(frozen=True)
class RepoFile:
    """One file of a repository; `sha256` is known for large ones."""

    path: str
    size: int
    sha256: str | None


@dataclass(frozen=True)
class RepoDescription:
    """A repository at one commit."""

    commit: str
    files: tuple[RepoFile, ...]


class Hub:
    """The hub at HF_ENDPOINT, asked with HF_TOKEN."""

    def __init__(self, settings: Settings) -> None:
        token = settings.hf_token.get_secret_value() if settings.hf_token else False
        self._api = HfApi(endpoint=settings.hf_endpoint, token=token)

    async def describe(self, repo: str, revision: str | None) -> RepoDescription:
        """The repository's commit and files.

        Raises:
            HubError: not found, or not for us.
            HubUnavailableError: no answer.
        """
        return await anyio.to_thread.run_sync(self._describe, repo, revision)

    def _describe(self, repo: str, revision: str | None) -> RepoDescription:
        try:
            found = self._api.model_info(repo, revision=revision, files_metadata=True, timeout=TIMEOUT_SECONDS)
        except GatedRepoError:
            raise HubError(f"{repo} is gated: set HF_TOKEN to a token that was given access.") from None
        except RepositoryNotFoundError:
            raise HubError(f"{repo} does not exist on the hub, or it is private.") from None
        except RevisionNotFoundError:
            raise HubError(f"{repo} has no revision {revision!r}.") from None
        except (HfHubHTTPError, httpx.HTTPError, OfflineModeIsEnabled, OSError) as error:
            raise HubUnavailableError(f"The HuggingFace hub does not answer: {error}") from error
        files = tuple(RepoFile(f.rfilename, f.size or 0, f.lfs.sha256 if f.lfs else None) for f in found.siblings or [])
        return RepoDescription(str(found.sha), files)
