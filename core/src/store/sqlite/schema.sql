-- The file of sfn-alias, format 2 (PRAGMA user_version), application id 0x53666E41, "SfnA".
--
-- A write costs as much as what it changes: each record is a row of its own, and what is large and
-- never changes (definitions, inputs) stands apart from what changes often. Times are milliseconds
-- since 1970. Foreign keys are not declared: every row of a state machine goes with it in one
-- transaction, and checking them would need an index more on revisions' users. `sum` is the CRC-32 of all
-- other columns of the row and the table's name (checksum.rs); it stands last, where format 1 was given it.

-- Of this file. `token_key`: 32 random bytes that sign page tokens, for every process; `occasions`:
-- how often a service with a seed was made on it, so that none makes the ids of another; `schema`: the
-- checksum of these definitions; `generation`: which log belongs to the file (generation.rs).
CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value BLOB NOT NULL,
    sum INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- What the versions of a state machine share. Lists are ranges of `arn`, compared byte by byte.
CREATE TABLE machines (
    id INTEGER PRIMARY KEY,
    arn TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('STANDARD', 'EXPRESS')),
    created INTEGER NOT NULL,
    deleted INTEGER,                    -- when it is gone, once its deletion has begun
    last_version INTEGER NOT NULL,      -- the greatest number ever given
    published INTEGER,                  -- the version of the current revision
    created_published INTEGER NOT NULL, -- `publish` and `versionDescription` of its creation
    created_description TEXT,
    revision INTEGER NOT NULL,          -- the current content
    next_sequence INTEGER NOT NULL DEFAULT 0, -- of the next execution, while none is kept
    sum INTEGER NOT NULL DEFAULT 0
) STRICT;

-- State machines whose deletion has begun, for those that clear up.
CREATE INDEX machines_by_deletion ON machines (deleted) WHERE deleted IS NOT NULL;

-- Tags, as a JSON list in the order in which their keys were first set. No row: no tags.
CREATE TABLE tags (
    machine INTEGER PRIMARY KEY,
    tags TEXT NOT NULL,
    sum INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Content. Written once, shared by the state machine, versions and executions that have it, and
-- deleted with the last of them.
CREATE TABLE revisions (
    id INTEGER PRIMARY KEY,
    uuid TEXT,                          -- NULL for the content at creation
    role TEXT NOT NULL,
    logging TEXT NOT NULL,              -- JSON, as are the next two
    tracing TEXT NOT NULL,
    encryption TEXT,
    updated INTEGER NOT NULL,
    definition TEXT NOT NULL,           -- behind what is read without it, as it may run over many pages
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

-- Tells whether a revision is still some version's.
CREATE INDEX versions_by_revision ON versions (revision);

CREATE TABLE aliases (
    machine INTEGER NOT NULL,
    name TEXT NOT NULL,
    description TEXT,                   -- NULL and '' differ
    version INTEGER NOT NULL,           -- the routing: one or two versions with their weights
    weight INTEGER NOT NULL,
    second_version INTEGER,
    second_weight INTEGER,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    previous_until INTEGER,             -- until when the routing before the last update holds
    previous_version INTEGER,
    previous_weight INTEGER,
    previous_second_version INTEGER,
    previous_second_weight INTEGER,
    sum INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (machine, name)
) STRICT, WITHOUT ROWID;

-- The order of lists.
CREATE INDEX aliases_by_creation ON aliases (machine, created, name);

-- The latest executions of a state machine: sequence numbers without a gap, oldest dropped first.
CREATE TABLE executions (
    machine INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    name TEXT NOT NULL,
    version INTEGER,                    -- NULL when started with the state machine's own ARN
    alias TEXT,
    trace TEXT,
    started INTEGER NOT NULL,
    revision INTEGER NOT NULL,          -- the content it was started with
    input TEXT NOT NULL,                -- behind what is read without it, as it may run over many pages
    sum INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (machine, sequence)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX executions_by_name ON executions (machine, name);

-- Tells whether a revision is still some execution's.
CREATE INDEX executions_by_revision ON executions (revision);

-- How executions were stopped; apart, so that stopping one does not write its input again.
CREATE TABLE stops (
    machine INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    stopped INTEGER NOT NULL,
    error TEXT,
    cause TEXT,
    sum INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (machine, sequence)
) STRICT, WITHOUT ROWID;

-- How often each version was started; version 0 is the state machine itself.
CREATE TABLE starts (
    machine INTEGER NOT NULL,
    version INTEGER NOT NULL,
    count INTEGER NOT NULL,
    sum INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (machine, version)
) STRICT, WITHOUT ROWID;
