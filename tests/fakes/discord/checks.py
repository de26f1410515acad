"""Discord's limits on messages."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.fakes.discord.components import check_rows, check_url
from tests.fakes.discord.errors import ApiError, ViolationError
from tests.fakes.discord.forms import Fields, Form
from tests.fakes.discord.state import Pings
from tests.fakes.discord.world import EPHEMERAL, LARGEST_FILE, SILENT, Json

LONGEST_CONTENT = 2000
LONGEST_EMBEDS = 6000
MOST_EMBEDS = 10
MOST_FILES = 10
MOST_FIELDS = 25
MOST_PINGS = 100
LONGEST_COLOR = 0xFFFFFF

_SUPPRESS_EMBEDS, _COMPONENTS_V2 = 1 << 2, 1 << 15
_EDITED = "content embeds components allowed_mentions attachments flags tts"
_ANSWERED = _EDITED
_SENT = f"{_EDITED} nonce enforce_nonce message_reference"
_EMBED_KNOWS = "title type description url timestamp color footer image thumbnail author fields flags"
_IMAGES = ("https", "http", "attachment")

Uploads = Mapping[int, tuple[str, bytes]]
"""The files that came with a request, by number: name and content."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that a message keeps when it is edited."""

    id: int


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that a message gets."""

    name: str
    content: bytes
    description: str | None


@dataclass(slots=True)
class Draft:
    """A message as the bot wants it; what is None stays as it is."""

    content: str | None = None
    embeds: list[Json] | None = None
    components: list[Json] | None = None
    files: list[Kept | Upload] | None = None
    flags: int = 0
    pings: Pings = field(default_factory=Pings)
    nonce: str | None = None
    enforces_nonce: bool = False
    reference: Fields | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there would be nothing to read."""
        return not ((self.content or "").strip() or self.embeds or self.files)


def sent(body: Fields, uploads: Uploads) -> Draft:
    """Return the message that a body sends to a channel."""
    body.knows(_SENT)
    draft = _drafted(body, uploads, flags=_SUPPRESS_EMBEDS | SILENT)
    draft.nonce = _nonce(body)
    draft.enforces_nonce = body.boolean("enforce_nonce")
    draft.reference = body.object("message_reference")
    if draft.reference:
        draft.reference.knows("type message_id channel_id guild_id fail_if_not_exists")
        draft.reference.choice("type", [0])
        draft.reference.snowflake("message_id", required=True)
    return draft


def answered(body: Fields, uploads: Uploads) -> Draft:
    """Return the message that a body answers an interaction with, or follows it up with."""
    body.knows(_ANSWERED)
    return _drafted(body, uploads, flags=_SUPPRESS_EMBEDS | SILENT | EPHEMERAL)


def edited(body: Fields, uploads: Uploads) -> Draft:
    """Return what a body makes of a message."""
    body.knows(_EDITED)
    return _drafted(body, uploads, flags=_SUPPRESS_EMBEDS)


def refuse_empty() -> ApiError:
    """Return what is told of a message without anything to read."""
    return ApiError(400, 50006, "Cannot send an empty message")


def settled(form: Form, draft: Draft) -> Draft:
    """Return a draft, or refuse it for what is wrong with it."""
    form.settle()
    return draft


def _drafted(body: Fields, uploads: Uploads, *, flags: int) -> Draft:
    draft = Draft(pings=_checked_pings(body.object("allowed_mentions")), flags=_checked_flags(body, flags))
    body.boolean("tts")
    if "content" in body.value:
        draft.content = body.text("content", most=LONGEST_CONTENT)
    if "embeds" in body.value:
        draft.embeds = _checked_embeds(body)
    if "components" in body.value:
        check_rows(body)
        draft.components = list(body.value["components"] or [])
    draft.files = _checked_files(body, uploads)
    return draft


def _checked_flags(body: Fields, allowed: int) -> int:
    flags = body.integer("flags")
    if flags & _COMPONENTS_V2:
        raise ViolationError("components v2 are not modelled")
    if flags & ~allowed:
        raise ViolationError(f"flags {flags & ~allowed} cannot be set here")
    return flags


