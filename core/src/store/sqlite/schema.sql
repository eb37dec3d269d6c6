-- The data file of sfn-alias: format 4 (PRAGMA user_version), application id 0x53666E41 ("SfnA").
--
-- Each record is its own row, and large columns that never change (definitions, inputs) are stored apart
-- from columns that change often, so that the cost of a write depends only on what it changes.
--
-- Times are milliseconds since 1970. `machine` is the id of a state machine. `sum` is the CRC-32 of all other
-- columns and the table's name (checksum.rs); it is the last column because the upgrade from format 1 adds it.
-- Foreign keys are not declared: a state machine is deleted with all its rows in one transaction, and the
-- checks would need another index.

-- Values about the file itself:
--   token_key   32 random bytes that sign page tokens
--   occasions   the number of times that a service with a seed was opened, so that no two generate the same ids
--   schema      the checksum of these definitions
--   incomplete  exists while a copy to this file is not complete
--   generation  identifies the write-ahead log that belongs to the file (generation.rs)
CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value BLOB NOT NULL,
    sum INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- State machines. Lists read a range of `arn`, which is compared byte by byte.
CREATE TABLE machines (
    id INTEGER PRIMARY KEY,
    arn TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('STANDARD', 'EXPRESS')),
    created INTEGER NOT NULL,
    deleted INTEGER,                    -- end of the deletion, in status DELETING
    last_version INTEGER NOT NULL,      -- the highest version number so far
    published INTEGER,                  -- the version of the current revision
    created_published INTEGER NOT NULL, -- `publish` and `versionDescription` of the create request
    created_description TEXT,
    revision INTEGER NOT NULL,          -- the current revision
    next_sequence INTEGER NOT NULL DEFAULT 0, -- of the next execution, if none is stored
    sum INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Index for purging state machines in status DELETING.
CREATE INDEX machines_by_deletion ON machines (deleted) WHERE deleted IS NOT NULL;

-- Tags as a JSON list, in the order in which their keys were first set. No row if there are none.
CREATE TABLE tags (
    machine INTEGER PRIMARY KEY,
    tags TEXT NOT NULL,
    sum INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Revisions. A revision is written once, shared by the state machine, its versions and its executions, and
-- deleted with the last of them.
CREATE TABLE revisions (
    id INTEGER PRIMARY KEY,
    uuid TEXT,                          -- NULL for the first revision
    role TEXT NOT NULL,
    logging TEXT NOT NULL,              -- JSON, as the next two columns
    tracing TEXT NOT NULL,
    encryption TEXT,
    updated INTEGER NOT NULL,
    definition TEXT NOT NULL,           -- after the small columns, because it may take many pages
    sum INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE versions (
    machine INTEGER NOT NULL,
    number INTEGER NOT NULL,
    description TEXT,
    created INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    sum INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (machine, number)
) STRICT, WITHOUT ROWID;

-- Finds the versions that refer to a revision.
CREATE INDEX versions_by_revision ON versions (revision);

CREATE TABLE aliases (
    machine INTEGER NOT NULL,
    name TEXT NOT NULL,
    description TEXT,                   -- NULL and '' are different
    version INTEGER NOT NULL,           -- the routing: one or two versions and weights
    weight INTEGER NOT NULL,
    second_version INTEGER,
    second_weight INTEGER,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    previous_until INTEGER,             -- end of the update delay, with the previous routing
    previous_version INTEGER,
    previous_weight INTEGER,
    previous_second_version INTEGER,
    previous_second_weight INTEGER,
    sum INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (machine, name)
) STRICT, WITHOUT ROWID;

-- Index in the order of lists.
CREATE INDEX aliases_by_creation ON aliases (machine, created, name);

-- The latest executions of a state machine. Sequence numbers have no gaps; the oldest are deleted first.
CREATE TABLE executions (
    machine INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    name TEXT NOT NULL,
    version INTEGER,                    -- NULL if started with the unqualified ARN
    alias TEXT,
    trace TEXT,
    started INTEGER NOT NULL,
    revision INTEGER NOT NULL,          -- the revision that it was started with
    input TEXT NOT NULL,                -- after the small columns, because it may take many pages
    sum INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (machine, sequence)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX executions_by_name ON executions (machine, name);

-- Finds the executions that refer to a revision.
CREATE INDEX executions_by_revision ON executions (revision);

-- How and when executions end, in a separate table so that ending one does not rewrite its input. An execution is
-- RUNNING until `stopped`, which may lie in the future.
CREATE TABLE endings (
    machine INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    stopped INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED')),
    error TEXT,
    cause TEXT,
    output TEXT,                        -- of executions that succeed
    sum INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (machine, sequence)
) STRICT, WITHOUT ROWID;

-- The redrives of executions, with their previous endings.
CREATE TABLE redrives (
    machine INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    number INTEGER NOT NULL,            -- from 1
    redriven INTEGER NOT NULL,
    token TEXT,                         -- the client token
    stopped INTEGER NOT NULL,           -- the previous ending
    status TEXT NOT NULL,
    error TEXT,
    cause TEXT,
    sum INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (machine, sequence, number)
) STRICT, WITHOUT ROWID;

-- Executions that ended and are not stored: deleted ones, and those of EXPRESS state machines.
CREATE TABLE unstored_endings (
    machine INTEGER NOT NULL,
    version INTEGER NOT NULL,           -- 0 is the unqualified state machine
    alias TEXT NOT NULL,                -- '' if started without an alias
    status TEXT NOT NULL CHECK (status IN ('SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED')),
    durations TEXT NOT NULL,            -- a histogram in JSON
    sum INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (machine, version, alias, status)
) STRICT, WITHOUT ROWID;

-- Texts that a program stores with an alias, deleted with it.
CREATE TABLE documents (
    machine INTEGER NOT NULL,
    alias TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    sum INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (machine, alias, key)
) STRICT, WITHOUT ROWID;

-- The number of starts per version. Version 0 is the unqualified state machine.
CREATE TABLE starts (
    machine INTEGER NOT NULL,
    version INTEGER NOT NULL,
    count INTEGER NOT NULL,
    sum INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (machine, version)
) STRICT, WITHOUT ROWID;
