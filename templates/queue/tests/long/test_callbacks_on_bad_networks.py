"""A network between Clay and the server that loses packets: no callback is lost or done twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.own_network import in_own_network
from harness.people import people
from harness.server import free_port

LEADS = 300  # five a second: one minute
LOST = "numgen random mod 100 < 30 drop"


def loss_at(port: int) -> tuple[str, ...]:
    """Three of ten packets to and from the server do not arrive; everything else does."""
    return (
        "nft add table inet trouble",
        "nft add chain inet trouble lost { type filter hook input priority 0 ; }",
        f"nft add rule inet trouble lost tcp dport {port} {LOST}",
        f"nft add rule inet trouble lost tcp sport {port} {LOST}",
    )


@pytest.mark.long
@pytest.mark.case(8)
def test_with_a_third_of_all_packets_lost_no_callback_is_lost_and_none_is_done_twice(
    tmp_path: Path,
) -> None:
    port = free_port()
    people(LEADS)  # the same that are sent there: no log may name them

    seen = in_own_network(
        "harness.callbacks_in_own_network",
        *(str(tmp_path), str(port), str(LEADS)),
        trouble=loss_at(port),
    )

    journey, stored = seen["journey"], seen["stored"]
    print(
        f"case 8, the way in: {seen['outcomes']}, {len(seen['acknowledged'])} acknowledged, "
        f"{seen['duplicates']:.0f} of them twice, {len(stored)} stored in {seen['seconds']:.0f} s: "
        f"{journey}"
    )
    assert seen["exit"] == 0
    assert seen["outcomes"]["ETIMEDOUT"] > 0
    assert len(stored) == len(set(stored))
    assert set(seen["acknowledged"]) <= set(stored)
    assert sorted(seen["enriched"]) == sorted(stored)
    assert set(seen["written"]) == set(seen["enrolled"]) == {1}
    # Whom Clay gave up on is not lost either: `leadflow overdue` will list them.
    assert (journey["accepted"], journey["delivered"]) == (LEADS, len(stored))
    assert journey["in_flight"] == LEADS - len(stored)
