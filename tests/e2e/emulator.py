"""What a terminal makes of the bytes it gets: the screen, by pyte, and the modes and questions that pyte mistakes.

pyte prints the tail of private sequences (`ESC[<u`), takes `ESC[>4;1m` for colours, knows no DCS, and drops the rest
of a chunk behind a zero-width joiner; so only what it understands is handed on. Modes are kept here, because a test
asks whether they were put back.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass, field
from typing import Final

import pyte
from wcwidth import wcwidth

SEQUENCE: Final = re.compile(
    r"\x1b\[(?P<private>[<=>?]?)(?P<parameters>[0-9;:]*)(?P<between>[ -/]*)(?P<final>[@-~])"
    r"|\x1b\](?P<osc>[^\x07\x1b]*)(?:\x07|\x1b\\)"
    r"|\x1b[PX^_](?P<string>[^\x1b]*)\x1b\\"
    r"|\x1b(?P<charset>[ -/]+[0-~])"
    r"|\x1b(?P<escape>[0-OQ-WYZ`-~])"
    r"|(?P<text>[^\x1b]+)"
)
ON_AT_START: Final = {7, 25}
"""Modes that a fresh terminal has on: it wraps lines and shows its cursor."""
DRAWN: Final = {6, 7, 25}
"""Private modes that pyte draws by; 3 would resize it, the others it does not know."""
SUPPORTED: Final = {1000, 1003, 1004, 1006, 1049, 2004, 2026} | DRAWN
PYTE_CSI: Final = frozenset("ABCDEFGHJKLMPXadefgr`'@m")


@dataclass
class Emulator:
    """A terminal of this size. `feed` takes its output and gives the answers to what was asked of it."""

    columns: int
    rows: int
    modes: dict[int, bool] = field(default_factory=dict)
    keyboard_depth: int = 0
    """How many times the kitty keyboard protocol was pushed and not popped."""
    title: str = ""

    def __post_init__(self) -> None:
        self._screen = pyte.Screen(self.columns, self.rows)
        self._stream = pyte.Stream(self._screen)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""

    def feed(self, data: bytes) -> bytes:
        """Draws what is complete, keeps a torn sequence for the next time, and gives what a terminal would answer."""
        buffer = self._rest + self._decoder.decode(data)
        answers: list[str] = []
        position = 0
        while position < len(buffer) and (found := SEQUENCE.match(buffer, position)):
            position = found.end()
            if found["text"] is not None:
                self._stream.feed("".join(filter(_is_drawn, found["text"])))
            elif found["final"] is not None:
                answers.append(self._control(found))
            elif found["osc"] is not None and found["osc"].startswith(("0;", "2;")):
                self.title = found["osc"][2:]
            elif found["escape"] is not None and found["escape"] in "78DEHMc":
                self._stream.feed(found[0])
        self._rest = buffer[position:]
        return "".join(answers).encode()

    def lines(self) -> list[str]:
        """The rows of the screen as they are read, without spaces at the end."""
        return [line.rstrip() for line in self._screen.display]

    def is_bold(self, text: str) -> bool:
        """Whether this text stands somewhere on the screen in bold letters."""
        for row in range(self.rows):
            cells = self._screen.buffer[row]
            bold = "".join(cells[x].data if cells[x].bold else "\n" for x in range(self.columns))
            if text in bold:
                return True
        return False

    def cursor(self) -> tuple[int, int]:
        """Column and row of the cursor, from 0."""
        return self._screen.cursor.x, self._screen.cursor.y

    def resize(self, columns: int, rows: int) -> None:
        """Another size; the program draws anew."""
        self.columns, self.rows = columns, rows
        self._screen.resize(rows, columns)

    def is_on(self, mode: int) -> bool:
        """Whether this private mode is on."""
        return self.modes.get(mode, mode in ON_AT_START)

    def changed_modes(self) -> dict[str, bool]:
        """What a shell would find changed: the private modes, and the keyboard protocol. Empty after a clean leave."""
        changed = {f"?{mode}": on for mode, on in self.modes.items() if on != (mode in ON_AT_START)}
        return changed | ({"kitty keyboard": True} if self.keyboard_depth else {})

    def _control(self, found: re.Match[str]) -> str:
        private, parameters, between, final = found["private"], found["parameters"], found["between"], found["final"]
        if between:
            return self._report_mode(parameters) if (private, between, final) == ("?", "$", "p") else ""
        if private == "?" and final in "hl":
            self._set_modes(parameters, on=final == "h")
        elif private in {">", "<"} and final == "u":
            self.keyboard_depth = max(0, self.keyboard_depth + (1 if private == ">" else -int(parameters or 1)))
        elif not private and final == "c":
            return "\x1b[?62;22c"
        elif not private and final == "n":
            column, row = self.cursor()
            return {"5": "\x1b[0n", "6": f"\x1b[{row + 1};{column + 1}R"}.get(parameters, "")
        elif not private and final in PYTE_CSI:
            # Colons separate the parts of one colour or underline (`4:3`, `38:2::r:g:b`).
            plain = re.sub(r"(^|;)4:\d+", r"\g<1>4", parameters)
            self._stream.feed(f"\x1b[{re.sub(':+', ';', plain)}{final}")
        return ""

    def _set_modes(self, parameters: str, *, on: bool) -> None:
        for mode in map(int, filter(None, parameters.split(";"))):
            self.modes[mode] = on
            if mode in DRAWN:
                self._stream.feed(f"\x1b[?{mode}{'h' if on else 'l'}")
            elif mode == 1049:  # the other screen; what was on the first one no test asks for
                self._screen.erase_in_display(2)
                self._screen.cursor_position()

    def _report_mode(self, parameters: str) -> str:
        mode = int(parameters or 0)
        state = 0 if mode not in SUPPORTED else 1 if self.is_on(mode) else 2
        return f"\x1b[?{mode};{state}$y"


def _is_drawn(character: str) -> bool:
    return character < " " or wcwidth(character) > 0 or unicodedata.combining(character) > 0
