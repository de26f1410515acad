"""What falls due is counted where it falls due, and where it is sent."""

import asyncio
import os
import signal

import pytest

from bot.core.advisor import Advisor
from bot.core.messages import Address, Block, Due, DueKind, Outgoing, Reply
from bot.operating.figures import Link, State
from bot.operating.metrics import Metrics
from bot.platforms.telegram.adapter import Connection, TelegramAdapter
from bot.rendering.wording import read_wording
from bot.resources import PROMPTS
from bot.serving import serve_all
from bot.storage.database import Database
from tests.fakes.telegram import User
from tests.operating.test_health import value
from tests.people import NOON
from tests.platforms.telegram.storm import SOON, StormyTelegram, refusal
from tests.test_serving import THURSDAY, Station, reminded


def told(metrics: Metrics, name: str, **labels: str) -> float:
    state = State({"telegram": Link.CONNECTED}, is_writable=True)
    return value(metrics.told(state).decode(), name, **labels)


async def test_what_falls_due_is_counted_by_its_kind(advisor: Advisor) -> None:
    await reminded(advisor, "léa", "sam")
    here, metrics = Station("here"), Metrics()
    here.may_finish.set()
    task = asyncio.create_task(serve_all([here], advisor, lambda: THURSDAY, metrics))
    await here.is_asked_to_deliver(2)
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(task, 5)
    assert told(metrics, "vigie_due_total", kind="reminder") == 2
    assert told(metrics, "vigie_due_total", kind="tip") == 0


@pytest.mark.parametrize(("goes_wrong", "sent"), [(False, 1), (True, 0)])
async def test_what_is_sent_is_counted_and_what_is_refused_is_not(
    telegram: StormyTelegram, advisor: Advisor, database: Database, there: User, *, goes_wrong: bool, sent: int
) -> None:
    metrics = Metrics()
    connection = Connection(telegram.token, telegram.base_url.removesuffix("/bot"), paced=False)
    adapter = TelegramAdapter(connection, advisor, read_wording(PROMPTS), database, lambda: NOON, SOON, figures=metrics)
    running = asyncio.create_task(adapter.run())
    await telegram.is_polled()
    await there.writes("/start")
    await there.reads_next()
    if goes_wrong:
        telegram.meets("sendMessage", refusal("something new and strange"))
    due = Due(Address("telegram", str(there.id)), Outgoing((Reply((Block("text", "Bonjour"),)),)), kind=DueKind.TIP)
    await adapter.deliver(due)
    adapter.stop()
    await asyncio.wait_for(running, 5)
    assert told(metrics, "vigie_sent_total", kind="tip") == sent
    assert told(metrics, "vigie_platform_errors_total", platform="telegram", kind="refusal") == goes_wrong
    assert told(metrics, "vigie_events_total", platform="telegram", kind="command") == 1
