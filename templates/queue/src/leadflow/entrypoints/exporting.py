"""Earlier exports of the csv transport: half-written ones finished, lost files written again."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from pathlib import Path

from leadflow.bootstrap import Project, Rules, write_export
from leadflow.domain.errors import FileRefused
from leadflow.use_cases.export_leads import Export, write_again

__all__ = ["finish_exports", "rewrite_file"]


def finish_exports(project: Project, rules: Rules) -> list[Path]:
    """Write what a killed run had recorded and not yet written; return those files."""
    half_written = project.export.half_written()
    return [path for export in half_written for path in _write(export, project, rules)]


def rewrite_file(lost: Path, project: Project, rules: Rules) -> list[Path]:
    """Write the missing files of the export that this file was in."""
    exports = project.export.holding(lost)
    if not exports:
        raise FileRefused(f"{lost} was written by no export of this ledger")
    if lost.exists():
        raise FileRefused(f"{lost} exists; move it away to have it written again")
    return _write(exports[0], project, rules)


def _write(export: Export, project: Project, rules: Rules) -> list[Path]:
    columns = ["lead_id", *rules.columns.in_order(project.export.fields_of(export))]
    return asyncio.run(
        write_again(
            export,
            open_export=partial(write_export, columns=columns, rules=rules.exports),
            ledger=project.export,
            now=time.time,
        )
    )
