"""What the operator typed, on disk: one file per account and lead.

A save writes a new file, fsyncs it and renames it over the old one, so that a crash leaves the old text or the new
one, never half of either. Nothing here needs a lock, so it is right on NFS too. Each file names the window that wrote
it: a text that another window of the same operator wrote is kept beside (`1042.WINDOW.beside.json`), not overwritten.
A draft that is thrown away, or emptied, goes to a trash and is kept there for 24 hours; one that was sent is deleted
only by `finish`, which is called after the server was seen to hold the text.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from leads_tui.desk import windows
from leads_tui.desk.texts import same_text

TRASH_KEEPS: Final = dt.timedelta(hours=24)
BESIDE: Final = ".beside.json"


@dataclass(frozen=True)
class Draft:
    """A text that is not sent yet."""

    lead_id: int
    text: str
    saved_at: dt.datetime
    window: str = ""
    """The token of the window that wrote it."""
    is_beside: bool = False
    """True for the older text of a lead on which two windows wrote."""
    path: Path | None = field(default=None, compare=False)


class DraftStore:
    """The folder of one account's drafts. Its methods block for the disk: call them off the event loop.

    `window` is this window's token, by default that of this process; `is_alive` tells whether another one still runs.
    """

    def __init__(
        self,
        state_dir: Path,
        account: str,
        *,
        window: str | None = None,
        is_alive: Callable[[str, dt.datetime, dt.datetime], bool] = windows.is_alive,
    ) -> None:
        self.folder = state_dir / "drafts" / account_folder(account)
        self.trash = self.folder / "trash"
        self._window = window or windows.this_window(dt.datetime.now(dt.UTC)).token
        self._is_alive = is_alive
        self._loaded: dict[int, Draft] = {}

    def save(self, lead_id: int, text: str, now: dt.datetime) -> None:
        """Puts the text on disk for good; an empty one moves what was there to the trash. Raises OSError."""
        if not text.strip():
            self.discard(lead_id, now)
            return
        make_private(self.folder)
        self._keep_other_beside(lead_id, text, now)
        self._put(self._path(lead_id), lead_id, text, now, self._window)

    def load(self, lead_id: int) -> Draft | None:
        """The lead's draft, or None. A damaged file is kept beside, never overwritten. Raises OSError."""
        draft = self._read(self._path(lead_id))
        if draft is not None:
            self._loaded[lead_id] = draft
        return draft

    def finish(self, lead_id: int, text: str | None = None) -> None:
        """Forgets the draft: the server was seen to hold `text`. Another text that stands there, written by another
        window, stays. Raises OSError."""
        if text is None:
            self._path(lead_id).unlink(missing_ok=True)
            return
        for path in (self._path(lead_id), *self.folder.glob(f"{lead_id}.*{BESIDE}")):
            if (draft := self._read(path)) and same_text(draft.text, text):
                path.unlink(missing_ok=True)

    def discard(self, lead_id: int, now: dt.datetime) -> None:
        """Moves the draft to the trash, where it stays for 24 hours. Raises OSError."""
        draft = self._read(self._path(lead_id))
        if draft is not None and not self._is_of_another(draft, now):
            self._to_trash(self._path(lead_id), lead_id, now)
        self.sweep(now)

    def restore(self, draft: Draft, now: dt.datetime) -> None:
        """Makes a draft from the trash, or one that was kept beside, the lead's draft again; the one that stands
        there takes its place. Raises OSError."""
        if draft.path is None or draft.path == self._path(draft.lead_id):
            return
        current = self._read(self._path(draft.lead_id))
        self._put(self._path(draft.lead_id), draft.lead_id, draft.text, draft.saved_at, self._window)
        if current is not None and current.text != draft.text:
            self._put(self._beside(draft.lead_id, current.window), current.lead_id, current.text, now, current.window)
        if draft.path != self._beside(draft.lead_id, current.window if current else ""):
            draft.path.unlink(missing_ok=True)

    def throw_away(self, draft: Draft, now: dt.datetime) -> None:
        """Moves this very draft, which may be one kept beside, to the trash. Raises OSError."""
        if draft.path is not None:
            self._to_trash(draft.path, draft.lead_id, now)

    def all(self) -> list[Draft]:
        """Every draft, also those kept beside, the newest first. Raises OSError."""
        return self._drafts(self.folder)

    def discarded(self) -> list[Draft]:
        """What lies in the trash, the newest first. Raises OSError."""
        return self._drafts(self.trash)

    def sweep(self, now: dt.datetime) -> None:
        """Empties the trash of what has lain there for its 24 hours. Raises OSError."""
        for path in self._files(self.trash):
            thrown_away = path.name.split(".")[1]
            if thrown_away.isdigit() and now.timestamp() - int(thrown_away) / 1000 > TRASH_KEEPS.total_seconds():
                path.unlink(missing_ok=True)

    # How it works ----------------------------------------------------------------------------------------------

    def _keep_other_beside(self, lead_id: int, text: str, now: dt.datetime) -> None:
        current = self._read(self._path(lead_id))
        if current is None or current.text == text or not self._is_of_another(current, now):
            return
        self._put(self._beside(lead_id, current.window), lead_id, current.text, current.saved_at, current.window)

    def _is_of_another(self, draft: Draft, now: dt.datetime) -> bool:
        """True where it is not ours to overwrite: another window that still runs wrote it, or we never saw it."""
        if draft.window == self._window:
            return False
        return self._loaded.get(draft.lead_id) != draft or self._is_alive(draft.window, draft.saved_at, now)

    def _path(self, lead_id: int) -> Path:
        return self.folder / f"{lead_id}.json"

    def _beside(self, lead_id: int, window: str) -> Path:
        return self.folder / f"{lead_id}.{re.sub(r'[^A-Za-z0-9.~_-]', '_', window) or 'unknown'}{BESIDE}"

    def _put(self, path: Path, lead_id: int, text: str, saved_at: dt.datetime, window: str) -> None:
        data = {"lead_id": lead_id, "text": text, "saved_at": saved_at.isoformat(), "window": window}
        fresh = self.folder / f".{lead_id}.{os.getpid()}.{secrets.token_hex(4)}"
        try:
            _write_through(fresh, json.dumps(data, ensure_ascii=True))
            fresh.replace(path)
        except OSError:
            fresh.unlink(missing_ok=True)
            raise
        sync_folder(self.folder)

    def _to_trash(self, path: Path, lead_id: int, now: dt.datetime) -> None:
        make_private(self.trash)
        thrown_away = int(now.timestamp() * 1000)
        while (target := self.trash / f"{lead_id}.{thrown_away}.json").exists():
            thrown_away += 1
        path.replace(target)

    def _drafts(self, folder: Path) -> list[Draft]:
        drafts = [draft for path in self._files(folder) if (draft := self._read(path))]
        return sorted(drafts, key=lambda draft: draft.saved_at, reverse=True)

    @staticmethod
    def _files(folder: Path) -> Iterator[Path]:
        return folder.glob("[0-9]*.json")

    @staticmethod
    def _read(path: Path) -> Draft | None:
        try:
            content = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except UnicodeDecodeError:
            content = ""
        try:
            data = json.loads(content)
            saved_at = dt.datetime.fromisoformat(data["saved_at"])
            return Draft(
                int(data["lead_id"]),
                str(data["text"]),
                saved_at if saved_at.tzinfo else saved_at.astimezone(),
                window=str(data.get("window", "")),
                is_beside=path.name.endswith(BESIDE),
                path=path,
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            path.replace(path.with_suffix(f".{secrets.token_hex(2)}.damaged"))
            return None


def account_key(email: str, api_url: str) -> str:
    """The account under which an operator's drafts and journal lie, the same for the desk and the command line."""
    return f"{email} {api_url}"


def account_folder(account: str) -> str:
    """The name of an account's folder: readable, safe as a file's name, and no other account's."""
    slug = re.sub(r"[^a-z0-9.@-]+", "_", account.lower())[-60:]
    return f"{slug}-{hashlib.sha256(account.encode()).hexdigest()[:8]}"


def make_private(folder: Path) -> None:
    """Makes the folder where it is missing, and lets nobody else into it and the one above. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for part in (folder, folder.parent):
        if part.stat().st_mode & 0o077:
            part.chmod(0o700)


def sync_folder(folder: Path) -> None:
    """Makes a rename or a new file in the folder outlive a power cut. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_through(path: Path, content: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
