"""A server or a line that fails in the middle of typing and of sending: nothing is lost, nothing is sent twice."""

from __future__ import annotations

import re
import signal
from pathlib import Path
from typing import Any

import httpx

from tests.e2e.desks import HOLD, desk, drafts_of, inbox_of, open_lead
from tests.e2e.served import ANNA, Served, served
from tests.e2e.terminal import Terminal
from tests.e2e.wire import wired

TEXT = "Ответ, который дойдёт ровно один раз"
SETTINGS = {HOLD: "0", "LEADS_TUI_POLL_SECONDS": "5"}
STORED = "the server holds your text"
SEND = "leads/setcompleted"


def port_of(server: Served) -> int:
    return httpx.URL(server.base_url).port or 0


def type_answer(terminal: Terminal, lead_id: int) -> None:
    open_lead(terminal, 0, lead_id)
    terminal.type(TEXT)
    terminal.wait_for(re.compile(r"\d/2000 saved"))


def is_annas(lead: dict[str, Any]) -> bool:
    """Whether the server holds the answer as Anna's, and has the lead back."""
    return (
        lead["result"] == "completed"
        and lead["completed_by"]["email"] == ANNA
        and lead["answer_text"] == TEXT
        and not lead["is_locked"]
    )


def first_of(server: Served) -> int:
    with server.ask_as(ANNA) as anna:
        found: int = inbox_of(anna)[0]["id"]
        return found


def test_a_server_that_goes_away_while_one_types_is_told_heals_and_costs_no_letter(home: Path, tmp_path: Path) -> None:
    with served(tmp_path) as server:
        lead_id = first_of(server)
        port = port_of(server)
        with desk(server, home, ANNA, settings=SETTINGS) as terminal:
            type_answer(terminal, lead_id)
            server.process.kill()
            terminal.wait_for(re.compile(r"offline since \d\d:\d\d, next try in \d+ s"))
            terminal.type(" — и ещё")
            terminal.wait_for(f"{TEXT} — и ещё")
            terminal.wait_for(re.compile(r"\d/2000 saved"))
            assert f"{TEXT} — и ещё" in drafts_of(home)
            terminal.press("ctrl+s")
            terminal.wait_for("not sent")
            assert terminal.shows(f"{TEXT} — и ещё")

            with served(tmp_path, port=port) as again, again.ask_as(ANNA) as anna:
                terminal.wait_gone("offline since")
                assert anna.lead(lead_id)["result"] == "missed"
                terminal.press(*["backspace"] * len(" — и ещё"), "ctrl+s")
                terminal.wait_for(STORED)
                anna.wait_for_lead(lead_id, is_annas)
                assert anna.locked() == []


def test_a_server_that_dies_before_the_answer_is_sent_gets_it_once_when_it_is_back(home: Path, tmp_path: Path) -> None:
    with served(tmp_path) as server, wired(server) as (wire, seen):
        lead_id = first_of(server)
        with desk(seen, home, ANNA, settings=SETTINGS) as terminal:
            type_answer(terminal, lead_id)
            wire.before["leads/lock"] = server.process.kill
            terminal.press("ctrl+s")
            terminal.wait_for("not sent")
            assert TEXT in drafts_of(home)

            with served(tmp_path, port=port_of(server)) as again, again.ask_as(ANNA) as anna:
                assert anna.lead(lead_id)["result"] == "missed"
                terminal.press("ctrl+s")
                terminal.wait_for(STORED)
                anna.wait_for_lead(lead_id, is_annas)
        assert wire.calls.count(SEND) == 1
        assert TEXT not in drafts_of(home)


def test_a_server_that_hangs_while_it_gets_the_answer_stores_it_once(home: Path, tmp_path: Path) -> None:
    with served(tmp_path) as server, wired(server) as (wire, seen), server.ask_as(ANNA) as anna:
        lead_id = first_of(server)
        with desk(seen, home, ANNA, settings=SETTINGS) as terminal:
            type_answer(terminal, lead_id)
            wire.before[SEND] = lambda: server.process.send_signal(signal.SIGSTOP)
            try:
                terminal.press("ctrl+s")
                terminal.wait_for("sending…")
                terminal.press("ctrl+s", "f2")
            finally:
                server.process.send_signal(signal.SIGCONT)
            terminal.wait_for(STORED)
            anna.wait_for_lead(lead_id, is_annas)
        assert wire.calls.count(SEND) == 1


def test_an_answer_of_which_nobody_knows_is_asked_for_until_it_is_known_and_never_sent_again(
    home: Path, tmp_path: Path
) -> None:
    with served(tmp_path) as server, wired(server) as (wire, seen), server.ask_as(ANNA) as anna:
        lead_id = first_of(server)
        with desk(seen, home, ANNA, settings=SETTINGS) as terminal:
            type_answer(terminal, lead_id)
            wire.cut_after.add(SEND)
            terminal.press("ctrl+s")
            terminal.wait_for("asking the server whether it holds it")
            assert TEXT in drafts_of(home)
            assert not terminal.shows(STORED)

            wire.is_cut = False
            terminal.wait_for(STORED)
            anna.wait_for_lead(lead_id, is_annas)
        assert wire.calls.count(SEND) == 1
        assert TEXT not in drafts_of(home)


def test_a_desk_killed_before_it_knows_asks_at_its_next_start_and_does_not_send_again(
    home: Path, tmp_path: Path
) -> None:
    with served(tmp_path) as server, wired(server) as (wire, seen), server.ask_as(ANNA) as anna:
        lead_id = first_of(server)
        with desk(seen, home, ANNA, settings=SETTINGS) as terminal:
            type_answer(terminal, lead_id)
            wire.cut_after.add(SEND)
            terminal.press("ctrl+s")
            terminal.wait_for("asking the server whether it holds it")
            terminal.signal(signal.SIGKILL)
            terminal.wait_exit()
        assert TEXT in drafts_of(home)

        wire.is_cut = False
        with desk(seen, home, ANNA, settings=SETTINGS) as terminal:
            terminal.wait_for(STORED)
            anna.wait_for_lead(lead_id, is_annas)
        assert wire.calls.count(SEND) == 1
        assert TEXT not in drafts_of(home)
