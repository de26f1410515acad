"""What falls due for all to read on Discord, and the pictures that go with it: in its channel, or nowhere."""

from io import BytesIO

import pytest

from bot.core.messages import Address, Block, Day, Due, Funnel, Incoming, Outgoing, Picture, Posting, Reply
from bot.platforms.discord import outgoing as sending
from bot.storage.database import Database
from tests.fakes.discord import Channel, FakeDiscord, Message, Server, User
from tests.people import NOON
from tests.platforms.discord.conftest import Vigie
from tests.platforms.discord.steps import QUESTION
from tests.platforms.discord.talk import answer_to, asks
from tests.platforms.log import heard

PNG = b"\x89PNG\r\n\x1a\n"
WEEK = Picture("semaine.png", (Day(NOON.date(), 9, 2, 7),), 8, 6, (Funnel("Démarrer", 7, 6),))

pytestmark = pytest.mark.usefixtures("vigie", "hasty")


def said(text: str, *pictures: Picture) -> Reply:
    return Reply((Block("text", text),), pictures=pictures)


def due_in(server: Server, place: str | None, *replies: Reply, replies_to: str | None = None) -> Due:
    """Return what is to be said in a server, for all to read."""
    address = Address("discord", "", str(server.id), place)
    return Due(address, Outgoing(replies or (said("Bonjour à tous"),)), to_all=True, replies_to=replies_to)


def texts(channel: Channel) -> list[str]:
    return [message.text for message in channel.messages]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Picture]:
    """The pictures that are drawn, at once and all the same."""
    kept: list[Picture] = []

    async def draws(picture: Picture) -> bytes | None:
        kept.append(picture)
        return PNG if picture.name != "illisible.png" else None

    monkeypatch.setattr(sending, "drawn", draws)
    return kept


# In its channel.


async def test_what_is_for_all_is_said_in_the_channel(
    vigie: Vigie, sam: User, server: Server, general: Channel
) -> None:
    await vigie.adapter.deliver(due_in(server, str(general.id)))
    said_to_all = await sam.reads_next(in_=general)
    assert (said_to_all.text, said_to_all.ephemeral) == ("Bonjour à tous", False)


async def test_the_channel_of_what_one_person_alone_saw_is_that_channel(
    vigie: Vigie, lea: User, server: Server, general: Channel
) -> None:
    await vigie.adapter.deliver(due_in(server, f"{general.id}/{lea.id}"))
    assert texts(general) == ["Bonjour à tous"]
    assert lea.messages == []


async def test_the_first_message_replies_and_calls_nobody(
    vigie: Vigie, double: FakeDiscord, sam: User, server: Server, general: Channel
) -> None:
    written = await sam.writes("une question", to=general)
    two = (said("Voici"), said(f"la suite {sam.mention} @everyone"))
    await vigie.adapter.deliver(due_in(server, str(general.id), *two, replies_to=str(written.id)))
    first, second = [each for each in general.messages if each.author is double.bot]
    assert (first.reply_to, second.reply_to) == (written, None)
    assert first.pinged == second.pinged == []
    await sam.deletes(written)
    await vigie.adapter.deliver(due_in(server, str(general.id), replies_to=str(written.id)))
    assert (general.messages[-1].text, general.messages[-1].reply_to) == ("Bonjour à tous", None)


async def test_a_thread_is_woken(vigie: Vigie, server: Server, general: Channel) -> None:
    thread = server.thread(general, "Le CV")
    server.archives(thread)
    await vigie.adapter.deliver(due_in(server, str(thread.id)))
    assert texts(thread) == ["Bonjour à tous"]


async def test_what_is_for_no_channel_is_said_where_discord_writes(
    vigie: Vigie, double: FakeDiscord, server: Server, general: Channel
) -> None:
    with heard() as log:
        await vigie.adapter.deliver(due_in(server, None))
    assert "there is no channel" in log.text
    hall = server.text("hall")
    server.greets_in(hall)
    await double.settled()
    await vigie.adapter.deliver(due_in(server, None))
    assert texts(hall) == ["Bonjour à tous"]
    assert general.messages == []


@pytest.mark.parametrize("hindered", ["may not write", "is gone", "is locked"])
async def test_what_cannot_be_said_is_told_in_the_log_and_the_server_is_still_served(
    vigie: Vigie, double: FakeDiscord, sam: User, server: Server, general: Channel, hindered: str
) -> None:
    place = server.thread(general, "Le CV")
    match hindered:
        case "may not write":
            server.bot_may(general, send_messages_in_threads=False)
        case "is gone":
            server.deletes(place)
        case "is locked":
            server.archives(place, locked=True)
    with heard() as log:
        await vigie.adapter.deliver(due_in(server, str(place.id)))
    assert "Discord does not let a message be written" in log.text
    assert "Traceback" not in log.text
    assert "SWOT" in (await asks(sam, QUESTION, in_=general)).text
    await vigie.adapter.deliver(due_in(server, str(general.id)))
    assert texts(general)[-1] == "Bonjour à tous"
    assert double.violations == []


