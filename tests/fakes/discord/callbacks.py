"""Answering interactions, and following them up."""

from tests.fakes.discord import checks
from tests.fakes.discord.commands import MOST_CHOICES, check_choice
from tests.fakes.discord.components import checked_modal
from tests.fakes.discord.errors import ApiError, UnknownError, ViolationError, invalid_webhook_token
from tests.fakes.discord.forms import Fields
from tests.fakes.discord.interactions import RESPONSES, Answer, Asked, Interaction
from tests.fakes.discord.messages import change, remove, show
from tests.fakes.discord.routes import Call, route
from tests.fakes.discord.state import State
from tests.fakes.discord.world import EPHEMERAL, LOADING, Json, Message

_CALLBACK = "/interactions/{interaction}/{token}/callback"
_WEBHOOK = "/webhooks/{application}/{token}"
_FOLLOWUP = _WEBHOOK + "/messages/{message}"

_LEGAL = {
    Asked.COMMAND: {Answer.MESSAGE, Answer.DEFERRED, Answer.MODAL},
    Asked.COMPONENT: set(Answer) - {Answer.AUTOCOMPLETE},
    Asked.AUTOCOMPLETE: {Answer.AUTOCOMPLETE},
    Asked.MODAL: {Answer.MESSAGE, Answer.DEFERRED},
}
_UPDATES = {Answer.UPDATE, Answer.DEFERRED_UPDATE}


@route("POST", _CALLBACK, with_token=False)
def _answer(call: Call) -> Json | None:
    interaction = call.state.interactions.get(call.path["token"])
    if interaction is None or interaction.id != call.id("interaction"):
        raise UnknownError("interaction")
    if interaction.answered:
        raise ApiError(400, 40060, "Interaction has already been acknowledged.")
    if interaction.too_late:
        raise UnknownError("interaction")
    body = call.fields()
    body.knows("type data")
    legal = _LEGAL[interaction.kind] | (_UPDATES if interaction.kind is Asked.MODAL and interaction.message else set())
    kind = body.choice("type", sorted(legal), required=True)
    body.form.settle()
    answer = Answer(kind)
    _ANSWERS[answer](call, interaction, body.object("data") or Fields({}, body.form, ("data",)))
    interaction.response = RESPONSES[answer]
    interaction.changed.beat()
    return _outcome(interaction, answer) if call.query.get("with_response") in {"1", "true", "True"} else None


@route("POST", _WEBHOOK, with_token=False)
def _follow_up(call: Call) -> Json:
    state, interaction, body = call.state, _interaction(call), call.fields()
    if unknown := set(call.query) - {"wait", "with_components", "thread_id"}:
        raise ViolationError(f"a follow-up takes no {', '.join(sorted(unknown))}")
    draft = checks.settled(body.form, checks.answered(body, call.uploads))
    if draft.is_empty:
        raise checks.refuse_empty()
    if interaction.deferred:
        # The first message after the bot began to think takes the place of its thinking, and is seen by as many.
        assert interaction.original
        draft.flags &= ~EPHEMERAL
        message = change(state, interaction.original, draft)
    else:
        message = show(state, _message_of(state, interaction, draft.flags), draft)
        interaction.followups.append(message)
    interaction.changed.beat()
    return message.to_json()


@route("GET", _FOLLOWUP, with_token=False)
def _get(call: Call) -> Json:
    return _message(call, _interaction(call)).to_json()


@route("PATCH", _FOLLOWUP, with_token=False)
def _edit(call: Call) -> Json:
    interaction, body = _interaction(call), call.fields()
    message = _message(call, interaction)
    draft = checks.settled(body.form, checks.edited(body, call.uploads))
    told = change(call.state, message, draft).to_json()
    interaction.changed.beat()
    return told


@route("DELETE", _FOLLOWUP, with_token=False)
def _delete(call: Call) -> None:
    interaction = _interaction(call)
    remove(call.state, _message(call, interaction))
    interaction.changed.beat()


