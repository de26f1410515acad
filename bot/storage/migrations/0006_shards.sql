-- Where what a platform delivered comes from, as a number, where the platform divides what it delivers by that.
ALTER TABLE inbox ADD COLUMN origin INTEGER NOT NULL DEFAULT 0;
CREATE INDEX inbox_by_lane ON inbox (platform, lane, number)
