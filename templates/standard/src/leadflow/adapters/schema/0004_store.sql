-- The store itself, version 4: what keeps it from being taken for another, or for a whole one.

-- One row.
CREATE TABLE store (
    store_id    INTEGER PRIMARY KEY CHECK (store_id = 1),
    variant     TEXT    NOT NULL DEFAULT '',    -- which opened it last to write
    copy_of     TEXT    NOT NULL DEFAULT '',    -- what it is a copy of, until it is whole
    moved_to    TEXT    NOT NULL DEFAULT ''     -- where its rows went
) STRICT;
INSERT INTO store (store_id) VALUES (1);
