"""What an operation selected, with fragments, aliases and `@skip`/`@include` resolved."""

from __future__ import annotations

from collections.abc import Iterable

from strawberry.types.nodes import SelectedField, Selection


def selects(fields: Iterable[Selection], type_name: str, name: str) -> bool:
    """Whether a field of an object type is selected somewhere directly below some root fields."""
    return any(_holds(field.selections, "", type_name, name) for field in fields if _is_on(field))


def _holds(selections: Iterable[Selection], parent: str, type_name: str, name: str) -> bool:
    for selection in filter(_is_on, selections):
        if isinstance(selection, SelectedField):
            if parent == type_name and selection.name == name:
                return True
        # A fragment without a condition stays at its parent's type
        elif _holds(selection.selections, selection.type_condition or parent, type_name, name):
            return True
    return False


def _is_on(selection: Selection) -> bool:
    directives = selection.directives
    skipped = directives.get("skip", {}).get("if", False)
    included = directives.get("include", {}).get("if", True)
    return bool(included) and not skipped
