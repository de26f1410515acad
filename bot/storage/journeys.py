"""Where people stand in the journeys, and how many passed by each step."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from pydantic import TypeAdapter

from bot.core.messages import Address
from bot.dialogue.state import JourneyState, Progress
from bot.storage.database import Database, Transaction, stamp

_state: TypeAdapter[JourneyState] = TypeAdapter(JourneyState)
_address: TypeAdapter[Address] = TypeAdapter(Address)


@lru_cache(maxsize=4096)
def read_address(kept: str) -> Address:
    """Return an address as it was kept."""
    return _address.validate_json(kept)


@lru_cache(maxsize=4096)
def kept_address(address: Address) -> str:
    """Return an address as it is kept."""
    return _address.dump_json(address, exclude_defaults=True).decode()


@dataclass(frozen=True, slots=True)
class Run:
    """A person's run of a journey: its state, the address where its steps are shown, and when it last changed."""

    state: JourneyState
    address: Address
    changed: datetime

    def is_led_at(self, address: Address) -> bool:
        """Whether the run is under way, and its steps are shown at an address."""
        return self.state.progress is Progress.UNDER_WAY and self.address == address


@dataclass(frozen=True, slots=True)
class StepCount:
    """How many people reached a step of a journey, went through it, and quit the journey there."""

    journey: str
    step: str
    reached: int
    passed: int
    quit: int

    @property
    def waiting(self) -> int:
        """How many stand there still, or left without a word."""
        return max(0, self.reached - self.passed - self.quit)


async def find(transaction: Transaction, person: int, journey: str) -> Run | None:
    """Return somebody's run of a journey, None if they never began it."""
    row = await transaction.row(
        "SELECT state, address, changed FROM journeys WHERE person = ? AND journey = ?", person, journey
    )
    return _run(row[0], row[1], row[2]) if row else None


async def all_of(transaction: Transaction, person: int) -> list[Run]:
    """Return all of somebody's runs, the one changed last first."""
    rows = await transaction.rows(
        "SELECT state, address, changed FROM journeys WHERE person = ? ORDER BY changed DESC, journey", person
    )
    return [_run(row[0], row[1], row[2]) for row in rows]


async def keep(transaction: Transaction, person: int, run: Run) -> None:
    """Keep a run in the place of the one before."""
    await transaction.rows(
        "INSERT INTO journeys (person, journey, state, address, changed) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (person, journey) DO UPDATE"
        " SET state = excluded.state, address = excluded.address, changed = excluded.changed",
        person,
        run.state.journey,
        _state.dump_json(run.state, exclude_defaults=True).decode(),
        kept_address(run.address),
        stamp(run.changed),
    )


async def readdress(transaction: Transaction, person: int, before: Address, after: Address) -> None:
    """Have the steps of a person's runs shown at another address than before."""
    await transaction.rows(
        "UPDATE journeys SET address = ? WHERE person = ? AND address = ?",
        kept_address(after),
        person,
        kept_address(before),
    )


async def count(transaction: Transaction, journey: str, step: str, community: str | None, column: str) -> None:
    """Add one to how many people reached, passed or quit at a step."""
    if column not in ("reached", "passed", "quit"):
        raise ValueError(f"{column} is not counted")
    await transaction.rows(
        f"INSERT INTO step_counts (journey, step, community, {column}) VALUES (?, ?, ?, 1)"  # noqa: S608 - one of three
        f" ON CONFLICT (journey, step, community) DO UPDATE SET {column} = step_counts.{column} + 1",
        journey,
        step,
        community or "",
    )


async def counts(database: Database) -> list[StepCount]:
    """Return the sums of all communities.

    Raises:
        DatabaseError: they cannot be read.
    """
    rows = await database.rows(
        "SELECT journey, step, SUM(reached), SUM(passed), SUM(quit) FROM step_counts GROUP BY journey, step"
    )
    return [StepCount(*row) for row in rows]


async def counts_of(transaction: Transaction, community: str) -> list[StepCount]:
    """Return the sums of one community."""
    rows = await transaction.rows(
        "SELECT journey, step, reached, passed, quit FROM step_counts WHERE community = ?", community
    )
    return [StepCount(*row) for row in rows]


def _run(state: str, address: str, changed: str) -> Run:
    return Run(_state.validate_json(state), read_address(address), datetime.fromisoformat(changed))
