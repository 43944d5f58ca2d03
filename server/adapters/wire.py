"""JSON as it comes in, of bounded depth, and as it goes out."""

from __future__ import annotations

import json

import orjson

MAX_JSON_DEPTH = 200


def decode(data: str | bytes) -> object:
    """The value that a text is.

    Raises:
        json.JSONDecodeError: it is no JSON, no UTF-8, nested too deep, or holds an integer of too many digits.
    """
    if depth(data if isinstance(data, bytes) else data.encode(errors="replace")) > MAX_JSON_DEPTH:
        raise json.JSONDecodeError(f"nested deeper than {MAX_JSON_DEPTH} levels", "", 0)
    try:
        return json.loads(data)
    except (RecursionError, ValueError) as error:
        # No JSON, no UTF-8, or an integer of more digits than Python reads
        raise json.JSONDecodeError(str(error)[:200], "", 0) from None


def encode(data: object) -> str:
    """The text of a value."""
    return encode_bytes(data).decode()


def encode_bytes(data: object) -> bytes:
    """The text of a value as UTF-8."""
    try:
        return orjson.dumps(data, default=str, option=orjson.OPT_NON_STR_KEYS)
    except TypeError:
        # Messages of errors may repeat what the client sent, such as lone surrogates
        return json.dumps(data, default=str).encode()


def depth(data: bytes) -> int:
    """Nesting of brackets outside strings, counted without recursion; stops counting above the limit."""
    level = deepest = 0
    quoted = escaped = False
    if data.count(b"[") + data.count(b"{") <= MAX_JSON_DEPTH:
        return 0
    for byte in data:
        if escaped:
            escaped = False
        elif quoted:
            escaped, quoted = byte == 0x5C, byte != 0x22
        elif byte == 0x22:
            quoted = True
        elif byte in b"[{":
            level += 1
            deepest = max(deepest, level)
        elif byte in b"]}":
            level -= 1
    return deepest
