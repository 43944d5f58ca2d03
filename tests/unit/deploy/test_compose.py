"""The compose file is valid by its published schema, and says what the Dockerfile and the settings need."""

from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema.validators import validator_for

from server import cli
from server.settings import Settings
from workers.supervisor.runner_user import NEEDED_CAPABILITIES

ROOT = Path(__file__).parents[3]
COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("api", "worker", "worker-gpu", "migrate")
WORKERS = ("worker", "worker-gpu")
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SECONDS = re.compile(r"(\d+)s")


def stage(name: str) -> str:
    match = re.search(rf"^FROM \S+ AS {name}$(.*?)(?=^FROM |\Z)", DOCKERFILE, re.MULTILINE | re.DOTALL)
    assert match, name
    return match[1]


def violations(document: object) -> list[str]:
    """What the compose specification's schema says of a document."""
    # check-jsonschema carries the schema of the compose specification
    schema = json.loads(resources.files("check_jsonschema").joinpath(f"builtin_schemas/{SCHEMA}").read_text())
    validator = validator_for(schema)(schema)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]


SCHEMA = "vendor/compose-spec.json"


def test_the_file_is_valid_by_the_compose_specification() -> None:
    assert violations(COMPOSE) == []


def test_the_specification_finds_mistakes() -> None:
    broken = {**COMPOSE, "services": {**SERVICES, "api": {**SERVICES["api"], "depend_on": {}}}}
    assert any("depend_on" in violation for violation in violations(broken))


OWN_VARIABLES = {"POSTGRES_PASSWORD", "REDIS_PASSWORD", "POSTGRES_IMAGE", "REDIS_IMAGE", "WORKER_MEMORY"}


def test_variables_are_settings_or_of_the_file_alone() -> None:
    known = {name.upper() for name in Settings.model_fields} | OWN_VARIABLES
    assert set(re.findall(r"\$\{([A-Z_]+)", COMPOSE_TEXT)) <= known


def test_a_secret_is_demanded_and_none_is_written_down() -> None:
    for name in OURS:
        assert SERVICES[name]["environment"]["SECRET_KEY"].startswith("${SECRET_KEY:?")
    for name in ("POSTGRES_PASSWORD", "REDIS_PASSWORD"):
        uses = re.findall(rf"\$\{{{name}([^}}]*)\}}", COMPOSE_TEXT)
        assert len(uses) == 2
        assert all(use.startswith(":?") for use in uses)
    assert "requirepass" in " ".join(SERVICES["redis"]["command"])
    # Neither is among the arguments of a process
    assert "PASSWORD" not in " ".join(SERVICES["redis"]["command"])


def test_no_container_may_more_than_it_needs() -> None:
    needs = {
        # To become PostgreSQL's user, and to make the models' user
        "postgres": {"CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"},
        **{name: {"CHOWN", "DAC_OVERRIDE", "KILL", "SETGID", "SETUID"} for name in WORKERS},
    }
    for name, service in SERVICES.items():
        assert service["cap_drop"] == ["ALL"], name
        assert set(service.get("cap_add", [])) == needs.get(name, set()), name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["read_only"] is True, name
        assert "/tmp" in service["tmpfs"], name  # noqa: S108 - inside the container
        assert service["mem_limit"], name
        assert service["pids_limit"], name
    for name in ("api", *WORKERS):
        assert SERVICES[name]["ulimits"]["nofile"] >= 65536


def test_a_worker_is_nobody_special_and_keeps_what_makes_the_models_user() -> None:
    for name in WORKERS:
        entry, given = SERVICES[name]["entrypoint"], ",".join(sorted(SERVICES[name]["cap_add"])).lower()
        assert entry[-1] == "inference-server"
        assert {"--reuid=app", "--regid=app"} <= set(entry)
        for option in ("--inh-caps", "--ambient-caps"):
            (value,) = [part.partition("=")[2] for part in entry if part.startswith(f"{option}=")]
            assert value == "-all," + ",".join(f"+{each}" for each in given.split(","))
    assert {f"CAP_{each}" for each in SERVICES["worker"]["cap_add"]} == set(NEEDED_CAPABILITIES)


