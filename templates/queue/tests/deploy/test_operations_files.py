"""Alerts, dashboard and autoscaling ask only for what a process exports."""

from __future__ import annotations

import json
import re
from itertools import combinations
from typing import Any

import pytest
import yaml

from harness.deploy_files import DEPLOY, manifests
from harness.promql import Asked, asked_by, exported_by
from leadflow.adapters.intake_metrics import IntakeMetrics
from leadflow.adapters.metrics import Metrics
from leadflow.adapters.queue_metrics import QueueMetrics
from leadflow.domain.delivery import DeliveryState
from leadflow.domain.gate import RefusalReason
from leadflow.domain.snapshot import GateState, Snapshot

PROMETHEUS_OWN: dict[str, set[str]] = {"up": {"job", "instance"}}
STATES_OF_JOBS = {"waiting", "active", "delayed", "prioritized", "completed", "failed"}
VALUES: dict[tuple[str, str], set[str]] = {
    ("leadflow_gate_state", "state"): {*GateState},
    ("leadflow_gate_refusals_total", "reason"): {*RefusalReason},
    ("leadflow_queue_jobs", "state"): STATES_OF_JOBS,
    ("leadflow_deliveries", "state"): {*DeliveryState},
    ("leadflow_oldest_delivery_seconds", "state"): {*DeliveryState},
}
ALERTS: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((DEPLOY / "alerts.yaml").read_text())["groups"]
    for rule in group["rules"]
]
DASHBOARD: dict[str, Any] = json.loads((DEPLOY / "grafana-dashboard.json").read_text())
PANELS: list[dict[str, Any]] = [p for p in DASHBOARD["panels"] if p["type"] != "row"]
SCALED = [it for _, it in manifests() if it["kind"] == "ScaledObject"]
QUERIES = {
    **{f"alert {rule['alert']}": rule["expr"] for rule in ALERTS},
    **{
        f"panel {panel['title']} {target['refId']}": target["expr"]
        for panel in PANELS
        for target in panel["targets"]
    },
    **{
        f"trigger {number}": trigger["metadata"]["query"]
        for scaled in SCALED
        for number, trigger in enumerate(scaled["spec"]["triggers"])
    },
}


async def nobody_looks() -> Snapshot:
    return Snapshot(at=0.0)


def exported() -> dict[str, set[str]]:
    base = Metrics()
    QueueMetrics(base, nobody_looks)
    IntakeMetrics(base.registry)
    return exported_by(base.registry) | PROMETHEUS_OWN


EXPORTED: dict[str, set[str]] = exported()


def unknown(asked: Asked) -> list[str]:
    """Say what of a selector no process exports."""
    if asked.name not in EXPORTED:
        return [asked.name]
    labels = EXPORTED[asked.name]
    wrong = [f"{asked.name}: {name}" for name, _ in asked.labels if name not in labels]
    for name, values in asked.labels:
        known = VALUES.get((asked.name, name))
        wrong += [f"{name}={v}" for v in values.split("|") if known and v not in known]
    wrong += [f"{asked.name} by {name}" for name in asked.grouped_by - labels]
    return wrong


@pytest.mark.parametrize("name", QUERIES)
def test_every_query_asks_for_what_is_exported(name: str) -> None:
    asked = asked_by(QUERIES[name])

    assert asked
    assert [problem for selector in asked for problem in unknown(selector)] == []


@pytest.mark.parametrize(
    "query",
    [
        "leadflow_queue_job",
        'leadflow_queue_jobs{stat="waiting"}',
        'leadflow_gate_state{state="shut"}',
        "max by (place) (leadflow_circuit_open)",
        "leadflow_gate_grants",
        "rate(leadflow_job_seconds[5m])",
    ],
)
def test_a_wrong_query_would_be_noticed(query: str) -> None:
    assert [problem for selector in asked_by(query) for problem in unknown(selector)]


def test_what_queue_and_gate_tell_is_watched() -> None:
    """A number that nobody looks at is not worth a scrape."""
    base = Metrics()
    before = exported_by(base.registry).keys()
    QueueMetrics(base, nobody_looks)
    ours = exported_by(base.registry).keys() - before
    watched = {asked.name for query in QUERIES.values() for asked in asked_by(query)}

    assert {name for name in ours if not name.endswith(("_sum", "_count"))} <= watched


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: str(rule["alert"]))
def test_an_alert_says_what_to_do_and_names_only_labels_it_has(rule: dict[str, Any]) -> None:
    summary = rule["annotations"]["summary"]
    named = set(re.findall(r"\$labels\.(\w+)", summary))
    groups = frozenset().union(*(asked.grouped_by for asked in asked_by(rule["expr"])))

    assert rule.keys() <= {"alert", "expr", "for", "labels", "annotations"}
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert re.fullmatch(r"\d+[mh]", rule.get("for", "1m"))
    assert named <= groups | {"instance"}
    assert summary.count("{{") == summary.count("}}")


def test_alerts_have_names_of_their_own() -> None:
    assert len({rule["alert"] for rule in ALERTS}) == len(ALERTS)


def test_the_dashboard_can_be_imported_anywhere() -> None:
    panels = DASHBOARD["panels"]
    places = [(panel["gridPos"], panel["title"]) for panel in panels]

    assert len({panel["id"] for panel in panels}) == len(panels)
    assert all(panel["datasource"]["uid"] == "${datasource}" for panel in PANELS)
    assert [v["name"] for v in DASHBOARD["templating"]["list"]] == ["datasource"]
    assert all(place["x"] + place["w"] <= 24 for place, _ in places)
    for (one, a), (other, b) in combinations(places, 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        above = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or above, f"{a} covers {b}"
