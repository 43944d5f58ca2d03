"""The Helm chart: what it renders is valid for Kubernetes, says what the settings need, and refuses what is wrong."""

from __future__ import annotations

import copy
import functools
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from server import cli
from server.settings import Settings
from tests.architecture import chart
from tests.support.charts import (
    CHART,
    EXAMPLES,
    ChartError,
    example,
    lint,
    named,
    needs_helm,
    objects,
    pods,
    render_all,
)
from tests.support.custom_resources import SCHEMAS
from workers.supervisor.runner_user import NEEDED_CAPABILITIES

ROOT = Path(__file__).parents[3]
OLDEST_KUBERNETES = 30
MINIMAL = {"secrets": {"existingSecret": "inference"}, "settings": {"STORAGE_TYPE": "s3", "S3_BUCKET": "files"}}
pytestmark = needs_helm
Release = list[dict[str, Any]]


@pytest.fixture(scope="module")
def releases() -> dict[str, Release]:
    """The objects of every example."""
    answers = render_all([example(name) for name in EXAMPLES])
    assert [str(answer) for answer in answers if isinstance(answer, ChartError)] == []
    return {
        name: objects(answer)
        for name, answer in zip(EXAMPLES, answers, strict=True)
        if not isinstance(answer, ChartError)
    }


def changed(**values: Any) -> dict[str, Any]:
    """The minimal values with others of the first level."""
    return copy.deepcopy(MINIMAL) | values


def own(found: Release, version: str) -> list[str]:
    """What Kubernetes' schemas of a version say of objects."""
    import kubernetes_validate
    from kubernetes_validate import utils

    # Each look at the definitions would read them anew
    read = utils.schema_contents
    utils.schema_contents = cached(read)
    try:
        problems = []
        for each in found:
            try:
                kubernetes_validate.validate(each, version, strict=True)
            except kubernetes_validate.ValidationError as error:
                problems.append(f"{each['kind']} {each['metadata']['name']}: {error.message}")
        return problems
    finally:
        utils.schema_contents = read


@functools.cache
def cached(read: Any) -> Any:
    return functools.cache(read)


def distinct(releases: dict[str, Release]) -> Release:
    """Every object once, though several examples have it."""
    return [
        json.loads(text) for text in {json.dumps(each, sort_keys=True) for all_ in releases.values() for each in all_}
    ]


def versions() -> list[str]:
    from kubernetes_validate import latest_version

    newest = int(latest_version().split(".")[1])
    assert newest > OLDEST_KUBERNETES
    return [f"1.{minor}" for minor in range(OLDEST_KUBERNETES, newest + 1)]


def test_there_are_examples_of_the_common_ways() -> None:
    assert len(EXAMPLES) >= 12
    assert {"minimal", "production", "gpu", "vllm", "external", "sub-path", "oidc", "aws", "air-gapped"} <= set(
        EXAMPLES
    )


def test_every_object_is_valid_for_the_oldest_and_the_newest_kubernetes(releases: dict[str, Release]) -> None:
    known = [each for each in distinct(releases) if each["kind"] not in SCHEMAS]
    assert {"Deployment", "Service", "Job", "NetworkPolicy", "HorizontalPodAutoscaler"} <= {e["kind"] for e in known}
    # The API's is in every example, and one is enough to look at each kind of change between versions
    for version in (versions()[0], versions()[-1]):
        assert own(known, version) == [], version


@pytest.mark.slow
def test_every_object_is_valid_for_the_versions_between(releases: dict[str, Release]) -> None:
    known = [each for each in distinct(releases) if each["kind"] not in SCHEMAS]
    for version in versions()[1:-1]:
        assert own(known, version) == [], version