def test_bases_can_be_pinned_by_digest() -> None:
    for name in ("postgres", "redis"):
        assert re.fullmatch(rf"\$\{{{name.upper()}_IMAGE:-{name}:\d+\}}", SERVICES[name]["image"])
    assert set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)) == {"${NODE_IMAGE}", "${PYTHON_IMAGE}", "base"}


def test_the_host_settings_of_an_env_file_do_not_reach_into_the_containers() -> None:
    port = SERVICES["api"]["ports"][0].rpartition(":")[2]
    for name in OURS:
        environment = SERVICES[name]["environment"]
        assert SERVICES[name]["env_file"] == [{"path": ".env", "required": False}]
        assert environment["API_HOST"] == "0.0.0.0"  # noqa: S104 - inside the container
        assert environment["API_PORT"] == port
        assert environment["DATA_DIR"] == "/data"
    assert f"127.0.0.1:{port}/health/ready" in stage("api")


def test_the_environment_makes_settings_that_start() -> None:
    environment = {name.lower(): value for name, value in SERVICES["worker"]["environment"].items()}
    environment = {name: re.sub(r"\$\{\w+PASSWORD[^}]*\}", "x", value) for name, value in environment.items()}
    settings = Settings(_env_file=None, **{**environment, "secret_key": "0123456789abcdef" * 4})
    assert settings.redis_dsn == "redis://:x@redis:6379/0"
    assert settings.storage_dir == Path("/data/files")


def test_api_and_workers_share_the_files() -> None:
    for name in ("api", *WORKERS):
        assert "data:/data" in SERVICES[name]["volumes"]
    for target in ("api", "worker"):
        assert "VOLUME /data" in stage(target)


def test_servers_are_waited_for_and_redis_forgets_nothing() -> None:
    assert "healthcheck" in SERVICES["postgres"]
    assert "healthcheck" in SERVICES["redis"]
    assert "-h" in SERVICES["postgres"]["healthcheck"]["test"]
    command = " ".join(SERVICES["redis"]["command"])
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command
    for name in ("api", *WORKERS):
        waits = {other: found["condition"] for other, found in SERVICES[name]["depends_on"].items()}
        assert waits == {"migrate": "service_completed_successfully", "redis": "service_healthy"}


def test_workers_have_time_to_hand_back() -> None:
    grace = Settings.model_fields["shutdown_grace_seconds"].default + cli.SHUTDOWN_MARGIN_SECONDS
    unit = (ROOT / "deploy" / "inference-server-worker.service").read_text()
    allowed = [SECONDS.fullmatch(SERVICES[name]["stop_grace_period"]) for name in WORKERS]
    assert all(match and int(match[1]) > grace for match in allowed)
    match = re.search(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)
    assert match
    assert int(match[1]) > grace


@pytest.mark.parametrize("target", ["api", "worker"])
def test_images_run_as_nobody_special(target: str) -> None:
    assert "useradd --uid 10001" in stage("base")
    assert re.findall(r"^USER (\S+)$", stage(target), re.MULTILINE) == ["app"]


def test_the_api_image_gets_no_torch() -> None:
    assert "torch" not in stage("api")
    assert "/locks/worker" not in stage("api")
    assert "torch==" not in (ROOT / "deploy" / "locks" / "api.txt").read_text()


def test_the_image_and_the_makefile_take_the_same_torch() -> None:
    made = re.search(r"^TORCH \?= (\S+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert made
    assert f" {made[1]} " in stage("worker")


def test_what_the_dockerfile_copies_is_there() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    sources = [source for line in copied for source in line.split()]
    assert len(sources) > 8
    for source in sources:
        assert (ROOT / source).exists(), source
