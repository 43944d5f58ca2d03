"""Every setting of the product, read from the environment and `.env`.

`topics` has the settings, one class a topic; `settings` puts them together and checks what they need beside each other;
`environment` takes the secrets out of the process's environment; `types` and `urls` have the rules of single values;
`page` writes docs/settings.md and .env.example.
"""

from server.settings.settings import (
    SERVICES,
    Settings,
    SettingsError,
    hide_secrets,
    load_settings,
    require_services,
)

__all__ = ["SERVICES", "Settings", "SettingsError", "hide_secrets", "load_settings", "require_services"]
