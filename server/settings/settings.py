"""All settings together: loading them, and what they need beside each other."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, Sequence
from importlib.metadata import entry_points
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError
from pydantic_settings import SettingsConfigDict

from server.settings.allowed_operations import read_operations
from server.settings.environment import hidden_values, hide
from server.settings.postgres_url import read_postgres_url
from server.settings.topics import (
    MIN_SECRET_LENGTH,
    AccountSettings,
    DatabaseSettings,
    LimitSettings,
    MailSettings,
    ModelSettings,
    ObservabilitySettings,
    RedisSettings,
    ServerSettings,
    SingleSignOnSettings,
    StorageSettings,
    WebhookSettings,
    WorkerSettings,
)
from server.settings.types import ModelCreators, Registration, SmtpSecurity

SERVICES = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY")
MAKE_SECRET = "python -c 'import secrets; print(secrets.token_urlsafe(48))'"  # noqa: S105 - a command, not a secret
MIN_METRICS_TOKEN_LENGTH = 16
MAX_METRICS_OPERATIONS = 200
OPERATION_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,79}")
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\*?", re.ASCII)
PREDICTOR_CLASS = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")
EXPORTERS = "opentelemetry_traces_exporter"


class SettingsError(Exception):
    """The environment holds wrong values; the message names each of them, one a line."""


# pydantic takes the fields of bases from the last to the first, and this is the order in which they are validated
class Settings(
    ObservabilitySettings,
    WebhookSettings,
    StorageSettings,
    ModelSettings,
    WorkerSettings,
    LimitSettings,
    SingleSignOnSettings,
    MailSettings,
    AccountSettings,
    RedisSettings,
    DatabaseSettings,
    ServerSettings,
):
    """The settings; field names in upper case are the environment variables."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True, validate_default=True
    )

    @property
    def sends_mail(self) -> bool:
        """Whether a mail server is configured."""
        return self.smtp_host is not None

    @property
    def users_add_models(self) -> bool:
        """Whether users may add models: as MODEL_CREATORS says, else where not anybody may become a user."""
        if self.model_creators is None:
            return self.registration is Registration.CLOSED
        return self.model_creators is ModelCreators.USERS


def load_settings(*, needs: Sequence[str] = (), **overrides: Any) -> Settings:
    """The settings of this process, those named in `needs` being set.

    Raises:
        SettingsError: naming every wrong and every missing value at once.
    """
    problems: dict[str, str] = {}
    overrides = {name.lower(): value for name, value in hidden_values().items() if value} | overrides
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        problems = {
            str(problem["loc"][0]).upper(): problem["msg"].removeprefix("Value error, ") for problem in error.errors()
        }
        usable = {name.lower(): Settings.model_fields[name.lower()].default for name in problems}
        settings = Settings(**overrides | usable)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f".env: cannot be read: {error}") from None
    for name, message in (*_missing_values(settings, needs), *_inconsistent_values(settings)):
        problems.setdefault(name, message)
    if problems:
        raise SettingsError("\n".join(f"{name}: {message}" for name, message in problems.items()))
    return settings


def hide_secrets() -> None:
    """Take the secrets out of this process's environment, where other processes may read them; settings keep them."""
    hide(_secret_names())


def _secret_names() -> list[str]:
    return [name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)]


def require_services(settings: Settings) -> None:
    """Refuse to start without database, Redis and a strong secret.

    Raises:
        SettingsError: naming everything that is missing at once.
    """
    if missing := list(_missing_values(settings, SERVICES)):
        raise SettingsError("\n".join(f"{name}: {message}" for name, message in missing))


def secret_weakness(secret: str) -> str | None:
    """Why a secret may not be used, or None."""
    if not secret:
        return "is not set"
    if len(secret) < MIN_SECRET_LENGTH:
        return f"has {len(secret)} characters, fewer than {MIN_SECRET_LENGTH}"
    if len(set(secret)) < 10:
        return "repeats too few characters to be random"
    return None


def _missing_values(settings: Settings, needs: Sequence[str]) -> Iterator[tuple[str, str]]:
    if "DATABASE_URL" in needs and settings.database_url is None:
        yield "DATABASE_URL", "is not set; give a PostgreSQL URL, or use `inference-server up`"
    if "REDIS_URL" in needs and settings.redis_dsn is None:
        yield "REDIS_URL", "is not set; give a Redis URL, or use `inference-server up`"
    secret = settings.secret_key.get_secret_value() if settings.secret_key else ""
    if (weakness := secret_weakness(secret)) and (secret or "SECRET_KEY" in needs):
        yield "SECRET_KEY", f"{weakness}; make one with: {MAKE_SECRET}"


