"""An idle desk sends no bytes down the wire, although it goes on asking the server."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from typing import Any

from tests.e2e.desks import desk, inbox_of, open_lead
from tests.e2e.served import ANNA, Witness, served
from tests.e2e.terminal import PATIENCE, Terminal
from tests.e2e.wire import wired

IDLE = 10.0
TRIES = 3
"""A minute of the clock, or of the lock, may end in between after all, and is rightly shown."""
SETTLED = 1.0
"""Seconds without a byte after which the start is over."""
DAY = 86_400
LIST = "leads/listrouted"


def test_an_idle_desk_sends_nothing_while_it_polls(home: Path, tmp_path: Path) -> None:
    settings = {"LEADS_TUI_POLL_SECONDS": "5"}
    with served(tmp_path) as server, wired(server) as (wire, seen), server.ask_as(ANNA) as anna:
        keep_what_does_not_age(anna)
        lead_id = inbox_of(anna)[0]["id"]
        with desk(seen, home, ANNA, settings=settings) as at_lead, desk(seen, home, ANNA, settings=settings) as at_list:
            open_lead(at_lead, 0, lead_id)
            at_list.wait_for("mine 1")
            for _try in range(TRIES):
                away_from_the_minutes_end(IDLE + 3 * SETTLED)
                before = [settled(each) for each in (at_lead, at_list)]
                polls = wire.calls.count(LIST)

                time.sleep(IDLE)

                assert wire.calls.count(LIST) >= polls + 2
                sent = [each.raw[length:] for each, length in zip((at_lead, at_list), before, strict=True)]
                if not any(sent):
                    break
            assert sent == [b"", b""]


def keep_what_does_not_age(witness: Witness) -> None:
    """Completes every lead whose age, as the list shows it, may change within the next minutes."""
    now = dt.datetime.now(dt.UTC)
    for lead in inbox_of(witness):
        if not _is_steady(lead, now):
            witness.post("leads/setcompleted", id=lead["id"])


def _is_steady(lead: dict[str, Any], now: dt.datetime) -> bool:
    moscow = dt.timezone(dt.timedelta(hours=3))
    age = (now - dt.datetime.fromisoformat(lead["created_at"]).replace(tzinfo=moscow)).total_seconds()
    return age > DAY and age % DAY < DAY - 300


def away_from_the_minutes_end(seconds: float) -> None:
    """Waits for the next minute where this one ends too soon: what is shown in minutes changes with it."""
    left = 60 - time.time() % 60
    if left < seconds:
        time.sleep(left)


def settled(terminal: Terminal) -> int:
    """How many bytes had come when the terminal first was quiet."""
    deadline = time.monotonic() + PATIENCE
    count, since = len(terminal.raw), time.monotonic()
    while time.monotonic() - since < SETTLED:
        assert time.monotonic() < deadline, "the desk never comes to rest"
        time.sleep(0.02)
        if (now := len(terminal.raw)) != count:
            count, since = now, time.monotonic()
    return count
