-- The questions without an answer, with numbers that are never given twice, and whether somebody wants them passed on.
ALTER TABLE misses RENAME TO old_misses;
DROP INDEX misses_by_community;
CREATE TABLE misses (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    community      TEXT,
    question       TEXT NOT NULL,
    asked_at       TEXT NOT NULL,
    asked_for_team INTEGER NOT NULL DEFAULT 0
);
INSERT INTO misses (id, community, question, asked_at) SELECT id, community, question, asked_at FROM old_misses;
DROP TABLE old_misses;
CREATE INDEX misses_by_community ON misses (community, id);
CREATE INDEX misses_by_time ON misses (asked_at);
-- People, by the accounts that they write from. A person is a number; what they are called is not kept.
CREATE TABLE people (
    id              INTEGER PRIMARY KEY,
    since           TEXT NOT NULL,
    zone            TEXT NOT NULL,
    journey         TEXT,
    reminder_offer  TEXT,
    erasure_asked   TEXT,
    wrong_codes     INTEGER NOT NULL DEFAULT 0,
    wrong_codes_at  TEXT
);
CREATE TABLE accounts (
    platform TEXT NOT NULL,
    account  TEXT NOT NULL,
    person   INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    PRIMARY KEY (platform, account)
);
CREATE INDEX accounts_by_person ON accounts (person);
CREATE TABLE memberships (
    person    INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    platform  TEXT NOT NULL,
    community TEXT NOT NULL,
    welcomed  TEXT,
    PRIMARY KEY (person, platform, community)
);
-- Where each person stands in each journey that they began; the address is where its steps were shown last.
CREATE TABLE journeys (
    person  INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    journey TEXT NOT NULL,
    state   TEXT NOT NULL,
    address TEXT NOT NULL,
    changed TEXT NOT NULL,
    PRIMARY KEY (person, journey)
);
-- How many people reached, went through and left each step: sums alone, which nobody can be found in.
CREATE TABLE step_counts (
    journey   TEXT NOT NULL,
    step      TEXT NOT NULL,
    community TEXT NOT NULL,
    reached   INTEGER NOT NULL DEFAULT 0,
    passed    INTEGER NOT NULL DEFAULT 0,
    quit      INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (journey, step, community)
);
-- The last turn of each conversation, for an hour: what a follow-up is read with, and the choices that a number names.
CREATE TABLE conversations (
    platform  TEXT NOT NULL,
    account   TEXT NOT NULL,
    community TEXT NOT NULL,
    place     TEXT NOT NULL,
    person    INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    turn      TEXT NOT NULL,
    at        TEXT NOT NULL,
    PRIMARY KEY (platform, account, community, place)
);
CREATE INDEX conversations_by_person ON conversations (person);
-- The events answered in the last 48 hours: one that comes again gets the same reply and changes nothing.
CREATE TABLE events (
    platform TEXT NOT NULL,
    id       TEXT NOT NULL,
    person   INTEGER REFERENCES people (id) ON DELETE SET NULL,
    reply    TEXT,
    at       TEXT NOT NULL,
    PRIMARY KEY (platform, id)
);
CREATE INDEX events_by_person ON events (person);
CREATE INDEX events_by_time ON events (at);
CREATE TABLE feedback (
    person    INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    passage   TEXT NOT NULL,
    community TEXT NOT NULL,
    useful    INTEGER NOT NULL,
    reason    TEXT,
    at        TEXT NOT NULL,
    PRIMARY KEY (person, passage)
);
CREATE TABLE reminders (
    person     INTEGER PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    address    TEXT NOT NULL,
    weekday    INTEGER NOT NULL,
    minute     INTEGER NOT NULL,
    due        TEXT NOT NULL,
    unanswered INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX reminders_by_time ON reminders (due);
-- Who wants to hear when a question finds an answer.
CREATE TABLE watches (
    person  INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    miss    INTEGER NOT NULL REFERENCES misses (id) ON DELETE CASCADE,
    address TEXT NOT NULL,
    at      TEXT NOT NULL,
    PRIMARY KEY (person, miss)
);
CREATE INDEX watches_by_miss ON watches (miss);
-- The codes with which somebody joins two accounts, kept as digests until they end.
CREATE TABLE link_codes (
    person INTEGER PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    code   TEXT NOT NULL UNIQUE,
    ends   TEXT NOT NULL
);
-- When what is kept no longer was last dropped.
CREATE TABLE chores (
    name TEXT PRIMARY KEY,
    done TEXT NOT NULL
)