def test_the_schemas_see_mistakes(releases: dict[str, Release]) -> None:
    deployment = copy.deepcopy(named(releases["minimal"], "Deployment", "demo-api"))
    deployment["spec"]["template"]["spec"]["terminationGracePeriod"] = 1
    assert own([deployment], versions()[-1]) != []
    scaled = copy.deepcopy(named(releases["production"], "ScaledObject", "demo-worker-cuda"))
    scaled["spec"]["minReplicas"] = 1
    assert list(Draft202012Validator(SCHEMAS["ScaledObject"]).iter_errors(scaled)) != []


def test_objects_of_operators_have_fields_that_those_know(releases: dict[str, Release]) -> None:
    custom = [each for each in distinct(releases) if each["kind"] in SCHEMAS]
    assert {each["kind"] for each in custom} == SCHEMAS.keys()
    for each in custom:
        problems = [error.message for error in Draft202012Validator(SCHEMAS[each["kind"]]).iter_errors(each)]
        assert problems == [], (each["kind"], each["metadata"]["name"])


def test_names_of_a_release_are_there_once(releases: dict[str, Release]) -> None:
    for name, found in releases.items():
        keys = [(each["kind"], each["metadata"]["name"]) for each in found]
        assert len(keys) == len(set(keys)), name
        assert all(each["metadata"]["namespace"] == "ml" for each in found), name


def environment(pod: dict[str, Any]) -> dict[str, str]:
    (container,) = pod["spec"]["containers"]
    names = [each["name"] for each in container["env"]]
    assert len(names) == len(set(names))
    return {each["name"]: each["value"] for each in container["env"] if "value" in each}


def test_every_variable_is_a_setting_that_takes_its_value(releases: dict[str, Release]) -> None:
    known = {name.upper() for name in Settings.model_fields}
    not_ours = {"AWS_REQUEST_CHECKSUM_CALCULATION"}
    seen = set()
    for found in releases.values():
        for pod in pods(found):
            values = environment(pod)
            assert values.keys() - not_ours <= known
            seen |= values.keys()
            settings = Settings(_env_file=None, **{name.lower(): value for name, value in values.items()})
            assert settings.data_dir == Path("/data")
    assert len(seen) > 25


def test_probes_and_ports_are_where_the_processes_listen(releases: dict[str, Release]) -> None:
    for found in releases.values():
        for pod in pods(found):
            (container,) = pod["spec"]["containers"]
            if container["name"] == "migrate":
                continue
            values, ports = environment(pod), {p["name"]: p["containerPort"] for p in container["ports"]}
            probed = {
                container[each]["httpGet"]["port"] for each in ("startupProbe", "livenessProbe", "readinessProbe")
            }
            if container["name"] == "api":
                assert probed == {"http"}
                assert int(values["API_PORT"]) == ports["http"]
                host = values["API_HOST"]
            else:
                assert probed == {"probes"}
                assert int(values["WORKER_PROBE_PORT"]) == ports["probes"]
                assert ("metrics" in ports) == ("WORKER_METRICS_PORT" in values)
                host = values["WORKER_PROBE_HOST"]
            assert host in {"0.0.0.0", "::"}  # noqa: S104 - inside the container


def test_processes_have_time_to_stop(releases: dict[str, Release]) -> None:
    margins = set()
    for found in releases.values():
        for pod in pods(found):
            (container,) = pod["spec"]["containers"]
            given, values = pod["spec"].get("terminationGracePeriodSeconds"), environment(pod)
            settings = Settings(_env_file=None, **{name.lower(): value for name, value in values.items()})
            if container["name"] == "api":
                pause = container["lifecycle"]["preStop"]["sleep"]["seconds"]
                assert given >= pause + settings.lame_duck_seconds + 35
            elif container["name"] == "worker":
                assert given > settings.shutdown_grace_seconds + cli.SHUTDOWN_MARGIN_SECONDS
                margins.add(given)
    # One example has a longer grace
    assert len(margins) > 1


