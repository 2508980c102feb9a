"""What went wrong on the way, or by the server's own word, as one of `errors`."""

from __future__ import annotations

import datetime as dt
import json
import math
import ssl
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Final

import httpx

from leads_tui.api.errors import (
    ApiError,
    BadResponse,
    Forbidden,
    NotFound,
    NotSignedIn,
    Rejected,
    ServerError,
    TimedOut,
    TooManyRequests,
    Unreachable,
)
from leads_tui.locale import N_
from leads_tui.text.sanitize import clean_line

__all__ = ["from_status", "from_transport", "without_frames"]

MAX_MESSAGE: Final = 200
"""So much of a server's own message is kept, in characters."""
MAX_WAIT: Final = 3600.0
"""Whatever wait a server asks for, no more than this many seconds is reported."""
USUAL_WAIT: Final = 1.0
"""The wait, in seconds, where the server does not say how long."""


def from_transport(error: Exception, call: str) -> ApiError:
    """The error for one that httpx, or the deadline, raised: whether the request had left is what it tells apart."""
    match error:
        case httpx.ConnectTimeout() | httpx.PoolTimeout():
            return TimedOut(N_("no connection in time"), call=call, sent=False)
        case httpx.TimeoutException() | TimeoutError():
            return TimedOut(N_("no answer in time"), call=call)
        case httpx.ConnectError() | httpx.ProxyError() | httpx.UnsupportedProtocol() | httpx.LocalProtocolError():
            return Unreachable(_reason_for(error), call=call)
        case _:
            return Unreachable(N_("the connection broke before the answer was whole"), call=call, sent=True)


def _reason_for(error: Exception) -> str:
    """Why there was no connection, as far as the chain of causes tells."""
    cause: BaseException | None = error
    while cause is not None:
        match cause:
            case ssl.SSLCertVerificationError():
                return N_("the server's certificate is not trusted")
            case ssl.SSLError():
                return N_("no secure connection")
            case ConnectionRefusedError():
                return N_("the connection was refused")
            case _:
                cause = cause.__cause__ or cause.__context__
    return N_("the proxy refused") if isinstance(error, httpx.ProxyError) else N_("no connection")


def without_frames(error: BaseException) -> BaseException:
    """The error without tracebacks: frames hold headers and bodies, and a report that shows locals would print them."""
    part: BaseException | None = error
    seen: set[int] = set()
    while part is not None and id(part) not in seen:
        seen.add(id(part))
        part.__traceback__ = None
        part = part.__cause__ or part.__context__
    return error


def from_status(status: int, headers: httpx.Headers, body: bytes, call: str) -> ApiError:
    """The error for an answer that is no success (pub); its `message` is made safe and cut to MAX_MESSAGE."""
    detail = _parse_failure(body)
    reason = _short(detail.get("message")) or _short(detail.get("error_description")) or ""
    error: ApiError
    match status:
        case HTTPStatus.UNAUTHORIZED:
            error = NotSignedIn(reason, call=call, status=status)
        case HTTPStatus.FORBIDDEN:
            error = Forbidden(reason, call=call, status=status)
        case HTTPStatus.NOT_FOUND:
            error = NotFound(reason, call=call, status=status)
        case HTTPStatus.UNPROCESSABLE_ENTITY:
            error = Rejected(reason, call=call, status=status, fields=_bad_fields(detail.get("errors")))
        case HTTPStatus.TOO_MANY_REQUESTS:
            error = TooManyRequests(reason, call=call, status=status, retry_after=_wait_asked(headers))
        case _ if httpx.codes.is_server_error(status):
            error = ServerError(reason, call=call, status=status)
        case _ if httpx.codes.is_redirect(status):
            error = BadResponse(N_("the server points elsewhere; the address may be wrong"), call=call, status=status)
        case _:
            reason = reason or N_("the API has no such status")
            error = BadResponse(reason, call=call, status=status, code=_short(detail.get("error")))
    return error


def _parse_failure(body: bytes) -> dict[str, Any]:
    """The JSON object that tells of a failure, or nothing: a proxy's page tells an operator nothing."""
    try:
        detail = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return {}
    return detail if isinstance(detail, dict) else {}


def _short(text: object) -> str | None:
    return clean_line(text[:MAX_MESSAGE]) if isinstance(text, str) else None


def _bad_fields(errors: object) -> dict[str, tuple[str, ...]]:
    if not isinstance(errors, dict):
        return {}
    return {
        clean_line(name): tuple(clean_line(code) for code in codes if isinstance(code, str))
        for name, codes in ((name, [codes] if isinstance(codes, str) else codes) for name, codes in errors.items())
        if isinstance(codes, list)
    }


def _wait_asked(headers: httpx.Headers) -> float:
    """The `Retry-After` in seconds: a number, or a date less the answer's own date, as two machines' clocks differ."""
    asked = headers.get("Retry-After", "").strip()
    try:
        wait = float(asked)
    except ValueError:
        wait = _seconds_until(asked, headers.get("Date"))
    return min(max(wait, 0.0), MAX_WAIT) if math.isfinite(wait) else USUAL_WAIT


def _seconds_until(asked: str, date: str | None) -> float:
    try:
        until = parsedate_to_datetime(asked)
        now = parsedate_to_datetime(date) if date else dt.datetime.now(dt.UTC)
        return (until.astimezone(dt.UTC) - now.astimezone(dt.UTC)).total_seconds()
    except (ValueError, OverflowError):
        return math.nan
