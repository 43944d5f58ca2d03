"""The settings, one class a topic; the first line of each docstring is the topic's heading on the page."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings

from server.settings import urls
from server.settings.postgres_url import read_postgres_url
from server.settings.redis_url import name_prefix, read_namespace
from server.settings.types import (
    AbsolutePath,
    Aliases,
    Blankable,
    Folders,
    HttpUrl,
    LogFormat,
    ModelCreators,
    ModelSlugs,
    Names,
    NameSet,
    Openings,
    Origins,
    ProxyNetworks,
    Registration,
    RootPath,
    S3Addressing,
    Secrets,
    Sender,
    SmtpSecurity,
    StorageType,
    below_data_dir,
    hidden,
)

MIN_SECRET_LENGTH = 32
UNSET: Any = None


class ServerSettings(BaseSettings):
    """Server"""

    api_host: str = Field(
        "127.0.0.1",
        description="Address the API listens on: `::` is all, `0.0.0.0` all of IPv4, `unix:/path` a socket.",
    )
    api_port: int = Field(8000, ge=0, le=65535, description="Port the API listens on; 0 picks a free one.")
    public_url: HttpUrl = Field(
        None,
        description="Base URL under which clients reach the API, used in file links; "
        "if unset, the address of each request.",
    )
    root_path: RootPath = Field(
        "",
        description="Path below which a proxy serves the API, as `/ai`; if unset, that of PUBLIC_URL.",
    )
    allowed_origins: Origins = Field(
        (), description="Comma-separated origins of other sites whose pages may use the API (CORS and WebSockets)."
    )
    trusted_proxies: ProxyNetworks = Field(
        (),
        description="Comma-separated addresses, networks or `unix`: proxies whose X-Forwarded headers are trusted.",
    )
    data_dir: AbsolutePath = Field(
        Path(".data"), description="Folder of the embedded servers, and of files and models unless set elsewhere."
    )
    lame_duck_seconds: float = Field(
        5,
        ge=0,
        le=600,
        description="How long an API still serves after SIGTERM, while `/health/ready` says that it stops.",
    )
    introspection: bool = Field(True, description="Let clients read the GraphQL schema; GraphiQL needs it.")
    suggestions: bool = Field(True, description="Let errors suggest names of the schema: `Did you mean ...?`.")
    allowed_operations: Annotated[Path | None, Blankable] = Field(
        None, description="GraphQL file with the only operations that clients may send; if unset, any operation."
    )

    @cached_property
    def base_path(self) -> str:
        """What the paths of addresses begin with, as clients see them: `/ai`, or nothing."""
        return self.root_path or urlsplit(self.public_url or "").path.rstrip("/")


class DatabaseSettings(BaseSettings):
    """Database"""

    database_url: Annotated[SecretStr | None, Blankable, hidden(read_postgres_url)] = Field(
        None,
        description="PostgreSQL 14 or newer, as postgresql://user:password@host:port/database; or host:port,host:port.",
    )
    database_pool_size: int = Field(10, ge=1, le=200, description="Maximum PostgreSQL connections of one process.")


class RedisSettings(BaseSettings):
    """Redis"""

    redis_url: Annotated[SecretStr | None, Blankable, hidden(urls.redis_url)] = Field(
        None,
        description="Redis 6.2 or newer, as redis://host:port/0; or redis+sentinel://host1,host2/name/0, redis+cluster://host1,host2.",
    )
    redis_namespace: Annotated[str, AfterValidator(read_namespace)] = Field(
        "",
        description="What names on Redis begin with, so that installations can share one; if unset, nothing.",
    )
    redis_host: Annotated[str | None, Blankable] = Field(None, description="Redis host, if REDIS_URL is unset.")
    redis_port: int = Field(6379, ge=1, le=65535, description="Redis port, if REDIS_URL is unset.")

    @cached_property
    def redis_dsn(self) -> str | None:
        """The Redis URL, from REDIS_URL or REDIS_HOST and REDIS_PORT."""
        if self.redis_url:
            return self.redis_url.get_secret_value()
        return f"redis://{self.redis_host}:{self.redis_port}/0" if self.redis_host else None

    @cached_property
    def redis_prefix(self) -> str:
        """What every key and channel on Redis begins with; "" where nothing says so."""
        return name_prefix(self.redis_dsn, self.redis_namespace) if self.redis_dsn else ""


class AccountSettings(BaseSettings):
    """Accounts"""

    secret_key: Annotated[SecretStr | None, Blankable] = Field(
        None,
        description="Random secret that signs access tokens and file links and encrypts stored secrets; "
        f"at least {MIN_SECRET_LENGTH} characters.",
    )
    secret_keys_old: Secrets = Field(
        (),
        description="Comma-separated former SECRET_KEYs; what they signed or encrypted stays valid.",
    )
    registration: Registration = Field(
        Registration.OPEN, description="`open`: anyone may register; `closed`: no one may."
    )
    model_creators: Annotated[ModelCreators | None, Blankable] = Field(
        None,
        description="Who may add models: `users` or `admins`; if unset, admins while anyone may register, else users.",
    )
    anonymous_predictions: bool = Field(True, description="Allow predictions on public models without an account.")
    access_token_seconds: int = Field(900, ge=60, le=86_400, description="Lifetime of an access token.")
    refresh_token_seconds: int = Field(
        2_592_000, ge=300, le=31_536_000, description="How long a session lasts after it was last refreshed."
    )
    invitation_seconds: int = Field(
        604_800, ge=300, le=31_536_000, description="How long the link of an invitation can be used."
    )
    password_reset_seconds: int = Field(
        3600, ge=60, le=86_400, description="How long the link that sets another password can be used."
    )


class MailSettings(BaseSettings):
    """Mail"""

    smtp_host: Annotated[str | None, Blankable] = Field(
        None,
        description="Host of the mail server (SMTP) for invitations and password resets; if unset, no mail is sent.",
    )
    smtp_port: int = Field(587, ge=1, le=65_535, description="Port of the mail server; usually 587, or 465 with `tls`.")
    smtp_security: SmtpSecurity = Field(
        SmtpSecurity.STARTTLS,
        description="`starttls`, `tls` (from the first byte on), or `none`; never less than what is set.",
    )
    smtp_user: Annotated[str | None, Blankable] = Field(
        None, description="User of the mail server; if unset, mail is sent without signing in there."
    )
    smtp_password: Annotated[SecretStr | None, Blankable] = Field(None, description="Password of SMTP_USER.")
    mail_from: Sender = Field(
        None, description="Whom mail is from, as `name@host` or `Some Name <name@host>`; needed with SMTP_HOST."
    )
    smtp_seconds: float = Field(
        30, ge=0.5, le=600, description="Time that the mail server has to take one mail, from connecting on."
    )
    password_resets_per_hour: int = Field(
        5, ge=0, description="Password resets that may be asked for one e-mail address per hour; 0: no limit."
    )
    password_resets_address_per_hour: int = Field(
        20, ge=0, description="The same from one network address, for whatever e-mail addresses; 0: no limit."
    )


class SingleSignOnSettings(BaseSettings):
    """Single sign-on"""

    oidc_issuer: HttpUrl = Field(
        None,
        description="Issuer of an OpenID Connect provider, exactly as its discovery document names it; if unset, off.",
    )
    oidc_client_id: Annotated[str | None, Blankable] = Field(None, description="Client id of this server there.")
    oidc_client_secret: Annotated[SecretStr | None, Blankable] = Field(
        None, description="Client secret of this server there; if unset, it is a public client (PKCE alone)."
    )
    oidc_name: str = Field(
        "single sign-on", min_length=1, max_length=60, description="What the button says: `Sign in with ...`."
    )
    oidc_scopes: str = Field("openid email profile", description="Scopes to ask for, with spaces between them.")
    oidc_registration: bool = Field(
        True, description="Make an account for whoever signs in there and has none, whatever REGISTRATION says."
    )
    oidc_link_by_email: bool = Field(
        False,
        description="Let who signs in there take over the account with their verified e-mail address; see accounts.md.",
    )
    oidc_assume_email_verified: bool = Field(
        False,
        description="Take e-mail addresses as verified where the provider does not say so.",
    )
    oidc_allowed_domains: NameSet = Field(
        frozenset(), description="Comma-separated domains of e-mail addresses that may sign in there; if unset, all."
    )
    oidc_group_claim: str = Field("groups", description="Claim that lists the groups of whoever signs in.")
    oidc_admin_group: Annotated[str | None, Blankable] = Field(
        None,
        description="Group whose members are administrators, and others not, as of each sign-in; unset: no change.",
    )
    oidc_seconds: float = Field(10, ge=0.5, le=60, description="Time that the provider has to answer each request.")


class LimitSettings(BaseSettings):
    """Limits"""

    max_query_cost: int = Field(5000, ge=1, description="Maximum cost of one GraphQL operation, in points.")
    max_response_bytes: int = Field(
        40_000_000,
        ge=100_000,
        description="Maximum bytes of an answer or an event; at least MAX_OUTPUT_TEXT_BYTES.",
    )
    response_memory_bytes: int = Field(
        400_000_000,
        ge=200_000,
        description="Maximum bytes of all answers under way in one API process; at least twice MAX_RESPONSE_BYTES.",
    )
    rate_limit_user: int = Field(120_000, ge=0, description="Points that a user may spend per minute; 0: no limit.")
    rate_limit_address: int = Field(
        60_000, ge=0, description="Points that an address may spend per minute without signing in; 0: no limit."
    )
    registrations_per_hour: int = Field(
        20, ge=0, description="Accounts that one address may register per hour; 0: no limit."
    )
    login_account_per_minute: int = Field(
        10, ge=0, description="Wrong passwords allowed for one account per minute; 0: no limit."
    )
    login_address_per_minute: int = Field(
        30, ge=0, description="Sign-in attempts allowed from one address per minute; 0: no limit."
    )
    anonymous_predictions_per_minute: int = Field(
        30, ge=0, description="Predictions that one address may create per minute without an account; 0: no limit."
    )
    model_reports_per_hour: int = Field(
        10, ge=0, description="Reports of models that one user may send per hour; 0: no limit."
    )
    max_sockets: int = Field(5000, ge=1, description="Maximum open WebSockets of one API process.")
    max_sockets_per_address: int = Field(
        1000, ge=1, description="Maximum open WebSockets from one address to one API process."
    )
    max_subscriptions: int = Field(
        20_000, ge=1, description="Maximum operations over WebSockets and streams of events in one API process."
    )
    max_subscriptions_per_user: int = Field(
        1000,
        ge=1,
        description="The same for one user, or for one address without an account.",
    )
    max_subscriptions_per_socket: int = Field(20, ge=1, description="Maximum operations running over one WebSocket.")
    socket_idle_seconds: float = Field(
        600, ge=0.1, description="Close a WebSocket after no operation ran over it for this long."
    )
    max_connections: int = Field(
        10_000,
        ge=16,
        le=1_000_000,
        description="Maximum open connections of one API process, WebSockets included.",
    )
    max_connections_per_address: int = Field(
        2000,
        ge=1,
        description="Maximum open connections from one address to one API process, but for TRUSTED_PROXIES.",
    )
    max_header_bytes: int = Field(
        32_768, ge=1024, le=1_000_000, description="Maximum size of the line and the headers of a request."
    )
    header_seconds: float = Field(
        10, ge=0.1, le=600, description="Time that a client has to send the headers of a request."
    )
    body_seconds: float = Field(
        20,
        ge=0.1,
        le=3600,
        description="Time that a client has to send a body, beside a second for each BODY_BYTES_PER_SECOND.",
    )
    body_bytes_per_second: float = Field(500, ge=1, description="Lowest speed of a request's body, after BODY_SECONDS.")
    max_input_bytes: int = Field(
        100_000_000, ge=1, description="Maximum size of an uploaded file, and of all input files of one prediction."
    )
    max_image_pixels: int = Field(50_000_000, ge=1, description="Maximum pixels of an input image.")
    max_uploads: int = Field(100, ge=0, description="Maximum uploads that one user may hold at a time.")
    max_output_bytes: int = Field(
        256_000_000, ge=1, description="Maximum total size of the output files of one prediction."
    )
    max_output_text_bytes: int = Field(
        32_000_000, ge=1, le=200_000_000, description="Maximum size of the text or JSON output of one prediction."
    )
    max_new_tokens: int = Field(
        131_072,
        ge=1,
        le=131_072,
        description="Maximum of `max_new_tokens` of text models; where it went down, more is refused.",
    )
    max_waiting_predictions: int = Field(
        10_000,
        ge=0,
        description="Maximum predictions of one user, or of one address without an account, that wait; 0: no limit.",
    )
    currency: str = Field(
        "USD",
        pattern="^[A-Z]{3}$",
        description="Currency of prices and costs (ISO 4217); after a change, set the prices anew.",
    )
    max_batches: int = Field(100, ge=1, le=10_000, description="Maximum batches of one user that have not ended.")
    max_batch_items: int = Field(
        100_000, ge=1, le=1_000_000, description="Maximum items of one batch; those of a file are its lines."
    )
    batch_window: int = Field(
        1000,
        ge=1,
        le=100_000,
        description="Predictions of one batch that wait or run at a time; more are made of its input as they end.",
    )
    storage_bytes_per_user: int = Field(
        10_000_000_000, ge=0, description="Bytes of inputs, outputs and files that one user may store; 0: no limit."
    )
    storage_bytes_per_address: int = Field(
        1_000_000_000, ge=0, description="The same for one address, or IPv6 /64, without an account; 0: no limit."
    )
    event_bytes_per_owner: int = Field(
        64_000_000,
        ge=0,
        description="Redis memory for events of one user, or of one network without an account; 0: no limit.",
    )
    prediction_seconds: float = Field(1800, ge=1, description="Stop a prediction that runs for longer than this.")


class WorkerSettings(BaseSettings):
    """Workers"""

    enable_gpu: bool = Field(True, description="Use CUDA or MPS if present; `false` runs everything on the CPU.")
    require_gpu: bool = Field(False, description="Refuse to start without CUDA; `worker --devices cuda` sets this.")
    text_slots: int = Field(32, ge=1, le=1024, description="Text predictions that one worker runs at the same time.")
    image_slots: int = Field(4, ge=1, le=64, description="Image predictions that one worker runs at the same time.")
    custom_slots: int = Field(4, ge=1, le=1024, description="Custom predictions that one worker runs at the same time.")
    custom_predictors: Names = Field(
        (), description="Comma-separated predictor classes of your own, as package.module:Class."
    )
    reload_predictors: bool = Field(
        True, description="Load classes of CUSTOM_PREDICTORS anew when their files change, as new versions."
    )
    runner_threads: int = Field(
        0, ge=0, le=1024, description="CPU threads of a model; 0: torch decides, or 1 on a machine of one or two cores."
    )
    contain_runner: bool = Field(
        True, description="Raise walls around model processes, which then read only models and inputs; see security.md."
    )
    runner_user: Annotated[str | None, Blankable] = Field(
        None,
        description="User (name or number) that model processes run as; if unset, an unused number where the "
        "worker may change it.",
    )
    runner_network: bool = Field(
        False, description="Let model processes open network connections, which custom classes may need."
    )
    runner_environment: Names = Field(
        (),
        description="Comma-separated variables that model processes get too, such as `PYTORCH_*`; "
        "never the server's secrets.",
    )
    runner_readable: Folders = Field(
        (), description="Comma-separated folders that model processes may read too, such as weights of custom classes."
    )
    runner_writable: Folders = Field((), description="Comma-separated folders that model processes may write too.")
    runner_memory_bytes: Annotated[int | None, Blankable] = Field(
        None, ge=1, description="Maximum memory of a model process outside of its device; if unset, no limit."
    )
    runner_file_bytes: int = Field(
        4_000_000_000, ge=1, description="Maximum size of a file that a model process writes in its scratch folder."
    )
    shutdown_grace_seconds: float = Field(
        30, ge=0, le=600, description="Time that running predictions get to finish after SIGTERM."
    )
    cancel_grace_seconds: float = Field(
        10, ge=0.5, le=120, description="Time that a model gets to stop after a cancel; then its process is killed."
    )
    runner_silence_seconds: float = Field(
        60, ge=2, le=3600, description="Kill and replace a model process that does not answer for this long."
    )
    lease_seconds: float = Field(
        30, ge=1, le=600, description="How long a claim lasts without a heartbeat; then another worker takes over."
    )
    heartbeat_seconds: float = Field(
        10, ge=0.2, le=200, description="How often a worker renews its claims; at most half of LEASE_SECONDS."
    )
    claim_poll_seconds: float = Field(
        5, ge=0.1, le=60, description="How often a worker looks for work when nothing woke it."
    )
    warm_wait_seconds: float = Field(
        2, ge=0, le=60, description="How long a prediction waits for a worker that has its model loaded."
    )
    fair_window_seconds: float = Field(
        5,
        ge=0,
        le=3600,
        description="Seconds of its owner's share by which a prediction may overtake where its model is loaded.",
    )
    starve_seconds: float = Field(
        600,
        ge=1,
        le=604_800,
        description="What has waited so long goes first with one of every eight that begin, whoever's share it is of.",
    )
    recovery_seconds: float = Field(
        5, ge=0.2, le=60, description="How often each process looks for predictions whose worker died."
    )
    max_losses: int = Field(
        3, ge=1, le=20, description="A prediction fails after its worker died this many times while running it alone."
    )


class ModelSettings(BaseSettings):
    """Models"""

    openai_aliases: Aliases = Field(
        {},
        description="Comma-separated names of models for OpenAI's clients, as `alias=owner/name` or "
        "`alias=owner/name:2`.",
    )

    hf_token: Annotated[SecretStr | None, Blankable] = Field(
        None, description="Hugging Face token, needed for gated repositories."
    )
    hf_endpoint: HttpUrl = Field(None, description="Another Hugging Face endpoint, such as a mirror.")
    model_root: Annotated[Path | None, Blankable] = Field(
        None, description="Folder whose subfolders may be added as local models; if unset, local models are off."
    )
    config_root: Annotated[Path | None, Blankable] = Field(
        None,
        description="Folder of pipelines' configurations, in `owner/name` as on the hub, for checkpoints of one file; "
        "unset: none.",
    )
    model_cache_dir: Annotated[AbsolutePath, below_data_dir("models")] = Field(
        UNSET, description="Folder of downloaded models; if unset, DATA_DIR/models."
    )
    model_cache_max_bytes: int = Field(
        200_000_000_000,
        ge=1,
        description="Maximum size of the downloaded models; the least recently used go, none that is in use.",
    )
    model_max_bytes: int = Field(50_000_000_000, ge=1, description="Maximum size of a model that is added.")
    prepare_slots: int = Field(
        4, ge=2, le=64, description="Versions that one worker prepares at the same time, half of them of one owner."
    )
    prepare_seconds: float = Field(
        14_400,
        ge=1,
        description="Break off a preparation after this; a download goes on later, what cannot be read is refused.",
    )
    prepare_retry_seconds: float = Field(
        21_600,
        ge=0,
        description="Try a version again for this long, then refuse it; a hub or disk that fails is waited for.",
    )
    download_stall_seconds: float = Field(
        60,
        ge=1,
        le=3600,
        description="Break off a download that gets less than a megabyte in this time; it is continued later.",
    )
    inspect_seconds: float = Field(
        120, ge=1, le=3600, description="Time that reading a new version's configuration and tokenizer may take."
    )
    inspect_memory_bytes: int = Field(
        6_000_000_000, ge=1_000_000_000, description="Memory that the process may use which reads a new version."
    )
    probe_seconds: float = Field(
        600,
        ge=0,
        le=36_000,
        description="Time that the load and first short run of a new version may take; 0: READY without a run.",
    )
    model_cache_bytes: Annotated[int | None, Blankable] = Field(
        None,
        ge=1,
        description="Device memory that loaded models may use, in bytes; if unset, 80 % of what is free.",
    )
    model_idle_seconds: float = Field(
        0, ge=0, description="Unload a model that was not used for this long; 0: keep it."
    )
    pinned_models: ModelSlugs = Field(
        frozenset(), description="Comma-separated models, as owner/name, that are never unloaded to make room."
    )


class StorageSettings(BaseSettings):
    """Storage"""

    storage_type: StorageType = Field(StorageType.LOCAL, description="Where files are stored: `local` or `s3`.")
    storage_dir: Annotated[AbsolutePath, below_data_dir("files")] = Field(
        UNSET, description="Folder of local files; if unset, DATA_DIR/files."
    )
    s3_bucket: Annotated[str | None, Blankable] = Field(
        None,
        description="Bucket for STORAGE_TYPE=s3. Credentials come from the usual AWS variables and files "
        "(AWS_ACCESS_KEY_ID ...).",
    )
    s3_prefix: str = Field("", description="Prefix of every key in the bucket.")
    s3_region: Annotated[str | None, Blankable] = Field(None, description="Region of the bucket.")
    s3_endpoint_url: HttpUrl = Field(None, description="Endpoint of an S3-compatible store; if unset, AWS.")
    s3_public_endpoint_url: HttpUrl = Field(
        None, description="Where browsers reach that store, for links to files; if unset, S3_ENDPOINT_URL."
    )
    s3_addressing: S3Addressing = Field(
        S3Addressing.AUTO,
        description="Bucket in the name of the host (`virtual`) or in the `path`; `auto`: `virtual` at AWS alone.",
    )
    storage_seconds: float = Field(
        60, ge=0.4, le=3600, description="How long storing the files of a prediction may take; then it fails."
    )
    min_free_disk_bytes: int = Field(
        1_000_000_000, ge=0, description="Health is degraded while a disk of files or models has less left than this."
    )
    file_url_seconds: int = Field(900, ge=10, le=604_800, description="Lifetime of a signed file link.")
    input_url_seconds: float = Field(
        60,
        ge=0,
        le=3600,
        description="Time in which a worker fetches the files that an input names by URL; 0: none are fetched.",
    )
    input_url_allow: Openings = Field(
        (),
        description="Comma-separated private networks that such URLs may reach, with a port or `*`: 10.0.0.0/8:8080.",
    )
    upload_seconds: int = Field(86_400, ge=60, le=31_536_000, description="How long an uploaded file can be used.")
    prediction_retention_seconds: Annotated[int | None, Blankable] = Field(
        None,
        ge=60,
        description="Delete input, output, files and logs this long after a prediction ended; if unset, keep them.",
    )
    anonymous_retention_seconds: Annotated[int | None, Blankable] = Field(
        86_400, ge=60, description="The same for predictions without an account."
    )
    result_cache_seconds: int = Field(
        86_400,
        ge=0,
        description="How long the result of a prediction may answer equal ones that allow it; 0: never.",
    )
    file_sweep_seconds: float = Field(
        3600, ge=1, description="How often each worker looks for stray files: those of no prediction or upload."
    )
    stray_file_seconds: float = Field(
        86_400,
        ge=1,
        description="Age at which stray files are deleted. Two databases must not share a STORAGE_DIR or S3_PREFIX.",
    )


class WebhookSettings(BaseSettings):
    """Webhooks"""

    webhook_allow: Openings = Field(
        (),
        description="Comma-separated private networks that webhooks may reach, with a port or `*`: 10.0.0.0/8:8080.",
    )
    webhook_slots: int = Field(
        32, ge=1, le=1024, description="Predictions whose webhooks one worker sends at the same time."
    )
    webhook_timeout_seconds: float = Field(
        15, ge=0.1, le=60, description="Time that the receiver of a webhook has to answer."
    )
    webhook_host_per_second: int = Field(
        50, ge=0, description="Webhook messages sent to one host per second; the rest waits. 0: no limit."
    )
    webhook_host_user_per_second: int = Field(
        10, ge=0, description="Webhook messages of one user sent to one host per second; the rest waits. 0: no limit."
    )
    redeliveries_per_minute: int = Field(
        30, ge=0, description="Webhook deliveries that one user may have sent again per minute; 0: no limit."
    )
    webhook_retention_seconds: float = Field(
        2_592_000, ge=60, description="Delete webhook deliveries this long after their last change."
    )


class ObservabilitySettings(BaseSettings):
    """Observability"""

    log_level: str = Field(
        "INFO",
        pattern="^(DEBUG|INFO|WARNING|ERROR)$",
        description="Lowest level that is logged: DEBUG, INFO, WARNING or ERROR.",
    )
    log_format: LogFormat = Field(
        LogFormat.AUTO, description="`json`, `console`, or `auto`: readable on a terminal, JSON elsewhere."
    )
    audit_days: int = Field(
        365, ge=0, le=36_500, description="Days that a line of the audit log is kept; 0: all are kept."
    )
    metrics_token: Annotated[SecretStr | None, Blankable] = Field(
        None, description="Bearer token for `/metrics`; if unset, `/metrics` is off."
    )
    metrics_operations: NameSet = Field(
        frozenset(),
        description="Comma-separated names of GraphQL operations that metrics count apart; all others are `other`.",
    )
    worker_metrics_host: str = Field("127.0.0.1", description="Address on which a worker serves its `/metrics`.")
    worker_metrics_port: Annotated[int | None, Blankable] = Field(
        None,
        ge=1,
        le=65535,
        description="Port of a worker's `/metrics`, another for each worker of a machine; if unset, it serves none.",
    )
    worker_probe_host: str = Field("127.0.0.1", description="Address on which a worker serves its probes.")
    worker_probe_port: Annotated[int | None, Blankable] = Field(
        None,
        ge=1,
        le=65535,
        description="Port of a worker's `/health/live` and `/health/ready`, its own on each machine; unset: none.",
    )
    otel_traces_exporter: Names = Field(
        (),
        description="Comma-separated trace exporters: `otlp`, `console`, `none`; if unset, `otlp` if an endpoint "
        "is set.",
    )
    otel_exporter_otlp_endpoint: HttpUrl = Field(
        None, description="Base URL of an OpenTelemetry collector, such as http://127.0.0.1:4318."
    )
    otel_exporter_otlp_traces_endpoint: HttpUrl = Field(
        None, description="URL to send traces to, if it is not the base URL with `/v1/traces`."
    )
    otel_exporter_otlp_protocol: str = Field(
        "http/protobuf",
        pattern="^(http/protobuf|grpc)$",
        description="`http/protobuf`, or `grpc`, which needs opentelemetry-exporter-otlp-proto-grpc.",
    )
    otel_sdk_disabled: bool = Field(False, description="Turn tracing off, whatever else is set.")

    @cached_property
    def trace_exporters(self) -> tuple[str, ...]:
        """The exporters to use, as their packages call them; with none, nothing is traced."""
        if self.otel_sdk_disabled:
            return ()
        names = self.otel_traces_exporter
        if not names and (self.otel_exporter_otlp_endpoint or self.otel_exporter_otlp_traces_endpoint):
            names = ("otlp",)
        otlp = "otlp_proto_grpc" if self.otel_exporter_otlp_protocol == "grpc" else "otlp_proto_http"
        return tuple(otlp if name == "otlp" else name for name in names if name != "none")


TOPICS = (
    ServerSettings,
    DatabaseSettings,
    RedisSettings,
    AccountSettings,
    MailSettings,
    SingleSignOnSettings,
    LimitSettings,
    WorkerSettings,
    ModelSettings,
    StorageSettings,
    WebhookSettings,
    ObservabilitySettings,
)
