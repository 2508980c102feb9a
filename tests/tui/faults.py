"""A network that a test can break: it passes every request on to the server unless it was told to do worse."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import parse_qsl

import httpx

HTML: Final = "<html><body><h1>502</h1>The proxy says hello</body></html>"


class Fault(StrEnum):
    """What can become of a request."""

    REFUSED = "the connection is refused, the server never hears of it"
    TIMED_OUT = "the request is sent, no answer comes in time, the server does nothing"
    ANSWER_LOST = "the server acts, and its answer is lost"
    BROKEN = "the server answers 500"
    RUBBISH = "a proxy answers with its own page"
    NOT_SIGNED_IN = "the server answers 401"
    HANGING = "no answer, no error, for ever"


@dataclass(frozen=True)
class Sent:
    """A request as it went out."""

    path: str
    params: dict[str, str]


class Network(httpx.AsyncBaseTransport):
    """The transport of every client of one app."""

    def __init__(self, server: httpx.AsyncBaseTransport) -> None:
        self.sent: list[Sent] = []
        self.in_flight = 0
        self._server = server
        self._faults: dict[str, Fault] = {}
        self._canned: dict[str, httpx.Response] = {}
        self._gates: dict[str, asyncio.Event] = {}
        self._before: dict[str, Callable[[], None]] = {}

    # What a test tells it --------------------------------------------------------------------------------------

    def fail(self, fault: Fault, path: str = "") -> None:
        """From now on every request whose path holds `path` meets this fault."""
        self._faults[path] = fault

    def heal(self) -> None:
        """All is well again."""
        self._faults.clear()
        self._canned.clear()

    def answer(self, path: str, status: int, body: str) -> None:
        """From now on this path is answered so, and the server does not hear of it."""
        self._canned[path] = httpx.Response(status, text=body)

    def just_before(self, path: str, happens: Callable[[], None]) -> None:
        """Does this once, right before the next request to `path` reaches the server."""
        self._before[path] = happens

    def hold(self, path: str) -> asyncio.Event:
        """Holds every request to `path` back until the event is set."""
        return self._gates.setdefault(path, asyncio.Event())

    def count(self, path: str) -> int:
        """How many requests to this path went out."""
        return sum(path in sent.path for sent in self.sent)

    def forget(self) -> None:
        """Starts the list of what was sent afresh."""
        self.sent.clear()

    # httpx's side ----------------------------------------------------------------------------------------------

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        body = (await request.aread()).decode()
        self.sent.append(Sent(path, dict(parse_qsl(request.url.query.decode() or body, keep_blank_values=True))))
        fault = next((fault for part, fault in self._faults.items() if part in path), None)
        if fault is Fault.HANGING:
            await asyncio.Event().wait()
        for part, gate in self._gates.items():
            if part in path:
                await gate.wait()
        self.in_flight += 1
        try:
            return await self._handle(request, path, fault)
        finally:
            self.in_flight -= 1

    async def _handle(self, request: httpx.Request, path: str, fault: Fault | None) -> httpx.Response:
        for part, happens in list(self._before.items()):
            if part in path:
                del self._before[part]
                happens()
        for part, canned in self._canned.items():
            if part in path:
                return httpx.Response(canned.status_code, text=canned.text)
        match fault:
            case Fault.REFUSED:
                raise httpx.ConnectError("refused", request=request)
            case Fault.TIMED_OUT:
                raise httpx.ReadTimeout("no answer", request=request)
            case Fault.BROKEN:
                return httpx.Response(500, json={"code": 500, "message": "Internal Server Error"})
            case Fault.RUBBISH:
                return httpx.Response(200, html=HTML)
            case Fault.NOT_SIGNED_IN:
                return httpx.Response(401, json={"code": 401, "message": "Unauthorized"})
        response = await self._server.handle_async_request(request)
        if fault is Fault.ANSWER_LOST:
            raise httpx.ReadError("cut", request=request)
        return response
