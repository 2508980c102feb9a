"""One lead's text on its way to disk while it is typed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from enum import StrEnum
from functools import partial
from typing import Any, Final

from leads_tui.desk.clock import Clock
from leads_tui.desk.draft_store import TRASH_KEEPS, Draft, DraftStore
from leads_tui.desk.tasks import OffLoop, Report, T, in_thread, start, to_its_end
from leads_tui.desk.texts import same_text

__all__ = ["DEBOUNCE", "RETRY_EVERY", "TRASH_KEEPS", "Draft", "DraftKeeper", "DraftStore", "SaveState"]

DEBOUNCE: Final = 0.4
"""Seconds from the first unsaved character to the save: with the write well under one second."""
RETRY_EVERY: Final = 2.0


class SaveState(StrEnum):
    """Where the typed text stands against the disk."""

    EMPTY = "empty"
    SAVING = "saving"
    SAVED = "saved"
    NOT_SAVED = "not saved"


class DraftKeeper:
    """Carries one lead's text to disk while it is typed, and says truly whether it is there.

    What is done with the disk is done one after the other and always to its end, also where the one who waits for it
    is cancelled: a write that overtakes another would leave the older text.
    """

    def __init__(
        self,
        lead_id: int,
        store: DraftStore,
        clock: Clock,
        on_change: Callable[[], None] = lambda: None,
        *,
        off_loop: OffLoop = in_thread,
        report: Report | None = None,
    ) -> None:
        self.lead_id = lead_id
        self.text = ""
        self.state = SaveState.EMPTY
        self.reason = ""
        self.load_problem = ""
        """Why the text from before cannot be read; nothing is saved over it until it can."""
        self.is_finished = False
        """True once its text was seen on the server; nothing is kept any more."""
        self._store = store
        self._clock = clock
        self._on_change = on_change
        self._off_loop = off_loop
        self._report = report
        self._on_disk = ""
        self._typed = asyncio.Event()
        self._turn = asyncio.Lock()
        self._is_loaded = False
        self._kept = ""

    async def load(self) -> None:
        """Fetches the text that was kept from before; what was typed meanwhile stands behind it. Raises OSError,
        and then nothing is saved until a later try succeeds, since it could overwrite what is there."""
        await self._to_its_end(self._load())

    def take_kept(self) -> str:
        """The text from before, once, for the answer box to put before what it holds."""
        kept, self._kept = self._kept, ""
        return kept

    def note(self, text: str) -> None:
        """Takes the text as the operator now has it; `keep` puts it on disk within a second. As long as the text from
        before was not taken, it is what the operator does not see yet, and stands before this one."""
        text = self._kept + text
        if text == self.text or self.is_finished:
            return
        self.text = text
        self._typed.set()
        self._become(SaveState.SAVING)

    async def keep(self) -> None:
        """Saves whenever something was typed; a save that failed is tried again, and never stops later ones."""
        while True:
            await self._typed.wait()
            await self._clock.sleep(DEBOUNCE)
            while not await self.flush():
                await self._clock.sleep(RETRY_EVERY)

    async def flush(self) -> bool:
        """Puts the text in hand on disk now. False where the disk refuses; `reason` then says why."""
        return await self._to_its_end(self._flush())

    async def finish(self, sent: str | None = None) -> None:
        """Deletes the draft: the server was seen to hold `sent`. What was typed since stays. Raises OSError."""
        await self._to_its_end(self._finish(sent))

    async def discard(self) -> None:
        """Throws the text away on the operator's word; it stays in the trash for 24 hours. Raises OSError where it
        could not be put there, and then nothing is thrown away."""
        self.take_kept()
        while True:
            text = self.text
            if not await self.flush():
                raise OSError(self.reason)
            if self.text == text:
                break
        self.note("")
        if not await self.flush():
            raise OSError(self.reason)

    # How it works ----------------------------------------------------------------------------------------------

    async def _to_its_end(self, work: Coroutine[Any, Any, T]) -> T:
        return await to_its_end(start(work, f"draft {self.lead_id}"), self._report)

    async def _load(self) -> None:
        async with self._turn:
            if self._is_loaded:
                return
            try:
                draft = await self._off_loop(partial(self._store.load, self.lead_id))
            except OSError as problem:
                self.load_problem = problem.strerror or str(problem)
                self._typed.set()  # so that `keep` tries again
                self._become(SaveState.NOT_SAVED, self.load_problem)
                raise
            self._is_loaded = True
            self.load_problem = ""
            if draft is not None:
                self._kept = self._on_disk = draft.text
                self.text = draft.text + self.text
        self._become(self._settled() if self.text == self._on_disk else SaveState.SAVING)

    async def _flush(self) -> bool:
        try:
            await self._load()
        except OSError:
            return False
        async with self._turn:
            while self.text != self._on_disk and not self.is_finished:
                text = self.text
                self._typed.clear()
                try:
                    await self._off_loop(partial(self._store.save, self.lead_id, text, self._clock.now()))
                except OSError as problem:
                    self._typed.set()
                    self._become(SaveState.NOT_SAVED, problem.strerror or str(problem))
                    return False
                self._on_disk = text
            self._typed.clear()
            self._become(self._settled())
            return True

    async def _finish(self, sent: str | None) -> None:
        async with self._turn:
            if sent is not None and not same_text(sent, self.text):
                return
            await self._off_loop(partial(self._store.finish, self.lead_id, self.text))
            self.is_finished = True

    def _settled(self) -> SaveState:
        return SaveState.SAVED if self.text.strip() else SaveState.EMPTY

    def _become(self, state: SaveState, reason: str = "") -> None:
        if (state, reason) != (self.state, self.reason):
            self.state = state
            self.reason = reason
            self._on_change()
