"""People on both platforms who do what an hour holds for them, each waiting for the answer before going on."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, TypeVar

from tests.chaos.traffic import Again, Deed, Doing
from tests.chaos.walkers import ANSWERS
from tests.conversations.words import LABELS, said
from tests.fakes import discord as on_discord
from tests.fakes import telegram as on_telegram
from tests.fakes.discord import FakeDiscord
from tests.fakes.telegram import FakeTelegram
from tests.fakes.waiting import Pulse

PATIENCE = 40.0
"""Seconds after which an answer is taken for lost."""
PLACES = 6
"""Topics and channels of the community: so many that in none of them too much is asked for one place."""
REMINDED = 3
"""People of each platform who want to be reminded of their journey."""
QUESTIONS = (
    "faut-il répondre aux polémiques ?", "c'est quoi le SWOT ?", "comment améliorer mon profil LinkedIn ?",
    "par où commencer quand on n'a pas le temps ?", "recette de la blanquette de veau",
)  # fmt: skip
_ANSWERED = QUESTIONS[:2]
"""Those that are answered, whatever was said before."""
_LEAVING = {"Quitter", "Recommencer", "Pause"}
_SORRY = tuple(said(name, reference="?").partition("?")[0] for name in ("help/cannot_keep", "help/failure"))
"""What is said to somebody who is to try again."""
_BEFORE_AGAIN = 0.5
"""Seconds after which somebody tries again: the whole hour takes a few minutes at most."""
_LOOKS_EVERY = 0.01
_SILENCE = 5.0
"""Seconds after which what was written anew is taken for something that nothing is said to."""
_DEADLINE = 3.2
"""Seconds after which somebody reads that the application does not answer, and a little."""

MessageT = TypeVar("MessageT", on_telegram.Message, on_discord.Message)
Lane = tuple[str, str]
Read = tuple[str, tuple[str, ...]]
"""What somebody reads in the end: words, and the buttons below them."""


@dataclass(slots=True)
class Exchange:
    """Something done, and what answered it.

    Attributes:
        deed: what was done.
        began: when, on the loop's clock.
        ended: when it was over, on the same clock.
        seconds: until the answer stood there, the last time that it was asked for; None for what was lost.
        text: what it said in the end.
        buttons: what stood below it.
        messages: how many times something was sent or edited for it.
        sorry: how many times it was answered that it cannot be answered now.
        unheard: how many times nobody answered: Discord says so, or what was written anew had not been kept at first.
        last: the message that was read last before, where it matters.
        pressed: the button of it that was chosen.
    """

    deed: Deed
    began: float
    ended: float = 0.0
    seconds: float | None = None
    text: str = ""
    buttons: tuple[str, ...] = ()
    messages: int = 0
    sorry: int = 0
    unheard: int = 0
    last: int = 0
    pressed: str = ""

    def reads(self, shown: Sequence[on_telegram.Message] | Sequence[on_discord.Message]) -> None:
        """Count what was sent for it; of several processes, one may ask for patience where another one answers."""
        self.messages += len(shown)
        self.sorry += sum(each.text.startswith(_SORRY) for each in shown[:-1])


@dataclass(frozen=True, slots=True)
class Told:
    """What Vigie said for all to read: where, and what."""

    place: str
    text: str
    buttons: tuple[str, ...]


class Waiting:
    """Which lanes something waits in, as the database tells."""

    def __init__(self, look: Callable[[], Awaitable[Collection[Lane] | None]]) -> None:
        self._look = look
        self._looked = Pulse()
        self._begun = self._done = 0
        self._lanes: Collection[Lane] = ()

    async def watch(self) -> None:
        """Look again and again, until cancelled; what cannot be looked at now is looked at later."""
        while True:
            self._begun += 1
            lanes = await self._look()
            if lanes is not None:
                self._done, self._lanes = self._begun, lanes
                self._looked.beat()
            await asyncio.sleep(_LOOKS_EVERY)

    async def is_empty(self, lane: Lane) -> None:
        """Wait until nothing waits in a lane."""
        after = self._begun
        await self._looked.until(lambda: self._done > after and lane not in self._lanes, PATIENCE)

    async def are_empty(self) -> None:
        """Wait until nothing waits anywhere."""
        after = self._begun
        await self._looked.until(lambda: self._done > after and not self._lanes, PATIENCE)


class Side(ABC, Generic[MessageT]):
    """One platform's half of the community."""

    name: str

    def __init__(self, waiting: Waiting, journeys: Sequence[str]) -> None:
        self.exchanges: list[Exchange] = []
        self.newcomers: list[str] = []
        self._waiting = waiting
        self._journeys = journeys
        self._begun: set[int] = set()

    async def does(self, deed: Deed) -> None:
        """Have somebody do something, and try again while they are asked to."""
        if deed.doing is Doing.JOINS:
            await self._joins(deed)
            return
        loop = asyncio.get_running_loop()
        exchange = Exchange(deed, loop.time())
        self.exchanges.append(exchange)
        with suppress(TimeoutError):
            while True:
                began = loop.time()
                found = await self._once(deed, exchange)
                if found:
                    exchange.text, exchange.buttons = found
                    if not exchange.text.startswith(_SORRY):
                        exchange.ended = loop.time()
                        exchange.seconds = exchange.seconds or exchange.ended - began
                        return
                    exchange.sorry += 1
                exchange.seconds = None
                await asyncio.sleep(_BEFORE_AGAIN)

    def labels_of(self, message: MessageT) -> list[str]:
        """Return the buttons that lead on in a journey."""
        return [label for label in message.buttons if label not in _LEAVING and self._is_pressed(message, label)]

    def _began(self, deed: Deed, read: Read | None) -> Read | None:
        """Note that somebody begins a journey, if they do."""
        if read and not read[0].startswith(_SORRY):
            self._begun.add(deed.person)
        return read

    async def _changes(
        self, changed: Pulse, shown: Callable[[], Sequence[MessageT]], lane: Lane, exchange: Exchange
    ) -> Read | None:
        """Wait for what answers a question that was written anew; None where its first answer was not kept."""
        began = asyncio.get_running_loop().time()
        try:
            await changed.until(lambda: bool(shown()), _SILENCE)
        except TimeoutError:
            exchange.unheard += 1
            return None
        exchange.seconds = asyncio.get_running_loop().time() - began
        await self._waiting.is_empty(lane)
        exchange.reads(shown())
        return shown()[-1].text, tuple(shown()[-1].buttons)

    @property
    @abstractmethod
    def names(self) -> dict[str, str]:
        """Those who do something, by their accounts."""

    @property
    @abstractmethod
    def told_to_all(self) -> list[Told]:
        """All that Vigie said in the community."""

    @property
    @abstractmethod
    def reminders(self) -> list[str]:
        """Who was reminded of a journey, as many times as they were."""

    @abstractmethod
    async def settle(self, times: Sequence[str]) -> None:
        """Have those who moderate ask for a tip at each time, in another place each, and people for reminders."""

    @abstractmethod
    async def _joins(self, deed: Deed) -> None:
        """Have somebody come."""

    @abstractmethod
    async def _once(self, deed: Deed, exchange: Exchange) -> Read | None:
        """Have somebody do something once, and return what they read; None where nobody heard it."""

    @staticmethod
    @abstractmethod
    def _is_pressed(message: MessageT, label: str) -> bool:
        """Tell whether a button is one that Vigie hears of."""


