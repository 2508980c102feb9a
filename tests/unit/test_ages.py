"""Lengths of time and moments as a list shows them."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from leads_tui.text.ages import clock_time, short_age

NOW = dt.datetime(2026, 3, 2, 14, 30, tzinfo=ZoneInfo("Europe/Moscow"))


@pytest.mark.parametrize(
    ("age", "words"),
    [
        ({"seconds": -5}, "0m"),
        ({"seconds": 59}, "0m"),
        ({"minutes": 12, "seconds": 59}, "12m"),
        ({"minutes": 60}, "1h00"),
        ({"hours": 2, "minutes": 5}, "2h05"),
        ({"hours": 23, "minutes": 59}, "23h59"),
        ({"days": 1}, "1d"),
        ({"days": 99}, "99d"),
        ({"days": 100}, "14w"),
        ({"days": 800}, "114w"),
    ],
)
def test_an_age_has_at_most_five_letters(age: dict[str, int], words: str) -> None:
    assert short_age(NOW - dt.timedelta(**age), NOW) == words
    assert len(words) <= 5


def test_an_age_is_the_same_whatever_zones_its_moments_are_in() -> None:
    assert short_age((NOW - dt.timedelta(hours=1)).astimezone(dt.UTC), NOW) == "1h00"


def test_a_moment_of_today_shows_the_time_alone() -> None:
    assert clock_time(dt.datetime(2026, 3, 2, 11, 2, tzinfo=dt.UTC), NOW) == "14:02"


def test_a_moment_of_yesterday_in_the_operators_zone_shows_its_date() -> None:
    assert clock_time(dt.datetime(2026, 3, 1, 20, 59, tzinfo=dt.UTC), NOW) == "01.03 23:59"
    assert clock_time(dt.datetime(2026, 3, 1, 21, 1, tzinfo=dt.UTC), NOW) == "00:01"


def test_a_moment_of_another_year_shows_the_year() -> None:
    assert clock_time(dt.datetime(2025, 12, 31, 12, 0, tzinfo=dt.UTC), NOW) == "31.12.2025 15:00"
