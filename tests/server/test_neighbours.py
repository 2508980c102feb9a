from __future__ import annotations

import pytest

from tests.server.world import ANNA, EVERY_ROLE, Api, World, errors

EMPLOYEE = {"id", "first_name", "last_name", "email", "state", "role", "departments", "is_lead_assigned"}


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_employees_me_is_the_caller(world: World, role: str) -> None:
    me = world.api(EVERY_ROLE[role]).read("employees/me")

    assert me.keys() == EMPLOYEE
    assert me["email"] == EVERY_ROLE[role]
    assert me["role"]["code"] == role
    assert me["role"]["title"]


def test_employees_list_has_all_colleagues_and_no_secret(anna: Api) -> None:
    answer = anna.get("employees/list").json()

    assert answer["total"] == len(answer["results"]) == 9
    assert all(employee.keys() == EMPLOYEE for employee in answer["results"])
    assert {employee["state"] for employee in answer["results"]} == {"online", "busy", "offline"}
    assert ANNA in {employee["email"] for employee in answer["results"]}


def test_sites_and_departments_are_listed(anna: Api) -> None:
    sites, departments = anna.get("sites/list").json(), anna.get("departments/list").json()

    assert sites["results"][0] == {"id": 1, "url": "lumen.example"}
    assert departments["results"][0] == {"id": 1, "title": "Продажи"}
    assert (sites["total"], departments["total"]) == (4, 4)


def test_canned_replies_are_everybodys_and_ones_own(anna: Api, boris: Api) -> None:
    hers, his = anna.read("quickmessages/list"), boris.read("quickmessages/list")

    assert all(message.keys() == {"id", "text", "category", "is_global"} for message in hers)
    own = [message for message in hers if not message["is_global"]]
    assert [message["category"] for message in own] == [None]
    assert own[0]["id"] not in {message["id"] for message in his}
    assert [message for message in hers if message["is_global"]] == [m for m in his if m["is_global"]]
    assert anna.get("quickmessages/list").json()["total"] == len(hers)
    assert hers[-1]["category"] == {"id": 4, "title": "English", "color": "#8a55c8"}


def test_the_folders_of_canned_replies_are_listed(anna: Api) -> None:
    folders = anna.read("quickmessagecategories/list")

    assert [folder["title"] for folder in folders] == [
        "Приветствие",
        "Заказ и доставка",
        "Возврат и гарантия",
        "English",
    ]
    assert all(folder.keys() == {"id", "title", "color"} for folder in folders)


def test_a_conversation_tells_its_visitor(world: World, anna: Api) -> None:
    conversation = world.add_conversation(visitor=12)

    assert anna.read("conversations/show", id=conversation) == {
        "id": conversation,
        "visitor": {"id": 12, "name": "Visitor 12"},
        "created_at": "2026-03-12T11:50:00",
    }
    assert anna.get("conversations/show", id=777).status_code == 404
    assert errors(anna.get("conversations/show")) == {"id": ["required"]}
    assert errors(anna.get("conversations/show", id="x")) == {"id": ["invalid"]}
