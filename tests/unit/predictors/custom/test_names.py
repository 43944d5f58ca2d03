"""What classes of others import from `workers.predictors`."""

from __future__ import annotations

import pytest

import workers.predictors
from workers.contract.failures import InputRejectedError, VersionRefusedError


@pytest.mark.parametrize(("name", "now"), [("InputRejected", InputRejectedError), ("Refused", VersionRefusedError)])
def test_exceptions_are_known_by_their_earlier_names(name: str, now: type[Exception]) -> None:
    with pytest.warns(DeprecationWarning, match=f"{name} is called {now.__name__} now"):
        assert getattr(workers.predictors, name) is now


def test_other_names_are_no_attributes() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Output'"):
        workers.predictors.Output  # type: ignore[attr-defined]  # noqa: B018 - it is the reading that fails