class OnTelegram(Side[on_telegram.Message]):
    """A group with topics, and private chats."""

    name = "telegram"

    def __init__(
        self, double: FakeTelegram, waiting: Waiting, journeys: Sequence[str], people: int, members: int
    ) -> None:
        super().__init__(waiting, journeys)
        self.double = double
        self.people = [double.user(f"P{number:04d}") for number in range(people)]
        self.reminded = [double.user(f"R{number:04d}") for number in range(REMINDED)]
        self.mayor = double.user("Maire")
        self.group = double.group("Les indés", forum=True).promote(double.bot)
        self.group.add(*self.people, *self.reminded, *(double.user("S") for _ in range(members - people)))
        self.group.promote(self.mayor)
        self.topics = [self.group.topic(f"Sujet {number}") for number in range(PLACES)]

    @property
    def names(self) -> dict[str, str]:
        return {str(each.id): each.first_name for each in (*self.people, *self.reminded, self.mayor)}

    @property
    def told_to_all(self) -> list[Told]:
        return [
            Told(each.topic.name if each.topic else "", each.text, tuple(each.buttons))
            for each in self.group.messages
            if each.sender is self.double.bot
        ]

    @property
    def reminders(self) -> list[str]:
        said = [(each.first_name, message) for each in self.reminded for message in each.messages]
        return [name for name, message in said if LABELS.stop_reminders in message.buttons]

    async def settle(self, times: Sequence[str]) -> None:
        await self._asks(self.mayor, "/start")
        for number, time in enumerate(times):
            await self._leads(f"/programme tous les jours {time}", self.topics[number % PLACES])
        for person, time in zip(self.reminded, times, strict=False):
            await self._asks(person, f"/parcours {self._journeys[0]}")
            await self._asks(person, f"/rappels mardi {time}")

    async def _joins(self, deed: Deed) -> None:
        newcomer = self.double.user(f"N{deed.number:04d}")
        self.newcomers.append(newcomer.first_name)
        await newcomer.joins(self.group)
        self._repeats(deed.again, self.double.state.updates.pending[-1])

    async def _once(self, deed: Deed, exchange: Exchange) -> Read | None:
        person = self.people[deed.person]
        if deed.doing is Doing.TELLS_TIP:
            return await self._tells_tip(deed, exchange)
        topic = self.topics[int(deed.drawn * PLACES)]
        if deed.doing is Doing.ASKS_BEFORE_ALL:
            question = QUESTIONS[int(deed.which * len(QUESTIONS))]
            return await self._asks(person, f"/question {question}", topic, exchange)
        if deed.doing is Doing.EDITS:
            return await self._edits(person, topic, exchange)
        if deed.doing is Doing.ASKS:
            return await self._asks(person, QUESTIONS[int(deed.which * len(QUESTIONS))], exchange=exchange)
        return await self._goes_on(person, deed, exchange)

    async def _goes_on(self, person: on_telegram.User, deed: Deed, exchange: Exchange) -> Read | None:
        if deed.person not in self._begun:
            journey = self._journeys[deed.person % len(self._journeys)]
            return self._began(deed, await self._asks(person, f"/parcours {journey}", exchange=exchange))
        # Whoever tries again does the same again, whatever was said meanwhile.
        last = exchange.last or next(
            each.id
            for each in reversed(person.messages)
            if each.sender is self.double.bot and not each.text.startswith(_SORRY)
        )
        exchange.last, message = last, person.chat.history[last]
        labels = self.labels_of(message)
        if labels and deed.drawn < 0.75:
            exchange.pressed = exchange.pressed or labels[int(deed.which * len(labels))]
            return await self._presses(person, message, exchange.pressed, exchange)
        return await self._asks(person, ANSWERS[int(deed.which * len(ANSWERS))], exchange=exchange)

    async def _tells_tip(self, deed: Deed, exchange: Exchange) -> Read | None:
        shown = await self._leads("/conseil", self.topics[int(deed.drawn * PLACES)], exchange)
        if LABELS.tip_publish not in shown[-1].buttons:
            return shown[-1].text, ()
        return await self._presses(self.mayor, shown[-1], LABELS.tip_publish, exchange)

    async def _leads(
        self, command: str, topic: on_telegram.Topic, exchange: Exchange | None = None
    ) -> list[on_telegram.Message]:
        """Use a command of those who moderate, and return what answers it in private."""
        before = len(self.mayor.chat.shown)
        await self.mayor.writes(command, to=self.group, topic=topic)
        if exchange:
            self._repeats(exchange.deed.again, self.double.state.updates.pending[-1])
        return await self._shown(self.mayor.chat, before, lambda _: True, self.mayor, exchange)

    async def _edits(self, person: on_telegram.User, topic: on_telegram.Topic, exchange: Exchange) -> Read | None:
        first, second = (f"/question {each}" for each in _ANSWERED)
        before = len(self.group.shown)
        message = await person.writes(first, to=self.group, topic=topic)
        shown = await self._shown(self.group, before, lambda each: each.reply_to is message, person, exchange)
        if shown[-1].text.startswith(_SORRY):
            return shown[-1].text, ()
        before = len(self.group.shown)
        exchange.seconds = None
        await person.edits(message, second)
        self._repeats(exchange.deed.again, self.double.state.updates.pending[-1])
        return await self._changes(
            self.group.changed,
            lambda: [each for each in self.group.shown[before:] if each.reply_to is message],
            (self.name, str(person.id)),
            exchange,
        )

    async def _asks(
        self,
        person: on_telegram.User,
        text: str,
        topic: on_telegram.Topic | None = None,
        exchange: Exchange | None = None,
    ) -> Read:
        """Write, in private or in a topic, and return what answers."""
        chat = self.group if topic else person.chat
        before = len(chat.shown)
        message = await person.writes(text, to=self.group if topic else None, topic=topic)
        update = self.double.state.updates.pending[-1]
        again = exchange.deed.again if exchange else Again.NEVER
        if again is Again.AT_ONCE:
            self._repeats(again, update)
        shown = await self._shown(
            chat, before, lambda each: topic is None or each.reply_to is message, person, exchange
        )
        if again is Again.LATER:
            self._repeats(again, update)
        return shown[-1].text, tuple(shown[-1].buttons)

    async def _presses(
        self, person: on_telegram.User, message: on_telegram.Message, label: str, exchange: Exchange
    ) -> Read:
        """Press a button in private, and return what is shown for it."""
        chat, before = person.chat, len(person.chat.shown)
        query = await person.presses(message, label)
        update = self.double.state.updates.pending[-1]
        if exchange.deed.again is Again.AT_ONCE:
            self._repeats(exchange.deed.again, update)
        began = asyncio.get_running_loop().time()
        await _first(
            chat.changed.until(lambda: len(chat.shown) > before, PATIENCE),
            query.changed.until(lambda: query.answered, PATIENCE),
        )
        waits = self._waiting.is_empty((self.name, str(person.id)))
        await _first(chat.changed.until(lambda: len(chat.shown) > before, PATIENCE), waits)
        exchange.seconds = asyncio.get_running_loop().time() - began
        await self._waiting.is_empty((self.name, str(person.id)))
        shown = chat.shown[before:]
        exchange.reads(shown)
        if exchange.deed.again is Again.LATER:
            self._repeats(exchange.deed.again, update)
        return (shown[-1].text, tuple(shown[-1].buttons)) if shown else (query.notice or "", ())

    async def _shown(
        self,
        chat: on_telegram.Chat,
        before: int,
        holds: Callable[[on_telegram.Message], bool],
        person: on_telegram.User,
        exchange: Exchange | None,
    ) -> list[on_telegram.Message]:
        """Wait for what is said to somebody, all of it, and return it."""
        began = asyncio.get_running_loop().time()
        await chat.changed.until(lambda: any(map(holds, chat.shown[before:])), PATIENCE)
        seconds = asyncio.get_running_loop().time() - began
        await self._waiting.is_empty((self.name, str(person.id)))
        shown = [each for each in chat.shown[before:] if holds(each)]
        if exchange:
            exchange.seconds = exchange.seconds or seconds
            exchange.reads(shown)
        return shown

    def _repeats(self, again: Again, update: Mapping[str, object]) -> None:
        """Have an update be delivered a second time."""
        if again is not Again.NEVER:
            self.double.delivers_again(dict(update))

    @staticmethod
    def _is_pressed(message: on_telegram.Message, label: str) -> bool:
        return message.button(label).action == "callback_data"


