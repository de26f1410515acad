-- Questions that nobody could answer. Nothing here says who asked: the words and the community are all that moderators need.
CREATE TABLE misses (
    id        INTEGER PRIMARY KEY,
    community TEXT,
    question  TEXT NOT NULL,
    asked_at  TEXT NOT NULL
);
CREATE INDEX misses_by_community ON misses (community, id);
