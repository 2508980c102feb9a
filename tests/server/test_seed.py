from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections import Counter
from typing import Any

import pytest
import sqlalchemy as sa

from leads_tui.server import schema
from leads_tui.server.database import open_database, reading
from leads_tui.server.seed import seed_database
from tests.server.world import ADMIN, ANNA, BORIS, NOON, VERA
from tests.serving import LiveServer

MORNING = dt.datetime(2026, 3, 12, 8, 2, tzinfo=dt.timezone(dt.timedelta(hours=3)))


def seeded(leads: int, *, random_seed: int = 1, now: dt.datetime = NOON) -> dict[str, list[dict[str, Any]]]:
    """Every row of the seeded database, but for the salted passwords."""
    engine = open_database("sqlite://")
    assert seed_database(engine, leads, random_seed=random_seed, now=now) is True
    with reading(engine) as connection:
        rows = {
            table.name: [dict(row) for row in connection.execute(sa.select(table)).mappings()]
            for table in schema.METADATA.sorted_tables
        }
    engine.dispose()
    for employee in rows["employees"]:
        del employee["password_hash"]
    return rows


@pytest.fixture(scope="module")
def leads() -> list[dict[str, Any]]:
    return seeded(200)["leads"]


@pytest.fixture(scope="module")
def annas_missed(leads: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """From the oldest to the newest."""
    return [lead for lead in leads if lead["result"] == "missed" and is_annas(lead)]


def is_annas(lead: dict[str, Any]) -> bool:
    if lead["assigned_to_id"] is not None:
        return bool(lead["assigned_to_id"] == 1)
    return (lead["department_id"] or lead["site_id"]) in {1, 2, 4}


def is_hostile(lead: dict[str, Any]) -> bool:
    words = f"{lead['name']}{lead['text'] or ''}"
    return bool(re.search(r"\[/|DROP TABLE|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\u2066]", words))


def test_the_same_seed_and_moment_give_the_same_rows() -> None:
    assert seeded(60, random_seed=7) == seeded(60, random_seed=7)


def test_another_seed_gives_other_leads() -> None:
    one, other = seeded(60, random_seed=7)["leads"], seeded(60, random_seed=8)["leads"]

    assert [lead["name"] for lead in one] != [lead["name"] for lead in other]


def test_later_the_same_day_only_the_moments_of_the_last_day_differ() -> None:
    evening = MORNING + dt.timedelta(hours=12)
    moving = {"created_at", "updated_at", "completed_at", "duration"}

    def still(lead: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in lead.items() if name not in moving}

    early, late = seeded(80, now=MORNING)["leads"], seeded(80, now=evening)["leads"]

    assert [still(lead) for lead in early] == [still(lead) for lead in late]
    assert early[:44] == late[:44]
    assert {b["created_at"] - a["created_at"] for a, b in zip(early[44:], late[44:], strict=True)} == {12 * 3600}


def test_a_few_seconds_later_nothing_differs() -> None:
    assert seeded(80, now=MORNING) == seeded(80, now=MORNING + dt.timedelta(seconds=40))


@pytest.mark.parametrize("number", [0, 1, 2, 3, 5, 13, 50, 200])
def test_the_database_gets_as_many_leads_as_asked_for_a_fifth_completed(number: int) -> None:
    leads = seeded(number)["leads"]

    assert len(leads) == number
    assert sum(lead["result"] == "completed" for lead in leads) == number // 5


def test_a_database_that_is_not_empty_is_left_as_it_is() -> None:
    with LiveServer(leads=4) as server:
        assert seed_database(server.engine, 50) is False
        with reading(server.engine) as connection:
            assert connection.scalar(sa.select(sa.func.count()).select_from(schema.leads)) == 4


def test_the_accounts_have_their_roles_and_two_operators_share_departments() -> None:
    rows = seeded(0)
    roles = {employee["email"]: employee["role"] for employee in rows["employees"]}

    assert {ANNA: "operator", BORIS: "operator", VERA: "manager", ADMIN: "admin"}.items() <= roles.items()
    theirs: dict[int, set[int]] = {}
    for row in rows["employee_departments"]:
        theirs.setdefault(row["employee_id"], set()).add(row["department_id"])
    assert theirs[1] & theirs[2]


def test_ages_go_from_minutes_to_weeks_and_ids_with_the_age(leads: list[dict[str, Any]]) -> None:
    ages = [(NOON.timestamp() - lead["created_at"]) / 60 for lead in leads]

    assert ages == sorted(ages, reverse=True)
    assert [lead["id"] for lead in leads] == list(range(1001, 1201))
    assert ages[0] > 3 * 7 * 24 * 60
    assert 2 < ages[-1] < 30
    assert sum(age < 60 for age in ages) >= 3
    assert sum(60 < age < 24 * 60 for age in ages) >= 30


def test_types_sites_departments_and_places_vary(leads: list[dict[str, Any]]) -> None:
    assert {lead["type"] for lead in leads} == {"form", "callback", "chat"}
    assert {lead["site_id"] for lead in leads} == {1, 2, 3, 4}
    assert {lead["department_id"] for lead in leads} == {None, 1, 2, 3, 4}
    assert len({lead["city"] for lead in leads}) > 12
    assert {lead["search_engine"] for lead in leads} >= {None, "google", "yandex"}
    assert all((lead["search_engine"] is None) == (lead["search_query"] is None) for lead in leads)


def test_every_lead_can_be_answered_and_keeps_the_contract(leads: list[dict[str, Any]]) -> None:
    for lead in leads:
        assert lead["email"] or lead["phone"]
        assert len(lead["text"] or "") <= 2000
        assert all(len(lead[name] or "") <= 255 for name in ("name", "email", "phone", "search_query"))
        assert (lead["created_by_id"] is not None) is (lead["type"] == "chat")
        assert (lead["completed_at"] is None) is (lead["result"] == "missed")
        if lead["completed_at"] is not None:
            assert lead["completed_at"] - lead["created_at"] == lead["duration"] >= 0
            assert lead["completed_at"] <= NOON.timestamp()
            assert lead["completed_by_id"]


def test_texts_are_whole_and_few_alike(leads: list[dict[str, Any]]) -> None:
    texts = [lead["text"] for lead in leads if lead["text"]]

    plain = [text for text in texts if "jndi" not in text]
    assert not [text for text in plain if re.search(r"\{[a-z_]+\}", text)]
    assert Counter(texts).most_common(1)[0][1] <= 4
    assert len(set(texts)) > 140
    assert sum(bool(re.search("[а-яё]", text)) for text in texts) > 90
    assert sum(not re.search("[а-яё]", text) for text in texts) > 20


def test_the_difficult_texts_are_there(leads: list[dict[str, Any]]) -> None:
    words = [f"{lead['name']}\n{lead['text'] or ''}" for lead in leads]

    def some(pattern: str) -> bool:
        return any(re.search(pattern, word) for word in words)

    assert any(len(lead["text"] or "") == 2000 for lead in leads)
    assert some("[\U0001f300-\U0001faff]"), "emoji"
    assert some("[\u4e00-\u9fff\uac00-\ud7a3\u3040-\u30ff]"), "CJK"
    assert any(unicodedata.combining(letter) for word in words for letter in word), "combining"
    assert some("[\u0590-\u06ff]"), "right to left"
    assert some("\x1b"), "escape sequences"


def test_between_them_the_seeds_hold_every_hostile_text() -> None:
    words = "\n".join(f"{lead['name']}\n{lead['text']}" for lead in seeded(2000)["leads"])

    for payload in ("\x1b]52;", "\x1b]0;", "\x1b[2J", "\x9b31m", "\u202e", "[bold]", "[/]", "[@click=app.quit]x[/]"):
        assert payload in words, repr(payload)


def test_some_visitors_come_again_and_write_their_number_differently() -> None:
    rows = seeded(200)
    visitor = {row["id"]: row["visitor_id"] for row in rows["conversations"]}
    numbers: dict[int, set[str]] = {}
    digits: dict[str, set[str]] = {}
    for lead in rows["leads"]:
        if lead["phone"]:
            numbers.setdefault(visitor[lead["conversation_id"]], set()).add(lead["phone"])
            digits.setdefault(re.sub(r"\D", "", lead["phone"])[-10:], set()).add(lead["phone"])

    assert max(Counter(visitor[lead["conversation_id"]] for lead in rows["leads"]).values()) > 1
    assert any(len(written) > 1 for written in numbers.values())
    assert any(len(written) > 1 for written in digits.values())


def test_most_missed_leads_are_annas_and_many_are_also_boriss(
    leads: list[dict[str, Any]], annas_missed: list[dict[str, Any]]
) -> None:
    missed = [lead for lead in leads if lead["result"] == "missed"]
    shared = [lead for lead in annas_missed if lead["assigned_to_id"] is None and lead["department_id"] in {1, 2}]

    assert 0.5 < len(annas_missed) / len(missed) < 0.9
    assert len(shared) > 50


@pytest.mark.parametrize("random_seed", [1, 2, 3])
def test_the_first_page_of_annas_inbox_begins_plainly_and_turns_hostile_soon(random_seed: int) -> None:
    missed = [lead for lead in seeded(200, random_seed=random_seed)["leads"] if lead["result"] == "missed"]
    annas = [lead for lead in missed if is_annas(lead)]

    assert not any(is_hostile(lead) for lead in annas[:5])
    assert not any(is_hostile(lead) for lead in missed[-5:])
    assert any(is_hostile(lead) for lead in annas[:15])
    assert all(lead["assigned_to_id"] is None and lead["department_id"] in {1, 2} for lead in annas[:5])
