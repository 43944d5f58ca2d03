from __future__ import annotations

import logging
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from tests.unit.predictors.sink import Sink
from workers.contract import devices
from workers.contract.context import PredictionContext, current_prediction
from workers.contract.devices import Device, DeviceUnavailableError, enabled, memory_budget, pick_device
from workers.contract.failures import MAX_MESSAGE, ModelLoadError, describe, explain, explain_load, is_out_of_memory
from workers.contract.logs import PredictionHandler
from workers.contract.predictor import InputRejectedError
from workers.contract.protocol import Log


def cpu_allocation_error() -> RuntimeError:
    with pytest.raises(RuntimeError) as raised:
        torch.empty(2**60)
    return raised.value


def test_every_way_to_run_out_of_memory_is_known() -> None:
    for error in (MemoryError(), torch.OutOfMemoryError("CUDA out of memory"), cpu_allocation_error()):
        assert is_out_of_memory(error)
        assert explain(error)[0] == "OUT_OF_MEMORY"
        assert explain_load(error).code == "OUT_OF_MEMORY"
    assert not is_out_of_memory(RuntimeError("shape"))


def test_errors_have_a_code_and_the_models_own_words() -> None:
    assert explain(ValueError("no")) == ("INTERNAL", "ValueError: no")
    assert explain(InputRejectedError("too long")) == ("INPUT_REJECTED", "too long")
    assert explain(ModelLoadError("MODEL_UNAVAILABLE", "gone")) == ("MODEL_UNAVAILABLE", "gone")
    assert explain_load(ValueError("no")).code == "MODEL_UNAVAILABLE"


def test_a_message_fits_any_encoder() -> None:
    text = describe(ValueError("\ud800" + "x" * 2 * MAX_MESSAGE))
    assert len(text) == MAX_MESSAGE
    assert text.encode()


def test_the_cpu_is_picked_without_torch_where_there_is_no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "_GPU_FILES", ())
    monkeypatch.setitem(sys.modules, "torch", None)
    assert pick_device({}) == Device("cpu", "float32")


@pytest.mark.parametrize(
    ("cuda", "bf16", "mps", "device"),
    [
        (True, True, False, Device("cuda", "bfloat16")),
        (True, False, False, Device("cuda", "float16")),
        (False, False, True, Device("mps", "float32")),
        (False, False, False, Device("cpu", "float32")),
    ],
)
def test_the_best_device_is_picked(
    monkeypatch: pytest.MonkeyPatch, cuda: bool, bf16: bool, mps: bool, device: Device
) -> None:
    fake = SimpleNamespace(
        cuda=SimpleNamespace(is_available=lambda: cuda, is_bf16_supported=lambda: bf16),
        backends=SimpleNamespace(mps=SimpleNamespace(is_available=lambda: mps)),
    )
    monkeypatch.setitem(sys.modules, "torch", fake)
    monkeypatch.setattr(devices, "_GPU_FILES", ("/dev/null",))
    assert pick_device({"ENABLE_GPU": "1"}) == device
    assert pick_device({"ENABLE_GPU": "false"}) == Device("cpu", "float32")


def test_whoever_names_a_gpu_does_not_get_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "_GPU_FILES", ())
    asked = {"ENABLE_GPU": "true", "REQUIRE_GPU": "true"}
    with pytest.raises(DeviceUnavailableError, match=r"torch finds no CUDA device here\.$"):
        pick_device(asked)
    with pytest.raises(DeviceUnavailableError, match=r"torch finds no CUDA device 7 here\.$"):
        pick_device({**asked, "CUDA_VISIBLE_DEVICES": "7"})
    assert pick_device({**asked, "REQUIRE_GPU": "false"}) == Device("cpu", "float32")


def test_what_a_switch_means() -> None:
    assert [enabled(v) for v in ("1", "true", "0", "False", "", "off")] == [True, True, False, False, False, False]


def test_the_budget_is_most_of_what_is_free_also_in_a_container(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(devices, "_CGROUP", tmp_path)
    machine = memory_budget(Device("cpu", "float32"))
    assert machine > 0
    (tmp_path / "memory.current").write_text("1000\n")
    (tmp_path / "memory.max").write_text("max\n")
    assert memory_budget(Device("cpu", "float32")) > 1000
    (tmp_path / "memory.max").write_text("3000\n")
    assert memory_budget(Device("cpu", "float32")) == 1600


def test_records_go_to_the_prediction_of_their_thread_else_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    sink = Sink()
    handler = PredictionHandler()
    warning = logging.LogRecord("diffusers.x", logging.WARNING, "f", 1, "careful with %s", ("x",), None)
    handler.handle(warning)
    assert "WARNING diffusers.x: careful with x" in capsys.readouterr().err
    token = current_prediction.set(PredictionContext("p", {}, sink))
    try:
        handler.handle(warning)
        handler.handle(warning)
        handler.handle(logging.LogRecord("x", logging.INFO, "f", 1, "fine", (), None))
    finally:
        current_prediction.reset(token)
    assert sink.messages == [Log("p", "careful with x")]
    assert "INFO x: fine" in capsys.readouterr().err
