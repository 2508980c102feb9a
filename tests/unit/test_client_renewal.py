"""A refused token is renewed once, and whatever was under way goes on."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qsl

import httpx
import pytest

from leads_tui.api.client import LeadsClient
from leads_tui.api.errors import NotSignedIn, TimedOut
from leads_tui.api.models import Token
from tests.unit.scripted import ALL, Scripted, client_of, failure, granted, ok


@pytest.mark.parametrize("path", ALL)
async def test_a_refused_token_is_renewed_once_and_the_call_goes_on(path: str) -> None:
    ask, results = ALL[path]
    server = Scripted(failure(401), granted("second"), ok(results, total=1))
    stored: list[Token] = []
    async with client_of(server, on_token=stored.append) as client:
        await ask(client)
    assert server.paths == [path, "oauth2/token", path]
    assert server.tokens == ["first", None, "second"]
    assert dict(parse_qsl(server.requests[1].content.decode())) == {
        "grant_type": "refresh_token",
        "refresh_token": "refresh",
    }
    assert server.requests[0].content == server.requests[2].content
    assert [token.access_token for token in stored] == ["second"]


@pytest.mark.parametrize("path", ALL)
async def test_a_renewed_token_that_is_refused_too_ends_the_sign_in(path: str) -> None:
    server = Scripted(failure(401), granted("second"), failure(401))
    async with client_of(server) as client:
        with pytest.raises(NotSignedIn):
            await ALL[path][0](client)
    assert len(server.requests) == 3


async def test_one_call_renews_the_token_once_however_often_it_is_tried() -> None:
    server = Scripted(failure(401), granted("second"), failure(503), failure(401))
    async with client_of(server) as client:
        with pytest.raises(NotSignedIn):
            await client.me()
    assert server.paths == ["employees/me", "oauth2/token", "employees/me", "employees/me"]


@pytest.mark.parametrize("path", ALL)
async def test_a_pasted_token_that_is_refused_ends_the_sign_in_at_once(path: str) -> None:
    server = Scripted(failure(401))
    async with client_of(server, token=Token(access_token="pasted")) as client:
        with pytest.raises(NotSignedIn) as caught:
            await ALL[path][0](client)
    assert caught.value.call == path
    assert server.paths == [path]


async def test_a_completing_that_fails_after_the_renewal_is_not_sent_a_third_time() -> None:
    server = Scripted(failure(401), granted("second"), httpx.ReadTimeout("late"))
    async with client_of(server) as client:
        with pytest.raises(TimedOut) as caught:
            await client.set_completed(7, "Да")
    assert caught.value.may_have_acted
    assert server.paths == ["leads/setcompleted", "oauth2/token", "leads/setcompleted"]


async def test_a_completing_refused_before_a_renewal_that_got_lost_was_not_carried_out() -> None:
    server = Scripted(failure(401), httpx.ReadTimeout("late"))
    async with client_of(server) as client:
        with pytest.raises(TimedOut) as caught:
            await client.set_completed(7, "Да")
    assert not caught.value.may_have_acted


async def test_one_refresh_serves_all_calls_refused_at_once() -> None:
    async def answer(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        if request.url.path.endswith("oauth2/token"):
            return granted("second")
        return ok({"id": 1}) if request.headers["Authorization"] == "Bearer second" else failure(401)

    server = Scripted(*[answer] * 21)
    async with client_of(server) as client:
        found = await asyncio.gather(*[client.me() for _ in range(10)])
    assert [employee.id for employee in found] == [1] * 10
    assert server.paths.count("oauth2/token") == 1


async def test_calls_go_on_after_signing_in_again_in_place() -> None:
    server = Scripted(failure(401), failure(400, error="invalid_grant"), failure(401), ok({"id": 1}))
    async with client_of(server) as client:
        for _ in range(2):
            with pytest.raises(NotSignedIn):
                await client.me()
        client.session.replace(Token(access_token="fresh"))
        assert (await client.me()).id == 1
    assert server.paths == ["employees/me", "oauth2/token", "employees/me", "employees/me"]
    assert server.tokens[-1] == "fresh"


async def test_without_a_token_nothing_is_sent() -> None:
    server = Scripted()
    async with LeadsClient("http://localhost:1/v2", transport=server) as client:
        with pytest.raises(NotSignedIn, match="nobody is signed in"):
            await client.me()
        with pytest.raises(NotSignedIn):
            await client.refresh()
        assert not await client.validate_token()
        await client.sign_out()
