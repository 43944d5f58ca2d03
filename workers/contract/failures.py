"""What can go wrong in a runner, and what a failed prediction tells its user: a stable code and a message."""

from __future__ import annotations

import ctypes
import gc
import sys

INPUT_REJECTED = "INPUT_REJECTED"
MODEL_UNAVAILABLE = "MODEL_UNAVAILABLE"
OUT_OF_MEMORY = "OUT_OF_MEMORY"
INTERNAL = "INTERNAL"
MAX_MESSAGE = 4000
OTHER_CODE = (
    "The class {!r} has changed since this version was published, so the version cannot run any more. Run the model's "
    "newest version, or publish one."
)
# torch's CPU allocator raises a plain RuntimeError that only its text tells from others
_CPU_ALLOCATOR = "DefaultCPUAllocator: can't allocate memory"


class InputRejectedError(Exception):
    """The input cannot be run by this model; the message tells the user what to change."""


class VersionRefusedError(Exception):
    """The source or the folder of a version holds nothing that can be run; the message is a sentence for its owner."""


class WallError(Exception):
    """A wall around this process refused a predictor something; the message says what, and what may be set."""


class ModelLoadError(Exception):
    """A model could not be loaded; `code` and `message` are what the prediction ends with.

    `needed` are its bytes where it is too large.
    """

    def __init__(self, code: str, message: str, needed: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.needed = needed


class ModelTooLargeError(Exception):
    """A model is larger than what models may fill here."""

    def __init__(self, needed: int, most: int) -> None:
        super().__init__(f"The model needs {needed} bytes of memory, and at most {most} can be used for it here.")
        self.needed = needed


def explain(error: BaseException) -> tuple[str, str]:
    """Code and message of an error that a prediction ended with."""
    if isinstance(error, ModelLoadError):
        return error.code, error.message
    if isinstance(error, InputRejectedError):
        return INPUT_REJECTED, describe(error, name=False)
    if isinstance(error, WallError):
        return INTERNAL, describe(error, name=False)
    if isinstance(error, VersionRefusedError):
        return MODEL_UNAVAILABLE, describe(error, name=False)
    return (OUT_OF_MEMORY if is_out_of_memory(error) else INTERNAL), describe(error)


def explain_load(error: BaseException) -> ModelLoadError:
    """What the predictions that waited for a model end with when its load failed."""
    code = OUT_OF_MEMORY if is_out_of_memory(error) else MODEL_UNAVAILABLE
    is_sentence = isinstance(error, (VersionRefusedError, ModelTooLargeError, WallError))
    needed = error.needed if isinstance(error, ModelTooLargeError) else None
    return ModelLoadError(code, describe(error, name=not is_sentence), needed)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out, on the device or on the host."""
    # a torch that another thread is still importing lacks its names, and has raised nothing yet
    on_device = getattr(sys.modules.get("torch"), "OutOfMemoryError", ())
    if isinstance(error, (MemoryError, on_device)):
        return True
    return isinstance(error, RuntimeError) and _CPU_ALLOCATOR in str(error)


def describe(error: BaseException, *, name: bool = True) -> str:
    """An error in words that any encoder takes, at most MAX_MESSAGE characters."""
    parts = [type(error).__name__, str(error)] if name else [str(error)]
    text = ": ".join(filter(None, parts))
    return text.encode("utf-8", "replace").decode("utf-8")[:MAX_MESSAGE]


def free_memory() -> None:
    """Give unused memory back to the device; call it when the error and its frames are gone."""
    gc.collect()
    # glibc by itself keeps most of the pages that were freed; other C libraries have no such function
    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)) is not None:
        trim(0)
    cuda = getattr(sys.modules.get("torch"), "cuda", None)
    if cuda is not None and cuda.is_initialized():
        cuda.empty_cache()
