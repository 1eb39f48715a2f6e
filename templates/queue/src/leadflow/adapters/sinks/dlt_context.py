"""dlt, kept to what it is told: no telemetry, no settings of its own, nothing outside a folder.

Left alone, dlt reads ~/.dlt and the environment, keeps its work there, and reports its use. All of
that hangs on its run context, so this module puts another one in its place. Importing it loads
dlt, which takes a second: import it where it is needed.
"""

from __future__ import annotations

from pathlib import Path

from dlt.common.configuration.container import Container
from dlt.common.configuration.providers.dictionary import DictionaryProvider
from dlt.common.configuration.providers.provider import ConfigProvider
from dlt.common.configuration.specs.pluggable_run_context import PluggableRunContext
from dlt.common.configuration.specs.runtime_configuration import RuntimeConfiguration
from dlt.common.runtime.run_context import RunContext

__all__ = ["confine_dlt"]

SETTINGS = {
    "load": {
        "delete_completed_jobs": True,  # they hold leads
        "raise_on_failed_jobs": True,
        "raise_on_max_retries": 1,  # trying again is for the delivery, which knows how often
        "workers": 1,
    },
    "normalize": {"workers": 1},
}
SILENT = "CRITICAL"  # dlt's warnings quote rows


class _Confined(RunContext):
    """Everything in one folder, every setting from above."""

    def __init__(self, folder: str) -> None:
        super().__init__(folder)
        self._global_dir = folder

    @property
    def run_dir(self) -> str:
        return self._global_dir

    @property
    def local_dir(self) -> str:
        return self._global_dir

    @property
    def data_dir(self) -> str:
        return self._global_dir

    def initial_providers(self) -> list[ConfigProvider]:
        provider = DictionaryProvider()
        for section, values in SETTINGS.items():
            for key, value in values.items():
                provider.set_value(key, value, None, section)
        return [provider]

    def initialize_runtime(self, runtime_config: RuntimeConfiguration | None = None) -> None:
        """Whatever asks for it, dlt is started like this."""
        del runtime_config
        quiet = RuntimeConfiguration(dlthub_telemetry=False, log_level=SILENT)
        super().initialize_runtime(quiet)


def confine_dlt(folder: Path) -> None:
    """Put the context in place, before dlt makes its own."""
    Container()[PluggableRunContext] = PluggableRunContext(_Confined(str(folder)))
