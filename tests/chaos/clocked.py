"""`vigie run` on a clock of its own, which goes several times as fast as the machine's and can be put forward or back.

`python -m tests.chaos.clocked FILE run …` is `vigie run …`, on the clock that the file holds.
"""

import math
import os
import struct
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from bot import app, cli, serving

_FORM = struct.Struct("=dddd")


class SharedClock:
    """A clock that several processes read from one file: open from the beginning, so that it needs nothing later."""

    def __init__(self, file: Path) -> None:
        self._file = os.open(file, os.O_RDWR)

    @classmethod
    def begin(cls, file: Path, at: datetime, speed: float) -> "SharedClock":
        """Have a clock stand at a moment, which goes so many times as fast as the machine's once it goes."""
        file.write_bytes(_FORM.pack(math.inf, at.timestamp(), speed, 0.0))
        return cls(file)

    def goes(self) -> None:
        """Go from now on."""
        _, *rest = self._read()
        os.pwrite(self._file, _FORM.pack(time.monotonic(), *rest), 0)

    @property
    def speed(self) -> float:
        return self._read()[2]

    def now(self) -> datetime:
        """Return what the clock shows."""
        began, at, speed, ahead = self._read()
        return datetime.fromtimestamp(at + max(0.0, time.monotonic() - began) * speed + ahead, UTC)

    def jumps(self, by: timedelta) -> None:
        """Put the clock forward, or back."""
        *before, ahead = self._read()
        os.pwrite(self._file, _FORM.pack(*before, ahead + by.total_seconds()), 0)

    def close(self) -> None:
        os.close(self._file)

    def _read(self) -> tuple[float, float, float, float]:
        began, at, speed, ahead = _FORM.unpack(os.pread(self._file, _FORM.size, 0))
        return began, at, speed, ahead


def main() -> None:
    """Be `vigie`, but for the clock and how often it is looked at for what is due."""
    clock = SharedClock(Path(sys.argv.pop(1)))
    due_every = serving._DUE_EVERY / clock.speed
    with patch.object(app, "_now", clock.now), patch.object(serving, "_DUE_EVERY", due_every):
        cli.main()


if __name__ == "__main__":
    main()
