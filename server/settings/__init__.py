"""Every setting of the product, read from the environment and `.env`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import SettingsConfigDict

from server.domain.addresses import Opening, opening, parse_openings
from server.domain.callers import proxy_network
from server.settings import urls
from server.settings.edge import EdgeSettings
from server.settings.operations import OperationsSettings
from server.settings.rules import MIN_SECRET_LENGTH, inconsistent_values, missing_values
from server.settings.types import (
    AbsolutePath,
    Blankable,
    HttpUrl,
    ModelCreators,
    Registration,
    StorageType,
    absolute,
    hidden,
    listed,
    split,
)

SERVICES = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY")


class SettingsError(Exception):
    """The environment holds wrong values; the message names each of them, one a line."""


class Settings(EdgeSettings, OperationsSettings):
    """The settings; field names in upper case are the environment variables."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True, validate_default=True
    )

    api_host: str = Field("127.0.0.1", description="Address the API listens on.")
    api_port: int = Field(8000, ge=0, le=65535, description="Port the API listens on; 0 takes a free one.")
    public_url: HttpUrl = Field(
        None,
        description="Base URL that clients reach the API at, used in file links; unset: what each request was sent to.",
    )
    allowed_origins: Annotated[str, listed(urls.origin)] = Field(
        "", description="Comma-separated foreign Origins that may open WebSockets or use CORS."
    )
    trusted_proxies: Annotated[str, listed(proxy_network)] = Field(
        "",
        description="Comma-separated addresses or networks of your reverse proxies, whose X-Forwarded-For and "
        "X-Forwarded-Proto are believed; nobody else's are.",
    )
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="Least severe level logged.")

    database_url: Annotated[SecretStr | None, Blankable, hidden(urls.postgres_url)] = Field(
        None, description="PostgreSQL >= 14, as postgresql://user:password@host:port/database."
    )
    redis_url: Annotated[SecretStr | None, Blankable, hidden(urls.redis_url)] = Field(
        None, description="Redis >= 6.2, as redis://host:port/0."
    )
    redis_host: Annotated[str | None, Blankable] = Field(None, description="Redis host, where REDIS_URL is not set.")
    redis_port: int = Field(6379, ge=1, le=65535, description="Redis port, where REDIS_URL is not set.")
    database_pool_size: int = Field(10, ge=1, le=200, description="Most PostgreSQL connections of one process.")

    secret_key: Annotated[SecretStr | None, Blankable] = Field(
        None, description=f"Signs access tokens and file links, seals secrets; at least {MIN_SECRET_LENGTH} characters."
    )
    secret_keys_old: Annotated[SecretStr | None, Blankable] = Field(
        None,
        description="Comma-separated former SECRET_KEYs; what they signed or sealed is still taken, nothing new is.",
    )
    access_token_seconds: int = Field(900, ge=60, le=86_400, description="Life of an access token.")
    refresh_token_seconds: int = Field(
        2_592_000, ge=300, le=31_536_000, description="How long a session lasts without being refreshed."
    )
    registration: Registration = Field(Registration.OPEN, description="`open`: anybody may register; `closed`: nobody.")
    registrations_per_hour: int = Field(
        20, ge=0, description="Accounts that one address may register within an hour; 0: no limit."
    )
    login_account_per_minute: int = Field(
        10, ge=0, description="Wrong passwords that may be tried on one account within a minute; 0: no limit."
    )
    login_address_per_minute: int = Field(
        30, ge=0, description="Sign-ins that one address may try within a minute; 0: no limit."
    )
    model_creators: ModelCreators = Field(
        ModelCreators.USERS, description="Who may add models and versions: `users` or `admins`."
    )
    anonymous_predictions: bool = Field(True, description="Allow predictions on public models without an account.")
    anonymous_predictions_per_minute: int = Field(
        30, ge=0, description="Predictions without an account from one address within a minute; 0: no limit."
    )

    data_dir: AbsolutePath = Field(Path(".data"), description="Folder of embedded servers, files and the model cache.")
    storage_type: StorageType = Field(StorageType.LOCAL, description="Where output files go: `local` or `s3`.")
    storage_dir: Annotated[Path | None, Blankable] = Field(
        None, description="Folder of local files; default DATA_DIR/files."
    )
    s3_bucket: Annotated[str | None, Blankable] = Field(
        None,
        description="Bucket of files, for STORAGE_TYPE=s3; credentials as botocore finds them (AWS_ACCESS_KEY_ID ...).",
    )
    s3_prefix: str = Field("", description="Prefix of every key in the bucket.")
    s3_region: Annotated[str | None, Blankable] = Field(None, description="Region of the bucket.")
    s3_endpoint_url: HttpUrl = Field(None, description="Endpoint of an S3-compatible store.")
    file_url_seconds: int = Field(900, ge=10, le=604_800, description="Life of a signed file link.")

    max_input_bytes: int = Field(
        100_000_000, ge=1, description="Most bytes of an uploaded file, and of all input files of one prediction."
    )
    max_image_pixels: int = Field(50_000_000, ge=1, description="Most pixels of a picture among the input files.")
    max_uploads: int = Field(100, ge=0, description="Uploads that one user may have at once.")
    upload_seconds: int = Field(86_400, ge=60, le=31_536_000, description="How long an upload can be used.")
    prediction_retention_seconds: Annotated[int | None, Blankable] = Field(
        None, ge=60, description="How long input, output, files and logs of ended predictions are kept; unset: always."
    )
    result_cache_seconds: int = Field(
        86_400, ge=0, description="How long equal predictions that ask for it may take one result; 0: never."
    )
    file_sweep_seconds: float = Field(
        3600, ge=1, description="How often each worker looks for files that belong to no prediction or upload."
    )
    stray_file_seconds: float = Field(
        86_400, ge=1, description="Age at which those are removed; databases must not share a STORAGE_DIR or S3_PREFIX."
    )
    max_output_bytes: int = Field(
        256_000_000, ge=1, description="Most bytes of the output files of one prediction, together."
    )
    max_output_text_bytes: int = Field(
        32_000_000, ge=1, le=200_000_000, description="Most bytes of the text or JSON that one prediction gives out."
    )

    model_root: Annotated[Path | None, Blankable] = Field(
        None, description="Only folders below this one may be added as local models; unset allows none."
    )
    model_cache_dir: Annotated[Path | None, Blankable] = Field(
        None, description="Folder of downloaded snapshots; default DATA_DIR/models."
    )
    model_max_bytes: int = Field(50_000_000_000, ge=1, description="Largest model that may be added, in bytes.")
    model_cache_max_bytes: int = Field(200_000_000_000, ge=1, description="Most bytes of downloaded snapshots kept.")
    hf_token: Annotated[SecretStr | None, Blankable] = Field(
        None, description="HuggingFace token for gated repositories."
    )
    hf_endpoint: HttpUrl = Field(None, description="Another HuggingFace endpoint, such as a mirror.")

    enable_gpu: bool = Field(True, description="Use CUDA or MPS where present; off runs everything on the CPU.")
    require_gpu: bool = Field(
        False, description="Run nothing where CUDA is not to be had; `worker --devices cuda` sets it."
    )
    runner_threads: int = Field(
        0,
        ge=0,
        le=1024,
        description="CPU threads of a model; 0: torch's choice, or 1 on one or two cores.",
    )
    model_cache_bytes: Annotated[int | None, Blankable] = Field(
        None,
        ge=1,
        description="Bytes that loaded models may fill on a device; unset: 80 % of what is free.",
    )
    model_idle_seconds: float = Field(0, ge=0, description="Unload a model that was not used for so long; 0: never.")
    pinned_models: Annotated[str, listed(urls.model_slug)] = Field(
        "", description="Comma-separated models, as owner/name, that are never unloaded to make room."
    )
    custom_predictors: str = Field(
        "",
        description="Comma-separated classes of your own that run models, as package.module:Class.",
    )
    text_slots: int = Field(32, ge=1, le=1024, description="Text predictions that one worker runs at once.")
    image_slots: int = Field(4, ge=1, le=64, description="Image predictions that one worker runs at once.")
    custom_slots: int = Field(4, ge=1, le=1024, description="Custom predictions that one worker runs at once.")
    lease_seconds: float = Field(30, ge=1, le=600, description="How long a claim lasts without a heartbeat.")
    heartbeat_seconds: float = Field(10, ge=0.2, le=200, description="How often a worker renews its claims.")
    claim_poll_seconds: float = Field(5, ge=0.1, le=60, description="How often a worker looks for work without a bell.")
    warm_wait_seconds: float = Field(
        2, ge=0, le=60, description="How long a prediction waits for a worker that has its model loaded already."
    )
    recovery_seconds: float = Field(5, ge=0.2, le=60, description="How often each process looks for lost work.")
    max_losses: int = Field(3, ge=1, le=20, description="Times that a prediction may lose its worker before it fails.")
    cancel_grace_seconds: float = Field(10, ge=0.5, le=120, description="Time a model has to heed a cancel.")
    runner_silence_seconds: float = Field(
        60, ge=2, le=3600, description="How long a model's process may answer nothing before it is killed and replaced."
    )
    shutdown_grace_seconds: float = Field(30, ge=0, le=600, description="Time that running work has at SIGTERM.")
    prediction_seconds: float = Field(1800, ge=1, description="Longest run of one prediction.")

    webhook_allow: Annotated[str, listed(opening)] = Field(
        "",
        description="Comma-separated network:port (or *) that webhooks may reach though not public: 10.0.0.0/8:8080.",
    )
    webhook_slots: int = Field(32, ge=1, le=1024, description="Predictions whose webhooks one worker sends at once.")
    webhook_timeout_seconds: float = Field(
        15, ge=0.1, le=60, description="Time that a webhook's receiver has to answer."
    )
    webhook_retention_seconds: float = Field(
        2_592_000, ge=60, description="How long webhook deliveries are kept after their last change."
    )

    @cached_property
    def older_secrets(self) -> tuple[str, ...]:
        """The former secrets."""
        return split(self.secret_keys_old.get_secret_value() if self.secret_keys_old else "")

    @cached_property
    def redis_dsn(self) -> str | None:
        """The Redis URL, from REDIS_URL or REDIS_HOST and REDIS_PORT."""
        if self.redis_url:
            return self.redis_url.get_secret_value()
        return f"redis://{self.redis_host}:{self.redis_port}/0" if self.redis_host else None

    @cached_property
    def origins(self) -> tuple[str, ...]:
        """The foreign Origins that may talk to the API."""
        return split(self.allowed_origins)

    @cached_property
    def proxies(self) -> tuple[str, ...]:
        """The reverse proxies that are believed."""
        return split(self.trusted_proxies)

    @cached_property
    def predictors(self) -> tuple[str, ...]:
        """The classes, as module:Class, that run models beside the built-in ones."""
        return split(self.custom_predictors)

    @cached_property
    def pinned(self) -> frozenset[str]:
        """The models, as owner/name, that stay loaded."""
        return frozenset(split(self.pinned_models))

    @cached_property
    def openings(self) -> tuple[Opening, ...]:
        """What webhooks may reach though it is not public."""
        return parse_openings(self.webhook_allow)

    @cached_property
    def files_dir(self) -> Path:
        """Folder of local output files."""
        return absolute(self.storage_dir or self.data_dir / "files")

    @cached_property
    def snapshots_dir(self) -> Path:
        """Folder of downloaded model snapshots."""
        return absolute(self.model_cache_dir or self.data_dir / "models")


def load_settings(*, needs: Sequence[str] = (), **overrides: Any) -> Settings:
    """The settings of this process, those named in `needs` being set.

    Raises:
        SettingsError: naming every wrong and every missing value at once.
    """
    problems: dict[str, str] = {}
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        problems = {
            str(wrong["loc"][0]).upper(): wrong["msg"].removeprefix("Value error, ") for wrong in error.errors()
        }
        usable = {name.lower(): Settings.model_fields[name.lower()].default for name in problems}
        settings = Settings(**overrides | usable)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f".env: cannot be read: {error}") from None
    for name, message in (*missing_values(settings, needs), *inconsistent_values(settings)):
        problems.setdefault(name, message)
    if problems:
        raise SettingsError("\n".join(f"{name}: {message}" for name, message in problems.items()))
    return settings


def require_services(settings: Settings) -> None:
    """Refuse to start without database, Redis and a strong secret.

    Raises:
        SettingsError: naming everything that is missing at once.
    """
    if missing := list(missing_values(settings, SERVICES)):
        raise SettingsError("\n".join(f"{name}: {message}" for name, message in missing))
