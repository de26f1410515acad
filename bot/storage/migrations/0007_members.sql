-- Since when somebody is not in a community that they were seen in: they only asked to join it, or left it.
ALTER TABLE memberships ADD COLUMN out_since TEXT;
-- What the buttons below a question without an answer carry, beside its number, and nobody else knows.
ALTER TABLE misses ADD COLUMN key TEXT;
-- A digest that is posted in the community is nobody's own.
UPDATE digests SET account = '' WHERE to_all = 1
