"""Messages between the supervisor and its runner: one frame = a JSON header and, for files, a binary blob.

JSON and never pickle, so that what runs in the runner cannot make the supervisor execute anything.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import orjson

_HEADER = struct.Struct(">I")
MAX_FRAME_BYTES = 256 * 1024 * 1024
MAX_NUMBER = 2**53 - 1
"""What numbers of JSON hold exactly, and BIGINT with room to add some."""


@dataclass(frozen=True)
class VersionSpec:
    """What the runner loads: `path` is a local folder (or None for code-only predictors).

    With an adapter, `adapter` is its own folder, `adapter_files` what was published of it, and `base` the version whose
    model it changes: then `path` and `options` are the base's, whose one copy in memory serves both.
    `code` is the digest of the operator's class that it was published with; None runs with any. Its class alone is
    given `variables` and `secrets`, whose changes `variable_changes` counts: what was loaded after fewer is outdated.
    `is_judged` says that its tokenizers passed today's rules when it was published, with the files that it still has.
    A checkpoint of one file is a `path` to that file, and `configs` the root of the configurations of pipelines.
    """

    id: str
    predictor: str
    path: str | None = None
    options: dict[str, Any] = field(default_factory=dict)
    base: str | None = None
    adapter: str | None = None
    code: str | None = None
    variables: dict[str, Any] = field(default_factory=dict, repr=False)
    secrets: dict[str, Any] = field(default_factory=dict, repr=False)
    variable_changes: int = 0
    is_judged: bool = False
    configs: str | None = None
    adapter_files: list[str] = field(default_factory=list)

    @property
    def model(self) -> VersionSpec:
        """What is loaded for it: its base, or itself."""
        return self if self.base is None else replace(self, id=self.base, base=None, adapter=None, adapter_files=[])


@dataclass(frozen=True)
class Run:
    """Supervisor: run one prediction; `input` is complete, `files` are the paths in it.

    A `traceparent` (W3C) asks for a `Timing` of each phase. `owner` is the same for all predictions of one user
    while the worker runs, and tells nothing else.
    """

    prediction: str
    attempt: int
    version: VersionSpec
    input: dict[str, Any]
    files: list[str] = field(default_factory=list)
    traceparent: str | None = None
    owner: str | None = None


@dataclass(frozen=True)
class Cancel:
    """Supervisor: stop one prediction at its next token or step."""

    prediction: str


@dataclass(frozen=True)
class SetPreviews:
    """Supervisor: send previews of a prediction from now on, or no longer; they are off until this comes."""

    prediction: str
    enabled: bool


@dataclass(frozen=True)
class Inspect:
    """Supervisor: read a version's folder without loading weights; `measure` compares its model with its weights."""

    version: VersionSpec
    measure: bool = False


@dataclass(frozen=True)
class Try:
    """Supervisor: load a new version and run it once on a small input that its schema allows."""

    prediction: str
    version: VersionSpec
    input_schema: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Load:
    """Supervisor: load a version, as if a prediction were to run it; answered as a `Try`."""

    prediction: str
    version: VersionSpec


@dataclass(frozen=True)
class Pin:
    """Supervisor: these versions stay in memory, besides those whose options say so; no others any more."""

    versions: list[str]


@dataclass(frozen=True)
class Forget:
    """Supervisor: unload a version as soon as nothing runs it, since it was deleted or an administrator wants it."""

    version: str


@dataclass(frozen=True)
class Ping:
    """Supervisor: answer with `Pong`."""

    nonce: int


@dataclass(frozen=True)
class Stop:
    """Supervisor: leave."""


@dataclass(frozen=True)
class Ready:
    """Runner: up, on this device, with this catalogue (see `PredictorSpec`), and what is not as it should be.

    `missing_walls` are the walls that this system lacks, `broken_predictors` the classes that could not be loaded, each
    with the reason, `broken_sources` their files.
    """

    device: str
    predictors: list[dict[str, Any]]
    device_name: str = ""
    total_bytes: int | None = None
    missing_walls: dict[str, str] = field(default_factory=dict)
    broken_predictors: dict[str, str] = field(default_factory=dict)
    broken_sources: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Pong:
    """Runner: alive."""

    nonce: int


