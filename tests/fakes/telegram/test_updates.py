"""Which updates are delivered, and for how long."""

import asyncio

import pytest
from telegram import Bot, Update
from telegram.error import BadRequest, Conflict

from tests.fakes.telegram import FakeTelegram, Group, User
from tests.fakes.telegram.conftest import bot_of


def texts(updates: tuple[Update, ...]) -> list[str | None]:
    return [update.message.text for update in updates if update.message]


async def test_an_update_is_delivered_until_it_is_acknowledged(telegram: FakeTelegram, bot: Bot, lea: User) -> None:
    await lea.writes("un")
    await lea.writes("deux")
    first = await bot.get_updates()
    assert texts(first) == ["un", "deux"]
    assert texts(await bot.get_updates()) == ["un", "deux"]
    assert texts(await bot.get_updates(offset=first[0].update_id + 1)) == ["deux"]
    with pytest.raises(AssertionError, match="1 updates are not acknowledged, 0 requests are under way"):
        await telegram.settled(within=0.01)
    assert await bot.get_updates(offset=first[1].update_id + 1) == ()
    await telegram.settled(requests=True)


async def test_updates_come_in_portions_or_from_the_end(bot: Bot, lea: User) -> None:
    for text in ("un", "deux", "trois"):
        await lea.writes(text)
    assert texts(await bot.get_updates(limit=2)) == ["un", "deux"]
    assert texts(await bot.get_updates(offset=-1)) == ["trois"]
    assert texts(await bot.get_updates()) == ["trois"]


async def test_a_long_poll_waits_for_an_update(telegram: FakeTelegram, bot: Bot, lea: User) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=5))
    await telegram.is_polled()
    await lea.writes("bonjour")
    assert texts(await poll) == ["bonjour"]


async def test_a_poll_ends_with_its_client(telegram: FakeTelegram, bot: Bot, lea: User) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=50))
    await telegram.is_polled()
    poll.cancel()
    await telegram.state.updates.changed.until(lambda: telegram.state.polling.under_way == 0, 5)
    await lea.writes("bonjour")
    assert texts(await bot.get_updates()) == ["bonjour"]


async def test_a_second_poll_ends_the_first(telegram: FakeTelegram, bot: Bot, lea: User) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=5))
    await telegram.is_polled()
    async with bot_of(telegram) as other:
        second = asyncio.create_task(other.get_updates(timeout=5))
        with pytest.raises(Conflict, match="terminated by other getUpdates request; make sure that only one bot"):
            await first
        await lea.writes("bonjour")
        assert texts(await second) == ["bonjour"]


async def test_what_is_on_request_is_delivered_once_asked_for_and_remembered(
    telegram: FakeTelegram, bot: Bot, group: Group, lea: User, sam: User
) -> None:
    group.promote(telegram.bot)
    await sam.joins(group)
    assert [update.chat_member for update in await bot.get_updates()] == [None]
    await bot.get_updates(offset=-1, allowed_updates=["chat_member"])
    await lea.writes("pas voulu")
    await sam.leaves(group)
    *_, last = await bot.get_updates()
    assert last.chat_member
    assert (await bot.get_webhook_info()).allowed_updates == ("chat_member",)
    await bot.get_updates(offset=last.update_id + 1, allowed_updates=[])
    await lea.writes("voulu")
    assert texts(await bot.get_updates()) == ["voulu"]


async def test_unknown_kinds_of_updates_are_a_violation(telegram: FakeTelegram, bot: Bot) -> None:
    with pytest.raises(BadRequest, match="There are no updates of type messages"):
        await bot.get_updates(allowed_updates=["messages"])
    assert telegram.violations


MEANT_FOR_THE_BOT = ("/aide", "/aide moi", "/aide@vigie_bot", "/aide@Vigie_Bot moi")
NOT_MEANT_FOR_IT = ("bonjour", "bonjour @vigie_bot", "@vigie_bot bonjour", "/aide@autre_bot", "et /aide ?")


@pytest.mark.parametrize("text", MEANT_FOR_THE_BOT)
async def test_privacy_mode_lets_commands_through(bot: Bot, group: Group, lea: User, text: str) -> None:
    await lea.writes(text, to=group)
    assert texts(await bot.get_updates()) == [text]


@pytest.mark.parametrize("text", NOT_MEANT_FOR_IT)
async def test_privacy_mode_leaves_out_what_is_not_meant_for_the_bot_unless_it_leads_the_group(
    telegram: FakeTelegram, bot: Bot, group: Group, lea: User, text: str
) -> None:
    await lea.writes(text, to=group)
    assert await bot.get_updates() == ()
    group.promote(telegram.bot)
    await lea.writes(text, to=group)
    assert texts(await bot.get_updates()) == [text]


async def test_privacy_mode_lets_replies_to_the_bot_through(bot: Bot, group: Group, lea: User) -> None:
    await bot.send_message(group.id, "Une question ?")
    asked = await lea.reads_next(chat=group)
    other = await lea.writes("moi non", to=group)
    await lea.writes("moi oui", to=group, reply_to=asked)
    await lea.writes("toi non", to=group, reply_to=other)
    assert texts(await bot.get_updates()) == ["moi oui"]


async def test_without_privacy_mode_the_bot_hears_everything() -> None:
    async with FakeTelegram(can_read_all_group_messages=True) as telegram:
        sam = telegram.user("Sam")
        group = telegram.group("Les indés").add(sam)
        await sam.writes("bonjour", to=group)
        async with bot_of(telegram) as bot:
            assert bot.can_read_all_group_messages
            assert texts(await bot.get_updates()) == ["bonjour"]
