"""From values to the sentences that people read."""
