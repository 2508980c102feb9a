"""Keys that move: in the list, between the panes, in either layout."""

from __future__ import annotations

import pytest

from leads_tui.commands import COMMANDS, Command, Place
from leads_tui.text.layouts import in_russian
from tests.tui.company import ANNA, Company
from tests.tui.conftest import MakeApp, SitDown

FIVE = ["Первый", "Второй", "Третий", "Четвёртый", "Пятый"]


@pytest.fixture
def five(company: Company) -> list[int]:
    return [company.add(name, minutes=50 - place) for place, name in enumerate(FIVE)]


@pytest.mark.usefixtures("five")
async def test_keys_of_either_layout_move_the_cursor(sit_down: SitDown) -> None:
    async with sit_down() as anna:
        for key, name in [
            ("j", "Второй"),
            ("о", "Третий"),
            ("down", "Четвёртый"),
            ("k", "Третий"),
            ("л", "Второй"),
            ("up", "Первый"),
            ("up", "Первый"),
            ("G", "Пятый"),
            ("j", "Пятый"),
            ("g", "Первый"),
            ("П", "Пятый"),
            ("п", "Первый"),
            ("end", "Пятый"),
            ("home", "Первый"),
            ("pagedown", "Пятый"),
            ("pageup", "Первый"),
        ]:
            await anna.press(key)
            assert anna.under_cursor == name, key


@pytest.mark.parametrize("key", ["n", "т"])
async def test_n_goes_to_the_next_lead_that_nobody_holds(
    key: str, company: Company, five: list[int], sit_down: SitDown
) -> None:
    company.lock(five[1])
    company.lock(five[2])
    async with sit_down() as anna:
        await anna.press(key)
        assert anna.under_cursor == "Четвёртый"
        await anna.press(key)
        assert anna.under_cursor == "Пятый"
        await anna.press(key)
        assert anna.under_cursor == "Первый"


async def test_n_stays_where_everything_is_held(company: Company, five: list[int], sit_down: SitDown) -> None:
    for lead_id in five:
        company.lock(lead_id)
    async with sit_down() as anna:
        await anna.press("j", "n")
        assert anna.under_cursor == "Второй"


async def test_tab_goes_round_the_panes_and_shift_tab_goes_back(company: Company, sit_down: SitDown) -> None:
    company.add()
    async with sit_down() as anna:
        await anna.press("enter")
        assert anna.focused == "answer"
        round_trip = []
        for _ in range(3):
            await anna.press("tab")
            round_trip.append(anna.focused)
        assert round_trip == ["inbox", "lead", "answer"]
        await anna.press("shift+tab")
        assert anna.focused == "lead"


async def test_a_long_text_scrolls_to_its_last_line_and_says_how_much_is_below(
    company: Company, sit_down: SitDown
) -> None:
    company.add(text="\n".join(f"строка {number}" for number in range(1, 101)))
    async with sit_down(size=(80, 24)) as anna:
        assert "more lines" in anna.screen()
        assert "строка 100" not in anna.screen()
        await anna.press("tab", "end")
        assert "строка 100" in anna.screen()
        assert "more lines" not in anna.screen()
        await anna.press("g")
        assert "строка 1\n" in anna.screen() or "строка 1 " in anna.screen()


@pytest.mark.usefixtures("five")
async def test_on_a_tiny_screen_enter_shows_the_lead_alone_and_escape_the_list(sit_down: SitDown) -> None:
    async with sit_down(size=(40, 15)) as anna:
        assert "Второй" in anna.screen()
        await anna.press("enter")
        assert "Answer to" in anna.screen()
        assert "Второй" not in anna.screen()
        await anna.press("escape")
        assert "Второй" in anna.screen()
        assert "Answer to" not in anna.screen()


async def test_a_hundred_leads_are_one_page_and_the_next_comes_as_the_cursor_nears_its_end(
    company: Company, sit_down: SitDown
) -> None:
    for number in range(130):
        company.add(f"Лид {number:03}", minutes=500 - number)
    async with sit_down() as anna:
        assert len(anna.names) == 100
        assert "1/130" in anna.screen()
        await anna.press("end")
        assert len(anna.names) == 130
        assert anna.under_cursor == "Лид 099"
        await anna.press("end")
        assert anna.under_cursor == "Лид 129"


@pytest.mark.parametrize("command", [each for each in COMMANDS if each.place is not Place.ANSWER], ids=lambda c: c.id)
def test_every_letter_key_of_a_command_has_its_russian_twin(command: Command) -> None:
    bound = command.binding().key.split(",")
    for key in command.keys.split(","):
        twin = in_russian(key)
        assert twin is None or twin in bound
        assert key in bound


async def test_rebound_keys_work_in_both_layouts_and_the_old_ones_do_not(
    company: Company, make_app: MakeApp, sit_down: SitDown
) -> None:
    lead_id = company.add()
    async with sit_down(make_app(settings={"keys": {"lead.open": "o", "answer.send": "ctrl+g"}})) as anna:
        assert anna.keys["o"] == "open"
        await anna.press("enter")
        assert company.lead(lead_id).is_free
        await anna.press("щ")
        assert company.lead(lead_id).locked_by == ANNA.id
        assert "ctrl+g" in anna.keys
        await anna.type("Готово")
        await anna.press("ctrl+s", "f2")
        assert company.lead(lead_id).result == "missed"
        await anna.press("ctrl+п")
        assert company.lead(lead_id).answer == "Готово"
