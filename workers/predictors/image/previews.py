"""Unfinished pictures: latents of a diffusion pipeline as a small JPEG, made only when somebody watches."""

from __future__ import annotations

import time
from io import BytesIO
from typing import Any
from weakref import WeakKeyDictionary

import torch
from PIL import Image

from workers.contract.predictor import PredictionContext
from workers.predictors.image.precision import upcast

MAX_BYTES = 12_000
LONGEST_SIDE = 256
SECONDS_BETWEEN = 0.25
# a VAE of so many numbers decodes faster than anybody looks; for a larger one a linear map of the latents does
SMALL_VAE = 5_000_000
_PATCHES = 16
_QUALITIES = (80, 65, 50, 35, 20, 10)


class Previews:
    """Makes the previews of one loaded pipeline; `count` is how many."""

    def __init__(self, pipeline: Any) -> None:
        vae = getattr(pipeline, "vae", None)
        self._vae: Any = vae if hasattr(vae, "decode") and hasattr(vae, "encode") else None
        self._linear_map: torch.Tensor | None = None
        self._shown: WeakKeyDictionary[PredictionContext, float] = WeakKeyDictionary()
        self.count = 0

    @torch.no_grad()
    def show(self, context: PredictionContext, latents: Any, step: int) -> None:
        """Show latents of shape (1, channels, height, width), if somebody watches and has not just seen one."""
        if not context.wants("preview") or not isinstance(latents, torch.Tensor) or latents.ndim != 4:
            return
        if time.monotonic() - self._shown.get(context, float("-inf")) < SECONDS_BETWEEN:
            return
        colours = self._colours(latents[:1])
        if colours is None:
            return
        self.count += 1
        values = ((colours.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8).permute(1, 2, 0).cpu().contiguous()
        content, width, height = to_jpeg(Image.fromarray(values.numpy()))
        context.preview(content, width, height, step)
        self._shown[context] = time.monotonic()

    def _colours(self, latents: torch.Tensor) -> torch.Tensor | None:
        """Colours from -1 to 1 of shape (3, height, width), or None for latents of a kind that is not known."""
        if self._vae is None:
            return latents[0].float() if latents.shape[1] == 3 else None
        if latents.shape[1] != self._vae.config.latent_channels:
            return None
        if sum(tensor.numel() for tensor in self._vae.parameters()) <= SMALL_VAE:
            config = self._vae.config
            scaled = latents / config.scaling_factor + (getattr(config, "shift_factor", None) or 0.0)
            with upcast(self._vae):
                decoded: torch.Tensor = self._vae.decode(scaled.to(self._vae.dtype)).sample[0]
            return decoded.float()
        if self._linear_map is None:
            self._linear_map = self._fit_linear_map(latents)
        flat = latents[0].float().flatten(1).T
        colours = torch.cat([flat, torch.ones_like(flat[:, :1])], dim=1) @ self._linear_map
        picture: torch.Tensor = colours.T.reshape(3, *latents.shape[-2:])
        return picture

    def _fit_linear_map(self, latents: torch.Tensor) -> torch.Tensor:
        """The linear map, (channels + 1, 3), from latents to colours: least squares over patches of known colours."""
        config = self._vae.config
        scale = 2 ** (len(config.block_out_channels) - 1)
        generator = torch.Generator().manual_seed(0)
        colours = torch.rand(1, 3, _PATCHES, _PATCHES, generator=generator) * 2 - 1
        # patches of four latents, so that most of them show one colour alone
        small = torch.nn.functional.interpolate(colours, scale_factor=4, mode="nearest")
        picture = torch.nn.functional.interpolate(small, scale_factor=scale, mode="nearest")
        with upcast(self._vae):
            encoded = self._vae.encode(picture.to(latents.device, self._vae.dtype)).latent_dist.mean
        known = (encoded - (getattr(config, "shift_factor", None) or 0.0)) * config.scaling_factor
        flat = known[0].float().flatten(1).T
        inputs = torch.cat([flat, torch.ones_like(flat[:, :1])], dim=1)
        targets = small[0].flatten(1).T
        solution: torch.Tensor = torch.linalg.lstsq(inputs.cpu(), targets.cpu()).solution
        return solution.to(latents.device)


def to_jpeg(picture: Image.Image) -> tuple[bytes, int, int]:
    """A picture as a JPEG of at most MAX_BYTES and LONGEST_SIDE pixels, with its width and height."""
    small = picture.convert("RGB")
    side = LONGEST_SIDE
    while True:
        small.thumbnail((side, side))
        for quality in _QUALITIES:
            buffer = BytesIO()
            small.save(buffer, format="JPEG", quality=quality)
            if buffer.tell() <= MAX_BYTES:
                return buffer.getvalue(), small.width, small.height
        side //= 2
