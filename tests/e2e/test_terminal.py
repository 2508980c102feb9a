"""The pseudo-terminal that the other tests look through shows what a terminal shows."""

from __future__ import annotations

import re
import signal
import sys
from pathlib import Path

import pytest

from tests.e2e.emulator import Emulator
from tests.e2e.terminal import Terminal, clean_environment


def run(home: Path, code: str, columns: int = 40, rows: int = 5) -> Terminal:
    return Terminal([sys.executable, "-c", code], environ=clean_environment(home), columns=columns, rows=rows)


def test_text_keys_and_exit_code_pass_through(home: Path) -> None:
    with run(home, "name = input('who? '); print('hello', name); raise SystemExit(3)") as terminal:
        terminal.wait_for("who?")
        terminal.type("Анна")
        terminal.press("enter")

        assert terminal.wait_exit() == 3
        assert terminal.screen[:2] == ["who? Анна", "hello Анна"]
        assert terminal.left_behind() == {}


def test_a_wait_that_fails_shows_the_screen_and_the_exit_code(home: Path) -> None:
    with run(home, "print('only this'); raise SystemExit(7)") as terminal:
        terminal.wait_exit()
        with pytest.raises(AssertionError, match=r"(?s)never showed 'that'.*exit code 7.*only this"):
            terminal.wait_for("that")


def test_a_new_size_reaches_the_program(home: Path) -> None:
    code = (
        "import os, signal\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGWINCH})\n"
        "print('ready', flush=True)\n"
        "signal.sigwait({signal.SIGWINCH})\n"
        "print(os.get_terminal_size().columns)"
    )
    with run(home, code) as terminal:
        terminal.wait_for("ready")
        terminal.resize(60, 10)
        terminal.wait_for(re.compile("^60$", re.MULTILINE))

        assert len(terminal.screen) == 10


def test_a_closed_window_hangs_up_the_program(home: Path) -> None:
    with run(home, "import time; print('up', flush=True); time.sleep(600)") as terminal:
        terminal.wait_for("up")
        terminal.hang_up()

        assert terminal.wait_exit() == -signal.SIGHUP


def test_nothing_of_the_program_is_left_at_the_end(home: Path) -> None:
    code = (
        "import os, signal, time\n"
        "signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "child = os.fork()\n"
        "if child: print('child', child, flush=True)\n"
        "else: os.setpgid(0, 0)\n"
        "time.sleep(600)"
    )
    with run(home, code) as terminal:
        child = int(terminal.wait_for(re.compile(r"child \d+")).split()[1])

    assert state_of(child) in {"gone", "Z"}


def state_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return "gone"


def test_modes_and_line_discipline_that_a_program_leaves_changed_are_told(home: Path) -> None:
    code = r"import tty; tty.setraw(0); print('\x1b[?1049h\x1b[?25l\x1b[?2004h\x1b[>1u', end='', flush=True)"
    with run(home, code) as terminal:
        terminal.wait_exit()

        assert set(terminal.left_behind()) == {"?1049", "?25", "?2004", "kitty keyboard", "termios"}


@pytest.mark.parametrize(
    "sequence",
    [
        "\x1b[>1u",
        "\x1b[<u",
        "\x1b[?u",
        "\x1b[>4;2m",
        "\x1b[14t",
        "\x1b[?2048$p",
        "\x1b[?2026h",
        "\x1b]52;c;aGk=\x07",
        "\x1b]8;;https://example.com\x1b\\",
        "\x1bP+q544e\x1b\\",
        "\x1b_Gi=1;AAAA\x1b\\",
        "\x1b(B",
        "\x1b=",
        "\u200d",
        "\ufe0f",
        "\u202e",
    ],
)
def test_what_draws_nothing_shows_nothing_and_takes_nothing_away(sequence: str) -> None:
    whole, torn = Emulator(20, 2), Emulator(20, 2)

    whole.feed(f"до{sequence}после".encode())
    for byte in f"до{sequence}после".encode():
        torn.feed(bytes([byte]))

    assert whole.lines() == torn.lines() == ["допосле", ""]


def test_questions_of_a_program_are_answered() -> None:
    emulator = Emulator(20, 2)

    assert (
        emulator.feed(b"ab\x1b[6n\x1b[c\x1b[?2026$p\x1b[?2048$p")
        == b"\x1b[1;3R\x1b[?62;22c\x1b[?2026;2$y\x1b[?2048;0$y"
    )


def test_wide_and_combined_characters_keep_their_columns() -> None:
    emulator = Emulator(20, 2)

    emulator.feed("日本 й e\u0301 👩\u200d👧|".encode())

    assert emulator.lines()[0] == "日本 й é 👩👧|"