async def test_what_is_somebody_s_own_business_goes_to_them(
    vigie: Vigie, lea: User, server: Server, general: Channel
) -> None:
    address = Address("discord", str(lea.id), str(server.id), str(general.id))
    await vigie.adapter.deliver(Due(address, Outgoing((said("Ton plan t'attend"),))))
    assert texts(lea.private) == ["Ton plan t'attend"]
    assert general.messages == []


# Pictures.


async def test_a_picture_follows_its_words(
    vigie: Vigie, drawn: list[Picture], server: Server, general: Channel
) -> None:
    await vigie.adapter.deliver(due_in(server, str(general.id), said("La semaine", WEEK), said("Voilà")))
    words, picture, last = general.messages
    assert (words.text, last.text) == ("La semaine", "Voilà")
    assert [(file.name, file.content) for file in picture.files] == [("semaine.png", PNG)]
    assert drawn == [WEEK]


async def test_a_picture_that_cannot_be_drawn_leaves_the_words(
    vigie: Vigie, drawn: list[Picture], server: Server, general: Channel
) -> None:
    unreadable = Picture("illisible.png", (), 0, 0, ())
    await vigie.adapter.deliver(due_in(server, str(general.id), said("La semaine", unreadable)))
    assert texts(general) == ["La semaine"]
    assert drawn == [unreadable]


async def answers_with(vigie: Vigie, monkeypatch: pytest.MonkeyPatch, outgoing: Outgoing) -> None:
    """Have the core answer everything alike."""

    async def handle(_: Incoming) -> Outgoing:
        return outgoing

    monkeypatch.setattr(vigie.advisor, "handle", handle)


async def test_a_picture_for_one_person_is_seen_by_them_alone(
    vigie: Vigie, drawn: list[Picture], monkeypatch: pytest.MonkeyPatch, lea: User, general: Channel
) -> None:
    await answers_with(vigie, monkeypatch, Outgoing((said("La semaine", WEEK),)))
    words, picture = await (await lea.uses("/stats", in_=general)).shows(2)
    assert (words.ephemeral, picture.ephemeral, general.messages) == (True, True, [])
    assert [file.content for file in picture.files] == [PNG]
    assert drawn == [WEEK]


async def test_a_picture_in_private_is_a_message_like_any_other(
    vigie: Vigie, drawn: list[Picture], monkeypatch: pytest.MonkeyPatch, lea: User
) -> None:
    await answers_with(vigie, monkeypatch, Outgoing((said("La semaine", WEEK),)))
    await lea.writes("la semaine ?")
    words, picture = await lea.reads(2)
    assert (words.text, [file.name for file in picture.files]) == ("La semaine", ["semaine.png"])
    assert drawn == [WEEK]


async def test_what_is_posted_carries_its_picture(
    vigie: Vigie,
    drawn: list[Picture],
    monkeypatch: pytest.MonkeyPatch,
    lea: User,
    server: Server,
    general: Channel,
) -> None:
    where = Address("discord", str(lea.id), str(server.id), f"{general.id}/{lea.id}")
    posting = Posting(where, said("La semaine", WEEK))
    await answers_with(vigie, monkeypatch, Outgoing((said("C'est publié."),), postings=(posting,)))
    shown = await answer_to(await lea.uses("/stats", in_=general))
    assert (shown.text, shown.ephemeral) == ("C'est publié.", True)
    words, picture = general.messages
    assert (words.text, [file.name for file in picture.files]) == ("La semaine", ["semaine.png"])
    assert drawn == [WEEK]


async def test_the_week_is_drawn_in_a_process_of_its_own(
    database: Database, lea: User, sam: User, general: Channel
) -> None:
    for _ in range(6):
        await asks(sam, QUESTION, in_=general)
    await database.rows("UPDATE question_counts SET asked = 9")
    shown: list[Message] = await (await lea.uses("/stats", in_=general)).shows(2, within=60)
    words, picture = shown
    assert all(each.ephemeral for each in shown)
    assert words.text
    [file] = picture.files
    assert BytesIO(file.content).read(8) == PNG
    assert file.name.endswith(".png")
