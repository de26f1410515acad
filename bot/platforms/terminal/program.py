"""The conversation for programs: a JSON object a line in, one a line out, each user in a conversation of their own."""

import json
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Annotated, Any, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from bot.core.advisor import Advisor
from bot.core.messages import Address, Author, Choice, ChoiceKind, Event, Incoming, Outgoing, Picture, Reply, Role
from bot.storage.database import DatabaseError

PLATFORM = "terminal"
_QUOTABLE = 10_000

_picture: TypeAdapter[Picture] = TypeAdapter(Picture)

_Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_FORM = 'a line is an object {"user": "…", "text": "…"} (or "press", or "event") in UTF-8, on one line'


class _Line(BaseModel):
    """What a program writes: who does what, and when; or the time alone."""

    model_config = ConfigDict(extra="forbid", strict=True)

    user: _Name | None = None
    text: str | None = None
    press: str | None = None
    event: Annotated[Event, Field(strict=False)] | None = None
    id: _Name | None = None
    at: Annotated[AwareDatetime, Field(strict=False)] | None = None
    role: Annotated[Role, Field(strict=False)] | None = None
    community: _Name | None = None
    channel: _Name | None = None
    reply_to: _Name | None = None
    administers: tuple[_Name, ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def _does_one_thing(self) -> Self:
        done = [each for each in (self.text, self.press, self.event) if each is not None]
        if self.user is None and (done or self.at is None):
            raise ValueError("somebody does something, or the time is told")
        if self.user is not None and len(done) != 1:
            raise ValueError("one of text, press and event")
        return self


class ProgramChat:
    """Answers the lines of many users, and tells what falls due between them.

    The clock is that of the lines that tell the time (`at`), once one has; it never goes back.
    """

    def __init__(
        self,
        advisor: Advisor,
        role: Role = Role.MEMBER,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._advisor = advisor
        self._role = role
        self._now = now
        self._told_time: datetime | None = None
        self._said: OrderedDict[str, tuple[str, str]] = OrderedDict()

    async def answer(self, line: bytes) -> AsyncIterator[dict[str, Any]]:
        """Yield what fell due since the line before, then what answers this one: an error if it is not of the form."""
        try:
            said = _Line.model_validate(_encodable(json.loads(line)))
        except (ValidationError, ValueError, RecursionError):
            yield {"error": _FORM}
            return
        if said.at is not None and self._told_time is not None and said.at < self._told_time:
            yield {"id": said.id, "error": f"the time goes back: {said.at.isoformat()} is before the line before"}
            return
        self._told_time = said.at or self._told_time
        now = self._told_time or self._now()
        async for record in self._due(now):
            yield record
        if said.user is None:
            yield {"id": said.id, "user": None, "replies": [], "journey": None}
            return
        author, quoted = self._said.get(said.reply_to or "", ("", None))
        incoming = Incoming(
            Address(PLATFORM, said.user, said.community, said.channel),
            now,
            said.text or "",
            said.press,
            said.event,
            said.id,
            said.role or self._role,
            quoted=quoted,
            quoted_author=Author(author, author) if author else None,
            quoted_message=said.reply_to if quoted is not None else None,
            name=said.user,
            place_title=said.channel or "",
            administers=said.administers,
        )
        self._remember(said.id, said.user, said.text)
        yield {"id": said.id, "user": said.user, **_record(await self._advisor.handle(incoming))}

    async def _due(self, now: datetime) -> AsyncIterator[dict[str, Any]]:
        try:
            fallen_due = await self._advisor.due(now, (PLATFORM,))
        except DatabaseError:
            return
        for due in fallen_due:
            replied_to = {"reply_to": due.replies_to} if due.replies_to else {}
            user, where = due.address.account or None, _where(due.address)
            yield {"due": True, "user": user, **where, **replied_to, **_record(due.outgoing)}

    def _remember(self, identifier: str | None, user: str, text: str | None) -> None:
        """Keep what was said under an id, so that a later line may reply to it."""
        if identifier is None or text is None:
            return
        self._said[identifier] = (user, text)
        if len(self._said) > _QUOTABLE:
            self._said.popitem(last=False)


def _encodable(data: Any) -> Any:
    """Return the values of an object without the half characters that JSON can hold and nothing else can."""
    if not isinstance(data, dict):
        return data
    return {
        key: value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else value
        for key, value in data.items()
    }


def _record(outgoing: Outgoing) -> dict[str, Any]:
    place = outgoing.journey
    record: dict[str, Any] = {
        "replies": [_reply(reply) for reply in outgoing.replies],
        "journey": place and {"id": place.id, "step": place.step, "finished": place.finished},
    }
    if outgoing.postings:
        record["posts"] = [
            {**_where(each.address), "reply_to": each.replies_to, **_reply(each.reply)} for each in outgoing.postings
        ]
    return record | ({"private": True} if outgoing.in_private else {})


def _where(address: Address) -> dict[str, Any]:
    return {"community": address.community, "channel": address.place} if address.community else {}


def _reply(reply: Reply) -> dict[str, Any]:
    buttons = [_button(choice) for choice in reply.choices]
    files = [{"name": each.name, "type": each.media_type, "content": each.content} for each in reply.attachments]
    pictures = [_picture.dump_python(each, mode="json") for each in reply.pictures]
    beside = {name: each for name, each in (("files", files), ("pictures", pictures)) if each}
    return {"text": reply.text, "buttons": buttons} | beside


def _button(choice: Choice) -> dict[str, Any]:
    shown = {"id": choice.id, "label": choice.label, "kind": choice.kind}
    return shown | {"start": choice.start} if choice.kind is ChoiceKind.LINK else shown
