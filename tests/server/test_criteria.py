from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

import pytest

from leads_tui.server.samples.company import ABROAD, INTERNATIONAL, PRO, SALES, SERVICE, SHOP, WHOLESALE
from tests.server.world import ADMIN, NEWCOMER, Api, World, errors


def found(api: Api, call: str = "leads/listrouted", **criteria: object) -> list[int]:
    return api.ids(call, q=urlencode(criteria), sort="created_at:a")


@pytest.fixture
def admin(world: World) -> Api:
    return world.api(ADMIN)


def test_criteria_are_a_query_string_inside_the_query_string(world: World, anna: Api) -> None:
    wanted = world.add_lead(site_id=SHOP)
    world.add_lead(site_id=ABROAD, result="completed")
    world.add_lead(site_id=PRO)

    response = anna.http.get(
        f"{anna.url}/leads/listrouted?q=result%3Dmissed%26site_ids%3D{SHOP}%2C{ABROAD}", headers=anna.headers
    )

    assert [lead["id"] for lead in response.json()["results"]] == [wanted]
    assert response.json()["total"] == 1


@pytest.mark.parametrize("call", ["leads/list", "leads/listrouted"])
def test_every_criterion_of_both_lists_finds_its_lead(world: World, anna: Api, call: str) -> None:
    world.add_lead(minutes_ago=50, email=None, site_id=ABROAD, department_id=INTERNATIONAL)
    wanted = world.add_lead(
        minutes_ago=40,
        visitor=7,
        type="callback",
        result="completed",
        name="Зинаида",
        text="Ищу ТОРШЕР",
        phone=None,
        site_id=SHOP,
        department_id=SERVICE,
        created_by_id=2,
        assigned_to_id=1,
        completed_by_id=3,
        completed_at=0,
        duration=90,
        search_engine="yandex",
        ext_referer="https://a.example/",
        int_referer="https://b.example/",
        entry_page="https://c.example/",
    )
    world.add_lead(minutes_ago=60, email="x@mail.example")
    criteria: dict[str, object] = {
        "ids": f"{wanted},999",
        "site_ids": SHOP,
        "department_ids": f"{SERVICE},{WHOLESALE}",
        "created_by_ids": 2,
        "assigned_to_ids": "1,2",
        "completed_by_ids": "3",
        "visitor_ids": "7,8",
        "type": "callback",
        "result": "completed",
        "duration": "90",
        "email_exists": "yes",
        "phone_exists": "no",
        "search_engine": "yandex",
        "ext_referer": "https://a.example/",
        "int_referer": "https://b.example/",
        "enter_page": "https://c.example/",
        "entry_page": "https://c.example/",
        "created_at": "2026-03-12T11:15:00",
        "text": "торшер",
        "keyword": "зинаИДА",
    }

    for name, value in criteria.items():
        ids = found(anna, call, **{name: value})
        assert wanted in ids, name
        assert len(ids) < 3, name
    assert found(anna, call, **criteria) == [wanted]


def test_criteria_hold_together(world: World, anna: Api) -> None:
    world.add_lead(type="form", result="completed")
    wanted = world.add_lead(type="form", result="missed")
    world.add_lead(type="callback", result="missed")

    assert found(anna, type="form", result="missed") == [wanted]


@pytest.mark.parametrize(("spelling", "has_email"), [
    ("yes", True), ("1", True), ("true", True), ("no", False), ("0", False), ("false", False), ("TRUE", True),
])  # fmt: skip
def test_a_boolean_has_six_spellings(world: World, anna: Api, spelling: str, has_email: bool) -> None:
    with_email, without = world.add_lead(), world.add_lead(email=None)

    assert found(anna, email_exists=spelling) == [with_email if has_email else without]


def test_is_managed_divides_all_leads_into_mine_and_others(world: World, anna: Api) -> None:
    mine = world.add_lead(minutes_ago=9)
    others = world.add_lead(site_id=PRO, department_id=WHOLESALE)

    assert found(anna, "leads/list", is_managed="yes") == [mine]
    assert found(anna, "leads/list", is_managed="no") == [others]


def test_creator_type_tells_visitors_from_employees(world: World, anna: Api) -> None:
    visitors = world.add_lead(minutes_ago=9)
    colleagues = world.add_lead(created_by_id=2, type="chat")

    assert found(anna, creator_type="visitor") == [visitors]
    assert found(anna, creator_type="employee") == [colleagues]


