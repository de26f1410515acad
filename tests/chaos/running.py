"""`vigie run` in processes of their own, on a clock that tests hold, with as little of the machine as they say."""

import asyncio
import re
import resource
import sys
from asyncio.subprocess import Process
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_TO_END = 30.0


class Running:
    """A process that is started again whenever it ends, as a supervisor does."""

    def __init__(self, surroundings: Mapping[str, str], clock: Path, log: Path) -> None:
        self.ends: list[int] = []
        """The exit codes with which it ended, unasked."""
        self.log = log
        self._surroundings = surroundings
        self._clock = clock
        self._process: Process | None = None

    async def __aenter__(self) -> "Running":
        await self._start()
        self._minding = asyncio.create_task(self._mind())
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._minding.cancel()
        await asyncio.gather(self._minding, return_exceptions=True)
        assert self._process
        if self._process.returncode is None:
            self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), _TO_END)
            except TimeoutError:
                self._process.kill()
        await self._process.wait()

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    def memory(self, what: str = "VmRSS") -> int:
        """Return how many bytes it takes: resident, or of another sort that the system tells."""
        told = Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8")
        found = re.search(rf"^{what}:\s+(\d+) kB", told, re.MULTILINE)
        assert found
        return int(found[1]) * 1024

    @contextmanager
    def without_room(self) -> Iterator[None]:
        """Let no file be written: every write fails (EFBIG), which whoever is not root can have, as on a full disk."""
        with self._limited(resource.RLIMIT_FSIZE, 0):
            yield

    @contextmanager
    def without_descriptors(self) -> Iterator[None]:
        """Let no file and no connection be opened; those that are open stay so."""
        taken = {int(each.name) for each in Path(f"/proc/{self.pid}/fd").iterdir()}
        with self._limited(resource.RLIMIT_NOFILE, min(set(range(len(taken) + 1)) - taken)):
            yield

    @contextmanager
    def with_memory_for(self, more: int) -> Iterator[None]:
        """Let it take so many bytes more than it takes now."""
        with self._limited(resource.RLIMIT_DATA, self.memory("VmData") + more):
            yield

    @contextmanager
    def _limited(self, what: int, most: int) -> Iterator[None]:
        pid = self.pid
        before, hard = resource.prlimit(pid, what)
        resource.prlimit(pid, what, (most, hard))
        try:
            yield
        finally:
            if pid == self.pid:
                resource.prlimit(pid, what, (before, hard))

    async def _mind(self) -> None:
        while True:
            assert self._process
            self.ends.append(await self._process.wait())
            await asyncio.sleep(1)
            await self._start()

    async def _start(self) -> None:
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "tests.chaos.clocked", str(self._clock), "run"),
                cwd=_ROOT,
                env=dict(self._surroundings),
                stdout=log,
                stderr=log,
            )
