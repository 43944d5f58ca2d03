"""`-i name=value`, by the schema of the model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from inference_client.cli.inputs import InputError, parse

SCHEMA: dict[str, Any] = {
    "properties": {
        "text": {"type": "string"},
        "count": {"type": "integer"},
        "share": {"anyOf": [{"type": "number"}, {"type": "null"}]},
        "loud": {"type": "boolean"},
        "stop": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
        "words": {"type": "array", "items": {"type": "string"}},
        "numbers": {"type": "array", "items": {"type": "integer"}},
        "style": {"enum": ["plain", "bold"]},
        "messages": {"type": "array", "items": {"type": "object"}},
        "image": {"type": "string", "format": "file"},
        "images": {"type": "array", "items": {"type": "string", "format": "file"}},
    }
}


@pytest.mark.parametrize(
    ("options", "values"),
    [
        (["text=3"], {"text": "3"}),
        (["text=a=b"], {"text": "a=b"}),
        (["text="], {"text": ""}),
        (["text=@@me"], {"text": "@me"}),
        (["count=3", "share=0.5", "loud=true"], {"count": 3, "share": 0.5, "loud": True}),
        # The server says what the field takes
        (["count=many"], {"count": "many"}),
        (["stop=3"], {"stop": "3"}),
        (["style=bold"], {"style": "bold"}),
        (["words=a", "words=b"], {"words": ["a", "b"]}),
        (['words=["a", "b"]'], {"words": ["a", "b"]}),
        (["numbers=1", "numbers=2"], {"numbers": [1, 2]}),
        (['messages=[{"role": "user", "content": "Hi"}]'], {"messages": [{"role": "user", "content": "Hi"}]}),
        (["text=a", "text=b"], {"text": "b"}),
        (["unknown=3"], {"unknown": "3"}),
    ],
)
def test_values_are_read_as_the_schema_has_them(options: list[str], values: dict[str, Any]) -> None:
    assert parse(options, SCHEMA) == values


def test_files_are_texts_or_files(tmp_path: Path) -> None:
    path = tmp_path / "star.png"
    path.write_bytes(b"\x89PNG")
    (tmp_path / "words.json").write_text('["a"]')
    values = parse([f"image=@{path}", f"images=@{path}", f"images=@{path}", f"words=@{tmp_path}/words.json"], SCHEMA)
    assert (values["image"], values["images"]) == (path, [path, path])
    assert values["words"] == ["a"]


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("text", "name=value"),
        ("=a", "name=value"),
        ("text=@nowhere", "nowhere cannot be read"),
        ("text=@BYTES", "UTF-8"),
    ],
)
def test_what_cannot_be_read_says_what_to_write(tmp_path: Path, option: str, said: str) -> None:
    path = tmp_path / "bytes"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match=said):
        parse([option.replace("BYTES", str(path))], SCHEMA)
