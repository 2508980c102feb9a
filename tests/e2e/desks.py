"""The desk in a pseudo-terminal, as one operator has it before them."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx

from leads_tui.api.models import Token
from leads_tui.credentials import write_token
from tests.e2e.served import LEADS_TUI, PASSWORD, Served, Witness
from tests.e2e.terminal import PATIENCE, Terminal, clean_environment

INBOX = re.compile(r"Inbox: .*\b1/\d+")
"""The inbox with leads in it and the cursor on one."""
OPEN = re.compile(r"LOCKED BY YOU \d+ min")


HOLD = "LEADS_TUI_HOLD_SECONDS"


def token_file(home: Path) -> Path:
    """Where this home's sign-in lies."""
    return home / ".local/state/leads-tui/token.json"


def sign_in(server: Served, home: Path, email: str) -> None:
    """Signs this home in, as `leads-tui login` would, without the second that a process of its own takes."""
    grant = {"grant_type": "password", "username": email, "password": PASSWORD}
    answer = httpx.post(f"{server.base_url}/oauth2/token", data=grant, timeout=PATIENCE)
    write_token(token_file(home), Token.model_validate(answer.json()), server.base_url, email)


@contextmanager
def desk(
    server: Served,
    home: Path,
    email: str,
    *,
    columns: int = 120,
    rows: int = 40,
    launcher: Sequence[str] = (),
    settings: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Terminal]:
    """A signed-in desk with its inbox on the screen; `launcher` is what runs it, `settings` its environment."""
    if not token_file(home).exists():
        sign_in(server, home, email)
    command = [*launcher, LEADS_TUI]
    surroundings = clean_environment(home, **settings)
    with Terminal(command, environ=surroundings, columns=columns, rows=rows) as terminal:
        terminal.wait_for(INBOX)
        yield terminal


@contextmanager
def shell(home: Path) -> Iterator[Terminal]:
    """An interactive shell with job control, to start a desk from and to come back to."""
    surroundings = clean_environment(home, PS1="shell> ", HISTFILE="")
    with Terminal(["bash", "--norc", "--noprofile", "-i"], environ=surroundings) as terminal:
        terminal.wait_for("shell>")
        yield terminal


def job_of(shell: Terminal) -> int:
    """The process id of the shell's only job."""
    return int(Path(f"/proc/{shell.pid}/task/{shell.pid}/children").read_text().split()[0])


def inbox_of(witness: Witness) -> list[dict[str, Any]]:
    """What the employee's inbox holds, in the order in which the desk shows it."""
    leads: list[dict[str, Any]] = []
    while page := witness.get("leads/listrouted", q="result=missed", sort="created_at:a", limit=100, offset=len(leads)):
        leads += page
    return leads


def shared_lead(anna: Witness, boris: Witness) -> tuple[int, int, int]:
    """A lead that both have in their inbox: its place in each, and its id."""
    anna_ids, boris_ids = ([lead["id"] for lead in inbox_of(witness)] for witness in (anna, boris))
    lead_id = next(each for each in anna_ids if each in boris_ids)
    return anna_ids.index(lead_id), boris_ids.index(lead_id), lead_id


def go_to(terminal: Terminal, place: int, lead_id: int) -> None:
    """Puts the cursor on the lead in this place of the inbox; the preview shows it then."""
    terminal.press("home", *["down"] * place)
    terminal.wait_for(re.compile(rf"#{lead_id}\b"))


def open_lead(terminal: Terminal, place: int, lead_id: int) -> None:
    """Opens the lead in this place of the inbox and waits for its lock."""
    go_to(terminal, place, lead_id)
    terminal.press("enter")
    terminal.wait_for(f"Answer to #{lead_id}")
    terminal.wait_for(OPEN)


def to_inbox(terminal: Terminal) -> None:
    """Leaves the answer for the inbox; a key that comes before the focus has moved would still go to the answer."""
    terminal.press("escape")
    terminal.wait_for(_is_at_inbox)


def _is_at_inbox(terminal: Terminal) -> bool:
    return terminal.is_bold("Inbox: ")


def wait_for_draft(home: Path, text: str) -> None:
    """Waits until this text, and all of it, lies on disk."""
    deadline = time.monotonic() + PATIENCE
    while text not in drafts_of(home):
        assert time.monotonic() < deadline, f"on disk is only {drafts_of(home)!r}"
        time.sleep(0.02)


def drafts_of(home: Path) -> str:
    """Everything that lies in this home's folder of drafts, as one text."""
    folder = home / ".local/state/leads-tui/drafts"
    return "\n".join(
        path.read_text(encoding="utf-8").encode().decode("unicode_escape")
        for path in folder.rglob("*")
        if path.is_file() and "trash" not in path.parts
    )