@dataclass(frozen=True)
class Inspected:
    """Runner: answer to `Inspect`; `refusal` is a sentence, `info` holds facts such as `context_length` (tokens)."""

    version: str
    input_schema: dict[str, Any] = field(default_factory=dict)
    output_schema: dict[str, Any] = field(default_factory=dict)
    info: dict[str, Any] = field(default_factory=dict)
    refusal: str | None = None


@dataclass(frozen=True)
class Tried:
    """Runner: answer to `Try` or `Load`: what the load and the run took, and `facts`; `refusal` is a sentence.

    `needed_bytes` are those of a model that does not fit into this runner's memory for models.
    """

    prediction: str
    load_seconds: float = 0
    run_seconds: float = 0
    bytes: int = 0
    facts: dict[str, Any] = field(default_factory=dict)
    refusal: str | None = None
    needed_bytes: int | None = None


@dataclass(frozen=True)
class Loading:
    """Runner: the model of this prediction is being loaded (phase: read, move, warm-up)."""

    prediction: str
    phase: str
    bytes: int | None = None
    total_bytes: int | None = None


@dataclass(frozen=True)
class Started:
    """Runner: the model is there and the prediction runs; `load_seconds` it waited for the load.

    `facts` say with what it runs: device, number format, engine, versions of libraries.
    """

    prediction: str
    load_seconds: float
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Output:
    """Runner: one piece of output, text or any JSON value."""

    prediction: str
    text: str | None = None
    chunk: Any = None


@dataclass(frozen=True)
class ChoiceOutput:
    """Runner: a piece of one of several texts, or of a text whose tokens' log probabilities were asked for.

    Those are then those of the tokens that came since the last piece: `{"token", "id", "logprob", "top"}` each.
    The first piece of a text whose beginning stands in the prompt has that as its `prefix`.
    """

    prediction: str
    choice: int
    text: str
    logprobs: list[Any] | None = None
    prefix: str = ""


@dataclass(frozen=True)
class File:
    """Runner: one output file, the frame's blob."""

    prediction: str
    content_type: str
    width: int | None = None
    height: int | None = None
    blob: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class Preview:
    """Runner: an unfinished picture as a small JPEG (at most 12 kB), the frame's blob; sizes in pixels."""

    prediction: str
    width: int
    height: int
    step: int | None = None
    blob: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class Resident:
    """Runner: what its memory of models holds now, in the order of last use; sent whenever that changes.

    Of the versions, those in `pinned` stay, which fill `pinned_bytes`.
    """

    versions: list[str]
    bytes: int
    budget_bytes: int | None = None
    evictions: int = 0
    free_bytes: int | None = None
    pinned: list[str] = field(default_factory=list)
    pinned_bytes: int = 0


@dataclass(frozen=True)
class Progress:
    """Runner: step of total (None when unknown)."""

    prediction: str
    step: int
    total: int | None = None


@dataclass(frozen=True)
class Log:
    """Runner: one log line without its newline."""

    prediction: str
    line: str


@dataclass(frozen=True)
class Metric:
    """Runner: a measured number of this prediction, such as input_tokens."""

    prediction: str
    name: str
    value: float


@dataclass(frozen=True)
class Timing:
    """Runner: how long a phase (load, predict) of a traced prediction took, as Unix times in seconds.

    `error` is a code where the phase failed.
    """

    prediction: str
    phase: str
    began: float
    ended: float
    error: str | None = None


@dataclass(frozen=True)
class Done:
    """Runner: the prediction finished; `output` is what a predictor returned that does not stream, else None."""

    prediction: str
    output: Any = None


@dataclass(frozen=True)
class Failed:
    """Runner: the prediction failed with a stable code (an `ErrorCode` of server.domain.predictions) and a message."""

    prediction: str
    code: str
    message: str


@dataclass(frozen=True)
class Canceled:
    """Runner: the prediction stopped, since its supervisor canceled it."""

    prediction: str


