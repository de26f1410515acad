"""A process that keeps a part of a load, and answers what it and others keep, as `load` tells it to."""

import asyncio
import itertools
import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from bot.app import build_advisor
from bot.core.messages import Address, Due, Event, Incoming, Outgoing, Posting, Reply
from bot.loading import load_retriever
from bot.operating.figures import Figures, Stage
from bot.platforms.handling import Handling
from bot.platforms.inbox import Inbox
from bot.platforms.parts import Part, Received, parts
from bot.retrieval.parameters import read_parameters
from bot.storage import inbox
from bot.storage.address import read_address
from bot.storage.answers import Question
from bot.storage.database import open_database
from bot.storage.inbox import Delivered, Item
from tests.benchmarks.load import DELIVERED, HANDLED, INCOMING, ORDER, PLATFORM, Handled, Order

_TOGETHER = 10
"""Events kept in one transaction, where they come as fast as may be: platforms deliver several at once."""
_LOOKS_EVERY = 0.02
_MILLISECONDS = 1000


class Nowhere:
    """Carries what is said nowhere, in no time."""

    platform = PLATFORM
    refusals = ConnectionError

    def __init__(self) -> None:
        self._messages = itertools.count(1)

    async def read(self, item: Item) -> Received | None:
        incoming = INCOMING.validate_json(item.payload)
        asks = not incoming.button and not incoming.text.startswith("/")
        account = incoming.address.account
        return Received(incoming=incoming, question=Question(PLATFORM, account, item.id, account) if asks else None)

    def parts(self, received: Received, replies: Sequence[Reply], before: Sequence[int]) -> list[Part[str]]:
        return parts(received, replies, before, lambda reply: (reply.text,))

    async def acknowledge(self, received: Received, replies: Sequence[Reply], /) -> None:
        """Nobody is there."""

    async def send(self, received: Received, part: Part[str]) -> int | None:  # noqa: ARG002 - it goes nowhere
        return next(self._messages)

    async def post(self, posting: Posting, /) -> None:
        """Nobody is there."""

    async def take_away(self, received: Received, /) -> None:
        """Nobody is there."""

    async def tell(self, received: Received, outgoing: Outgoing) -> None:
        """Nobody is there."""

    async def deliver(self, due: Due) -> None:
        """Nobody is there."""

    def reached(self, address: Address, event: Event | None) -> Address:  # noqa: ARG002 - everybody is where they were
        return address

    def privately(self, received: Received, /) -> Received | None:
        return received

    def otherwise(self, received: Received) -> Received | None:  # noqa: ARG002 - there is no other place
        return None


class Stopwatch(Figures):
    """Writes down how long it took to decide on each event, and when the last one was answered."""

    def __init__(self) -> None:
        self.deciding: list[float] = []
        self.ended = 0.0

    def took(self, stage: Stage, seconds: float) -> None:
        if stage is Stage.DECIDING:
            self.deciding.append(seconds * _MILLISECONDS)

    def handled(self, incoming: Incoming, outgoing: Outgoing) -> None:  # noqa: ARG002 - whatever it was
        self.ended = time.monotonic()


async def work(order: Order) -> None:
    """Do what is ordered, and tell on standard output how far it is."""
    if order.core is not None:
        os.sched_setaffinity(0, {order.core})
    retriever = load_retriever(order.knowledge, read_parameters(), order.cache)
    delivered = [
        each
        for each in DELIVERED.validate_json(order.load.read_bytes())
        if int(each.lane) % order.workers == order.worker
    ]
    async with open_database(read_address(order.database)) as database:
        stopwatch = Stopwatch()
        handling = Handling(Nowhere(), build_advisor(lambda: retriever, database), database, _now, stopwatch)
        whole: list[float] = []

        async def handle(item: Item) -> None:
            await handling.handle(item)
            whole.append((_now() - item.at).total_seconds() * _MILLISECONDS)

        incoming = Inbox(database, PLATFORM, handle, _now)
        await _told("ready")
        begun, computed_before = time.monotonic(), time.process_time()
        emptying = asyncio.create_task(incoming.empty())
        await _keep(incoming, delivered, order.rate / order.workers)
        await _told("kept")
        while await inbox.waiting(database, PLATFORM, 1):  # noqa: ASYNC110 - nobody tells when it is empty
            await asyncio.sleep(_LOOKS_EVERY)
        incoming.stop()
        await emptying
        computed = time.process_time() - computed_before
    handled = Handled(begun, stopwatch.ended, computed, stopwatch.deciding, whole)
    print(HANDLED.dump_json(handled).decode(), flush=True)


async def _keep(incoming: Inbox, delivered: Sequence[Delivered], rate: float) -> None:
    """Keep events: so many a second, one by one; or as fast as may be, several at once."""
    begun = time.monotonic()
    together = 1 if rate else _TOGETHER
    for place in range(0, len(delivered), together):
        if rate:
            await asyncio.sleep(begun + place / rate - time.monotonic())
        await incoming.accept(delivered[place : place + together])


async def _told(word: str) -> None:
    """Say how far it is, and wait until told to go on."""
    print(word, flush=True)
    await asyncio.to_thread(sys.stdin.readline)


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    asyncio.run(work(ORDER.validate_json(sys.stdin.readline())))
