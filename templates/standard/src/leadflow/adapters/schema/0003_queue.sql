-- The queue, version 3: where leads come from, and how they get into the queue.

-- Each source that brought a lead. The same lead from two of them is one lead and one job.
CREATE TABLE lead_source (
    lead_seq    INTEGER NOT NULL,               -- lead.seq; no foreign key: it would lock the lead
    source      TEXT    NOT NULL,               -- web-form, crm-event, csv-import
    first_at    REAL    NOT NULL,               -- seconds since 1970, UTC
    last_at     REAL    NOT NULL,
    times       INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (lead_seq, source)
) STRICT;

-- A job that is not in the queue yet. Stored with its lead, deleted once the queue has it.
CREATE TABLE outbox (
    outbox_id   INTEGER PRIMARY KEY,            -- the order in which they are handed over
    lead_id     TEXT    NOT NULL UNIQUE,        -- the id of the job, too
    source      TEXT    NOT NULL,               -- the name of the job
    is_again    INTEGER NOT NULL DEFAULT 0,     -- a person asked for it: a job may have ended
    may_repeat  INTEGER NOT NULL DEFAULT 0,     -- and accepts that Clay may get the lead twice
    queued_at   REAL    NOT NULL,
    taken_until REAL    NOT NULL DEFAULT 0      -- a relay hands it over; the end of its lease
) STRICT;

-- The readings that leads of forms and events belong to are found by their name.
CREATE INDEX intake_by_file ON intake (file, intake_id);

-- An event of a CRM that was taken: the same again, which any CRM may send, does nothing.
CREATE TABLE crm_event (
    digest      BLOB    PRIMARY KEY,            -- of what makes the event this one
    seen_at     REAL    NOT NULL
) STRICT;
CREATE INDEX crm_event_by_age ON crm_event (seen_at);

-- Which Redis the gate's numbers were put into. One that holds another mark, or none, was flushed
-- or restored, and may not say how much is left. One row.
CREATE TABLE gate_epoch (
    epoch_id    INTEGER PRIMARY KEY CHECK (epoch_id = 1),
    epoch       TEXT    NOT NULL DEFAULT '',    -- what `leadflow gate init` wrote there; '' before
    made_at     REAL
) STRICT;
INSERT INTO gate_epoch (epoch_id) VALUES (1);

-- A job that the queue gave up, kept for a person to look at.
CREATE TABLE dead_job (
    lead_id     TEXT    PRIMARY KEY,
    name        TEXT    NOT NULL,               -- of the job: web-form, crm-event, csv-import
    reason      TEXT    NOT NULL,               -- the latest
    attempts    INTEGER NOT NULL,
    first_at    REAL    NOT NULL,
    last_at     REAL    NOT NULL,
    state       TEXT    NOT NULL DEFAULT 'dead' -- redriven, purged
) STRICT;
CREATE INDEX dead_job_by_state ON dead_job (state, last_at);
