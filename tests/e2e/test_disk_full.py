"""A disk that takes no more: it is said, typing goes on, and what was typed is saved as soon as there is room."""

from __future__ import annotations

import contextlib
import resource
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.desks import HOLD, desk, inbox_of, open_lead, wait_for_draft
from tests.e2e.served import ANNA, served
from tests.e2e.terminal import PATIENCE, Terminal

FIRST = "Есть на диске"
LATER = ", а этого на диске ещё нет"
SMALL = 256 * 1024


@pytest.fixture
def small_disk(home: Path) -> Iterator[Path]:
    """The state folder on a file system of its own, with room for little."""
    folder = home / ".local/state/leads-tui"
    folder.mkdir(parents=True, mode=0o700)
    command = ["mount", "-t", "tmpfs", "-o", f"size={SMALL},mode=0700", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(command, check=False, capture_output=True, text=True, timeout=PATIENCE)
    except FileNotFoundError:
        pytest.skip("there is no mount command here")
    if mounted.returncode:
        pytest.skip(f"this user may not mount a small file system: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True, timeout=PATIENCE)


def test_a_full_disk_is_said_and_costs_no_letter_once_there_is_room(
    home: Path, tmp_path: Path, small_disk: Path
) -> None:
    ballast = small_disk / "ballast"

    def fill() -> None:
        with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while file.write(bytes(4096)):
                pass

    with served(tmp_path) as server, server.ask_as(ANNA) as anna:
        lead_id = inbox_of(anna)[0]["id"]
        with desk(server, home, ANNA, settings={HOLD: "0"}) as terminal:
            type_through_the_trouble(terminal, home, lead_id, fill, "No space left on device", ballast.unlink)
            assert small_disk.is_mount()


def test_a_limit_for_files_is_said_and_costs_no_letter_once_it_is_lifted(home: Path, tmp_path: Path) -> None:
    with served(tmp_path) as server, server.ask_as(ANNA) as anna:
        lead_id = inbox_of(anna)[0]["id"]
        with desk(server, home, ANNA, settings={HOLD: "0"}) as terminal:
            before = resource.prlimit(terminal.pid, resource.RLIMIT_FSIZE)
            type_through_the_trouble(
                terminal,
                home,
                lead_id,
                lambda: resource.prlimit(terminal.pid, resource.RLIMIT_FSIZE, (16, before[1])),
                "File too large",
                lambda: resource.prlimit(terminal.pid, resource.RLIMIT_FSIZE, before),
            )


def type_through_the_trouble(
    terminal: Terminal,
    home: Path,
    lead_id: int,
    fill: Callable[[], object],
    reason: str,
    make_room: Callable[[], object],
) -> None:
    open_lead(terminal, 0, lead_id)
    terminal.type(FIRST)
    wait_for_draft(home, FIRST)

    fill()
    terminal.type(LATER)
    terminal.wait_for(f"NOT SAVED: {reason}")
    assert terminal.shows(FIRST + LATER)
    wait_for_draft(home, FIRST)
    terminal.press("ctrl+s")
    terminal.wait_for("not sent")
    terminal.type("…")
    terminal.wait_for(f"{FIRST}{LATER}…")

    make_room()
    wait_for_draft(home, f"{FIRST}{LATER}…")
    terminal.wait_gone("NOT SAVED")
    terminal.press("ctrl+s")
    terminal.wait_for("the server holds your text", timeout=PATIENCE)
