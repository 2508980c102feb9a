"""Whatever a visitor, a colleague's name or a server's message holds, it is only text on the screen."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from typing import Final

import pytest
from rich.cells import cell_len

from tests.tui.at_desk import Operator
from tests.tui.company import ANNA, BORIS, Company
from tests.tui.conftest import MakeApp, SitDown
from tests.tui.faults import Network
from tests.tui.hand_clock import HandClock

MARKUP: Final = ["[/]", "[@click=app.quit]x[/]", "[b", "[bold red]alarm[/bold red]", "[link=tel:+1]call[/link]", "\\["]
ESCAPES: Final = [
    "\x1b[31mred\x1b[0m",
    "\x1b]52;c;aGFja2Vk\x07paste",
    "\x1b]0;title\x1b\\tail",
    "\x9b2J\x9d52;c;aGFja2Vk\x9cx",
    "a\x00b\x07c\x08d\x7fe",
    "\u202etxt.exe\u2066",
    "zero\u200bwidth\ufeffand\u00adsoft",
    "\ud83d half",
    "e" + "\u0301" * 40,
    "a\rb\nc\td\u2028e",
    "漢字カナ😀👩‍👩‍👧‍👦🇷🇺",
    "שלום עולם",
]

SCROLL_BAR: Final = {"grab", "scroll_up", "scroll_down", "scroll_left", "scroll_right"}
"""The only actions that are bound to cells of the screen."""


def check_screen(anna: Operator) -> None:
    """Nothing but printable characters in lines as wide as the screen, and no live link or action."""
    width = anna.app.size.width
    for strip in anna.strips():
        assert sum(cell_len(segment.text) for segment in strip) == width, repr(strip.text)
        for segment in strip:
            assert not segment.control
            for character in segment.text:
                assert unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp"}, repr(segment.text)
                assert character not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b", repr(
                    segment.text
                )
            style = segment.style
            assert style is None or style.link is None, repr(segment.text)
            actions = {} if style is None else {key: do for key, do in style.meta.items() if key[0] == "@"}
            assert set(actions.values()) <= SCROLL_BAR, repr(segment.text)


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (40, 15)])
async def test_markup_of_a_visitor_is_shown_letter_by_letter(
    size: tuple[int, int], company: Company, sit_down: SitDown
) -> None:
    for place, markup in enumerate(MARKUP):
        company.add(
            f"{place}{markup}", minutes=90 - place, text=f"текст {markup}", email=f"{markup}@x.example", city=markup
        )
    async with sit_down(size=size) as anna:
        for place, markup in enumerate(MARKUP):
            check_screen(anna)
            await anna.press("enter")
            check_screen(anna)
            assert f"текст {markup}" in anna.screen()
            assert f"Answer to #{1042 + place} {place}{markup[0]}" in anna.screen()
            await anna.type("x")
            await anna.press("f8")
            check_screen(anna)
            assert "".join(markup.split()) in "".join(anna.screen().replace("█", "").split())
            await anna.press("n", "escape", "escape", "down")
            check_screen(anna)
            assert anna.app.is_running


async def test_escape_sequences_and_invisible_characters_never_reach_the_terminal(
    company: Company, sit_down: SitDown
) -> None:
    for place, escape in enumerate(each.encode("utf-8", "replace").decode() for each in ESCAPES):
        company.add(
            f"имя {escape}",
            minutes=90 - place,
            text=f"до {escape} после",
            city=escape,
            country=escape,
            search_engine=escape,
            search_query=escape,
            entry_page=f"https://lumen.example/{escape}",
            int_referer=escape,
        )
    async with sit_down() as anna:
        for _ in ESCAPES:
            check_screen(anna)
            await anna.press("enter")
            check_screen(anna)
            assert "до " in anna.screen()
            await anna.press("escape", "escape", "down")
        assert "hidden character" in anna.screen() or "⚠" not in anna.screen()


async def test_names_of_colleagues_and_sites_are_only_text(company: Company, sit_down: SitDown) -> None:
    held, done = company.add("Занят", minutes=9), company.add("Готов", minutes=8, created_by_id=BORIS.id)
    company.lock(held, BORIS)
    async with sit_down(size=(120, 40)) as anna:
        for nasty in [*MARKUP[:3], *ESCAPES[:6]]:
            company.rename_staff(BORIS, nasty, "Ветров")
            company.rename_staff(ANNA, nasty, "Орлова")
            company.rename_site(f"{nasty}.example")
            await anna.press("f5", "enter")
            check_screen(anna)
            assert "LOCKED BY" in anna.screen()
            assert "ВЕТРОВ" in anna.screen()
            await anna.press("escape", "escape")
        company.complete(done, nasty, BORIS)
        await anna.press("down", "enter")
        check_screen(anna)
        assert "Answered by" in anna.screen()


@pytest.mark.parametrize("status", [401, 403, 422, 200])
async def test_a_servers_own_words_are_only_text(
    status: int, company: Company, network: Network, sit_down: SitDown
) -> None:
    company.add("Первый", minutes=9)
    nasty = "".join(MARKUP) + "\x1b[31m\x1b]52;c;aGFja2Vk\x07\u202e"
    async with sit_down() as anna:
        await anna.press("enter")
        await anna.type("текст")
        body = {"code": status, "message": nasty, "errors": {nasty: [nasty], "id": nasty}, "results": nasty}
        for path in ("showrouted", "leads/lock", "listrouted"):
            network.answer(path, status, json.dumps(body))
        await anna.press("ctrl+s")
        check_screen(anna)
        await anna.advance(20)
        check_screen(anna)
        await anna.press("escape", "escape", "f5")
        check_screen(anna)
        assert anna.app.is_running


async def test_pasted_control_characters_are_cleaned_and_the_rest_is_sent(company: Company, sit_down: SitDown) -> None:
    lead_id = company.add("Первый")
    async with sit_down() as anna:
        await anna.press("enter")
        await anna.paste("Да\x1b[31m,\x1b]52;c;aGFja2Vk\x07 [/] конечно\x00")
        check_screen(anna)
        await anna.press("ctrl+s")
        assert company.lead(lead_id).answer == "Да, [/] конечно"


class TestSeededCompany:
    """The believable leads of the demo, with their odd and hostile ones."""

    @pytest.fixture
    def company(self, clock: HandClock) -> Iterator[Company]:
        company = Company(clock, seeded=45)
        yield company
        company.close()

    async def test_every_lead_of_the_inbox_can_be_looked_at_and_opened(
        self, company: Company, make_app: MakeApp, sit_down: SitDown
    ) -> None:
        async with sit_down(make_app(settings={"poll_seconds": 300})) as anna:
            total = len(anna.names)
            assert total > 15
            for _ in range(total):
                check_screen(anna)
                await anna.press("enter")
                check_screen(anna)
                await anna.press("escape", "escape", "down")
            assert company.locked() == []
            assert anna.app.is_running
