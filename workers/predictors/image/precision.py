"""The precision of a VAE: some overflow in half precision, say `force_upcast`, and encode and decode in float32."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch


@contextmanager
def keep_dtype(vae: Any) -> Iterator[None]:
    """A VAE keeps its precision after the block: pipelines that fail while it is in float32 leave it so."""
    dtype = getattr(vae, "dtype", None)
    try:
        yield
    finally:
        if dtype is not None and vae.dtype != dtype:
            vae.to(dtype)


@contextmanager
def upcast(vae: Any) -> Iterator[None]:
    """A VAE as its pipeline has it where it encodes and decodes, for the time of the block."""
    with keep_dtype(vae):
        if vae.dtype == torch.float16 and getattr(vae.config, "force_upcast", False):
            vae.to(torch.float32)
        yield
