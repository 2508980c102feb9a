from __future__ import annotations

from typing import Any

import pytest

from leads_tui.server.samples.company import PRO, SALES, SERVICE, SHOP
from tests.server.world import ANNA, EVERY_ROLE, NEWCOMER, Api, World, errors


@pytest.fixture
def new_lead(world: World) -> dict[str, Any]:
    return {
        "name": "Ольга",
        "site_id": SHOP,
        "conversation_id": world.add_conversation(visitor=5),
        "email": "olga@mail.example",
    }


def test_a_lead_out_of_a_chat_belongs_to_who_made_it(anna: Api, new_lead: dict[str, Any]) -> None:
    lead = anna.write("leads/add", **new_lead, text="Просит перезвонить", phone="8 (903) 1", department_id=SERVICE)

    assert lead == anna.lead(lead["id"])
    assert lead["type"] == "chat"
    assert lead["result"] == "missed"
    assert (lead["name"], lead["text"]) == ("Ольга", "Просит перезвонить")
    assert (lead["email"], lead["phone"]) == ("olga@mail.example", "8 (903) 1")
    assert lead["created_by"]["email"] == lead["assigned_to"]["email"] == ANNA
    assert lead["created_at"] == lead["updated_at"] == "2026-03-12T12:00:00"
    assert lead["site"]["id"] == SHOP
    assert lead["department"]["id"] == SERVICE
    assert lead["conversation"]["visitor"]["id"] == 5
    assert (lead["completed_at"], lead["completed_by"], lead["duration"]) == (None, None, None)
    assert (lead["is_locked"], lead["is_managed"]) == (False, True)


def test_the_creator_gets_it_only_where_leads_are_assigned_to_them(world: World, new_lead: dict[str, Any]) -> None:
    lead = world.api(NEWCOMER).write("leads/add", **new_lead)

    assert lead["created_by"]["email"] == NEWCOMER
    assert lead["assigned_to"] is None


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_every_role_may_add_a_lead_and_sees_it_whole(world: World, role: str, new_lead: dict[str, Any]) -> None:
    lead = world.api(EVERY_ROLE[role]).write("leads/add", **new_lead, text="Текст")

    assert lead["created_by"]["role"]["code"] == role
    assert lead["text"] == "Текст"


def test_a_lead_may_be_added_as_completed(anna: Api, new_lead: dict[str, Any]) -> None:
    lead = anna.write("leads/add", **new_lead, result="completed")

    assert lead["result"] == "completed"
    assert lead["completed_by"]["email"] == ANNA
    assert lead["completed_at"] == lead["created_at"]
    assert lead["duration"] == 0


def test_an_added_lead_is_found_by_its_words(anna: Api, new_lead: dict[str, Any]) -> None:
    lead = anna.write("leads/add", **new_lead, text="Синяя ЛАМПА")

    for q in ("text=лампа", "keyword=ольга", "keyword=OLGA@mail", "creator_type=employee", "visitor_ids=5"):
        assert anna.ids("leads/listrouted", q=q) == [lead["id"]], q


@pytest.mark.parametrize("missing", ["name", "site_id", "conversation_id"])
def test_what_is_required_is_asked_for(anna: Api, new_lead: dict[str, Any], missing: str) -> None:
    assert errors(anna.post("leads/add", **(new_lead | {missing: "  "}))) == {missing: ["required"]}
    del new_lead[missing]
    assert errors(anna.post("leads/add", **new_lead)) == {missing: ["required"]}


def test_everything_missing_is_told_at_once(anna: Api) -> None:
    needed = ("name", "site_id", "conversation_id", "email", "phone")

    assert errors(anna.post("leads/add")) == {name: ["required"] for name in needed}


def test_email_or_phone_is_required_and_either_is_enough(anna: Api, new_lead: dict[str, Any]) -> None:
    del new_lead["email"]

    assert errors(anna.post("leads/add", **new_lead)) == {"email": ["required"], "phone": ["required"]}
    assert anna.write("leads/add", **new_lead, phone="+7 903")["email"] is None
    assert anna.write("leads/add", **new_lead, email="a@b.example")["phone"] is None


@pytest.mark.parametrize(("name", "value", "code"), [
    ("name", "x" * 256, "too_long"),
    ("text", "x" * 2001, "too_long"),
    ("site_id", "one", "invalid"),
    ("site_id", "99", "invalid"),
    ("conversation_id", "99999", "invalid"),
    ("conversation_id", "-1", "invalid"),
    ("department_id", "99", "invalid"),
    ("department_id", "sales", "invalid"),
    ("result", "done", "invalid"),
    ("email", "x" * 250 + "@mail.example", "too_long"),
    ("email", "no-at.example", "invalid"),
    ("email", "two@at@mail.example", "invalid"),
    ("email", "a@localhost", "invalid"),
    ("email", "a@mail.e", "invalid"),
    ("email", "a@mail..example", "invalid"),
    ("email", "a@.example", "invalid"),
    ("email", "@mail.example", "invalid"),
    ("email", "a b@mail.example", "invalid"),
    ("email", "a@mail.123", "invalid"),
    ("phone", "1" * 256, "too_long"),
    ("phone", "+7 903 #5", "invalid"),
    ("phone", "8/903", "invalid"),
    ("phone", "8_903", "invalid"),
    ("phone", "8\n903", "invalid"),
])  # fmt: skip
def test_a_bad_value_is_422_with_its_code(
    anna: Api, new_lead: dict[str, Any], name: str, value: str, code: str
) -> None:
    assert errors(anna.post("leads/add", **(new_lead | {name: value}))) == {name: [code]}
    assert anna.ids("leads/list") == []


@pytest.mark.parametrize("phone", ["+7 (903) 123-45-67", "8.903.123", "89031234567", "доб 12", "ext12"])
def test_a_phone_may_have_signs_letters_digits_and_spaces(anna: Api, new_lead: dict[str, Any], phone: str) -> None:
    assert anna.write("leads/add", **new_lead, phone=phone)["phone"] == phone


@pytest.mark.parametrize("email", ["a@mail.example", "a.b+c@sub.mail.ru", "имя@почта.рф", "x_y-z@m-a.co"])
def test_an_email_has_a_local_part_and_a_domain_with_a_top_level(
    anna: Api, new_lead: dict[str, Any], email: str
) -> None:
    assert anna.write("leads/add", **(new_lead | {"email": email}))["email"] == email


def test_the_longest_values_fit(anna: Api, new_lead: dict[str, Any]) -> None:
    lead = anna.write("leads/add", **(new_lead | {"name": "ж" * 255, "text": "ж" * 2000, "phone": "1" * 255}))

    assert (len(lead["name"]), len(lead["text"]), len(lead["phone"])) == (255, 2000, 255)


def test_a_lead_without_a_department_goes_by_its_site(world: World, new_lead: dict[str, Any]) -> None:
    newcomer = world.api(NEWCOMER)
    ours = newcomer.write("leads/add", **new_lead)["id"]
    theirs = newcomer.write("leads/add", **(new_lead | {"site_id": PRO}))["id"]
    sales = newcomer.write("leads/add", **(new_lead | {"site_id": PRO}), department_id=SALES)["id"]

    assert sorted(world.api(ANNA).ids("leads/listrouted")) == [ours, sales]
    assert theirs not in world.api(ANNA).ids("leads/listrouted")
