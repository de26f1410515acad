"""Health and figures over HTTP: what is told, to whom, and when the database or a platform is not well."""

import asyncio
import re
import urllib.request
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.core.messages import Address, Due, DueKind, Incoming, Outgoing, Reply, Status, Verdict
from bot.operating.figures import Stage, Trouble
from bot.operating.health import Door, Health, open_door
from bot.operating.metrics import Metrics
from bot.platforms.inbox import Inbox
from bot.platforms.standby import Standby
from bot.storage.database import Database
from bot.storage.inbox import Delivered
from bot.storage.sqlite import SqliteDatabase
from tests.people import NOON
from tests.platforms.log import heard
from tests.test_serving import Station

GET = "GET {} HTTP/1.1\r\nHost: localhost\r\n\r\n"


@dataclass(frozen=True)
class Told:
    """What the door answers."""

    status: int
    head: str
    body: str


async def asks(port: int, request: str) -> Told:
    """Send a request as it is, and return the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request.encode())
    answer = (await asyncio.wait_for(reader.read(), 10)).decode()
    writer.close()
    head, _, body = answer.partition("\r\n\r\n")
    return Told(int(head.split(" ")[1]) if head else 0, head, body)


async def looks(port: int, path: str) -> Told:
    return await asks(port, GET.format(path))


@asynccontextmanager
async def opened(
    database: Database, platforms: Sequence[Station], metrics: Metrics | None = None, within: float = 2.0
) -> AsyncIterator[int]:
    health = Health(platforms, database, lambda: NOON, within)
    async with open_door(Door(health, metrics or Metrics()), "127.0.0.1", 0) as port:
        yield port
    await health.close()


def value(figures: str, name: str, **labels: str) -> float:
    """Return one figure of Prometheus's text, read by Prometheus's own parser."""
    samples = (sample for family in text_string_to_metric_families(figures) for sample in family.samples)
    return next(each.value for each in samples if each.name == name and each.labels == labels)


async def test_a_vigie_that_is_well_says_so(database: Database) -> None:
    async with opened(database, [Station("here"), Station("there")]) as port:
        alive, ready = await looks(port, "/healthz"), await looks(port, "/readyz?verbose")
        assert (alive.status, alive.body) == (200, "OK\n")
        assert (ready.status, ready.body) == (200, "here: connected\nthere: connected\ndatabase: writable\n")
        assert "Content-Type: text/plain; charset=utf-8" in ready.head


async def test_a_usual_client_understands_the_answers(database: Database) -> None:
    def fetched(port: int) -> tuple[int, bytes]:
        with closing(urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5)) as answer:
            return answer.status, answer.read()

    async with opened(database, [Station("here")]) as port:
        assert await asyncio.to_thread(fetched, port) == (200, b"OK\n")


async def test_a_platform_that_is_not_connected_makes_vigie_not_ready_and_leaves_her_alive(database: Database) -> None:
    async with opened(database, [Station("here"), Station("there", is_ready=False)]) as port:
        ready = await looks(port, "/readyz")
        assert (ready.status, ready.body) == (503, "here: connected\nthere: not connected\ndatabase: writable\n")
        assert (await looks(port, "/healthz")).status == 200
        assert value((await looks(port, "/metrics")).body, "vigie_connected", platform="there") == 0


async def test_a_process_that_stands_by_is_ready_and_serves_nobody(database: Database) -> None:
    waiting = Standby("here", lambda: Station("here"), database, "one bot")
    health = Health([waiting], database, lambda: NOON)
    async with open_door(Door(health, Metrics()), "127.0.0.1", 0) as port:
        ready = await looks(port, "/readyz")
        assert (ready.status, ready.body) == (200, "here: standing by\ndatabase: writable\n")
        assert value((await looks(port, "/metrics")).body, "vigie_connected", platform="here") == 0


async def test_a_database_that_takes_nothing_makes_vigie_not_ready(database: SqliteDatabase) -> None:
    await database.rows("PRAGMA query_only = ON")
    async with opened(database, [Station("here")]) as port:
        with heard() as log:
            ready = await looks(port, "/readyz")
        assert (ready.status, ready.body) == (503, "here: connected\ndatabase: not writable\n")
        assert "readonly" in log.text
        assert value((await looks(port, "/metrics")).body, "vigie_database_writable") == 0
        await database.rows("PRAGMA query_only = OFF")
        assert (await looks(port, "/readyz")).status == 200


async def test_a_database_that_hangs_is_told_in_time_and_asked_once(database: Database) -> None:
    async with opened(database, [Station("here")], within=0.05) as port:
        async with database.transaction():
            first, second = await asyncio.gather(looks(port, "/readyz"), looks(port, "/readyz"))
            assert (first.status, second.status) == (503, 503)
            assert (await looks(port, "/healthz")).status == 200
        assert (await looks(port, "/readyz")).status == 200


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        ("GET / HTTP/1.1", 404),
        ("GET /metrics/../readyz HTTP/1.1", 404),
        ("POST /healthz HTTP/1.1", 405),
        ("DELETE /metrics HTTP/1.1", 405),
        ("GET /healthz HTTP/2.0", 400),
        ("hello", 400),
        ("\x00\xff", 400),
        ("GET /" + "x" * 10_000 + " HTTP/1.1", 431),
    ],
)
async def test_what_is_no_question_gets_a_plain_answer(database: Database, request_line: str, status: int) -> None:
    async with opened(database, [Station("here")]) as port:
        assert (await asks(port, f"{request_line}\r\n\r\n")).status == status
        assert (await looks(port, "/healthz")).status == 200


async def test_the_head_alone_is_told_to_whoever_asks_for_it(database: Database) -> None:
    async with opened(database, [Station("here")]) as port:
        answer = await asks(port, "HEAD /healthz HTTP/1.1\r\n\r\n")
        assert (answer.status, answer.body) == (200, "")
        assert "Content-Length: 3" in answer.head


async def test_whoever_says_nothing_is_waited_for_no_longer(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.operating.health._READ_WITHIN", 0.05)
    async with opened(database, [Station("here")]) as port:
        assert (await asks(port, "GET /healthz HTTP/1.1\r\n")).status == 0
        assert (await looks(port, "/healthz")).status == 200


async def test_where_the_port_is_taken_vigie_goes_on_and_says_so(database: Database) -> None:
    health = Health([Station("here")], database, lambda: NOON)
    async with opened(database, [Station("here")]) as taken:
        with heard() as log:
            async with open_door(Door(health, Metrics()), "127.0.0.1", taken) as port:
                assert port == 0
        assert "VIGIE_HEALTH_LISTEN" in log.text


async def test_the_figures_tell_what_happened_and_of_nobody(database: Database) -> None:
    metrics = Metrics()
    address = Address("here", "léa-42", "atelier-7")
    asked = Incoming(address, NOON, "Comment négocier mon salaire ?", name="Léa")
    metrics.handled(asked, Outgoing((Reply(()),), Verdict(Status.ANSWER)))
    metrics.handled(asked, Outgoing((Reply(()),), reference="abcd1234"))
    metrics.handled(Incoming(address, NOON, "/themes"), Outgoing(()))
    metrics.took(Stage.DECIDING, 0.003)
    metrics.troubled("here", Trouble.OUTAGE)
    due = Due(address, Outgoing(()), kind=DueKind.TIP)
    metrics.fell_due(due)
    metrics.sent(due)
    box = Inbox(database, "here", _unhandled, lambda: NOON)
    await box.accept([Delivered("1", "léa-42", "{}"), Delivered("2", "léa-42", "{}")])
    await database.rows("UPDATE inbox SET set_aside = 1 WHERE id = ?", "2")
    async with opened(database, [Station("here"), Station("there")], metrics) as port:
        told = (await looks(port, "/metrics")).body
    assert value(told, "vigie_events_total", platform="here", kind="message") == 2
    assert value(told, "vigie_events_total", platform="here", kind="command") == 1
    assert value(told, "vigie_questions_total", outcome="answer") == 1
    assert value(told, "vigie_questions_total", outcome="failure") == 1
    assert value(told, "vigie_questions_total", outcome="unknown") == 0
    assert value(told, "vigie_stage_seconds_count", stage="deciding") == 1
    assert value(told, "vigie_platform_errors_total", platform="here", kind="outage") == 1
    assert value(told, "vigie_platform_errors_total", platform="there", kind="outage") == 0
    assert value(told, "vigie_due_total", kind="tip") == value(told, "vigie_sent_total", kind="tip") == 1
    assert value(told, "vigie_inbox_waiting", platform="here") == 1
    assert value(told, "vigie_inbox_set_aside", platform="here") == 1
    assert value(told, "vigie_inbox_waiting", platform="there") == 0
    assert value(told, "process_resident_memory_bytes") > 1e6
    for secret in ("léa", "atelier", "salaire", "42"):
        assert secret not in re.sub(r"[\d.e+]+$", "", told, flags=re.MULTILINE).casefold()


async def _unhandled(_: object) -> None:
    raise AssertionError("nothing is handled here")
