"""The sign-in lasts as long as it can, is renewed once for all, and ends in plain words."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Callable
from urllib.parse import parse_qsl

import httpx
import pytest

from leads_tui.api.auth import Session
from leads_tui.api.client import LeadsClient
from leads_tui.api.errors import ApiError, BadResponse, Forbidden, NotSignedIn, TimedOut, Unreachable, WrongPassword
from leads_tui.api.models import Token
from tests.unit.scripted import BASE, Scripted, Step, client_of, failure, granted, ok

OLD = Token(access_token="old", refresh_token="refresh")


class Clock:
    """A monotonic clock that stands still until it is moved."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Granting:
    """Stands in for the server: gives numbered tokens when it is let, and counts how often it was asked."""

    def __init__(self, *, expires_in: float | None = 3600, refresh_token: str | None = None) -> None:
        self.asked: list[str | None] = []
        self.error: ApiError | None = None
        self.let = asyncio.Event()
        self.let.set()
        self.expires_in = expires_in
        self.refresh_token = refresh_token

    async def __call__(self, old: Token) -> Token:
        self.asked.append(old.refresh_token)
        await self.let.wait()
        if self.error:
            raise self.error
        return Token(
            access_token=f"new-{len(self.asked)}", expires_in=self.expires_in, refresh_token=self.refresh_token
        )


async def test_a_token_is_given_as_it_is_while_it_is_good() -> None:
    grant = Granting()
    session = Session(OLD, grant)
    assert await session.current() is OLD
    assert grant.asked == []


@pytest.mark.parametrize(("life", "good_until"), [(3600, 3570), (100, 90), (10, 9), (1, 0.9)])
async def test_a_token_is_renewed_shortly_before_its_end(life: float, good_until: float) -> None:
    grant, clock = Granting(), Clock()
    session = Session(OLD.model_copy(update={"expires_in": life}), grant, monotonic=clock)
    clock.now += good_until - 0.01
    assert (await session.current()).access_token == "old"
    clock.now += 0.02
    assert (await session.current()).access_token == "new-1"


async def test_the_life_of_a_renewed_token_counts_from_before_it_was_asked_for() -> None:
    grant, clock = Granting(expires_in=100), Clock()
    session = Session(OLD, grant, monotonic=clock)
    grant.let.clear()
    renewal = asyncio.ensure_future(session.renew(OLD))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    clock.now += 89
    grant.let.set()
    assert (await renewal).access_token == "new-1"
    clock.now += 2
    assert (await session.current()).access_token == "new-2"


async def test_an_expired_token_without_a_refresh_token_is_left_to_the_server() -> None:
    grant, clock = Granting(), Clock()
    session = Session(Token(access_token="old", expires_in=5), grant, monotonic=clock)
    clock.now += 60
    assert (await session.current()).access_token == "old"


async def test_many_who_were_refused_share_one_refresh() -> None:
    grant = Granting()
    session = Session(OLD, grant)
    tokens = await asyncio.gather(*[session.renew(OLD) for _ in range(20)])
    assert {token.access_token for token in tokens} == {"new-1"}
    assert grant.asked == ["refresh"]


async def test_one_who_was_refused_before_the_renewal_gets_the_new_token_without_another() -> None:
    grant = Granting()
    session = Session(OLD, grant)
    await session.renew(OLD)
    assert (await session.renew(OLD)).access_token == "new-1"
    assert len(grant.asked) == 1


async def test_one_who_is_cancelled_leaves_the_others_their_refresh() -> None:
    grant = Granting()
    grant.let.clear()
    session = Session(OLD, grant)
    first, second = (asyncio.ensure_future(session.renew(OLD)) for _ in range(2))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    grant.let.set()
    assert (await second).access_token == "new-1"


