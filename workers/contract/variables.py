"""Variables and secrets of a model, as its own code gets them: from its context, and in `os.environ` while it runs.

The process serves other models, so its real environment never has them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from pydantic import SecretStr

from workers.contract.protocol import VersionSpec


class ModelVariables:
    """What a model's owner gave it; `environment` is what its code sees, and may change for itself, in `os.environ`."""

    def __init__(self, variables: Mapping[str, str], secrets: Mapping[str, str]) -> None:
        self.variables = dict(variables)
        self.secrets = {name: SecretStr(value) for name, value in secrets.items()}
        self.environment = {**variables, **secrets}

    @classmethod
    def of(cls, spec: VersionSpec) -> ModelVariables:
        """Those of a version."""
        return cls(spec.variables, spec.secrets)

    @contextmanager
    def present(self) -> Iterator[None]:
        """Let the code of this thread see them, as long as the block runs."""
        token = current_variables.set(self)
        try:
            yield
        finally:
            current_variables.reset(token)


NO_VARIABLES = ModelVariables({}, {})
current_variables: ContextVar[ModelVariables] = ContextVar("current_variables", default=NO_VARIABLES)


class ModelEnvironment(os._Environ[str]):
    """`os.environ` with the variables of the model whose code asks before those of the process."""

    def __getitem__(self, key: str) -> str:
        """The value of a name."""
        own = current_variables.get().environment
        return own[key] if key in own else super().__getitem__(key)

    def __setitem__(self, key: str, value: str) -> None:
        """Set a name: of the model's own for that alone, any other for the process."""
        own = current_variables.get().environment
        if key in own:
            own[key] = value
        else:
            super().__setitem__(key, value)

    def __delitem__(self, key: str) -> None:
        """Remove a name, likewise."""
        own = current_variables.get().environment
        if key in own:
            del own[key]
        else:
            super().__delitem__(key)

    def __iter__(self) -> Iterator[str]:
        """All names."""
        own = current_variables.get().environment
        yield from [*own, *(key for key in super().__iter__() if key not in own)]

    def __len__(self) -> int:
        """How many names there are."""
        return sum(1 for _ in self)


def show_variables() -> None:
    """Make `os.environ` of this process, for whoever holds it, show each model its own."""
    os.environ.__class__ = ModelEnvironment
