from __future__ import annotations

import pytest
import torch

from workers.contract.failures import (
    MAX_MESSAGE,
    InputRejectedError,
    ModelLoadError,
    describe,
    explain,
    explain_load,
    is_out_of_memory,
)


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
