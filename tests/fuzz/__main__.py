"""`make fuzz`: every target for a while, from the corpus that is kept; what fails is written beside it to be looked at.

FUZZ_SECONDS says for how long each is fuzzed (20), FUZZ_SEED where chance begins (1). With `--keep`, what led to code
that nothing had led to before joins the corpus, as few and as short as they can be; with names, these targets alone.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.fuzz.targets import TARGETS

CORPUS = Path(__file__).parent / "corpus"
FOUND = Path("fuzz-found")
LONGEST, MOST = 512, 40
"""Bytes of an input, and inputs that one run adds to the corpus of a target."""


def main() -> None:
    """Fuzz all targets, or those that are named."""
    keeps = "--keep" in sys.argv
    names = [each for each in sys.argv[1:] if not each.startswith("--")] or list(TARGETS)
    failed = [name for name in names if not _is_well(name, keeps=keeps)]
    if failed:
        sys.exit(f"Something fails in: {', '.join(failed)}. What it fails on is in {FOUND}/.")


def _is_well(name: str, *, keeps: bool) -> bool:
    kept = CORPUS / name
    FOUND.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        limits = [
            f"-max_total_time={os.environ.get('FUZZ_SECONDS', '20')}",
            f"-seed={os.environ.get('FUZZ_SEED', '1')}",
        ]
        bounds = [f"-max_len={LONGEST}", "-timeout=10", "-rss_limit_mb=1024", f"-artifact_prefix={FOUND}/{name}-"]
        done = _fuzzed(name, *limits, *bounds, folder, str(kept))
        told = re.findall(r"^#(\d+)\s+DONE\s+cov: (\d+) .*$", done.stderr, re.MULTILINE)
        runs, places = told[-1] if told else ("?", "?")
        print(f"{name}: {runs} inputs, {places} places of the code reached", flush=True)
        if done.returncode:
            print(done.stdout[-3000:], done.stderr[-1500:], flush=True)
        elif keeps:
            with tempfile.TemporaryDirectory() as merged:
                _fuzzed(name, "-merge=1", *bounds, merged, str(kept), folder)
                kept.mkdir(parents=True, exist_ok=True)
                shortest = sorted(Path(merged).iterdir(), key=lambda each: (each.stat().st_size, each.name))
                for each in shortest[:MOST]:
                    (kept / each.name).write_bytes(each.read_bytes())
    return done.returncode == 0


def _fuzzed(name: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.fuzz.one", name, *options]
    return subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)


if __name__ == "__main__":
    main()
