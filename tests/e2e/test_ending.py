"""Whatever ends a session, no lock is left behind and no text is lost."""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.desks import (
    HOLD,
    INBOX,
    desk,
    drafts_of,
    inbox_of,
    job_of,
    open_lead,
    shell,
    sign_in,
    to_inbox,
    wait_for_draft,
)
from tests.e2e.served import ANNA, LEADS_TUI, Served, Witness, served
from tests.e2e.terminal import PATIENCE, Terminal

TEXT = "Текст, который нельзя потерять"
RELEASED = 2.0
"""Seconds after which the server has every lead back."""
PROMISED = 3.0
"""Seconds after which the process is gone."""
LITTLE_WORK = 2.0
"""Seconds of the processor that an end without a terminal may cost: far less than spinning until it is noticed."""
NOHUP = ("sh", "-c", 'trap "" HUP; exec "$@"', "sh")

End = Callable[[Terminal], None]


def by_signal(number: signal.Signals) -> End:
    return lambda terminal: terminal.signal(number)


def by_hang_up(terminal: Terminal) -> None:
    terminal.hang_up()


ENDS = [
    pytest.param(by_signal(signal.SIGTERM), (), id="SIGTERM"),
    pytest.param(by_signal(signal.SIGHUP), (), id="SIGHUP"),
    pytest.param(by_hang_up, (), id="closed terminal"),
    pytest.param(by_hang_up, NOHUP, id="closed terminal under nohup"),
]


def end_in_time(terminal: Terminal, end: End, anna: Witness, lead_id: int) -> int:
    """Ends the desk, and gives the exit code, once the lead was given back and the process gone as promised."""
    started = time.monotonic()
    end(terminal)
    anna.wait_for_lead(lead_id, lambda lead: not lead["is_locked"])
    assert time.monotonic() - started < RELEASED
    code = terminal.wait_exit()
    assert time.monotonic() - started < PROMISED
    return code


@pytest.mark.parametrize(("end", "launcher"), ENDS)
def test_every_end_gives_the_lead_back_keeps_the_text_and_restores_the_terminal(
    home: Path, tmp_path: Path, end: End, launcher: tuple[str, ...]
) -> None:
    with served(tmp_path) as server, server.ask_as(ANNA) as anna:
        lead_id = inbox_of(anna)[0]["id"]
        with desk(server, home, ANNA, launcher=launcher) as terminal:
            open_lead(terminal, 0, lead_id)
            assert anna.locked() == [lead_id]
            terminal.type(TEXT)
            terminal.wait_for(TEXT)

            code = end_in_time(terminal, end, anna, lead_id)

            assert anna.locked() == []
            assert TEXT in drafts_of(home)
            if end is not by_hang_up:
                assert code in {128 + signal.SIGTERM, 128 + signal.SIGHUP}
                assert terminal.left_behind() == {}


@pytest.mark.parametrize(("end", "launcher"), [ENDS[0], ENDS[2]])
def test_an_answer_that_is_held_when_the_session_ends_is_not_sent_and_stays_a_draft(
    home: Path, tmp_path: Path, end: End, launcher: tuple[str, ...]
) -> None:
    with served(tmp_path) as server, server.ask_as(ANNA) as anna:
        lead_id = inbox_of(anna)[0]["id"]
        with desk(server, home, ANNA, launcher=launcher, settings={HOLD: "60"}) as terminal:
            open_lead(terminal, 0, lead_id)
            terminal.type(TEXT)
            terminal.press("ctrl+s")
            terminal.wait_for("sending in")
            assert anna.locked() == [lead_id]

            end_in_time(terminal, end, anna, lead_id)

        assert anna.lead(lead_id)["result"] == "missed"
        assert TEXT in drafts_of(home)
        with desk(server, home, ANNA) as terminal:
            open_lead(terminal, 0, lead_id)
            terminal.wait_for(TEXT)


@pytest.mark.parametrize(("end", "launcher"), [ENDS[0], ENDS[2]])
def test_the_end_does_not_wait_for_a_server_that_is_stopped(
    home: Path, tmp_path: Path, end: End, launcher: tuple[str, ...]
) -> None:
    with served(tmp_path) as server, server.ask_as(ANNA) as anna:
        lead_id = inbox_of(anna)[0]["id"]
        with desk(server, home, ANNA, launcher=launcher) as terminal:
            open_lead(terminal, 0, lead_id)
            terminal.type(TEXT)
            terminal.wait_for(TEXT)
            server.process.send_signal(signal.SIGSTOP)
            try:
                started = time.monotonic()
                end(terminal)
                terminal.wait_exit()

                assert time.monotonic() - started < PROMISED
            finally:
                server.process.send_signal(signal.SIGCONT)
            if end is not by_hang_up:
                assert f"#{lead_id}" in terminal.text
        assert TEXT in drafts_of(home)


