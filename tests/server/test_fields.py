from __future__ import annotations

import pytest

from tests.server.world import Api, World, errors


@pytest.mark.parametrize(("fields", "expected"), [
    ("id", {"id": 1}),
    ("id,name", {"id": 1, "name": "Иван Петров"}),
    (" id , name ", {"id": 1, "name": "Иван Петров"}),
    ("site", {"site": {"id": 1, "url": "lumen.example"}}),
    ("site(id)", {"site": {"id": 1}}),
    ("site(id),site(url)", {"site": {"id": 1, "url": "lumen.example"}}),
    ("site(id),site", {"site": {"id": 1, "url": "lumen.example"}}),
    ("id,name,site(id,url),conversation(visitor(id))", {
        "id": 1,
        "name": "Иван Петров",
        "site": {"id": 1, "url": "lumen.example"},
        "conversation": {"visitor": {"id": 7}},
    }),
    ("conversation(visitor(id),visitor(name))", {"conversation": {"visitor": {"id": 7, "name": "Visitor 7"}}}),
    ("assigned_to(role(code),departments(id))", {
        "assigned_to": {"role": {"code": "operator"}, "departments": [{"id": 1}, {"id": 2}, {"id": 4}]},
    }),
    ("completed_by(id),is_locked", {"completed_by": None, "is_locked": False}),
])  # fmt: skip
def test_fields_choose_what_comes_back_however_deep(
    world: World, anna: Api, fields: str, expected: dict[str, object]
) -> None:
    lead = world.add_lead(visitor=7, assigned_to_id=1)

    assert anna.read("leads/showrouted", id=lead, fields=fields) == expected
    assert anna.read("leads/show", id=lead, fields=fields) == expected
    assert anna.read("leads/listrouted", fields=fields) == [expected]
    assert anna.read("leads/list", fields=fields) == [expected]


@pytest.mark.parametrize("fields", [
    "colour", "id,colour", "ID", "id,", ",id", "id,,name", "site(", "site()", "site(id", "site(id))", "site(colour)",
    "site(visitor(id))", "id(x)", "conversation(visitor(id)", "id name", "id;name", "id.name", "*", "name(id)", "(id)",
    "keywords", "lock_expires_at",
])  # fmt: skip
def test_an_unknown_field_is_422_wherever_it_stands(world: World, anna: Api, fields: str) -> None:
    lead = world.add_lead()

    for call in ("leads/list", "leads/listrouted", "leads/show", "leads/showrouted"):
        assert errors(anna.get(call, id=lead, fields=fields)) == {"fields": ["invalid"]}


def test_the_message_says_which_field_is_unknown(anna: Api) -> None:
    assert "colour" in anna.get("leads/list", fields="id,colour").json()["message"]
