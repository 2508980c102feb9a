"""The models read what real servers send: tolerant in form, strict in meaning, and clean."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from leads_tui.api import models
from leads_tui.api.models import (
    Conversation,
    Department,
    Employee,
    Lead,
    LeadResult,
    LeadType,
    QuickMessage,
    Site,
    Token,
)

LEAD: dict[str, Any] = {
    "id": 7,
    "type": "form",
    "result": "missed",
    "name": "Иван",
    "created_at": "2014-12-17T15:35:48",
}
HOSTILE = "a\x1b]0;x\x07\u202eb\ud800"
CLEANED = "a⟨U+202E⟩b\ufffd"


def lead(**fields: object) -> Lead:
    return Lead.model_validate(LEAD | fields)


def test_a_bare_time_is_moscows() -> None:
    created = lead().created_at
    assert created.isoformat() == "2014-12-17T15:35:48+03:00"
    # Moscow was at +04:00 until October 2014.
    assert lead(created_at="2014-07-01T12:00:00").created_at.utcoffset() == dt.timedelta(hours=4)


def test_a_time_with_an_offset_counts_as_it_says() -> None:
    created = lead(created_at="2020-01-01T00:00:00Z").created_at
    assert created.isoformat() == "2020-01-01T03:00:00+03:00"


@pytest.mark.parametrize("moment", ["", "yesterday", "0000-00-00 00:00:00", "9999-12-31T23:59:59Z", "\ud800", [], None])
def test_a_lead_without_a_readable_time_of_creation_is_refused(moment: object) -> None:
    with pytest.raises(ValidationError):
        lead(created_at=moment)


@pytest.mark.parametrize("number", [12, "12", 12.0])
def test_an_id_may_come_in_any_form(number: object) -> None:
    found = lead(id=number, site={"id": number}, conversation={"id": number, "visitor": {"id": number}})
    assert (
        found.id,
        found.site,
        found.conversation and found.conversation.visitor and found.conversation.visitor.id,
    ) == (
        12,
        Site(id=12),
        12,
    )


@pytest.mark.parametrize(
    ("given", "meant"), [(90, 90), ("90", 90), (90.4, 90), ("90.6", 91), ("", None), (None, None), ("-3", -3)]
)
def test_a_number_may_come_as_text_or_with_a_decimal_point(given: object, meant: int | None) -> None:
    assert lead(duration=given).duration == meant


@pytest.mark.parametrize("value", ["soon", "1.2.3", float("inf"), float("nan"), [1], {}])
def test_what_is_no_number_is_refused(value: object) -> None:
    with pytest.raises(ValidationError):
        lead(duration=value)


def test_unknown_fields_are_ignored_and_missing_ones_are_none() -> None:
    found = lead(price=5, site={"id": 1, "url": "shop.example", "colour": "red"})
    assert found.site == Site(id=1, url="shop.example")
    assert found.text is None
    assert found.locked_by is None
    assert found.is_locked is False


def test_a_null_counts_as_missing_everywhere() -> None:
    nulls = dict.fromkeys(set(Lead.model_fields) - set(LEAD))
    assert lead(**nulls) == lead()
    assert (
        Employee.model_validate({"id": 1, "first_name": None, "departments": None, "is_lead_assigned": None}).name
        == "#1"
    )


def test_an_unknown_type_is_shown_as_other_and_an_unknown_result_is_refused() -> None:
    assert lead(type="telepathy").type is LeadType.OTHER
    with pytest.raises(ValidationError):
        lead(result="perhaps")


def test_the_first_page_is_read_under_both_of_its_names() -> None:
    assert lead(entry_page="/a").entry_page == lead(enter_page="/a").entry_page == "/a"


def test_a_phone_number_may_come_as_a_number() -> None:
    assert lead(phone=79031234567).phone == "79031234567"


def strings_of(model: BaseModel) -> dict[str, str]:
    """Every string in a model and in those inside it, except what is never shown."""
    found: dict[str, str] = {}
    for name, value in model:
        if isinstance(value, BaseModel):
            found |= {f"{name}.{inner}": text for inner, text in strings_of(value).items()}
        elif isinstance(value, tuple):
            for each in value:
                found |= {f"{name}.{inner}": text for inner, text in strings_of(each).items()}
        elif isinstance(value, str) and name != "raw_answer_text" and type(value) is str:
            found[name] = value
    return found


def hostile(model: type[BaseModel]) -> dict[str, Any]:
    """Data for a model in which every string is hostile."""
    person = {"id": 1, "first_name": HOSTILE, "last_name": HOSTILE, "email": HOSTILE, "state": HOSTILE}
    person |= {"role": {"code": HOSTILE, "title": HOSTILE}, "departments": [{"id": 1, "title": HOSTILE}]}
    inside: dict[str, Any] = {
        "id": 1,
        "type": "form",
        "result": "missed",
        "created_at": "2020-01-01T00:00:00",
        "site": {"id": 1, "url": HOSTILE},
        "department": {"id": 1, "title": HOSTILE},
        "conversation": {"id": 1, "visitor": {"id": 1, "name": HOSTILE}},
        "visitor": {"id": 1, "name": HOSTILE},
        "category": {"id": 1, "title": HOSTILE, "color": HOSTILE},
        "role": person["role"],
        "departments": person["departments"],
        "completed_by": person,
        "created_by": person,
        "assigned_to": person,
        "locked_by": person,
    }
    return {
        name: inside.get(name, HOSTILE)
        for name, field in model.model_fields.items()
        if name in inside or "str" in str(field.annotation)
    }


@pytest.mark.parametrize("model", [Lead, Employee, Department, Site, Conversation, QuickMessage])
def test_no_string_of_any_model_gets_in_uncleaned(model: type[BaseModel]) -> None:
    found = strings_of(model.model_validate(hostile(model)))
    assert found
    assert {name: text for name, text in found.items() if text != CLEANED} == {}


def test_every_string_field_of_every_model_is_cleaned_or_known_not_to_be() -> None:
    unclean = {
        f"{name}.{field}"
        for name, model in vars(models).items()
        if isinstance(model, type) and issubclass(model, BaseModel)
        for field, info in model.model_fields.items()
        if "str" in str(info.annotation) and "BeforeValidator" not in str(info)
    }
    assert unclean == {"Lead.raw_answer_text", "Token.access_token", "Token.token_type", "Token.refresh_token"}


def test_a_message_keeps_its_lines_and_a_name_has_one() -> None:
    found = lead(name="Иван\nПетров", text="a\r\nb", answer_text="c\u2028d")
    assert (found.name, found.text, found.answer_text) == ("Иван Петров", "a\nb", "c\nd")


def test_hidden_characters_are_counted_over_all_that_the_visitor_sent() -> None:
    found = lead(
        name="a\u200b",
        text="\u202eb\x00",
        enter_page="/\u200b",
        conversation={"id": 1, "visitor": {"id": 1, "name": "\x07"}},
    )
    assert found.hidden_characters == 5
    assert lead(text="Привет 👨‍👩‍👧").hidden_characters == 0
    assert lead(nonsense="\u200b").hidden_characters == 0


def test_a_server_cannot_set_the_count_of_hidden_characters() -> None:
    assert lead(hidden_characters=99, raw_answer_text="made up").hidden_characters == 0
    assert lead(hidden_characters=99, raw_answer_text="made up").raw_answer_text is None


def test_the_stored_answer_can_be_compared_with_what_was_sent() -> None:
    assert lead(answer_text="a\r\n\u200bb\t").raw_answer_text == "a\r\n\u200bb\t"
    assert lead(answer_text="a\ud800").raw_answer_text == "a?"
    assert lead(answer_text=5).raw_answer_text == "5"
    assert "secret answer" not in repr(lead(answer_text="x", text=None)).replace("answer_text='x'", "")


def test_a_lead_is_frozen() -> None:
    with pytest.raises(ValidationError):
        lead().name = "other"  # type: ignore[misc] # that is the test


def test_what_is_wrong_is_said_without_repeating_what_stands_there() -> None:
    with pytest.raises(ValidationError) as caught:
        lead(result="ivan@private.example", duration="+7 903 123-45-67")
    assert "ivan@private" not in str(caught.value)
    assert "903" not in str(caught.value)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"first_name": "Анна", "last_name": "К."}, "Анна К."),
        ({"last_name": "К."}, "К."),
        ({"email": "anna@demo.example"}, "anna@demo.example"),
        ({}, "#3"),
    ],
)
def test_a_colleague_always_has_a_name(fields: dict[str, str], name: str) -> None:
    assert Employee.model_validate({"id": 3} | fields).name == name


def test_a_token_does_not_show_itself() -> None:
    token = Token(access_token="top-secret", refresh_token="more-secret", expires_in=60)
    assert "secret" not in f"{token!r} {token}"


def test_a_missed_lead_is_one_that_nobody_handled() -> None:
    assert lead().is_missed
    assert not lead(result=LeadResult.COMPLETED).is_missed


@pytest.mark.parametrize("module", ["models", "errors", "query", "explain", "auth", "address"])
def test_what_the_desk_imports_of_the_api_brings_no_http(module: str) -> None:
    code = f"import sys, leads_tui.api.{module}; print(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"httpx", "httpcore", "anyio", "tenacity", "textual", "rich"} & set(done.stdout.split())


def test_the_client_brings_no_screen_and_no_server() -> None:
    code = "import sys, leads_tui.api.client; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "httpx" in loaded
    assert not {"textual", "starlette", "sqlalchemy", "uvicorn"} & loaded
