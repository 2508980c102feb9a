"""How a call fails: an HTTP status and a body with `code` and `message`; 422 names each bad parameter.

The shapes are the contract's ("Transport"); every refusal of the server is one of these.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

REQUIRED: Final = "required"
INVALID: Final = "invalid"
TOO_LONG: Final = "too_long"


class Refusal(Exception):
    """A call that is answered with an error status instead of a result."""

    def __init__(
        self,
        status: HTTPStatus,
        message: str = "",
        *,
        headers: Mapping[str, str] | None = None,
        details: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message or status.phrase)
        self.status = status
        self.message = message or status.phrase
        self.headers = dict(headers or {})
        self.details = dict(details or {})

    def body(self) -> dict[str, object]:
        """The JSON body: `code`, `message`, and what this kind of refusal adds."""
        return {"code": int(self.status), "message": self.message, **self.details}


def not_signed_in(message: str = "No access token, or one that has expired: sign in again") -> Refusal:
    """401: no token, an unknown one or an expired one."""
    return Refusal(HTTPStatus.UNAUTHORIZED, message, headers={"WWW-Authenticate": "Bearer"})


def forbidden(message: str = "") -> Refusal:
    """403: the role or the routing forbids it."""
    return Refusal(HTTPStatus.FORBIDDEN, message)


def not_found(message: str = "") -> Refusal:
    """404: there is no such thing."""
    return Refusal(HTTPStatus.NOT_FOUND, message)


def invalid(message: str, errors: Mapping[str, Sequence[str]]) -> Refusal:
    """422: `errors` maps each bad parameter to its codes (`required`, `invalid`, `too_long`)."""
    return Refusal(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        message,
        details={"errors": {name: list(codes) for name, codes in errors.items()}},
    )


def bad_grant(error: str, message: str) -> Refusal:
    """400 of the token endpoint, with OAuth's own `error` code beside ours (RFC 6749, section 5.2)."""
    return Refusal(HTTPStatus.BAD_REQUEST, message, details={"error": error, "error_description": message})
