"""Pictures among input files: how many pixels they may have, judged by their headers."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

from workers.contract.predictor import InputRejectedError

MAX_PIXELS = 50_000_000


def check_pictures(paths: Sequence[str], max_pixels: int) -> None:
    """Refuse pictures that would fill the memory when decoded; what is no picture passes.

    Raises:
        InputRejectedError: one has more pixels, with both numbers.
    """
    if not paths:
        return
    from PIL import Image

    # Also for what a model opens by itself: Pillow refuses twice as many
    Image.MAX_IMAGE_PIXELS = max_pixels
    for path in paths:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", Image.DecompressionBombWarning)
                with Image.open(path) as picture:
                    pixels = int(picture.width * picture.height)
        except Image.DecompressionBombError as error:
            problem = f"The picture has more pixels than MAX_IMAGE_PIXELS ({max_pixels}): {error}"
            raise InputRejectedError(problem) from error
        except (OSError, ValueError, SyntaxError, TypeError, IndexError, OverflowError, EOFError):
            # No picture, or a broken one: what the model makes of it is the model's to say
            continue
        if pixels > max_pixels:
            raise InputRejectedError(f"The picture has {pixels} pixels, more than MAX_IMAGE_PIXELS ({max_pixels}).")
