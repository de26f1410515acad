"""How long something takes: what most of it takes, and what nearly all of it takes at most."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Times:
    """The median and the 99th percentile, in milliseconds."""

    p50: float
    p99: float

    @classmethod
    def of(cls, milliseconds: Sequence[float]) -> Self:
        return cls(statistics.median(milliseconds), statistics.quantiles(milliseconds, n=100)[98])

    def __str__(self) -> str:
        return f"p50 {self.p50:.2f} ms, p99 {self.p99:.2f} ms"
