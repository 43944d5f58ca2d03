from __future__ import annotations

import struct
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from workers.contract.predictor import Predictor, VersionRefusedError
from workers.contract.weights import folder_bytes, module_bytes, parameter_count, safetensors_files


def test_parameters_are_counted_from_the_headers_of_all_files(tmp_path: Path) -> None:
    (tmp_path / "unet").mkdir()
    save_file({"a": torch.zeros(3, 4), "scalar": torch.zeros(())}, tmp_path / "a.safetensors", {"format": "pt"})
    save_file({"b": torch.zeros(5)}, tmp_path / "unet" / "b.safetensors")
    files = safetensors_files(tmp_path)
    assert parameter_count(files) == 3 * 4 + 1 + 5
    assert folder_bytes(tmp_path) == sum(file.stat().st_size for file in files)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"short",
        struct.pack("<Q", 2**63) + b"{}",
        struct.pack("<Q", 2) + b"[]",
        struct.pack("<Q", 9) + b'{"a":[1]}',
    ],
)
def test_what_is_no_safetensors_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.safetensors").write_bytes(content)
    reason = "is not a safetensors file" if content else "is empty: the download was not complete"
    with pytest.raises(VersionRefusedError, match=reason):
        parameter_count(safetensors_files(tmp_path))


def test_modules_are_measured_with_their_buffers_and_shared_weights_once() -> None:
    model = torch.nn.Sequential(torch.nn.Linear(4, 4, bias=False), torch.nn.Linear(4, 4, bias=False))
    assert module_bytes([model, "else", None]) == 2 * 16 * 4
    model[1].weight = model[0].weight
    model.register_buffer("table", torch.zeros(10, dtype=torch.float16))
    assert module_bytes([model]) == 16 * 4 + 20
    assert module_bytes([model, model[0]]) == 16 * 4 + 20


def test_a_predictor_is_as_large_as_the_modules_it_holds() -> None:
    predictor = Predictor()
    assert predictor.size_bytes() == 0
    vars(predictor)["model"] = torch.nn.Linear(4, 4, bias=False)
    assert predictor.size_bytes() == 64
