from __future__ import annotations

from typing import Any

import pytest

from server.domain.audit import require_no_secrets


@pytest.mark.parametrize(
    "details",
    [{"password": "x"}, {"newPassword": "x"}, {"webhook_secret": 1}, {"accessToken": ""}, {"a": {"hash": 1}},
     {"Credential": None}, {"key": "isk_1"}],
)  # fmt: skip
def test_what_is_named_like_a_secret_is_refused(details: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="takes no secrets"):
        require_no_secrets(details)


def test_facts_are_taken() -> None:
    require_no_secrets({"visibility": "PUBLIC", "scopes": ["READ"], "limits": {"weight": 2, "keyboard": True}})
    require_no_secrets(None)