def _nonce(body: Fields) -> str | None:
    if not body.has("nonce"):
        return None
    nonce = str(body.value["nonce"])
    if len(nonce) > 25:
        body.refuse("nonce", "NONCE_TYPE_TOO_LONG", "Nonce is too long")
    return nonce


def _checked_pings(given: Fields | None) -> Pings:
    if given is None:
        return Pings()
    given.knows("parse users roles replied_user")
    parse = frozenset(given.array("parse", most=3))
    if unknown := parse - {"users", "roles", "everyone"}:
        given.refuse("parse", "BASE_TYPE_CHOICES", f"Value must be one of {{users, roles, everyone}}, not {unknown}.")
    listed = {name: [int(each) for each in given.array(name, most=MOST_PINGS)] for name in ("users", "roles")}
    for name, ids in listed.items():
        if ids and name in parse:
            exclusive = f'parse:["{name}"] and {name}: [ids...] are mutually exclusive.'
            given.refuse("", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", exclusive)
    return Pings(parse, listed["users"], listed["roles"], given.boolean("replied_user"))


def _checked_embeds(body: Fields) -> list[Json]:
    embeds = body.objects("embeds", most=MOST_EMBEDS)
    length = sum(_checked_embed(embed) for embed in embeds)
    if length > LONGEST_EMBEDS:
        body.refuse("embeds", "MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {LONGEST_EMBEDS}")
    return [embed.value for embed in embeds]


def _checked_embed(embed: Fields) -> int:
    """Return how much there is to read."""
    embed.knows(_EMBED_KNOWS)
    length = len(embed.text("title", most=256).strip()) + len(embed.text("description", most=4096).strip())
    embed.choice("type", ["rich"])
    embed.integer("flags")
    embed.integer("color", most=LONGEST_COLOR)
    check_url(embed, "url")
    footer, author = embed.object("footer"), embed.object("author")
    if footer:
        footer.knows("text icon_url")
        length += len(footer.text("text", least=1, most=2048, required=True).strip())
    if author:
        author.knows("name url icon_url")
        length += len(author.text("name", least=1, most=256, required=True).strip())
        check_url(author, "url")
    for picture in filter(None, (embed.object("image"), embed.object("thumbnail"))):
        picture.knows("url")
        check_url(picture, "url", schemes=_IMAGES)
    for each in embed.objects("fields", most=MOST_FIELDS):
        each.knows("name value inline")
        each.boolean("inline")
        length += len(each.text("name", least=1, most=256, required=True).strip())
        length += len(each.text("value", least=1, most=1024, required=True).strip())
    if embed.is_object and not length and not embed.has("image") and not embed.has("thumbnail"):
        raise ViolationError("an embed without anything to read")
    return length


def _checked_files(body: Fields, uploads: Uploads) -> list[Kept | Upload] | None:
    if len(uploads) > MOST_FILES:
        raise ApiError(400, 30015, f"Maximum number of attachments in a message reached ({MOST_FILES})")
    if any(len(content) > LARGEST_FILE for _, content in uploads.values()):
        raise ApiError(413, 40005, "Request entity too large")
    if "attachments" not in body.value:
        return [Upload(name, content, None) for name, content in uploads.values()] if uploads else None
    files: list[Kept | Upload] = []
    described = set()
    for given in body.objects("attachments", most=MOST_FILES):
        # What is kept is told again with all that it is; of what is new only this is taken.
        identifier = given.snowflake("id", required=True)
        description = given.text("description", most=1024) or None
        if identifier is not None and identifier in uploads:
            name, content = uploads[identifier]
            files.append(Upload(str(given.value.get("filename") or name), content, description))
            described.add(identifier)
        elif identifier is not None:
            files.append(Kept(identifier))
    if set(uploads) - described:
        raise ViolationError("a file that the list of attachments does not name")
    return files
