-- The ledger, version 1. A later version adds a numbered file that takes this one forward.
-- Direct, Standard and Queue have every file, also for what they never use: so a ledger moves
-- between them as it is, up and down, and no row is lost on the way.
-- Types are INTEGER PRIMARY KEY (a number the store gives), INTEGER, REAL, TEXT and BLOB, and no
-- others, so that each store can say them in its own words.

-- One reading of one file. The latest reading of a file is the one that counts.
CREATE TABLE intake (
    intake_id   INTEGER PRIMARY KEY,
    file        TEXT    NOT NULL,               -- its name, without the folder
    started_at  REAL    NOT NULL,               -- seconds since 1970, UTC
    new         INTEGER NOT NULL DEFAULT 0,
    known       INTEGER NOT NULL DEFAULT 0,     -- accepted by an earlier reading
    duplicates  INTEGER NOT NULL DEFAULT 0,     -- repeated within this file
    rejected    INTEGER NOT NULL DEFAULT 0
) STRICT;

-- One webhook URL, named by a digest of the URL, which is a secret.
CREATE TABLE webhook (
    webhook_id  TEXT    PRIMARY KEY,
    label       TEXT    NOT NULL,               -- the last 4 characters of the URL
    used        INTEGER NOT NULL DEFAULT 0,     -- accepted for life; doubtful ones are included
    full_at     REAL                            -- when Clay last said that it takes no more
) STRICT;

-- What one run leaves to the next, so that both together keep the pace. One row.
CREATE TABLE pace (
    pace_id     INTEGER PRIMARY KEY CHECK (pace_id = 1),
    last_start  REAL    NOT NULL DEFAULT 0,     -- seconds since 1970, UTC; never too early
    not_before  REAL    NOT NULL DEFAULT 0      -- the end of the pause that Clay asked for
) STRICT;
INSERT INTO pace (pace_id) VALUES (1);

-- One set of files for Clay's importer; its leads are marked with it before the files take their names.
CREATE TABLE export (
    export_id     INTEGER PRIMARY KEY,
    files         TEXT    NOT NULL,             -- JSON array of absolute paths
    rows_per_file INTEGER NOT NULL,
    written_at    REAL                          -- when all files were on the disk; NULL until then
) STRICT;

-- One accepted lead. The states and their transitions are in domain/ledger.py.
CREATE TABLE lead (
    seq         INTEGER PRIMARY KEY,            -- file order
    lead_id     TEXT    NOT NULL UNIQUE,        -- lead-<32 hex>
    state       TEXT    NOT NULL DEFAULT 'waiting',
    fields      TEXT    NOT NULL,               -- JSON object: what Clay receives besides lead_id
    intake_id   INTEGER NOT NULL REFERENCES intake (intake_id),
    line        INTEGER NOT NULL,               -- where in the file
    webhook_id  TEXT    REFERENCES webhook (webhook_id), -- where it was last sent
    attempts    INTEGER NOT NULL DEFAULT 0,     -- requests that may have reached Clay
    doubts      INTEGER NOT NULL DEFAULT 0,     -- of those, how many Clay neither took nor refused
    export_id   INTEGER REFERENCES export (export_id), -- the files it was last written to
    reason      TEXT    NOT NULL DEFAULT '',    -- why it is not sent
    changed_at  REAL                            -- when the state last changed
) STRICT;

CREATE INDEX lead_by_state ON lead (state, seq) WHERE state <> 'sent';
CREATE INDEX lead_by_export ON lead (export_id, seq) WHERE export_id IS NOT NULL;
CREATE INDEX lead_by_doubt ON lead (seq) WHERE doubts > 0;
CREATE INDEX lead_by_intake ON lead (intake_id) WHERE state = 'waiting';

-- What Clay found out about a lead.
CREATE TABLE enrichment (
    lead_id     TEXT    PRIMARY KEY REFERENCES lead (lead_id),
    facts       TEXT    NOT NULL,               -- JSON object: column -> value
    imported_at REAL    NOT NULL
) STRICT, WITHOUT ROWID;
