-- What platforms delivered and is not handled yet, so that they need not deliver it again. A lane's rows are handled in order.
CREATE TABLE inbox (
    number    INTEGER PRIMARY KEY AUTOINCREMENT,
    platform  TEXT NOT NULL,
    id        TEXT NOT NULL,
    lane      TEXT NOT NULL,
    payload   TEXT NOT NULL,
    at        TEXT NOT NULL,
    sent      INTEGER NOT NULL DEFAULT 0,
    tries     INTEGER NOT NULL DEFAULT 0,
    set_aside INTEGER NOT NULL DEFAULT 0,
    UNIQUE (platform, id)
);
-- The messages that answer a question, for 48 hours: an edited question edits its answer.
CREATE TABLE answers (
    platform TEXT NOT NULL,
    chat     TEXT NOT NULL,
    question TEXT NOT NULL,
    account  TEXT NOT NULL,
    messages TEXT NOT NULL,
    at       TEXT NOT NULL,
    PRIMARY KEY (platform, chat, question)
);
CREATE INDEX answers_by_account ON answers (platform, account);
CREATE INDEX answers_by_time ON answers (at);
-- The communities that Vigie serves, and what their administrators chose.
CREATE TABLE communities (
    platform     TEXT NOT NULL,
    id           TEXT NOT NULL,
    title        TEXT NOT NULL,
    welcomes     INTEGER NOT NULL DEFAULT 1,
    welcome_text TEXT,
    left_at      TEXT,
    PRIMARY KEY (platform, id)
);
-- The places of a community where Vigie does not speak.
CREATE TABLE quiet_places (
    platform  TEXT NOT NULL,
    community TEXT NOT NULL,
    place     TEXT NOT NULL,
    PRIMARY KEY (platform, community, place)
);
-- Who moderates a community without being one of the platform's administrators.
CREATE TABLE moderators (
    platform  TEXT NOT NULL,
    community TEXT NOT NULL,
    account   TEXT NOT NULL,
    PRIMARY KEY (platform, community, account)
);
CREATE INDEX moderators_by_account ON moderators (platform, account);
-- Since when an account cannot be written to: it has blocked Vigie, or is closed.
ALTER TABLE accounts ADD COLUMN unreachable_since TEXT
