"""Pictures of Vigie's messages on Discord, by scene, width and theme: `python -m tests.discord_pictures FOLDER`.

The adapter, its client, the knowledge and the database are the real ones. simcord stands in for Discord and its preview
draws what people see, in the colours of Discord's dark theme or, here, of the light one. Besides what the tests need,
that takes `simcord[screenshot]` and Chromium. The README's picture is written, too.
"""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch
from urllib.parse import unquote

import discord
import simcord
import simcord.http.client
from playwright.async_api import Browser, Page, async_playwright

from bot.app import build_advisor
from bot.dialogue.engine import Control
from bot.dialogue.script import TaskOption
from bot.library import Library
from bot.platforms.discord.adapter import Connection, DiscordAdapter
from bot.platforms.discord.client import VigieClient
from bot.rendering.wording import read_wording
from bot.resources import KNOWLEDGE, PROMPTS
from bot.retrieval.parameters import read_parameters
from bot.storage.database import Database, open_database
from tests.people import NOON

README_PICTURE = Path(__file__).parent.parent / "README-discord.png"
PHONE, DESKTOP, PAGE = 390, 900, 640
REPLIES = (
    "Trouver des clients",
    "J'ai un profil qui dort",
    "Entre une demi-heure et deux heures",
    "Écrire",
    "LinkedIn, et le forum de ma ville",
    "C'est fait",
    "un article sur les devis",
    "Plus tard",
    "Passer",
    "77 %",
)
"""What somebody replies to the first steps of the first journey."""
QUESTION = "faut-il répondre aux rageux ?"
UNKNOWN = "tu connais un bon hébergeur pas cher ?"

