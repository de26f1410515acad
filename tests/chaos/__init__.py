"""Faults, bounded and seeded: whole in `make chaos`, in small in the suite."""