def test_a_criterion_of_the_other_list_is_unknown(anna: Api) -> None:
    assert errors(anna.get("leads/listrouted", q="is_managed=yes")) == {"q": ["invalid"]}
    assert errors(anna.get("leads/list", q="creator_type=visitor")) == {"q": ["invalid"]}


@pytest.mark.parametrize("q", [
    "colour=red", "Result=missed", "result", "result=", "result=done", "type=fax", "ids=", "ids=a", "ids=1,,2",
    "ids=1,-2", "ids=1.5", "ids=0", "ids=99999999999999999999", "site_ids=x", "department_ids=x", "created_by_ids=x",
    "assigned_to_ids=x", "completed_by_ids=x", "visitor_ids=x", "duration=long", "duration=-1", "email_exists=maybe",
    "phone_exists=2", "created_at=yesterday", "created_at=", "created_at=2026-13-01", "created_at=2026-02-30",
    "created_at=2026-03-01..", "created_at=..2026-03-01", "created_at=2026-03-02..2026-03-01", "text=", "keyword=",
    "search_engine=", "creator_type=robot", "result=missed&result=missed", "text=%ff",
])  # fmt: skip
def test_an_unknown_criterion_or_a_bad_value_is_422(anna: Api, q: str) -> None:
    assert errors(anna.get("leads/listrouted", q=q)) == {"q": ["invalid"]}


def test_the_message_says_which_criterion_is_bad(anna: Api) -> None:
    assert "colour" in anna.get("leads/list", q="colour=red").json()["message"]


def test_an_idlist_of_a_thousand_is_taken_and_a_longer_one_is_not(world: World, anna: Api) -> None:
    lead = world.add_lead()
    many = ",".join(str(number) for number in range(lead, lead + 1000))

    assert anna.write("leads/listrouted", q=urlencode({"ids": many}), fields="id") == [{"id": lead}]
    assert errors(anna.post("leads/listrouted", q=urlencode({"ids": many + ",5000"}))) == {"q": ["invalid"]}


@pytest.mark.parametrize(("since", "ids"), [
    ("2026-03-12T11:30:00", "23"),
    ("2026-03-12T11:30:01", "3"),
    ("2026-03-12T08:30:00Z", "23"),
    ("2026-03-12T08:30:01Z", "3"),
    ("2026-03-12T10:30:00+02:00", "23"),
    ("2026-03-12T10:30:01+0200", "3"),
    ("2026-03-12 11:30", "23"),
    ("2026-03-12", "123"),
    ("20260312113000", "23"),
    ("202603121130", "23"),
    ("20260312113001", "3"),
    ("20260312", "123"),
    ("12.03.2026 11:30:00", "23"),
    ("12.03.2026 11:30", "23"),
    ("12.03.2026", "123"),
    ("03/12/2026 11:30:01", "3"),
    ("03/12/2026 11:30", "23"),
    ("03/12/2026", "123"),
    ("2026-03-12T11:00:00..2026-03-12T11:30:00", "1"),
    ("2026-03-12T11:00:00..2026-03-12T11:30:01", "12"),
    ("20260312..12.03.2026 11:30:01", "12"),
    ("2026-03-12T11:30:00..2026-03-12T11:30:00", ""),
    ("today..2026-03-12T11:30:00", "1"),
])  # fmt: skip
def test_a_moment_may_be_written_in_every_form(world: World, anna: Api, since: str, ids: str) -> None:
    leads = [world.add_lead(minutes_ago=minutes) for minutes in (60, 30, 10)]
    world.add_lead(minutes_ago=60 * 24)

    assert found(anna, created_at=since) == [leads[int(place) - 1] for place in ids]


@pytest.mark.parametrize("bad", [
    "2026-03-12T11", "2026-3-12", "2026-03-12T25:00:00", "12.13.2026", "13/01/2026", "2026031", "202603121", "now",
    "Today", "2026-03-12T11:30:00 03:00", "2026-03-12T11:30:00.5", "٢٠٢٦-03-12",
])  # fmt: skip
def test_any_other_form_of_a_moment_is_422(anna: Api, bad: str) -> None:
    assert errors(anna.get("leads/listrouted", q=urlencode({"created_at": bad}))) == {"q": ["invalid"]}


