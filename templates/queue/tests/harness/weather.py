"""How bad a storm over the whole program is to be, and the settings that the program has in it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from harness.workspace import ROOT

__all__ = ["CONCURRENCY", "CREDITS", "Weather", "told_of"]

CONCURRENCY, CREDITS = 5, 6
# Every lead goes to the CRM, the good ones to outreach, too.
ROUTES = """
routes:
  - name: hot
    when:
      icp_score:  {at_least: 80}
      work_email: {is: valid_email}
    to: [crm, outreach]
  - name: others
    to: [crm]
always: [database]
unscored: [crm]
"""
EMAIL = "email:     work_email\n      firstname"  # as the CRM gets it; not every lead has one
ANY_EMAIL = "email:     {first_of: [work_email, email]}\n      firstname"


class Weather(NamedTuple):
    """How long, over how many leads, and how bad it is to be."""

    seconds: float
    leads: int
    workers: int
    calls_per_second: int
    calm_seconds: float  # between two blows, at most
    freeze_seconds: float  # likewise; a job's lock ends after 5
    redis_kills: int
    spare_calls: int  # what the budget allows beyond one call for each lead
    clay_seconds: float  # that it takes before it has a lead, and again before it has said so
    awaits_leases: bool  # or ends them by hand: they take a minute

    @property
    def slow(self) -> tuple[str, str]:
        """Whoever dies has jobs in hand: of some Clay has the lead already, of some never."""
        letters = len("OK")  # an answer that is slow comes letter by letter
        return (
            f"latency,seconds={self.clay_seconds}",
            f"slow_answer,seconds={self.clay_seconds / letters}",
        )

    @property
    def cap(self) -> int:
        return (self.leads + self.spare_calls) * CREDITS


def told_of(weather: Weather, folder: Path, *, redis_url: str) -> dict[str, str]:
    """The settings for it; its routes and destinations are written into the folder."""
    routes, destinations = (folder / name for name in ("routes.yaml", "destinations.yaml"))
    routes.write_text(ROUTES)
    shipped = (ROOT / "destinations.yaml").read_text()
    assert shipped.count(EMAIL) == 1
    destinations.write_text(shipped.replace(EMAIL, ANY_EMAIL))
    return {
        "REDIS_URL": redis_url,
        "ROUTES_FILE": str(routes),
        "DESTINATIONS_FILE": str(destinations),
        "ON_UNKNOWN": "retry",
        "WORKER_CONCURRENCY": str(CONCURRENCY),
        "CALLS_PER_SECOND": str(weather.calls_per_second),
        "DAILY_CREDIT_CAP": str(weather.cap),
        "SEND_TIMEOUT_SECONDS": "5",
        "CREDITS_PER_LEAD": str(CREDITS),
        "DELIVERY_ATTEMPTS": "20",
    }