async def test_a_refresh_that_nobody_waits_for_any_more_still_keeps_its_token() -> None:
    grant = Granting(refresh_token="rotated")
    grant.let.clear()
    stored: list[Token] = []
    session = Session(OLD, grant, on_change=stored.append)
    only = asyncio.ensure_future(session.renew(OLD))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    only.cancel()
    grant.let.set()
    await session.aclose()
    assert [token.refresh_token for token in stored] == ["rotated"]


async def test_a_failed_refresh_that_nobody_waits_for_makes_no_noise(caplog: pytest.LogCaptureFixture) -> None:
    grant = Granting()
    grant.let.clear()
    grant.error = Unreachable("gone")
    session = Session(OLD, grant)
    only = asyncio.ensure_future(session.renew(OLD))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    only.cancel()
    grant.let.set()
    await session.aclose()
    assert caplog.text == ""
    assert session.token is OLD


async def test_closing_does_not_wait_for_ever_for_a_refresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leads_tui.api.auth.CLOSING_GRACE", 0.01)
    grant = Granting()
    grant.let.clear()
    session = Session(OLD, grant)
    waiting = asyncio.ensure_future(session.renew(OLD))
    await asyncio.sleep(0)
    await session.aclose()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_a_refresh_token_that_is_not_renewed_goes_on_being_used() -> None:
    grant = Granting(refresh_token=None)
    session = Session(OLD, grant)
    await session.renew(await session.current())
    await session.renew(await session.current())
    assert grant.asked == ["refresh", "refresh"]


async def test_a_refused_refresh_token_is_not_tried_again() -> None:
    grant = Granting()
    grant.error = NotSignedIn("no")
    session = Session(OLD, grant)
    for _ in range(2):
        with pytest.raises(NotSignedIn):
            await session.renew(OLD)
    assert len(grant.asked) == 1


async def test_a_network_that_fails_during_a_refresh_does_not_end_the_sign_in() -> None:
    grant = Granting()
    grant.error = TimedOut("late")
    session = Session(OLD, grant)
    with pytest.raises(TimedOut) as caught:
        await session.renew(OLD)
    assert not caught.value.may_have_acted
    grant.error = None
    assert (await session.renew(OLD)).access_token == "new-2"


async def test_signing_in_again_during_a_refresh_counts_for_more() -> None:
    grant = Granting()
    grant.let.clear()
    session = Session(OLD, grant)
    renewal = asyncio.ensure_future(session.renew(OLD))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    mine = Token(access_token="mine")
    session.replace(mine)
    grant.let.set()
    assert await renewal is mine
    assert session.token is mine


async def test_a_refresh_does_not_sign_in_whoever_signed_out_meanwhile() -> None:
    grant = Granting()
    grant.let.clear()
    session = Session(OLD, grant)
    renewal = asyncio.ensure_future(session.renew(OLD))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    session.forget()
    grant.let.set()
    with pytest.raises(NotSignedIn):
        await renewal
    assert session.token is None


async def test_a_disk_that_cannot_store_the_token_does_not_end_the_sign_in(caplog: pytest.LogCaptureFixture) -> None:
    def full(_token: Token) -> None:
        raise OSError(28, "No space left on device")

    session = Session(OLD, Granting(), on_change=full)
    with caplog.at_level(logging.WARNING):
        assert (await session.renew(OLD)).access_token == "new-1"
    assert (await session.current()).access_token == "new-1"
    assert "No space left on device" in caplog.text
    assert "new-1" not in caplog.text


# Over the client -------------------------------------------------------------------------------------------------


async def test_signing_in_asks_as_oauth_says_and_the_next_call_uses_the_token() -> None:
    server = Scripted(granted("mine"), ok({"id": 1}))
    stored: list[Token] = []
    async with LeadsClient(BASE, transport=server, on_token=stored.append) as client:
        token = await client.sign_in("anna@demo.example", "pä&ss")
        await client.me()
    assert dict(parse_qsl(server.requests[0].content.decode())) == {
        "grant_type": "password",
        "username": "anna@demo.example",
        "password": "pä&ss",
    }
    assert server.requests[0].method == "POST"
    assert server.tokens == [None, "mine"]
    assert stored == [token]