@pytest.mark.parametrize(("word", "hours"), [
    ("today", 12), ("lastday", 24), ("last3days", 72), ("lastweek", 168), ("lastmonth", 720), ("lastyear", 8760),
])  # fmt: skip
def test_a_word_means_at_or_after_that_moment(world: World, anna: Api, word: str, hours: int) -> None:
    world.add_lead(minutes_ago=hours * 60 + 1 / 60)
    at = world.add_lead(minutes_ago=hours * 60)
    after = world.add_lead()

    assert found(anna, created_at=word) == [at, after]


def test_today_begins_at_midnight_in_moscow(world: World, anna: Api) -> None:
    world.clock.moment = dt.datetime(2026, 3, 12, 21, 30, tzinfo=dt.UTC)
    world.add_lead(minutes_ago=31)
    today = world.add_lead(minutes_ago=29)

    assert found(anna, created_at="today") == [today]


def test_text_is_sought_in_any_case_and_only_in_the_text(world: World, anna: Api) -> None:
    lead = world.add_lead(text="Нужна ЛЁГКАЯ люстра")
    world.add_lead(name="люстра", text=None)

    assert found(anna, text="лёгкая ЛЮСТРА") == [lead]


def test_keyword_is_sought_in_name_email_phone_and_text(world: World, anna: Api) -> None:
    common: dict[str, Any] = {"name": "Имя", "email": "mail@mail.example", "phone": "+7 900", "text": "текст"}
    leads = [
        world.add_lead(minutes_ago=9 - place, **(common | {column: value}))
        for place, (column, value) in enumerate(
            {"name": "Жанна 42", "email": "jana42@mail.example", "phone": "+7 42 42", "text": "заказ 42"}.items()
        )
    ]
    world.add_lead(**common)

    assert found(anna, keyword="42") == leads


@pytest.mark.parametrize("needle", ["100%", "a_b", "\\", "'", "/", "[/]"])
def test_signs_that_mean_something_elsewhere_are_sought_as_they_are(world: World, anna: Api, needle: str) -> None:
    lead = world.add_lead(text=f"до {needle} после")
    world.add_lead(text="до 1000 после a-b")

    assert found(anna, text=needle) == [lead]


def test_a_hidden_text_cannot_be_guessed_by_searching_for_it(world: World, anna: Api) -> None:
    mine = world.add_lead(text="секрет", minutes_ago=9)
    others = world.add_lead(text="секрет", site_id=PRO, department_id=WHOLESALE)
    admin = world.api(ADMIN)

    assert found(anna, "leads/list", text="секрет") == [mine]
    assert found(anna, "leads/list", keyword="секрет") == [mine]
    assert found(world.api(NEWCOMER), "leads/list", keyword="секрет") == []
    assert found(admin, "leads/list", text="секрет") == [mine, others]
    assert found(admin, "leads/list", keyword="секрет") == [mine, others]


def test_the_name_of_anybodys_lead_may_be_searched_for(world: World, anna: Api) -> None:
    others = world.add_lead(name="Редкое Имя", site_id=PRO, department_id=WHOLESALE)

    assert found(anna, "leads/list", keyword="редкое") == [others]


@pytest.mark.parametrize(("lead", "is_hers"), [
    ({"department_id": SALES}, True),
    ({"department_id": WHOLESALE}, False),
    ({"department_id": WHOLESALE, "assigned_to_id": 1}, True),
    ({"department_id": SALES, "assigned_to_id": 2}, False),
    ({"department_id": WHOLESALE, "site_id": SHOP}, False),
    ({"department_id": None, "site_id": SHOP}, True),
    ({"department_id": None, "site_id": PRO}, False),
    ({"department_id": None, "site_id": SHOP, "assigned_to_id": 2}, False),
    ({"department_id": None, "site_id": None}, False),
])  # fmt: skip
def test_a_lead_is_addressed_by_assignment_then_department_then_site(
    world: World, anna: Api, lead: dict[str, Any], is_hers: bool
) -> None:
    lead_id = world.add_lead(**lead)
    admin = world.api(ADMIN)

    assert anna.ids("leads/listrouted") == ([lead_id] if is_hers else [])
    assert anna.get("leads/showrouted", id=lead_id).status_code == (200 if is_hers else 403)
    assert anna.read("leads/show", id=lead_id)["is_managed"] is is_hers
    assert admin.ids("leads/list") == [lead_id]
