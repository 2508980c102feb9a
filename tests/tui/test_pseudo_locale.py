"""Every word on the screen goes through gettext, and longer words break nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import pytest
from textual.widgets import Static

from leads_tui import locale
from leads_tui.commands import COMMANDS, Keys
from leads_tui.screens.left_lead import LeftLeadScreen
from tests.tui.at_desk import Operator
from tests.tui.company import BORIS, Company
from tests.tui.conftest import MakeApp, SitDown
from tests.tui.faults import Network
from tests.tui.pseudo import Pseudo, marked
from tests.tui.states import STATES, State, add_some
from tests.tui.test_hostile_text import check_screen

SIZES: Final = [(80, 24), (40, 15)]
FOREIGN: Final = re.compile(
    r"[\w.+-]+@[\w.-]*|https?://\S*|[\w.-]+\.example\S*|/[\w/.-]+"  # addresses and pages
    r"|J\. Smith|J\.?…|Do you ship to Spain\?|Is there a 100 V version\?|xyz"
)
"""What is data on these screens; all else of it is written in other letters."""
FRAMES: Final = str.maketrans(dict.fromkeys("▏█▁▃🔎()", " "))
TABLE_OF_KEYS: Final = {key for command in COMMANDS for key in Keys().all(command.id).split()}


@pytest.fixture
def pseudo() -> Iterator[Pseudo]:
    """The made-up language, from before the app is built."""
    language = Pseudo()
    locale.use(language)
    return language  # type: ignore[return-value] # the fixture of every test puts English back


def check_words(anna: Operator) -> None:
    """No word of plain ASCII letters but data, keys, and the one-letter marks before a row."""
    check_screen(anna)
    for line in anna.screen().splitlines():
        words = FOREIGN.sub(" ", re.sub(r"^[> ][*Ld!-] ", "   ", line))
        for word in words.translate(FRAMES).split():
            if word not in TABLE_OF_KEYS:
                assert not re.search("[A-Za-z]", word), f"not translated: {word!r} in {line!r}"


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
async def test_every_word_of_every_state_is_translated(
    state: State,
    size: tuple[int, int],
    pseudo: Pseudo,
    company: Company,
    network: Network,
    make_app: MakeApp,
    sit_down: SitDown,
) -> None:
    state.prepare(company, network)
    async with sit_down(make_app(is_signed_in=state.is_signed_in), size=size) as anna:
        check_words(anna)
        await state.reach(anna, company)
        check_words(anna)
        assert pseudo.asked


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_every_line_of_the_help_is_translated(size: tuple[int, int], pseudo: Pseudo, sit_down: SitDown) -> None:
    async with sit_down(size=size) as anna:
        await anna.press("f1")
        pages = anna.app.screen.query_one("#help")
        while pages.scroll_y < pages.max_scroll_y:
            check_words(anna)
            before = pages.scroll_y
            await anna.press("pagedown")
            await anna.until(lambda before=before: pages.scroll_y > before)  # type: ignore[misc] # of a loop
        check_words(anna)
        assert {command.help for command in COMMANDS} <= pseudo.asked


async def test_every_entry_of_the_palette_is_translated(pseudo: Pseudo, company: Company, sit_down: SitDown) -> None:
    add_some(company)
    async with sit_down(size=(80, 60)) as anna:
        await anna.press("enter", "ctrl+p")
        await anna.until(lambda: "ctrl+s" in anna.screen())
        await anna.settle()
        check_words(anna)
        assert {command.words for command in COMMANDS if command.id == "answer.send"} <= pseudo.asked


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_other_screens_are_translated(
    size: tuple[int, int], pseudo: Pseudo, company: Company, sit_down: SitDown
) -> None:
    add_some(company)
    async with sit_down(size=size) as anna:
        await anna.press("d")
        check_words(anna)
        await anna.press("escape", "down", "enter")
        await anna.paste("Пишу")
        company.complete(1043, "Ответ Бориса", BORIS)
        await anna.press("ctrl+s", "ctrl+r")
        check_words(anna)
        await anna.press("escape", "escape", "escape", "d")
        check_words(anna)
        await anna.press("x")
        check_words(anna)
        await anna.press("escape")
        await anna.app.push_screen(LeftLeadScreen("#1043 Иван Петров", "pts/7"))
        await anna.settle()
        assert marked("{lead} is still locked for you").format(lead="#1043 Иван Петров")[:12] in anna.screen()
        assert "is still" not in anna.screen()


async def test_canned_replies_are_translated_around_what_they_say(
    pseudo: Pseudo, company: Company, sit_down: SitDown
) -> None:
    add_some(company)
    async with sit_down(size=(80, 24)) as anna:
        await anna.press("down", "enter", "ctrl+t")
        await anna.type("Доставка")
        check_words(anna)
        await anna.type("ъъъ")
        note = anna.app.screen.query_one("#reply-text", Static)
        assert str(note.render()) == marked("No reply has these words.")


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_longer_words_hide_neither_the_leads_number_nor_how_to_get_out(
    size: tuple[int, int], pseudo: Pseudo, company: Company, sit_down: SitDown
) -> None:
    add_some(company)
    async with sit_down(size=size) as anna:
        await anna.press("down", "enter")
        await anna.paste("я" * 2001)
        lines = anna.screen().splitlines()
        assert "#1043" in lines[1]
        title = next(line for line in lines if marked("Answer to {lead}")[:8] in line)
        assert "#1043" in title
        assert "f1" in lines[-1]
        assert "ctrl+q" in lines[-1]
        assert pseudo.asked
