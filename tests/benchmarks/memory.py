"""The memory of processes, as the kernel tells it."""

from pathlib import Path


def resident(process: int) -> float:
    """Return the memory that a process holds, in MB."""
    return _told(process, "VmRSS")


def peak(process: int) -> float:
    """Return the memory that a process has held at most, in MB."""
    return _told(process, "VmHWM")


def _told(process: int, name: str) -> float:
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(name)) / 1000
