"""The visitor's clock is shown only where their place makes it certain."""

from __future__ import annotations

import datetime as dt

import pytest

from leads_tui.api.models import Lead
from leads_tui.desk.visitor_time import _COUNTRIES, _RUSSIAN_CITIES, _zones, visitor_time, visitor_zone
from tests.fakes import START

SUMMER = dt.datetime(2026, 7, 1, 9, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("country", "city", "hour"),
    [
        ("Russia", "Moscow", 12),
        ("Россия", "Москва", 12),
        ("RU", "Владивосток", 19),
        ("Российская Федерация", "  петропавловск-КАМЧАТСКИЙ ", 21),
        ("Russia", "Орёл", 12),
        ("Россия", "орел", 12),
        ("Belarus", None, 12),
        ("Германия", "Где-то", 11),
        ("Kazakhstan", "Almaty", 14),
        ("United States", "Chicago", 4),
        ("USA", "New York", 5),
        ("United Kingdom", "Leeds", 10),
        ("India", "Bengaluru", 14),
        ("ОАЭ", "", 13),
    ],
)
def test_a_known_place_has_a_time(country: str, city: str | None, hour: int) -> None:
    zone = visitor_zone(country, city, SUMMER)
    assert zone is not None
    assert SUMMER.astimezone(zone).hour == hour


@pytest.mark.parametrize(
    ("country", "city"),
    [
        ("Russia", None),
        ("Russia", "Нигдеград"),
        ("United States", "Springfield"),
        ("United States", "Monticello"),
        (None, "Moscow"),
        ("", ""),
        ("Atlantis", "Moscow"),
    ],
)
def test_a_place_that_could_be_in_several_zones_has_none(country: str | None, city: str | None) -> None:
    assert visitor_zone(country, city, SUMMER) is None


def test_summer_time_is_kept_where_the_visitor_is() -> None:
    berlin = visitor_zone("Germany", "Berlin", START)
    assert berlin is not None
    assert START.astimezone(berlin).hour - START.hour == 1
    assert SUMMER.astimezone(berlin).hour - SUMMER.hour == 2


def test_the_time_of_a_lead_is_that_of_its_visitor() -> None:
    place = {"id": 1, "result": "missed", "created_at": START, "country": "Russia"}
    there = visitor_time(Lead.model_validate({**place, "city": "Omsk"}), START)
    assert there == START
    assert there is not None
    assert f"{there:%H:%M}" == "15:00"
    assert visitor_time(Lead.model_validate(place), START) is None


def test_every_town_has_a_zone_that_exists() -> None:
    for zone, towns in _RUSSIAN_CITIES.items():
        assert zone in _zones()["RU"]
        for town in towns.split("|"):
            found = visitor_zone("Россия", town.upper(), START)
            assert found is not None
            assert found.key == zone
    assert set(_COUNTRIES) <= set(_zones())
