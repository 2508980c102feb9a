"""The token goes to its server and nowhere else: no report, no log, no proxy."""

from __future__ import annotations

import asyncio
import logging
import socket
import traceback
from typing import Any

import httpx
import pytest

from leads_tui.api.client import LeadsClient
from leads_tui.api.errors import ApiError, NotSignedIn, Unreachable
from leads_tui.api.models import Token
from leads_tui.api.query import Criteria, ListQuery
from tests.unit.scripted import Scripted, client_of, failure, ok

TOKEN = Token(access_token="hush-4711", refresh_token="hush-4712")


@pytest.mark.parametrize(
    "step", [httpx.ConnectError("x"), failure(401), failure(403), failure(500), ok(5), httpx.Response(200, text="<")]
)
async def test_the_token_is_in_no_report_and_no_log(step: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with client_of(Scripted(step, httpx.ReadError("x")), token=TOKEN, tries=1) as client:
        with pytest.raises(ApiError) as caught:
            await client.list(ListQuery(Criteria(keyword="79031234567")))
    report = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert "hush-" not in report + caplog.text + repr(client)
    assert "79031234567" not in caplog.text


async def test_the_token_is_in_no_report_of_a_broken_connection() -> None:
    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v2"
    async with server, LeadsClient(base, TOKEN, tries=1) as client:
        with pytest.raises(Unreachable) as caught:
            await client.set_completed(7, "".join(["при", "вет"]))
    frames = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert frames.__cause__ is not None
    report = "".join(frames.__cause__.format())
    assert "hush-" not in report
    assert "File" not in report


@pytest.mark.parametrize("bad", ["сек\u0440ет", "a b", "a\nb", "a\r\nX-Header: b", ""])
async def test_a_token_that_no_header_can_hold_is_not_sent(bad: str) -> None:
    server = Scripted()
    async with client_of(server, token=Token(access_token=bad)) as client:
        with pytest.raises(NotSignedIn, match="no token has"):
            await client.me()


async def test_no_proxy_gets_to_see_what_stays_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as proxy, socket.create_server(("127.0.0.1", 0)) as api:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.getsockname()[1]}")
        api.setblocking(False)
        proxy.setblocking(False)
        loop = asyncio.get_running_loop()
        async with LeadsClient(f"http://127.0.0.1:{api.getsockname()[1]}/v2", TOKEN) as client:
            call = asyncio.ensure_future(client.me())
            connection, _ = await loop.sock_accept(api)
            assert b"Bearer hush-4711" in await loop.sock_recv(connection, 65536)
            call.cancel()
            connection.close()
        with pytest.raises(BlockingIOError):
            proxy.accept()
