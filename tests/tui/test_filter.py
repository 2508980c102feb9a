"""Looking for leads in the list."""

from __future__ import annotations

import pytest

from tests.tui.company import Company
from tests.tui.conftest import SitDown


@pytest.fixture(autouse=True)
def three(company: Company) -> None:
    company.add("Иван Петров", minutes=9, text="Лампа")
    company.add("Ольга Смирнова", minutes=8, text="Торшер")
    company.add("John Smith", minutes=7, text="Lamp")


@pytest.mark.parametrize("key", ["/", "f3"])
async def test_the_filter_shows_only_leads_that_hold_the_words(key: str, sit_down: SitDown) -> None:
    async with sit_down() as anna:
        await anna.press(key)
        assert anna.focused == "filter"
        await anna.type("торш")
        assert anna.names == ["Ольга Смирнова"]
        assert "Inbox: “торш”" in anna.screen()
        assert "Торшер" in anna.screen()


async def test_enter_keeps_the_filter_and_escape_clears_it(sit_down: SitDown) -> None:
    async with sit_down() as anna:
        await anna.press("f3")
        await anna.type("лампа")
        await anna.press("enter")
        assert anna.focused == "inbox"
        assert anna.names == ["Иван Петров"]
        await anna.press("escape")
        assert len(anna.names) == 3
        assert "“" not in anna.screen()


async def test_escape_inside_the_filter_clears_it_and_goes_back_to_the_list(sit_down: SitDown) -> None:
    async with sit_down() as anna:
        await anna.press("f3")
        await anna.type("John")
        await anna.press("escape")
        assert anna.focused == "inbox"
        assert len(anna.names) == 3
        await anna.press("f3")
        assert "John" not in anna.desk.query_one("#filter").value  # type: ignore[attr-defined] # an Input


async def test_nothing_found_is_said_in_words_and_not_as_an_empty_inbox(sit_down: SitDown) -> None:
    async with sit_down() as anna:
        await anna.press("f3")
        await anna.type("такого нет")
        assert "Nothing here matches these words." in anna.screen()
        assert "All answered" not in anna.screen()
        assert "Inbox 3" in anna.header


async def test_the_cursor_is_on_a_lead_that_the_filter_shows_and_enter_opens_that_one(
    company: Company, sit_down: SitDown
) -> None:
    async with sit_down() as anna:
        await anna.press("f3")
        await anna.type("smith")
        await anna.press("enter", "enter")
        assert "Answer to #1044 John Smith" in anna.screen()
        assert company.locked() == [1044]


async def test_letters_typed_into_the_filter_are_no_commands(company: Company, sit_down: SitDown) -> None:
    async with sit_down() as anna:
        await anna.press("f3")
        await anna.type("njkgG")
        assert anna.desk.query_one("#filter").value == "njkgG"  # type: ignore[attr-defined] # an Input
        assert company.locked() == []


async def test_an_open_lead_stays_open_while_the_list_is_filtered(sit_down: SitDown) -> None:
    async with sit_down() as anna:
        await anna.press("enter")
        await anna.type("Пишу")
        await anna.press("f3")
        await anna.type("smith")
        assert anna.names == ["John Smith"]
        assert "Answer to #1042 Иван Петров" in anna.screen()
        assert anna.answer.text == "Пишу"
