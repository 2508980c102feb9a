"""Each method of the API, and what the client repeats and never does twice."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qsl

import httpx
import pytest

from leads_tui.api.errors import (
    ApiError,
    BadResponse,
    Forbidden,
    NotFound,
    Rejected,
    ServerError,
    TooManyRequests,
    Unreachable,
)
from leads_tui.api.query import Criteria, ListQuery, Sort
from tests.unit.scripted import ALL, HARMLESS, LEAD, ONCE, READS, Naps, Scripted, Step, client_of, failure, ok

PASSING: list[Callable[[], Step]] = [
    lambda: httpx.ConnectError("refused"),
    lambda: httpx.ConnectTimeout("late"),
    lambda: httpx.ReadTimeout("late"),
    lambda: httpx.ReadError("broken"),
    lambda: httpx.RemoteProtocolError("cut"),
    lambda: failure(500),
    lambda: failure(502),
    lambda: failure(503),
    lambda: failure(429, headers={"Retry-After": "2"}),
]


@pytest.mark.parametrize("path", ALL)
async def test_each_method_asks_its_own_path_with_the_token(path: str) -> None:
    ask, results = ALL[path]
    server = Scripted(ok(results, total=1))
    async with client_of(server) as client:
        await ask(client)
    assert server.paths == [path]
    assert server.tokens == ["first"]
    assert server.requests[0].method == ("GET" if path in READS else "POST")


async def test_a_list_is_asked_for_with_criteria_order_and_page() -> None:
    server = Scripted(ok([LEAD], total="41"))
    query = ListQuery(Criteria(site_ids=(1, 2)), fields=("name",), limit=10, offset=40, sort=Sort("created_at"))
    async with client_of(server) as client:
        page = await client.list_routed(query)
    assert dict(server.requests[0].url.params) == query.params()
    assert b"q=site_ids%3D1%252C2" in server.requests[0].url.query
    assert (page.leads[0].name, page.total) == ("Иван", 41)


async def test_an_answer_goes_out_as_a_form_in_utf_8() -> None:
    server = Scripted(ok(None))
    async with client_of(server) as client:
        await client.set_completed(7, "Да & нет\n👍+%")
    request = server.requests[0]
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert dict(parse_qsl(request.content.decode())) == {"id": "7", "answer_text": "Да & нет\n👍+%"}


async def test_completing_without_an_answer_sends_none() -> None:
    server = Scripted(ok(None))
    async with client_of(server) as client:
        await client.set_completed(7)
    assert server.requests[0].content == b"id=7"


@pytest.mark.parametrize("answer", [httpx.Response(204), httpx.Response(200), ok(None), ok(True)])
async def test_completing_needs_no_body_in_the_answer(answer: httpx.Response) -> None:
    async with client_of(Scripted(answer)) as client:
        await client.set_completed(7, "Да")


@pytest.mark.parametrize("results", ["true", 1, None, {}, [True]])
async def test_a_lock_is_held_only_on_a_plain_yes(results: object) -> None:
    async with client_of(Scripted(ok(results))) as client:
        with pytest.raises(BadResponse, match="neither true nor false") as caught:
            await client.lock(7)
    assert caught.value.may_have_acted


async def test_a_lock_held_by_a_colleague_is_a_plain_no() -> None:
    async with client_of(Scripted(ok(False), ok(False))) as client:
        assert await client.lock(7) is False
        assert await client.unlock(7) is False


@pytest.mark.parametrize(
    ("answer", "offset", "total"),
    [
        (ok([LEAD]), 0, 1),
        (ok([LEAD]), 50, 51),
        (ok([]), 50, 50),
        (ok([], total=50), 50, 50),
        (ok([LEAD, LEAD | {"id": 8}], total=1), 0, 2),
    ],
)
async def test_how_many_leads_match_is_never_less_than_what_came(
    answer: httpx.Response, offset: int, total: int
) -> None:
    async with client_of(Scripted(answer)) as client:
        assert (await client.list(ListQuery(limit=10, offset=offset))).total == total


async def test_a_full_page_that_does_not_say_how_many_match_is_an_error() -> None:
    async with client_of(Scripted(ok([LEAD]))) as client:
        with pytest.raises(BadResponse, match="`total` is missing"):
            await client.list(ListQuery(limit=1))


async def test_a_list_of_neighbours_in_pages_is_read_to_its_end() -> None:
    server = Scripted(ok([{"id": 1}, {"id": 2}], total=3), ok([{"id": 2}, {"id": 3}], total=3))
    async with client_of(server) as client:
        assert [site.id for site in await client.sites()] == [1, 2, 3]
    assert dict(server.requests[1].url.params) == {"limit": "100", "offset": "2"}


async def test_a_list_of_neighbours_that_repeats_itself_comes_to_an_end() -> None:
    server = Scripted(ok([{"id": 1}], total=9), ok([{"id": 1}], total=9))
    async with client_of(server) as client:
        assert [site.id for site in await client.sites()] == [1]


# What is repeated ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", HARMLESS)
@pytest.mark.parametrize("trouble", PASSING)
async def test_what_does_no_harm_twice_is_tried_again(path: str, trouble: Callable[[], Step]) -> None:
    ask, results = HARMLESS[path]
    server = Scripted(trouble(), trouble(), ok(results, total=1))
    naps = Naps()
    async with client_of(server, naps=naps) as client:
        await ask(client)
    assert server.paths == [path] * 3
    assert len(naps.taken) == 2


@pytest.mark.parametrize("path", ONCE)
@pytest.mark.parametrize("trouble", PASSING)
async def test_completing_and_adding_are_sent_once_whatever_happens(path: str, trouble: Callable[[], Step]) -> None:
    server = Scripted(trouble())
    naps = Naps()
    async with client_of(server, naps=naps) as client:
        with pytest.raises(ApiError):
            await ONCE[path][0](client)
    assert server.paths == [path]
    assert naps.taken == []


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        (lambda: failure(403), Forbidden),
        (lambda: failure(404), NotFound),
        (lambda: failure(405), BadResponse),
        (lambda: failure(422), Rejected),
        (lambda: httpx.Response(200, text="<html>"), BadResponse),
    ],
)
async def test_what_will_not_get_better_is_not_tried_again(trouble: Callable[[], Step], kind: type[ApiError]) -> None:
    server = Scripted(trouble())
    async with client_of(server) as client:
        with pytest.raises(kind):
            await client.show(7)
    assert len(server.requests) == 1


async def test_the_last_error_is_told_when_no_try_is_left() -> None:
    server = Scripted(failure(500), httpx.ConnectError("refused"), failure(503))
    async with client_of(server) as client:
        with pytest.raises(ServerError) as caught:
            await client.me()
    assert caught.value.status == 503


async def test_the_waits_grow_and_are_jittered() -> None:
    naps = Naps()
    async with client_of(Scripted(*[failure(500) for _ in range(7)]), naps=naps, tries=7) as client:
        with pytest.raises(ServerError):
            await client.me()
    for nap, longest in zip(naps.taken, [0.5, 1, 2, 4, 8, 8], strict=True):
        assert longest / 2 <= nap <= longest
    assert len({nap / longest for nap, longest in zip(naps.taken, [0.5, 1, 2, 4, 8, 8], strict=True)}) == 6


async def test_a_wait_that_the_server_asks_for_is_kept() -> None:
    naps = Naps()
    async with client_of(Scripted(failure(429, headers={"Retry-After": "7"}), ok({"id": 1})), naps=naps) as client:
        await client.me()
    assert 7 < naps.taken[0] < 8


async def test_a_wait_too_long_is_left_to_the_caller() -> None:
    server = Scripted(failure(429, headers={"Retry-After": "31"}))
    async with client_of(server) as client:
        with pytest.raises(TooManyRequests) as caught:
            await client.me()
    assert caught.value.retry_after == 31


async def test_a_caller_with_its_own_patience_gets_each_error_at_once() -> None:
    server = Scripted(failure(500), failure(500), failure(500), ok({"id": 1}))
    async with client_of(server) as client:
        with pytest.raises(ServerError):
            await client.with_tries(1).me()
        with pytest.raises(ServerError):
            await client.with_tries(2).me()
        assert (await client.me()).id == 1


async def test_a_lock_that_any_try_may_have_taken_is_not_called_free() -> None:
    server = Scripted(httpx.ReadTimeout("late"), httpx.ConnectError("refused"), httpx.ConnectError("refused"))
    async with client_of(server) as client:
        with pytest.raises(Unreachable) as caught:
            await client.lock(7)
    assert not caught.value.sent
    assert caught.value.may_have_acted


async def test_a_lock_that_never_left_was_not_taken() -> None:
    async with client_of(Scripted(*[httpx.ConnectError("refused") for _ in range(3)])) as client:
        with pytest.raises(Unreachable) as caught:
            await client.lock(7)
    assert not caught.value.may_have_acted


async def test_a_failed_read_changed_nothing() -> None:
    async with client_of(Scripted(failure(500), httpx.ReadError("x"), failure(500))) as client:
        with pytest.raises(ServerError) as caught:
            await client.show(7)
    assert not caught.value.may_have_acted
