"""What is refused: each rule once, in Telegram's words where it has some."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import pytest
from aiohttp import ClientSession
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputTextMessageContent,
    MessageEntity,
    ReplyParameters,
)
from telegram.error import BadRequest, Forbidden

from tests.fakes.telegram import FakeTelegram, Group, Message, User
from tests.fakes.telegram.conftest import png
from tests.fakes.telegram.methods import LARGEST_PHOTO

BOLD, CODE, QUOTE = MessageEntity.BOLD, MessageEntity.CODE, MessageEntity.BLOCKQUOTE


@pytest.fixture
async def sent(bot: Bot, lea: User) -> Message:
    """A message that Léa has of the bot."""
    lea.has_started()
    keyboard = InlineKeyboardMarkup.from_button(InlineKeyboardButton("Oui", callback_data="yes"))
    await bot.send_message(lea.id, "Bonjour", reply_markup=keyboard)
    return await lea.reads_next()


def keyboard(*labels: str, row: int = 1, **action: Any) -> dict[str, Any]:
    buttons = [{"text": label} | (action or {"callback_data": label}) for label in labels]
    return {"inline_keyboard": [buttons[begin : begin + row] for begin in range(0, len(buttons), row)]}


def entity(kind: str, offset: int, length: int, **fields: str) -> dict[str, Any]:
    return {"type": kind, "offset": offset, "length": length} | fields


async def refusal(telegram: FakeTelegram, method: str, **parameters: Any) -> str:
    """Return how a request is refused, made as no client of python-telegram-bot would make it."""
    url = f"{telegram.base_url}{telegram.token}/{method}"
    async with ClientSession() as client, client.post(url, json=parameters) as response:
        answer = await response.json()
        assert answer["error_code"] == response.status
        return str(answer["description"])


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"text": ""}, "message text is empty"),
        ({"text": " \n "}, "message text is empty"),
        ({"text": "😀" * 2049}, "message is too long"),
        ({"text": "a", "chat_id": 42}, "chat not found"),
        ({"text": "a", "chat_id": ""}, "chat not found"),
        ({"text": "a", "message_thread_id": 7}, "message thread not found"),
        ({"text": "a", "reply_parameters": {"message_id": 999}}, "message to be replied not found"),
        ({"text": "a", "reply_markup": "{"}, "can't parse reply_markup JSON object"),
        ({"text": "a", "reply_markup": "[]"}, "can't parse reply_markup: expected an Object"),
        ({"text": "a", "reply_markup": keyboard("a", callback_data="é" * 33)}, "BUTTON_DATA_INVALID"),
        ({"text": "a", "reply_markup": keyboard("a", callback_data="")}, "BUTTON_DATA_INVALID"),
        (
            {"text": "a", "reply_markup": keyboard(" ")},
            "can't parse inline keyboard button: Button text must be non-empty",
        ),
        (
            {"text": "a", "reply_markup": keyboard("a", url="javascript:alert(1)")},
            "inline keyboard button URL 'javascript:alert(1)' is invalid: Wrong HTTP URL",
        ),
        ({"text": "a", "reply_markup": keyboard(*map(str, range(101)), row=8)}, "reply markup is too long"),
    ],
)
async def test_what_telegram_refuses_to_send(
    telegram: FakeTelegram, lea: User, parameters: dict[str, Any], error: str
) -> None:
    lea.has_started()
    assert await refusal(telegram, "sendMessage", **({"chat_id": lea.id} | parameters)) == f"Bad Request: {error}"
    assert telegram.violations == []
    assert lea.messages == []


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"colour": "red"}, "sendMessage takes no colour, or it is not modelled"),
        ({"parse_mode": "HTML"}, "parse_mode is not wanted: entities say it"),
        ({"link_preview_options": {"off": True}}, "link_preview_options takes no off"),
        ({"reply_parameters": {"message_id": 1, "quote": "a"}}, "reply_parameters: quote is not modelled"),
        ({"reply_markup": {"keyboard": [["a"]]}}, "only inline keyboards are modelled"),
        ({"reply_markup": {"inline_keyboard": [[]]}}, "a row without a button"),
        ({"reply_markup": keyboard(*"abcdefghi", row=9)}, "more than 8 buttons in a row"),
        ({"reply_markup": keyboard("a", url="https://a.fr", callback_data="a")}, "a button does one thing"),
        ({"reply_markup": keyboard("a", pay="true")}, "a button does one thing"),
        ({"reply_markup": keyboard("a", callback_data="a", style="pink")}, "a button of no known style"),
        ({"reply_markup": keyboard("a", url="https://t.me/vigie_bot?start=é")}, "a deep link's parameter"),
        ({"reply_markup": keyboard("a", url=f"https://t.me/vigie_bot?start={'a' * 65}")}, "a deep link's parameter"),
        ({"entities": [entity("gras", 0, 1)]}, "unsupported type specified: gras"),
        ({"entities": [{"type": "bold"}]}, "no offset and length"),
        ({"entities": [entity(BOLD, 0, 12)]}, "entity beyond the text's 11 units"),
        ({"entities": [entity(BOLD, -1, 2)]}, "entity beyond"),
        ({"entities": [entity(BOLD, 0, 0)]}, "entity beyond"),
        ({"entities": [entity(BOLD, 10, 1)]}, "inside a surrogate pair"),
        ({"entities": [entity(BOLD, 0, 10)]}, "inside a surrogate pair"),
        ({"entities": [entity(BOLD, 0, 1)] * 101}, "101 entities, of which only 100 are kept"),
        ({"entities": [entity(BOLD, 0, 4), entity(CODE, 2, 4)]}, "overlap and do not nest"),
        ({"entities": [entity(BOLD, 0, 4), entity(CODE, 1, 2)]}, "code goes with no other style"),
        ({"entities": [entity(QUOTE, 0, 4), entity(QUOTE, 1, 2)]}, "quotes do not nest"),
        ({"entities": [entity(BOLD, 0, 4), entity(BOLD, 1, 2)]}, "an entity inside one of its own type"),
        ({"entities": [entity("text_link", 0, 1)]}, "entity without what its type needs"),
        ({"entities": [entity("text_link", 0, 1, url="ftp://a.fr")]}, "entity with a URL that is none"),
        ({"entities": [entity(BOLD, 0, 1, url="https://a.fr")]}, "entity with fields that its type does not have"),
    ],
)
async def test_where_the_house_is_stricter(
    telegram: FakeTelegram, lea: User, parameters: dict[str, Any], error: str
) -> None:
    lea.has_started()
    assert error in await refusal(telegram, "sendMessage", chat_id=lea.id, text="Bonjour, 😀", **parameters)
    assert error in telegram.violations[-1]


async def test_what_is_required(telegram: FakeTelegram, lea: User) -> None:
    assert await refusal(telegram, "sendMessage", text="a") == "Bad Request: chat_id is empty"
    assert await refusal(telegram, "sendMessage", chat_id=lea.id) == "Bad Request: message text is empty"
    missing = "Bad Request: message identifier is not specified"
    assert await refusal(telegram, "editMessageText", chat_id=lea.id, text="a") == missing


async def test_a_method_that_is_not_modelled_is_not_found(telegram: FakeTelegram) -> None:
    assert await refusal(telegram, "sendDice", chat_id=1) == "Not Found: method not found"


async def test_the_longest_text_and_the_fullest_keyboard_pass(bot: Bot, lea: User) -> None:
    lea.has_started()
    buttons = [[InlineKeyboardButton("a" * 64, callback_data="é" * 32)] * 8] * 12 + [[*_four()]]
    nested = [MessageEntity(QUOTE, 0, 4096), MessageEntity(BOLD, 0, 4096), MessageEntity("italic", 0, 2)]
    await bot.send_message(lea.id, "😀" * 2048, entities=nested, reply_markup=InlineKeyboardMarkup(buttons))
    message = await lea.reads_next()
    assert len(message.buttons) == 100
    assert message.bold == [message.text]


def _four() -> Sequence[InlineKeyboardButton]:
    return [InlineKeyboardButton(str(number), callback_data=str(number)) for number in range(4)]


async def test_nobody_is_written_to_who_has_not_begun(telegram: FakeTelegram, bot: Bot, lea: User) -> None:
    with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
        await bot.send_message(lea.id, "Bonjour")
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.get_chat(lea.id)
    robo = telegram.user("Robo", is_bot=True)
    with pytest.raises(Forbidden, match="bot can't send messages to bots"):
        await bot.send_message(robo.id, "Bonjour")


async def test_what_is_refused_takes_no_id(telegram: FakeTelegram, bot: Bot, lea: User) -> None:
    lea.has_started()
    await refusal(telegram, "sendMessage", chat_id=lea.id, text="a", reply_markup={"inline_keyboard": [[]]})
    assert (await bot.send_message(lea.id, "a")).message_id == 1


async def test_a_reply_may_do_without_the_message(bot: Bot, lea: User) -> None:
    lea.has_started()
    await bot.send_message(lea.id, "a", reply_parameters=ReplyParameters(999, allow_sending_without_reply=True))
    assert (await lea.reads_next()).reply_to is None


async def test_captions_and_files(bot: Bot, lea: User) -> None:
    lea.has_started()
    with pytest.raises(BadRequest, match="Message caption is too long"):
        await bot.send_document(lea.id, BytesIO(b"a"), filename="a.txt", caption="a" * 1025)
    with pytest.raises(BadRequest, match="File must be non-empty"):
        await bot.send_document(lea.id, BytesIO(b""), filename="a.txt")
    with pytest.raises(BadRequest, match="only files that come with the request"):
        await bot.send_document(lea.id, "BQACAgQAAxk")


async def test_photos(bot: Bot, lea: User) -> None:
    lea.has_started()
    with pytest.raises(BadRequest, match="Message caption is too long"):
        await bot.send_photo(lea.id, png(100, 100), caption="a" * 1025)
    with pytest.raises(BadRequest, match="File must be non-empty"):
        await bot.send_photo(lea.id, b"")
    with pytest.raises(BadRequest, match="only files that come with the request"):
        await bot.send_photo(lea.id, "AgACAgQAAxk")
    with pytest.raises(BadRequest, match="is too big for a photo"):
        await bot.send_photo(lea.id, png(100, 100, LARGEST_PHOTO + 1))
    with pytest.raises(BadRequest, match="Image_process_failed"):
        await bot.send_photo(lea.id, b"GIF89a" + bytes(100))
    for width, height in ((5001, 5000), (100, 2001), (0, 10)):
        with pytest.raises(BadRequest, match="Photo_invalid_dimensions"):
            await bot.send_photo(lea.id, png(width, height))
    for width, height in ((5000, 5000), (100, 2000)):
        sent = await bot.send_photo(lea.id, png(width, height, LARGEST_PHOTO))
        with pytest.raises(BadRequest, match="There is no text in the message to edit"):
            await bot.edit_message_text("Salut", lea.id, sent.message_id)


async def test_an_edit_changes_something_of_ones_own(bot: Bot, lea: User, sent: Message) -> None:
    same = InlineKeyboardMarkup.from_button(InlineKeyboardButton("Oui", callback_data="yes"))
    with pytest.raises(BadRequest, match="Message is not modified: specified new message content and reply markup"):
        await bot.edit_message_text("Bonjour\n", lea.id, sent.id, reply_markup=same)
    with pytest.raises(BadRequest, match="Message is not modified"):
        await bot.edit_message_reply_markup(lea.id, sent.id, reply_markup=same)
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_text("Salut", lea.id, 999)
    with pytest.raises(BadRequest, match="Message text is empty"):
        await bot.edit_message_text(" ", lea.id, sent.id)
    with pytest.raises(BadRequest, match="Message_too_long"):
        await bot.edit_message_text("a" * 4097, lea.id, sent.id)
    hers = await lea.writes("bonjour")
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await bot.edit_message_text("Salut", lea.id, hers.id)
    document = await bot.send_document(lea.id, BytesIO(b"a"), filename="a.txt")
    with pytest.raises(BadRequest, match="There is no text in the message to edit"):
        await bot.edit_message_text("Salut", lea.id, document.message_id)
    assert not sent.edited


async def test_what_is_gone_is_not_deleted(bot: Bot, lea: User, sent: Message) -> None:
    await bot.delete_message(lea.id, sent.id)
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await bot.delete_message(lea.id, sent.id)


async def test_a_press_is_answered_in_time_and_shortly(
    telegram: FakeTelegram, bot: Bot, lea: User, sent: Message
) -> None:
    query = await lea.presses(sent, "Oui")
    with pytest.raises(BadRequest, match="Message_too_long"):
        await bot.answer_callback_query(query.id, "a" * 201)
    with pytest.raises(BadRequest, match="Url_invalid"):
        await bot.answer_callback_query(query.id, url="https://example.org")
    await bot.answer_callback_query(query.id, url="https://t.me/vigie_bot?start=cv")
    assert (query.answers, query.url) == (1, "https://t.me/vigie_bot?start=cv")
    query.expires()
    late = await lea.presses(sent, "Oui")
    telegram.passes(minutes=5)
    for identifier in (query.id, late.id, "42"):
        with pytest.raises(BadRequest, match="Query is too old and response timeout expired"):
            await bot.answer_callback_query(identifier)


def article(identifier: str = "1", title: str = "Un titre", text: str = "Un texte") -> InlineQueryResultArticle:
    return InlineQueryResultArticle(identifier, title, InputTextMessageContent(text))


@pytest.mark.parametrize(
    ("results", "error"),
    [
        ([article(str(number)) for number in range(51)], "RESULTS_TOO_MUCH"),
        ([article(), article()], "RESULT_ID_DUPLICATE"),
        ([article("é" * 33)], "RESULT_ID_INVALID"),
        ([article(title=" ")], "ARTICLE_TITLE_EMPTY"),
        ([article(text="")], "MESSAGE_EMPTY"),
        ([article(text="a" * 4097)], "MESSAGE_TOO_LONG"),
        ([article(str(number), text="é" * 4000) for number in range(10)], "RESULTS_TOO_LONG"),
    ],
)
async def test_answers_to_inline_queries_are_limited(
    telegram: FakeTelegram, lea: User, results: list[InlineQueryResultArticle], error: str
) -> None:
    query = await lea.asks_inline("cv", within=None)
    answer = {"inline_query_id": query.id, "results": [result.to_dict() for result in results]}
    assert await refusal(telegram, "answerInlineQuery", **answer) == f"Bad Request: {error}"
    assert not query.answered


async def test_an_inline_query_is_answered_within_ten_seconds(telegram: FakeTelegram, bot: Bot, lea: User) -> None:
    query = await lea.asks_inline("cv", within=None)
    telegram.passes(seconds=10)
    with pytest.raises(BadRequest, match="Query is too old"):
        await bot.answer_inline_query(query.id, [article()])


async def test_the_button_above_results_starts_the_bot(telegram: FakeTelegram, lea: User) -> None:
    query = await lea.asks_inline("cv", within=None)
    button = {"text": "En parler", "start_parameter": "c v"}
    answer = {"inline_query_id": query.id, "results": [], "button": button}
    assert await refusal(telegram, "answerInlineQuery", **answer) == "Bad Request: START_PARAM_INVALID"


async def test_a_bot_without_inline_queries_is_not_asked() -> None:
    async with FakeTelegram(supports_inline_queries=False) as telegram:
        with pytest.raises(AssertionError, match="supports no inline queries"):
            await telegram.user("Léa").asks_inline("cv")


async def test_menus_by_scope_and_language(telegram: FakeTelegram, bot: Bot, group: Group) -> None:
    await bot.set_my_commands([BotCommand("aide", "Ce que je sais faire")])
    await bot.set_my_commands([("plan", "Ton plan")], scope=BotCommandScopeChat(group.id), language_code="fr")
    assert telegram.commands == {
        ("default", ""): {"aide": "Ce que je sais faire"},
        (f"chat:{group.id}", "fr"): {"plan": "Ton plan"},
    }
    assert await bot.get_my_commands() == (BotCommand("aide", "Ce que je sais faire"),)
    await bot.delete_my_commands()
    assert await bot.get_my_commands() == ()


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"commands": [{"command": "Aide", "description": "a"}]}, "BOT_COMMAND_INVALID"),
        ({"commands": [{"command": "a" * 33, "description": "a"}]}, "BOT_COMMAND_INVALID"),
        ({"commands": [{"command": "aide", "description": ""}]}, "BOT_COMMAND_DESCRIPTION_INVALID"),
        ({"commands": [{"command": "aide", "description": "a" * 257}]}, "BOT_COMMAND_DESCRIPTION_INVALID"),
        ({"commands": [{"command": f"a{n}", "description": "a"} for n in range(101)]}, "BOT_COMMANDS_TOO_MUCH"),
        ({"commands": [{"command": "aide", "description": "a"}] * 2}, "a command stands in the menu twice"),
        ({"commands": [], "language_code": "fra"}, "Invalid language code specified"),
        ({"commands": [], "scope": {"type": "chats"}}, "can't parse BotCommandScope: unsupported type specified"),
        ({"commands": [], "scope": {"type": "chat", "chat_id": -1}}, "chat not found"),
    ],
)
async def test_menus_are_limited(telegram: FakeTelegram, parameters: dict[str, Any], error: str) -> None:
    assert await refusal(telegram, "setMyCommands", **parameters) == f"Bad Request: {error}"


async def test_what_the_double_trips_over_is_a_violation(telegram: FakeTelegram, lea: User) -> None:
    lea.has_started()
    error = await refusal(telegram, "sendMessage", chat_id=lea.id, text="a", entities=["bold"])
    assert error == "Internal Server Error"
    assert telegram.violations == ["sendMessage: AttributeError(\"'str' object has no attribute 'get'\")"]


async def test_parameters_may_stand_in_the_address(telegram: FakeTelegram, lea: User) -> None:
    lea.has_started()
    url = f"{telegram.base_url}{telegram.token}/sendmessage?chat_id={lea.id}&text=Bonjour"
    async with ClientSession() as client, client.get(url) as response:
        assert (await response.json())["result"]["text"] == "Bonjour"


async def test_the_rest(telegram: FakeTelegram, lea: User) -> None:
    lea.has_started()
    wrong = "Bad Request: wrong parameter action in request"
    assert await refusal(telegram, "sendChatAction", chat_id=lea.id, action="dancing") == wrong
    nobody = "Bad Request: there are no administrators in the private chat"
    assert await refusal(telegram, "getChatAdministrators", chat_id=lea.id) == nobody
    stays = "Bad Request: chat member status can't be changed in private chats"
    assert await refusal(telegram, "leaveChat", chat_id=lea.id) == stays


async def test_what_the_bot_asked_for_is_kept(telegram: FakeTelegram, bot: Bot, lea: User) -> None:
    lea.has_started()
    await bot.send_message(lea.id, "Bonjour", reply_markup=InlineKeyboardMarkup.from_row([*_four()]))
    [request] = telegram.asked_for("sendMessage")
    assert request.parameters["text"] == "Bonjour"
    assert len(request.json("reply_markup")["inline_keyboard"][0]) == 4
    assert (request.status, request.error) == (200, None)