def test_no_container_may_more_than_it_needs(releases: dict[str, Release]) -> None:
    for name, found in releases.items():
        for pod in pods(found):
            (container,) = pod["spec"]["containers"]
            rights = container["securityContext"]
            assert rights["allowPrivilegeEscalation"] is False
            assert rights["readOnlyRootFilesystem"] is True
            assert rights["capabilities"]["drop"] == ["ALL"]
            assert pod["spec"]["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
            assert pod["spec"]["automountServiceAccountToken"] is False
            if name == "shared-cache" and container["name"] == "worker":
                assert [f"CAP_{each}" for each in rights["capabilities"]["add"]] == list(NEEDED_CAPABILITIES)
                assert {"--reuid=app", "--regid=app"} <= set(container["command"])
            else:
                assert rights["runAsNonRoot"] is True
                assert rights["runAsUser"] == 10001
                assert "add" not in rights["capabilities"]


def test_what_containers_write_is_a_volume(releases: dict[str, Release]) -> None:
    for found in releases.values():
        for pod in pods(found):
            (container,) = pod["spec"]["containers"]
            mounts = {each["mountPath"] for each in container["volumeMounts"]}
            volumes = {each["name"] for each in pod["spec"]["volumes"]}
            assert {each["name"] for each in container["volumeMounts"]} == volumes
            values = environment(pod) if container["name"] != "migrate" else {}
            folders = [values[name] for name in ("DATA_DIR", "MODEL_CACHE_DIR", "STORAGE_DIR") if name in values]
            assert {*folders, "/tmp"} <= mounts  # noqa: S108 - inside the container


def test_gpus_are_asked_for_where_workers_use_them(releases: dict[str, Release]) -> None:
    for found in releases.values():
        for pod in pods(found):
            (container,) = pod["spec"]["containers"]
            limits = container["resources"]["limits"]
            assert ("nvidia.com/gpu" in limits) == (container["args"][-1] == "cuda")
    (worker,) = [p for p in pods(releases["vllm"]) if p["owner"] == "demo-worker-vllm"]
    assert worker["spec"]["containers"][0]["resources"]["requests"]["nvidia.com/gpu"] == 2
    assert worker["spec"]["containers"][0]["image"].startswith("registry.example.com/")


def test_what_scales_itself_has_no_number_of_its_own(releases: dict[str, Release]) -> None:
    scaled = 0
    for found in releases.values():
        names = {
            each["spec"]["scaleTargetRef"]["name"]
            for each in found
            if each["kind"] in {"ScaledObject", "HorizontalPodAutoscaler"}
        }
        for each in found:
            if each["kind"] == "Deployment":
                assert ("replicas" in each["spec"]) != (each["metadata"]["name"] in names)
        scaled += len(names)
    assert scaled > 8


def test_a_scaler_asks_with_the_secret_of_its_installation(releases: dict[str, Release]) -> None:
    keys = {
        name: named(found, "TriggerAuthentication", "demo-scaler")["spec"]["secretTargetRef"][0]
        for name, found in releases.items()
        if any(each["kind"] == "TriggerAuthentication" for each in found)
    }
    assert keys["production"] == {"parameter": "connection", "name": "inference-scaler", "key": "uri"}
    assert keys["external"] == {"parameter": "connection", "name": "inference-db-app", "key": "uri"}
    assert keys["aws"] == {"parameter": "connection", "name": "inference", "key": "DATABASE_URL"}
    assert "prometheus-scaling" not in keys


def test_the_migration_runs_before_an_upgrade_with_secrets_that_are_there(releases: dict[str, Release]) -> None:
    for name, found in releases.items():
        job = named(found, "Job", "demo-migrate")
        assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
        (source,) = job["spec"]["template"]["spec"]["containers"][0]["envFrom"]
        secret = source["secretRef"]["name"]
        hooks = {
            each["metadata"]["name"]: int(each["metadata"]["annotations"]["helm.sh/hook-weight"])
            for each in found
            if each["kind"] in {"Secret", "ExternalSecret"}
            and "helm.sh/hook" in each["metadata"].get("annotations", {})
        }
        if name in {"trying", "external"}:
            assert hooks[secret] < int(job["metadata"]["annotations"]["helm.sh/hook-weight"])
        else:
            assert (secret, hooks) == ("inference", {})


def test_a_path_is_served_as_such(releases: dict[str, Release]) -> None:
    found = releases["sub-path"]
    (rule,) = named(found, "Ingress", "demo")["spec"]["rules"]
    assert rule["http"]["paths"][0]["path"] == "/ai"
    for pod in pods(found):
        assert environment(pod)["PUBLIC_URL"] == "https://tools.example.com/ai"
    assert {environment(pod)["PUBLIC_URL"] for pod in pods(releases["gcp"])} == {"https://inference.example.com"}


def test_no_rule_of_a_network_policy_opens_everything(releases: dict[str, Release]) -> None:
    closed = {"enabled": True, "servicePorts": [], "publicPorts": []}
    (answer,) = render_all([changed(networkPolicy=closed)])
    assert not isinstance(answer, ChartError)
    for found in (*releases.values(), objects(answer)):
        policies = [each["spec"] for each in found if each["kind"] == "NetworkPolicy"]
        assert all(rule.get("ports") for spec in policies for rule in (*spec["ingress"], *spec["egress"]))
        assert all(set(spec["policyTypes"]) == {"Ingress", "Egress"} for spec in policies)
    spec = named(objects(answer), "NetworkPolicy", "demo-workers")["spec"]
    assert [[port["port"] for port in rule["ports"]] for rule in spec["egress"]] == [[53, 53]]
    reached = named(releases["production"], "NetworkPolicy", "demo-api")["spec"]["ingress"][0]["from"]
    assert len(reached) == 2


def test_long_connections_pass_the_ingress(releases: dict[str, Release]) -> None:
    seconds = {"nginx.ingress.kubernetes.io/proxy-read-timeout": "3600", "haproxy.org/timeout-tunnel": "3600s"}
    for name, key in zip(("production", "sub-path"), seconds, strict=True):
        assert named(releases[name], "Ingress", "demo")["metadata"]["annotations"][key] == seconds[key]
    alb = named(releases["aws"], "Ingress", "demo")["metadata"]["annotations"]
    assert alb["alb.ingress.kubernetes.io/load-balancer-attributes"] == "idle_timeout.timeout_seconds=3600"
    assert alb["alb.ingress.kubernetes.io/scheme"] == "internet-facing"
    (rule,) = named(releases["gcp"], "HTTPRoute", "demo")["spec"]["rules"]
    assert rule["timeouts"] == {"request": "0s"}


def test_a_million_is_no_power_of_ten() -> None:
    bytes_ = 200_000_000_000
    (answer,) = render_all([changed(settings={**MINIMAL["settings"], "MODEL_CACHE_MAX_BYTES": bytes_})])
    assert not isinstance(answer, ChartError)
    assert all(environment(pod)["MODEL_CACHE_MAX_BYTES"] == str(bytes_) for pod in pods(objects(answer)))


def test_helm_finds_nothing_to_mend() -> None:
    assert lint(MINIMAL) == []
    assert lint({"api": {"replicas": "two"}}) != []


def test_a_secret_may_hold_whatever_characters_there_are() -> None:
    odd = {
        "DATABASE_URL": "postgresql://a:p%40\"'#{{ .Values }}$(id)`@b/c",
        "REDIS_URL": "redis://:\\n: [x]@host/0",
        "SECRET_KEY": "ä\n  second: line\n",
    }
    (answer,) = render_all([changed(secrets={"values": odd})])
    assert not isinstance(answer, ChartError)
    held = [each["stringData"] for each in objects(answer) if each["kind"] == "Secret"]
    assert held == [odd, odd]


def test_a_setting_may_hold_whatever_characters_there_are() -> None:
    odd = "a \"quoted\" 'name': {{ no }} #1 \\ %"
    (answer,) = render_all([changed(settings={**MINIMAL["settings"], "OIDC_NAME": odd, "S3_PREFIX": "on"})])
    assert not isinstance(answer, ChartError)
    for pod in pods(objects(answer)):
        assert (environment(pod)["OIDC_NAME"], environment(pod)["S3_PREFIX"]) == (odd, "on")


def test_names_of_a_long_release_are_short_enough() -> None:
    values = changed(workers={"a-long-class-name": {"enabled": True, "scaling": {"enabled": True}}})
    (answer,) = render_all([values], "r" * 53)
    assert not isinstance(answer, ChartError)
    for each in objects(answer):
        # KEDA's name of a ScaledObject is a label, and so is that of a Job
        assert len(each["metadata"]["name"]) <= 63, each["kind"]
        labels = (
            {**each["metadata"]["labels"], **each["spec"].get("selector", {}).get("matchLabels", {})}
            if "spec" in each
            else {}
        )
        assert all(len(value) <= 63 for value in labels.values())


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": ({}, "secrets: DATABASE_URL is nowhere; name a Secret that has it in secrets.existingSecret"),
    "a misspelled setting": (changed(settings={"S3_BUKET": "x"}), "additional properties 'S3_BUKET' not allowed"),
    "a secret among settings": (
        changed(settings={"SECRET_KEY": "x" * 40}),
        "additional properties 'SECRET_KEY' not allowed",
    ),
    "a setting of the chart's own": (
        changed(settings={"API_PORT": 80}),
        "additional properties 'API_PORT' not allowed",
    ),
    "a setting of another type": (
        changed(settings={**MINIMAL["settings"], "TEXT_SLOTS": "many"}),
        "/settings/TEXT_SLOTS': got string, want integer",
    ),
    "a setting out of its bounds": (
        changed(settings={**MINIMAL["settings"], "TEXT_SLOTS": 0}),
        "/settings/TEXT_SLOTS': minimum: got 0, want 1",
    ),
    "a setting that is none of its words": (
        changed(settings={**MINIMAL["settings"], "REGISTRATION": "maybe"}),
        "/settings/REGISTRATION': value must be one of 'open', 'closed'",
    ),
    "a misspelled value": (changed(ingres={"enabled": True}), "additional properties 'ingres' not allowed"),
    "an unknown device": (
        changed(workers={"tpu": {"enabled": True, "device": "tpu"}}),
        "/workers/tpu/device': value must be one of 'cpu', 'cuda'",
    ),
    "a class without a name of its kind": (changed(workers={"My GPU": {"enabled": True}}), "My GPU"),
    "a queue that is none": (
        changed(workers={"cpu": {"scaling": {"queues": ["txt"]}}}),
        "/workers/cpu/scaling/queues/0'",
    ),
    "more at least than at most": (
        changed(workers={"cpu": {"scaling": {"enabled": True, "minReplicas": 9, "maxReplicas": 2}}}),
        "workers.cpu.scaling.minReplicas: is more than maxReplicas",
    ),
    "two sources of secrets": (
        changed(secrets={"existingSecret": "a", "values": {"SECRET_KEY": "b"}}),
        "secrets: set one of existingSecret, external and values, not existingSecret and values",
    ),
    "no shared files": (
        changed(settings={}),
        "storage: API and workers would share no files; set settings.STORAGE_TYPE to s3",
    ),
    "a bucket without a name": (
        changed(settings={"STORAGE_TYPE": "s3"}),
        "settings.S3_BUCKET: is not set; STORAGE_TYPE=s3 needs it",
    ),
    "an ingress for all": (changed(ingress={"enabled": True}), "ingress.host: is not set"),
    "a path that ends with a slash": (
        changed(ingress={"enabled": True, "host": "a.example.com", "path": "/ai/"}),
        "/ingress/path'",
    ),
    "a path that links would not have": (
        changed(
            settings={**MINIMAL["settings"], "PUBLIC_URL": "https://a.example.com"},
            ingress={"enabled": True, "host": "a.example.com", "path": "/ai"},
        ),
        "settings.PUBLIC_URL: has to end with /ai",
    ),
    "a route below a path without a host": (
        changed(gateway={"enabled": True, "parentRefs": [{"name": "outside"}], "path": "/ai"}),
        "settings.PUBLIC_URL: has to end with /ai",
    ),
    "a route without a gateway": (changed(gateway={"enabled": True}), "gateway.parentRefs: is empty; name the Gateway"),
    "an engine without its image": (changed(workers={"vllm": {"enabled": True}}), "workers.vllm.image: is not set"),
    "a Prometheus without an address": (
        changed(workers={"cpu": {"scaling": {"enabled": True}}}, scaler={"source": "prometheus"}),
        "scaler.prometheus.serverAddress: is not set",
    ),
    "metrics without a token": (
        changed(
            secrets={"values": {"DATABASE_URL": "a", "REDIS_URL": "b", "SECRET_KEY": "c"}}, monitoring={"enabled": True}
        ),
        "monitoring: METRICS_TOKEN is nowhere among the secrets",
    ),
}


