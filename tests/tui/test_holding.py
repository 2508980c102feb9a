"""An answer that still waits to be sent, and a lead that nobody has touched for long."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.company import ANNA, BORIS, Company
from tests.tui.conftest import MakeApp, SitDown
from tests.tui.test_leaving import drafts_on_disk


async def test_a_sent_answer_waits_five_seconds_and_is_then_stored(
    company: Company, make_app: MakeApp, sit_down: SitDown
) -> None:
    lead_id = company.add("Первый")
    async with sit_down(make_app(settings={"hold_seconds": 5})) as anna:
        await anna.press("enter")
        await anna.type("Мой ответ")
        await anna.press("ctrl+s")
        assert company.lead(lead_id).result == "missed"
        assert company.lead(lead_id).locked_by == ANNA.id
        await anna.advance(4)
        assert company.lead(lead_id).result == "missed"
        await anna.advance(2)
        assert company.lead(lead_id).answer == "Мой ответ"
        assert company.lead(lead_id).is_free
        assert "the server holds your text" in anna.notice


@pytest.mark.parametrize("key", ["f4", "u", "г"])
async def test_a_waiting_answer_is_taken_back_and_its_text_is_in_hand_again(
    key: str, company: Company, make_app: MakeApp, sit_down: SitDown
) -> None:
    lead_id = company.add("Первый", minutes=9)
    company.add("Второй", minutes=8)
    async with sit_down(make_app(settings={"hold_seconds": 5})) as anna:
        await anna.press("enter")
        await anna.type("Мой ответ")
        await anna.press("ctrl+s", key)
        await anna.advance(30)
        assert company.lead(lead_id).result == "missed"
        assert company.lead(lead_id).locked_by == ANNA.id
        assert anna.answer.text == "Мой ответ"
        assert anna.focused == "answer"


async def test_the_next_lead_can_be_opened_while_an_answer_waits(
    company: Company, make_app: MakeApp, sit_down: SitDown
) -> None:
    first, second = company.add("Первый", minutes=9), company.add("Второй", minutes=8)
    async with sit_down(make_app(settings={"hold_seconds": 5})) as anna:
        await anna.press("enter")
        await anna.type("Первый ответ")
        await anna.press("ctrl+s")
        assert anna.focused == "inbox"
        assert anna.under_cursor == "Второй"
        await anna.press("enter")
        await anna.type("Второй ответ")
        await anna.advance(6)
        assert company.lead(first).answer == "Первый ответ"
        assert anna.answer.text == "Второй ответ"
        assert company.lead(second).locked_by == ANNA.id
        assert anna.focused == "answer"


async def test_quitting_while_an_answer_waits_sends_nothing_and_keeps_the_draft(
    company: Company, make_app: MakeApp, sit_down: SitDown, state_dir: Path
) -> None:
    lead_id = company.add("Первый")
    async with sit_down(make_app(settings={"hold_seconds": 5})) as anna:
        await anna.press("enter")
        await anna.type("Мой ответ")
        await anna.press("ctrl+s", "ctrl+q")
        await anna.until(lambda: not anna.app.is_running)
    assert company.lead(lead_id).result == "missed"
    assert company.lead(lead_id).is_free
    assert drafts_on_disk(state_dir) == {lead_id: "Мой ответ"}


async def test_a_lead_that_nobody_touched_for_twenty_minutes_is_given_back_and_a_key_asks_for_it_again(
    company: Company, make_app: MakeApp, sit_down: SitDown, state_dir: Path
) -> None:
    lead_id = company.add("Первый")
    app = make_app(settings={"idle_release_minutes": 20, "poll_seconds": 300})
    async with sit_down(app) as anna:
        await anna.press("enter")
        await anna.type("Недописанное")
        await anna.advance(19 * 60)
        assert company.lead(lead_id).locked_by == ANNA.id
        await anna.advance(2 * 60)
        assert company.lead(lead_id).is_free
        assert "GIVEN BACK" in anna.screen()
        assert anna.answer.text == "Недописанное"
        assert drafts_on_disk(state_dir) == {lead_id: "Недописанное"}
        await anna.type("!")
        assert company.lead(lead_id).locked_by == ANNA.id
        assert anna.answer.text == "Недописанное!"


async def test_both_texts_are_shown_side_by_side_after_a_colleague_was_faster(
    company: Company, sit_down: SitDown
) -> None:
    lead_id = company.add("Первый")
    async with sit_down() as anna:
        await anna.press("enter")
        await anna.type("Мой ответ")
        company.complete(lead_id, "Ответ Бориса", BORIS)
        await anna.press("ctrl+s", "ctrl+r")
        assert "Ответ Бориса" in anna.screen()
        assert "Мой ответ" in anna.screen()
        assert "Yours: not stored" in anna.screen()
        await anna.press("escape")
        assert anna.answer.text == "Мой ответ"


async def test_a_watched_lead_tells_when_it_is_free(company: Company, sit_down: SitDown) -> None:
    lead_id = company.add("Первый")
    company.lock(lead_id, BORIS)
    async with sit_down() as anna:
        await anna.press("w")
        assert "you will be told" in anna.notice
        company.unlock(lead_id)
        await anna.advance(40)
        assert f"#{lead_id} Первый is free now" in anna.notice
