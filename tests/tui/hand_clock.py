"""A clock that stands still until a test moves it, and wakes whoever waits for the moment that it comes to."""

from __future__ import annotations

import asyncio
import datetime as dt
import heapq
import itertools
from collections.abc import Awaitable, Callable
from typing import Final
from zoneinfo import ZoneInfo

NOON: Final = dt.datetime(2026, 3, 12, 14, 2, 31, tzinfo=ZoneInfo("Asia/Yekaterinburg"))
"""When every test begins: 12:02:31 in Moscow, 09:02:31 in UTC."""


class HandClock:
    """The desk's clock and the server's: one time for both, as far as a test lets it go."""

    def __init__(self, start: dt.datetime = NOON) -> None:
        self._start = start
        self._passed = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._turns = itertools.count()

    def boot(self) -> float:
        return 1_000.0 + self._passed

    def now(self) -> dt.datetime:
        return self._start + dt.timedelta(seconds=self._passed)

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        waking: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._passed + seconds, next(self._turns), waking))
        await waking

    async def advance(self, seconds: float, settle: Callable[[], Awaitable[None]]) -> None:
        """Lets this much time pass. Whoever sleeps wakes in order, each at their moment, and `settle` waits for what
        they do then, so that it is done before the next one wakes."""
        until = self._passed + seconds
        while self._sleepers and self._sleepers[0][0] <= until:
            due, _, waking = heapq.heappop(self._sleepers)
            self._passed = max(self._passed, due)
            if not waking.done():
                waking.set_result(None)
                await settle()
        self._passed = until
        await settle()

    def jump(self, seconds: float) -> None:
        """Lets this much time pass unseen, as when the machine was suspended: nobody wakes."""
        self._passed += seconds
