"""From what the core says to Discord's messages: sent, edited in place, shown to one person or taken away."""

import io
import logging
from typing import Any

import discord

from bot.core.messages import Attachment, Picture
from bot.platforms.discord.incoming import ORIGINAL, DiscordReceived
from bot.platforms.discord.markup import Message, view_of
from bot.platforms.discord.requests import asked
from bot.platforms.drawing import drawn
from bot.platforms.errors import OutageError, SilencedError
from bot.platforms.parts import Part, Post, Removal

_NOBODY = discord.AllowedMentions.none()
_ATTEMPTS = 3
"""How many times Discord is told that an interaction was heard: there are three seconds for it."""
_THE_ORIGINAL: Any = "@original"
"""What Discord calls the message that an interaction is about."""
_GONE = 10008
"""The message is there no longer."""

_log = logging.getLogger(__name__)


class Sender:
    """Sends, as a client. Whatever it does raises the errors of `asked`."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    @property
    def is_open(self) -> bool:
        """Whether the client can still be asked for anything."""
        return not self._client.is_closed()

    async def acknowledge(self, interaction: discord.Interaction, received: DiscordReceived) -> None:
        """Have Discord wait for the answer to an interaction; whether others will see it is decided by now."""
        unseen = received.incoming.unseen or received.in_private
        for left in reversed(range(_ATTEMPTS)):
            try:
                await asked(interaction.response.defer(ephemeral=unseen, thinking=received.shows_waiting))
            except OutageError:
                if not left:
                    raise
            except (SilencedError, discord.HTTPException) as error:
                # It was acknowledged already: the same event came twice, or the answer to the first attempt was lost.
                _log.info("An interaction was not acknowledged (%s).", error)
                return
            else:
                return

    async def answer(self, received: DiscordReceived, part: Part[Message]) -> int | None:
        """Do what a part says where the event comes from; return the message that shows it, if one does.

        In a direct message, an interaction that is over is answered by a message like any other.
        """
        if received.token is None or received.application is None or received.channel is None:
            return await self.post(received.channel, part)
        hook = discord.Webhook.partial(received.application, received.token, client=self._client)
        hook.type = discord.WebhookType.application
        try:
            return await self._answer_by(hook, part, unseen=received.incoming.unseen or received.in_private)
        except SilencedError:
            if received.incoming.address.community is not None or received.in_private:
                raise
            return await self.post(received.channel, part)

    async def post(self, channel: int | None, part: Part[Message]) -> int | None:
        """Do what a part says in a channel; return the message that shows it, if one does."""
        if channel is None:
            raise SilencedError("there is no channel to write in")
        place = self._client.get_partial_messageable(channel)
        match part:
            case Post(replaces=int(number), shown=message) if number != ORIGINAL:
                if await self._is_edited(place.get_partial_message(number), message):
                    return number
                return await self._sent(place, message)
            case Post(shown=message, replies_to=replies_to):
                return await self._sent(place, message, replies_to)
            case Removal(message=number) if number != ORIGINAL:
                await self._remove(place.get_partial_message(number))
            case Attachment() | Picture():
                file = await _file(part)
                if file:
                    await asked(place.send(file=file, allowed_mentions=_NOBODY))
        return None

    async def direct(self, account: int) -> int:
        """Return the channel of the direct messages with somebody."""
        return (await asked(self._client.create_dm(discord.Object(account)))).id

    async def main_channel(self, server: int) -> int | None:
        """Return the channel of a server in which Discord itself writes, None where there is none."""
        guild = self._client.get_guild(server)
        if guild is None:
            # It is in a shard of another process.
            found = (await asked(self._client.http.get_guild(server, with_counts=False))).get("system_channel_id")
            return int(found) if found else None
        return guild.system_channel.id if guild.system_channel else None

    async def _answer_by(self, hook: discord.Webhook, part: Part[Message], *, unseen: bool) -> int | None:
        match part:
            case Post(replaces=int(), shown=message) if edited := await self._edited_original(hook, message):
                return edited
            case Post(shown=message):
                sent = await asked(hook.send(**_shown(message), ephemeral=unseen or message.unseen, wait=True))
                return sent.id
            case Removal():
                await self._remove_original(hook)
            case Attachment() | Picture():
                file = await _file(part)
                if file:
                    await asked(hook.send(file=file, ephemeral=unseen, allowed_mentions=_NOBODY, wait=True))
        return None

    @staticmethod
    async def _edited_original(hook: discord.Webhook, message: Message) -> int | None:
        """Edit the message that an interaction is about; return it, None where it is gone."""
        try:
            edited: discord.WebhookMessage = await asked(hook.edit_message(_THE_ORIGINAL, **_edited(message)))
        except discord.NotFound as error:
            if error.code != _GONE:
                raise
            return None
        return edited.id

    @staticmethod
    async def _remove_original(hook: discord.Webhook) -> None:
        try:
            await asked(hook.delete_message(_THE_ORIGINAL))
        except discord.NotFound as error:
            _log.info("A message was gone already (%s).", error.text)

    async def _sent(self, place: discord.PartialMessageable, message: Message, replies_to: int | None = None) -> int:
        shown = _shown(message)
        if replies_to:
            shown["reference"] = discord.MessageReference(
                message_id=replies_to, channel_id=place.id, fail_if_not_exists=False
            )
        return (await asked(place.send(**shown))).id

    async def _is_edited(self, before: discord.PartialMessage, message: Message) -> bool:
        """Edit a message; return whether it is there to show it."""
        try:
            await asked(before.edit(**_edited(message)))
        except discord.NotFound as error:
            if error.code != _GONE:
                raise
            return False
        return True

    async def _remove(self, message: discord.PartialMessage) -> None:
        try:
            await asked(message.delete())
        except discord.NotFound as error:
            _log.info("A message was gone already (%s).", error.text)


def _shown(message: Message) -> dict[str, Any]:
    shown: dict[str, Any] = {"allowed_mentions": _NOBODY}
    if message.text is not None:
        shown["content"] = message.text
    if message.embed is not None:
        shown["embed"] = message.embed
    if message.rows or message.link:
        shown["view"] = view_of(message)
    return shown


def _edited(message: Message) -> dict[str, Any]:
    """Return a message with nothing left of the one whose place it takes."""
    return {
        "content": message.text,
        "embeds": [message.embed] if message.embed else [],
        "view": view_of(message) if message.rows or message.link else None,
        "attachments": [],
        "allowed_mentions": _NOBODY,
    }


async def _file(part: Attachment | Picture) -> discord.File | None:
    """Return a file as it is sent, None of a picture that cannot be drawn."""
    content = await drawn(part) if isinstance(part, Picture) else part.content.encode()
    return discord.File(io.BytesIO(content), part.name) if content else None
