"""The messages between supervisor and runner as files: `python -m tests.unit.contract.wire` writes them anew.

Each file shows who sends the message, its fields with their types and defaults, and one frame with every field set: the
header as JSON, whose bytes are those of the frame, and the blob in hexadecimal.
"""

from __future__ import annotations

import json
import struct
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any, get_args

import orjson

import workers.contract
from workers.contract.protocol import (
    Cancel,
    Canceled,
    ChoiceOutput,
    Done,
    Failed,
    File,
    Forget,
    Inspect,
    Inspected,
    Load,
    Loading,
    Log,
    Message,
    Metric,
    Output,
    Pin,
    Ping,
    Pong,
    Preview,
    Progress,
    Ready,
    Resident,
    Run,
    SetPreviews,
    Started,
    Stop,
    SupervisorMessage,
    Timing,
    Tried,
    Try,
    VersionSpec,
    encode,
)

SNAPSHOTS = Path(workers.contract.__file__).parent / "snapshots"
VERSION = VersionSpec(
    *("v2", "text", "/models/v1", {"quantization": "INT8"}, "v1", "/models/v2", "sha256:c0de"),
    *({"API_URL": "https://a.example"}, {"API_KEY": "k"}, 3, True, "/configs", ["adapter_model.safetensors"]),
)
EXAMPLES: tuple[Message, ...] = (
    Run("p1", 2, VERSION, {"prompt": "Grüße", "image": "/inputs/p1/0"}, ["/inputs/p1/0"], "00-0af7-b7ad-01", "9f3c"),
    Cancel("p1"),
    SetPreviews("p1", enabled=True),
    Inspect(VERSION, measure=True),
    Try("try:v1", VERSION, {"type": "object"}),
    Load("load:v1", VERSION),
    Pin(["v1"]),
    Forget("v1"),
    Ping(7),
    Stop(),
    Ready(
        "cuda",
        [{"name": "echo", "kind": "CUSTOM"}],
        "NVIDIA H200",
        150_000_000_000,
        {"files": "Function not implemented"},
        {"my.models:Class": "SyntaxError: invalid syntax"},
        ["/code/my/models.py"],
    ),
    Pong(7),
    Inspected("v1", {"type": "object"}, {"type": "string"}, {"context_length": 4096}, "It has no config.json."),
    Resident(["v1"], 1_000, 2_000, 3, 4_000, ["v1"], 1_000),
    Loading("p1", "read", 512, 1_024),
    Started("p1", 1.5, {"device": "cuda", "dtype": "bfloat16", "libraries": {"torch": "2.9.0"}}),
    Output("p1", text="Once", chunk={"label": "cat"}),
    ChoiceOutput("p1", 1, "Once", [{"token": "Once", "id": 7, "logprob": -0.5, "top": []}], "<think>"),
    File("p1", "image/png", 16, 8, b"\x89PNG"),
    Preview("p1", 16, 8, 4, b"\xff\xd8\xff"),
    Progress("p1", 4, 20),
    Log("p1", "warming up"),
    Metric("p1", "input_tokens", 12.0),
    Timing("p1", "load", 1_700_000_000.25, 1_700_000_001.5, "OUT_OF_MEMORY"),
    Done("p1", {"labels": ["cat"]}),
    Failed("p1", "OUT_OF_MEMORY", "The model needs more memory than there is."),
    Canceled("p1"),
    Tried("try:v1", 1.5, 0.25, 4_096, {"engine": "batched"}, "It has no weights.", 8_192),
)


def path_of(message: type[Any]) -> Path:
    return SNAPSHOTS / f"{message.__name__}.json"


def describe_field(field: Field[Any]) -> Any:
    """A field's type and default as they stand in the source; those of a class within, by name."""
    if field.type == VersionSpec.__name__:
        return describe_fields(VersionSpec)
    if field.default_factory is not MISSING:
        return f"{field.type} = {field.default_factory()!r}"
    return field.type if field.default is MISSING else f"{field.type} = {field.default!r}"


def describe_fields(cls: type[Any]) -> dict[str, Any]:
    return {field.name: describe_field(field) for field in fields(cls)}


def describe(example: Message) -> str:
    """What is committed of a message, given one with every field set."""
    frame = encode(example)
    (length,) = struct.unpack_from(">I", frame)
    snapshot = {
        "sender": "supervisor" if isinstance(example, SupervisorMessage) else "runner",
        "fields": describe_fields(type(example)),
        "header": orjson.loads(frame[4 : 4 + length]),
        "blob": frame[4 + length :].hex(),
    }
    return json.dumps(snapshot, indent=2, ensure_ascii=False) + "\n"


def committed_frame(cls: type[Any]) -> bytes:
    """The frame that a committed file shows."""
    snapshot = json.loads(path_of(cls).read_text())
    header = json.dumps(snapshot["header"], separators=(",", ":"), ensure_ascii=False).encode()
    return struct.pack(">I", len(header)) + header + bytes.fromhex(snapshot["blob"])


def main() -> None:
    """Write the files of all messages, and remove those of messages that are gone."""
    for path in SNAPSHOTS.glob("*.json"):
        path.unlink()
    SNAPSHOTS.mkdir(exist_ok=True)
    for example in EXAMPLES:
        path_of(type(example)).write_text(describe(example))


if __name__ == "__main__":
    assert {type(example) for example in EXAMPLES} == set(get_args(Message)), "one example of each message"
    main()
