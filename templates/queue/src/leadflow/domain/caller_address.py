"""Who is calling? The address behind proxies that are trusted, and behind no others. Pure.

`X-Forwarded-For` is written by whoever likes to. It is read from its end, where our own proxies
write, only as far as each address in it is a proxy's of ours; the next one is the caller.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence

__all__ = ["Network", "caller_address"]

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
HOUSEHOLD_BITS = 64  # one customer of an IPv6 provider has at least that many addresses
NOBODY = "unknown"


def caller_address(peer: str, forwarded: Iterable[str], trusted: Sequence[Network]) -> str:
    """Name the caller, by what limits apply to; `forwarded` are the header's values, in order."""
    named = [part.strip() for value in forwarded for part in value.split(",")]
    found = _parsed(peer)
    while found is not None and named and _is_among(found, trusted):
        nearer = _parsed(named.pop())
        if nearer is None:
            break  # what a proxy of ours would not write
        found = nearer
    return _household(found) if found else NOBODY


def _parsed(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _is_among(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)


def _household(address: Address) -> str:
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(ipaddress.ip_network((address, HOUSEHOLD_BITS), strict=False))
