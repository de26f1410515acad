"""All that is neither a message nor an interaction: the application, its commands, servers, members and channels."""

from tests.fakes.discord.commands import checked_commands
from tests.fakes.discord.errors import ApiError, UnknownError, missing_permissions
from tests.fakes.discord.routes import Call, route
from tests.fakes.discord.servers import Server
from tests.fakes.discord.state import permits
from tests.fakes.discord.world import Account, Json, Role, Thread

_GLOBAL_COMMANDS = "/applications/{application}/commands"
_SERVER_COMMANDS = "/applications/{application}/guilds/{guild}/commands"


@route("GET", "/users/@me")
def _get_me(call: Call) -> Json:
    return call.state.bot.to_json() | {"verified": True, "mfa_enabled": True, "email": None, "flags": 0}


@route("GET", "/applications/@me")
@route("GET", "/oauth2/applications/@me")
def _get_application(call: Call) -> Json:
    state = call.state
    return {
        "id": str(state.application_id),
        "name": state.bot.name,
        "icon": None,
        "description": "",
        "summary": "",
        "verify_key": "0" * 64,
        "flags": 1 << 15 | 1 << 19,
        "bot_public": True,
        "bot_require_code_grant": False,
        "owner": state.owner.to_json(),
        "team": None,
        "approximate_guild_count": sum(server.has(state.bot) for server in state.servers.values()),
        "approximate_user_install_count": 0,
        "interactions_endpoint_url": None,
        "redirect_uris": [],
        "integration_types_config": {"0": {}},
    }


@route("GET", _GLOBAL_COMMANDS)
def _list_commands(call: Call) -> list[Json]:
    _check_application(call)
    return call.state.commands.everywhere


@route("PUT", _GLOBAL_COMMANDS)
def _sync_commands(call: Call) -> list[Json]:
    _check_application(call)
    state = call.state
    state.commands.everywhere = checked_commands(call.body, state.ids, state.application_id, None)
    state.commands.syncs += 1
    return state.commands.everywhere


@route("GET", _SERVER_COMMANDS)
def _list_server_commands(call: Call) -> list[Json]:
    _check_application(call)
    return call.state.commands.in_server.get(call.server().id, [])


@route("PUT", _SERVER_COMMANDS)
def _sync_server_commands(call: Call) -> list[Json]:
    _check_application(call)
    state, server = call.state, call.server()
    synced = checked_commands(call.body, state.ids, state.application_id, server.id)
    state.commands.in_server[server.id] = synced
    state.commands.syncs += 1
    return synced


@route("POST", "/users/@me/channels")
def _open_private(call: Call) -> Json:
    body = call.fields()
    body.knows("recipient_id")
    recipient = body.snowflake("recipient_id", required=True)
    body.form.settle()
    person = call.state.accounts.get(recipient or 0)
    if person is None:
        raise ApiError(400, 50033, "Invalid Recipient(s)")
    if person.bot:
        raise ApiError(400, 50007, "Cannot send messages to this user")
    return call.state.private_channel(person).to_json()


@route("GET", "/users/{user}")
def _get_user(call: Call) -> Json:
    return _account(call).to_json()


@route("GET", "/channels/{channel}")
def _get_channel(call: Call) -> Json:
    return call.channel().to_json()


@route("PATCH", "/channels/{channel}")
def _edit_thread(call: Call) -> Json:
    thread, body = call.channel(), call.fields()
    body.knows("name archived locked")
    name = body.text("name", least=1, most=100)
    body.form.settle()
    if not isinstance(thread, Thread):
        raise ApiError(400, 50024, "Cannot execute action on this channel type")
    may = thread.allows(call.state.bot, "manage_threads")
    if not may and (thread.owner is not call.state.bot or body.has("locked")):
        raise missing_permissions()
    thread.name = name or thread.name
    thread.archived = body.boolean("archived", default=thread.archived)
    thread.locked = body.boolean("locked", default=thread.locked)
    call.state.tell_thread(thread, "THREAD_UPDATE")
    return thread.to_json()


@route("GET", "/guilds/{guild}")
def _get_server(call: Call) -> Json:
    server = call.server()
    counts = {"approximate_member_count": len(server.members), "approximate_presence_count": 1}
    return server.profile() | (counts if call.query.get("with_counts") else {})


@route("GET", "/guilds/{guild}/channels")
def _list_channels(call: Call) -> list[Json]:
    return [channel.to_json() for channel in call.server().channels]


@route("GET", "/guilds/{guild}/roles")
def _list_roles(call: Call) -> list[Json]:
    return [role.to_json() for role in call.server().roles.values()]


@route("GET", "/guilds/{guild}/members")
def _list_members(call: Call) -> list[Json]:
    after, limit = int(call.query.get("after", 0)), int(call.query.get("limit", 1))
    members = sorted(call.server().members.items())
    return [member.to_json() for identifier, member in members if identifier > after][:limit]


@route("GET", "/guilds/{guild}/members/{user}")
def _get_member(call: Call) -> Json:
    server = call.server()
    return server.members[_member(call, server).id].to_json()


@route("PUT", "/guilds/{guild}/members/{user}/roles/{role}")
def _give_role(call: Call) -> None:
    server = call.server()
    account, role = _member_and_role(call, server)
    server.gives(account, role)


@route("DELETE", "/guilds/{guild}/members/{user}/roles/{role}")
def _take_role(call: Call) -> None:
    server = call.server()
    account, role = _member_and_role(call, server)
    server.takes(account, role)


def _member_and_role(call: Call, server: Server) -> tuple[Account, Role]:
    bot = call.state.bot
    account = _member(call, server)
    role = server.roles.get(call.id("role"))
    if role is None or role is server.everyone:
        raise UnknownError("Role")
    highest = max((each.position for each in server.members[bot.id].roles), default=0)
    if not permits(server, bot, "manage_roles") or role.managed_for or role.position >= highest:
        raise missing_permissions()
    return account, role


def _account(call: Call) -> Account:
    account = call.state.accounts.get(call.id("user"))
    if account is None:
        raise UnknownError("User")
    return account


def _member(call: Call, server: Server) -> Account:
    account = _account(call)
    if not server.has(account):
        raise UnknownError("Member")
    return account


def _check_application(call: Call) -> None:
    if call.id("application") != call.state.application_id:
        raise UnknownError("Application")
