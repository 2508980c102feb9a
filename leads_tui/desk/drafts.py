"""What the operator typed, on disk: one file per account and lead.

A save writes a new file, fsyncs it and renames it over the old one, so that a crash leaves the old text or the new
one, never half of either. Nothing here needs a lock, so it is right on NFS too. A draft that is thrown away, or
emptied, goes to a trash and is kept there for 24 hours; one that was sent is deleted only by `finish`, which is
called after the server was seen to hold the text.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import json
import os
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from leads_tui.desk.clock import Clock

TRASH_KEEPS: Final = dt.timedelta(hours=24)
DEBOUNCE: Final = 0.4
"""Seconds from the first unsaved character to the save: with the write well under one second."""
RETRY_EVERY: Final = 2.0


@dataclass(frozen=True)
class Draft:
    """A text that is not sent yet."""

    lead_id: int
    text: str
    saved_at: dt.datetime


class DraftStore:
    """The folder of one account's drafts. Its methods block for the disk: call them off the event loop."""

    def __init__(self, state_dir: Path, account: str) -> None:
        slug = re.sub(r"[^a-z0-9.@-]+", "_", account.lower())[-60:]
        digest = hashlib.sha256(account.encode()).hexdigest()[:8]
        self.folder = state_dir / "drafts" / f"{slug}-{digest}"
        self.trash = self.folder / "trash"

    def save(self, lead_id: int, text: str, now: dt.datetime) -> None:
        """Puts the text on disk for good; an empty one moves what was there to the trash. Raises OSError."""
        if not text.strip():
            self.discard(lead_id, now)
            return
        _make_private(self.folder)
        content = json.dumps({"lead_id": lead_id, "text": text, "saved_at": now.isoformat()}, ensure_ascii=True)
        fresh = self.folder / f".{lead_id}.{os.getpid()}.{secrets.token_hex(4)}"
        try:
            _write_through(fresh, content)
            fresh.replace(self._path(lead_id))
        except OSError:
            fresh.unlink(missing_ok=True)
            raise
        _sync_folder(self.folder)

    def load(self, lead_id: int) -> Draft | None:
        """The lead's draft, or None. A damaged file is kept beside, never overwritten. Raises OSError."""
        return self._read(self._path(lead_id))

    def finish(self, lead_id: int) -> None:
        """Forgets the draft: the server was seen to hold its text. Raises OSError."""
        self._path(lead_id).unlink(missing_ok=True)

    def discard(self, lead_id: int, now: dt.datetime) -> None:
        """Moves the draft to the trash, where it stays for 24 hours. Raises OSError."""
        source = self._path(lead_id)
        if source.exists():
            _make_private(self.trash)
            source.replace(self.trash / f"{lead_id}.{int(now.timestamp() * 1000)}.json")
        self.sweep(now)

    def all(self) -> list[Draft]:
        """Every draft, the newest first. Raises OSError."""
        drafts = [draft for path in self._files(self.folder) if (draft := self._read(path))]
        return sorted(drafts, key=lambda draft: draft.saved_at, reverse=True)

    def discarded(self) -> list[Draft]:
        """What lies in the trash, the newest first. Raises OSError."""
        drafts = [draft for path in self._files(self.trash) if (draft := self._read(path))]
        return sorted(drafts, key=lambda draft: draft.saved_at, reverse=True)

    def _path(self, lead_id: int) -> Path:
        return self.folder / f"{lead_id}.json"

    @staticmethod
    def _files(folder: Path) -> Iterator[Path]:
        return folder.glob("[0-9]*.json")

    @staticmethod
    def _read(path: Path) -> Draft | None:
        try:
            content = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        try:
            data = json.loads(content)
            return Draft(int(data["lead_id"]), str(data["text"]), dt.datetime.fromisoformat(data["saved_at"]))
        except (ValueError, KeyError, TypeError):
            path.replace(path.with_suffix(".damaged"))
            return None

    def sweep(self, now: dt.datetime) -> None:
        """Empties the trash of what has lain there for its 24 hours. Raises OSError."""
        for path in self._files(self.trash):
            thrown_away = path.stem.partition(".")[2]
            if thrown_away.isdigit() and now.timestamp() - int(thrown_away) / 1000 > TRASH_KEEPS.total_seconds():
                path.unlink(missing_ok=True)


def _make_private(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for part in (folder, folder.parent):
        if part.stat().st_mode & 0o077:
            part.chmod(0o700)


def _write_through(path: Path, content: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class SaveState(StrEnum):
    """Where the typed text stands against the disk."""

    EMPTY = "empty"
    SAVING = "saving"
    SAVED = "saved"
    NOT_SAVED = "not saved"


class DraftKeeper:
    """Carries one lead's text to disk while it is typed, and says truly whether it is there."""

    def __init__(
        self, lead_id: int, store: DraftStore, clock: Clock, on_change: Callable[[], None] = lambda: None
    ) -> None:
        self.lead_id = lead_id
        self.text = ""
        self.state = SaveState.EMPTY
        self.reason = ""
        self._store = store
        self._clock = clock
        self._on_change = on_change
        self._on_disk = ""
        self._typed = asyncio.Event()
        self._one_save = asyncio.Lock()
        self._done = False
        self._is_loaded = False
        self._kept = ""

    async def load(self) -> None:
        """Fetches the text that was kept from before; what was typed meanwhile stands behind it. Raises OSError,
        and then nothing is saved until a later try succeeds, since it could overwrite what is there."""
        async with self._one_save:
            if self._is_loaded:
                return
            draft = await asyncio.to_thread(self._store.load, self.lead_id)
            self._is_loaded = True
            if draft is not None:
                self._kept = self._on_disk = draft.text
                self.text = draft.text + self.text
        self._become(self._settled() if self.text == self._on_disk else SaveState.SAVING)

    def take_kept(self) -> str:
        """The text from before, once, for the answer box to put before what it holds."""
        kept, self._kept = self._kept, ""
        return kept

    def note(self, text: str) -> None:
        """Takes the text as the operator now has it; `keep` puts it on disk within a second."""
        if text == self.text or self._done:
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
        try:
            await self.load()
        except OSError as problem:
            self._typed.set()
            self._become(SaveState.NOT_SAVED, problem.strerror or str(problem))
            return False
        async with self._one_save:
            while self.text != self._on_disk and not self._done:
                text = self.text
                self._typed.clear()
                try:
                    await asyncio.to_thread(self._store.save, self.lead_id, text, self._clock.now())
                except OSError as problem:
                    self._typed.set()
                    self._become(SaveState.NOT_SAVED, problem.strerror or str(problem))
                    return False
                self._on_disk = text
            self._typed.clear()
            self._become(self._settled())
            return True

    async def finish(self) -> None:
        """Deletes the draft: its text was seen on the server. Raises OSError."""
        async with self._one_save:
            self._done = True
            await asyncio.to_thread(self._store.finish, self.lead_id)

    async def discard(self) -> None:
        """Throws the text away on the operator's word; it stays in the trash for 24 hours. Raises OSError."""
        await self.flush()
        self.note("")
        await self.flush()

    def _settled(self) -> SaveState:
        return SaveState.SAVED if self.text.strip() else SaveState.EMPTY

    def _become(self, state: SaveState, reason: str = "") -> None:
        if (state, reason) != (self.state, self.reason):
            self.state = state
            self.reason = reason
            self._on_change()
