"""How much of its processors a machine was left by what shares its host."""

import asyncio
import os
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from pathlib import Path

_STOLEN = 8
"""Where the time stands that others took, counted in ticks: "steal" in proc_stat(5)."""
_LOOKS_EVERY = 0.05
_MAY_LACK = 0.02
"""Of the processors' time: with more taken away, what happens waits for them, and not for Vigie."""


def stolen() -> float:
    """Return for how many seconds, of all processors taken together, others had them since the machine started."""
    try:
        line = Path("/proc/stat").read_text(encoding="ascii").partition("\n")[0]
    except OSError:
        return 0.0
    return int(line.split()[_STOLEN]) / os.sysconf("SC_CLK_TCK")


class Machine:
    """Notes again and again how much was taken away, on the clock of the event loop."""

    def __init__(self, look: Callable[[], float] = stolen, processors: int | None = None) -> None:
        self._look = look
        self._processors = processors or os.cpu_count() or 1
        self._moments: list[float] = []
        self._stolen: list[float] = []

    async def watch(self) -> None:
        """Look until cancelled."""
        while True:
            self.note(asyncio.get_running_loop().time())
            await asyncio.sleep(_LOOKS_EVERY)

    def note(self, moment: float) -> None:
        """Look once."""
        self._moments.append(moment)
        self._stolen.append(self._look())

    def was_its_own(self, begin: float, end: float) -> bool:
        """Tell whether the processors were there for what happened meanwhile."""
        first = max(bisect_right(self._moments, begin) - 1, 0)
        last = min(bisect_left(self._moments, end), len(self._moments) - 1)
        lasted = self._moments[last] - self._moments[first]
        return self._stolen[last] - self._stolen[first] <= _MAY_LACK * self._processors * lasted
