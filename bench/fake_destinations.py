"""A CRM and an outreach tool that take 20 ms for each request, as a process of their own.

Prints their URLs as one line of JSON; at the end of its input, what arrived when, as another.
"""

from __future__ import annotations

import json
import sys

from destinations import FakeDestination, running_destinations

LATENCY_SECONDS = 0.02


def _arrivals(fake: FakeDestination) -> dict[str, float]:
    """When each lead's record was taken: at its request, and 20 ms later it was answered."""
    return {each.lead_id: each.at + LATENCY_SECONDS for each in fake.arrivals if each.status}


def main() -> None:
    with running_destinations() as fakes:
        for fake in (fakes.hubspot, fakes.outreach):
            fake.fault(latency_seconds=LATENCY_SECONDS)
        print(json.dumps({"crm": fakes.hubspot.url, "outreach": fakes.outreach.url}), flush=True)
        sys.stdin.read()
        found = {"crm": _arrivals(fakes.hubspot), "outreach": _arrivals(fakes.outreach)}
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
