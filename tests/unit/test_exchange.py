"""Whatever comes back, or does not, becomes one error that says what is known and nothing that is private."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import socket
import ssl
import time
import traceback
import tracemalloc
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leads_tui.api import exchange as exchange_module
from leads_tui.api.client import LeadsClient
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
from leads_tui.api.models import Token
from leads_tui.api.query import ListQuery
from tests.unit.scripted import LEAD, Scripted, client_of, failure, ok


async def error_of(step: Any) -> ApiError:
    """What completing a lead raises where the server does this."""
    async with client_of(Scripted(step), token=Token(access_token="pasted")) as client:
        with pytest.raises(ApiError) as caught:
            await client.set_completed(7, "Да")
    return caught.value


async def read_error(response: httpx.Response) -> BadResponse:
    async with client_of(Scripted(response)) as client:
        with pytest.raises(BadResponse) as caught:
            await client.list(ListQuery())
    return caught.value


@pytest.mark.parametrize(
    ("trouble", "kind", "may_have_acted"),
    [
        (httpx.ConnectError("x"), Unreachable, False),
        (httpx.ProxyError("x"), Unreachable, False),
        (httpx.UnsupportedProtocol("x"), Unreachable, False),
        (httpx.LocalProtocolError("x"), Unreachable, False),
        (httpx.ConnectTimeout("x"), TimedOut, False),
        (httpx.PoolTimeout("x"), TimedOut, False),
        (httpx.WriteTimeout("x"), TimedOut, True),
        (httpx.ReadTimeout("x"), TimedOut, True),
        (httpx.WriteError("x"), Unreachable, True),
        (httpx.ReadError("x"), Unreachable, True),
        (httpx.CloseError("x"), Unreachable, True),
        (httpx.RemoteProtocolError("x"), Unreachable, True),
        (httpx.DecodingError("x"), Unreachable, True),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
async def test_a_broken_way_says_whether_the_server_may_have_acted(
    trouble: Exception, kind: type[ApiError], may_have_acted: bool
) -> None:
    error = await error_of(trouble)
    assert type(error) is kind
    assert error.may_have_acted is may_have_acted
    assert error.call == "leads/setcompleted"
    assert error.__cause__ is trouble


@pytest.mark.parametrize(
    ("status", "kind", "may_have_acted"),
    [
        (401, NotSignedIn, False),
        (403, Forbidden, False),
        (404, NotFound, False),
        (422, Rejected, False),
        (429, TooManyRequests, False),
        (500, ServerError, True),
        (502, ServerError, True),
        (504, ServerError, True),
        (599, ServerError, True),
        (400, BadResponse, False),
        (405, BadResponse, False),
        (413, BadResponse, False),
        (304, BadResponse, False),
    ],
)
async def test_each_status_has_its_error(status: int, kind: type[ApiError], may_have_acted: bool) -> None:
    error = await error_of(failure(status, "because"))
    assert type(error) is kind
    assert error.may_have_acted is may_have_acted
    assert error.call == "leads/setcompleted"
    if status != 401:
        assert error.status == status


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff", b"[]", b"null", b'{"message": 5}', b"{", b'{"errors": [1]}'])
@pytest.mark.parametrize(
    ("status", "kind"), [(403, Forbidden), (422, Rejected), (500, ServerError), (429, TooManyRequests)]
)
async def test_a_failure_needs_no_readable_body(body: bytes, status: int, kind: type[ApiError]) -> None:
    assert type(await error_of(httpx.Response(status, content=body))) is kind


async def test_a_servers_message_is_made_safe_and_short() -> None:
    error = await error_of(failure(403, "no\x1b]0;x\x07 \u202eentry\n" + "a" * 1000))
    assert error.reason.startswith("no ⟨U+202E⟩entry a")
    assert len(error.reason) < 250
    assert str(error).startswith("leads/setcompleted: no ")
    assert str(error).endswith("(HTTP 403)")


async def test_a_rejection_names_each_bad_field() -> None:
    error = await error_of(
        failure(422, errors={"id": ["required"], "answer_text": ["too_long", 5], "phone": "invalid", "x\x1b[m": 7})
    )
    assert isinstance(error, Rejected)
    assert error.fields == {"id": ("required",), "answer_text": ("too_long",), "phone": ("invalid",)}


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "1.5"}, 1.5),
        ({"Retry-After": "0"}, 0),
        ({"Retry-After": "-5"}, 0),
        ({"Retry-After": "999999"}, 3600),
        ({"Retry-After": "nan"}, 1),
        ({"Retry-After": "inf"}, 1),
        ({"Retry-After": "soon"}, 1),
        ({}, 1),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:30 GMT", "Date": "Wed, 21 Oct 2015 07:28:00 GMT"}, 30),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT", "Date": "Wed, 21 Oct 2015 07:28:30 GMT"}, 0),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT", "Date": "today"}, 1),
    ],
)
async def test_the_wait_asked_for_is_read_in_seconds_or_as_a_date(headers: dict[str, str], wait: float) -> None:
    error = await error_of(failure(429, headers=headers))
    assert isinstance(error, TooManyRequests)
    assert error.retry_after == wait


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "the answer is empty"),
        (b"<html><b>Sign in to the hotel network</b>", "a web page, not JSON"),
        (b"hello", "not JSON"),
        (b'{"results": [', "not JSON"),
        (b'{"results": "\xff"}', "not UTF-8"),
        ('{"results": []}'.encode("utf-16"), "not UTF-8"),
        (b"[" * 200_000, "not JSON"),
        (b'{"results": ' + b"9" * 5000 + b"}", "not JSON"),
        (b"[]", "no `results`"),
        (b'"results"', "no `results`"),
        (b"{}", "no `results`"),
        (b'{"result": []}', "no `results`"),
        (b'{"results": null, "total": 0}', "not a list"),
        (b'{"results": {"id": 1}, "total": 0}', "not a list"),
        (b'{"results": [], "total": "many"}', "`total` is not a number"),
        (b'{"results": [], "total": -1}', "`total` is not a number"),
        (b'{"results": [], "total": true}', "`total` is not a number"),
        (b'{"results": [], "total": 1.5}', "`total` is not a number"),
        (b'{"results": [5], "total": 1}', "results.0: model_type"),
        (b'{"results": [{"id": 5}], "total": 1}', "results.0.result: missing"),
    ],
    ids=lambda value: repr(value[:24]) if isinstance(value, bytes) else None,
)
async def test_what_is_not_the_contracts_is_a_bad_response_with_its_reason(body: bytes, why: str) -> None:
    error = await read_error(httpx.Response(200, content=body))
    assert why in error.reason
    assert error.call == "leads/list"


async def test_a_byte_order_mark_does_no_harm() -> None:
    async with client_of(Scripted(httpx.Response(200, content=b'\xef\xbb\xbf{"results": [], "total": 0}'))) as client:
        assert (await client.list(ListQuery())).total == 0


async def test_a_bad_answer_to_a_completing_leaves_open_what_happened() -> None:
    error = await error_of(httpx.Response(200, text="<html>"))
    assert isinstance(error, BadResponse)
    assert error.may_have_acted


async def test_what_is_wrong_with_a_lead_is_said_without_what_stands_there() -> None:
    private = LEAD | {"created_at": "ivan@private.example", "text": "my secret", "result": "x +7 903 123"}
    error = await read_error(ok([LEAD, private], total=2))
    report = "".join(traceback.format_exception(error))
    assert error.reason.startswith("results.1.")
    for secret in ("ivan@private", "my secret", "903"):
        assert secret not in report


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed(status: int) -> None:
    server = Scripted(httpx.Response(status, headers={"Location": "https://evil.example/v2/leads/list"}))
    async with client_of(server) as client:
        with pytest.raises(BadResponse, match="points elsewhere"):
            await client.list(ListQuery())
    assert len(server.requests) == 1


class Chunks(httpx.AsyncByteStream):
    """A body in pieces, which remembers how many were taken."""

    def __init__(self, chunk: bytes, count: int) -> None:
        self.chunk, self.count, self.taken = chunk, count, 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(self.count):
            self.taken += 1
            yield self.chunk


async def test_an_endless_answer_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange_module, "MAX_BODY", 2**20)
    body = Chunks(b"x" * 2**16, 1000)
    error = await read_error(httpx.Response(200, stream=body))
    assert error.reason == "the answer is longer than 1 MiB"
    assert body.taken == 17


async def test_a_small_answer_that_unpacks_to_a_huge_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange_module, "MAX_BODY", 2**20)
    packed = gzip.compress(b" " * 2**26)
    tracemalloc.start()
    error = await read_error(httpx.Response(200, stream=Chunks(packed, 1), headers={"Content-Encoding": "gzip"}))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert error.reason == "the answer is longer than 1 MiB"
    assert peak < 2**24


async def test_a_packed_answer_is_unpacked() -> None:
    packed = gzip.compress(json.dumps({"results": [LEAD], "total": 1}).encode())
    response = httpx.Response(200, stream=Chunks(packed, 1), headers={"Content-Encoding": "GZIP"})
    async with client_of(Scripted(response)) as client:
        assert (await client.list(ListQuery())).total == 1


@pytest.mark.parametrize(
    ("packed", "encoding", "why"),
    [
        (b"plain", "gzip", "damaged"),
        # The time in gzip's head would give each worker of the tests another name for this one.
        (gzip.compress(b"{}" * 1000, mtime=0)[:-9], "gzip", "cut short"),
        (b"x", "zstd", "not asked for"),
        (b"x", "gzip, gzip", "not asked for"),
    ],
    ids=["no gzip", "cut short", "zstd", "twice"],
)
async def test_a_badly_packed_answer_is_refused(packed: bytes, encoding: str, why: str) -> None:
    response = httpx.Response(200, stream=Chunks(packed, 1), headers={"Content-Encoding": encoding})
    assert why in (await read_error(response)).reason


async def test_half_a_character_is_refused_before_anything_is_sent() -> None:
    server, answer = Scripted(), "secret \ud83d"
    async with client_of(server) as client:
        with pytest.raises(Rejected) as caught:
            await client.set_completed(7, answer)
    assert caught.value.fields == {"answer_text": ("invalid",)}
    assert "secret" not in "".join(traceback.format_exception(caught.value))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*LEAD, "site", "duration"]), inner),
    max_leaves=10,
)


@settings(max_examples=200)
@given(
    changed=st.dictionaries(st.sampled_from([*LEAD, "text", "duration", "site", "is_locked", "completed_at"]), JSON),
    total=JSON,
)
def test_no_json_at_all_is_more_than_a_bad_response(changed: dict[str, Any], total: Any) -> None:
    async def ask() -> None:
        body = json.dumps({"results": [LEAD | changed], "total": total}).encode()
        async with client_of(Scripted(httpx.Response(200, content=body))) as client:
            with contextlib.suppress(BadResponse):
                assert (await client.list(ListQuery())).total >= 1

    asyncio.run(ask())


# Over a real socket -------------------------------------------------------------------------------------------

TOKEN = Token(access_token="top-secret")


async def test_a_refused_connection_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    async with LeadsClient(f"http://127.0.0.1:{port}/v2", TOKEN, tries=1) as client:
        with pytest.raises(Unreachable, match="refused") as caught:
            await client.lock(7)
    assert not caught.value.may_have_acted


async def test_a_server_that_hangs_up_half_way_may_have_acted() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"results"')
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with server, LeadsClient(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v2", TOKEN) as client:
        with pytest.raises(Unreachable, match="broke before") as caught:
            await client.set_completed(7, "Да")
    assert caught.value.may_have_acted


async def test_a_server_without_a_trusted_certificate_gets_no_token() -> None:
    received = bytearray()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.extend(await reader.read(65536))
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    async with (
        server,
        LeadsClient(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/v2", TOKEN, tries=1) as client,
    ):
        with pytest.raises(Unreachable, match="no secure connection") as caught:
            await client.me()
    assert not caught.value.may_have_acted
    assert b"secret" not in received


async def test_certificates_that_cannot_be_read_are_an_error_of_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/at/all.pem")
    async with LeadsClient("https://localhost:1/v2", TOKEN, tries=1) as client:
        with pytest.raises(Unreachable, match="certificates"):
            await client.me()


async def test_certificates_are_read_only_where_they_are_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_options: object) -> ssl.SSLContext:
        raise AssertionError

    monkeypatch.setattr(ssl, "create_default_context", refuse)
    begun = time.process_time()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    async with LeadsClient(f"http://127.0.0.1:{port}/v2", TOKEN, tries=1) as client:
        with pytest.raises(Unreachable):
            await client.me()
    assert time.process_time() - begun < 1
    LeadsClient("https://localhost:1/v2", TOKEN)
