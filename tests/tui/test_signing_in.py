"""The first start, and every other that has no good token."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from leads_tui.api.models import Token
from leads_tui.credentials import StoredSession, read_token, write_token
from leads_tui.settings import Paths
from tests.tui.at_desk import Operator
from tests.tui.company import ANNA, Company
from tests.tui.conftest import ADDRESS, PASSWORD, MakeApp, SitDown
from tests.tui.faults import Fault, Network

FIRST_START: dict[str, Any] = {"api_url": None}


@pytest.fixture
def token_file(state_dir: Path) -> Path:
    return Paths(config_file=state_dir / "config.toml", state_dir=state_dir).token_file


async def fill_in(anna: Operator, *values: str) -> None:
    for value in values:
        await anna.paste(value)
        await anna.press("enter")


def message(anna: Operator) -> str:
    return str(anna.app.screen.query_one("#sign-in-message").render())


def mode_and_values(token_file: Path) -> tuple[int, list[object]]:
    return token_file.stat().st_mode & 0o777, list(json.loads(token_file.read_text()).values())


async def test_the_first_start_asks_and_then_shows_the_desk_and_stores_only_the_token(
    company: Company, make_app: MakeApp, sit_down: SitDown, token_file: Path
) -> None:
    company.add("Первый")

    def store(api_url: str, email: str, token: Token) -> None:
        write_token(token_file, token, api_url=api_url, email=email)

    async with sit_down(make_app(settings=FIRST_START, is_signed_in=False, store=store)) as anna:
        assert "Server address" in anna.screen()
        await fill_in(anna, ADDRESS, ANNA.email, PASSWORD)
        assert anna.names == ["Первый"]
        assert ANNA.email in anna.header
        session = read_token(token_file)
        assert session is not None
        assert (session.api_url, session.email) == (ADDRESS, ANNA.email)
        assert mode_and_values(token_file)[0] == 0o600
        assert PASSWORD not in mode_and_values(token_file)[1]


async def test_a_stored_token_is_enough(company: Company, make_app: MakeApp, sit_down: SitDown) -> None:
    company.add("Первый")
    tokens: list[Token] = []
    app = make_app(is_signed_in=False, store=lambda _url, _email, token: tokens.append(token))
    async with sit_down(app) as anna:
        await fill_in(anna, ANNA.email, PASSWORD)
    session = StoredSession(ADDRESS, ANNA.email, tokens[0])
    async with sit_down(make_app(session=session)) as anna:
        assert anna.names == ["Первый"]


async def test_a_stored_token_that_the_server_does_not_take_leads_to_the_sign_in(
    company: Company, make_app: MakeApp, sit_down: SitDown
) -> None:
    company.add("Первый")
    session = StoredSession(ADDRESS, ANNA.email, Token(access_token="stale"))
    async with sit_down(make_app(session=session)) as anna:
        assert "does not take the stored sign-in any more" in message(anna)
        assert anna.focused == "password"
        await fill_in(anna, PASSWORD)
        assert anna.names == ["Первый"]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("leads.example/v2", "lacks https://"),
        ("http://leads.example/v2", "would show your token"),
        ("ftp://leads.example", "ftp:// is not a way"),
        ("https://anna:demo@leads.example/v2", "must not hold a user name or password"),
        ("https://[leads", "not readable"),
    ],
)
async def test_a_bad_address_is_told_where_it_was_typed_and_nothing_is_sent(
    address: str, words: str, network: Network, make_app: MakeApp, sit_down: SitDown
) -> None:
    async with sit_down(make_app(settings=FIRST_START, is_signed_in=False)) as anna:
        await fill_in(anna, address, ANNA.email, PASSWORD)
        assert words in " ".join(message(anna).split())
        assert anna.focused == "api-url"
        assert network.sent == []


async def test_a_wrong_password_is_told_and_emptied_and_the_rest_stays(
    company: Company, make_app: MakeApp, sit_down: SitDown
) -> None:
    company.add("Первый")
    async with sit_down(make_app(is_signed_in=False)) as anna:
        await fill_in(anna, ANNA.email, "wrong")
        assert "does not know this e-mail" in message(anna)
        assert anna.focused == "password"
        assert ANNA.email in anna.screen()
        await fill_in(anna, PASSWORD)
        assert anna.names == ["Первый"]


@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.TIMED_OUT, Fault.ANSWER_LOST, Fault.BROKEN, Fault.RUBBISH])
async def test_a_server_that_cannot_be_asked_is_told_and_a_second_try_succeeds(
    fault: Fault, company: Company, network: Network, make_app: MakeApp, sit_down: SitDown
) -> None:
    company.add("Первый")
    network.fail(fault)
    async with sit_down(make_app(is_signed_in=False)) as anna:
        await fill_in(anna, ANNA.email, PASSWORD)
        assert "server" in message(anna) or "address" in message(anna)
        assert "Asking" not in message(anna)
        network.heal()
        await anna.press("enter")
        assert anna.names == ["Первый"]


async def test_the_password_is_never_on_the_screen(make_app: MakeApp, sit_down: SitDown) -> None:
    async with sit_down(make_app(is_signed_in=False)) as anna:
        await fill_in(anna, ANNA.email)
        await anna.type("hunter2")
        assert "hunter2" not in anna.screen()
        assert "•••••••" in anna.screen()


async def test_a_token_that_cannot_be_stored_is_said_and_the_desk_works(
    company: Company, make_app: MakeApp, sit_down: SitDown
) -> None:
    company.add("Первый")

    def store(_api_url: str, _email: str, _token: Token) -> None:
        raise OSError(28, "No space left on device")

    async with sit_down(make_app(is_signed_in=False, store=store)) as anna:
        await fill_in(anna, ANNA.email, PASSWORD)
        assert anna.names == ["Первый"]
        assert "cannot be stored" in anna.notice
        assert "No space left" in anna.notice


async def test_escape_does_not_leave_a_first_sign_in_for_an_empty_desk(make_app: MakeApp, sit_down: SitDown) -> None:
    async with sit_down(make_app(settings=FIRST_START, is_signed_in=False)) as anna:
        await anna.press("escape")
        await anna.settle()
        assert anna.app.is_running
        assert "Server address" in anna.screen() or "f5" in anna.screen()


async def test_what_was_typed_survives_a_sign_in_that_ended_and_began_anew(
    company: Company, make_app: MakeApp, sit_down: SitDown
) -> None:
    lead_id = company.add("Первый")
    async with sit_down(make_app()) as anna:
        await anna.press("enter")
        await anna.type("Пишу, пишу")
        company.end_sign_ins()
        await anna.advance(20)
        assert "signed out; f5 signs in" in anna.header
        await anna.press("f5")
        await fill_in(anna, PASSWORD)
        assert anna.answer.text == "Пишу, пишу"
        assert company.lead(lead_id).locked_by == ANNA.id
        assert "signed out" not in anna.header
        assert company.lead(lead_id).result == "missed"
