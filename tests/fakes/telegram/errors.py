"""How the Bot API refuses a request."""

from typing import Any


class ApiError(Exception):
    """A refusal, in Telegram's own words."""

    def __init__(self, code: int, description: str, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def to_json(self) -> dict[str, Any]:
        """Return the answer's body."""
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        return body | ({"parameters": self.parameters} if self.parameters else {})


class BadRequestError(ApiError):
    """What Telegram refuses as well."""

    def __init__(self, description: str, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(400, f"Bad Request: {description}", parameters)


class ForbiddenError(ApiError):
    """What the bot may not do to that chat."""

    def __init__(self, description: str) -> None:
        super().__init__(403, f"Forbidden: {description}")


class ViolationError(BadRequestError):
    """What Telegram would overlook, mend in silence or do, and which a bot of this house never asks for."""
