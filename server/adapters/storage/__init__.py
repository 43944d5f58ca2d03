"""Where files are kept: on this machine or in S3, as STORAGE_TYPE says."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from server.adapters.signing import FileSigner
from server.adapters.storage.local import LocalStorage
from server.adapters.storage.store import Folder, Storage, StorageError, StorageMissingError, begun
from server.settings import Settings
from server.settings.types import StorageType

__all__ = ["Folder", "LocalStorage", "Storage", "StorageError", "StorageMissingError", "begun", "open_storage"]


@asynccontextmanager
async def open_storage(settings: Settings, signer: FileSigner) -> AsyncIterator[Storage]:
    """The store that STORAGE_TYPE names."""
    if settings.storage_type is StorageType.S3:
        from server.adapters.storage.s3 import open_s3

        async with open_s3(settings) as storage:
            yield storage
    else:
        yield LocalStorage(settings.storage_dir, signer)
