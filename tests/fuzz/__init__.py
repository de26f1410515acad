"""Fuzzing, led by coverage, of everything that reads what people send."""
