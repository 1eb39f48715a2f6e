"""What each limit means, for those who meet its id in a report."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["LIMITS", "LimitMeaning"]


class LimitMeaning(NamedTuple):
    """A limit in words. A fact is behind it whose id ends in one of `facts`."""

    title: str
    compares: str
    reached: str
    facts: tuple[str, ...]


LIMITS = {
    "credits": LimitMeaning(
        "data credits",
        "the leads of a month, times the data credits of one lead, with what the plan holds; "
        "your own provider keys spend none",
        "Cells fail with an error, rows keep arriving, until the month ends or you buy more.",
        (".credits", ".credits-ceiling", "meter.credits_per_lead", "meter.out-of-credits"),
    ),
    "actions": LimitMeaning(
        "actions",
        "the leads of a month, times one action for each enrichment column and each callback, "
        "with what the plan holds; legacy plans charge none",
        "Nothing can be bought on top: wait for the month to end, drop columns or change the plan.",
        (".actions", "meter.action", "meter.actions-top-up", "capability.action_charges"),
    ),
    "rows": LimitMeaning(
        "rows per table",
        "the leads so far with the rows that one table takes; auto-delete lifts it",
        "The table takes no further row and says nothing: start a new table before that day.",
        (".rows", "wire.table-full", "capability.auto_delete"),
    ),
    "webhook_life": LimitMeaning(
        "webhook life",
        "the leads so far with the submissions that one webhook takes in its life; deleting "
        "rows gives none back, auto-delete lifts it",
        "Each further lead is answered with 403: make a new webhook and add its URL before then.",
        ("wire.record-limit", "capability.auto_delete"),
    ),
    "rate": LimitMeaning(
        "webhook rate",
        "the leads of a day with what the whole workspace may post in a day, all sources together",
        "Posts are answered with 429 and dropped: no pace carries more through one workspace.",
        ("wire.rate", "wire.rate-burst", "wire.too-many-requests"),
    ),
    "latency": LimitMeaning(
        "enrichment time",
        "the latest acceptable result with the time that one enrichment column can take",
        "Results come later than wanted; no architecture makes Clay enrich sooner.",
        ("wire.latency",),
    ),
}
