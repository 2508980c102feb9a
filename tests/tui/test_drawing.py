"""Lines are exactly as wide as the widget, whatever stands in them and however narrow it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final

import pytest
from rich.cells import cell_len
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from leads_tui.api.models import Lead
from leads_tui.desk.inbox import Row
from leads_tui.widgets.bar import Bar
from leads_tui.widgets.inbox_pane import InboxPane
from leads_tui.widgets.key_bar import KeyBar
from leads_tui.widgets.lead_pane import LeadPane
from tests.tui.at_desk import Operator
from tests.tui.conftest import SitDown
from tests.tui.hand_clock import NOON

NAMES: Final = [
    "",
    "Иван Петров",
    "漢字かな交じり文の名前です",
    "👩‍👩‍👧‍👦👩🏽‍🚀🇷🇺🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "Zoe" + "\u0308\u0301" * 4,
    "ＷＩＤＥ　ＮＡＭＥ",
    "x" * 255,
    "字" * 255,
    "שלום עולם مرحبا",
    "[/] [b",
]
WIDTHS: Final = range(1, 121)
HEIGHT: Final = 14


def lead(number: int, name: str, **more: object) -> Lead:
    return Lead.model_validate(
        {
            "id": number,
            "type": ("form", "callback", "chat")[number % 3],
            "result": "missed",
            "name": name,
            "text": f"{name}\n" * 3,
            "email": "ivan@example.com",
            "created_at": NOON - dt.timedelta(minutes=number**5),
            "site": {"id": 1, "url": name},
            "city": name,
            **more,
        }
    )


def check_lines(widget: Widget, width: int, height: int = HEIGHT) -> None:
    for y in range(height):
        line: Strip = widget.render_line(y)
        assert sum(cell_len(segment.text) for segment in line) == width, (width, y, line.text)
        assert line.cell_length == width, (width, y, line.text)


def sized(
    widget: Widget, monkeypatch: pytest.MonkeyPatch, height: int = HEIGHT, widths: Iterable[int] = WIDTHS
) -> Iterable[int]:
    """Gives the widget each width in turn, as if its screen were so wide."""
    for width in widths:
        monkeypatch.setattr(type(widget), "size", Size(width, height))
        yield width
    monkeypatch.undo()


def show_rows(anna: Operator) -> InboxPane:
    boris = {"id": 2, "first_name": "Борис 漢字", "last_name": "Ветров"}
    leads = [lead(number, name) for number, name in enumerate(NAMES)]
    leads += [lead(20 + n, name, is_locked=True, locked_by=boris) for n, name in enumerate(NAMES)]
    leads += [lead(40, "Готов", result="completed", completed_by=boris)]
    pane = anna.inbox
    pane.show(
        [Row(each) for each in leads] + [Row(lead(41, "Ушёл"), is_gone=True)],
        now=NOON,
        my_id=1,
        open_id=None,
        drafts={3},
        title="Inbox: “漢字かな交じり文” · searched 100 of 30000",
        total=30000,
        empty_words="",
    )
    return pane


async def test_the_inbox_draws_every_name_at_every_width(sit_down: SitDown, monkeypatch: pytest.MonkeyPatch) -> None:
    async with sit_down() as anna:
        pane = show_rows(anna)
        for width in sized(pane, monkeypatch, 30):
            check_lines(pane, width, 30)


async def test_an_empty_inbox_says_so_at_every_width(sit_down: SitDown, monkeypatch: pytest.MonkeyPatch) -> None:
    async with sit_down() as anna:
        for width in sized(anna.inbox, monkeypatch):
            check_lines(anna.inbox, width)
            if width >= 16:
                shown = " ".join(" ".join(anna.inbox.render_line(y).text for y in range(HEIGHT)).split())
                assert "All answered. New leads appear by themselves." in shown, width


@pytest.mark.parametrize("name", NAMES, ids=lambda name: str(NAMES.index(name)))
async def test_the_lead_draws_at_many_widths(name: str, sit_down: SitDown, monkeypatch: pytest.MonkeyPatch) -> None:
    async with sit_down() as anna:
        pane: LeadPane = anna.pane
        pane.show(lead(5, name), badge=(f"LOCKED BY {name.upper()[:40]}", "-bad"), now=NOON)
        for width in sized(pane, monkeypatch, widths=range(1, 121, 7)):
            check_lines(pane, width)


async def test_bars_draw_at_every_width(sit_down: SitDown, monkeypatch: pytest.MonkeyPatch) -> None:
    async with sit_down() as anna:
        bar = anna.desk.query_one("#header", Bar)
        for left in NAMES:
            for right in ("", "offline since 14:02", "字" * 30):
                bar.say(left, right, "-bad")
                for width in sized(bar, monkeypatch, 1):
                    check_lines(bar, width, 1)


async def test_the_bottom_line_leaves_out_whole_commands_and_never_help_and_quit(
    sit_down: SitDown, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with sit_down() as anna:
        bar = anna.desk.query_one(KeyBar)
        keys = [("ctrl+s", "отправить"), ("n", "next free"), ("/", "漢字"), ("f1", "справка"), ("ctrl+q", "выход")]
        bar.show(keys)
        for width in sized(bar, monkeypatch, 1):
            check_lines(bar, width, 1)
            line = bar.render_line(0).text
            assert (" f1 " in line and " ctrl+q " in line) or width < 12, width
            assert ("f1 справка" in line and "ctrl+q выход" in line) or width < 45, width
            assert "ctrl+s отправить" in line or width < 31, width
            for key, words in keys[:3]:
                assert (f" {key} " in line) == (f" {key} {words} " in line), width


@pytest.mark.parametrize(("width", "line"), [(40, "  offline since 14:02, next try in 11 s"), (60, "Leads · anna")])
async def test_what_is_wrong_goes_before_who_is_signed_in(width: int, line: str, sit_down: SitDown) -> None:
    async with sit_down(size=(width, 15)) as anna:
        bar = anna.desk.query_one("#header", Bar)
        bar.say("Leads · anna@demo.example · Inbox 8", "offline since 14:02, next try in 11 s", "-bad")
        await anna.settle()
        assert line in anna.screen()
        assert "next try in 11 s" in anna.screen()


async def test_the_title_of_the_answer_names_its_lead_whatever_is_wrong_with_the_disk(
    sit_down: SitDown, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with sit_down() as anna:
        bar = anna.desk.query_one("#answer-title", Bar)
        bar.say("Answer to #104217 Иван Петров", "12/2000 NOT SAVED: No space left on device", "-bad")
        for width in sized(bar, monkeypatch, 1, range(40, 121)):
            assert bar.render_line(0).text.startswith(" Answer to #104217")
            assert "NOT SAVED" in bar.render_line(0).text, width


@pytest.mark.parametrize("width", [40, 60, 80])
async def test_a_notice_that_does_not_fit_grows_and_loses_no_word(width: int, sit_down: SitDown) -> None:
    words = "#1043 Иван Петров: answered by Борис Ветров at 14:02. Your text is NOT stored; it is kept as a draft"
    async with sit_down(size=(width, 15)) as anna:
        anna.desk.say(words, "-bad")
        await anna.settle()
        assert words in " ".join(anna.screen().split())
        anna.desk.say("")
        await anna.settle()
        assert anna.desk.query_one("#notice", Bar).size.height == 1