def test_a_closed_terminal_under_nohup_ends_the_process_without_burning_the_processor(
    home: Path, tmp_path: Path
) -> None:
    with served(tmp_path) as server, desk(server, home, ANNA, launcher=NOHUP) as terminal:
        before = worked(terminal.pid)
        terminal.hang_up()
        assert is_gone(terminal.pid)
        # Nobody has reaped it yet, so its times can still be read.
        assert worked(terminal.pid) - before < LITTLE_WORK


def is_gone(pid: int) -> bool:
    """Whether this process ends in time; it may still wait to be reaped."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], PATIENCE)[0])
    finally:
        os.close(handle)


def worked(pid: int) -> float:
    """Seconds of the processor that this process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_a_stopped_desk_whose_terminal_is_closed_gives_the_lead_back(home: Path, tmp_path: Path) -> None:
    with served(tmp_path) as server, server.ask_as(ANNA) as anna:
        sign_in(server, home, ANNA)
        lead_id = inbox_of(anna)[0]["id"]
        with shell(home) as terminal:
            terminal.type(f"{LEADS_TUI}\r")
            terminal.wait_for(INBOX)
            open_lead(terminal, 0, lead_id)
            terminal.type(TEXT)
            to_inbox(terminal)
            terminal.press("ctrl+z")
            terminal.wait_for("Stopped")
            assert anna.locked() == [lead_id]

            terminal.hang_up()

            anna.wait_for_lead(lead_id, lambda lead: not lead["is_locked"])
        assert TEXT in drafts_of(home)


def test_a_stopped_desk_that_is_killed_as_a_job_gives_the_lead_back_and_is_gone(home: Path, tmp_path: Path) -> None:
    with served(tmp_path) as server, server.ask_as(ANNA) as anna:
        sign_in(server, home, ANNA)
        lead_id = inbox_of(anna)[0]["id"]
        with shell(home) as terminal:
            terminal.type(f"{LEADS_TUI}\r")
            terminal.wait_for(INBOX)
            open_lead(terminal, 0, lead_id)
            terminal.type(TEXT)
            to_inbox(terminal)
            terminal.press("ctrl+z")
            terminal.wait_for("Stopped")

            job = job_of(terminal)

            terminal.type("kill %1\r")

            assert is_gone(job)
            assert anna.locked() == []
            terminal.type("exit\r")
            terminal.wait_exit()
            assert terminal.left_behind() == {}
        assert TEXT in drafts_of(home)


def test_a_terminal_that_takes_nothing_more_does_not_keep_the_process(home: Path, tmp_path: Path) -> None:
    with served(tmp_path) as server, server.ask_as(ANNA) as anna:
        lead_id = inbox_of(anna)[0]["id"]
        with desk(server, home, ANNA) as terminal:
            open_lead(terminal, 0, lead_id)
            terminal.type(TEXT)
            terminal.wait_for(TEXT)
            terminal.stall()
            for turn in range(60):
                terminal.resize(100 + turn % 2, 40)
                terminal.type("ж" * 20)
            wait_for_draft(home, "ж" * 1200)

            end_in_time(terminal, by_signal(signal.SIGTERM), anna, lead_id)


def test_after_a_kill_the_next_start_goes_on_with_the_lead_and_its_text(home: Path, tmp_path: Path) -> None:
    with served(tmp_path) as server, server.ask_as(ANNA) as anna:
        lead_id = kill_at_work(server, home, anna)
        with desk(server, home, ANNA) as terminal:
            terminal.wait_for(f"#{lead_id}")
            terminal.wait_for("is still locked for you")
            terminal.press("enter")
            terminal.wait_for(TEXT)
            terminal.wait_for(f"Answer to #{lead_id}")
            assert anna.locked() == [lead_id]
            terminal.press("ctrl+q")
            assert terminal.wait_exit() == 0
        assert anna.locked() == []
        with desk(server, home, ANNA) as terminal:
            open_lead(terminal, 0, lead_id)
            assert "is still locked for you" not in terminal.text


def test_after_a_kill_the_next_start_gives_the_lead_back_and_keeps_its_text(home: Path, tmp_path: Path) -> None:
    with served(tmp_path) as server, server.ask_as(ANNA) as anna:
        lead_id = kill_at_work(server, home, anna)
        with desk(server, home, ANNA) as terminal:
            terminal.wait_for("is still locked for you")
            terminal.press("r")
            anna.wait_for_lead(lead_id, lambda lead: not lead["is_locked"])
            terminal.wait_gone("is still locked for you")
            assert TEXT in drafts_of(home)
            open_lead(terminal, 0, lead_id)
            terminal.wait_for(TEXT)


def kill_at_work(server: Served, home: Path, anna: Witness) -> int:
    """Kills a desk with an open lead and a text on disk; gives the lead."""
    found: int = inbox_of(anna)[0]["id"]
    with desk(server, home, ANNA) as terminal:
        open_lead(terminal, 0, found)
        terminal.type(TEXT)
        terminal.wait_for("saved")
        terminal.signal(signal.SIGKILL)
        terminal.wait_exit()
    assert anna.locked() == [found]
    return found
