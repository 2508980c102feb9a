"""Calling a visitor back: the number, a timer, and an answer for each way that a call can end.

The words of the answers come from `[call]` in the operator's `replies.toml`, else from here. They take the same
placeholders as canned replies, and `{when}` for the moment that was agreed on.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from leads_tui.api.models import Employee, Lead
from leads_tui.desk.clock import Clock
from leads_tui.desk.placeholders import Filled, fill, values_for
from leads_tui.locale import N_, _
from leads_tui.text.ages import clock_time
from leads_tui.text.phones import pretty, tel_uri

__all__ = ["Call", "CallOutcome", "add_to_answer", "default_template", "parse_when"]


class CallOutcome(StrEnum):
    """How a call ended; the value is its key in `replies.toml`."""

    REACHED = "reached"
    NO_ANSWER = "no_answer"
    CALL_BACK = "call_back"
    """The visitor asked to be called at another time."""


_TEMPLATES: Final = {
    CallOutcome.REACHED: N_("Spoke with the visitor on the phone."),
    CallOutcome.NO_ANSWER: N_("Called, but nobody answered."),
    CallOutcome.CALL_BACK: N_("Called; asked to call again {when}."),
}


def default_template(outcome: CallOutcome) -> str:
    """The answer for this outcome where the operator has no words of their own."""
    return _(_TEMPLATES[outcome])


class Call:
    """One call to one lead's visitor. The timer runs from the moment it is made until `stop`."""

    def __init__(
        self, lead: Lead, clock: Clock, me: Employee | None = None, templates: Mapping[str, str] | None = None
    ) -> None:
        self.lead = lead
        self._clock = clock
        self._me = me
        self._templates = templates or {}
        self._started = clock.boot()
        self._stopped: float | None = None

    @property
    def number(self) -> str | None:
        """The number as it is best read out and copied; None where the lead has none."""
        return pretty(self.lead.phone) if self.lead.phone else None

    @property
    def link(self) -> str | None:
        """A `tel:` link that dials it; None where it is nothing to dial."""
        return tel_uri(self.lead.phone)

    @property
    def seconds(self) -> int:
        """How long the call lasts, or lasted, in whole seconds."""
        return int((self._clock.boot() if self._stopped is None else self._stopped) - self._started)

    @property
    def is_running(self) -> bool:
        """False once the timer was stopped."""
        return self._stopped is None

    def stop(self) -> None:
        """Stops the timer; a second call changes nothing."""
        if self._stopped is None:
            self._stopped = self._clock.boot()

    def answer(self, outcome: CallOutcome, when: dt.datetime | None = None) -> Filled:
        """The answer for this outcome. Without `when`, a `{when}` in it stays and keeps it from being sent."""
        template = self._templates.get(outcome.value) or default_template(outcome)
        agreed = clock_time(when, self._clock.now()) if when else None
        return fill(template, values_for(self.lead, self._me) | {"when": agreed})


def add_to_answer(answer: str, text: str) -> str:
    """The text put under what the operator has typed already."""
    return f"{answer.rstrip()}\n{text}" if answer.strip() else text


_IN: Final = re.compile(r"\+\s*(?P<number>\d{1,4})\s*(?P<unit>h|ч|час\w*|m|min|м|мин\w*)?\.?", re.IGNORECASE)
_AT: Final = re.compile(
    r"(?:(?P<day>\d{1,2})\.(?P<month>\d{1,2})(?:\.(?P<year>\d{4}))?\s+|(?P<tomorrow>tomorrow|завтра)\s+)?"
    r"(?:в\s+|at\s+)?(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))?",
    re.IGNORECASE,
)


def parse_when(text: str, now: dt.datetime) -> dt.datetime | None:
    """The moment to call back that an operator typed, in the zone of `now`; None where it is none, or is past.

    `15:30` and `15` are today, or tomorrow where that is past; `+30` is in half an hour, `+2h` in two hours;
    `tomorrow 10:00` and `завтра 10`; `05.03 10:00`, of next year where that is past.
    """
    text = text.strip()
    if found := _IN.fullmatch(text):
        is_hours = (found["unit"] or "m").lower()[0] in "hч"
        return _to_minute(now) + dt.timedelta(minutes=int(found["number"]) * (60 if is_hours else 1))
    found = _AT.fullmatch(text)
    if found is None:
        return None
    try:
        when = _to_minute(now).replace(hour=int(found["hour"]), minute=int(found["minute"] or 0))
        if found["tomorrow"]:
            return when + dt.timedelta(days=1)
        if found["day"] is None:
            return when if when > now else when + dt.timedelta(days=1)
        when = when.replace(day=int(found["day"]), month=int(found["month"]), year=int(found["year"] or now.year))
        if when <= now and not found["year"]:
            when = when.replace(year=now.year + 1)
    except ValueError:  # no such hour or day
        return None
    return when if when > now else None


def _to_minute(moment: dt.datetime) -> dt.datetime:
    return moment.replace(second=0, microsecond=0)
