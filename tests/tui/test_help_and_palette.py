"""Finding out what can be done."""

from __future__ import annotations

import pytest

from leads_tui.commands import COMMANDS, Keys, KeysProblem
from leads_tui.screens.help import HelpScreen
from tests.tui.at_desk import Operator
from tests.tui.company import ANNA, Company
from tests.tui.conftest import MakeApp, SitDown


async def test_f1_lists_every_command_with_its_keys(sit_down: SitDown) -> None:
    keys = Keys()
    async with sit_down(size=(120, 60)) as anna:
        await anna.press("f1")
        screen = " ".join(anna.screen().split())
        for command in COMMANDS:
            assert " ".join(command.help.split()) in screen, command.id
            assert keys.first(command.id) in screen, command.id


@pytest.mark.parametrize("key", ["escape", "f1", "enter", "q", "й"])
async def test_the_help_closes_again_and_gives_the_focus_back(key: str, company: Company, sit_down: SitDown) -> None:
    company.add()
    async with sit_down() as anna:
        await anna.press("enter")
        await anna.type("Пи")
        await anna.press("f1")
        assert isinstance(anna.app.screen, HelpScreen)
        await anna.press(key)
        assert not isinstance(anna.app.screen, HelpScreen)
        await anna.type("шу")
        assert anna.answer.text == "Пишу"


async def test_the_help_scrolls_on_a_small_screen_to_its_last_line(sit_down: SitDown) -> None:
    async with sit_down(size=(40, 15)) as anna:
        await anna.press("f1")
        assert "esc closes" not in " ".join(anna.screen().split())
        await anna.press("j", "о", "end")
        await anna.until(lambda: "esc closes this." in " ".join(anna.screen().split()))


async def test_the_help_shows_keys_as_they_are_bound(make_app: MakeApp, sit_down: SitDown) -> None:
    async with sit_down(make_app(settings={"keys": {"inbox.refresh": "f12"}}), size=(120, 60)) as anna:
        await anna.press("f1")
        line = next(line for line in anna.screen().splitlines() if "Asks the server for the inbox now." in line)
        assert "f12" in line
        assert "f5" not in line


async def find(anna: Operator, words: str) -> None:
    """Types words into the palette and waits for what it finds."""
    await anna.press("ctrl+p")
    await anna.type(words)
    await anna.until(lambda: len(anna.app.screen.query("CommandList > *")) or words in anna.screen())
    await anna.pilot.pause(0.3)
    await anna.settle()


async def test_the_palette_finds_a_command_by_its_words_and_runs_it(company: Company, sit_down: SitDown) -> None:
    async with sit_down() as anna:
        company.add("Новый")
        await find(anna, "refresh")
        assert "Asks the server for the inbox now." in anna.screen()
        await anna.press("enter")
        await anna.until(lambda: anna.names == ["Новый"])


async def test_the_palette_offers_only_what_holds_now(company: Company, sit_down: SitDown) -> None:
    company.add()
    async with sit_down() as anna:
        await find(anna, "release")
        assert "Gives the lead back" not in anna.screen()
        await anna.press("escape", "escape")
        await anna.press("enter")
        await find(anna, "release")
        assert "Gives the lead back" in anna.screen()
        await anna.press("enter")
        await anna.until(lambda: company.lead(1042).is_free)


async def test_the_palette_opens_the_lead_under_the_cursor(company: Company, sit_down: SitDown) -> None:
    lead_id = company.add()
    async with sit_down() as anna:
        await find(anna, "open")
        await anna.press("enter")
        await anna.until(lambda: company.lead(lead_id).locked_by == ANNA.id)


async def test_the_palette_moves_to_the_next_free_lead_although_the_answer_has_the_focus(
    company: Company, sit_down: SitDown
) -> None:
    company.add("Первый", minutes=9)
    company.add("Второй", minutes=8)
    async with sit_down() as anna:
        await anna.press("enter")
        await find(anna, "next free")
        await anna.press("enter")
        await anna.until(lambda: anna.under_cursor == "Второй")


async def test_the_bottom_line_shows_the_keys_that_hold_now(company: Company, sit_down: SitDown) -> None:
    company.add()
    async with sit_down() as anna:
        assert next(iter(anna.keys)) == "enter"
        assert "ctrl+s" not in anna.keys
        assert list(anna.keys)[-2:] == ["f1", "ctrl+q"]
        await anna.press("enter")
        assert next(iter(anna.keys)) == "ctrl+s"
        assert {"esc", "f4", "f8"} <= anna.keys.keys()
        assert list(anna.keys)[-2:] == ["f1", "ctrl+q"]


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"answer.sent": "ctrl+g"}, "did you mean “answer.send”?"),
        ({"xyzzy": "x"}, "there is no such command"),
        ({"lead.release": "f8"}, "keys.lead.complete: the key f8 already belongs to lead.release"),
        ({"inbox.down": "n"}, "keys.inbox.next_free: the key n already belongs to inbox.down"),
        ({"inbox.refresh": "escape"}, "the key escape already belongs to lead.leave"),
        ({"quit": ""}, "keys.quit: a command cannot be without a key"),
        ({"lead.open": "o,"}, "keys.lead.open: a command cannot be without a key"),
    ],
)
def test_a_bad_key_table_is_refused_and_names_what_and_where(
    keys: dict[str, str], words: str, make_app: MakeApp
) -> None:
    with pytest.raises(KeysProblem) as caught:
        make_app(settings={"keys": keys})
    assert words in str(caught.value)
