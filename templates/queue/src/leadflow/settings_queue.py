"""The settings that the queue adds; the table is read by settings.py."""

from __future__ import annotations

from urllib.parse import urlsplit

from leadflow.setting_values import ParseError, to_choice, to_number, to_path, to_text
from leadflow.settings_table import SENDING, Setting

__all__ = ["QUEUE"]

SCHEMES = frozenset({"redis", "rediss", "unix"})


def to_redis_url(text: str) -> str:
    """Read the URL of a server; blank for a Valkey of the project's own."""
    if not text:
        return ""
    parts = urlsplit(to_text(text))
    if parts.scheme not in SCHEMES or not (parts.hostname or parts.path):
        raise ParseError("must be redis://HOST, rediss://HOST or unix:///PATH")
    return text


QUEUE: dict[str, Setting] = {
    "redis_url": Setting(
        "REDIS_URL",
        "",
        "Redis or Valkey with queue and gate: redis://USER:PASSWORD@HOST/0, rediss:// for TLS.\n"
        "It must sync every write and evict nothing. Blank: one that leadflow starts itself.",
        to_redis_url,
    ),
    "redis_durability": Setting(
        "REDIS_DURABILITY",
        "",
        "`vouched` where the server does not tell its settings and you have seen to it that it\n"
        "has appendonly yes, appendfsync always and maxmemory-policy noeviction.",
        to_choice("", "vouched"),
    ),
    "valkey": Setting(
        "VALKEY_DIR", ".valkey", "Where the Valkey that leadflow starts keeps its data.", to_path
    ),
    "calls_per_second": Setting(
        "CALLS_PER_SECOND",
        "5",
        "Most leads a second to Clay, over all workers of all machines.",
        to_number(1, 10),
    ),
    "worker_concurrency": Setting(
        "WORKER_CONCURRENCY",
        "5",
        "Jobs that one worker has in hand at once: at 5 a second, Clay may take a second each.",
        to_number(1, 100),
    ),
    "job_attempts": Setting(
        "JOB_ATTEMPTS",
        "5",
        "Attempts at a lead before its job is a dead letter. Waiting for the gate costs none.",
        to_number(1, 100),
    ),
    "on_unknown": Setting(
        "ON_UNKNOWN",
        "park",
        "A lead whose answer was lost: park (a person decides, or its callback) or retry (it may\n"
        "become a second row, which is charged again; it is delivered once all the same).",
        to_choice("park", "retry"),
    ),
    "interval_seconds": Setting(
        "SEND_INTERVAL_SECONDS",
        "0.2",
        f"{SENDING['interval_seconds'].help} Of `leadflow send`, within what the gate allows.",
        SENDING["interval_seconds"].parse,
    ),
}