_PATH_OF = simcord.http.client._path_of
_WORDING = read_wording(PROMPTS)
_LABELS = _WORDING.labels
_TALL = 5000
"""A height, in pixels, that the longest message does not fill."""
_FORM_TALL = 760
_MARGIN = 12
_BARE = """
    [data-workbench], .channel-header, .channel-composer, .history-button { display: none !important; }
    .message-time, .message-edited, .message-edited-compact { display: none !important; }
    .preview-stage { background: var(--discord-bg) !important; }
    .preview-app { margin: 0 !important; }
    .markdown-paragraph + .markdown-paragraph { margin-top: 18px !important; }
    * { transition: none !important; }
"""
"""Discord without what stands around the messages; what simcord leaves out between paragraphs is put back."""
_LIGHT = """
    :root {
        color-scheme: light; color: #2f3035; background: #fff;
        --discord-bg: #fff; --discord-surface: #f2f3f5; --discord-elevated: #e3e5e8; --discord-control: #fff;
        --discord-text: #2f3035; --discord-muted: #6c6d75; --discord-subtle: #4e5058; --discord-border: #dcdde1;
        --component-surface: #f7f7f8; --component-border: #dcdde1; --modal-surface: #fff; --modal-separator: #e3e5e8;
        --control-border: #d3d4d9; --input-surface: #fff; --input-placeholder: #6c6d75; --button-alt: #ebebed;
        --subtle-surface: #ebebed; --subtle-surface-text: #2f3035; --button-secondary-surface: #ebebed;
        --entity-text: #4e5058; --entity-dim: #6c6d75; --link-text: #0b62c4; --code-text: #2f3035;
    }
    .message-content, .button-style-2, .button-style-5, .button-secondary { color: #2f3035 !important; }
    .mention { color: #4752c4 !important; }
"""
_IS_STILL = """() => window.simcordPreview?.ready
    && !document.querySelector("button.component-button:is(:disabled, [aria-disabled=true])")"""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a picture shows: the last messages of a channel as somebody sees them, or the form that a button opens."""

    channel: simcord.ChannelHandle
    viewer: simcord.MemberActor | simcord.UserHandle
    messages: int = 1
    form_of: str | None = None


class HeldAdapter(DiscordAdapter):
    """The adapter, whose client somebody else connects."""

    def made(self) -> VigieClient:
        """Return a client."""
        return self._made(VigieClient)

    async def _keep_connected(self) -> None:
        await asyncio.Event().wait()


class Talk:
    """People who talk with Vigie in a server and in private."""

    def __init__(self, env: simcord.Env, database: Database) -> None:
        self._env = env
        self._database = database
        self._guild = env.create_guild("Les indés")
        assert env.bot.user
        self._vigie = env.bot.user.mention

    async def asks(self, question: str) -> Shown:
        """Have somebody ask in a channel."""
        return await self.commands("question", texte=question)

    async def mentions(self, question: str) -> Shown:
        """Have somebody who knows Vigie ask in a channel, by a message that mentions her; both messages are shown."""
        channel, person = self._guild.create_text_channel("général"), self._joins("Léa")
        await person.send_dm("salut")
        await self._is_answered()
        await person.send(channel, f"{self._vigie} {question}")
        await self._is_answered()
        return Shown(channel, person, 2)

    async def commands(self, name: str, *, administers: bool = False, **options: str) -> Shown:
        """Have somebody use a command in a channel where nothing was said before."""
        channel, person = self._guild.create_text_channel("général"), self._joins("Léa", administers=administers)
        await person.slash(channel, name, **options)
        await self._is_answered()
        return Shown(channel, person)

    async def led(self, journey: str) -> Shown:
        """Have somebody begin a journey in private."""
        user = self._joins("Sam").user
        await user.slash("parcours", nom=journey)
        await self._is_answered()
        return Shown(user.dm_channel, user)

    async def replies(self, shown: Shown, reply: str) -> Shown:
        """Press the button that says a reply to a step, or write it."""
        if reply in self.labels(shown):
            return await self.presses(shown, reply)
        await shown.viewer.send_dm(reply)
        await self._is_answered()
        return shown

    async def presses(self, shown: Shown, *labels: str) -> Shown:
        """Press buttons, one after the other, wherever they were shown last."""
        for label in labels:
            message = next(each for each in reversed(self._read(shown)) if label in _labels(each))
            await shown.viewer.click(message, label=label)
            await self._is_answered()
        return shown

    async def welcomed(self) -> Shown:
        """Have somebody welcomed in the channel that the team chose, with its own word."""
        arrivals = self._guild.create_text_channel("arrivées")
        settings = await self.commands("reglages", administers=True)
        [message] = self._read(settings)
        await settings.viewer.select(message, [arrivals], custom_id=_lists(message)[0])
        await self._is_answered()
        opened = await settings.viewer.click(self._read(settings)[0], label=_LABELS.welcome_text)
        word = "Présente-toi en deux lignes, on répond à tout le monde."
        await settings.viewer.submit_modal(opened, {"text": word})
        await self._is_answered()
        newcomer = self._joins("Inès")
        await self._is_answered()
        return Shown(arrivals, newcomer, 2)

    def labels(self, shown: Shown) -> list[str]:
        """Return what the buttons of the last message say."""
        return _labels(self._read(shown)[-1])

    def _joins(self, name: str, *, administers: bool = False) -> simcord.MemberActor:
        rights = discord.Permissions(manage_guild=administers, manage_messages=administers)
        roles = [self._guild.create_role("Équipe", permissions=rights)] if administers else []
        return self._guild.add_member(self._env.create_user(name.lower(), global_name=name), roles=roles)

    @staticmethod
    def _read(shown: Shown) -> list[discord.Message]:
        return shown.channel.history(viewer=shown.viewer)

    async def _is_answered(self) -> None:
        await self._env.settle()
        async with asyncio.timeout(5):
            while await self._database.rows("SELECT number FROM inbox WHERE set_aside = 0"):
                pass
        await self._env.settle()


async def main(folder: Path) -> None:
    """Hold the conversations, and draw them."""
    async with _talking() as (env, talk), _browsing() as browser:
        async for name, shown in _scenes(talk):
            for size, width in (("phone", PHONE), ("desktop", DESKTOP)):
                pictures = [folder / f"{name}-{size}-{theme}.png" for theme in ("dark", "light")]
                await _draw(env, browser, shown, width, *pictures)
        await _draw(env, browser, await talk.mentions(QUESTION), PAGE, README_PICTURE)


async def _scenes(talk: Talk) -> AsyncIterator[tuple[str, Shown]]:
    """Hold one conversation after the other, and yield what is worth a picture."""
    answer = await talk.asks(QUESTION)
    yield "answer", answer
    yield "useful", replace(await talk.presses(answer, _LABELS.useful), messages=2)
    why = await talk.presses(await talk.asks(QUESTION), _LABELS.useless)
    yield "useless", replace(why, messages=2)
    yield "reason-form", replace(why, form_of=_LABELS.other_reason)
    yield "dated", await talk.asks("viadeo ça vaut encore le coup ?")
    yield "suggestion", await talk.asks("comment me présenter")
    yield "unknown", await talk.asks(UNKNOWN)
    yield "mention", await talk.mentions("c'est quoi la méthode VIE ?")
    yield "greeting", await talk.asks("salut, tu es qui ?")
    for command in ("parcours", "aide", "themes", "rappels", "oublier", "lier"):
        yield command, await talk.commands(command)
    yield "mesdonnees", replace(await talk.commands("mesdonnees"), messages=2)
    settings = await talk.commands("reglages", administers=True)
    yield "settings", settings
    yield "settings-form", replace(settings, form_of=_LABELS.welcome_text)
    yield "welcome", await talk.welcomed()
    async for scene in _moderating(talk):
        yield scene
    journey = await talk.led("vie")
    for number, reply in enumerate(REPLIES):
        yield f"journey-{number}", journey
        await talk.replies(journey, reply)
    while _LABELS.plan not in talk.labels(journey):
        await talk.replies(journey, _WORDING.outcomes[TaskOption.LATER].label)
    yield "journey-recap", replace(journey, messages=2)
    yield "plan", await talk.presses(journey, _LABELS.plan)
    journey = await talk.led("marque-personnelle")
    while not any("☐" in label for label in talk.labels(journey)):
        await talk.presses(journey, _WORDING.controls[Control.SKIP].label)
    yield "journey-several", journey
    yield "journey-paused", replace(await talk.presses(journey, _WORDING.controls[Control.PAUSE].label), messages=2)


async def _moderating(talk: Talk) -> AsyncIterator[tuple[str, Shown]]:
    """Hold the conversations of who moderates."""
    tip = await talk.commands("conseil", administers=True)
    yield "tip-preview", tip
    yield "tip-published", replace(await talk.presses(tip, _LABELS.tip_publish), messages=2)
    await talk.asks(UNKNOWN)
    gaps = await talk.commands("lacunes", administers=True)
    yield "gaps", gaps
    gap = await talk.presses(gaps, UNKNOWN)
    yield "gap", gap
    yield "lesson-form", replace(gap, form_of=_LABELS.gap_answer)
    yield "cards", await talk.commands("fiche", administers=True)
    yield "programme", await talk.commands("programme", administers=True, quand="mardi jeudi 18h30")
    yield "silence", await talk.commands("silence", administers=True)
    yield "stats", replace(await talk.commands("stats", administers=True), messages=2)
    yield "journal", await talk.commands("journal", administers=True)


@asynccontextmanager
async def _talking() -> AsyncIterator[tuple[simcord.Env, Talk]]:
    """Have Vigie serve a server."""
    knowledge = Library(KNOWLEDGE, read_parameters())
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        database = await stack.enter_async_context(open_database(folder / "vigie.sqlite3"))
        advisor = build_advisor(knowledge.current, database)
        adapter = HeldAdapter(Connection("token"), advisor, _WORDING, database, lambda: NOON)
        client = adapter.made()
        stack.enter_context(patch.object(simcord.http.client, "_path_of", _path_of))
        env = await stack.enter_async_context(simcord.run(client))
        assert client.user
        await client.user.edit(username="Vigie")
        running = asyncio.create_task(adapter.run())
        yield env, Talk(env, database)
        adapter.stop()
        await running


def _path_of(url: str) -> str:
    """Return what an address asks simcord for: as it goes over the wire, `@` is not escaped in it."""
    return _PATH_OF(unquote(url))


@asynccontextmanager
async def _browsing() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"))
        yield browser
        await browser.close()


async def _draw(env: simcord.Env, browser: Browser, shown: Shown, width: int, *pictures: Path) -> None:
    """Write a picture in the dark, and another one in the light."""
    tall = _FORM_TALL if shown.form_of else _TALL
    preview = env.preview(
        shown.channel,
        viewers=[shown.viewer],
        layout="channel",
        display="fixed",
        width=width,
        height=tall,
        locale="fr",
        timezone="Europe/Paris",
    )
    async with preview:
        page = await browser.new_page(
            viewport={"width": width, "height": tall}, device_scale_factor=2, reduced_motion="reduce", bypass_csp=True
        )
        await page.goto(preview.url)
        await page.add_style_tag(content=_BARE)
        await page.wait_for_function(_IS_STILL)
        if shown.form_of:
            await page.get_by_role("button", name=shown.form_of).click()
            await page.wait_for_selector(".modal-title")
        for picture in pictures:
            await _shoot(page, shown, picture)
            await page.add_style_tag(content=_LIGHT)
        await page.close()


async def _shoot(page: Page, shown: Shown, path: Path) -> None:
    if shown.form_of:
        await page.screenshot(path=path)
        return
    boxes = [await each.bounding_box() for each in (await page.locator(".channel-message").all())[-shown.messages :]]
    top = min(box["y"] for box in boxes if box) - _MARGIN
    bottom = max(box["y"] + box["height"] for box in boxes if box) + _MARGIN
    width = page.viewport_size["width"] if page.viewport_size else DESKTOP
    await page.screenshot(path=path, clip={"x": 0, "y": max(top, 0), "width": width, "height": bottom - max(top, 0)})


def _labels(message: discord.Message) -> list[str]:
    rows = (row for row in message.components if isinstance(row, discord.ActionRow))
    return [each.label or "" for row in rows for each in row.children if isinstance(each, discord.Button)]


def _lists(message: discord.Message) -> list[str]:
    rows = (row for row in message.components if isinstance(row, discord.ActionRow))
    return [each.custom_id or "" for row in rows for each in row.children if isinstance(each, discord.SelectMenu)]


if __name__ == "__main__":
    pictures = Path(sys.argv[1])
    pictures.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(pictures))
