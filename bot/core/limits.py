"""What is asked too fast, or by somebody whom the team asked for a pause: a word on it, then silence."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.core.buttons import ButtonKind, kind_of
from bot.core.commands import read_command
from bot.core.communities import Communities
from bot.core.messages import Incoming, Manner, Outgoing, Role
from bot.core.voice import Voice
from bot.dialogue.understanding import is_question
from bot.rendering.spoken import day
from bot.storage import barred, journeys, paces, people
from bot.storage.communities import Community
from bot.storage.database import Transaction

ASKED_BY_ONE = 6
"""What one person may ask within a window: nobody reads answers any faster, and others are to have a word too."""
ASKED_IN_A_PLACE = 20
"""What may be asked in one place within a window: as many messages as Telegram lets a bot write to a group a minute."""
_OWN_BUSINESS = frozenset({"mesdonnees", "oublier", "aide", "help"})
"""The commands that stay open to who may not ask: what is kept of them, and that it is forgotten."""
_JOURNEYS = frozenset({ButtonKind.JOURNEYS, ButtonKind.JOURNEY, ButtonKind.STEP})


class Limits:
    """Holds back what members ask in communities, where it is too much or they may not; never in a direct message.

    Args:
        voice: how she says so.
        served: what communities want.
    """

    def __init__(self, voice: Voice, served: Communities) -> None:
        self._voice = voice
        self._served = served

    async def held_back(self, transaction: Transaction, incoming: Incoming, community: Community) -> Outgoing | None:
        """Return what answers an event that is held back, None for one that is to be answered."""
        if incoming.role is not Role.MEMBER or incoming.event is not None:
            return None
        barred_from = await self._barred(transaction, incoming, community)
        return barred_from or await self._too_much(transaction, incoming, community)

    async def _barred(self, transaction: Transaction, incoming: Incoming, community: Community) -> Outgoing | None:
        if not _may_be_barred(incoming):
            return None
        account = incoming.address.account
        bar = await barred.find(transaction, community, account, incoming.received_at)
        if bar is None:
            return None
        if not bar.told and not incoming.edited:
            await barred.set_told(transaction, community, account)
        values = ending(bar.until, incoming.received_at, community.zone)
        return self._said(incoming, "limits/barred", says=not bar.told, **values)

    async def _too_much(self, transaction: Transaction, incoming: Incoming, community: Community) -> Outgoing | None:
        if not await _asks(transaction, incoming):
            return None
        now, address = incoming.received_at, incoming.address
        asked = await paces.count(transaction, community, now, account=address.account)
        if asked > ASKED_BY_ONE:
            return self._said(incoming, "limits/too_fast", says=asked == ASKED_BY_ONE + 1)
        if incoming.unseen:
            return None
        # After the person's own, so that what one of them is not answered leaves the place to the others.
        asked = await paces.count(transaction, community, now, place=address.place or "")
        if asked > ASKED_IN_A_PLACE:
            return self._said(incoming, "limits/crowded", says=asked == ASKED_IN_A_PLACE + 1)
        return None

    def _said(self, incoming: Incoming, template: str, *, says: bool, **values: object) -> Outgoing:
        """Return a word on what is held back, for who asked alone where that can be, or nothing."""
        # What answers a question that was written anew would take the place of its answer.
        if incoming.edited or not (says or _has_to_be_answered(incoming)):
            return Outgoing(())
        way = self._served.in_private(incoming)
        return Outgoing((replace(self._voice.say(template, way, **values), manner=Manner.NOTICE),))


def ending(until: datetime | None, now: datetime, zone: str) -> dict[str, object]:
    """Return what templates tell of an end on the clock of a zone: the day if it is another, and the hour."""
    clock = ZoneInfo(zone)
    local = (until or now).astimezone(clock)
    is_today = local.date() == now.astimezone(clock).date()
    return {"endless": until is None, "day": "" if is_today else day(local.date()), "at": local.time()}


def _may_be_barred(incoming: Incoming) -> bool:
    if incoming.button is not None:
        return kind_of(incoming.button) in _JOURNEYS
    command = read_command(incoming.text)
    return command is None or command.name not in _OWN_BUSINESS


def _has_to_be_answered(incoming: Incoming) -> bool:
    """Tell whether somebody would wait for an answer for ever."""
    return incoming.button is not None or incoming.unseen or incoming.awaited


async def _asks(transaction: Transaction, incoming: Incoming) -> bool:
    """Tell whether an event asks something of Vigie; what is said to the journey that is led there does not."""
    command = read_command(incoming.text)
    if incoming.button is not None or command:
        return incoming.button is None and command is not None and command.name == "question"
    if is_question(incoming.text):
        return True
    person = await people.find(transaction, incoming.address.platform, incoming.address.account)
    run = await journeys.find(transaction, person.id, person.journey) if person and person.journey else None
    return run is None or not run.is_led_at(incoming.address)
