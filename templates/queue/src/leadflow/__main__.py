"""`python -m leadflow` is the `leadflow` command."""

from __future__ import annotations

from leadflow.entrypoints.cli import main

main()
