"""deploy/: valid by the schemas of Kubernetes, and as shut as it says."""

from __future__ import annotations

import copy
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]
import pytest
import yaml

from harness.deploy_files import DEPLOY, manifests, pod_of

VERSIONS = ("1.32", "1.37")  # the oldest that `preStop: sleep` is on by default in, and the newest
DRAIN_SECONDS = 30
OBJECTS = dict(manifests())
BUILT_IN = {name: it for name, it in OBJECTS.items() if not it["apiVersion"].startswith("keda.sh/")}
PODS = {name: it for name, it in OBJECTS.items() if it["kind"] in {"Deployment", "StatefulSet"}}
OURS = [name for name in PODS if "leadflow-" in name]
KUSTOMIZATION = yaml.safe_load((DEPLOY / "kustomization.yaml").read_text())
# keda.sh/docs/2.18/reference/scaledobject-spec and scalers/prometheus: no package has its schema.
SCALED_OBJECT = {
    *("scaleTargetRef", "pollingInterval", "cooldownPeriod", "initialCooldownPeriod"),
    *("idleReplicaCount", "minReplicaCount", "maxReplicaCount", "fallback", "advanced", "triggers"),
}
PROMETHEUS = {
    *("serverAddress", "query", "threshold", "activationThreshold", "namespace", "customHeaders"),
    *("ignoreNullValues", "queryParameters", "unsafeSsl", "timeout", "authModes"),
}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", BUILT_IN)
def test_every_object_is_what_kubernetes_takes(name: str, version: str) -> None:
    kubernetes_validate.validate(BUILT_IN[name], version, strict=True)


def test_the_schema_would_notice() -> None:
    wrong = copy.deepcopy(PODS["worker: Deployment leadflow-worker"])
    pod_of(wrong)["containers"][0]["securityContext"]["readOnlyRootFileSystem"] = True

    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSIONS[0], strict=True)


def test_kustomize_is_given_every_file_and_no_other() -> None:
    files = {str(path.relative_to(DEPLOY)) for path in DEPLOY.glob("kubernetes/*.yaml")}

    assert set(KUSTOMIZATION["resources"]) == files
    for generator in KUSTOMIZATION["configMapGenerator"]:
        assert all((DEPLOY / name).is_file() for name in generator["files"])


@pytest.mark.parametrize("name", PODS)
def test_every_pod_has_the_least_rights(name: str) -> None:
    """What the namespace's label `restricted` demands, and a read-only root."""
    pod = pod_of(PODS[name])
    container = pod["containers"][0]

    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] > 0
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {"requests", "limits"} <= container["resources"].keys()
    assert {"startupProbe", "livenessProbe", "readinessProbe"} <= container.keys()


@pytest.mark.parametrize("name", PODS)
def test_what_a_pod_mounts_it_has(name: str) -> None:
    spec = PODS[name]["spec"]
    pod = pod_of(PODS[name])
    claims = {claim["metadata"]["name"] for claim in spec.get("volumeClaimTemplates", [])}
    volumes = {volume["name"] for volume in pod["volumes"]} | claims

    assert {mount["name"] for mount in pod["containers"][0]["volumeMounts"]} == volumes


@pytest.mark.parametrize("name", OURS)
def test_a_rollout_loses_nothing(name: str) -> None:
    pod = pod_of(PODS[name])
    container = pod["containers"][0]
    pause = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)

    assert pod["terminationGracePeriodSeconds"] > pause + DRAIN_SECONDS
    assert PODS[name]["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
    assert container["livenessProbe"]["httpGet"] == {"path": "/healthz", "port": "http"}
    assert container["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "http"}


def selects(selector: dict[str, str], labels: dict[str, str]) -> bool:
    return selector.items() <= labels.items()


def pod_labels() -> list[dict[str, str]]:
    return [it["spec"]["template"]["metadata"]["labels"] for it in PODS.values()]


@pytest.mark.parametrize(
    "name", [n for n, it in OBJECTS.items() if it["kind"] in {"Service", "PodDisruptionBudget"}]
)
def test_every_selector_finds_exactly_one_kind_of_pod(name: str) -> None:
    selector = OBJECTS[name]["spec"]["selector"]

    found = [
        labels for labels in pod_labels() if selects(selector.get("matchLabels", selector), labels)
    ]

    assert len(found) == 1


@pytest.mark.parametrize("name", PODS)
def test_every_pod_may_be_reached_only_as_a_policy_says(name: str) -> None:
    labels = PODS[name]["spec"]["template"]["metadata"]["labels"]
    policies = [it["spec"] for it in OBJECTS.values() if it["kind"] == "NetworkPolicy"]
    mine = [p for p in policies if selects(p["podSelector"].get("matchLabels", {}), labels)]
    port = pod_of(PODS[name])["containers"][0]["ports"][0]["containerPort"]

    allowed = [rule for policy in mine for rule in policy.get("ingress", [])]
    assert {p["port"] for rule in allowed for p in rule["ports"]} == {port}
    assert all(rule["from"] for rule in allowed)
    assert {"Ingress", "Egress"} in [set(p["policyTypes"]) for p in mine if not p["podSelector"]]


def test_the_world_reaches_three_paths() -> None:
    (ingress,) = (it for it in OBJECTS.values() if it["kind"] == "Ingress")
    (rule,) = ingress["spec"]["rules"]

    assert {(p["path"], p["pathType"]) for p in rule["http"]["paths"]} == {
        ("/api/clay/enriched", "Exact"),
        ("/api/leads", "Exact"),
        ("/api/crm/events", "Exact"),
    }


def test_no_secret_stands_in_the_files() -> None:
    assert not [name for name, it in OBJECTS.items() if it["kind"] == "Secret"]
    for it in PODS.values():
        for entry in pod_of(it)["containers"][0].get("env", []):
            assert "PASSWORD" not in entry["name"] or "valueFrom" in entry


def test_keda_is_told_nothing_that_it_does_not_know() -> None:
    (scaled,) = (it for it in OBJECTS.values() if it["kind"] == "ScaledObject")
    spec: dict[str, Any] = scaled["spec"]

    assert scaled["apiVersion"] == "keda.sh/v1alpha1"
    assert spec.keys() <= SCALED_OBJECT
    assert spec["scaleTargetRef"]["name"] in {it["metadata"]["name"] for it in PODS.values()}
    assert "replicas" not in PODS["worker: Deployment leadflow-worker"]["spec"]
    assert spec["fallback"].keys() <= {"failureThreshold", "replicas", "behavior"}
    assert 1 <= spec["minReplicaCount"] < spec["maxReplicaCount"]
    for trigger in spec["triggers"]:
        assert trigger["type"] == "prometheus"
        assert {"serverAddress", "query", "threshold"} <= trigger["metadata"].keys() <= PROMETHEUS
        assert all(isinstance(value, str) for value in trigger["metadata"].values())
