"""What visitors write reaches the terminal as text only: no sequence of theirs, whatever lead is shown or opened."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Any

from tests.e2e.desks import desk, inbox_of, open_lead
from tests.e2e.emulator import SEQUENCE
from tests.e2e.served import ANNA, Witness, served

OURS = re.compile(
    r"\x1b\[[0-9;:]*[mH]"  # colours, and where to draw
    r"|\x1b\[\?(?:7|25|1000|1003|1004|1006|1015|1049|2004|2026|2048)[hl]"  # Textual's modes
    r"|\x1b\[\?(?:2026|2048)\$p|\x1b\[>\d+u|\x1b\[<u"  # what the terminal can do, and its keyboard
    r"|\x1b\]22;[a-z-]*\x07"  # the pointer's shape
)
"""All that the desk itself sends; a visitor's sequence would be another one, or stand among the text."""
HIDDEN = set("\u00ad\u061c\u200b\u200e\u200f\u2060\ufeff") | set(
    map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
)


PAYLOADS = (
    "\x1b]52;c;cHduZWQ=\x07",
    "\x1b]52;c;cHduZWQ=",
    "\x1b]0;pwned\x1b\\",
    "\x1b[2J\x1b[1;1H\x1b[31m",
    "\x1b[6n\x1b[c\x1b[?1049l\x1b[?1000h",
    "\x9b31m\x9d0;pwned\x9c\x90+q544e\x9c",
    "\x1bP+q544e\x1b\\\x1b_Gi=1;AAAA\x1b\\",
    "\x1b]8;;https://evil.example\x1b\\жми\x1b]8;;\x1b\\",
    "\u202e\u2066fdp.exe\u2069\u202c\u200b\u200f\ufeff",
    "\x07\x08\x08\x0b\x0c\x0e\x1b(0\x1bc",
    "[bold red]x[/] [/] [/foo] [@click=app.quit]x[/] [link=https://evil.example]y[/link]",
)
"""What visitors have tried elsewhere; the seeds bring more."""


def somewhere(witness: Witness) -> dict[str, int]:
    """A site and a conversation of a seeded lead, for a new one to come from."""
    known = next(lead for lead in inbox_of(witness) if lead["conversation"])
    return {"site_id": known["site"]["id"], "conversation_id": known["conversation"]["id"]}


def is_odd(lead: dict[str, Any]) -> bool:
    """Whether the visitor put in more than plain text, or what looks like our markup."""
    words = f"{lead['name']}{lead.get('text') or ''}"
    return "[" in words or any(unicodedata.category(each) in {"Cc", "Cf"} and each != "\n" for each in words)


def test_the_whole_inbox_is_shown_without_a_sequence_of_a_visitors(home: Path, tmp_path: Path) -> None:
    with served(tmp_path, seed=60) as server, server.ask_as(ANNA) as anna:
        for payload in PAYLOADS:
            anna.post(
                "leads/add", name=payload[:200], text=f"до {payload} после", email="x@y.example", **somewhere(anna)
            )
        leads = inbox_of(anna)
        odd = [(place, lead) for place, lead in enumerate(leads) if is_odd(lead)]
        assert len(odd) >= len(PAYLOADS)

        with desk(server, home, ANNA) as terminal:
            for lead in leads:
                terminal.wait_for(re.compile(rf"#{lead['id']}\b"))
                terminal.press("down")
            for place, lead in odd:
                open_lead(terminal, place, lead["id"])
                terminal.press("f4")
                terminal.wait_gone("Answer to")
            terminal.wait_for(re.compile(r"\[/\]"))
            terminal.press("ctrl+q")

            assert terminal.wait_exit() == 0
            raw = terminal.raw.decode()
        assert anna.locked() == []

    sequences = [found[0] for found in SEQUENCE.finditer(raw) if found["text"] is None]
    assert sorted({each for each in sequences if not OURS.fullmatch(each)}) == []
    text = SEQUENCE.sub(lambda found: found["text"] or "", raw)
    controls = {each for each in text if unicodedata.category(each) == "Cc"} - {"\r", "\n"}
    assert controls == set()
    assert HIDDEN & set(text) == set()
    assert "pwned" not in terminal.title
