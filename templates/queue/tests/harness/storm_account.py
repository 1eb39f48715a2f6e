"""What must be true after a storm, inside and outside."""

from __future__ import annotations

from collections import Counter

from harness.accounts import check_account
from harness.people import expected_of
from harness.programs import account_of, rows_at_clay
from harness.sent import in_database
from harness.weather import CREDITS
from harness.whole_storm import Storm

__all__ = ["check"]

EXECUTIONS = "SELECT sum(attempts) FROM lead"


def check(storm: Storm) -> None:
    """Hold what was done outside against what is believed inside."""
    print(_figures(storm))
    assert storm.kills
    assert storm.freezes
    assert storm.redis_kills == storm.weather.redis_kills
    _every_lead_arrived(storm)
    _nobody_was_enrolled_twice(storm)
    _the_budget_held(storm)
    _redis_holds_nobody(storm)
    unknown = storm.world.unknown()
    journey = storm.world.journey()
    assert (journey["unknown"], journey["delivered"]) == (
        len(unknown),
        len(storm.leads) - len(unknown),
    )
    assert storm.world.leadflow("status", "--check").returncode == (1 if unknown else 0)
    check_account(storm.world.store.url)
    programs = (storm.server, *storm.workers)
    assert [program.stop() for program in programs] == [0] * len(programs)


def _every_lead_arrived(storm: Storm) -> None:
    """Once each, in the CRM and in the database, however often it was executed."""
    account, rows = account_of(storm.world), Counter(rows_at_clay(storm.world))
    assert (account.accepted, account.sent) == (len(storm.leads), len(storm.leads))
    assert set(rows) == storm.lead_ids
    assert _executions(storm) <= storm.most_executions
    assert rows.total() <= storm.most_executions
    in_crm = storm.world.fakes.hubspot.records
    assert set(in_crm) == {lead["email"] for lead in storm.leads}
    assert sorted(in_database(storm.world.store)) == sorted(storm.lead_ids)


def _nobody_was_enrolled_twice(storm: Storm) -> None:
    """Whoever was to be enrolled is, or is listed for a person to look at."""
    enrolments, wanted = storm.world.fakes.outreach.enrolments, _to_enrol(storm)
    missing = wanted - set(enrolments)
    assert missing
    assert max(enrolments.values()) == 1
    assert set(enrolments) <= wanted
    assert missing <= storm.world.unknown()


def _the_budget_held(storm: Storm) -> None:
    seen = storm.reservations
    assert len(seen.gate) > 2 * storm.weather.seconds  # five looks a second, were nobody else here
    assert seen.most <= storm.weather.cap
    assert seen.ledger[-1] == _executions(storm) * CREDITS
    # Who dies between the gate's leave and the ledger's claim leaves a charge that stands.
    assert seen.ledger[-1] <= seen.gate[-1] <= storm.most_executions * CREDITS


def _redis_holds_nobody(storm: Storm) -> None:
    kept = b"".join(path.read_bytes() for path in storm.valkey.data.iterdir()).lower()
    assert kept
    assert [lead["email"] for lead in storm.leads if lead["email"].encode() in kept] == []


def _to_enrol(storm: Storm) -> set[str]:
    rows = storm.world.rows()
    return {row["values"]["lead_id"] for row in rows if "outreach" in expected_of(row)}


def _executions(storm: Storm) -> int:
    with storm.world.store.open_to_read() as database:
        (count,) = database.execute(EXECUTIONS).fetchone()
    return int(count)


def _figures(storm: Storm) -> str:
    world, seen = storm.world, storm.reservations
    rows, enrolments = Counter(rows_at_clay(world)), world.fakes.outreach.enrolments
    return (
        f"{storm.kills} kills, {storm.freezes} freezes, Redis killed {storm.redis_kills} times; "
        f"{account_of(world)}; {_executions(storm)} executions of at most "
        f"{storm.most_executions}, {rows.total()} rows, {storm.redriven} redrives; "
        f"{len(world.fakes.hubspot.records)} in the CRM, {len(in_database(world.store))} in the "
        f"database, {enrolments.total()} enrolled of {len(_to_enrol(storm))}, "
        f"{len(world.unknown())} unknown; reserved at most {seen.most:g} of {storm.weather.cap} "
        f"credits in {len(seen.ledger)} looks ({len(seen.gate)} at the gate), in the end "
        f"{seen.gate[-1]:g} at the gate and {seen.ledger[-1]:g} in the ledger; intake said "
        f"'later' {len(storm.sources.refusals)} times"
    )
