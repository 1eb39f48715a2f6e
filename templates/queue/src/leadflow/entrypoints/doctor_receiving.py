"""What `leadflow doctor` looks at on the way back: secrets, keys, callback URL, routes, caps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from urllib.parse import urlsplit

from leadflow.bootstrap_receiving import load_destinations, load_routing
from leadflow.domain.errors import DestinationsError, RoutingError
from leadflow.entrypoints.findings import Finding
from leadflow.settings import Settings

__all__ = ["examine_receiving", "examine_waiting"]

MAKE_ONE = "`leadflow secrets` makes one; put it into .env"
LOOP = "Clay would call itself, without end and at your expense: name the host of `leadflow serve`"
GONE = "destinations.yaml does not have it: put it back under this name, or they wait for ever"
CALLBACK_PATH = "/api/clay/enriched"


def examine_receiving(settings: Settings) -> Iterator[Finding]:
    """Look at what `leadflow serve` needs. Nothing is called."""
    yield _secrets(settings)
    yield _keys(settings)
    yield _callback_url(settings)
    yield from _routes(settings)
    yield from _caps(settings)


def examine_waiting(settings: Settings, destinations: Iterable[str]) -> Iterator[Finding]:
    """Look for deliveries that wait for a destination which nobody delivers to."""
    with suppress(DestinationsError):  # which is a finding of its own
        for name in set(destinations) - load_destinations(settings).keys():
            yield Finding("deliveries", f"some wait for {name}", GONE)


def _secrets(settings: Settings) -> Finding:
    count = len(settings.callback_secrets)
    if not count:
        return Finding("callback secret", "CLAY_CALLBACK_SECRETS is not set", MAKE_ONE)
    both = "two are accepted; take the old one out once Clay sends the new one"
    return Finding("callback secret", both if count > 1 else "one is accepted")


def _keys(settings: Settings) -> Finding:
    names = [key.kid for key in settings.token_keys]
    if not names:
        return Finding("token key", "CLAY_TOKEN_KEYS is not set", MAKE_ONE)
    others = f"; {', '.join(names[1:])} still verifies" if len(names) > 1 else ""
    return Finding("token key", f"{names[0]} signs, for {settings.token_audience}{others}")


def _callback_url(settings: Settings) -> Finding:
    url = settings.callback_url
    if not url:
        return Finding("callback URL", "not set: type it into the HTTP API column of your table")
    parts = urlsplit(url)
    if (parts.hostname or "").endswith(".clay.com"):
        return Finding("callback URL", url, LOOP)
    if parts.scheme == "http":
        return Finding("callback URL", f"{url}: for a local Clay only")
    note = "" if parts.path == CALLBACK_PATH else f": a proxy must lead it to {CALLBACK_PATH}"
    return Finding("callback URL", f"{url}{note}")


def _routes(settings: Settings) -> Iterator[Finding]:
    try:
        destinations = load_destinations(settings)
        routing = load_routing(settings)
    except (DestinationsError, RoutingError) as fault:
        is_routes = isinstance(fault, RoutingError)
        for problem in fault.problems:
            yield Finding("routes" if is_routes else "destinations", "wrong", str(problem))
        return
    yield Finding("destinations", ", ".join(destinations))
    yield Finding("routes", ", ".join(route.name for route in routing.routes) or "none")


def _caps(settings: Settings) -> Iterator[Finding]:
    costs = {"credit": settings.credits_per_lead, "action": settings.actions_per_lead}
    for name, cap in settings.caps._asdict().items():
        period, what = name.split("_")
        cost = costs[what.removesuffix("s")]
        if cap is None:
            continue
        setting = f"{period.upper()}_{what.removesuffix('s').upper()}_CAP"
        found = f"{cap:,g} {what} ({cost:g} a lead)"
        yield Finding(setting, found, "" if cap >= cost else "no lead fits: raise the cap")
