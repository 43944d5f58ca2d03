"""What `make test` leaves to `make check`, since its minutes do not suffice for all.

A file is here where its tests, with the servers that they start, take more than half a minute of one process of a quiet
machine, or a quarter of a minute among the units; a browser's where others go the same ways in less time.
`make test` has 18 minutes on two cores.
"""

from __future__ import annotations

LONG_UNITS = frozenset(
    f"tests/unit/{file}"
    for file in (
        "adapters/test_tracing.py", "demo_models/test_prose.py", "demo_models/test_shapes_tasks.py",
        "domain/test_bounded_check.py", "domain/test_statistics.py", "predictors/text/test_adapters.py",
        "predictors/text/test_formats.py", "predictors/text/test_prefixes.py", "runner/test_tries.py",
        "supervisor/test_broken_predictors.py",
    )
)  # fmt: skip
LONG_FILES = LONG_UNITS | frozenset(
    f"tests/integration/{file}"
    for file in (
        "accounts/test_accounts.py", "accounts/test_closed_server.py", "accounts/test_throttles.py",
        "administration/test_audit.py", "administration/test_links.py", "administration/test_model_memory.py",
        "administration/test_model_reports.py", "administration/test_money_commands.py",
        "administration/test_pausing.py", "administration/test_users.py", "batches/test_batches_api.py",
        "custom/test_batches.py", "database/test_backup.py", "database/test_doctor.py",
        "database/test_migrations.py", "database/test_provider_urls.py", "embedded/test_up.py",
        "engine/test_faults.py", "engine/test_rogue_models.py", "graph/test_fair_queue_api.py",
        "graph/test_frames.py", "graph/test_fuzz.py", "hub/test_downloads.py", "hub/test_end_to_end.py",
        "hub/test_faults.py", "mail/test_invitations.py", "mail/test_password_resets.py",
        "models/test_adapters.py", "models/test_marketplace.py", "models/test_traffic.py",
        "queue/test_roll_ups.py", "rest/test_who_may_what.py", "serving/test_connections.py",
        "serving/test_listeners.py", "single_sign_on/test_accounts.py", "single_sign_on/test_tokens.py",
        "storage/test_contract.py", "storage/test_whole_way.py", "tracing/test_no_collector.py",
        "webhooks/test_webhooks_api.py",
    )
)  # fmt: skip
LONG_BROWSER_TESTS = frozenset(
    {
        *("account", "admin", "batches", "chat", "code", "compare", "create", "experiments", "gallery", "graphiql"),
        *("history", "manage", "model", "pictures", "prediction", "recovery", "restart", "usage"),
    }
)
"""Names of files of web/tests, without `.test.mjs`."""
BROWSER = "tests/web/test_browser.py"


def is_long(nodeid: str) -> bool:
    """Whether a test, by the name that pytest has for it, is left to `make check`."""
    file, _, test = nodeid.partition("::")
    if file == BROWSER:
        return test.partition("[")[2].removesuffix("]") in LONG_BROWSER_TESTS
    return file in LONG_FILES