class OnDiscord(Side[on_discord.Message]):
    """A server with channels, and direct messages."""

    name = "discord"

    def __init__(
        self, double: FakeDiscord, waiting: Waiting, journeys: Sequence[str], people: int, members: int
    ) -> None:
        super().__init__(waiting, journeys)
        self.double = double
        self.people = [double.user(f"P{number:04d}") for number in range(people)]
        self.reminded = [double.user(f"R{number:04d}") for number in range(REMINDED)]
        self.mayor = double.user("Maire")
        self.server = double.server("Les indés", owner=self.mayor)
        self.server.add(*self.people, *self.reminded, *(double.user("S") for _ in range(members - people)))
        self.channels = [self.server.text(f"sujet-{number}") for number in range(PLACES)]
        self.server.greets_in(self.channels[0])

    @property
    def names(self) -> dict[str, str]:
        return {str(each.id): each.name for each in (*self.people, *self.reminded, self.mayor)}

    @property
    def told_to_all(self) -> list[Told]:
        return [
            Told(channel.name, each.text, tuple(each.buttons))
            for channel in self.server.channels
            for each in channel.messages
            if each.author is self.double.bot
        ]

    @property
    def reminders(self) -> list[str]:
        said = [(each.name, message) for each in self.reminded for message in each.messages]
        return [name for name, message in said if LABELS.stop_reminders in message.buttons]

    async def settle(self, times: Sequence[str]) -> None:
        for number, time in enumerate(times):
            channel = self.channels[number % PLACES]
            await self._uses(
                lambda channel=channel, time=time: self.mayor.uses(  # type: ignore[misc]
                    "/programme", in_=channel, quand=f"tous les jours {time}"
                )
            )
        for person, time in zip(self.reminded, times, strict=False):
            await self._writes(person, f"/parcours {self._journeys[0]}")
            await self._writes(person, f"/rappels mardi {time}")

    async def _joins(self, deed: Deed) -> None:
        newcomer = self.double.user(f"N{deed.number:04d}")
        self.newcomers.append(newcomer.name)
        await newcomer.joins(self.server)
        self._repeats(deed.again)

    async def _once(self, deed: Deed, exchange: Exchange) -> Read | None:
        person = self.people[deed.person]
        channel = self.channels[int(deed.drawn * PLACES)]
        question = QUESTIONS[int(deed.which * len(QUESTIONS))]
        if deed.doing is Doing.TELLS_TIP:
            return await self._tells_tip(channel, exchange)
        if deed.doing is Doing.ASKS_BEFORE_ALL:
            return _read(
                await self._uses(lambda: person.uses("/question", in_=channel, texte=question), exchange), exchange
            )
        if deed.doing is Doing.EDITS:
            return await self._edits(person, channel, exchange)
        if deed.doing is Doing.ASKS:
            return await self._writes(person, question, exchange=exchange)
        return await self._goes_on(person, deed, exchange)

    async def _goes_on(self, person: on_discord.User, deed: Deed, exchange: Exchange) -> Read | None:
        journey = self._journeys[deed.person % len(self._journeys)]
        if deed.person not in self._begun:
            return self._began(deed, await self._writes(person, f"/parcours {journey}", exchange=exchange))
        if exchange.unheard:
            # Who was told that nobody answers looks where they are before they try again.
            read = await self._writes(person, f"/parcours {journey}", exchange=exchange)
            if not self._is_shown(self._last(person), exchange.pressed):
                return read
            exchange.last = 0
        # Whoever tries again does the same again, whatever was said meanwhile.
        exchange.last = exchange.last or self._last(person).id
        message = person.private.history[exchange.last]
        labels = self.labels_of(message)
        if not labels or deed.drawn >= 0.75:
            return await self._writes(person, ANSWERS[int(deed.which * len(ANSWERS))], exchange=exchange)
        if not exchange.pressed:
            exchange.pressed = message.button(labels[int(deed.which * len(labels))]).custom_id or ""
        return await self._presses(person, message, exchange)

    async def _presses(self, person: on_discord.User, message: on_discord.Message, exchange: Exchange) -> Read | None:
        """Press a button in private, fill in the form that it may open, and return what is shown for it."""
        channel, before = person.private, len(person.private.shown)
        done = await self._uses(lambda: person.presses_id(message, exchange.pressed), exchange, channel)
        if done and done.modal:
            form, text = done, ANSWERS[int(exchange.deed.which * len(ANSWERS))]
            done = await self._uses(lambda: person.submits(form, text=text), exchange, channel)
        if done is None:
            return None
        shown = [each for each in channel.shown[before:] if each.visible_to(person)]
        exchange.reads(shown)
        return (shown[-1].text, tuple(shown[-1].buttons)) if shown else ("", ())

    def _last(self, person: on_discord.User) -> on_discord.Message:
        said = (each for each in reversed(person.messages) if each.author is self.double.bot)
        return next(each for each in said if not each.text.startswith(_SORRY))

    @staticmethod
    def _is_shown(message: on_discord.Message, custom_id: str) -> bool:
        return any(message.button(label).custom_id == custom_id for label in message.buttons)

    async def _tells_tip(self, channel: on_discord.Channel, exchange: Exchange) -> Read | None:
        asked = await self._uses(lambda: self.mayor.uses("/conseil", in_=channel), exchange)
        preview = asked.messages[-1] if asked and asked.messages else None
        if preview is None or LABELS.tip_publish not in preview.buttons:
            return (preview.text, ()) if preview else None
        pressed = await self._uses(lambda: self.mayor.presses(preview, LABELS.tip_publish), exchange)
        if pressed is None:
            return None
        await channel.changed.until(
            lambda: LABELS.tip_publish not in preview.buttons or bool(pressed.followups), PATIENCE
        )
        said = [*pressed.followups, preview]
        return next((each.text for each in said if each.text.startswith(_SORRY)), preview.text), ()

    async def _edits(self, person: on_discord.User, channel: on_discord.Channel, exchange: Exchange) -> Read | None:
        first, second = (f"{self.double.bot.mention} {each}" for each in _ANSWERED)
        before = len(channel.shown)
        message = await person.writes(first, to=channel)
        read = await self._shown(person, channel, before, lambda each: each.reply_to is message, exchange)
        if read is None or read[0].startswith(_SORRY):
            return read
        before = len(channel.shown)
        exchange.seconds = None
        await person.edits(message, second)
        self._repeats(exchange.deed.again)
        return await self._changes(
            channel.changed,
            lambda: [each for each in channel.shown[before:] if each.reply_to is message],
            (self.name, str(person.id)),
            exchange,
        )

    async def _writes(self, person: on_discord.User, text: str, exchange: Exchange | None = None) -> Read | None:
        """Write in private, and return what answers."""
        before = len(person.private.shown)
        await person.writes(text)
        self._repeats(exchange.deed.again if exchange else Again.NEVER)
        return await self._shown(person, person.private, before, lambda _: True, exchange)

    async def _uses(
        self,
        act: Callable[[], Awaitable[on_discord.Interaction]],
        exchange: Exchange | None = None,
        channel: on_discord.Channel | None = None,
    ) -> on_discord.Interaction | None:
        """Use a command, a button or a form, and return what became of it; None where nobody answered in time.

        Where a channel is given, what is shown there is the answer, if anything is.
        """
        began, before = asyncio.get_running_loop().time(), len(channel.shown) if channel else 0
        done = await act()
        self._repeats(exchange.deed.again if exchange else Again.NEVER)
        empties = self._waiting.is_empty
        lane = (self.name, str(done.author.id))
        with suppress(AssertionError):
            await done.is_settled(within=_DEADLINE)
        if not done.answered:
            if exchange:
                exchange.unheard += 1
            await empties(lane)
            return None
        await done.changed.until(lambda: done.settled, PATIENCE)
        # What is pressed is acknowledged before it is kept: that nothing waits does not mean that it is over.
        if channel and not done.modal and not await self._comes(channel, lambda: len(channel.shown) > before, lane):
            if exchange:
                exchange.unheard += 1
            return None
        if exchange:
            exchange.seconds = asyncio.get_running_loop().time() - began
        await empties(lane)
        return done

    async def _shown(
        self,
        person: on_discord.User,
        channel: on_discord.Channel,
        before: int,
        holds: Callable[[on_discord.Message], bool],
        exchange: Exchange | None,
    ) -> Read | None:
        """Wait for what is said to somebody, all of it, and return the last of it."""
        began, lane = asyncio.get_running_loop().time(), (self.name, str(person.id))
        if not await self._comes(channel, lambda: any(map(holds, channel.shown[before:])), lane):
            if exchange:
                exchange.unheard += 1
            return None
        seconds = asyncio.get_running_loop().time() - began
        await self._waiting.is_empty(lane)
        shown = [each for each in channel.shown[before:] if holds(each)]
        if exchange:
            exchange.seconds = exchange.seconds or seconds
            exchange.reads(shown)
        return shown[-1].text, tuple(shown[-1].buttons)

    async def _comes(self, channel: on_discord.Channel, holds: Callable[[], bool], lane: Lane) -> bool:
        """Wait until something is shown; return whether it is, which is not when Discord could tell nobody of it.

        What happens while a session is over, and the next one is not there yet, is told to nobody.
        """
        until, sessions = asyncio.get_running_loop().time() + PATIENCE, self.double.identifies
        while asyncio.get_running_loop().time() < until:
            with suppress(TimeoutError):
                await channel.changed.until(holds, _BEFORE_AGAIN)
                return True
            if self.double.identifies > sessions and self.double.connected:
                await self._waiting.is_empty(lane)
                return holds()
        raise TimeoutError

    def _repeats(self, again: Again) -> None:
        """Have what was told last be told a second time."""
        if again is not Again.NEVER:
            self.double.delivers_again()

    @staticmethod
    def _is_pressed(message: on_discord.Message, label: str) -> bool:
        return message.button(label).custom_id is not None


def _read(done: on_discord.Interaction | None, exchange: Exchange) -> Read | None:
    """Return what answers an interaction in its place."""
    if done is None:
        return None
    exchange.reads(done.messages)
    return (done.messages[-1].text, tuple(done.messages[-1].buttons)) if done.messages else ("", ())


async def _first(*waits: Awaitable[None]) -> None:
    """Wait for the first of some things."""
    tasks = [asyncio.ensure_future(each) for each in waits]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for each in done:
            each.result()
    finally:
        for each in tasks:
            each.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
