"""What Discord refuses is refused in its own words, and what a careful bot never asks for is refused as well."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
from aiohttp import ClientSession, FormData

from tests.fakes.discord import Channel, FakeDiscord, Server, User
from tests.fakes.discord.interactions import Interaction

Json = dict[str, Any]
EMBED = {"title": "x"}
BUTTON = {"type": 2, "style": 1, "label": "Oui", "custom_id": "yes"}
SELECT = {"type": 3, "custom_id": "theme", "options": [{"label": "Le CV", "value": "cv"}]}
INPUT = {"type": 4, "style": 1, "label": "Question", "custom_id": "text"}
COMMAND = {"name": "question", "description": "Poser une question", "contexts": [0, 1]}
OPTION = {"name": "texte", "description": "Le texte", "type": 3}


@dataclass(frozen=True)
class Answer:
    """What a request was answered with."""

    status: int
    body: Any

    @property
    def code(self) -> int | None:
        return self.body.get("code") if isinstance(self.body, dict) else None

    @property
    def wrong(self) -> list[tuple[str, str]]:
        """The fields that are wrong, and by which code."""
        return list(found(self.body.get("errors", {})))


def found(errors: Json, path: str = "") -> Any:
    """Yield every field that is wrong."""
    for name, inner in errors.items():
        if name == "_errors":
            yield from ((path, each["code"]) for each in inner)
        else:
            yield from found(inner, f"{path}.{name}".lstrip("."))


class Raw:
    """A client that asks for anything."""

    def __init__(self, session: ClientSession, double: FakeDiscord) -> None:
        self._session = session
        self._double = double

    async def asks(self, method: str, path: str, json: Any = None, data: FormData | None = None) -> Answer:
        headers = {"Authorization": f"Bot {self._double.token}"}
        url = self._double.api + path
        async with self._session.request(method, url, json=json, data=data, headers=headers) as response:
            assert response.headers.get("Content-Type") == ("application/json" if response.status != 204 else None)
            return Answer(response.status, await response.json() if response.status != 204 else None)


@pytest.fixture
async def raw(double: FakeDiscord) -> AsyncIterator[Raw]:
    async with ClientSession() as session:
        yield Raw(session, double)


@pytest.fixture
def path(general: Channel) -> str:
    """Where messages are sent."""
    return f"/channels/{general.id}/messages"


def rows(*components: Json) -> Json:
    return {"content": "?", "components": [{"type": 1, "components": list(components)}]}


def embeds(**embed: Any) -> Json:
    return {"embeds": [EMBED | embed]}


def ids(count: int) -> list[str]:
    return [str(number) for number in range(count)]


WRONG_MESSAGES: list[tuple[Json, str, str]] = [
    ({"content": "é" * 2001}, "content", "BASE_TYPE_MAX_LENGTH"),
    ({"content": 12}, "content", "STRING_TYPE_CONVERT"),
    ({"content": "x", "nonce": "a" * 26}, "nonce", "NONCE_TYPE_TOO_LONG"),
    ({"content": "x", "flags": "4"}, "flags", "NUMBER_TYPE_COERCE"),
    ({"content": "x", "tts": 1}, "tts", "BOOLEAN_TYPE_CONVERT"),
    ({"embeds": EMBED}, "embeds", "LIST_TYPE_CONVERT"),
    ({"embeds": ["x"]}, "embeds.0", "DICT_TYPE_CONVERT"),
    ({"embeds": [EMBED] * 11}, "embeds", "BASE_TYPE_MAX_LENGTH"),
    (embeds(title="x" * 257), "embeds.0.title", "BASE_TYPE_MAX_LENGTH"),
    (embeds(description="x" * 4097), "embeds.0.description", "BASE_TYPE_MAX_LENGTH"),
    (embeds(color=1 << 24), "embeds.0.color", "NUMBER_TYPE_MAX"),
    (embeds(color=-1), "embeds.0.color", "NUMBER_TYPE_MIN"),
    (embeds(url="ftp://x"), "embeds.0.url", "URL_TYPE_INVALID_SCHEME"),
    (embeds(url="x"), "embeds.0.url", "URL_TYPE_INVALID_URL"),
    (embeds(footer={"text": "x" * 2049}), "embeds.0.footer.text", "BASE_TYPE_BAD_LENGTH"),
    (embeds(author={"name": "x" * 257}), "embeds.0.author.name", "BASE_TYPE_BAD_LENGTH"),
    (embeds(fields=[{"name": "x", "value": "x"}] * 26), "embeds.0.fields", "BASE_TYPE_MAX_LENGTH"),
    (embeds(fields=[{"name": "x"}]), "embeds.0.fields.0.value", "BASE_TYPE_REQUIRED"),
    (embeds(fields=[{"name": "x" * 257, "value": "x"}]), "embeds.0.fields.0.name", "BASE_TYPE_BAD_LENGTH"),
    (embeds(fields=[{"name": "x", "value": "x" * 1025}]), "embeds.0.fields.0.value", "BASE_TYPE_BAD_LENGTH"),
    ({"embeds": [{"description": "x" * 3001}] * 2}, "embeds", "MAX_EMBED_SIZE_EXCEEDED"),
    (
        {"content": "?", "components": [rows(BUTTON | {"custom_id": each})["components"][0] for each in ids(6)]},
        "components",
        "BASE_TYPE_MAX_LENGTH",
    ),
    (rows(), "components.0.components", "BASE_TYPE_BAD_LENGTH"),
    (
        rows(*(BUTTON | {"custom_id": each} for each in ids(6))),
        "components.0.components",
        "BASE_TYPE_BAD_LENGTH",
    ),
    (rows(BUTTON, BUTTON), "components.0.components.1.custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED"),
    (rows(SELECT, BUTTON), "components.0.components", "COMPONENT_LAYOUT_WIDTH_EXCEEDED"),
    (rows(INPUT), "components.0.components.0.type", "BASE_TYPE_CHOICES"),
    ({"content": "?", "components": [BUTTON]}, "components.0.type", "BASE_TYPE_CHOICES"),
    (rows(BUTTON | {"label": "x" * 81}), "components.0.components.0.label", "BASE_TYPE_BAD_LENGTH"),
    (rows(BUTTON | {"label": None}), "components.0.components.0", "BUTTON_COMPONENT_LABEL_REQUIRED"),
    (rows(BUTTON | {"style": 6}), "components.0.components.0.style", "BASE_TYPE_CHOICES"),
    (rows(BUTTON | {"custom_id": "x" * 101}), "components.0.components.0.custom_id", "BASE_TYPE_BAD_LENGTH"),
    (
        rows(BUTTON | {"custom_id": None}),
        "components.0.components.0.custom_id",
        "BUTTON_COMPONENT_CUSTOM_ID_REQUIRED",
    ),
    (
        rows(BUTTON | {"url": "https://x"}),
        "components.0.components.0",
        "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
    ),
    (
        rows(BUTTON | {"style": 5, "url": "https://x"}),
        "components.0.components.0",
        "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
    ),
    (
        rows({"type": 2, "style": 5, "label": "x"}),
        "components.0.components.0.url",
        "BUTTON_COMPONENT_URL_REQUIRED",
    ),
    (
        rows({"type": 2, "style": 5, "label": "x", "url": f"https://x/{'x' * 512}"}),
        "components.0.components.0.url",
        "BASE_TYPE_MAX_LENGTH",
    ),
    (rows(SELECT | {"placeholder": "x" * 151}), "components.0.components.0.placeholder", "BASE_TYPE_MAX_LENGTH"),
    (rows(SELECT | {"options": []}), "components.0.components.0.options", "BASE_TYPE_BAD_LENGTH"),
    (
        rows(SELECT | {"options": [{"label": each, "value": each} for each in ids(26)]}),
        "components.0.components.0.options",
        "BASE_TYPE_BAD_LENGTH",
    ),
    (
        rows(SELECT | {"options": [{"label": "x" * 101, "value": "x"}]}),
        "components.0.components.0.options.0.label",
        "BASE_TYPE_BAD_LENGTH",
    ),
    (
        rows(SELECT | {"options": [{"label": "x", "value": "x" * 101}]}),
        "components.0.components.0.options.0.value",
        "BASE_TYPE_BAD_LENGTH",
    ),
    (
        rows(SELECT | {"options": [{"label": "x", "value": "x", "description": "x" * 101}]}),
        "components.0.components.0.options.0.description",
        "BASE_TYPE_BAD_LENGTH",
    ),
    (
        rows(SELECT | {"options": [{"label": "x", "value": "x"}] * 2}),
        "components.0.components.0.options.1.value",
        "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
    ),
    (
        rows(SELECT | {"max_values": 2}),
        "components.0.components.0.max_values",
        "SELECT_COMPONENT_MAX_VALUES_TOO_HIGH",
    ),
    (
        rows(SELECT | {"min_values": 2}),
        "components.0.components.0.min_values",
        "SELECT_COMPONENT_MIN_VALUES_TOO_HIGH",
    ),
    (
        {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
        "allowed_mentions",
        "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
    ),
    ({"content": "x", "allowed_mentions": {"parse": ["all"]}}, "allowed_mentions.parse", "BASE_TYPE_CHOICES"),
    ({"content": "x", "allowed_mentions": {"users": ids(101)}}, "allowed_mentions.users", "BASE_TYPE_MAX_LENGTH"),
    ({"content": "x", "message_reference": {"message_id": "1"}}, "message_reference", "REPLIES_UNKNOWN_MESSAGE"),
    ({"content": "x", "message_reference": {}}, "message_reference.message_id", "BASE_TYPE_REQUIRED"),
    (
        {"content": "x", "message_reference": {"message_id": "x"}},
        "message_reference.message_id",
        "NUMBER_TYPE_COERCE",
    ),
]


@pytest.mark.parametrize(("body", "field", "code"), WRONG_MESSAGES, ids=[f"{f}-{c}" for _, f, c in WRONG_MESSAGES])
async def test_what_is_wrong_with_a_message(raw: Raw, path: str, body: Json, field: str, code: str) -> None:
    answer = await raw.asks("POST", path, body)
    assert (answer.status, answer.code, answer.body["message"]) == (400, 50035, "Invalid Form Body")
    assert answer.wrong == [(field, code)]


@pytest.mark.parametrize(
    "body",
    [
        {"content": "😀" * 2000},
        {"content": "x", "message_reference": {"message_id": "1", "fail_if_not_exists": False}},
        {"content": "x", "allowed_mentions": {"parse": ["roles"], "users": ["1"], "replied_user": True}},
        {"embeds": [{"image": {"url": "attachment://x.png"}}]},
        rows(*(BUTTON | {"custom_id": each} for each in ids(5))),
        rows(BUTTON | {"label": None, "emoji": {"name": "⏰"}}),
        {"content": "x", "flags": 4096, "embeds": None, "tts": False},
    ],
)
async def test_what_is_right_with_a_message(raw: Raw, path: str, double: FakeDiscord, body: Json) -> None:
    assert (await raw.asks("POST", path, body)).status == 200
    assert double.violations == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"content": "x", "embed": {}}, "the body takes no embed"),
        ({"content": "x", "flags": 64}, "flags 64 cannot be set here"),
        ({"flags": 1 << 15, "components": []}, "components v2"),
        ({"embeds": [{"color": 1}]}, "an embed without anything to read"),
        (embeds(colour=1), "embeds.0 takes no colour"),
        (rows(BUTTON | {"placeholder": "x"}), "components.0.components.0 takes no placeholder"),
        ({"content": "x", "allowed_mentions": {"everyone": True}}, "allowed_mentions takes no everyone"),
    ],
)
async def test_what_a_careful_bot_does_not_send(
    raw: Raw, path: str, double: FakeDiscord, body: Json, words: str
) -> None:
    answer = await raw.asks("POST", path, body)
    assert (answer.status, answer.code) == (400, 0)
    [violation] = double.violations
    assert words in violation


@pytest.mark.parametrize("body", [{}, {"content": " \n"}, rows(BUTTON) | {"content": ""}, {"embeds": []}])
async def test_empty_messages(raw: Raw, path: str, body: Json) -> None:
    answer = await raw.asks("POST", path, body)
    assert (answer.status, answer.code, answer.body["message"]) == (400, 50006, "Cannot send an empty message")


async def test_what_one_may_not_do_with_messages(
    raw: Raw, path: str, double: FakeDiscord, general: Channel, server: Server, lea: User
) -> None:
    written = await lea.writes("à moi", to=general)
    server.bot_may(read_message_history=False)
    assert server.owner

    async def code(method: str, place: str, body: Json | None = None) -> int | None:
        return (await raw.asks(method, place, body)).code

    assert await code("PATCH", f"{path}/{written.id}", {"content": "à toi"}) == 50005
    assert await code("DELETE", f"{path}/{written.id}") == 50013
    assert await code("GET", f"{path}/{written.id}") == 50013
    assert await code("POST", path, {"content": "x", "message_reference": {"message_id": str(written.id)}}) == 160002
    assert await code("DELETE", f"{path}/12") == 10008
    assert await code("POST", "/channels/12/messages", {"content": "x"}) == 10003
    assert await code("POST", "/users/@me/channels", {"recipient_id": "12"}) == 50033
    assert await code("POST", "/users/@me/channels", {"recipient_id": str(double.bot.id)}) == 50007
    assert await code("PUT", f"/guilds/{server.id}/members/12/roles/12") == 10013
    assert await code("PUT", f"/guilds/{server.id}/members/{lea.id}/roles/12") == 10011
    assert await code("PUT", f"/guilds/{server.id}/members/{double.user('Tom').id}/roles/12") == 10007
    assert await code("GET", "/guilds/12") == 10004
    private = lea.private
    own = await lea.writes("à moi")
    assert await code("DELETE", f"/channels/{private.id}/messages/{own.id}") == 50003
    assert double.violations == []


async def test_an_edited_message_is_not_empty(raw: Raw, path: str, general: Channel) -> None:
    sent = await raw.asks("POST", path, {"content": "x", "embeds": [EMBED]})
    place = f"{path}/{sent.body['id']}"
    assert (await raw.asks("PATCH", place, {"content": None})).status == 200
    assert (await raw.asks("PATCH", place, {"embeds": []})).code == 50006
    assert [message.text for message in general.messages] == ["x"]
    assert (await raw.asks("PATCH", place, {"content": "y" * 2001})).wrong == [("content", "BASE_TYPE_MAX_LENGTH")]


async def test_files_are_limited(raw: Raw, path: str, double: FakeDiscord) -> None:
    def form(count: int, size: int = 1, payload: str = "{}") -> FormData:
        data = FormData(quote_fields=False)
        data.add_field("payload_json", payload)
        for number in range(count):
            data.add_field(f"files[{number}]", BytesIO(b"x" * size), filename=f"{number}.txt")
        return data

    assert (await raw.asks("POST", path, data=form(10))).status == 200
    assert (await raw.asks("POST", path, data=form(11))).code == 30015
    assert (await raw.asks("POST", path, data=form(1, 10 * 2**20 + 1))).code == 40005
    assert double.violations == []
    named = '{"attachments": [{"id": 0, "filename": "a.txt"}]}'
    assert (await raw.asks("POST", path, data=form(2, payload=named))).status == 400
    assert len(double.violations) == 1


async def test_what_is_not_there(raw: Raw, double: FakeDiscord) -> None:
    answer = await raw.asks("GET", "/guilds/1/stickers")
    assert (answer.status, answer.body) == (404, {"message": "404: Not Found", "code": 0})
    assert double.violations == ["GET /guilds/1/stickers: 404: Not Found"]
    assert double.requests[-1].route is None


async def test_what_the_double_trips_over(raw: Raw, path: str, double: FakeDiscord) -> None:
    answer = await raw.asks("GET", f"{path}?limit=x")
    assert (answer.status, answer.body) == (500, {"message": "500: Internal Server Error", "code": 0})
    assert len(double.violations) == 1


WRONG_COMMANDS: list[tuple[Json, str, str]] = [
    (COMMAND | {"name": "Question"}, "0.name", "APPLICATION_COMMAND_INVALID_NAME"),
    (COMMAND | {"name": "ma question"}, "0.name", "APPLICATION_COMMAND_INVALID_NAME"),
    (COMMAND | {"name": "x" * 33}, "0.name", "BASE_TYPE_BAD_LENGTH"),
    (COMMAND | {"description": ""}, "0.description", "BASE_TYPE_BAD_LENGTH"),
    (COMMAND | {"description": "x" * 101}, "0.description", "BASE_TYPE_BAD_LENGTH"),
    (COMMAND | {"type": 9}, "0.type", "BASE_TYPE_CHOICES"),
    (COMMAND | {"contexts": [3]}, "0.contexts", "BASE_TYPE_CHOICES"),
    (COMMAND | {"integration_types": [0, 0]}, "0.integration_types", "BASE_TYPE_CHOICES"),
    (COMMAND | {"default_member_permissions": "x"}, "0.default_member_permissions", "PERMISSION_OVERWRITE_INVALID"),
    (COMMAND | {"name_localizations": {"klingon": "x"}}, "0.name_localizations.klingon", "BASE_TYPE_CHOICES"),
    (
        {"type": 3, "name": "Demander", "description": "x"},
        "0.description",
        "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_INVALID",
    ),
    (
        {"type": 3, "name": "Demander", "options": [OPTION]},
        "0.options",
        "APPLICATION_COMMAND_CONTEXT_MENU_OPTIONS_INVALID",
    ),
    (
        COMMAND | {"options": [OPTION | {"name": f"o{each}"} for each in ids(26)]},
        "0.options",
        "BASE_TYPE_MAX_LENGTH",
    ),
    (COMMAND | {"options": [OPTION, OPTION]}, "0.options.1.name", "APPLICATION_COMMAND_OPTIONS_NAME_INVALID"),
    (
        COMMAND | {"options": [OPTION, OPTION | {"name": "autre", "required": True}]},
        "0.options.1",
        "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
    ),
    (
        COMMAND | {"options": [OPTION | {"choices": [{"name": "x", "value": "x"}] * 26}]},
        "0.options.0.choices",
        "BASE_TYPE_MAX_LENGTH",
    ),
    (
        COMMAND | {"options": [OPTION | {"choices": [{"name": "x", "value": 1}]}]},
        "0.options.0.choices.0.value",
        "STRING_TYPE_CONVERT",
    ),
    (
        COMMAND | {"options": [OPTION | {"type": 4, "choices": [{"name": "x", "value": "1"}]}]},
        "0.options.0.choices.0.value",
        "NUMBER_TYPE_COERCE",
    ),
    (
        COMMAND | {"options": [OPTION | {"autocomplete": True, "choices": [{"name": "x", "value": "x"}]}]},
        "0.options.0.autocomplete",
        "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID",
    ),
    (COMMAND | {"options": [OPTION | {"channel_types": [0]}]}, "0.options.0.channel_types", "BASE_TYPE_CHOICES"),
    (
        COMMAND | {"options": [OPTION | {"type": 7, "channel_types": [0, 9]}]},
        "0.options.0.channel_types",
        "BASE_TYPE_CHOICES",
    ),
    (
        COMMAND | {"options": [OPTION | {"min_length": 9, "max_length": 8}]},
        "0.options.0.min_length",
        "APPLICATION_COMMAND_OPTIONS_MIN_LENGTH",
    ),
    (
        COMMAND | {"options": [OPTION, OPTION | {"type": 1, "name": "sous"}]},
        "0.options",
        "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
    ),
    (
        COMMAND | {"options": [OPTION | {"type": 1, "options": [OPTION | {"type": 1}]}]},
        "0.options.0.options.0.type",
        "BASE_TYPE_CHOICES",
    ),
    (
        COMMAND
        | {
            "options": [
                OPTION | {"name": f"o{each}", "choices": [{"name": "x" * 100, "value": f"{each}"}] * 20}
                for each in ids(4)
            ]
        },
        "0",
        "APPLICATION_COMMAND_TOO_LARGE",
    ),
]


@pytest.mark.parametrize(("body", "field", "code"), WRONG_COMMANDS, ids=[f"{f}-{c}" for _, f, c in WRONG_COMMANDS])
async def test_what_is_wrong_with_a_command(raw: Raw, double: FakeDiscord, body: Json, field: str, code: str) -> None:
    answer = await raw.asks("PUT", f"/applications/{double.application_id}/commands", [body])
    assert (answer.status, answer.code) == (400, 50035)
    assert answer.wrong == [(field, code)]
    assert double.commands.syncs == 0


async def test_what_is_wrong_with_commands(raw: Raw, double: FakeDiscord, server: Server) -> None:
    place = f"/applications/{double.application_id}/commands"
    assert (await raw.asks("PUT", place, [COMMAND, COMMAND])).wrong == [("1", "APPLICATION_COMMANDS_DUPLICATE_NAME")]
    many = [COMMAND | {"name": f"question{each}"} for each in ids(101)]
    assert (await raw.asks("PUT", place, many)).wrong == [("", "APPLICATION_COMMANDS_MAX")]
    assert (await raw.asks("PUT", "/applications/12/commands", [])).code == 10002
    other = double.server("Les autres", with_bot=False)
    elsewhere = f"/applications/{double.application_id}/guilds/{other.id}/commands"
    assert (await raw.asks("PUT", elsewhere, [])).code == 50001
    assert server.has(double.bot)
    assert double.violations == []
    await raw.asks("PUT", place, [COMMAND | {"usage": "x"}])
    assert len(double.violations) == 1


@pytest.fixture
async def asked(raw: Raw, double: FakeDiscord, lea: User) -> Interaction:
    """A command that Léa uses in private."""
    await raw.asks("PUT", f"/applications/{double.application_id}/commands", [COMMAND])
    return await lea.uses("/question")


def callback(interaction: Interaction) -> str:
    return f"/interactions/{interaction.id}/{interaction.token}/callback?with_response=1"


def modal(*components: Json, **changed: Any) -> Json:
    return {"title": "Ta question", "custom_id": "form", "components": list(components)} | changed


def row(**changed: Any) -> Json:
    return {"type": 1, "components": [INPUT | changed]}


def label(component: Json, **changed: Any) -> Json:
    return {"type": 18, "label": "Question", "component": component} | changed


TEXT = {name: value for name, value in INPUT.items() if name != "label"}

WRONG_MODALS: list[tuple[Json, str, str]] = [
    (modal(row(), title="x" * 46), "data.title", "BASE_TYPE_BAD_LENGTH"),
    (modal(row(), custom_id="x" * 101), "data.custom_id", "BASE_TYPE_BAD_LENGTH"),
    (modal(), "data.components", "BASE_TYPE_BAD_LENGTH"),
    (modal(*(row(custom_id=each) for each in ids(6))), "data.components", "BASE_TYPE_BAD_LENGTH"),
    (modal(row(label="x" * 46)), "data.components.0.components.0.label", "BASE_TYPE_BAD_LENGTH"),
    (modal(row(label=None)), "data.components.0.components.0.label", "BASE_TYPE_REQUIRED"),
    (modal(row(placeholder="x" * 101)), "data.components.0.components.0.placeholder", "BASE_TYPE_MAX_LENGTH"),
    (modal(row(value="x" * 4001)), "data.components.0.components.0.value", "BASE_TYPE_MAX_LENGTH"),
    (modal(row(max_length=4001)), "data.components.0.components.0.max_length", "NUMBER_TYPE_MAX"),
    (
        modal(row(min_length=9, max_length=8)),
        "data.components.0.components.0.min_length",
        "TEXT_INPUT_COMPONENT_MIN_LENGTH",
    ),
    (modal(row(style=3)), "data.components.0.components.0.style", "BASE_TYPE_CHOICES"),
    (modal(row(), row()), "data.components.1.custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED"),
    (modal(label(TEXT, label="x" * 46)), "data.components.0.label", "BASE_TYPE_BAD_LENGTH"),
    (modal(label(TEXT, description="x" * 101)), "data.components.0.description", "BASE_TYPE_MAX_LENGTH"),
    (modal(label(INPUT)), "data.components.0.component.label", "BASE_TYPE_INVALID"),
    (modal({"type": 18, "label": "x"}), "data.components.0.component", "BASE_TYPE_REQUIRED"),
    (modal(BUTTON), "data.components.0.type", "BASE_TYPE_CHOICES"),
]


@pytest.mark.parametrize(("data", "field", "code"), WRONG_MODALS, ids=[f"{f}-{c}" for _, f, c in WRONG_MODALS])
async def test_what_is_wrong_with_a_modal(raw: Raw, asked: Interaction, data: Json, field: str, code: str) -> None:
    answer = await raw.asks("POST", callback(asked), {"type": 9, "data": data})
    assert (answer.status, answer.code) == (400, 50035)
    assert answer.wrong == [(field, code)]
    assert not asked.answered
    assert (await raw.asks("POST", callback(asked), {"type": 9, "data": modal(label(TEXT))})).status == 200


async def test_a_field_that_holds_more_than_can_be_sent_is_nothing_to_open(
    raw: Raw, double: FakeDiscord, asked: Interaction
) -> None:
    for longest, violations in ((5, 1), (6, 1)):
        form = modal(label(TEXT | {"value": "x" * 6, "max_length": longest}))
        await raw.asks("POST", callback(asked), {"type": 9, "data": form})
        assert len(double.violations) == violations
    assert asked.answered


async def test_answers_are_of_the_kind_that_is_expected(
    raw: Raw, double: FakeDiscord, lea: User, asked: Interaction
) -> None:
    for kind in (1, 6, 7, 8, 10):
        answer = await raw.asks("POST", callback(asked), {"type": kind, "data": {"content": "x"}})
        assert answer.wrong == [("type", "BASE_TYPE_CHOICES")]
    sent = await raw.asks("POST", callback(asked), {"type": 4, "data": rows(BUTTON)})
    assert sent.body["interaction"]["response_message_id"] == sent.body["resource"]["message"]["id"]
    [message] = await lea.reads()
    pressed = await lea.presses(message, "Oui")
    assert (await raw.asks("POST", callback(pressed), {"type": 8, "data": {}})).wrong == [("type", "BASE_TYPE_CHOICES")]
    deferred = await raw.asks("POST", callback(pressed), {"type": 6})
    assert deferred.body["resource"] == {"type": 6}
    opened = await lea.uses("/question")
    assert (await raw.asks("POST", callback(opened), {"type": 9, "data": modal(row())})).status == 200
    submitted = await lea.submits(opened, Question="x")
    # Nothing is to be updated: it was a command that opened the modal.
    for kind in (6, 7, 9):
        answer = await raw.asks("POST", callback(submitted), {"type": kind, "data": {}})
        assert answer.wrong == [("type", "BASE_TYPE_CHOICES")]
    assert double.violations == []


async def test_what_is_wrong_with_an_answer(raw: Raw, double: FakeDiscord, asked: Interaction) -> None:
    async def answer(kind: int, data: Json) -> Answer:
        return await raw.asks("POST", callback(asked), {"type": kind, "data": data})

    assert (await answer(4, {"content": ""})).code == 50006
    assert (await answer(4, {"content": "x" * 2001})).wrong == [("data.content", "BASE_TYPE_MAX_LENGTH")]
    assert double.violations == []
    assert (await answer(5, {"flags": 4})).code == 0
    assert (await answer(4, {"content": "x", "nonce": "x"})).code == 0
    assert len(double.violations) == 2
    assert not asked.answered
    assert (await raw.asks("POST", f"/interactions/12/{asked.token}/callback", {"type": 5})).code == 10062
    assert (await raw.asks("POST", f"/interactions/{asked.id}/x/callback", {"type": 5})).code == 10062
    plain = await raw.asks("POST", callback(asked).partition("?")[0], {"type": 5})
    assert (plain.status, plain.body, asked.deferred) == (204, None, True)
    assert (await answer(5, {})).code == 40060


@pytest.mark.parametrize(
    ("choices", "field", "code"),
    [
        ([{"name": "x", "value": "x"}] * 26, "data.choices", "BASE_TYPE_MAX_LENGTH"),
        ([{"name": "x" * 101, "value": "x"}], "data.choices.0.name", "BASE_TYPE_BAD_LENGTH"),
        ([{"name": "", "value": "x"}], "data.choices.0.name", "BASE_TYPE_BAD_LENGTH"),
        ([{"name": "x", "value": "x" * 101}], "data.choices.0.value", "BASE_TYPE_MAX_LENGTH"),
    ],
)
async def test_what_is_wrong_with_what_is_proposed(
    raw: Raw, double: FakeDiscord, lea: User, choices: list[Json], field: str, code: str
) -> None:
    command = COMMAND | {"options": [OPTION | {"autocomplete": True}]}
    await raw.asks("PUT", f"/applications/{double.application_id}/commands", [command])
    with pytest.raises(AssertionError, match="is not answered"):
        await lea.autocompletes("/question", texte="x", within=0.01)
    [typing] = double.interactions
    answer = await raw.asks("POST", callback(typing), {"type": 8, "data": {"choices": choices}})
    assert answer.wrong == [(field, code)]
    assert (await raw.asks("POST", callback(typing), {"type": 8, "data": {"choices": []}})).status == 200


async def test_what_is_wrong_with_a_followup(raw: Raw, double: FakeDiscord, asked: Interaction) -> None:
    webhook = f"/webhooks/{double.application_id}/{asked.token}"

    async def code(method: str, place: str, body: Json | None = None) -> int | None:
        return (await raw.asks(method, place, body)).code

    assert await code("POST", webhook, {"content": "x"}) == 10015
    assert await code("POST", f"/webhooks/12/{asked.token}", {"content": "x"}) == 10015
    assert await code("POST", f"/webhooks/{double.application_id}/x", {"content": "x"}) == 50027
    await raw.asks("POST", callback(asked), {"type": 5, "data": {"flags": 64}})
    assert await code("POST", webhook, {"content": ""}) == 50006
    assert await code("PATCH", f"{webhook}/messages/@original", {}) == 50006
    original = await raw.asks("PATCH", f"{webhook}/messages/@original", {"content": "x"})
    assert (original.body["flags"], asked.ephemeral) == (64, True)
    assert await code("GET", f"{webhook}/messages/12") == 10008
    assert (
        await code("PATCH", f"/channels/{asked.channel.id}/messages/{original.body['id']}", {"content": "y"}) == 10008
    )
    assert double.violations == []
    assert await code("PATCH", f"{webhook}/messages/@original", {"content": "x", "flags": 64}) == 0
    assert len(double.violations) == 1
    assert (await raw.asks("DELETE", f"{webhook}/messages/@original")).status == 204
    assert await code("GET", f"{webhook}/messages/@original") == 10008
