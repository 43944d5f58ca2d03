"""What settings are refused for."""

from __future__ import annotations

import pytest

from server.settings import SettingsError, load_settings


def problem(**settings: object) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(_env_file=None, **settings)
    return str(caught.value)
