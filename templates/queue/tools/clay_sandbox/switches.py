"""What nobody knows about Clay, as named switches with stated defaults.

A field's `fact` is the fact it leaves open; `does` is the sentence that `--help` shows.
Where two answers are possible the default is the one that is harder on a client.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, Literal

__all__ = ["SWITCHES", "Switch", "Switches"]


def _switch(default: Any, *, fact: str, does: str) -> Any:
    return field(default=default, metadata={"fact": fact, "does": does})


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    success_status: int = _switch(
        200, fact="wire.success", does="status of an accepted POST; 200 and 202 are both seen"
    )
    success_body: str = _switch(
        "OK", fact="wire.success", does="body of an accepted POST; never parse it"
    )
    array_is: Literal["one-row", "row-each"] = _switch(
        "one-row", fact="wire.body", does="what a JSON array becomes; sources disagree"
    )
    error_body: Literal["json", "text"] = _switch(
        "json",
        fact="wire.content-type",
        does="shape of the 400, 401, 403 and 404 bodies: the documented JSON of 429, or text",
    )
    malformed_status: int = _switch(
        400, fact="wire.undocumented-statuses", does="answer to a body that is not JSON"
    )
    unknown_url_status: int = _switch(
        404, fact="wire.undocumented-statuses", does="answer at a webhook URL that does not exist"
    )
    wrong_method_status: int = _switch(
        405, fact="wire.undocumented-statuses", does="answer to anything but a POST"
    )
    table_full_status: int = _switch(
        200, fact="wire.table-full", does="answer when the table is full and no row is made"
    )
    dedupe_blind_seconds: float = _switch(
        0.05,
        fact="wire.idempotency",
        does="auto-dedupe misses rows this close together; stated as milliseconds",
    )
    enrichment_seconds: float = _switch(
        0.2,
        fact="wire.latency",
        does="mean time of an enrichment; Clay takes seconds to a minute or more",
    )
    charge_no_result: bool = _switch(
        True,
        fact="conflict.no-result",
        does="whether an enrichment without result costs credits; sources disagree",
    )
    user_agent: str = _switch(
        "clay-sandbox", fact="callback.headers", does="User-Agent of a callback"
    )
    escape_quotes: bool = _switch(
        True,
        fact="callback.escaping",
        does="whether a quote inside a chip's value is escaped in the callback's body",
    )
    unparseable_body: Literal["sent", "cell-error"] = _switch(
        "sent", fact="callback.escaping", does="what becomes of a callback body that is not JSON"
    )
    callback_timeout_seconds: float = _switch(
        30.0, fact="callback.timeout", does="timeout of an HTTP API column that sets none"
    )
    callback_order: Literal["as-finished", "as-arrived"] = _switch(
        "as-finished",
        fact="callback.order",
        does="whether a row's callback waits for the rows that arrived before it",
    )


@dataclass(frozen=True, slots=True)
class Switch:
    """One unknown: the field of `Switches` that decides it, its default, and what it does."""

    field: str
    default: object
    does: str


def _by_fact() -> dict[str, tuple[Switch, ...]]:
    found: dict[str, tuple[Switch, ...]] = {}
    for item in fields(Switches):
        fact = item.metadata["fact"]
        switch = Switch(field=item.name, default=item.default, does=item.metadata["does"])
        found[fact] = (*found.get(fact, ()), switch)
    return found


SWITCHES = _by_fact()
