"""A transport that carries requests to the server app as badly as a network can, on a clock moved by hand."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import httpx

from tests.fakes import FakeClock

TIMEOUT = 20.0
"""Seconds after which a client gives up."""
STRAY = "stray request"
LATEST = 60.0
"""Seconds after which no request is on its way any more: its time-out and somewhat less than the desk waits for."""


class Kind(StrEnum):
    """What may happen to a request and its answer."""

    FINE = "fine"
    REFUSED = "refused"
    LOST = "lost"
    CUT = "cut before it was whole"
    LATE = "reaches the server after the client gave up"
    ANSWER_LOST = "answer lost after the server acted"
    ANSWER_CUT = "answer cut after the server acted"
    SLOW = "slow request"
    SLOW_ANSWER = "slow answer"
    TWICE = "carried out twice"
    NOT_SIGNED_IN = "401"
    TOO_MANY = "429"
    BROKEN = "500"
    BROKEN_AFTER_ACTING = "500 after the server acted"
    RUBBISH = "a proxy's page"
    RUBBISH_AFTER_ACTING = "a proxy's page after the server acted"


@dataclass(frozen=True)
class Fate:
    """What happens to one request; `seconds` is how long, where it takes long."""

    kind: Kind = Kind.FINE
    seconds: float = 0.0


class BadNetwork(httpx.AsyncBaseTransport):
    """One operator's way to the server. `fates` are for the next requests of each method, in order; where there is
    none, `turn_bad` holds until its time is over."""

    def __init__(
        self, app: httpx.ASGITransport, clock: FakeClock, arriving: Callable[[httpx.Request], Callable[[], None]]
    ) -> None:
        self.fates: dict[str, deque[Fate]] = defaultdict(deque)
        self._weather = Fate()
        self._bad_until = 0.0
        self._sleeps = 0
        self._app = app
        self._clock = clock
        self._arriving = arriving
        self._strays: set[asyncio.Task[None]] = set()

    def heal(self) -> None:
        """From now on all is well; what is on its way still arrives."""
        self.fates.clear()
        self._bad_until = 0.0

    def turn_bad(self, weather: Fate, seconds: float) -> None:
        """For so long every request has this fate."""
        self._weather = weather
        self._bad_until = self._clock.boot() + seconds

    def cut(self) -> None:
        """The machine sleeps for long: what has not left it by then never arrives."""
        self._sleeps += 1

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carries the request by its fate."""
        fates = self.fates[request.url.path.rpartition("/")[2]]
        weather = self._weather if self._clock.boot() < self._bad_until else Fate()
        fate = fates.popleft() if fates else weather
        match fate.kind:
            case Kind.FINE:
                return await self._act(request)
            case Kind.REFUSED:
                raise httpx.ConnectError("refused", request=request)
            case Kind.CUT:
                raise httpx.RemoteProtocolError("cut", request=request)
            case Kind.LOST | Kind.LATE | Kind.ANSWER_LOST:
                return await self._time_out(request, fate)
            case Kind.ANSWER_CUT:
                await self._act(request)
                raise httpx.ReadError("cut", request=request)
            case Kind.SLOW:
                sleeps = self._sleeps
                try:
                    await self._clock.sleep(min(fate.seconds, TIMEOUT))
                except asyncio.CancelledError:  # its program died; what was sent goes on
                    self._send_later(request, fate.seconds)
                    raise
                if sleeps != self._sleeps:
                    raise httpx.WriteError("cut", request=request)
                return await self._act(request)
            case Kind.SLOW_ANSWER:
                response = await self._act(request)
                await self._clock.sleep(min(fate.seconds, TIMEOUT))
                return response
            case Kind.TWICE:
                await self._act(request)
                return await self._act(request)
            case _:
                return await self._lie(request, fate)

    async def _time_out(self, request: httpx.Request, fate: Fate) -> httpx.Response:
        if fate.kind is Kind.ANSWER_LOST:
            await self._act(request)
        if fate.kind is Kind.LATE:
            self._send_later(request, TIMEOUT + min(fate.seconds, LATEST - TIMEOUT))
        await self._clock.sleep(TIMEOUT)
        raise httpx.ReadTimeout("no answer", request=request)

    async def _lie(self, request: httpx.Request, fate: Fate) -> httpx.Response:
        if fate.kind in {Kind.BROKEN_AFTER_ACTING, Kind.RUBBISH_AFTER_ACTING}:
            await self._act(request)
        match fate.kind:
            case Kind.NOT_SIGNED_IN:
                return httpx.Response(401, json={"code": 401, "message": "Unauthorized"})
            case Kind.TOO_MANY:
                return httpx.Response(429, headers={"Retry-After": str(int(fate.seconds))}, json={"code": 429})
            case Kind.BROKEN | Kind.BROKEN_AFTER_ACTING:
                return httpx.Response(500, json={"code": 500, "message": "Internal Server Error"})
            case _:
                return httpx.Response(200, html="<html><b>Please log in to the hotel's network</b></html>")

    async def _act(self, request: httpx.Request) -> httpx.Response:
        arrived = self._arriving(request)
        response = await self._app.handle_async_request(request)
        body = await response.aread()
        arrived()
        return httpx.Response(response.status_code, headers=response.headers, content=body)

    def _send_later(self, request: httpx.Request, seconds: float) -> None:
        sleeps = self._sleeps

        async def arrive() -> None:
            await self._clock.sleep(seconds)
            if sleeps == self._sleeps:
                await self._act(request)

        stray = asyncio.get_running_loop().create_task(arrive(), name=STRAY)
        self._strays.add(stray)
        stray.add_done_callback(self._strays.discard)
