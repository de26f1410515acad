"""Tests of what whoever hosts Vigie sees of her, and does for her."""
