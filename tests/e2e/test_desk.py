"""The desk from the first start to a verified answer, in real terminals against a real server."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest

from tests.e2e.desks import INBOX, OPEN, desk, drafts_of, go_to, inbox_of, open_lead, shared_lead
from tests.e2e.served import ANNA, BORIS, LEADS_TUI, PASSWORD, served
from tests.e2e.terminal import Terminal, clean_environment

ANSWER = "Добрый день! Да, есть в наличии: «Орион», 2 шт. — ждём вас ☕"


def test_a_fresh_machine_signs_in_answers_a_lead_and_the_server_holds_it(home: Path, tmp_path: Path) -> None:
    with served(tmp_path) as server, Terminal([LEADS_TUI], environ=clean_environment(home)) as terminal:
        terminal.wait_for("Server address")
        for entry in (server.base_url, ANNA, PASSWORD):
            terminal.type(entry)
            terminal.press("enter")
        terminal.wait_for(INBOX)
        terminal.press("enter")
        terminal.wait_for(OPEN)
        opened = re.search(r"Answer to #(\d+)", terminal.text)
        assert opened is not None
        lead_id = int(opened[1])

        terminal.type(ANSWER)
        terminal.wait_for(ANSWER)
        terminal.press("ctrl+s")
        terminal.wait_for(re.compile(rf"#{lead_id} .*: answered; the server holds your text"))

        with server.ask_as(ANNA) as witness:
            lead = witness.wait_for_lead(lead_id, lambda lead: not lead["is_locked"])
            assert lead["result"] == "completed"
            assert lead["completed_by"]["email"] == ANNA
            assert lead["answer_text"] == ANSWER
            assert witness.locked() == []
        assert lead_id not in shown_ids(terminal)
        terminal.press("ctrl+q")
        assert terminal.wait_exit() == 0
        assert terminal.left_behind() == {}
    assert ANSWER not in drafts_of(home)
    for path in (home / ".local/state/leads-tui").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def shown_ids(terminal: Terminal) -> list[int]:
    """The ids of the leads named on the screen, but for what the notice line tells."""
    return [int(number) for line in terminal.screen[:-3] for number in re.findall(r"#(\d+)", line)]


def test_a_second_start_needs_no_sign_in(home: Path, tmp_path: Path) -> None:
    with served(tmp_path) as server:
        for _start in range(2):
            with desk(server, home, ANNA) as terminal:
                terminal.press("ctrl+q")
                assert terminal.wait_exit() == 0


def test_a_wrong_password_is_told_and_the_next_try_works(home: Path, tmp_path: Path) -> None:
    with served(tmp_path) as server, Terminal([LEADS_TUI], environ=clean_environment(home)) as terminal:
        terminal.wait_for("Server address")
        for entry in (server.base_url, ANNA, "sesame"):
            terminal.type(entry)
            terminal.press("enter")
        terminal.wait_for("does not know this e-mail")
        assert not list(home.rglob("token.json"))

        terminal.type(PASSWORD)
        terminal.press("enter")
        terminal.wait_for(INBOX)
        assert b"sesame" not in terminal.raw


def test_boris_sees_who_holds_what_anna_has_open(home: Path, boris_home: Path, tmp_path: Path) -> None:
    with served(tmp_path) as server, server.ask_as(ANNA) as anna, server.ask_as(BORIS) as boris:
        anna_place, boris_place, lead_id = shared_lead(anna, boris)
        name = f"{anna.get('employees/me')['first_name']} {anna.get('employees/me')['last_name']}"
        with desk(server, boris_home, BORIS) as at_boris, desk(server, home, ANNA) as at_anna:
            open_lead(at_anna, anna_place, lead_id)

            # Boris's list is older than Anna's lock: the server's refusal is what tells him.
            go_to(at_boris, boris_place, lead_id)
            at_boris.press("enter")
            at_boris.wait_for(f"LOCKED BY {name.upper()}")
            at_boris.type("so not")
            at_boris.press("ctrl+s")
            assert anna.lead(lead_id)["locked_by"]["email"] == ANNA

            at_anna.press("f4")
            anna.wait_for_lead(lead_id, lambda lead: not lead["is_locked"])
            at_boris.press("f4")
            at_boris.wait_gone("Answer to")
            at_boris.press("enter")
            at_boris.wait_for(OPEN)
            assert "so not" not in at_boris.text
            holder = boris.lead(lead_id)
            assert (holder["result"], holder["locked_by"]["email"]) == ("missed", BORIS)


def test_leaving_a_lead_gives_it_back_and_its_draft_waits(home: Path, tmp_path: Path) -> None:
    with served(tmp_path) as server, server.ask_as(ANNA) as anna:
        lead_id = inbox_of(anna)[0]["id"]
        with desk(server, home, ANNA) as terminal:
            open_lead(terminal, 0, lead_id)
            terminal.type("Недописанный ответ")
            terminal.wait_for("Недописанный ответ")
            terminal.press("ctrl+q")
            assert terminal.wait_exit() == 0
        assert anna.locked() == []
        assert "Недописанный ответ" in drafts_of(home)

        with desk(server, home, ANNA) as terminal:
            open_lead(terminal, 0, lead_id)
            terminal.wait_for("Недописанный ответ")


@pytest.mark.parametrize(
    ("mode", "content", "told"),
    [(0o644, "t0ken", "chmod 600"), (0o600, "two words", "holds no token")],
)
def test_a_token_file_that_cannot_be_trusted_is_one_line(home: Path, mode: int, content: str, told: str) -> None:
    token_file = home / ".local/state/leads-tui/token.json"
    token_file.parent.mkdir(parents=True)
    token_file.write_text(content)
    token_file.chmod(mode)

    with Terminal([LEADS_TUI], environ=clean_environment(home), columns=200) as terminal:
        assert terminal.wait_exit() == 2
        assert told in terminal.text
        assert b"Traceback" not in terminal.raw
        assert terminal.left_behind() == {}


def test_a_key_that_is_given_twice_is_one_line_that_names_the_file(home: Path) -> None:
    config = home / ".config/leads-tui/config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('[keys]\n"lead.open" = "ctrl+q"\n')

    with Terminal([LEADS_TUI], environ=clean_environment(home), columns=200) as terminal:
        assert terminal.wait_exit() == 2
        assert f"leads-tui: {config}: keys." in terminal.text
        assert b"Traceback" not in terminal.raw
