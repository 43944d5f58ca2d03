"""Variables and secrets of a model: texts that its owner gives to the class that runs it, by the names of a shell."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from server.domain.secrets import SHOWN
from server.domain.storable import is_storable
from server.errors import Violation

NAME_MAX = 64
VALUE_MAX_BYTES = 16_384
VARIABLES_MAX = 50
TOTAL_MAX_BYTES = 65_536
_NAME = re.compile(rf"[A-Za-z_][A-Za-z0-9_]{{0,{NAME_MAX - 1}}}", re.ASCII)
# What decides how Python, the loader of programs, CUDA or this server's own libraries behave
_RESERVED = frozenset({"PATH", "HOME", "USER", "SHELL", "TMPDIR", "IFS", "ENV", "BASH_ENV", "GCONV_PATH", "HF_HOME"})
_RESERVED_BEGINNINGS = (
    *("LD_", "DYLD_", "PYTHON", "CUDA_", "NVIDIA_", "MALLOC_", "GLIBC_"),
    *("HF_HUB_OFFLINE", "HF_HUB_DISABLE_", "TRANSFORMERS_OFFLINE", "RUNNER_"),
)
OWN_NAMES = frozenset({"HF_TOKEN"})
"""Settings of the server whose names libraries read too; a model's own is no other's."""


class VariableKind(StrEnum):
    """Whether a value can be read again."""

    VARIABLE = "VARIABLE"
    SECRET = "SECRET"  # noqa: S105 - the name of a kind


@dataclass(frozen=True)
class NewVariable:
    """A variable to set; a secret is never read again by who gave it."""

    name: str
    value: str = field(repr=False)
    kind: VariableKind


def violations(new: NewVariable, settings: Iterable[str]) -> list[Violation]:
    """Why a variable cannot be set; `settings` are the names of the server's own."""
    broken = [Violation("/name", rule, "name") for rule in _name_rules(new.name, settings)]
    if not is_storable(new.value):
        broken.append(Violation("/value", "A value is text without NUL characters.", "text"))
    elif len(new.value.encode()) > VALUE_MAX_BYTES:
        broken.append(Violation("/value", f"A value has at most {VALUE_MAX_BYTES} bytes.", "maxLength"))
    if new.kind is VariableKind.SECRET and new.value in ("", SHOWN):
        rule = f"A secret has a value, and it is not {SHOWN}, which is shown instead of one."
        broken.append(Violation("/value", rule, "secret"))
    return broken


def is_name(name: str) -> bool:
    """Whether a text may be the name of a variable."""
    return _NAME.fullmatch(name) is not None


def _name_rules(name: str, settings: Iterable[str]) -> list[str]:
    if not is_name(name):
        return [f"A name has 1 to {NAME_MAX} letters, digits and underscores, and begins with no digit."]
    upper = name.upper()
    if upper in _RESERVED or upper.startswith(_RESERVED_BEGINNINGS):
        return [f"{name} decides how programs run here, so no model sets it; choose another name."]
    if upper not in OWN_NAMES and upper in {setting.upper() for setting in settings}:
        return [f"{name} is a setting of this server, so no model sets it; choose another name."]
    return []
