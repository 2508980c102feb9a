"""Lengths of time in the few letters that a list has room for."""

from __future__ import annotations

import datetime as dt

from leads_tui.locale import _

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def short_age(since: dt.datetime, now: dt.datetime) -> str:
    """How long ago, in at most five letters: `12m`, `2h05`, `3d`, `14w`. A moment to come is `0m`."""
    seconds = max(0, int((now - since).total_seconds()))
    if seconds < HOUR:
        return _("{minutes}m").format(minutes=seconds // MINUTE)
    if seconds < DAY:
        return _("{hours}h{minutes:02}").format(hours=seconds // HOUR, minutes=seconds % HOUR // MINUTE)
    if seconds < 100 * DAY:
        return _("{days}d").format(days=seconds // DAY)
    return _("{weeks}w").format(weeks=seconds // (7 * DAY))


def clock_time(moment: dt.datetime, now: dt.datetime) -> str:
    """The moment in the zone of `now`: `14:02` on the same day, else with its date."""
    local = moment.astimezone(now.tzinfo)
    if local.date() == now.date():
        return f"{local:%H:%M}"
    if local.year == now.year:
        return f"{local:%d.%m %H:%M}"
    return f"{local:%d.%m.%Y %H:%M}"