def _inconsistent_values(settings: Settings) -> Iterator[tuple[str, str]]:
    """Names and sentences of what does not fit together, in the order of the topics."""
    yield from _address_problems(settings)
    yield from _database_problems(settings)
    if settings.allowed_operations is not None:
        try:
            read_operations(settings.allowed_operations)
        except (OSError, ValueError) as error:
            yield "ALLOWED_OPERATIONS", f"cannot be read: {str(error).splitlines()[0]}"

    weaknesses = [secret_weakness(key.get_secret_value()) for key in settings.secret_keys_old]
    if weakness := next(filter(None, weaknesses), None):
        yield "SECRET_KEYS_OLD", f"one of them {weakness}"

    rates = {"RATE_LIMIT_USER": settings.rate_limit_user, "RATE_LIMIT_ADDRESS": settings.rate_limit_address}
    for name, points in rates.items():
        if 0 < points < settings.max_query_cost:
            yield name, "must be 0 or at least MAX_QUERY_COST; else the most expensive operation could never run"

    if settings.max_response_bytes < settings.max_output_text_bytes:
        yield "MAX_RESPONSE_BYTES", "must be at least MAX_OUTPUT_TEXT_BYTES; else the largest output could not be read"
    if settings.response_memory_bytes < 2 * settings.max_response_bytes:
        yield "RESPONSE_MEMORY_BYTES", "must be at least twice MAX_RESPONSE_BYTES; else the largest answer has no room"
    if settings.heartbeat_seconds * 2 > settings.lease_seconds:
        yield "HEARTBEAT_SECONDS", "must be at most half of LEASE_SECONDS"
    malformed = [name for name in settings.custom_predictors if not PREDICTOR_CLASS.fullmatch(name)]
    if malformed:
        yield "CUSTOM_PREDICTORS", f"{', '.join(map(repr, malformed))}: not of the form package.module:Class"

    malformed = [name for name in settings.runner_environment if not VARIABLE.fullmatch(name)]
    if malformed:
        yield "RUNNER_ENVIRONMENT", f"{', '.join(map(repr, malformed))}: not names of variables, or a beginning and *"
    own = {name.upper() for name in _secret_names()} | {
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
    }
    if refused := [name for name in settings.runner_environment if fnmatch.filter(own, name.upper())]:
        yield "RUNNER_ENVIRONMENT", f"{', '.join(refused)}: has secrets of the server, which no model may read"

    yield from _mail_problems(settings)
    yield from _single_sign_on_problems(settings)

    if settings.storage_type == "s3" and not settings.s3_bucket:
        yield "S3_BUCKET", "is not set; STORAGE_TYPE=s3 needs it"
    if settings.s3_public_endpoint_url and not settings.s3_endpoint_url:
        yield (
            "S3_PUBLIC_ENDPOINT_URL",
            "needs S3_ENDPOINT_URL, the address by which the server itself reaches the store",
        )
    yield from _observability_problems(settings)


def _address_problems(settings: Settings) -> Iterator[tuple[str, str]]:
    public_path = urlsplit(settings.public_url or "").path.rstrip("/")
    if settings.public_url and settings.root_path not in ("", public_path):
        yield "PUBLIC_URL", f"must end with ROOT_PATH ({settings.root_path}), or ROOT_PATH be unset"


def _database_problems(settings: Settings) -> Iterator[tuple[str, str]]:
    if settings.database_url and (problem := read_postgres_url(settings.database_url.get_secret_value()).problem()):
        yield "DATABASE_URL", problem


def _mail_problems(settings: Settings) -> Iterator[tuple[str, str]]:
    if settings.smtp_host is None:
        return
    if settings.mail_from is None:
        yield "MAIL_FROM", "is not set; SMTP_HOST needs it"
    if settings.public_url is None:
        # What a request calls this server is its sender's choice, and would lead readers of mail elsewhere
        yield "PUBLIC_URL", "is not set; SMTP_HOST needs it, for links in mail"
    if settings.smtp_password and settings.smtp_user is None:
        yield "SMTP_USER", "is not set; SMTP_PASSWORD needs it"
    is_near = settings.smtp_host in {"localhost", "127.0.0.1", "::1"}
    if settings.smtp_user is not None and settings.smtp_security is SmtpSecurity.NONE and not is_near:
        yield "SMTP_SECURITY", "must be starttls or tls; else SMTP_PASSWORD could be read on its way"


def _single_sign_on_problems(settings: Settings) -> Iterator[tuple[str, str]]:
    if settings.oidc_issuer is None:
        return
    if settings.oidc_client_id is None:
        yield "OIDC_CLIENT_ID", "is not set; OIDC_ISSUER needs it"
    if settings.public_url is None:
        yield "PUBLIC_URL", "is not set; OIDC_ISSUER needs it, to come back to"
    if "openid" not in settings.oidc_scopes.split():
        yield "OIDC_SCOPES", "must have openid among them"


def _observability_problems(settings: Settings) -> Iterator[tuple[str, str]]:
    token = settings.metrics_token.get_secret_value() if settings.metrics_token else ""
    if token and (len(token) < MIN_METRICS_TOKEN_LENGTH or not token.isascii() or not token.isprintable()):
        yield "METRICS_TOKEN", f"must be at least {MIN_METRICS_TOKEN_LENGTH} printable ASCII characters"
    if settings.worker_metrics_port is not None and not token:
        yield "WORKER_METRICS_PORT", "needs METRICS_TOKEN"
    malformed = sorted(name for name in settings.metrics_operations if not OPERATION_NAME.fullmatch(name))
    if malformed:
        yield "METRICS_OPERATIONS", f"{', '.join(map(repr, malformed))}: not names of GraphQL operations"
    elif len(settings.metrics_operations) > MAX_METRICS_OPERATIONS:
        yield "METRICS_OPERATIONS", f"has more than {MAX_METRICS_OPERATIONS} names"
    for exporter in settings.trace_exporters:
        if entry_points(group=EXPORTERS, name=exporter):
            continue
        if exporter in {"otlp_proto_http", "console"}:
            message = "traces need packages that are not installed; pip install 'inference-server[otel]'"
        elif exporter == "otlp_proto_grpc":
            message = "OTLP over gRPC needs a package that is not installed; "
            message += "pip install opentelemetry-exporter-otlp-proto-grpc"
        else:
            message = f"no exporter {exporter!r} is installed"
        yield "OTEL_TRACES_EXPORTER", message
