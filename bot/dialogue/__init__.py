"""Journeys: guided dialogues as data, and the pure engine that leads through them."""
