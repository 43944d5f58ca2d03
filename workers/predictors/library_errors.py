"""What a library raises over the files of a version, as a sentence for their owner: libraries speak to programmers."""

from __future__ import annotations

import errno
import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path, PurePath

from workers.contract.failures import (
    InputRejectedError,
    ModelLoadError,
    ModelTooLargeError,
    VersionRefusedError,
    WallError,
    is_out_of_memory,
)

logger = logging.getLogger(__name__)

MAX_REASON = 300
_OWN = (VersionRefusedError, InputRejectedError, ModelLoadError, ModelTooLargeError, WallError)
# What the file system says of a file that is missing, which the owner can mend
_MISSING = {errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG}
# Advice for whoever calls the library, and where it looked
_ADVICE = re.compile(
    r"trust_remote_code|pip install|https?://|hf\.co|from_pretrained|local folder|with the checkpoint|`[^`]*=[^`]*`"
    r"|open an issue|upgrad|nightly|pass the argument|the above error|traceback",
    re.IGNORECASE,
)
# What Python says of code, which tells nothing of files
_OF_CODE = re.compile(
    r"NoneType|has no attribute|object is not|object does not support|unsupported operand|keyword argument"
    r"|positional argument|not supported between|indices must be|index out of range|argument of type|can't multiply"
    r"|values to unpack|can only concatenate|PathLike|object cannot be|not all arguments|not iterable|unhashable"
    r"|<class '|<function |<object |isinstance\(\)|\b\w+\(\) (?:takes|missing|got|argument)|invalid literal for"
    r"|division by zero|modulo by zero|expected string or bytes|referenced before assignment|has no len\(|^\W*$"
    r"|invalid combination of arguments|Expected cond to be|error message be improved"
)
_NAMES = re.compile(r"\b(?:[a-z_]+\.)*[A-Z]\w*(?:Error|Exception|Warning):\s*")
_PATH = re.compile(r"(?<![\w.:/])(?:/[\w.+@-]+){2,}/?")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_LEAST_WORDS = 3
OTHER_VALUES = (
    "its files hold other values than the library expects, or do not belong together: compare them with those of the "
    "model's repository."
)
NO_TOKENIZER = (
    "it has no tokenizer.json, and not the files that a tokenizer of its kind is made of: add those of the model's "
    "repository."
)
# Sentences of libraries that have a plain meaning; \1 is what a group holds
_MEANINGS = tuple(
    (re.compile(pattern, re.DOTALL), meaning)
    for pattern, meaning in (
        (r"instantiate the backend tokenizer", NO_TOKENIZER),
        (r"Unrecognized (feature extractor|image processor|processor) in", r"it names no \1 that the library knows."),
        (
            r"meta tensor; no data",
            "its weights lack tensors that its configuration describes: they are those of another model, or not whole.",
        ),
        (
            r"(?:directory containing an? |file named |file called )[\"'`]?([\w.-]+\.\w+)",
            r"its file \1 is missing: add it from the model's repository.",
        ),
        (
            r"index out of range in self|indexSelectLargeIndex",
            "a number is beyond the end of a table: its tokenizer or configuration may be that of another model.",
        ),
        (
            r"No module named '([\w.]+)'|`(\w[\w.-]*)` library|requires? the (\w[\w.-]*) library"
            # what is not to be mended by another version of the library itself
            r"|pip install (?:-{1,2}[\w-]+ )*['\"]?(?!transformers\b|diffusers\b|torch\b|git\b)([A-Za-z][\w-]*)",
            r"it needs the package \1\2\3\4, which this worker does not have; its operator can install it.",
        ),
    )
)


@contextmanager
def refuse_errors(beginning: str, *folders: Path, library: str = "transformers") -> Iterator[None]:
    """Refuse a version for what a library raises in the block, since a stranger's file makes it raise anything.

    The sentence is `beginning`, such as "Its config.json cannot be read by", the library with its version, and why,
    without the paths of these `folders`. Memory that ran out, faults of the machine and what a wall refused pass.

    Raises:
        VersionRefusedError: with that sentence.
    """
    try:
        yield
    except BaseException as error:
        if not is_of_files(error):
            raise
        reason = reason_of(error, *folders)
        logger.info("A version is refused: %s %s: %s", beginning, library, reason, exc_info=error)
        raise VersionRefusedError(f"{beginning} {library} {version(library)}: {reason}") from error


def is_of_files(error: BaseException) -> bool:
    """Whether an error may come of what is in a version's files, and is no sentence yet."""
    if isinstance(error, _OWN) or is_out_of_memory(error):
        return False
    if not isinstance(error, Exception):
        # what tokenizers and safetensors raise where their own code gives up; others are signals
        return type(error).__name__ == "PanicException"
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.errno is not None and cause.errno not in _MISSING:
            return False
        cause = cause.__cause__
    return True


def reason_of(error: BaseException, *folders: Path) -> str:
    """What a library's error says, without its advice, the names of exceptions, and paths of this machine."""
    if isinstance(error, json.JSONDecodeError):
        return f"a file of it is not JSON (line {error.lineno}, column {error.colno})."
    if isinstance(error, UnicodeDecodeError):
        return "a file of it is not text in UTF-8."
    if isinstance(error, RecursionError):
        return "a file of it is nested too deeply."
    if isinstance(error, FileNotFoundError) and error.filename:
        return f"its file {PurePath(str(error.filename)).name[:100]} is missing: add it from the model's repository."
    text = str(error.args[0] if isinstance(error, KeyError) and error.args else error)
    for place in sorted({str(each) for folder in folders for each in (folder, folder.resolve())}, key=len)[::-1]:
        text = text.replace(place, "the folder")
    text = _PATH.sub(lambda match: PurePath(match[0]).name, text)
    text = re.sub(r"[ \t]+", " ", text)
    for pattern, meaning in _MEANINGS:
        if match := pattern.search(text):
            return match.expand(meaning)
    if isinstance(error, KeyError) and len(text.split()) < _LEAST_WORDS:
        return f"{text[:100]!r} is missing, or not known."
    sentences = [_NAMES.sub("", sentence.strip()) for sentence in _SENTENCE.split(text)]
    rest = " ".join(each for each in sentences if each and not _ADVICE.search(each) and not _OF_CODE.search(each))
    if len(rest.split()) < _LEAST_WORDS:
        return OTHER_VALUES
    return rest if len(rest) <= MAX_REASON else f"{rest[: MAX_REASON - 4].rpartition(' ')[0]} ..."
