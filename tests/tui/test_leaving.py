"""Going back, giving back, and coming back to what was typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.tui.company import ANNA, Company
from tests.tui.conftest import MakeApp, SitDown
from tests.tui.faults import Fault, Network


def drafts_on_disk(state_dir: Path) -> dict[int, str]:
    """Every draft, by lead."""
    files = state_dir.glob("drafts/*/[0-9]*.json")
    return {data["lead_id"]: data["text"] for data in (json.loads(file.read_text()) for file in files)}


def is_private(state_dir: Path) -> bool:
    """Whether nobody else can open the drafts, nor the folder that they lie in."""
    files = list(state_dir.glob("drafts/*/*.json"))
    return bool(files) and not any((file.stat().st_mode | file.parent.stat().st_mode) & 0o077 for file in files)


def block_the_drafts(state_dir: Path) -> Path:
    """Puts a file where the drafts' folder should be; gives it."""
    state_dir.mkdir()
    blocking = state_dir / "drafts"
    blocking.write_text("no folder")
    return blocking


def unblock(blocking: Path) -> None:
    blocking.unlink()


async def test_what_was_typed_is_on_disk_within_a_second(company: Company, state_dir: Path, sit_down: SitDown) -> None:
    lead_id = company.add("Иван Петров")
    async with sit_down() as anna:
        await anna.press("enter")
        await anna.type("Добрый день")
        await anna.advance(1)
        assert drafts_on_disk(state_dir) == {lead_id: "Добрый день"}
        assert "11/2000 saved" in anna.screen()
        assert is_private(state_dir)


async def test_escape_leaves_the_answer_and_a_second_one_gives_the_lead_back_with_the_draft_kept(
    company: Company, state_dir: Path, sit_down: SitDown
) -> None:
    lead_id = company.add("Иван Петров")
    async with sit_down() as anna:
        await anna.press("enter")
        await anna.type("Недописанное")
        await anna.press("escape")
        assert anna.focused == "inbox"
        assert company.lead(lead_id).locked_by == ANNA.id
        assert "Недописанное" in anna.screen()
        await anna.press("escape")
        assert company.lead(lead_id).is_free
        assert "LOCKED BY YOU" not in anna.screen()
        assert drafts_on_disk(state_dir) == {lead_id: "Недописанное"}
        await anna.advance(20)
        assert anna.row_of("Иван Петров").startswith(">d")


async def test_the_row_stops_saying_locked_by_you_as_soon_as_the_server_has_let_go(
    company: Company, sit_down: SitDown
) -> None:
    lead_id = company.add("Иван Петров")
    async with sit_down() as anna:
        await anna.press("enter", "f4")
        assert company.lead(lead_id).is_free
        assert "locked by you" not in anna.row_of("Иван Петров")
        assert "mine" not in anna.header


async def test_the_draft_is_there_again_when_the_lead_is_opened_again(company: Company, sit_down: SitDown) -> None:
    company.add("Иван Петров")
    async with sit_down() as anna:
        await anna.press("enter")
        await anna.type("Недописанное")
        await anna.press("escape", "escape", "enter")
        assert anna.answer.text == "Недописанное"
        await anna.type("!")
        assert anna.answer.text == "Недописанное!"


async def test_the_draft_outlives_the_desk(
    company: Company, state_dir: Path, make_app: MakeApp, sit_down: SitDown
) -> None:
    lead_id = company.add("Иван Петров")
    async with sit_down() as anna:
        await anna.press("enter")
        await anna.type("Недописанное")
        await anna.press("ctrl+q")
    assert drafts_on_disk(state_dir) == {lead_id: "Недописанное"}
    async with sit_down(make_app()) as anna:
        assert anna.row_of("Иван Петров").startswith(">d")
        await anna.press("enter")
        assert anna.answer.text == "Недописанное"


