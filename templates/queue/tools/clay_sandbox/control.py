"""A client of the control endpoints, for tests and scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import httpx2

from .faults import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

__all__ = ["Control"]


class Control:
    """Talks to the sandbox at `url`, in this process or another."""

    def __init__(self, url: str) -> None:
        self.url = f"{url.rstrip('/')}/_sandbox"
        self._client = httpx2.Client(base_url=self.url, trust_env=False, timeout=60)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self._client.close()

    def state(self) -> dict[str, Any]:
        """Every count: see `view.state_view` for the shape."""
        state: dict[str, Any] = self._ask("GET", "/state").json()
        return state

    def rows(self) -> list[dict[str, Any]]:
        """Every row ever made, with its values and cells."""
        return self._list("/rows")

    def arrivals(self) -> list[dict[str, Any]]:
        """Every request to the webhook sources, with its time, answer and rows."""
        return self._list("/arrivals")

    def callbacks(self) -> list[dict[str, Any]]:
        """Every request the HTTP API column sent."""
        return self._list("/callbacks")

    def crm_records(self) -> list[dict[str, Any]]:
        """What the native CRM action wrote."""
        return self._list("/crm")

    def export_csv(self) -> str:
        return self._ask("GET", "/export.csv").text

    def import_csv(self, text: str) -> dict[str, int]:
        """Put a file through the CSV importer; says how many lines and rows."""
        counts: dict[str, int] = self._ask("POST", "/import.csv", content=text.encode()).json()
        return counts

    def set_faults(self, *faults: Fault | str) -> None:
        """Put these faults in force, in place of all others; none clears them."""
        asked = [fault if isinstance(fault, str) else _as_json(fault) for fault in faults]
        self._ask("POST", "/faults", json=asked)

    def rerun(self, row: int, column: str | None = None) -> None:
        self._ask("POST", "/rerun", json={"row": row, "column": column})

    def delete_rows(self) -> None:
        self._ask("DELETE", "/rows")

    def wait_until_idle(self, seconds: float = 10) -> None:
        """Wait until every row's cells are filled; TimeoutError if that takes longer."""
        answer = self._client.get("/idle", params={"seconds": seconds}, timeout=seconds + 10)
        if not answer.is_success:
            raise TimeoutError(f"rows are still in work after {seconds} s")

    def reset(self) -> None:
        """Begin anew: no rows, nothing counted, the faults of the configuration."""
        self._ask("POST", "/reset")

    def _list(self, path: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self._ask("GET", path).json()
        return items

    def _ask(self, method: str, path: str, **request: Any) -> httpx2.Response:
        answer = self._client.request(method, path, **request)
        if not answer.is_success:
            raise ValueError(answer.text)
        return answer


def _as_json(fault: Fault) -> Mapping[str, object]:
    return {name: getattr(fault, name) for name in Fault.__dataclass_fields__}
