"""How Discord refuses a request."""

from tests.fakes.discord.world import Json

UNKNOWN = {
    "Account": 10001, "Application": 10002, "Channel": 10003, "Guild": 10004, "Member": 10007, "Message": 10008,
    "Role": 10011, "User": 10013, "Webhook": 10015, "interaction": 10062,
}  # fmt: skip
"""The codes of what is not there, by the word that the refusal has for it."""

INVALID_FORM_BODY = 50035


class ApiError(Exception):
    """A refusal, in Discord's own words."""

    def __init__(self, status: int, code: int, message: str, errors: Json | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors

    def to_json(self) -> Json:
        """Return the answer's body."""
        body: Json = {"message": self.message, "code": self.code}
        return body | ({"errors": self.errors} if self.errors else {})


class UnknownError(ApiError):
    """What is asked about is not there."""

    def __init__(self, what: str) -> None:
        super().__init__(404, UNKNOWN[what], f"Unknown {what}")


class ForbiddenError(ApiError):
    """What the bot may not do."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(403, code, message)


class FormError(ApiError):
    """A body with wrong fields, and what is wrong with each."""

    def __init__(self, errors: Json) -> None:
        super().__init__(400, INVALID_FORM_BODY, "Invalid Form Body", errors)


class ViolationError(ApiError):
    """What Discord would overlook or do, and which a bot of this house never asks for, or the double does not model."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(status, 0, message)


def missing_access() -> ForbiddenError:
    """Return what is told of a channel or a server that the bot does not see."""
    return ForbiddenError(50001, "Missing Access")


def missing_permissions() -> ForbiddenError:
    """Return what is told when the bot lacks a permission."""
    return ForbiddenError(50013, "Missing Permissions")


def unauthorized() -> ApiError:
    """Return what is told of a token that is none."""
    return ApiError(401, 0, "401: Unauthorized")


def invalid_webhook_token() -> ApiError:
    """Return what is told of an interaction's token that is none, or is no longer one."""
    return ApiError(401, 50027, "Invalid Webhook Token")
