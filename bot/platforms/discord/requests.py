"""Requests to Discord, their failures told apart by what is to be done about them."""

from collections.abc import Awaitable
from typing import TypeVar

import aiohttp
import discord

from bot.platforms.errors import OutageError, SilencedError, UnreachableError

_CLOSED = 50007
"""Somebody takes no direct messages: https://discord.com/developers/docs/topics/opcodes-and-status-codes#json."""
_SILENCED = frozenset(
    {
        10003,  # the channel is gone
        50001,  # it cannot be seen
        50008,  # nothing can be written in it
        50013,  # a permission lacks
        50083,  # the thread is archived
        160005,  # the thread is locked
        10015,  # the interaction is over
        10062,
        50027,
    }
)
_SERVER_ERROR = 500
_TOO_MANY = 429

Result = TypeVar("Result")


async def asked(request: Awaitable[Result]) -> Result:
    """Return what Discord answers to a request.

    Raises:
        OutageError: Discord cannot be reached now, or asks for patience.
        UnreachableError: somebody takes no direct messages.
        SilencedError: Vigie may not write there.
        discord.HTTPException: Discord refuses for another reason.
    """
    try:
        return await request
    except discord.RateLimited as error:
        raise OutageError("Discord asks for patience.") from error
    except discord.HTTPException as error:
        if error.code == _CLOSED:
            raise UnreachableError(error.text) from error
        if error.code in _SILENCED:
            raise SilencedError(error.text) from error
        if error.status >= _SERVER_ERROR or error.status == _TOO_MANY:
            raise OutageError(f"Discord cannot be reached (status {error.status}).") from error
        raise
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise OutageError(f"Discord cannot be reached ({type(error).__name__}).") from error
