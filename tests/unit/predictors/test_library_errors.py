"""What a library raises over a version's files becomes a sentence; what is no fault of the files passes."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import pytest
import torch

from workers.contract.context import CancelSignal
from workers.contract.failures import InputRejectedError, VersionRefusedError, WallError
from workers.predictors.library_errors import NO_TOKENIZER, OTHER_VALUES, reason_of, refuse_errors

FOLDER = Path("/srv/models/mine")


def decoding_error() -> Exception:
    try:
        json.loads("{")
    except ValueError as error:
        return error
    raise AssertionError


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (KeyError("read_index"), "'read_index' is missing, or not known."),
        (
            KeyError("function wiggle not found in the mapping of activations"),
            "function wiggle not found in the mapping of activations",
        ),
        (AttributeError("'WhisperTokenizer' object has no attribute 'lang'"), OTHER_VALUES),
        (TypeError("expected str, bytes or os.PathLike object, not NoneType"), OTHER_VALUES),
        (ValueError(""), OTHER_VALUES),
        (AssertionError(), OTHER_VALUES),
        (RecursionError("maximum recursion depth exceeded"), "a file of it is nested too deeply."),
        (decoding_error(), "a file of it is not JSON (line 1, column 2)."),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"), "a file of it is not text in UTF-8."),
        (
            FileNotFoundError(errno.ENOENT, "No such file or directory", f"{FOLDER}/vocab.txt"),
            "its file vocab.txt is missing: add it from the model's repository.",
        ),
        (
            ImportError("No module named 'timm'"),
            "it needs the package timm, which this worker does not have; its operator can install it.",
        ),
        (
            ImportError("Loading a GPTQ quantized model requires optimum (`pip install optimum`)"),
            "it needs the package optimum, which this worker does not have; its operator can install it.",
        ),
        (
            ValueError("Couldn't instantiate the backend tokenizer from one of: (1) a `tokenizers` library"),
            NO_TOKENIZER,
        ),
        (
            OSError(
                "Can't load image processor for '/srv/models/mine'. If you were trying to load it from "
                "'https://huggingface.co/models', make sure '/srv/models/mine' is the correct path to a directory "
                "containing a preprocessor_config.json file"
            ),
            "its file preprocessor_config.json is missing: add it from the model's repository.",
        ),
        (
            ValueError("The folder /srv/models/mine holds no model of this kind. Please pass trust_remote_code=True."),
            "The folder the folder holds no model of this kind.",
        ),
        (RuntimeError("ValueError: bad numbers in /opt/python/lib/site.py here"), "bad numbers in site.py here"),
        (
            IndexError("index out of range in self"),
            "a number is beyond the end of a table: its tokenizer or configuration may be that of another model.",
        ),
    ],
)
def test_the_reason(error: Exception, reason: str) -> None:
    assert reason_of(error, FOLDER) == reason


def test_a_long_reason_is_cut_between_words() -> None:
    reason = reason_of(ValueError("many words " * 60), FOLDER)
    assert len(reason) <= 300
    assert reason.endswith(("words ...", "many ..."))


def test_the_sentence_names_part_library_and_version() -> None:
    with (
        pytest.raises(VersionRefusedError) as caught,
        refuse_errors("Its part x cannot be read by", FOLDER, library="torch"),
    ):
        raise KeyError("y")
    assert str(caught.value) == f"Its part x cannot be read by torch {torch.__version__}: 'y' is missing, or not known."


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory"),
        CancelSignal(),
        KeyboardInterrupt(),
        SystemExit(),
        OSError(errno.EIO, "Input/output error"),
        PermissionError(errno.EACCES, "Permission denied"),
        WallError("A wall"),
        InputRejectedError("An input"),
        VersionRefusedError("Said already."),
    ],
)
def test_what_is_no_fault_of_the_files_passes(error: BaseException) -> None:
    with pytest.raises(type(error)) as caught, refuse_errors("Its files cannot be read by", FOLDER):
        raise error
    assert caught.value is error


def test_a_fault_of_the_disk_that_a_library_wrapped_passes() -> None:
    fault = OSError("It looks like the config file is not valid")
    fault.__cause__ = OSError(errno.EIO, "Input/output error")
    with pytest.raises(OSError, match="looks like"), refuse_errors("Its files cannot be read by", FOLDER):
        raise fault


def test_a_library_that_gives_up_in_its_own_code_is_heard() -> None:
    panic = type("PanicException", (BaseException,), {})("called `Option::unwrap()` on a `None` value")
    with pytest.raises(VersionRefusedError), refuse_errors("Its files cannot be read by", FOLDER):
        raise panic
