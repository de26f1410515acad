-- The clock of a community, and which state of its own passages is in force: a number that grows with each change.
ALTER TABLE communities ADD COLUMN zone TEXT NOT NULL DEFAULT 'Europe/Paris';
ALTER TABLE communities ADD COLUMN taught INTEGER NOT NULL DEFAULT 0;
-- What somebody of a team is about to do, until they do it or give it up.
CREATE TABLE drafts (
    number    INTEGER PRIMARY KEY AUTOINCREMENT,
    platform  TEXT NOT NULL,
    community TEXT NOT NULL,
    account   TEXT NOT NULL,
    kind      TEXT NOT NULL,
    content   TEXT NOT NULL,
    awaits    TEXT,
    about     TEXT,
    at        TEXT NOT NULL
);
CREATE INDEX drafts_by_account ON drafts (platform, account);
-- The tips that a community was told since its deck was last through.
CREATE TABLE told_tips (
    platform  TEXT NOT NULL,
    community TEXT NOT NULL,
    tip       TEXT NOT NULL,
    at        TEXT NOT NULL,
    PRIMARY KEY (platform, community, tip)
);
-- When tips are told unasked: weekdays (0 for Monday, with commas) and a minute of the community's day; next in UTC.
CREATE TABLE programmes (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    platform    TEXT NOT NULL,
    community   TEXT NOT NULL,
    place       TEXT,
    within      TEXT,
    place_title TEXT NOT NULL,
    weekdays    TEXT NOT NULL,
    minute      INTEGER NOT NULL,
    themes      TEXT NOT NULL,
    due         TEXT NOT NULL
);
CREATE INDEX programmes_by_time ON programmes (due);
CREATE INDEX programmes_by_community ON programmes (platform, community);
-- The days, both included, on which a community is told no tips unasked.
CREATE TABLE holidays (
    platform  TEXT NOT NULL,
    community TEXT NOT NULL,
    first_day TEXT NOT NULL,
    last_day  TEXT NOT NULL,
    PRIMARY KEY (platform, community, first_day)
);
-- What communities taught Vigie; each version of it stays.
CREATE TABLE taught (
    number    INTEGER PRIMARY KEY AUTOINCREMENT,
    platform  TEXT NOT NULL,
    community TEXT NOT NULL,
    id        TEXT NOT NULL,
    version   INTEGER NOT NULL,
    hidden    INTEGER NOT NULL DEFAULT 0,
    UNIQUE (platform, community, id)
);
CREATE TABLE taught_versions (
    taught    INTEGER NOT NULL REFERENCES taught (number) ON DELETE CASCADE,
    version   INTEGER NOT NULL,
    title     TEXT NOT NULL,
    text      TEXT NOT NULL,
    questions TEXT NOT NULL,
    note      TEXT,
    phase     TEXT NOT NULL,
    platform  TEXT NOT NULL,
    account   TEXT,
    name      TEXT NOT NULL,
    at        TEXT NOT NULL,
    PRIMARY KEY (taught, version)
);
CREATE INDEX taught_versions_by_account ON taught_versions (platform, account);
-- What the teams did.
CREATE TABLE audit (
    number    INTEGER PRIMARY KEY AUTOINCREMENT,
    platform  TEXT NOT NULL,
    community TEXT NOT NULL,
    account   TEXT,
    name      TEXT NOT NULL,
    action    TEXT NOT NULL,
    subject   TEXT NOT NULL,
    about     TEXT,
    at        TEXT NOT NULL
);
CREATE INDEX audit_by_community ON audit (platform, community, number);
CREATE INDEX audit_by_account ON audit (platform, account);
-- Who may not ask in a community for a while.
CREATE TABLE barred (
    platform  TEXT NOT NULL,
    community TEXT NOT NULL,
    account   TEXT NOT NULL,
    until     TEXT NOT NULL,
    told      INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (platform, community, account)
);
CREATE INDEX barred_by_account ON barred (platform, account);
-- How much was lately asked by somebody in a community (no place), or in a place of it (no account).
CREATE TABLE paces (
    platform  TEXT NOT NULL,
    community TEXT NOT NULL,
    place     TEXT NOT NULL,
    account   TEXT NOT NULL,
    since     TEXT NOT NULL,
    asked     INTEGER NOT NULL,
    PRIMARY KEY (platform, community, place, account)
);
CREATE INDEX paces_by_account ON paces (platform, account);
-- Where a community's team wants to read about its week: in a place of it, for all who read there, or in private.
CREATE TABLE digests (
    platform  TEXT NOT NULL,
    community TEXT NOT NULL,
    account   TEXT NOT NULL,
    place     TEXT,
    to_all    INTEGER NOT NULL,
    due       TEXT NOT NULL,
    PRIMARY KEY (platform, community)
);
CREATE INDEX digests_by_account ON digests (platform, account);
-- What became of questions, and which passages were told, day by day: sums alone, which nobody can be found in.
CREATE TABLE question_counts (
    platform  TEXT NOT NULL,
    community TEXT NOT NULL,
    day       TEXT NOT NULL,
    outcome   TEXT NOT NULL,
    passage   TEXT NOT NULL,
    asked     INTEGER NOT NULL,
    PRIMARY KEY (platform, community, day, outcome, passage)
);
-- Which passage of a community's own answers a question that had no answer, and whether its team set it aside.
ALTER TABLE misses ADD COLUMN answered_by INTEGER;
ALTER TABLE misses ADD COLUMN set_aside INTEGER NOT NULL DEFAULT 0;
-- The passage that answers what somebody waits for, and the message in which they asked.
ALTER TABLE watches ADD COLUMN found INTEGER;
ALTER TABLE watches ADD COLUMN message TEXT;
-- Until when Vigie keeps silent in a place, without an end where there is none; and the place that it is a part of.
ALTER TABLE quiet_places ADD COLUMN until TEXT;
ALTER TABLE quiet_places ADD COLUMN within TEXT
