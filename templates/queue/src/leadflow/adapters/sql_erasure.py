"""One person is forgotten: every stored text that mentions the address is emptied.

The rows stay, so that the account balances and the same person is not taken for a new one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from leadflow.adapters.database import Database
from leadflow.domain.lead import identify

__all__ = ["erase"]

LEADS = """
    SELECT seq, lead_id, fields FROM lead WHERE lead_id = ? OR lower(fields) LIKE ? ESCAPE '!'
"""
EVENTS = "SELECT event_id, lead_seq, facts FROM inbox WHERE lower(facts) LIKE ? ESCAPE '!'"
EVENTS_OF = "SELECT event_id, lead_seq FROM inbox WHERE lead_seq = ? AND facts <> '{}'"
ENRICHED = "SELECT lead_id, facts FROM enrichment WHERE lower(facts) LIKE ? ESCAPE '!'"
ENRICHED_OF = """
    SELECT lead_id FROM enrichment JOIN lead USING (lead_id) WHERE seq = ? AND facts <> '{}'
"""
BODIES = "SELECT quarantine_id, body FROM quarantine"
EMPTY_LEAD = """
    UPDATE lead
       SET fields = '{}',
           state  = CASE state WHEN 'waiting' THEN 'failed' ELSE state END,
           reason = 'purged on request'
     WHERE seq = ? AND fields <> '{}'
"""
EMPTY_EVENT = "UPDATE inbox SET facts = '{}' WHERE event_id = ?"
# What waits is not delivered; what is claimed or dead never waits again.
WITHHOLD = """
    UPDATE delivery
       SET is_overtaken = 1,
           state        = CASE state WHEN 'waiting' THEN 'withheld' ELSE state END,
           due_at       = CASE state WHEN 'waiting' THEN NULL ELSE due_at END,
           reason       = 'purged on request'
     WHERE event_id = ? AND lead_seq = ?
       AND state IN ('waiting', 'claimed', 'dead', 'unknown')
"""
EMPTY_ENRICHMENT = "UPDATE enrichment SET facts = '{}' WHERE lead_id = ?"
FORGET = "DELETE FROM quarantine WHERE quarantine_id = ?"


def erase(database: Database, key: str) -> dict[str, int]:
    """Empty all there is; `key` is the address as it is compared. Return counts by table."""
    leads, events, enriched = set[int](), set[tuple[int, int]](), set[str]()
    for spelling in _spellings(key):
        mention, pattern = _mention(spelling), _pattern(spelling)
        leads |= set(_leads(database, key, mention, pattern))
        for event_id, lead_seq, facts in database.stream(EVENTS, (pattern,)):
            if mention.search(facts.lower()):
                events.add((event_id, lead_seq))
        for lead_id, facts in database.stream(ENRICHED, (pattern,)):
            if mention.search(facts.lower()):
                enriched.add(lead_id)
    for seq in leads:
        events |= {
            (event_id, lead_seq) for event_id, lead_seq in database.execute(EVENTS_OF, (seq,))
        }
        enriched |= {lead_id for (lead_id,) in database.execute(ENRICHED_OF, (seq,))}
    bodies = list(_bodies(database, key))
    with database.transaction():
        emptied = database.execute_many(EMPTY_LEAD, [(seq,) for seq in sorted(leads)])
        database.execute_many(WITHHOLD, sorted(events))
        database.execute_many(EMPTY_EVENT, [(event_id,) for event_id, _ in sorted(events)])
        database.execute_many(EMPTY_ENRICHMENT, [(lead_id,) for lead_id in sorted(enriched)])
        database.execute_many(FORGET, [(number,) for number in bodies])
    counts = {"inbox": len(events), "enrichment": len(enriched), "quarantine": len(bodies)}
    return {"lead": emptied, **counts}


def _leads(database: Database, key: str, mention: re.Pattern[str], pattern: str) -> Iterator[int]:
    its_id = identify({"email": key})
    for seq, lead_id, fields in database.stream(LEADS, (its_id, pattern)):
        if lead_id == its_id or mention.search(fields.lower()):
            yield seq


def _bodies(database: Database, key: str) -> Iterator[int]:
    mentions = [_mention(spelling) for spelling in _spellings(key)]
    for number, body in database.stream(BODIES):
        text = bytes(body).decode("utf-8", "replace").lower()
        if any(mention.search(text) for mention in mentions):
            yield number


def _spellings(key: str) -> set[str]:
    """The domain in punycode, and as people write it."""
    local, _, host = key.partition("@")
    try:
        return {key, f"{local}@{host.encode('ascii').decode('idna')}"}
    except UnicodeError:
        return {key}


def _mention(spelling: str) -> re.Pattern[str]:
    """Find the whole address: ada@acme.com is not in nada@acme.com nor in ada@acme.com.br."""
    return re.compile(rf"(?<![\w.+-]){re.escape(spelling.lower())}(?!-?\w|\.\w)")


def _pattern(spelling: str) -> str:
    escaped = re.sub(r"([!%_])", r"!\1", spelling.lower())
    return f"%{escaped}%"
