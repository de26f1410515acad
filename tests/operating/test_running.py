"""A Vigie who serves both platforms, as whoever hosts her sees it: health, figures, and a log that quotes nobody."""

import asyncio
import json
import logging
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.core.advisor import Advisor
from bot.logs import LogForm, configure_logs, hide
from bot.storage.database import Database
from tests.command_line import logs_left_as_they_are
from tests.fakes import discord as fake_discord
from tests.fakes import telegram as fake_telegram
from tests.fakes.discord import Channel, FakeDiscord
from tests.operating.test_health import Told, looks, value
from tests.platforms.discord import speaking as on_discord
from tests.platforms.telegram import talk as on_telegram
from tests.platforms.telegram.process import ends, free_port, vigie_run
from tests.platforms.telegram.storm import BAD_GATEWAY, StormyTelegram, refusal
from tests.platforms.test_both import Both, surroundings

UNANSWERED = "Comment soigner mon hérisson albinos ?"
GOAL = "Je voudrais devenir fauconnière"
SENT = "vigie_stage_seconds_count"


async def comes(port: int, path: str, holds: Callable[[Told], bool], within: float = 20) -> Told:
    """Look again and again until what is told is what is waited for."""
    async with asyncio.timeout(within):
        while True:
            told = await looks(port, path)
            if holds(told):
                return told
            await asyncio.sleep(0.05)


@pytest.fixture(params=list(LogForm))
def everything_logged(request: pytest.FixtureRequest) -> Iterator[LogForm]:
    """All that is logged goes to standard error, as with `vigie --debug`."""
    with logs_left_as_they_are():
        configure_logs(logging.DEBUG, request.param)
        yield request.param


async def test_nothing_that_is_logged_tells_who_wrote_or_what(
    everything_logged: LogForm,
    advisor: Advisor,
    database: Database,
    telegram: StormyTelegram,
    discord: FakeDiscord,
    there: fake_telegram.User,
    here: fake_discord.User,
    general: Channel,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hide([telegram.token, discord.token])
    both = Both(telegram, discord, advisor, database)
    both.starts()
    await both.is_up()
    telegram.meets("sendMessage", BAD_GATEWAY, refusal("something new and strange"))
    assert await on_telegram.asks(there, UNANSWERED)
    begun = await on_telegram.asks(there, "/parcours vie")
    await on_telegram.chooses(there, begun, "Trouver un emploi")
    await on_telegram.asks(there, GOAL)
    asked = await on_discord.commands(here, "/question", in_=general, texte=UNANSWERED)
    assert asked.text
    await on_discord.commands(here, "/oublier", in_=general)

    def breaks(*_: object) -> None:
        raise ValueError(UNANSWERED)

    monkeypatch.setattr(advisor._responding, "respond", breaks)
    failed = await on_telegram.asks(there, GOAL)
    [reference] = re.findall(r"\b[0-9a-f]{8}\b", failed.text)
    await both.stops()
    logged = capsys.readouterr().err
    lines = [json.loads(line) for line in logged.splitlines()] if everything_logged is LogForm.JSON else []
    if lines:
        [line] = [each for each in lines if each.get("reference") == reference]
        assert (line["level"], line["logger"], line["platform"]) == ("ERROR", "bot.core.advisor", "telegram")
        assert "ValueError" in line["traceback"]
        assert all({"time", "level", "logger", "message"} <= each.keys() for each in lines)
    assert reference in logged
    assert "new and strange" in logged
    for written in (UNANSWERED, GOAL, "hérisson", "fauconnière", "Trouver un emploi", "Théodora", "Hermione"):
        assert written not in logged
        assert json.dumps(written)[1:-1] not in logged
    for token in (telegram.token, discord.token, telegram.token.partition(":")[2]):
        assert token not in logged


@pytest.mark.usefixtures("general")
async def test_a_process_tells_how_it_is_and_what_it_did(
    telegram: StormyTelegram,
    discord: FakeDiscord,
    there: fake_telegram.User,
    here: fake_discord.User,
    tmp_path: Path,
    knowledge: Path,
) -> None:
    port = free_port()
    settings = surroundings(telegram, discord, tmp_path, health_listen=f"127.0.0.1:{port}", log="json")
    async with vigie_run(settings, "--verbose", knowledge=knowledge) as process:
        await there.writes("planter des tomates")
        await discord.is_connected(within=60)
        await there.reads_next(within=60)
        await here.writes("planter des tomates")
        await here.reads_next(within=60)
        assert (await looks(port, "/healthz")).status == 200
        ready = await comes(port, "/readyz", lambda told: told.status == 200)
        assert ready.body == "telegram: connected\ndiscord: connected\ndatabase: writable\n"
        # An event counts once it is dropped, which is after its answer was sent.
        told = await comes(port, "/metrics", lambda told: value(told.body, SENT, stage="sending") == 2)
        for platform in ("telegram", "discord"):
            assert value(told.body, "vigie_connected", platform=platform) == 1
        telegram.stops_answering()
        ready = await comes(port, "/readyz", lambda told: told.status == 503)
        assert ready.body.startswith("telegram: not connected\ndiscord: connected\n")
        telegram.answers_again()
        await comes(port, "/readyz", lambda told: told.status == 200)
        figures = (await looks(port, "/metrics")).body
        for platform in ("telegram", "discord"):
            assert value(figures, "vigie_events_total", platform=platform, kind="message") == 1
        assert value(figures, "vigie_questions_total", outcome="answer") == 2
        assert value(figures, "vigie_platform_errors_total", platform="telegram", kind="outage") >= 1
        process.send_signal(signal.SIGTERM)
        code, said = await ends(process, within=20)
    assert code == 0
    assert all(json.loads(line)["level"] in ("INFO", "WARNING") for line in said.splitlines())
