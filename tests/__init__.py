"""The tests, beside the evaluation set and the benchmarks."""
