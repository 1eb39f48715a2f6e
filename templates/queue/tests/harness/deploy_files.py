"""The deployment files, read; and the schemas of Compose and Kubernetes, from packages."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import yaml

from harness.workspace import ROOT

__all__ = ["COMPOSE", "DEPLOY", "KUBERNETES", "compose_schema", "manifests", "pod_of"]

DEPLOY = ROOT / "deploy"
KUBERNETES = sorted((DEPLOY / "kubernetes").glob("*.yaml"))


def _read(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text())


COMPOSE: dict[str, Any] = _read("compose.yaml")


def compose_schema() -> dict[str, Any]:
    """The Compose Specification's own schema, which check-jsonschema carries."""
    folder = resources.files("check_jsonschema") / "builtin_schemas" / "vendor"
    schema: dict[str, Any] = json.loads((folder / "compose-spec.json").read_text())
    return schema


def manifests() -> list[tuple[str, dict[str, Any]]]:
    """Every object of deploy/kubernetes, under a name to tell it by."""
    return [
        (f"{path.stem}: {manifest['kind']} {manifest['metadata']['name']}", manifest)
        for path in KUBERNETES
        for manifest in yaml.safe_load_all(path.read_text())
    ]


def pod_of(manifest: dict[str, Any]) -> dict[str, Any]:
    """The pod that a Deployment or a StatefulSet makes."""
    pod: dict[str, Any] = manifest["spec"]["template"]["spec"]
    return pod
