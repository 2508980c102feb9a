"""Moments in the contract's forms: what a parameter may say, and how a result says it ("Primitive types")."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

MOSCOW: Final = ZoneInfo("Europe/Moscow")

WORDS: Final[dict[str, timedelta]] = {
    "lastday": timedelta(days=1),
    "last3days": timedelta(days=3),
    "lastweek": timedelta(days=7),
    "lastmonth": timedelta(days=30),
    "lastyear": timedelta(days=365),
}
"""How far back each word reaches from now (ours); `today` reaches to Moscow's last midnight."""

Clock = Callable[[], datetime]
"""Gives the present moment, aware of its zone."""

_DAY: Final = {
    "iso": r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)",
    "dotted": r"(?P<day>\d\d)\.(?P<month>\d\d)\.(?P<year>\d{4})",
    "american": r"(?P<month>\d\d)/(?P<day>\d\d)/(?P<year>\d{4})",
}
_TIME: Final = r"(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d))?"
_OFFSET: Final = r"(?P<offset>Z|[+-]\d\d:?\d\d)"
_FORMS: Final = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        rf"{_DAY['iso']}(?:[T ]{_TIME}{_OFFSET}?)?",
        r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)(?:(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?)?",
        rf"{_DAY['dotted']}(?: {_TIME})?",
        rf"{_DAY['american']}(?: {_TIME})?",
    )
)


def system_clock() -> datetime:
    """The present moment by the machine's clock."""
    return datetime.now(UTC)


def seconds(moment: datetime) -> int:
    """The moment as the tables keep it: whole seconds since 1970, rounded down."""
    return int(moment.timestamp() // 1)


def in_moscow(stored: int | None) -> str | None:
    """A stored moment as a result shows it: Moscow time to the second, without an offset (pub)."""
    if stored is None:
        return None
    return datetime.fromtimestamp(stored, MOSCOW).replace(tzinfo=None).isoformat()


def parse_moment(value: str, now: datetime) -> datetime | None:
    """The moment that a parameter names, in any of the contract's forms and words; None where it is none of them.

    Without an offset it is Moscow's time. A form without a time of day means that day's midnight.
    """
    if value == "today":
        return now.astimezone(MOSCOW).replace(hour=0, minute=0, second=0, microsecond=0)
    if value in WORDS:
        return now - WORDS[value]
    for form in _FORMS:
        if match := form.fullmatch(value):
            return _moment(match.groupdict())
    return None


def _moment(parts: dict[str, str | None]) -> datetime | None:
    year, month, day, hour, minute, second = (
        int(parts.get(name) or 0) for name in ("year", "month", "day", "hour", "minute", "second")
    )
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=_zone(parts.get("offset")))
    except ValueError:
        return None


def _zone(offset: str | None) -> tzinfo:
    if offset is None:
        return MOSCOW
    if offset == "Z":
        return UTC
    return datetime.strptime(offset, "%z").tzinfo or UTC
