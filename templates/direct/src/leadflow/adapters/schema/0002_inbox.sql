-- The way back, version 2: what Clay calls back with, and where it goes.
-- `lead_seq` is lead.seq throughout: short, and in the order of sending, so that a million rows
-- are stored as fast as the first.

-- One arrival of a callback. Its key begins with the time of issue, because callbacks come in
-- about that order: a new row then goes where the last one went, and not to a random place.
CREATE TABLE inbox (
    event_id    INTEGER PRIMARY KEY,            -- order of arrival
    lead_seq    INTEGER NOT NULL,               -- no foreign key: it would lock the lead's row
    issued_at   INTEGER NOT NULL,               -- seconds since 1970, from the token
    digest      BLOB    NOT NULL,               -- of the facts; 16 bytes tell any two apart
    facts       TEXT    NOT NULL,               -- JSON object; {} once it was purged
    received_at REAL    NOT NULL,               -- seconds since 1970, UTC
    state       TEXT    NOT NULL DEFAULT 'received',  -- routed, superseded, failed
    reason      TEXT    NOT NULL DEFAULT '',    -- why routing failed
    UNIQUE (issued_at, lead_seq, digest)
) STRICT;
CREATE INDEX inbox_by_state ON inbox (state, event_id) WHERE state <> 'routed';

-- The event of each lead that was routed last: older ones come too late.
CREATE TABLE newest (
    lead_seq    INTEGER PRIMARY KEY,
    event_id    INTEGER NOT NULL REFERENCES inbox,
    issued_at   INTEGER NOT NULL
) STRICT;

-- One event on its way to one destination. The states are in domain/delivery.py.
CREATE TABLE delivery (
    delivery_id INTEGER PRIMARY KEY,
    lead_seq    INTEGER NOT NULL,
    destination TEXT    NOT NULL,
    once        INTEGER NOT NULL,               -- the event; 0 for an enrolment: once for ever
    event_id    INTEGER NOT NULL REFERENCES inbox,  -- whose facts it carries
    state       TEXT    NOT NULL,
    attempts    INTEGER NOT NULL DEFAULT 0,     -- begun; the claimed one included
    due_at      REAL,                           -- waiting: not before; claimed: end of the lease;
                                                -- dead, unknown: since; NULL: nothing is left to do
    is_overtaken INTEGER NOT NULL DEFAULT 0,    -- a newer event was routed: it never waits again
    reason      TEXT    NOT NULL DEFAULT '',    -- why it was not delivered
    created_at  REAL    NOT NULL,
    changed_at  REAL    NOT NULL,
    UNIQUE (lead_seq, destination, once)
) STRICT;
CREATE INDEX delivery_by_due ON delivery (state, destination, due_at, delivery_id)
    WHERE due_at IS NOT NULL;
-- Of a lead at most one delivery to a destination is under way.
CREATE UNIQUE INDEX delivery_claimed ON delivery (lead_seq, destination) WHERE state = 'claimed';

-- A body with the right secret that could not be taken. The same again is counted.
CREATE TABLE quarantine (
    quarantine_id INTEGER PRIMARY KEY,
    digest      BLOB    NOT NULL UNIQUE,
    body        BLOB    NOT NULL,
    reason      TEXT    NOT NULL,               -- the latest
    times       INTEGER NOT NULL DEFAULT 1,
    first_at    REAL    NOT NULL,
    last_at     REAL    NOT NULL
) STRICT;

-- What a day (2026-11-23) and a month (2026-11) have reserved, in thousandths of a credit.
CREATE TABLE budget (
    period      TEXT    PRIMARY KEY,
    credits     INTEGER NOT NULL DEFAULT 0,
    actions     INTEGER NOT NULL DEFAULT 0
) STRICT;

-- What one attempt reserved. A refund goes to the day it was reserved on, whenever it comes.
CREATE TABLE reservation (
    reservation_id INTEGER PRIMARY KEY,
    lead_id     TEXT    NOT NULL,
    day         TEXT    NOT NULL,
    credits     INTEGER NOT NULL,               -- thousandths
    actions     INTEGER NOT NULL,
    state       TEXT    NOT NULL DEFAULT 'reserved'  -- committed, released
) STRICT;
CREATE INDEX reservation_open ON reservation (lead_id) WHERE state = 'reserved';
