"""The words of the filter language: how a line of it is read and written. What the words mean is in `filters`.

    type:callback site:acme result:missed from:today by:anna has:phone text:"доставка" -type:chat word

A line is words with spaces between, and a lead must satisfy all of them. `key:value` narrows by that key, commas are
"or" (`city:Казань,Самара`), `-` before a word is "not", a word without a key is looked for. Quotation marks hold
spaces, commas and colons together; `\"` and `\\` are a mark and a backslash within them.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from leads_tui.api.models import MOSCOW
from leads_tui.api.query import DAY_WORDS
from leads_tui.locale import N_, _
from leads_tui.text.layouts import in_other_layout

__all__ = ["KEYS", "FilterProblem", "Key", "Term", "parse_moment", "read", "write"]


class FilterProblem(ValueError):
    """A word of the filter is wrong. `start` and `end` are its place in the line."""

    def __init__(self, reason: str, start: int, end: int, *, allowed: Sequence[str] = (), near: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.start = start
        self.end = end
        self.allowed = tuple(allowed)
        """What may stand there instead; empty where almost everything may."""
        self.near = near
        """The allowed word that was probably meant."""

    def __str__(self) -> str:
        hint = _("; did you mean {near}?").format(near=self.near) if self.near else ""
        allowed = _("; allowed: {words}").format(words=", ".join(self.allowed)) if self.allowed and not hint else ""
        return self.reason + hint + allowed


@dataclass(frozen=True)
class Key:
    """One key. `allowed` are the only values it takes; `words` are values with a meaning of their own."""

    name: str
    help: str
    allowed: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    is_id: bool = False
    is_moment: bool = False


MOMENTS: Final = ("today", "yesterday", *DAY_WORDS[1:])
_PEOPLE: Final = ("me", "nobody")

KEYS: Final[dict[str, Key]] = {
    key.name: key
    for key in (
        Key("type", N_("how it came"), allowed=("form", "callback", "chat")),
        Key("result", N_("handled or not"), allowed=("missed", "completed")),
        Key("site", N_("part of the site's address, or its id")),
        Key("dept", N_("part of the department's title, or its id")),
        Key("from", N_("created then or later"), words=MOMENTS, is_moment=True),
        Key("before", N_("created earlier"), words=MOMENTS, is_moment=True),
        Key("done", N_("handled then or later"), words=MOMENTS, is_moment=True),
        Key("by", N_("who handled it"), words=_PEOPLE),
        Key("assigned", N_("whom it is assigned to"), words=_PEOPLE),
        Key("author", N_("who made it"), words=("visitor", "employee", "me")),
        Key("locked", N_("who holds it"), allowed=("me", "others", "nobody")),
        Key("has", N_("what is known"), allowed=("phone", "email", "text", "answer", "draft")),
        Key("managed", N_("one of mine"), allowed=("yes", "no")),
        Key("text", N_("what the visitor wrote")),
        Key("name", N_("the visitor's name")),
        Key("phone", N_("digits of the number")),
        Key("email", N_("part of the address")),
        Key("city", N_("where the visitor is")),
        Key("page", N_("the first page; a whole address is compared whole")),
        Key("engine", N_("the search engine"), words=("google", "yandex", "bing")),
        Key("visitor", N_("the visitor's id"), is_id=True),
        Key("id", N_("the lead's id"), is_id=True),
    )
}
ALIASES: Final = {"to": "assigned", "department": "dept", "since": "from"}


@dataclass(frozen=True)
class Term:
    """One word of the line. Without a key it is looked for; of several values any one will do."""

    key: str
    values: tuple[str, ...]
    is_negated: bool = False


_KEY: Final = re.compile(r"([^\W\d_]+):(?!//)")
"""A key before its colon; `https://…` is an address that somebody looks for."""
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPED: Final = re.compile(r'\\(["\\])')
_ID: Final = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)


def read(text: str) -> tuple[Term, ...]:
    """The words of the line. Raises FilterProblem for the first that is wrong."""
    return _Reader(text).terms()


def write(terms: Sequence[Term]) -> str:
    """The line that `read` reads as these terms."""
    return " ".join(map(_write_term, terms))


def write_value(value: str, *, is_bare: bool = False) -> str:
    """The value as it stands in a line, in quotation marks where it needs them; `is_bare` stands without a key."""
    needs_marks = any(char.isspace() for char in value) or value.startswith('"')
    if is_bare:
        needs_marks = needs_marks or value.startswith("-") or _KEY.match(value) is not None
    else:
        needs_marks = needs_marks or "," in value
    if not needs_marks:
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def find_key(name: str) -> Key | None:
    """The key of this name, also an alias and one that was typed in the other keyboard layout."""
    for typed in (name.lower(), in_other_layout(name).lower()):
        if key := KEYS.get(ALIASES.get(typed, typed)):
            return key
    return None


def parse_moment(value: str, now: dt.datetime) -> dt.datetime | None:
    """The moment that a value names: `today`, `lastweek`, `2h` or `3d` (ago), `2026-03-02`, `2026-03-02T14:30`,
    `02.03.2026`. Days begin at midnight in Moscow, as everywhere in the API. None where it is no moment."""
    midnight = now.astimezone(MOSCOW).replace(hour=0, minute=0, second=0, microsecond=0)
    if value in _DAYS_BACK:
        return midnight - dt.timedelta(days=_DAYS_BACK[value])
    if value in _BACK:
        return now - _BACK[value]
    if ago := _AGO.fullmatch(value):
        return now - int(ago[1]) * _UNITS[ago[2]]
    if day := _RUSSIAN_DAY.fullmatch(value):
        value = f"{day[3]}-{day[2]}-{day[1]}{day[4] or ''}"
    if not _ISO.match(value):
        return None
    try:
        moment = dt.datetime.fromisoformat(value.upper())
        # A calendar's first and last days have no Moscow time.
        return moment.replace(tzinfo=MOSCOW) if moment.tzinfo is None else moment.astimezone(MOSCOW)
    except (ValueError, OverflowError):
        return None


_DAYS_BACK: Final = {"today": 0, "yesterday": 1}
_BACK: Final = {word: dt.timedelta(days=days) for word, days in zip(DAY_WORDS[1:], (1, 3, 7, 30, 365), strict=True)}
_UNITS: Final = {"m": dt.timedelta(minutes=1), "h": dt.timedelta(hours=1), "d": dt.timedelta(days=1)}
_AGO: Final = re.compile(r"([0-9]{1,4})([mhd])")
_RUSSIAN_DAY: Final = re.compile(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4})([ t].*)?", re.ASCII)
_ISO: Final = re.compile(r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}(?:$|[ t][0-9]{2}:[0-9]{2})", re.ASCII)


def _write_term(term: Term) -> str:
    sign = "-" if term.is_negated else ""
    if not term.key:
        return sign + write_value(term.values[0], is_bare=True)
    return f"{sign}{term.key}:" + ",".join(write_value(value) for value in term.values)


class _Reader:
    """Goes through one line from its start to its end."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def terms(self) -> tuple[Term, ...]:
        found: list[Term] = []
        while True:
            while self._at < len(self._text) and self._text[self._at].isspace():
                self._at += 1
            if self._at == len(self._text):
                return tuple(found)
            found.append(self._term())

    def _term(self) -> Term:
        is_negated = self._text[self._at] == "-" and not self._ends_at(self._at + 1)
        if is_negated:
            self._at += 1
        match = _KEY.match(self._text, self._at)
        if match is None:
            return Term("", (self._value(stops_at_comma=False),), is_negated)
        key = find_key(match[1])
        if key is None:
            raise self._unknown_key(match)
        self._at = match.end()
        if self._ends_at(self._at):
            raise FilterProblem(
                _("{key}: what? ({help})").format(key=key.name, help=_(key.help)),
                match.start(),
                match.end(),
                allowed=key.allowed or key.words,
            )
        values = [self._checked(key)]
        while self._at < len(self._text) and self._text[self._at] == ",":
            if key.is_moment:
                raise FilterProblem(_("{key}: takes one moment").format(key=key.name), match.start(), self._at + 1)
            self._at += 1
            values.append(self._checked(key))
        return Term(key.name, tuple(dict.fromkeys(values)), is_negated)

    def _value(self, *, stops_at_comma: bool) -> str:
        start = self._at
        if self._text.startswith('"', start):
            return self._quoted(stops_at_comma=stops_at_comma)
        while not self._ends_at(self._at) and not (stops_at_comma and self._text[self._at] == ","):
            self._at += 1
        if self._at == start:
            raise FilterProblem(_("a value is missing beside the comma"), max(0, start - 1), start + 1)
        return self._text[start : self._at]

    def _quoted(self, *, stops_at_comma: bool) -> str:
        start = self._at
        match = _QUOTED.match(self._text, start)
        if match is None:
            raise FilterProblem(_("the closing quotation mark is missing"), start, len(self._text))
        self._at = match.end()
        if not self._ends_at(self._at) and not (stops_at_comma and self._text[self._at] == ","):
            raise FilterProblem(_("a space is missing after the quotation mark"), start, self._at + 1)
        value = _ESCAPED.sub(r"\1", match[1])
        if not value.strip():
            raise FilterProblem(_("there is nothing between the quotation marks"), start, self._at)
        return value

    def _checked(self, key: Key) -> str:
        start = self._at
        value = self._value(stops_at_comma=True)
        span = (start, self._at)
        if key.allowed:
            if found := _one_of(value, key.allowed):
                return found
            raise FilterProblem(
                _("{key}: cannot be {value}").format(key=key.name, value=value),
                *span,
                allowed=key.allowed,
                near=_near(value, key.allowed),
            )
        if key.is_id:
            if _ID.fullmatch(value):
                return value
            raise FilterProblem(_("{key}: is a number such as 1042").format(key=key.name), *span)
        if key.is_moment:
            lowered = _one_of(value, key.words) or value.lower()
            if parse_moment(lowered, dt.datetime(2000, 2, 1, tzinfo=MOSCOW)) is not None:
                return lowered
            raise FilterProblem(
                _("{key}: cannot be {value}").format(key=key.name, value=value),
                *span,
                allowed=(*key.words, "2h", "3d", "2026-03-02", "2026-03-02T14:30"),
                near=_near(value, key.words),
            )
        if key.name == "assigned" and parse_moment(value.lower(), dt.datetime(2000, 2, 1, tzinfo=MOSCOW)):
            raise FilterProblem(
                _("{key}: is whom it is assigned to; the end of a time is before:").format(key=key.name),
                *span,
                near=f"before:{value}",
            )
        return _one_of(value, key.words) or value

    def _ends_at(self, place: int) -> bool:
        return place >= len(self._text) or self._text[place].isspace()

    def _unknown_key(self, match: re.Match[str]) -> FilterProblem:
        near = _near(match[1], (*KEYS, *ALIASES))
        return FilterProblem(
            _('there is no key {key}: here; to look for the word itself, put it into "quotation marks"').format(
                key=match[1]
            ),
            match.start(),
            match.end(),
            allowed=[f"{name}:" for name in KEYS],
            near=f"{near}:" if near else "",
        )


def _one_of(value: str, words: Sequence[str]) -> str:
    """The word that was typed, in either case and either keyboard layout; empty for none."""
    return next((typed for typed in (value.lower(), in_other_layout(value).lower()) if typed in words), "")


def _near(value: str, words: Sequence[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 (only a mistake needs it)

    found = get_close_matches(value.lower()[:40], words, n=1)
    return found[0] if found else ""
