"""Whatever ends a session, no lock is left behind and no text is lost."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from tests.e2e.desks import INBOX, desk, drafts_of, inbox_of, open_lead, sign_in
from tests.e2e.served import ANNA, LEADS_TUI, served
from tests.e2e.terminal import Terminal, clean_environment

TEXT = "Текст, который нельзя потерять"
PROMISED = 3.0
"""Seconds after which the process is gone."""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_gives_the_lead_back_keeps_the_text_and_restores_the_terminal(
    home: Path, tmp_path: Path, number: signal.Signals
) -> None:
    with served(tmp_path) as server, server.ask_as(ANNA) as anna:
        lead_id = inbox_of(anna)[0]["id"]
        with desk(server, home, ANNA) as terminal:
            open_lead(terminal, 0, lead_id)
            assert anna.locked() == [lead_id]
            terminal.type(TEXT)
            terminal.wait_for(TEXT)

            started = time.monotonic()
            terminal.signal(number)
            code = terminal.wait_exit()

            assert time.monotonic() - started < PROMISED
            assert code == 128 + number
            assert anna.locked() == []
            assert TEXT in drafts_of(home)
            assert terminal.left_behind() == {}


@pytest.mark.parametrize("launcher", [[], ["sh", "-c", 'trap "" HUP; exec "$@"', "sh"]], ids=["hangup", "nohup"])
def test_a_closed_terminal_gives_the_lead_back_and_keeps_the_text(
    home: Path, tmp_path: Path, launcher: list[str]
) -> None:
    with served(tmp_path) as server, server.ask_as(ANNA) as anna:
        lead_id = inbox_of(anna)[0]["id"]
        sign_in(server, home, ANNA)
        with Terminal([*launcher, LEADS_TUI], environ=clean_environment(home)) as terminal:
            terminal.wait_for(INBOX)
            open_lead(terminal, 0, lead_id)
            terminal.type(TEXT)
            terminal.wait_for(TEXT)

            started = time.monotonic()
            terminal.hang_up()
            terminal.wait_exit()

            assert time.monotonic() - started < PROMISED
            assert anna.locked() == []
            assert TEXT in drafts_of(home)


def test_the_end_does_not_wait_for_a_server_that_is_stopped(home: Path, tmp_path: Path) -> None:
    with served(tmp_path) as server, server.ask_as(ANNA) as anna:
        lead_id = inbox_of(anna)[0]["id"]
        with desk(server, home, ANNA) as terminal:
            open_lead(terminal, 0, lead_id)
            terminal.type(TEXT)
            terminal.wait_for(TEXT)
            server.process.send_signal(signal.SIGSTOP)
            try:
                started = time.monotonic()
                terminal.signal(signal.SIGTERM)
                terminal.wait_exit()

                assert time.monotonic() - started < PROMISED
            finally:
                server.process.send_signal(signal.SIGCONT)
        assert TEXT in drafts_of(home)
        assert f"#{lead_id}" in terminal.text
