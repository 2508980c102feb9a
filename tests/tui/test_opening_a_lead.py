"""From the list to a lead in hand."""

from __future__ import annotations

from tests.tui.company import ANNA, BORIS, Company
from tests.tui.conftest import MakeApp, SitDown
from tests.tui.faults import Network


async def test_enter_locks_the_lead_on_the_server_and_puts_the_cursor_into_the_answer(
    company: Company, sit_down: SitDown
) -> None:
    lead_id = company.add("Иван Петров")
    async with sit_down() as anna:
        await anna.press("enter")
        assert company.lead(lead_id).locked_by == ANNA.id
        assert anna.focused == "answer"
        assert "LOCKED BY YOU 30 min" in anna.screen()
        assert f"Answer to #{lead_id} Иван Петров" in anna.screen()
        assert "mine 1" in anna.header


async def test_moving_the_cursor_previews_without_a_request_and_without_a_lock(
    company: Company, network: Network, sit_down: SitDown
) -> None:
    company.add("Первый", minutes=9, text="Первое слово")
    company.add("Второй", minutes=8, text="Второе слово")
    async with sit_down() as anna:
        network.forget()
        assert "Первое слово" in anna.screen()
        await anna.press("down")
        assert "Второе слово" in anna.screen()
        assert "Первое слово" not in anna.screen()
        await anna.press("up", "down", "up")
        assert network.sent == []
        assert company.locked() == []


async def test_a_lead_that_a_colleague_holds_opens_for_reading_and_names_them(
    company: Company, sit_down: SitDown
) -> None:
    lead_id = company.add("Иван Петров")
    company.lock(lead_id, BORIS)
    async with sit_down(size=(120, 40)) as anna:
        assert "LOCKED BY БОРИС ВЕТРОВ" in anna.screen()
        assert "locked by Борис Ветров" in anna.row_of("Иван Петров")
        await anna.press("enter")
        await anna.type("123")
        assert anna.answer.read_only
        assert anna.answer.text == ""
        assert "LOCKED BY БОРИС ВЕТРОВ" in anna.screen()
        assert "ctrl+s" not in anna.keys
        await anna.press("ctrl+s")
        assert company.lead(lead_id).result == "missed"
        assert company.lead(lead_id).locked_by == BORIS.id


async def test_a_colleague_who_was_a_moment_faster_is_named_although_the_list_did_not_know(
    company: Company, sit_down: SitDown
) -> None:
    lead_id = company.add("Иван Петров")
    async with sit_down() as anna:
        company.lock(lead_id, BORIS)
        await anna.press("enter")
        assert "LOCKED BY БОРИС ВЕТРОВ" in anna.screen()
        assert anna.answer.read_only


async def test_what_was_typed_before_the_refusal_arrived_is_kept(company: Company, sit_down: SitDown) -> None:
    lead_id = company.add("Иван Петров")
    async with sit_down() as anna:
        company.lock(lead_id, BORIS)
        gate = anna.network.hold("leads/lock")
        await anna.press("enter")
        await anna.type("Уже пишу")
        gate.set()
        await anna.settle()
        assert anna.answer.read_only
        assert anna.answer.text == "Уже пишу"
        assert "LOCKED BY БОРИС ВЕТРОВ" in anna.screen()


async def test_asking_once_more_takes_the_lead_that_the_colleague_has_let_go(
    company: Company, sit_down: SitDown
) -> None:
    lead_id = company.add("Иван Петров")
    company.lock(lead_id, BORIS)
    async with sit_down() as anna:
        await anna.press("enter")
        company.unlock(lead_id)
        await anna.press("ctrl+l")
        assert company.lead(lead_id).locked_by == ANNA.id
        assert "LOCKED BY YOU" in anna.screen()
        assert not anna.answer.read_only


async def test_opening_another_lead_gives_the_first_one_back(company: Company, sit_down: SitDown) -> None:
    first, second = company.add("Первый", minutes=9), company.add("Второй", minutes=8)
    async with sit_down() as anna:
        await anna.press("enter", "escape", "down", "enter")
        assert company.lead(first).is_free
        assert company.lead(second).locked_by == ANNA.id
        assert f"Answer to #{second} Второй" in anna.screen()


async def test_the_open_lead_stays_on_the_screen_whatever_the_inbox_cursor_does(
    company: Company, sit_down: SitDown
) -> None:
    company.add("Первый", minutes=9, text="Первое слово")
    company.add("Второй", minutes=8, text="Второе слово")
    async with sit_down() as anna:
        await anna.press("enter", "escape", "down")
        assert anna.under_cursor == "Второй"
        assert "Первое слово" in anna.screen()
        assert "Answer to #1042 Первый" in anna.screen()


async def test_the_lock_is_renewed_in_time_without_a_key(
    company: Company, make_app: MakeApp, sit_down: SitDown
) -> None:
    lead_id = company.add("Иван Петров")
    async with sit_down(make_app(settings={"poll_seconds": 300})) as anna:
        await anna.press("enter")
        await anna.advance(35 * 60)
        assert company.lead(lead_id).locked_by == ANNA.id
        assert "LOCKED BY YOU" in anna.screen()