async def test_a_sent_answer_leaves_no_draft(company: Company, state_dir: Path, sit_down: SitDown) -> None:
    company.add("Иван Петров")
    async with sit_down() as anna:
        await anna.press("enter")
        await anna.type("Готово")
        await anna.advance(1)
        await anna.press("ctrl+s")
        assert drafts_on_disk(state_dir) == {}


async def test_each_lead_keeps_its_own_text(company: Company, sit_down: SitDown) -> None:
    company.add("Первый", minutes=9)
    company.add("Второй", minutes=8)
    async with sit_down() as anna:
        await anna.press("enter")
        await anna.type("Первому")
        await anna.press("escape", "down", "enter")
        assert anna.answer.text == ""
        await anna.type("Второму")
        await anna.press("escape", "up", "enter")
        assert anna.answer.text == "Первому"
        await anna.press("escape", "down", "enter")
        assert anna.answer.text == "Второму"


async def test_undo_never_brings_another_leads_text(company: Company, sit_down: SitDown) -> None:
    company.add("Первый", minutes=9)
    company.add("Второй", minutes=8)
    async with sit_down() as anna:
        await anna.press("enter")
        await anna.type("Секрет первого")
        await anna.press("escape", "down", "enter")
        await anna.press("ctrl+z", "ctrl+z")
        assert "Секрет" not in anna.answer.text


async def test_f4_gives_the_lead_back_from_inside_the_answer_and_keeps_the_draft(
    company: Company, state_dir: Path, sit_down: SitDown
) -> None:
    lead_id = company.add("Иван Петров")
    async with sit_down() as anna:
        await anna.press("enter")
        await anna.type("Потом")
        await anna.press("f4")
        assert company.lead(lead_id).is_free
        assert anna.focused == "inbox"
        assert drafts_on_disk(state_dir) == {lead_id: "Потом"}


async def test_leaving_at_once_after_opening_leaves_no_lock_behind(
    company: Company, network: Network, sit_down: SitDown
) -> None:
    lead_id = company.add("Иван Петров")
    async with sit_down() as anna:
        gate = network.hold("leads/lock")
        await anna.press("enter", "escape", "escape")
        gate.set()
        await anna.settle()
        assert company.lead(lead_id).is_free


async def test_a_lead_that_could_not_be_given_back_is_given_back_when_the_network_heals(
    company: Company, network: Network, sit_down: SitDown
) -> None:
    lead_id = company.add("Иван Петров")
    async with sit_down() as anna:
        await anna.press("enter")
        network.fail(Fault.REFUSED)
        await anna.press("escape", "escape")
        assert company.lead(lead_id).locked_by == ANNA.id
        network.heal()
        await anna.advance(120)
        assert company.lead(lead_id).is_free


async def test_a_disk_that_refuses_is_said_beside_the_text_and_the_text_stays(
    company: Company, state_dir: Path, sit_down: SitDown
) -> None:
    company.add("Иван Петров")
    blocking = block_the_drafts(state_dir)
    async with sit_down() as anna:
        await anna.press("enter")
        await anna.type("Важное")
        await anna.advance(1)
        assert "NOT SAVED" in anna.screen()
        assert anna.answer.text == "Важное"
        unblock(blocking)
        await anna.advance(5)
        assert "6/2000 saved" in anna.screen()
        assert list(drafts_on_disk(state_dir).values()) == ["Важное"]


@pytest.mark.parametrize("keys", [("escape",), ("escape", "escape", "escape"), ("f4",), ("f8",), ("ctrl+s",)])
async def test_keys_that_need_an_open_lead_do_no_harm_without_one(
    keys: tuple[str, ...], company: Company, network: Network, sit_down: SitDown
) -> None:
    lead_id = company.add("Иван Петров")
    async with sit_down() as anna:
        network.forget()
        await anna.press(*keys)
        assert network.sent == []
        assert company.lead(lead_id).result == "missed"
        assert len(anna.app.screen_stack) == 2
