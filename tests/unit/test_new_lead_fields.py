"""What may be sent as a new lead, by the contract's rules, and what the server says of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads_tui.api.models import Lead, LeadResult
from leads_tui.desk.new_lead_fields import Field, NewLeadFields, Problem, read_refusal
from tests.fakes import START

GOOD = NewLeadFields(name=" Пётр ", site_id="1", conversation_id=" 20 ", phone="+7 (903) 123-45-67 доб. 2")


def test_a_good_form_makes_a_lead_without_the_white_space_around() -> None:
    assert GOOD.problems() == {}
    new = GOOD.new_lead()
    assert (new.name, new.site_id, new.conversation_id, new.phone) == ("Пётр", 1, 20, "+7 (903) 123-45-67 доб. 2")
    assert (new.email, new.text, new.department_id, new.result) == (None, None, None, LeadResult.MISSED)


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        (Field.NAME, "", Problem.REQUIRED),
        (Field.NAME, "  ", Problem.REQUIRED),
        (Field.NAME, "й" * 255, None),
        (Field.NAME, "й" * 256, Problem.TOO_LONG),
        (Field.SITE, "", Problem.REQUIRED),
        (Field.SITE, "shop", Problem.INVALID),
        (Field.SITE, "0", Problem.INVALID),
        (Field.SITE, "-1", Problem.INVALID),
        (Field.SITE, "٣", Problem.INVALID),
        (Field.CONVERSATION, "", Problem.REQUIRED),
        (Field.CONVERSATION, "12.5", Problem.INVALID),
        (Field.CONVERSATION, "9" * 19, Problem.INVALID),
        (Field.DEPARTMENT, "", None),
        (Field.DEPARTMENT, "x", Problem.INVALID),
        (Field.EMAIL, "ivan@mail.example", None),
        (Field.EMAIL, "иван@почта.рф", None),
        (Field.EMAIL, "ivan", Problem.INVALID),
        (Field.EMAIL, "ivan@mail", Problem.INVALID),
        (Field.EMAIL, "ivan@mail.e", Problem.INVALID),
        (Field.EMAIL, "iv an@mail.example", Problem.INVALID),
        (Field.EMAIL, "a@b@mail.example", Problem.INVALID),
        (Field.EMAIL, "i" * 250 + "@mail.example", Problem.TOO_LONG),
        (Field.PHONE, "8-800-FLOWERS", None),
        (Field.PHONE, "+7 903; 123", Problem.INVALID),
        (Field.PHONE, "1" * 256, Problem.TOO_LONG),
        (Field.TEXT, "😀" * 2000, None),
        (Field.TEXT, "😀" * 2001, Problem.TOO_LONG),
    ],
)
def test_each_field_is_judged_by_the_contract(field: Field, value: str, problem: Problem | None) -> None:
    assert GOOD.with_field(field, value).problems().get(field) is problem


def test_an_email_or_a_phone_number_is_needed() -> None:
    neither = GOOD.with_field(Field.PHONE, " ")
    assert neither.problems() == {Field.EMAIL: Problem.NO_CONTACT, Field.PHONE: Problem.NO_CONTACT}
    with pytest.raises(ValueError, match="email, phone"):
        neither.new_lead()
    assert neither.with_field(Field.EMAIL, "a@b.example").problems() == {}


def test_another_lead_of_the_visitor_fills_the_form() -> None:
    lead = Lead.model_validate(
        {
            "id": 5,
            "result": "missed",
            "created_at": START,
            "name": "Ольга",
            "text": "Вопрос",
            "phone": "89031234567",
            "site": {"id": 2, "url": "x"},
            "conversation": {"id": 30},
            "department": {"id": 3},
        }
    )
    fields = NewLeadFields.out_of(lead)
    assert (fields.name, fields.site_id, fields.conversation_id, fields.department_id) == ("Ольга", "2", "30", "3")
    assert (fields.phone, fields.email, fields.text) == ("89031234567", "", "")


def test_the_servers_refusal_lands_on_its_fields() -> None:
    problems, others = read_refusal(
        {"name": ["too_long"], "site_id": ["invalid"], "text": ["odd"], "id": ["required"], "phone": ["required"]}
    )
    assert problems == {
        Field.NAME: Problem.TOO_LONG,
        Field.SITE: Problem.INVALID,
        Field.TEXT: Problem.INVALID,
        Field.PHONE: Problem.REQUIRED,
    }
    assert others == {"id": ("required",)}
    both, _ = read_refusal({"email": ["required"], "phone": ["required"]})
    assert set(both.values()) == {Problem.NO_CONTACT}


@given(st.builds(NewLeadFields, name=st.text(), text=st.text(), email=st.text(), result=st.sampled_from(LeadResult)))
def test_what_was_typed_is_read_back_as_it_was(fields: NewLeadFields) -> None:
    assert NewLeadFields.read(fields.write()) == fields


@pytest.mark.parametrize("data", [None, [], "x", {"name": 5, "result": "odd"}])
def test_a_file_that_holds_something_else_gives_empty_fields(data: object) -> None:
    assert NewLeadFields.read(data).is_empty
