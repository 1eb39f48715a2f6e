"""`leadflow` as it ships, except that CALLS_PER_SECOND may be more than Clay would ever take."""

from __future__ import annotations

from dataclasses import replace

from leadflow.entrypoints.cli import main
from leadflow.setting_values import to_number
from leadflow.settings import SETTINGS

NAME = "calls_per_second"
SETTINGS[NAME] = replace(SETTINGS[NAME], parse=to_number(1, 1_000_000))
main()