def test_wrong_values_are_refused_with_a_sentence() -> None:
    answers = render_all([values for values, _ in WRONG.values()])
    for (what, (_, sentence)), answer in zip(WRONG.items(), answers, strict=True):
        assert isinstance(answer, ChartError), what
        assert sentence in str(answer), (what, str(answer))


def test_a_release_without_workers_says_so() -> None:
    off, on = render_all([changed(workers={"cpu": {"enabled": False}}), MINIMAL])
    assert not isinstance(off, ChartError)
    assert not isinstance(on, ChartError)
    notes = "inference-server/templates/NOTES.txt"
    assert "No class of workers is enabled" in off[notes]
    assert "No class of workers is enabled" not in on[notes]


def test_the_page_and_the_schema_say_what_the_values_and_settings_are() -> None:
    assert chart.README.read_text() == chart.with_table(chart.README.read_text()), "run: make schema"
    assert chart.SCHEMA.read_text() == chart.with_settings(chart.SCHEMA.read_text()), "run: make schema"


def test_no_secret_and_nothing_that_the_chart_sets_is_offered_as_a_setting() -> None:
    offered = chart.settings_schema()["properties"]
    assert chart.secret_settings() >= {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "METRICS_TOKEN", "OIDC_CLIENT_SECRET"}
    assert not offered.keys() & (chart.secret_settings() | chart.SET_BY_THE_CHART)
    assert {name.upper() for name in Settings.model_fields} >= chart.SET_BY_THE_CHART | offered.keys()


