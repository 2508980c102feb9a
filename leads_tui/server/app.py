"""The Leads API as an ASGI application.

A call is `/v2/{resource}/{method}`, both in lower case. The event loop only reads the request; everything else
happens in a worker thread, in one transaction of the database (see `database`), and is over before the answer goes out.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Final

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from leads_tui.server import auth, leads, neighbours
from leads_tui.server.access import find_caller
from leads_tui.server.call import Call, Listed
from leads_tui.server.database import reading, writing
from leads_tui.server.errors import INVALID, Refusal, invalid, not_found
from leads_tui.server.moments import Clock, system_clock
from leads_tui.server.params import Params, parse_form

MAX_BODY: Final = 1_000_000
"""The longest request body, in bytes."""

_log: Final = logging.getLogger(__name__)
_FORM: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Method:
    """A method of the API: what answers it, and whether it only reads."""

    answer: Callable[[Call], object]
    reads: bool = True


METHODS: Final[dict[str, Method]] = {
    "leads/list": Method(leads.list_all),
    "leads/show": Method(leads.show),
    "leads/listrouted": Method(leads.list_routed),
    "leads/showrouted": Method(leads.show_routed),
    "leads/lock": Method(leads.lock, reads=False),
    "leads/unlock": Method(leads.unlock, reads=False),
    "leads/setcompleted": Method(leads.set_completed, reads=False),
    "leads/add": Method(leads.add, reads=False),
    "employees/me": Method(neighbours.show_me),
    "employees/list": Method(neighbours.list_employees),
    "sites/list": Method(neighbours.list_sites),
    "departments/list": Method(neighbours.list_departments),
    "quickmessages/list": Method(neighbours.list_quick_messages),
    "quickmessagecategories/list": Method(neighbours.list_quick_message_categories),
    "conversations/show": Method(neighbours.show_conversation),
}
"""All methods behind the sign-in; those of `oauth2` deal with the sign-in itself."""

_TOKEN: Final = "oauth2/token"  # noqa: S105 (a path, not a secret)
_VALIDATE: Final = "oauth2/validatetoken"
_LOGOUT: Final = "oauth2/logout"
_READS: Final = frozenset({_VALIDATE} | {path for path, method in METHODS.items() if method.reads})
_WRITES: Final = frozenset({_TOKEN, _LOGOUT} | {path for path, method in METHODS.items() if not method.reads})


@dataclass(frozen=True)
class Service:
    """What every call needs: the database, the clock, and the two lifetimes."""

    engine: sa.Engine
    now: Clock
    token_lifetime: timedelta
    lock_minutes: float

    def answer(self, path: str, pairs: list[tuple[str, str]], authorization: str | None) -> object:
        """The body that answers the call. Raises `Refusal`; runs in a worker thread."""
        params, now = Params(pairs), self.now()
        transaction = reading if path in _READS else writing
        with transaction(self.engine) as connection:
            if path == _TOKEN:
                return auth.grant(connection, params, now=now, lifetime=self.token_lifetime)
            signed_in = auth.authenticate(connection, authorization, now=now)
            if path == _VALIDATE:
                return {"results": True}
            if path == _LOGOUT:
                auth.sign_out(connection, signed_in)
                return {"results": None}
            caller = find_caller(connection, signed_in.employee_id)
            result = METHODS[path].answer(Call(params, caller, connection, now, self.lock_minutes))
        if isinstance(result, Listed):
            return {"results": result.results, "total": result.total}
        return {"results": result}


def create_app(
    engine: sa.Engine,
    *,
    now: Clock = system_clock,
    token_lifetime: float = 3600,
    lock_minutes: float = 30,
) -> Starlette:
    """The application over an open database.

    `now` gives the present moment (aware), `token_lifetime` is in seconds, `lock_minutes` in minutes.
    """
    service = Service(engine, now, timedelta(seconds=token_lifetime), lock_minutes)
    return Starlette(routes=[Route("/{path:path}", _Endpoint(service))])


class _Endpoint:
    """Takes every path and every HTTP method, so that each refusal has the contract's body."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = await self._respond(request)
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        try:
            path = _route(request)
            pairs = await _read_pairs(request)
            return await run_in_threadpool(self._answer, request, path, pairs)
        except Refusal as refusal:
            return _json(refusal.body(), refusal.status, refusal.headers)
        except (OperationalError, PoolTimeout):
            _log.warning("The database did not answer", exc_info=True)
            busy = Refusal(
                HTTPStatus.SERVICE_UNAVAILABLE, "The database is busy: try again", headers={"Retry-After": "1"}
            )
            return _json(busy.body(), busy.status, busy.headers)

    def _answer(self, request: Request, path: str, pairs: list[tuple[str, str]]) -> Response:
        body = self._service.answer(path, pairs, request.headers.get("Authorization"))
        if request.method == "GET":
            return _unless_known(request, _json(body))
        return _json(body, headers={"Cache-Control": "no-store"})


def _route(request: Request) -> str:
    """The method's path. Raises 404 for an unknown one, 405 for the wrong HTTP method (ours)."""
    path = request.url.path.removeprefix("/v2/")
    if not request.url.path.startswith("/v2/") or path not in _READS | _WRITES:
        raise not_found("There is no such method: write /v2/RESOURCE/METHOD in lower case")
    allowed = ("GET", "POST") if path in _READS else ("POST",)
    if request.method not in allowed:
        allow = ", ".join(allowed)
        raise Refusal(HTTPStatus.METHOD_NOT_ALLOWED, f"Use {' or '.join(allowed)} here", headers={"Allow": allow})
    return path


async def _read_pairs(request: Request) -> list[tuple[str, str]]:
    try:
        pairs = parse_form(request.url.query)
    except ValueError as error:
        raise invalid("The query string is not form-encoded UTF-8", {"query": [INVALID]}) from error
    body = await _read_body(request)
    if not body:
        return pairs
    kind = request.headers.get("Content-Type", _FORM).partition(";")[0].strip().lower()
    if kind != _FORM:
        raise Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"Send the parameters as {_FORM}")
    try:
        return pairs + parse_form(body.decode())
    except ValueError as error:
        raise invalid("The body is not form-encoded UTF-8", {"body": [INVALID]}) from error


async def _read_body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The body is longer than {MAX_BODY} bytes")
    return bytes(body)


def _json(body: object, status: HTTPStatus = HTTPStatus.OK, headers: Mapping[str, str] | None = None) -> Response:
    encoded = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(encoded, status_code=status, headers=headers, media_type="application/json")


def _unless_known(request: Request, response: Response) -> Response:
    """The response with its entity tag; 304 where the caller has the same body already."""
    tag = f'"{hashlib.sha256(response.body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Authorization"}
    known = {known.strip().removeprefix("W/") for known in request.headers.get("If-None-Match", "").split(",")}
    if known & {tag, "*"}:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    response.headers.update(headers)
    return response
