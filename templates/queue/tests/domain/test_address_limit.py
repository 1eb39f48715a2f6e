"""Who is calling, and how often they may."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.domain.address_limit import AddressLimit
from leadflow.domain.caller_address import caller_address

PROXIES = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


def test_a_burst_is_let_through_and_then_one_every_interval() -> None:
    limit = AddressLimit(interval_seconds=6, burst=3)

    assert [limit.ask("a", now=100.0) for _ in range(4)] == [0, 0, 0, 6]
    assert limit.ask("a", now=105.0) == 1
    assert limit.ask("a", now=106.0) == 0
    assert limit.ask("a", now=106.0) == 6


def test_asking_too_early_costs_nothing() -> None:
    limit = AddressLimit(interval_seconds=6, burst=1)
    limit.ask("a", now=0.0)

    assert [limit.ask("a", now=float(now)) for now in range(1, 7)] == [5, 4, 3, 2, 1, 0]


def test_one_address_does_not_pay_for_another() -> None:
    limit = AddressLimit(interval_seconds=6, burst=1)
    limit.ask("a", now=0.0)

    assert limit.ask("b", now=0.0) == 0


@given(st.lists(st.floats(0, 5), min_size=1, max_size=60), st.integers(1, 4))
def test_in_any_window_there_are_no_more_than_burst_and_rate_allow(
    pauses: list[float], burst: int
) -> None:
    limit, now, let_through = AddressLimit(1.0, burst), 0.0, []
    for pause in pauses:
        now += pause
        if not limit.ask("a", now=now):
            let_through.append(now)

    for first, start in enumerate(let_through):
        for last, end in enumerate(let_through[first:], first):
            assert last - first + 1 <= burst + (end - start) + 1e-6


def test_memory_is_bounded_whatever_comes() -> None:
    limit = AddressLimit(interval_seconds=60, burst=1, most_addresses=100)

    for number in range(1_000):
        limit.ask(str(number), now=0.0)

    assert len(limit) == 100


def test_a_flood_of_addresses_does_not_free_one_that_goes_on_asking() -> None:
    limit = AddressLimit(interval_seconds=60, burst=1, most_addresses=100)
    limit.ask("a", now=0.0)

    for number in range(1_000):
        limit.ask(str(number), now=1.0)
        assert limit.ask("a", now=1.0) == 59


def test_an_address_whose_time_has_passed_is_forgotten() -> None:
    limit = AddressLimit(interval_seconds=1, burst=1)
    for number in range(50):
        limit.ask(str(number), now=0.0)

    for number in range(100):
        limit.ask("a", now=10.0 + number)

    assert len(limit) == 1


@pytest.mark.parametrize(
    ("peer", "forwarded", "caller"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["192.0.2.66, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["192.0.2.66", "198.51.100.1, 10.9.9.9"], "198.51.100.1"),
        ("10.0.0.1", ["10.0.0.2,10.0.0.3"], "10.0.0.2"),
        ("10.0.0.1", ["198.51.100.1, nonsense"], "10.0.0.1"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("::ffff:10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("2001:db8:1:2:3:4:5:6", [], "2001:db8:1:2::/64"),
        ("fd00::1", ["2001:db8:1:2::ff"], "2001:db8:1:2::/64"),
        ("fd00::1", ["[2001:db8:1:2::ff]"], "2001:db8:1:2::/64"),
        ("", ["198.51.100.1"], "unknown"),
        ("unix", ["198.51.100.1"], "unknown"),
    ],
)
def test_only_what_our_own_proxies_write_is_believed(
    peer: str, forwarded: list[str], caller: str
) -> None:
    assert caller_address(peer, forwarded, PROXIES) == caller


def test_without_trusted_proxies_nothing_forwarded_is_believed() -> None:
    assert caller_address("10.0.0.1", ["198.51.100.1"], ()) == "10.0.0.1"
