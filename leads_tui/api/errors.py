"""Everything that can go wrong between us and the Leads API.

    ApiError                 the root: one `except` for all of it
    ├── Unreachable          no connection: refused, unknown host, TLS, cut half-way
    ├── TimedOut             no answer in time; a write may have been carried out
    ├── NotSignedIn          401, and no refresh token could mend it
    │   └── WrongPassword    the server refused this e-mail and password
    ├── Forbidden            403: the role or the routing forbids it
    ├── NotFound             404: no such lead
    ├── Rejected             422: the server names each bad parameter
    ├── TooManyRequests      429: with the wait that it asks for
    ├── ServerError          5xx
    └── BadResponse          an answer that is not the contract's: HTML of a proxy, a missing field, another status

Each is raised `from` its cause and carries where it happened. Nothing is ever decided by an error's text. The text
never holds a token; it is our own words, or the server's message made safe for a terminal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus

__all__ = [
    "ApiError",
    "BadResponse",
    "Forbidden",
    "NotFound",
    "NotSignedIn",
    "Rejected",
    "ServerError",
    "TimedOut",
    "TooManyRequests",
    "Unreachable",
    "WrongPassword",
]


class ApiError(Exception):
    """The root of the tree: what was asked (`call`, like `leads/lock`), and the HTTP status where one came."""

    may_have_acted = False
    """True where the server may have carried out a write although we got no proper answer."""

    def __init__(self, reason: str = "", *, call: str = "", status: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.call = call
        self.status = status

    def __str__(self) -> str:
        where = f"{self.call}: " if self.call else ""
        status = f" (HTTP {self.status})" if self.status is not None else ""
        return f"{where}{self.reason or type(self).__name__}{status}"


class Unreachable(ApiError):
    """No connection to the server, or it broke before the answer was whole."""

    def __init__(self, reason: str = "", *, call: str = "", sent: bool = False) -> None:
        super().__init__(reason, call=call)
        self.sent = sent
        self.may_have_acted = sent


class TimedOut(ApiError):
    """No answer in time. `sent` is false only where not even a connection was made."""

    def __init__(self, reason: str = "", *, call: str = "", sent: bool = True) -> None:
        super().__init__(reason, call=call)
        self.sent = sent
        self.may_have_acted = sent


class NotSignedIn(ApiError):
    """401: no token, or an expired one that could not be refreshed."""


class WrongPassword(NotSignedIn):
    """The server refused this e-mail and password; only signing in raises it."""


class Forbidden(ApiError):
    """403: the caller's role or the routing forbids the call."""


class NotFound(ApiError):
    """404: there is no such lead."""


class Rejected(ApiError):
    """422: `fields` maps each bad parameter to its codes: `required`, `invalid`, `too_long`."""

    def __init__(
        self,
        reason: str = "",
        *,
        call: str = "",
        status: int | None = 422,
        fields: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        super().__init__(reason, call=call, status=status)
        self.fields: dict[str, tuple[str, ...]] = {name: tuple(codes) for name, codes in (fields or {}).items()}


class TooManyRequests(ApiError):
    """429: the server asks to wait `retry_after` seconds."""

    def __init__(self, reason: str = "", *, call: str = "", status: int | None = 429, retry_after: float = 1.0) -> None:
        super().__init__(reason, call=call, status=status)
        self.retry_after = retry_after


class ServerError(ApiError):
    """5xx: the server, or a proxy before it, failed."""

    may_have_acted = True


class BadResponse(ApiError):
    """The answer is not the contract's, so nothing is known of what the server did; a 3xx or 4xx at least refused."""

    def __init__(self, reason: str = "", *, call: str = "", status: int | None = None, code: str | None = None) -> None:
        super().__init__(reason, call=call, status=status)
        self.code = code
        """The error's code where the answer names one, like OAuth's `invalid_grant`."""
        refused = status is not None and HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.INTERNAL_SERVER_ERROR
        self.may_have_acted = not refused
