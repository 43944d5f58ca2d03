from __future__ import annotations

import json
from pathlib import Path

import pytest

from workers.demo_models.checkpoints import replacing


def test_a_result_takes_the_place_of_the_last_and_keeps_its_card(tmp_path: Path) -> None:
    out = tmp_path / "model"
    out.mkdir()
    (out / "README.md").write_text("the card")
    (out / "old").touch()
    with replacing(out, {"steps": 3}) as folder:
        folder.mkdir()
        (folder / "new").touch()
        assert (out / "old").exists()
    assert {path.name for path in out.iterdir()} == {"README.md", "new", "training.json"}
    assert json.loads((out / "training.json").read_text()) == {"steps": 3}
    assert (out / "README.md").read_text() == "the card"


def test_a_failure_leaves_the_last_result(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    with pytest.raises(OSError, match="full"), replacing(tmp_path / "model", {}):
        raise OSError("full")
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
