"""A network that fails: what stays, what is said, and how it heals."""

from __future__ import annotations

import pytest

from tests.tui.company import ANNA, Company
from tests.tui.conftest import MakeApp, SitDown
from tests.tui.faults import Fault, Network

POLL = 20
FAILURES = [Fault.REFUSED, Fault.TIMED_OUT, Fault.ANSWER_LOST, Fault.BROKEN, Fault.RUBBISH]


@pytest.mark.parametrize("fault", FAILURES)
async def test_rows_stay_the_header_says_since_when_the_server_is_away_and_it_heals_by_itself(
    fault: Fault, company: Company, network: Network, sit_down: SitDown
) -> None:
    company.add("Первый", minutes=9)
    async with sit_down() as anna:
        network.fail(fault)
        await anna.advance(POLL)
        assert anna.names == ["Первый"]
        assert "offline since 14:02" in anna.header
        assert "next try in" in anna.header
        assert "All answered" not in anna.screen()
        await anna.advance(5 * 60)
        company.add("Новый", minutes=1)
        network.heal()
        await anna.advance(150)
        assert "offline" not in anna.header
        assert anna.names == ["Первый", "Новый"]


@pytest.mark.parametrize("fault", FAILURES)
async def test_a_list_that_never_came_is_a_failure_in_words_and_not_an_empty_inbox(
    fault: Fault, company: Company, network: Network, sit_down: SitDown
) -> None:
    company.add("Первый", minutes=9)
    network.fail(fault, "listrouted")
    async with sit_down() as anna:
        assert "The inbox could not be loaded." in anna.list_words
        assert "All answered" not in anna.screen()
        assert "Inbox 0" not in anna.screen()
        network.heal()
        await anna.advance(POLL)
        assert anna.names == ["Первый"]


async def test_a_list_that_is_forbidden_is_not_an_empty_inbox(
    company: Company, network: Network, sit_down: SitDown
) -> None:
    company.add("Первый", minutes=9)
    network.answer("listrouted", 403, '{"code": 403, "message": "Forbidden"}')
    async with sit_down() as anna:
        assert "All answered" not in anna.screen()
        assert "Inbox 0" not in anna.screen()
        assert "does not allow you this" in anna.list_words
        assert "refused since 14:02" in anna.header


async def test_before_the_first_answer_the_screen_says_that_it_is_loading(
    company: Company, network: Network, sit_down: SitDown
) -> None:
    company.add("Первый", minutes=9)
    gate = network.hold("listrouted")
    async with sit_down() as anna:
        assert "Loading…" in anna.screen()
        assert "All answered" not in anna.screen()
        gate.set()
        await anna.settle()
        assert anna.names == ["Первый"]


@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.RUBBISH])
async def test_a_server_that_is_away_at_the_start_is_tried_until_it_is_there(
    fault: Fault, company: Company, network: Network, sit_down: SitDown
) -> None:
    company.add("Первый", minutes=9)
    network.fail(fault, "employees/me")
    async with sit_down() as anna:
        assert anna.notice
        assert "All answered" not in anna.screen()
        network.heal()
        await anna.advance(10)
        assert anna.names == ["Первый"]
        assert anna.notice == ""


async def test_without_employees_me_the_desk_works_and_says_what_is_weaker(
    company: Company, network: Network, sit_down: SitDown
) -> None:
    company.add("Первый", minutes=9)
    network.answer("employees/me", 404, '{"code": 404, "message": "Not Found"}')
    async with sit_down() as anna:
        assert anna.names == ["Первый"]
        assert "does not say who you are" in anna.notice


@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.ANSWER_LOST])
async def test_a_lock_that_could_not_be_asked_for_is_said_to_be_uncertain_and_typing_goes_on(
    fault: Fault, company: Company, network: Network, sit_down: SitDown
) -> None:
    lead_id = company.add("Первый", minutes=9)
    async with sit_down() as anna:
        network.fail(fault)
        await anna.press("enter")
        await anna.type("Пишу")
        assert "LOCK NOT CERTAIN" in anna.screen()
        assert anna.answer.text == "Пишу"
        network.heal()
        await anna.advance(70)
        assert "LOCKED BY YOU" in anna.screen()
        assert company.lead(lead_id).locked_by == ANNA.id


async def test_a_lock_that_cannot_be_renewed_is_at_risk_and_then_uncertain(
    company: Company, network: Network, sit_down: SitDown
) -> None:
    company.add("Первый", minutes=9)
    async with sit_down() as anna:
        await anna.press("enter")
        network.fail(Fault.REFUSED)
        await anna.advance(26 * 60)
        assert "LOCK AT RISK" in anna.screen()
        await anna.advance(5 * 60)
        assert "LOCK NOT CERTAIN" in anna.screen()
        assert not anna.answer.read_only


async def test_a_lead_that_cannot_be_loaded_says_so_and_keeps_what_the_list_knew(
    company: Company, network: Network, sit_down: SitDown
) -> None:
    company.add("Первый", minutes=9, text="Из списка")
    async with sit_down() as anna:
        network.fail(Fault.BROKEN, "showrouted")
        await anna.press("enter")
        assert "Из списка" in anna.screen()
        assert "LOCKED BY YOU" in anna.screen()


async def test_a_suspended_machine_asks_for_its_lock_again(company: Company, sit_down: SitDown) -> None:
    lead_id = company.add("Первый", minutes=9)
    async with sit_down() as anna:
        await anna.press("enter")
        anna.clock.jump(3 * 3600)
        assert company.lead(lead_id).is_free
        await anna.advance(15)
        assert company.lead(lead_id).locked_by == ANNA.id
        assert "LOCKED BY YOU" in anna.screen()


async def test_a_token_that_ran_out_is_renewed_and_nobody_notices(
    company: Company, network: Network, sit_down: SitDown
) -> None:
    lead_id = company.add("Первый", minutes=9)
    async with sit_down() as anna:
        await anna.press("enter")
        await anna.type("Мой ответ")
        company.end_sign_ins("access")
        await anna.press("ctrl+s")
        assert company.lead(lead_id).answer == "Мой ответ"
        assert "the server holds your text" in anna.notice
        assert network.count("oauth2/token") == 2


async def test_a_sign_in_that_has_ended_asks_for_the_password_and_then_sends_what_was_typed(
    company: Company, make_app: MakeApp, sit_down: SitDown
) -> None:
    lead_id = company.add("Первый", minutes=9)
    async with sit_down(make_app()) as anna:
        await anna.press("enter")
        await anna.type("Мой ответ")
        company.end_sign_ins()
        await anna.press("ctrl+s")
        assert company.lead(lead_id).result == "missed"
        assert "sign in again" in anna.notice
        await anna.press("f5")
        assert "Password" in anna.screen()
        await anna.type("demo")
        await anna.press("enter")
        assert company.lead(lead_id).answer == "Мой ответ"
        assert "the server holds your text" in anna.notice
