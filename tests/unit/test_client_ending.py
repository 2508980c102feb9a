"""A call ends when it is cancelled, when its time is up, and when the client is closed."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from leads_tui.api.client import LeadsClient
from leads_tui.api.errors import TimedOut, Unreachable
from leads_tui.api.models import Token
from tests.unit.scripted import ALL, Scripted, client_of, failure, ok


async def hang(_request: httpx.Request) -> httpx.Response:
    await asyncio.Event().wait()
    raise AssertionError


@pytest.mark.parametrize("path", ALL)
async def test_a_cancelled_call_ends_at_once_and_is_not_repeated(path: str) -> None:
    asked = asyncio.Event()

    async def notice(request: httpx.Request) -> httpx.Response:
        asked.set()
        return await hang(request)

    server = Scripted(notice)
    async with client_of(server) as client:
        call = asyncio.ensure_future(ALL[path][0](client))
        await asked.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
    assert len(server.requests) == 1


async def test_a_call_can_be_cancelled_while_it_waits_for_its_next_try() -> None:
    napping = asyncio.Event()

    async def nap(_seconds: float) -> None:
        napping.set()
        await asyncio.Event().wait()

    server = Scripted(failure(500))
    async with LeadsClient("http://localhost:1/v2", Token(access_token="x"), transport=server, sleep=nap) as client:
        call = asyncio.ensure_future(client.me())
        await napping.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call


async def test_the_whole_of_a_try_has_a_bound() -> None:
    async with client_of(Scripted(hang, hang), tries=2, deadline=0.01) as client:
        with pytest.raises(TimedOut) as caught:
            await client.lock(7)
        assert caught.value.may_have_acted
        assert isinstance(caught.value.__cause__, TimeoutError)


async def test_a_body_that_trickles_for_ever_has_a_bound() -> None:
    class Trickle(httpx.AsyncByteStream):
        async def __aiter__(self) -> Any:
            while True:
                yield b" "
                await asyncio.sleep(0)

    async with client_of(Scripted(httpx.Response(200, stream=Trickle())), tries=1, deadline=0.02) as client:
        with pytest.raises(TimedOut):
            await client.me()


async def test_a_closed_client_is_unreachable() -> None:
    client = client_of(Scripted(ok({"id": 1})))
    await client.me()
    await client.aclose()
    await client.aclose()
    with pytest.raises(Unreachable, match="closed on our side"):
        await client.with_tries(1).me()
