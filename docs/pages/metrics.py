"""What `/metrics` tells, asked of the project's own registry in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from pages.markdown import named, table

__all__ = ["metrics_page"]

SOURCE = Path(__file__).parent.parent.parent / "templates/queue/src"
ASK = """
import json
from leadflow.adapters.intake_metrics import IntakeMetrics
from leadflow.adapters.metrics import Metrics
from leadflow.adapters.queue_metrics import QueueMetrics
base = Metrics()
own = [m.name for m in base.registry.collect()]
queue = QueueMetrics(base, None)
IntakeMetrics(base.registry)
print(json.dumps([
    [m.name, m.type, m.documentation, m.name in own]
    for m in base.registry.collect()
]))
"""


def metrics_page() -> str:
    """Name, kind and meaning of each."""
    ended = subprocess.run(
        [sys.executable, "-c", ASK],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        check=True,
    )
    known = json.loads(ended.stdout)
    return "\n".join(
        [
            "# Metrics\n",
            "`GET /metrics`, as Prometheus reads it, from this machine only: a request that came"
            " through a proxy is answered 404.",
            "No label holds a person, a secret or an id.",
            "Alerts and a dashboard for them are in a Queue project's `deploy/`.\n",
            "## Standard and Queue\n",
            _rows([entry for entry in known if entry[3]]),
            "## Queue adds\n",
            _rows([entry for entry in known if not entry[3]]),
        ]
    )


def _rows(entries: list[list[object]]) -> str:
    rows = ([_exposed(str(name), kind), str(kind), str(said)] for name, kind, said, _ in entries)
    return table(["name", "kind", "counts"], rows)


def _exposed(name: str, kind: object) -> str:
    """As Prometheus shows it: a counter has an ending of its own."""
    return named(f"{name}_total" if kind == "counter" else name)
