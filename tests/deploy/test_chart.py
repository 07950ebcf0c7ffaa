"""The chart as the real Helm renders it, for three municipalities: valid for Kubernetes, restricted, default closed."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

helm_python = pytest.importorskip("helm_python", reason="HELM IS MISSING: its package is for Linux on x86-64 alone")
import kubernetes_validate  # noqa: E402  as above
import yaml  # noqa: E402  as above

import hub  # noqa: E402
from hub.settings import Settings  # noqa: E402

CHART = Path(__file__).resolve().parents[2] / "deploy/chart"
SETS = ("small", "large", "trial")
KUBERNETES = "1.34"
WITH_PODS = ("Deployment", "StatefulSet", "Job")
OF_THE_OPERATOR = "monitoring.coreos.com/v1"
"""Prometheus' own kinds, which are not Kubernetes'."""

Manifest = dict[str, Any]


@cache
def rendered(name: str) -> tuple[Manifest, ...]:
    values = yaml.safe_load((CHART / f"ci/{name}.yaml").read_text("utf-8"))
    with helm_python.Chart.load(str(CHART)) as chart:
        texts = chart.render(values=values, name="helhed").values()
    return tuple(manifest for text in texts for manifest in yaml.safe_load_all(text) if manifest)


def pods(name: str) -> list[tuple[str, Manifest]]:
    timed = [
        (one["metadata"]["name"], one["spec"]["jobTemplate"]["spec"]["template"])
        for one in rendered(name)
        if one["kind"] == "CronJob"
    ]
    steady = [(one["metadata"]["name"], one["spec"]["template"]) for one in rendered(name) if one["kind"] in WITH_PODS]
    return steady + timed


def kinds(name: str) -> set[str]:
    return {manifest["kind"] for manifest in rendered(name)}


def test_helm_finds_nothing_to_complain_of() -> None:
    report = helm_python.lint(str(CHART))
    assert not report["errors"]
    assert [message["error"] for message in report["messages"]] == ["icon is recommended"]


@pytest.mark.parametrize("name", SETS)
def test_kubernetes_takes_every_manifest(name: str) -> None:
    for manifest in rendered(name):
        if manifest["apiVersion"] != OF_THE_OPERATOR:
            kubernetes_validate.validate(manifest, KUBERNETES, strict=True)


@pytest.mark.parametrize("name", SETS)
def test_every_pod_is_restricted(name: str) -> None:
    """As https://kubernetes.io/docs/concepts/security/pod-security-standards/ says of "restricted"."""
    for pod, template in pods(name):
        spec = template["spec"]
        assert spec["securityContext"]["runAsNonRoot"], pod
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, pod
        assert not spec["automountServiceAccountToken"], pod
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec), pod
        volume_kinds = {"name", "emptyDir", "secret", "configMap", "persistentVolumeClaim"}
        assert all(set(volume) <= volume_kinds for volume in spec["volumes"]), pod
        for container in spec["containers"]:
            context = container["securityContext"]
            assert context["capabilities"] == {"drop": ["ALL"]}, pod
            assert context["allowPrivilegeEscalation"] is False, pod
            is_ours = container["name"] == "helhed"
            assert context["readOnlyRootFilesystem"] or not is_ours, pod


@pytest.mark.parametrize("name", SETS)
def test_every_pod_has_one_policy_and_all_traffic_is_named(name: str) -> None:
    policies = [manifest["spec"] for manifest in rendered(name) if manifest["kind"] == "NetworkPolicy"]
    for pod, template in pods(name):
        labels = template["metadata"]["labels"].items()
        own = [policy for policy in policies if policy["podSelector"]["matchLabels"].items() <= labels]
        assert len(own) == 1, pod
        assert own[0]["policyTypes"] == ["Ingress", "Egress"], pod
        assert all(rule.get("to") for rule in own[0]["egress"]), pod


@pytest.mark.parametrize("name", SETS)
def test_the_migration_alone_has_the_owners_secret_and_reaches_postgresql_alone(name: str) -> None:
    owners = [pod for pod, template in pods(name) if "helhed-owner" in json.dumps(template["spec"]["volumes"])]
    assert owners == ["helhed-migrate"]
    (policy,) = [
        one["spec"] for one in rendered(name) if one["kind"] == "NetworkPolicy" and one["metadata"]["name"] == owners[0]
    ]
    assert {port["port"] for rule in policy["egress"] for port in rule["ports"]} == {53, 5432}


@pytest.mark.parametrize("name", SETS)
def test_every_variable_is_a_setting_and_no_secret(name: str) -> None:
    variables = {
        variable["name"].removeprefix("HELHED_").lower()
        for _, template in pods(name)
        for container in template["spec"]["containers"]
        for variable in container.get("env", [])
        if variable["name"].startswith("HELHED_")
    }
    secrets = {field for field, info in Settings.model_fields.items() if "SecretStr" in str(info.annotation)}
    assert variables - {"secrets_dir"} <= set(Settings.model_fields) - secrets


def test_what_differs_between_the_three() -> None:
    assert "StatefulSet" not in kinds("small") | kinds("large")
    assert {pod for pod, template in pods("trial")} > {"helhed-postgresql", "helhed-kafka", "helhed-opensearch"}
    assert {"HorizontalPodAutoscaler", "ServiceMonitor", "CronJob"} <= kinds("large")
    assert "CronJob" not in kinds("small"), "backups are a choice: they need a claim"
    assert "ServiceMonitor" not in kinds("small")
    (scaler,) = [manifest for manifest in rendered("large") if manifest["kind"] == "HorizontalPodAutoscaler"]
    assert scaler["spec"]["metrics"][0]["external"]["metric"]["name"] == "helhed_bus_lag_messages"
    budgets = {one["metadata"]["name"] for one in rendered("large") if one["kind"] == "PodDisruptionBudget"}
    assert budgets == {"helhed-web", "helhed-worker", "helhed-listener"}


@pytest.mark.parametrize(
    "values",
    [
        {"settings": {"session_key": "0" * 64}},
        {"settings": {"database_url": "postgresql://"}},
        {"settings": {"Public_Url": "x"}},
        {"image": {"digest": "sha256:short"}},
        {"workers": {"replicas": 3}},
        {"web": {"replicas": 0}},
        {"engines": {"postgresql": {"networks": ["everywhere"]}}},
    ],
)
def test_values_that_cannot_be_are_refused(values: Manifest) -> None:
    with helm_python.Chart.load(str(CHART)) as chart, pytest.raises(helm_python.HelmError):
        chart.render(values=values, name="helhed")


def test_a_quarter_of_the_memory_of_postgresql_is_for_what_is_read_again_and_is_full_soon_after_a_start() -> None:
    (container,) = dict(pods("trial"))["helhed-postgresql"]["spec"]["containers"]
    assert container["args"][:2] == ["postgres", "-cshared_buffers=1024MB"]
    assert "-cshared_preload_libraries=pg_prewarm" in container["args"]
    assert container["resources"]["requests"]["memory"] == "4Gi"


def test_no_secret_can_stand_among_the_settings() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text("utf-8"))
    refused = re.compile(schema["properties"]["settings"]["propertyNames"]["not"]["pattern"])
    secrets = [field for field, info in Settings.model_fields.items() if "SecretStr" in str(info.annotation)]
    assert [field for field in secrets if not refused.search(field)] == []


def test_chart_and_program_have_one_version() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text("utf-8"))
    assert {chart["version"], chart["appVersion"]} == {hub.__version__}
