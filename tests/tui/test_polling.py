"""What colleagues and visitors do, as it comes onto the screen."""

from __future__ import annotations

import pytest

from tests.tui.company import BORIS, Company
from tests.tui.conftest import SitDown

POLL = 20
"""Seconds in which a poll is sure to have happened."""


async def test_a_new_lead_comes_in_by_itself(company: Company, sit_down: SitDown) -> None:
    company.add("Первый", minutes=9)
    async with sit_down() as anna:
        company.add("Новый", minutes=0)
        await anna.advance(POLL)
        assert anna.names == ["Первый", "Новый"]
        assert "Inbox 2" in anna.header


async def test_while_a_lead_is_open_no_row_moves_and_new_ones_wait_behind_a_count(
    company: Company, sit_down: SitDown
) -> None:
    company.add("Первый", minutes=9)
    company.add("Второй", minutes=8)
    async with sit_down() as anna:
        await anna.press("enter")
        before = [anna.row_of("Первый"), anna.row_of("Второй")]
        company.add("Старый новый", minutes=20)
        company.add("Новый", minutes=0)
        await anna.advance(POLL)
        assert anna.names == ["Первый", "Второй"]
        assert [anna.row_of("Первый"), anna.row_of("Второй")] == before
        assert "2 new" in anna.header
        await anna.press("escape", "escape")
        assert anna.names == ["Старый новый", "Первый", "Второй", "Новый"]
        assert "new" not in anna.header
        assert anna.under_cursor == "Первый"


async def test_the_row_under_the_cursor_keeps_its_line_when_rows_come_in_above_it(
    company: Company, sit_down: SitDown
) -> None:
    for number in range(30):
        company.add(f"Лид {number:02}", minutes=100 - number)
    async with sit_down(size=(80, 24)) as anna:
        await anna.press("end", "up", "up")
        line = next(place for place, text in enumerate(anna.screen().splitlines()) if text.startswith(">"))
        company.add("Раньше всех", minutes=500)
        await anna.advance(POLL)
        assert "Раньше всех" in anna.names
        lines = anna.screen().splitlines()
        assert lines[line].startswith(">")
        assert "Лид 27" in lines[line]


async def test_a_row_under_the_cursor_that_vanished_stays_until_the_cursor_leaves_it(
    company: Company, sit_down: SitDown
) -> None:
    first = company.add("Первый", minutes=9)
    company.add("Второй", minutes=8)
    async with sit_down(size=(120, 40)) as anna:
        company.complete(first, "Ответ Бориса", BORIS)
        await anna.advance(POLL)
        assert anna.names == ["Первый", "Второй"]
        assert anna.row_of("Первый").startswith(">-")
        assert "no longer here" in anna.row_of("Первый")
        await anna.press("down")
        assert anna.names == ["Второй"]


async def test_opening_a_row_that_vanished_shows_who_answered_and_takes_no_text(
    company: Company, sit_down: SitDown
) -> None:
    first = company.add("Первый", minutes=9)
    async with sit_down() as anna:
        company.complete(first, "Ответ Бориса", BORIS)
        await anna.advance(POLL)
        await anna.press("enter")
        await anna.type("123")
        assert "Answered by Борис Ветров" in anna.screen()
        assert "Ответ Бориса" in anna.screen()
        assert anna.answer.text == ""


async def test_a_row_that_a_colleague_takes_is_marked_and_names_them(company: Company, sit_down: SitDown) -> None:
    company.add("Первый", minutes=9)
    second = company.add("Второй", minutes=8)
    async with sit_down(size=(120, 40)) as anna:
        company.lock(second, BORIS)
        await anna.advance(POLL)
        assert anna.row_of("Второй").startswith(" L")
        assert "locked by Борис Ветров" in anna.row_of("Второй")
        company.unlock(second)
        await anna.advance(POLL)
        assert "locked" not in anna.row_of("Второй")


async def test_when_all_is_answered_the_screen_says_so(company: Company, sit_down: SitDown) -> None:
    async with sit_down() as anna:
        assert "All answered. New leads appear by themselves." in anna.list_words
        assert "Inbox 0" in anna.header
        company.add("Новый")
        await anna.advance(POLL)
        assert anna.under_cursor == "Новый"


async def test_f5_asks_at_once(company: Company, sit_down: SitDown) -> None:
    async with sit_down() as anna:
        company.add("Новый")
        await anna.press("f5")
        assert anna.names == ["Новый"]


async def test_an_idle_screen_is_not_redrawn(
    company: Company, sit_down: SitDown, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.add("Первый", minutes=9)
    async with sit_down() as anna:
        await anna.settle()
        drawn: list[object] = []

        def display(_screen: object, update: object) -> None:
            if update is not None:
                drawn.append(update)

        monkeypatch.setattr(anna.app, "_display", display)
        await anna.advance(POLL)
        await anna.pilot.pause(1.2)
        assert drawn == []
        await anna.press("f3")
        assert drawn != []
