"""What the local Clay is like: its plan, webhooks, columns, limits and faults."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .enrichment import DEFAULT_COLUMNS, EnrichmentColumn
from .limits import LIMITS
from .switches import Switches

if TYPE_CHECKING:
    from .crm_column import CrmColumn
    from .faults import Fault
    from .http_api_column import HttpApiColumn

__all__ = ["ConfigError", "SandboxConfig"]


class ConfigError(ValueError):
    """The configuration describes a Clay that cannot exist; the message lists every reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxConfig:
    """One workspace with one table.

    `credits`, `actions` and `table_rows` are the plan's unless given. `requests_per_second=None`
    switches the rate limit off. `token` is what `x-clay-webhook-auth` must hold, None for no
    token. `dedupe_column` switches auto-dedupe on. `webhooks` sources feed the same table.
    """

    plan: str = "growth"
    webhooks: int = 1
    token: str | None = None
    seed: int = 0
    requests_per_second: float | None = LIMITS.requests_per_second
    burst: int = LIMITS.burst
    body_bytes: int = LIMITS.body_bytes
    record_limit: int = LIMITS.record_limit
    table_rows: int | None = None
    credits: float | None = None
    actions: int | None = None
    dedupe_column: str | None = None
    auto_delete: bool = False
    auto_run: bool = True
    columns: tuple[EnrichmentColumn, ...] = DEFAULT_COLUMNS
    crm: CrmColumn | None = None
    callback: HttpApiColumn | None = None
    faults: tuple[Fault, ...] = ()
    switches: Switches = field(default_factory=Switches)

    def __post_init__(self) -> None:
        problems = self._problems()
        if problems:
            raise ConfigError("\n".join(problems))

    @property
    def webhook_paths(self) -> tuple[str, ...]:
        """The same seed gives the same URLs, so that a restarted sandbox keeps them."""
        return tuple(_webhook_path(self.seed, number) for number in range(self.webhooks))

    @property
    def rows_allowed(self) -> int:
        return LIMITS.plans[self.plan].rows if self.table_rows is None else self.table_rows

    @property
    def credits_allowed(self) -> float:
        return LIMITS.plans[self.plan].credits if self.credits is None else self.credits

    @property
    def actions_allowed(self) -> int | None:
        return LIMITS.plans[self.plan].actions if self.actions is None else self.actions

    def _problems(self) -> list[str]:
        if self.plan not in LIMITS.plans:
            return [f"plan '{self.plan}' is none of {', '.join(LIMITS.plans)}"]
        wanted = {
            "webhook_source": (self.webhooks > 0, "a webhook source", "set webhooks to 0"),
            "http_api_column": (self.callback is not None, "an HTTP API column", "drop callback"),
            "native_crm": (self.crm is not None, "a native CRM action", "drop crm"),
            "auto_delete": (self.auto_delete, "auto-delete", "switch auto_delete off"),
        }
        return [
            f"the {self.plan} plan has not {name}: {remedy}, or take one of "
            + ", ".join(sorted(LIMITS.capabilities[capability]))
            for capability, (is_wanted, name, remedy) in wanted.items()
            if is_wanted and not LIMITS.allows(self.plan, capability)
        ]


def _webhook_path(seed: int, number: int) -> str:
    bits = random.Random(f"{seed}/{number}").getrandbits(128)
    return f"/v3/sources/webhook/pull-in-data-from-a-webhook-{uuid.UUID(int=bits, version=4)}"
