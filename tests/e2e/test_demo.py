"""`leads-tui demo` needs nothing: no settings, no server, no port, and leaves nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.desks import INBOX, OPEN
from tests.e2e.served import LEADS_TUI
from tests.e2e.terminal import Terminal, clean_environment


@pytest.mark.parametrize(("columns", "rows"), [(120, 40), (80, 24), (40, 15)])
def test_the_demo_shows_the_desk_and_leaves_no_trace(home: Path, columns: int, rows: int) -> None:
    command = [LEADS_TUI, "demo", "--still"]
    with Terminal(command, environ=clean_environment(home), columns=columns, rows=rows) as terminal:
        terminal.wait_for(INBOX)
        assert listening(terminal.pid) == []
        terminal.press("enter")
        terminal.wait_for(OPEN)
        terminal.press("ctrl+q")

        assert terminal.wait_exit() == 0
        assert terminal.left_behind() == {}
    assert list(home.iterdir()) == []


def listening(pid: int) -> list[str]:
    """The TCP sockets on which this process listens."""
    mine = {link.readlink().name for link in Path(f"/proc/{pid}/fd").iterdir() if "socket:" in str(link.readlink())}
    found = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in mine:
                found.append(fields[1])
    return found