def _answer_message(call: Call, interaction: Interaction, data: Fields) -> None:
    draft = checks.settled(data.form, checks.answered(data, call.uploads))
    if draft.is_empty:
        raise checks.refuse_empty()
    interaction.original = show(call.state, _message_of(call.state, interaction, draft.flags), draft)


def _answer_deferred(call: Call, interaction: Interaction, data: Fields) -> None:
    data.knows("flags")
    flags = data.integer("flags")
    if flags & ~EPHEMERAL:
        raise ViolationError(f"flags {flags} cannot be set here")
    message = _message_of(call.state, interaction, flags | LOADING)
    message.flags |= flags | LOADING
    message.channel.keep(message)
    call.state.tell_message(message)
    interaction.original = message


def _answer_deferred_update(_: Call, interaction: Interaction, data: Fields) -> None:
    data.knows("")
    interaction.original = interaction.message


def _answer_update(call: Call, interaction: Interaction, data: Fields) -> None:
    draft = checks.settled(data.form, checks.edited(data, call.uploads))
    assert interaction.message
    if interaction.message.deleted:
        raise UnknownError("Message")
    interaction.original = change(call.state, interaction.message, draft)


def _answer_autocomplete(_: Call, interaction: Interaction, data: Fields) -> None:
    data.knows("choices")
    kind = _focused(interaction.data)["type"]
    choices = data.objects("choices", most=MOST_CHOICES)
    for choice in choices:
        check_choice(choice, kind)
    data.form.settle()
    interaction.choices = [choice.value for choice in choices]


def _answer_modal(_: Call, interaction: Interaction, data: Fields) -> None:
    modal = checked_modal(data)
    data.form.settle()
    interaction.modal = modal


_ANSWERS = {
    Answer.MESSAGE: _answer_message,
    Answer.DEFERRED: _answer_deferred,
    Answer.DEFERRED_UPDATE: _answer_deferred_update,
    Answer.UPDATE: _answer_update,
    Answer.AUTOCOMPLETE: _answer_autocomplete,
    Answer.MODAL: _answer_modal,
}


def _outcome(interaction: Interaction, answer: Answer) -> Json:
    told: Json = {"id": str(interaction.id), "type": int(interaction.kind)}
    resource: Json = {"type": int(answer)}
    message = interaction.original
    if message:
        told |= {
            "response_message_id": str(message.id),
            "response_message_loading": message.thinking,
            "response_message_ephemeral": message.ephemeral,
        }
        if answer is not Answer.DEFERRED_UPDATE:
            resource["message"] = message.to_json()
    return {"interaction": told, "resource": resource}


def _message_of(state: State, interaction: Interaction, flags: int) -> Message:
    """Return a new message that answers an interaction, seen by all or by who asked."""
    message = state.compose(interaction.channel, state.bot)
    message.seen_by = interaction.author if flags & EPHEMERAL else None
    metadata = {
        "id": str(interaction.id),
        "type": int(interaction.kind),
        "user": interaction.author.to_json(),
        "authorizing_integration_owners": {"0": str(interaction.server.id) if interaction.server else "0"},
    }
    if interaction.message and interaction.kind is Asked.COMPONENT:
        metadata["interacted_message_id"] = str(interaction.message.id)
    application = str(state.application_id)
    message.origin = {"application_id": application, "webhook_id": application, "interaction_metadata": metadata}
    return message


def _interaction(call: Call) -> Interaction:
    if call.id("application") != call.state.application_id:
        raise UnknownError("Webhook")
    interaction = call.state.interactions.get(call.path["token"])
    if interaction is None or interaction.expired:
        raise invalid_webhook_token()
    if not interaction.answered:
        raise UnknownError("Webhook")
    return interaction


def _message(call: Call, interaction: Interaction) -> Message:
    if call.path["message"] == "@original":
        found = interaction.original
    else:
        own = [interaction.original, *interaction.followups]
        found = next((each for each in own if each and each.id == call.id("message")), None)
    if found is None or found.deleted:
        raise UnknownError("Message")
    return found


def _focused(data: Json) -> Json:
    options = data["options"]
    while options[-1].get("options") is not None:
        options = options[-1]["options"]
    return next(option for option in options if option.get("focused"))
