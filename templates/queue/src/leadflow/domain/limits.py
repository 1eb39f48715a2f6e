"""What Clay allows, and what is left of a webhook's life. The numbers are in clay_limits.toml."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

__all__ = ["ClayLimits", "Webhook", "choose_webhook", "life_warning", "name_webhook"]


DEFAULT_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class ClayLimits:
    """Clay's limits as this run knows them."""

    webhook_life: int
    webhook_warnings: tuple[int, ...]
    body_bytes: int
    requests_per_second: int
    webhook_plans: frozenset[str]
    rows_per_table: Mapping[str, int]

    def rows_for(self, plan: str) -> int:
        """Rows that fit into one table; the largest documented number when no plan is known."""
        return self.rows_per_table.get(plan, max(self.rows_per_table.values()))


@dataclass(frozen=True, slots=True)
class Webhook:
    """One webhook URL, named by a digest: the URL is a secret and never leaves the settings."""

    webhook_id: str
    label: str
    used: int = 0
    full_at: float | None = None  # when Clay said so, if it did the last time it was asked

    @property
    def is_full(self) -> bool:
        return self.full_at is not None


def name_webhook(url: str) -> Webhook:
    """Name a URL without telling it: it holds 122 random bits, so its digest gives nothing away."""
    canonical = _canonical(url)
    digest = hashlib.sha256(b"leadflow/webhook\n" + canonical.encode()).hexdigest()
    return Webhook(webhook_id=digest[:16], label=f"...{canonical[-4:]}")


def _canonical(url: str) -> str:
    """One spelling for each webhook, so that each has one life."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    port = "" if parts.port in {None, DEFAULT_PORTS.get(parts.scheme)} else f":{parts.port}"
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{host}{port}{parts.path}{query}"


def choose_webhook(
    webhooks: Sequence[Webhook], *, life: int, refused: Collection[str] = ()
) -> Webhook | None:
    """Take the first URL with life left; one that Clay once called full only after the others.

    None when all are spent, or have refused in this run.
    """
    usable = [w for w in webhooks if w.used < life and w.webhook_id not in refused]
    return min(usable, key=lambda webhook: webhook.is_full, default=None)


def life_warning(webhook: Webhook, limits: ClayLimits) -> str | None:
    """Say so when the webhook has passed a warning mark, and what to do before it is spent."""
    passed = [mark for mark in limits.webhook_warnings if webhook.used >= mark]
    if not passed:
        return None
    return (
        f"webhook {webhook.label} has used {webhook.used:,} of its {limits.webhook_life:,} "
        f"submissions (warning at {passed[-1]:,}); make a new webhook source in Clay and add "
        "its URL to CLAY_WEBHOOK_URL"
    )
