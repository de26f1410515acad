-- Where newcomers are welcomed, and the roles that mean something to Vigie, on platforms that have roles.
ALTER TABLE communities ADD COLUMN welcome_place TEXT;
ALTER TABLE communities ADD COLUMN completion_role TEXT;
ALTER TABLE communities ADD COLUMN moderator_role TEXT;
ALTER TABLE communities ADD COLUMN role_refused INTEGER NOT NULL DEFAULT 0;
-- The roles that accounts have earned and were not given yet.
CREATE TABLE grants (
    platform  TEXT NOT NULL,
    community TEXT NOT NULL,
    account   TEXT NOT NULL,
    role      TEXT NOT NULL,
    at        TEXT NOT NULL,
    PRIMARY KEY (platform, community, account, role)
);
CREATE INDEX grants_by_account ON grants (platform, account);
-- What platforms were last told that Vigie understands, as a digest.
CREATE TABLE published (
    platform    TEXT NOT NULL,
    application TEXT NOT NULL,
    digest      TEXT NOT NULL,
    PRIMARY KEY (platform, application)
);
-- Why an answer did not help, in the person's own words
ALTER TABLE feedback ADD COLUMN words TEXT
