"""The operator's own replies: `replies.toml` in the folder of the settings.

    [[reply]]
    title = "Delivery"
    text = "Hello {name|there}! We deliver within two days."
    category = "Orders"

    [call]
    reached = "Spoke with {name} on the phone."
    no_answer = "Called, nobody answered."
    call_back = "Asked to be called back {when}."

What is wrong in it is said, by file, place and key; what is right works all the same.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from leads_tui.api.models import MAX_ANSWER
from leads_tui.desk.placeholders import likely_mistakes
from leads_tui.desk.texts import length
from leads_tui.locale import _
from leads_tui.text.sanitize import clean_block, clean_line

__all__ = ["CALL_KEYS", "FILE_NAME", "OwnReply", "RepliesFile", "read_replies"]

FILE_NAME: Final = "replies.toml"
CALL_KEYS: Final = ("reached", "no_answer", "call_back")
_REPLY_KEYS: Final = ("title", "text", "category")


@dataclass(frozen=True)
class OwnReply:
    """One `[[reply]]`."""

    title: str
    text: str
    category: str | None = None


@dataclass(frozen=True)
class RepliesFile:
    """What the file holds, and what is wrong with it, a sentence each."""

    replies: tuple[OwnReply, ...] = ()
    call: Mapping[str, str] = field(default_factory=dict)
    """Templates for outcomes of calls, by CALL_KEYS."""
    problems: tuple[str, ...] = ()


def read_replies(path: Path) -> RepliesFile:
    """Reads the file; a missing one is empty. Raises nothing: what is wrong is in `problems`."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return RepliesFile()
    except OSError as error:
        reason = error.strerror or str(error)
        return RepliesFile(problems=(_("{file}: cannot be read: {reason}").format(file=path, reason=reason),))
    except ValueError as error:  # not UTF-8, or not TOML
        return RepliesFile(problems=(_("{file}: is not TOML: {reason}").format(file=path, reason=error),))
    return _Reader(path).read(table)


class _Reader:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._problems: list[str] = []

    def read(self, table: dict[str, Any]) -> RepliesFile:
        self._check_keys(table, ("reply", "call"), "")
        entries = table.get("reply", [])
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            self._say("reply", _("write each reply under a line [[reply]]"))
            entries = []
        replies = [reply for place, entry in enumerate(entries, start=1) if (reply := self._reply(place, entry))]
        call = table.get("call", {})
        if not isinstance(call, dict):
            self._say("call", _("write the outcomes of calls under a line [call]"))
            call = {}
        self._check_keys(call, CALL_KEYS, "call")
        outcomes = {key: text for key in CALL_KEYS if (text := self._text(call, key, f"call.{key}"))}
        return RepliesFile(tuple(replies), outcomes, tuple(self._problems))

    def _reply(self, place: int, entry: dict[str, Any]) -> OwnReply | None:
        where = _("reply {number}").format(number=place)
        self._check_keys(entry, _REPLY_KEYS, where)
        text = self._text(entry, "text", where, required=True)
        if text is None:
            return None
        title = self._text(entry, "title", where) or text.strip().splitlines()[0]
        category = self._text(entry, "category", where)
        return OwnReply(clean_line(title).strip(), text, clean_line(category).strip() if category else None)

    def _text(self, table: dict[str, Any], key: str, where: str, *, required: bool = False) -> str | None:
        value = table.get(key)
        if value is None and not required:
            return None
        if not isinstance(value, str) or not value.strip():
            self._say(where, _("{key} must be a text in quotation marks").format(key=key))
            return None
        text = clean_block(value)
        if length(text) > MAX_ANSWER:
            too_long = _("the text has {count} characters; the server takes {most}")
            self._say(where, too_long.format(count=length(text), most=MAX_ANSWER))
        for word, meant in likely_mistakes(text).items():
            self._say(where, _("{{{word}}} stays as it is; did you mean {{{meant}}}?").format(word=word, meant=meant))
        return text

    def _check_keys(self, table: dict[str, Any], known: tuple[str, ...], where: str) -> None:
        for key in table:
            if key not in known:
                self._say(where, _("unknown key {key}; known are {known}").format(key=key, known=", ".join(known)))

    def _say(self, where: str, what: str) -> None:
        self._problems.append(f"{self._path}: {where + ': ' if where else ''}{what}")