SupervisorMessage = Run | Cancel | SetPreviews | Inspect | Try | Load | Pin | Forget | Ping | Stop
PredictionMessage = (Loading | Started | Output | ChoiceOutput | File | Preview | Progress | Log | Metric | Timing
    | Done | Failed | Canceled | Tried)  # fmt: skip
RunnerMessage = Ready | Pong | Inspected | Resident | PredictionMessage
Message = SupervisorMessage | RunnerMessage
_TYPES: dict[str, type[Any]] = {cls.__name__: cls for cls in get_args(Message)}


class ProtocolError(Exception):
    """The other side sent something that is no message of this protocol."""


def _kinds(hint: Any) -> frozenset[type] | None:
    """The Python types that JSON may give for a field, or None for anything."""
    if hint is Any:
        return None
    hints = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    kinds = {get_origin(h) or h for h in hints}
    return frozenset(kinds | {int} if float in kinds else kinds)


_KINDS = {cls: {n: _kinds(h) for n, h in get_type_hints(cls).items()} for cls in (*_TYPES.values(), VersionSpec)}
_WITH_SPEC, _WITH_BLOB = (Run, Inspect, Try, Load), (File, Preview)


def _checked(cls: type[Any], body: dict[str, Any]) -> dict[str, Any]:
    for name, value in body.items():
        allowed = _KINDS[cls][name]
        if allowed is not None and type(value) not in allowed:
            raise TypeError(f"{cls.__name__}.{name} may not be {type(value).__name__}")
    return body


def encode(message: Message) -> bytes:
    """One frame: length of the header (4 bytes, big endian), JSON header, blob.

    Raises:
        TypeError: a value is not JSON, or not of its field's type.
        ValueError: the frame would be longer than MAX_FRAME_BYTES.
    """
    # A value of another type would be no message at all to the other side
    body = {"type": type(message).__name__, **_checked(type(message), vars(message))}
    blob: bytes = body.pop("blob", b"")
    header = orjson.dumps(body, option=orjson.OPT_SERIALIZE_NUMPY)
    size = _HEADER.size + len(header) + len(blob)
    if size > MAX_FRAME_BYTES:
        raise ValueError(f"{type(message).__name__} of {size} bytes is over the {MAX_FRAME_BYTES} of a frame")
    return _HEADER.pack(len(header)) + header + blob


def decode(frame: bytes) -> Message:
    """The message of a frame.

    Raises:
        ProtocolError: the frame is no message.
    """
    try:
        (size,) = _HEADER.unpack_from(frame)
        end = _HEADER.size + size
        body = orjson.loads(frame[_HEADER.size : end])
        cls = _TYPES[body.pop("type")]
        if cls in _WITH_BLOB:
            body["blob"] = frame[end:]
        elif len(frame) != end:
            raise TypeError("bytes after the header")
        if cls in _WITH_SPEC:
            body["version"] = VersionSpec(**_checked(VersionSpec, body["version"]))
        message: Message = cls(**_checked(cls, body))
    except (struct.error, orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise ProtocolError(f"{type(error).__name__}: {error}") from error
    return message


def with_bounded_numbers(message: RunnerMessage) -> RunnerMessage:
    """The message of a runner, who may say any number, with its own numbers brought into what columns and answers hold.

    Sizes, counts and seconds are not negative; what a model measures may be.
    """
    bounded: dict[str, Any] = {}
    for name, value in vars(message).items():
        if isinstance(value, int | float) and not isinstance(value, bool):
            least = -MAX_NUMBER if isinstance(message, Metric) else 0
            bounded[name] = max(least, min(value, MAX_NUMBER)) if value == value else 0
    return replace(message, **bounded) if bounded else message


def send(connection: Connection, message: Message) -> None:
    """Write one frame; not thread-safe: one writer thread a direction."""
    connection.send_bytes(encode(message))


def receive(connection: Connection) -> Message:
    """Read one frame; EOFError or OSError when the other side is gone."""
    return decode(connection.recv_bytes(MAX_FRAME_BYTES))
