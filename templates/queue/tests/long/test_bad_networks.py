"""Networks that lose or delay: what was sent is counted right, and the pace is kept."""

from __future__ import annotations

from collections import Counter

import pytest

from harness.own_network import send_through_trouble
from harness.workspace import Workspace

pytestmark = pytest.mark.long

LOSS = (
    "nft add table inet trouble",
    "nft add chain inet trouble lost { type filter hook input priority 0 ; }",
    "nft add rule inet trouble lost numgen random mod 100 < 30 drop",
)
NARROW = (
    "ip link set lo mtu 1500",
    "tc qdisc add dev lo root tbf rate 1mbit burst 16kb latency 400ms",
)


def most_in_a_second(moments: list[float]) -> int:
    return max(sum(start <= moment < start + 1 for moment in moments) for start in moments)


@pytest.fixture(autouse=True)
def settings(workspace: Workspace) -> None:
    workspace.environ.update(
        SEND_INTERVAL_SECONDS="0.2",
        SEND_TIMEOUT_SECONDS="10",
        SEND_RETRIES="4",
        LEAD_EXTRA_COLUMNS="notes",
    )


@pytest.mark.case(8)
def test_with_a_third_of_all_packets_lost_no_lead_is_lost_and_none_is_in_clay_twice(
    workspace: Workspace,
) -> None:
    seen = send_through_trouble(workspace, leads=90, trouble=LOSS)

    account, rows = seen["status"]["account"], Counter(seen["rows"])
    print(f"case 8: {account}, {len(rows)} rows, {seen['seconds']:.0f} s, runs {seen['runs']}")
    assert account["is_balanced"]
    assert (account["accepted"], account["waiting"], account["failed"]) == (90, 0, 0)
    assert max(rows.values()) == 1
    assert account["sent"] <= len(rows) <= account["sent"] + account["unknown"]


@pytest.mark.case(10)
def test_on_a_narrow_line_the_pace_holds_and_nothing_times_out(workspace: Workspace) -> None:
    seen = send_through_trouble(workspace, leads=60, trouble=NARROW)

    account, arrivals = seen["status"]["account"], seen["arrivals"]
    mean = (len(arrivals) - 1) / (arrivals[-1] - arrivals[0])
    print(f"case 10: {account}, {mean:.2f}/s, at most {most_in_a_second(arrivals)} in a second")
    assert account["sent"] == len(seen["rows"]) == 60
    assert mean <= 5
    assert most_in_a_second(arrivals) <= 6  # five starts, and one that was late on its way
