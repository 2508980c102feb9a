from __future__ import annotations

import pytest

from leads_tui.server.samples.company import PRO, WHOLESALE
from tests.server.world import ADMIN, ANNA, BORIS, EVERY_ROLE, NEWCOMER, Api, World, errors

FULL_LEVEL = {"admin", "admin_partner"}
LEAD_FIELDS = {
    "id", "type", "result", "name", "text", "answer_text", "email", "phone", "created_at", "updated_at", "completed_at",
    "completed_by", "created_by", "assigned_to", "locked_by", "is_locked", "is_managed", "duration", "site",
    "department", "conversation", "country", "city", "entry_page", "int_referer", "ext_referer", "search_engine",
    "search_query", "page_count", "visit_count",
}  # fmt: skip


def test_a_lead_has_every_field_of_the_contract(world: World, anna: Api) -> None:
    lead_id = world.add_lead(
        minutes_ago=90, visitor=4, result="completed", answer_text="Да", completed_at=1773306000, completed_by_id=2,
        created_by_id=3, assigned_to_id=1, duration=5400, country="Russia", city="Moscow",
        entry_page="https://lumen.example/", int_referer="https://lumen.example/cart", ext_referer="https://ya.example/",
        search_engine="yandex", search_query="лампа", page_count=5, visit_count=2,
    )  # fmt: skip

    (lead,) = anna.read("leads/listrouted")

    assert lead.keys() == LEAD_FIELDS
    people = {name: lead.pop(name) for name in ("completed_by", "created_by", "assigned_to")}
    assert {name: person["id"] for name, person in people.items()} == {
        "completed_by": 2, "created_by": 3, "assigned_to": 1,
    }  # fmt: skip
    assert people["assigned_to"] == {
        "id": 1,
        "first_name": "Анна",
        "last_name": "Орлова",
        "email": ANNA,
        "state": "online",
        "role": {"code": "operator", "title": "Operator"},
        "departments": [
            {"id": 1, "title": "Продажи"},
            {"id": 2, "title": "Сервис и доставка"},
            {"id": 4, "title": "International"},
        ],
        "is_lead_assigned": True,
    }
    assert lead == {
        "id": lead_id,
        "type": "form",
        "result": "completed",
        "name": "Иван Петров",
        "text": "Здравствуйте! Есть ли лампа в наличии?",
        "answer_text": "Да",
        "email": "ivan@mail.example",
        "phone": "+7 903 123-45-67",
        "created_at": "2026-03-12T10:30:00",
        "updated_at": "2026-03-12T10:30:00",
        "completed_at": "2026-03-12T12:00:00",
        "locked_by": None,
        "is_locked": False,
        "is_managed": True,
        "duration": 5400,
        "site": {"id": 1, "url": "lumen.example"},
        "department": {"id": 1, "title": "Продажи"},
        "conversation": {
            "id": 1,
            "visitor": {"id": 4, "name": "Visitor 4"},
            "created_at": "2026-03-12T11:50:00",
        },
        "country": "Russia",
        "city": "Moscow",
        "entry_page": "https://lumen.example/",
        "int_referer": "https://lumen.example/cart",
        "ext_referer": "https://ya.example/",
        "search_engine": "yandex",
        "search_query": "лампа",
        "page_count": 5,
        "visit_count": 2,
    }


def test_what_a_lead_lacks_is_null(world: World, anna: Api) -> None:
    world.add_lead(department_id=None, conversation_id=None, text=None, phone=None)

    (lead,) = anna.read("leads/listrouted")

    assert lead.keys() == LEAD_FIELDS
    missing = {name for name, value in lead.items() if value is None}
    assert missing >= {"department", "conversation", "text", "phone", "answer_text", "completed_by", "locked_by"}


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_list_gives_every_role_all_leads_and_texts_only_to_the_full_level(world: World, role: str) -> None:
    api = world.api(EVERY_ROLE[role])
    ids = {world.add_lead(answer_text="Ответ"), world.add_lead(site_id=PRO, department_id=WHOLESALE)}

    leads = api.read("leads/list")

    assert {lead["id"] for lead in leads} == ids
    hidden = set() if role in FULL_LEVEL else {"text", "answer_text"}
    assert all(lead.keys() == LEAD_FIELDS - hidden for lead in leads)


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_show_gives_every_role_any_lead_and_texts_only_to_the_full_level(world: World, role: str) -> None:
    api = world.api(EVERY_ROLE[role])
    lead_id = world.add_lead(site_id=PRO, department_id=WHOLESALE)

    lead = api.read("leads/show", id=lead_id)

    assert lead["id"] == lead_id
    assert lead.keys() == LEAD_FIELDS - (set() if role in FULL_LEVEL else {"text", "answer_text"})


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_the_routed_methods_give_every_role_its_own_leads_whole(world: World, role: str) -> None:
    api = world.api(EVERY_ROLE[role])
    lead_id = world.add_lead()

    assert [lead.keys() for lead in api.read("leads/listrouted")] == [LEAD_FIELDS]
    assert api.lead(lead_id).keys() == LEAD_FIELDS


def test_asking_for_a_hidden_text_by_name_leaves_it_absent(world: World, anna: Api) -> None:
    lead_id = world.add_lead()

    assert anna.read("leads/list", fields="id,text,answer_text") == [{"id": lead_id}]
    assert anna.read("leads/show", id=lead_id, fields="text,name") == {"name": "Иван Петров"}
    assert world.api(ADMIN).read("leads/show", id=lead_id, fields="text") == {
        "text": "Здравствуйте! Есть ли лампа в наличии?"
    }


