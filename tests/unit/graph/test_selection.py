"""What an operation selects decides whether previews are made."""

from __future__ import annotations

import pytest
import strawberry

from graph.context import Info
from graph.selection import selects


@strawberry.type
class PreviewReady:
    image: str
    step: int


@strawberry.type
class Other:
    image: str


@strawberry.type
class Query:
    @strawberry.field
    def root(self, info: Info) -> PreviewReady | Other:
        shown = selects(info.selected_fields, "PreviewReady", "image")
        return PreviewReady(image=str(shown), step=int(shown))


SCHEMA = strawberry.Schema(query=Query)


@pytest.mark.parametrize(
    ("selection", "shown"),
    [
        ("... on PreviewReady { step image }", 1),
        ("... on PreviewReady { step picture: image }", 1),
        ("... on PreviewReady { step ... { image } }", 1),
        ("...P ... on PreviewReady { step }", 1),
        ("... on PreviewReady { step image @include(if: $yes) }", 1),
        ("... on PreviewReady { step image @skip(if: $no) }", 1),
        ("... on PreviewReady { step }", 0),
        ("... on PreviewReady { step } ... on Other { image }", 0),
        ("... on PreviewReady { step image @include(if: $no) }", 0),
        ("... on PreviewReady { step image @skip(if: true) }", 0),
        ("... on PreviewReady { step } ...P @skip(if: $yes)", 0),
        ("... on PreviewReady { step ... @include(if: false) { image } }", 0),
    ],
)
async def test_only_what_is_really_selected_counts(selection: str, shown: int) -> None:
    fragment = "fragment P on PreviewReady { image }" if "...P" in selection else ""
    used = [
        f"${name}: Boolean = {value}" for name, value in (("yes", "true"), ("no", "false")) if f"${name}" in selection
    ]
    head = f"query ({', '.join(used)})" if used else "query"
    result = await SCHEMA.execute(f"{head} {{ root {{ {selection} }} }} {fragment}")
    assert result.data is not None
    assert result.data["root"]["step"] == shown
