"""The token on disk: in one file that only its owner can read, and never anywhere else.

The file is JSON as `write_token` makes it, or just a long-lived token that an administrator pasted into it. A file
that others could have read or written is refused, with the command that mends it, because its token is no secret.
No message here carries a token.
"""

from __future__ import annotations

import datetime as dt
import os
import stat
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import BaseModel, Field, ValidationError

from leads_tui.api.models import Token
from leads_tui.locale import _

__all__ = ["CredentialsProblem", "StoredSession", "delete_token", "read_token", "write_token"]

LARGEST_FILE: Final = 64 * 1024
"""Bytes; whatever is larger is no token."""


class CredentialsProblem(OSError):
    """The token's file cannot be trusted, read or written; the message says which file, why, and what to do."""


@dataclass(frozen=True)
class StoredSession:
    """What was stored at the sign-in. A pasted token knows neither its server nor its owner."""

    api_url: str | None
    email: str | None
    token: Token

    def is_for(self, api_url: str) -> bool:
        """Whether the token may be shown to this server: a token never goes to another one than its own."""
        return self.api_url is None or self.api_url.rstrip("/") == api_url.rstrip("/")


class _Content(BaseModel):
    """The file's JSON."""

    api_url: str | None = None
    email: str | None = None
    access_token: str = Field(min_length=1)
    token_type: str = "Bearer"  # noqa: S105 (a scheme, not a secret)
    refresh_token: str | None = None
    expires_at: dt.datetime | None = None


def _utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def read_token(path: Path, *, now: Callable[[], dt.datetime] = _utc_now) -> StoredSession | None:
    """The stored session, or None where nobody is signed in. Raises CredentialsProblem."""
    try:
        raw = _read_private(path)
    except FileNotFoundError:
        return None
    except CredentialsProblem:
        raise
    except OSError as error:
        raise _cannot(_("{file}: cannot be read: {reason}"), path, error) from error
    try:
        text = raw.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        text = ""
    session = _parse(text, now()) if text.startswith("{") else _pasted(text)
    if session is None:
        raise CredentialsProblem(_("{file}: holds no token; delete it and sign in again").format(file=path))
    return session


def write_token(
    path: Path, token: Token, api_url: str, email: str, *, now: Callable[[], dt.datetime] = _utc_now
) -> None:
    """Stores the token, in place of the old one or not at all; 0600 from its first byte, missing folders 0700.

    Raises CredentialsProblem.
    """
    expires = None if token.expires_in is None else now() + dt.timedelta(seconds=token.expires_in)
    content = _Content(api_url=api_url, email=email, expires_at=expires, **token.model_dump(exclude={"expires_in"}))
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _replace(path, content.model_dump_json(indent=1, exclude_none=True).encode() + b"\n")
    except OSError as error:
        raise _cannot(_("{file}: the token cannot be stored: {reason}"), path, error) from error


def delete_token(path: Path) -> bool:
    """Deletes the token's file; False where there was none. Raises CredentialsProblem."""
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise _cannot(_("{file}: the token cannot be deleted: {reason}"), path, error) from error
    return True


def _cannot(message: str, path: Path, error: OSError) -> CredentialsProblem:
    return CredentialsProblem(message.format(file=path, reason=error.strerror or str(error)))


def _read_private(path: Path) -> bytes:
    # What is open is what is judged, so that nothing can be put in its place between the look and the reading;
    # without O_NONBLOCK a pipe put there would keep us waiting for ever.
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise CredentialsProblem(_("{file}: is not a file; give the path of a file").format(file=path))
        if found.st_uid != os.getuid():
            raise CredentialsProblem(
                _("{file}: belongs to another user and is not read; make it yours: sudo chown {user} '{file}'").format(
                    file=path, user=os.getuid()
                )
            )
        if stat.S_IMODE(found.st_mode) & 0o077:
            raise CredentialsProblem(
                _("{file}: others can open it (mode {mode:o}), so it is not read; mend it: chmod 600 '{file}'").format(
                    file=path, mode=stat.S_IMODE(found.st_mode)
                )
            )
        return file.read(LARGEST_FILE)


def _parse(text: str, now: dt.datetime) -> StoredSession | None:
    try:
        content = _Content.model_validate_json(text)
    except ValidationError:
        return None
    expires_in = None
    if content.expires_at is not None and content.expires_at.tzinfo is not None:
        expires_in = max(0.0, (content.expires_at - now).total_seconds())
    token = Token(
        access_token=content.access_token,
        token_type=content.token_type,
        refresh_token=content.refresh_token,
        expires_in=expires_in,
    )
    return StoredSession(content.api_url, content.email, token)


def _pasted(text: str) -> StoredSession | None:
    # A bearer token is printable ASCII without spaces (RFC 6750 section 2.1); anything else is some other file.
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        return None
    return StoredSession(api_url=None, email=None, token=Token(access_token=text))


def _replace(path: Path, content: bytes) -> None:
    """Writes beside the file and renames, so that a full disk or a power cut leaves the old one whole."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mkstemp makes it 0600, exclusively
    fresh = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
