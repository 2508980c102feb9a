"""An operator before the running app: presses keys, reads the screen, lets time pass."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final, TypeVar

from rich.segment import Segment
from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widgets import Input

from leads_tui.app import LeadsApp
from leads_tui.screens.desk import DeskScreen
from leads_tui.screens.sign_in import SignInScreen
from leads_tui.widgets.answer_box import AnswerBox
from leads_tui.widgets.bar import Bar
from leads_tui.widgets.inbox_pane import InboxPane
from leads_tui.widgets.lead_pane import LeadPane
from tests.tui.faults import Network
from tests.tui.hand_clock import HandClock

PATIENCE: Final = 20.0
"""Seconds of real time after which something that should come about has failed."""
CALM: Final = 2
"""So many looks in a row must find nothing going on."""

T = TypeVar("T")


class ThreadWork:
    """What the event loop has given to threads and not yet got back."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._pending: set[asyncio.Future[Any]] = set()
        self._give = loop.run_in_executor
        vars(loop)["run_in_executor"] = self._run  # what `asyncio.to_thread` calls

    def _run(self, executor: Any, work: Callable[..., T], *args: Any) -> asyncio.Future[T]:
        future: asyncio.Future[T] = self._give(executor, work, *args)
        self._pending.add(future)
        future.add_done_callback(self._pending.discard)
        return future

    @property
    def is_busy(self) -> bool:
        return bool(self._pending)


class Operator:
    """Whoever sits before the screen."""

    def __init__(
        self, app: LeadsApp, pilot: Pilot[int], network: Network, clock: HandClock, threads: ThreadWork
    ) -> None:
        self.app = app
        self.pilot = pilot
        self.network = network
        self.clock = clock
        self._threads = threads

    async def start(self) -> None:
        """Waits for what the app shows first: the inbox, or the sign-in."""
        await self.until(lambda: self.network.sent or isinstance(self.app.screen, SignInScreen))
        await self.settle()

    # What they do ----------------------------------------------------------------------------------------------

    async def press(self, *keys: str) -> None:
        """Presses keys by Textual's names, each once everything that came of the one before is done."""
        for key in keys:
            self._send_key(key)
            await self.settle()

    async def type(self, text: str) -> None:
        """Types the text, a key a character."""
        for character in text:
            self._send_key({" ": "space", "\n": "enter"}.get(character, character))
            await self.pilot.pause(0)
        await self.settle()

    async def paste(self, text: str) -> None:
        """Pastes the text where the cursor is."""
        self.app.post_message(events.Paste(text))
        await self.settle()

    async def advance(self, seconds: float) -> None:
        """Lets time pass for the desk and the server."""
        await self.clock.advance(seconds, self.settle)

    async def settle(self) -> None:
        """Waits until nothing goes on any more: no message, no request on its way, no thread at work. Whoever waits
        for the clock, or for a request that a test holds back, goes on waiting."""
        until = time.monotonic() + PATIENCE
        calm = 0
        while calm < CALM and self.app.is_running:
            assert time.monotonic() < until, "the app does not come to rest"
            await self.pilot.pause(0)
            if self.network.in_flight or self._threads.is_busy:
                await asyncio.sleep(0.001)
                calm = 0
            else:
                calm = calm + 1 if await self._is_loop_idle() else 0

    async def _is_loop_idle(self) -> bool:
        """Whether the event loop soon has nothing left that it could do at once."""
        loop = asyncio.get_running_loop()
        for _ in range(50):
            if not loop._ready:  # type: ignore[attr-defined] # asyncio has no public word for it
                return not (self.network.in_flight or self._threads.is_busy)
            await asyncio.sleep(0)
        return False

    async def until(self, condition: Callable[[], object], what: str = "") -> None:
        """Waits until the condition holds; for what real time decides."""
        until = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < until, what or "it did not come about"
            await self.pilot.pause(0.01)

    def hide_blinking(self) -> None:
        """Holds every cursor still, for a picture."""
        for field in self.app.screen.query(Input):
            field.cursor_blink = False

    # What they see ---------------------------------------------------------------------------------------------

    @property
    def desk(self) -> DeskScreen:
        screen = next(screen for screen in self.app.screen_stack if isinstance(screen, DeskScreen))
        assert isinstance(screen, DeskScreen)
        return screen

    @property
    def inbox(self) -> InboxPane:
        return self.desk.query_one(InboxPane)

    @property
    def pane(self) -> LeadPane:
        return self.desk.query_one(LeadPane)

    @property
    def answer(self) -> AnswerBox:
        return self.desk.query_one(AnswerBox)

    @property
    def notice(self) -> str:
        return self.desk.query_one("#notice", Bar).left

    @property
    def header(self) -> str:
        bar = self.desk.query_one("#header", Bar)
        return f"{bar.left}  {bar.right}".strip()

    @property
    def focused(self) -> str:
        """What has the focus: a widget's id."""
        return (self.app.focused.id or "") if self.app.focused else ""

    @property
    def names(self) -> list[str]:
        """The inbox's leads, by name, from the top."""
        return [row.lead.name for row in self.inbox.rows]

    @property
    def under_cursor(self) -> str:
        """The name of the lead under the inbox's cursor."""
        return next(row.lead.name for row in self.inbox.rows if row.lead.id == self.inbox.cursor_id)

    @property
    def keys(self) -> dict[str, str]:
        """The bottom line: keys and their words."""
        return dict(self.desk.query_one("#keys").keys)  # type: ignore[attr-defined] # KeyBar; its id says so

    @property
    def list_words(self) -> str:
        """What the inbox shows, as running text."""
        lines = (self.inbox.render_line(y).text for y in range(1, self.inbox.size.height))
        return " ".join(" ".join(lines).split())

    def strips(self) -> list[Strip]:
        """The lines as they are drawn."""
        return self.app.screen._compositor.render_strips()

    def segments(self) -> list[Segment]:
        """Everything that is drawn, piece by piece."""
        return [segment for strip in self.strips() for segment in strip]

    def screen(self) -> str:
        """The whole screen as text."""
        return "\n".join(strip.text.rstrip() for strip in self.strips())

    def row_of(self, name: str) -> str:
        """The line of the inbox that holds this name."""
        width = self.inbox.size.width
        lines = (self.inbox.render_line(y).crop(0, width).text for y in range(1, self.inbox.size.height))
        return next(line for line in lines if name in line)

    def _send_key(self, key: str) -> None:
        character = key if len(key) == 1 else _CHARACTERS.get(key)
        self.app.post_message(events.Key(_character_to_key(key) if len(key) == 1 else key, character))


_CHARACTERS: Final = {"space": " ", "enter": "\r", "tab": "\t", "slash": "/"}