async def test_a_grant_wrapped_like_other_answers_is_taken_too() -> None:
    async with LeadsClient(BASE, transport=Scripted(ok({"access_token": "mine"}))) as client:
        assert (await client.sign_in("anna@demo.example", "demo")).access_token == "mine"


@pytest.mark.parametrize("refusal", [lambda: failure(400, error="invalid_grant"), lambda: failure(401)])
async def test_a_wrong_password_is_told_apart(refusal: Callable[[], Step]) -> None:
    server = Scripted(refusal())
    async with LeadsClient(BASE, transport=server) as client:
        with pytest.raises(WrongPassword):
            await client.sign_in("anna@demo.example", "wrong")
    assert client.session.token is None
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        (failure(400, error="unsupported_grant_type"), BadResponse),
        (failure(400), BadResponse),
        (failure(403), Forbidden),
        (httpx.Response(200, text="<html>"), BadResponse),
        (httpx.Response(200), BadResponse),
        (ok(True), BadResponse),
        (httpx.Response(200, json={"access_token": "x", "token_type": "mac"}), BadResponse),
        (httpx.ConnectError("x"), Unreachable),
        (httpx.ReadTimeout("x"), TimedOut),
    ],
)
async def test_other_trouble_while_signing_in_is_no_wrong_password(trouble: Step, kind: type[ApiError]) -> None:
    server = Scripted(trouble)
    async with LeadsClient(BASE, transport=server) as client:
        with pytest.raises(kind) as caught:
            await client.sign_in("anna@demo.example", "demo")
    assert not isinstance(caught.value, WrongPassword)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "refusal",
    [
        lambda: failure(400, error="invalid_grant"),
        lambda: failure(400, error="unsupported_grant_type"),
        lambda: failure(401),
    ],
)
async def test_a_refused_refresh_ends_the_sign_in(refusal: Callable[[], Step]) -> None:
    async with client_of(Scripted(failure(401), refusal())) as client:
        with pytest.raises(NotSignedIn) as caught:
            await client.lock(7)
    assert not isinstance(caught.value, WrongPassword)


async def test_refreshing_can_be_asked_for() -> None:
    server = Scripted(granted("second", refresh="rotated"))
    async with client_of(server) as client:
        assert (await client.refresh()).refresh_token == "rotated"


@pytest.mark.parametrize(
    ("answer", "is_good"), [(ok(True), True), (ok(None), True), (ok(False), False), (failure(401), False)]
)
async def test_a_token_can_be_checked_without_renewing_it(answer: Step, is_good: bool) -> None:
    server = Scripted(answer)
    async with client_of(server) as client:
        assert await client.validate_token() is is_good
    assert server.paths == ["oauth2/validatetoken"]
    assert server.tokens == ["first"]


@pytest.mark.parametrize("answer", [ok(None), failure(401), httpx.Response(204)])
async def test_signing_out_tells_the_server_and_forgets_the_token(answer: Step) -> None:
    server = Scripted(answer)
    async with client_of(server) as client:
        await client.sign_out()
        with pytest.raises(NotSignedIn):
            await client.me()
    assert server.paths == ["oauth2/logout"]
    assert server.tokens == ["first"]


async def test_signing_out_without_a_network_forgets_the_token_and_says_so() -> None:
    async with client_of(Scripted(httpx.ConnectError("x"))) as client:
        with pytest.raises(Unreachable):
            await client.sign_out()
        assert client.session.token is None


async def test_a_password_is_in_no_report() -> None:
    async with LeadsClient(BASE, transport=Scripted(httpx.ReadTimeout("x"))) as client:
        password = "".join(["hun", "ter2"])
        with pytest.raises(TimedOut) as caught:
            await client.sign_in("anna@demo.example", password)
    frames = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    # The first frame is this test, which knows the password of course.
    frames.stack = traceback.StackSummary.from_list(list(frames.stack)[1:])
    assert "hunter2" not in "".join(frames.format())
