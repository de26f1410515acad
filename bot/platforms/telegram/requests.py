"""Requests to Telegram, their failures told apart by what is to be done about them."""

from collections.abc import Awaitable
from typing import TypeVar

from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter

from bot.platforms.errors import OutageError, SilencedError, UnreachableError

_UNKNOWN = ("chat not found", "peer_id_invalid")
_SILENCED = (
    "not enough rights",
    "have no rights",
    "topic_closed",
    "topic_deleted",
    "chat_restricted",
)

Result = TypeVar("Result")


async def asked(request: Awaitable[Result]) -> Result:
    """Return what Telegram answers to a request.

    Raises:
        OutageError: Telegram cannot be reached now, or asks for patience.
        UnreachableError: nothing can be done in that chat.
        TelegramError: Telegram refuses for another reason.
    """
    try:
        return await request
    except BadRequest as error:
        said = error.message.casefold()
        if any(each in said for each in _UNKNOWN):
            raise UnreachableError(error.message) from error
        if any(each in said for each in _SILENCED):
            raise SilencedError(error.message) from error
        raise
    except Forbidden as error:
        raise UnreachableError(error.message) from error
    except RetryAfter as error:
        raise OutageError("Telegram asks for patience.") from error
    except InvalidToken:
        raise OutageError("Telegram refuses the token.") from None
    except NetworkError as error:
        raise OutageError(f"Telegram cannot be reached ({type(error).__name__}).") from error