def test_nothing_is_addressed_to_an_employee_without_departments(world: World) -> None:
    world.add_lead()
    world.add_lead(department_id=None, site_id=None)

    response = world.api(NEWCOMER).get("leads/listrouted")

    assert response.json() == {"results": [], "total": 0}


def test_a_page_holds_fifty_leads_unless_told_and_total_counts_all(world: World, anna: Api) -> None:
    ids = [world.add_lead(minutes_ago=200 - place) for place in range(53)]

    first = anna.get("leads/listrouted", sort="created_at:a", fields="id").json()
    rest = anna.get("leads/listrouted", sort="created_at:a", fields="id", offset=50).json()
    beyond = anna.get("leads/listrouted", offset=1000).json()

    assert [lead["id"] for lead in first["results"]] == ids[:50]
    assert [lead["id"] for lead in rest["results"]] == ids[50:]
    assert (first["total"], rest["total"]) == (53, 53)
    assert beyond == {"results": [], "total": 53}


def test_limit_may_be_anything_from_nothing_to_a_hundred(world: World, anna: Api) -> None:
    for _ in range(3):
        world.add_lead()

    assert anna.get("leads/list", limit=0).json() == {"results": [], "total": 3}
    assert len(anna.read("leads/list", limit=2)) == 2
    assert len(anna.read("leads/list", limit=100)) == 3


@pytest.mark.parametrize("call", ["leads/list", "leads/listrouted"])
@pytest.mark.parametrize(("name", "value"), [
    ("limit", "101"), ("limit", "-1"), ("limit", "ten"), ("limit", "1.5"), ("limit", "1e2"), ("limit", "９"),
    ("offset", "-1"), ("offset", "x"), ("offset", "9" * 30),
    ("sort", "name:a"), ("sort", "created_at"), ("sort", "created_at:up"), ("sort", "id:a"), ("sort", ":a"),
    ("sort", "created_at:a,id:a"),
])  # fmt: skip
def test_a_bad_page_or_order_is_422(anna: Api, call: str, name: str, value: str) -> None:
    assert errors(anna.get(call, **{name: value})) == {name: ["invalid"]}


def test_blank_parameters_count_as_missing(world: World, anna: Api) -> None:
    lead = world.add_lead()

    assert anna.ids("leads/listrouted", q="", fields="", sort="", limit="", offset="") == [lead]


def test_leads_come_newest_first_unless_told(world: World, anna: Api) -> None:
    old, new = world.add_lead(minutes_ago=50), world.add_lead(minutes_ago=5)

    assert anna.ids("leads/list") == [new, old]
    assert anna.ids("leads/listrouted", sort="created_at:d") == [new, old]
    assert anna.ids("leads/listrouted", sort="created_at:a") == [old, new]


def test_the_other_orders_sort_by_update_duration_and_result(world: World, anna: Api) -> None:
    a = world.add_lead(updated_at=300, duration=20, result="completed")
    b = world.add_lead(updated_at=100, duration=None, result="missed")
    c = world.add_lead(updated_at=200, duration=10, result="completed")

    assert anna.ids("leads/list", sort="updated_at:a") == [b, c, a]
    assert anna.ids("leads/list", sort="updated_at:d") == [a, c, b]
    assert anna.ids("leads/list", sort="duration:a") == [c, a, b], "without a duration comes last"
    assert anna.ids("leads/list", sort="duration:d") == [a, c, b]
    assert anna.ids("leads/list", sort="result:a") == [a, c, b]
    assert anna.ids("leads/list", sort="result:d") == [b, c, a]


def test_leads_of_one_second_keep_their_order_by_id_over_pages(world: World, anna: Api) -> None:
    ids = [world.add_lead() for _ in range(7)]

    def pages(sort: str) -> list[int]:
        return [lead for offset in range(0, 9, 3) for lead in anna.ids("leads/list", sort=sort, limit=3, offset=offset)]

    assert pages("created_at:a") == ids
    assert pages("created_at:d") == ids[::-1]


@pytest.mark.parametrize("call", ["leads/show", "leads/showrouted", "leads/lock", "leads/unlock", "leads/setcompleted"])
def test_a_lead_is_named_by_an_id_that_exists(anna: Api, call: str) -> None:
    assert errors(anna.post(call)) == {"id": ["required"]}
    assert errors(anna.post(call, id="")) == {"id": ["required"]}
    for bad in ("abc", "-1", "0", "1.0", "1,2", "9" * 30, "٣"):
        assert errors(anna.post(call, id=bad)) == {"id": ["invalid"]}
    response = anna.post(call, id=4242)
    assert response.status_code == 404
    assert response.json() == {"code": 404, "message": "There is no lead 4242"}


@pytest.mark.parametrize("call", ["leads/showrouted", "leads/lock", "leads/unlock", "leads/setcompleted"])
def test_a_lead_addressed_to_somebody_else_is_403_for_the_routed_methods(world: World, call: str) -> None:
    lead = world.add_lead(assigned_to_id=1)

    response = world.api(BORIS).post(call, id=lead)

    assert response.status_code == 403
    assert response.json() == {"code": 403, "message": f"Lead {lead} is not addressed to you"}
    shown = world.api(ANNA).lead(lead)
    assert (shown["is_locked"], shown["result"]) == (False, "missed")
