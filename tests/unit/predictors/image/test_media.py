"""Files as pipelines take them."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from workers.contract.predictor import InputRejectedError
from workers.predictors.image.media import read_mask


def pixels(mask: Image.Image) -> list[tuple[int, ...]]:
    return [mask.getpixel((column, 0)) for column in range(mask.width)]  # type: ignore[misc]


BLACK, WHITE = (0, 0, 0), (255, 255, 255)


def test_a_mask_is_white_where_it_draws_or_transparent(tmp_path: Path) -> None:
    plain = Image.new("L", (2, 1), 0)
    plain.putpixel((1, 0), 255)
    plain.save(tmp_path / "plain.png")
    assert pixels(read_mask(str(tmp_path / "plain.png"), "mask")) == [BLACK, WHITE]
    # One that has an alpha channel and nothing transparent is as if it had none
    plain.convert("RGBA").save(tmp_path / "opaque.png")
    assert pixels(read_mask(str(tmp_path / "opaque.png"), "mask")) == [BLACK, WHITE]
    hole = Image.new("RGBA", (2, 1), (200, 10, 10, 255))
    hole.putpixel((1, 0), (0, 0, 0, 0))
    hole.save(tmp_path / "hole.png")
    assert pixels(read_mask(str(tmp_path / "hole.png"), "mask")) == [BLACK, WHITE]
    (tmp_path / "none.png").write_bytes(b"none")
    with pytest.raises(InputRejectedError):
        read_mask(str(tmp_path / "none.png"), "mask")