def test_every_value_is_described() -> None:
    import yaml

    def leaves(values: dict[str, Any], *path: str) -> list[str]:
        found = []
        for name, value in values.items():
            here = (*path, name)
            deeper = isinstance(value, dict) and value and ".".join(here) not in described
            found += leaves(value, *here) if deeper else [".".join(here)]
        return found

    described = chart.described_values()
    assert [path for path in leaves(yaml.safe_load(chart.VALUES.read_text())) if path not in described] == []


@pytest.mark.parametrize(
    ("page", "name"), [(name, name) for name in ("aws", "gcp", "azure")] + [("kubernetes", "production")]
)
def test_a_walk_shows_the_values_that_are_tested(page: str, name: str) -> None:
    text = (ROOT / "docs" / "deployment" / f"{page}.md").read_text()
    (shown,) = re.findall(r"^```yaml\n(.*?)^```$", text, re.M | re.S)
    assert shown == (CHART / "examples" / f"{name}.yaml").read_text().split("\n", 1)[1]


def test_the_chart_is_of_this_release() -> None:
    import yaml

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    metadata = yaml.safe_load((CHART / "Chart.yaml").read_text())
    assert metadata["appVersion"] == metadata["version"] == project["version"]
    assert re.fullmatch(rf">=1\.{OLDEST_KUBERNETES}\.0-0", metadata["kubeVersion"])
