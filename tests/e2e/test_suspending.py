"""Ctrl+z, SIGSTOP and back, for longer than a lock lives: the desk comes back drawn, and knows whose the lead is."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.desks import (
    INBOX,
    OPEN,
    desk,
    drafts_of,
    inbox_of,
    job_of,
    open_lead,
    shared_lead,
    shell,
    sign_in,
    to_inbox,
)
from tests.e2e.served import ANNA, BORIS, LEADS_TUI, Served, Witness, served
from tests.e2e.terminal import PATIENCE, Terminal

LOCK_MINUTES = "0.02"
"""A lock lives little more than a second."""
TEXT = "Начатый ответ"


@contextmanager
def job(server: Served, home: Path) -> Iterator[Terminal]:
    """A shell with a desk in its foreground."""
    sign_in(server, home, ANNA)
    with shell(home) as terminal:
        terminal.type(f"{LEADS_TUI}\r")
        terminal.wait_for(INBOX)
        yield terminal


def by_key(terminal: Terminal) -> None:
    terminal.press("ctrl+z")


def by_signal(number: signal.Signals) -> Callable[[Terminal], None]:
    return lambda terminal: os.kill(job_of(terminal), number)


def take(witness: Witness, lead_id: int) -> None:
    """Locks the lead for this witness as soon as it can be had."""
    deadline = time.monotonic() + PATIENCE
    while not witness.post("leads/lock", id=lead_id):
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize(
    "stop", [by_key, by_signal(signal.SIGTSTP), by_signal(signal.SIGSTOP)], ids=["ctrl+z", "SIGTSTP", "SIGSTOP"]
)
def test_a_desk_that_was_stopped_for_longer_than_its_lock_says_who_took_the_lead(
    home: Path, tmp_path: Path, stop: Callable[[Terminal], None]
) -> None:
    with served(tmp_path, "--lock-minutes", LOCK_MINUTES) as server, server.ask_as(ANNA) as anna:
        with server.ask_as(BORIS) as boris, job(server, home) as terminal:
            anna_place, _place, lead_id = shared_lead(anna, boris)
            open_lead(terminal, anna_place, lead_id)
            terminal.type(TEXT)
            terminal.wait_for(TEXT)
            to_inbox(terminal)

            stop(terminal)
            terminal.wait_for("Stopped")
            take(boris, lead_id)
            name = f"{boris.get('employees/me')['first_name']} {boris.get('employees/me')['last_name']}"
            terminal.type("fg\r")

            terminal.wait_for(f"LOCK LOST TO {name.upper()}")
            assert terminal.shows(INBOX)
            assert terminal.shows(TEXT)
            assert "shell>" not in terminal.text
            terminal.press("ctrl+q")
            terminal.wait_for("shell>")
            terminal.type("exit\r")
            terminal.wait_exit()
            assert terminal.left_behind() == {}
        assert TEXT in drafts_of(home)


def test_a_desk_that_comes_back_locks_again_what_nobody_took(home: Path, tmp_path: Path) -> None:
    with served(tmp_path, "--lock-minutes", LOCK_MINUTES) as server, server.ask_as(ANNA) as anna:
        lead_id = inbox_of(anna)[0]["id"]
        with job(server, home) as terminal:
            open_lead(terminal, 0, lead_id)
            terminal.type(TEXT)
            to_inbox(terminal)
            terminal.press("ctrl+z")
            terminal.wait_for("Stopped")
            assert TEXT in drafts_of(home)
            anna.wait_for_lead(lead_id, lambda lead: not lead["is_locked"])

            terminal.type("bg; wait %1; echo waited\r")
            terminal.wait_for(re.compile("^waited", re.MULTILINE))
            terminal.type("fg\r")

            held = anna.wait_for_lead(lead_id, lambda lead: lead["is_locked"])
            assert held["locked_by"]["email"] == ANNA
            terminal.wait_for(OPEN)
            terminal.wait_for(TEXT)


def test_ctrl_z_without_a_shell_to_come_back_from_stops_nothing(home: Path, tmp_path: Path) -> None:
    with served(tmp_path) as server, desk(server, home, ANNA) as terminal:
        terminal.press("ctrl+z")
        terminal.wait_for("no shell here")
        terminal.press("enter")
        terminal.wait_for(OPEN)
        terminal.press("ctrl+q")
        assert terminal.wait_exit() == 0
        assert terminal.left_behind() == {}
