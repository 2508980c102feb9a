"""One sign-in kept in one file and used by two windows: what the one renewed serves the other."""

from __future__ import annotations

import asyncio

import pytest

from leads_tui.api.auth import Session
from leads_tui.api.errors import NotSignedIn
from leads_tui.api.models import Token


class RotatingServer:
    """Takes each refresh token once, and keeps in `file` what the windows store."""

    def __init__(self) -> None:
        self.file = Token(access_token="a0", refresh_token="r0")
        self._good = "r0"
        self._count = 0

    async def refresh(self, old: Token) -> Token:
        await asyncio.sleep(0)
        if old.refresh_token != self._good:
            raise NotSignedIn("used before")
        self._count += 1
        self._good = f"r{self._count}"
        return Token(access_token=f"a{self._count}", refresh_token=self._good)

    def revoke(self) -> None:
        self._good = ""

    async def read(self) -> Token | None:
        await asyncio.sleep(0)
        return self.file

    def write(self, token: Token) -> None:
        self.file = token

    def window(self) -> Session:
        session = Session(self.file, self.refresh, on_change=self.write)
        session.reload = self.read
        return session


async def test_a_window_whose_refresh_token_was_used_by_another_takes_what_that_one_stored() -> None:
    server = RotatingServer()
    first, second = server.window(), server.window()
    refused = server.file

    renewed = await first.renew(refused)
    taken = await second.renew(refused)

    assert taken == renewed == await second.current()


async def test_windows_go_on_renewing_in_turn() -> None:
    server = RotatingServer()
    windows = [server.window(), server.window()]

    for turn in range(6):
        window = windows[turn % 2]
        await window.renew(await window.current())

    assert (await windows[1].current()).access_token == server.file.access_token


async def test_a_window_that_was_signed_out_goes_on_once_another_has_signed_in() -> None:
    server = RotatingServer()
    session = server.window()
    server.revoke()
    with pytest.raises(NotSignedIn):
        await session.renew(server.file)

    server.file = Token(access_token="fresh", refresh_token="r9")

    assert (await session.renew(await session.current())).access_token == "fresh"


async def test_a_pasted_token_that_an_administrator_replaced_is_taken_up() -> None:
    server = RotatingServer()
    server.file = old = Token(access_token="pasted")
    session = server.window()
    server.file = Token(access_token="pasted anew")

    assert (await session.renew(old)).access_token == "pasted anew"


async def test_a_store_that_holds_nothing_newer_or_cannot_be_read_leaves_the_window_signed_out() -> None:
    server = RotatingServer()
    session = server.window()
    server.revoke()

    async def refuse() -> Token | None:
        raise PermissionError(13, "Permission denied")

    for reload in (server.read, refuse):
        session.reload = reload
        with pytest.raises(NotSignedIn):
            await session.renew(await session.current())


async def test_who_signed_in_here_while_the_store_was_read_is_not_overruled() -> None:
    server = RotatingServer()
    session = server.window()
    server.revoke()
    mine = Token(access_token="mine")

    async def read_while_signing_in() -> Token | None:
        session.replace(mine)
        return Token(access_token="theirs")

    session.reload = read_while_signing_in

    assert await session.renew(Token(access_token="a0")) == mine
    assert await session.current() == mine
