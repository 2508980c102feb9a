"""What is asked for gets to the server as the contract writes it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any
from urllib.parse import parse_qs, parse_qsl

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads_tui.api.models import MOSCOW, LeadResult, LeadType
from leads_tui.api.query import Criteria, ListQuery, NewLead, Sort, encode_fields


def test_criteria_are_a_query_string_of_their_own() -> None:
    assert Criteria(result=LeadResult.MISSED, site_ids=(1, 2)).encode() in {
        "result=missed&site_ids=1%2C2",
        "site_ids=1%2C2&result=missed",
    }


def test_no_criteria_are_no_parameter() -> None:
    assert Criteria().encode() == ""
    assert "q" not in ListQuery().params()


EVERY_CRITERION: list[tuple[dict[str, Any], str]] = [
    ({"ids": (1, 2)}, "ids=1%2C2"),
    ({"site_ids": (3,)}, "site_ids=3"),
    ({"department_ids": (3,)}, "department_ids=3"),
    ({"created_by_ids": (3,)}, "created_by_ids=3"),
    ({"assigned_to_ids": (3,)}, "assigned_to_ids=3"),
    ({"completed_by_ids": (3,)}, "completed_by_ids=3"),
    ({"visitor_ids": (3,)}, "visitor_ids=3"),
    ({"type": LeadType.CALLBACK}, "type=callback"),
    ({"result": LeadResult.COMPLETED}, "result=completed"),
    ({"duration": 0}, "duration=0"),
    ({"email_exists": True}, "email_exists=1"),
    ({"phone_exists": False}, "phone_exists=0"),
    ({"is_managed": True}, "is_managed=1"),
    ({"search_engine": "google"}, "search_engine=google"),
    ({"ext_referer": "https://a/?b=c&d"}, "ext_referer=https%3A%2F%2Fa%2F%3Fb%3Dc%26d"),
    ({"int_referer": "/x"}, "int_referer=%2Fx"),
    ({"enter_page": "/x"}, "enter_page=%2Fx"),
    ({"created_at": "lastweek"}, "created_at=lastweek"),
    ({"text": "доставка 50%"}, "text=%D0%B4%D0%BE%D1%81%D1%82%D0%B0%D0%B2%D0%BA%D0%B0+50%25"),
    ({"keyword": "+7 903"}, "keyword=%2B7+903"),
    ({"creator_type": "visitor"}, "creator_type=visitor"),
]


@pytest.mark.parametrize(("given", "encoded"), EVERY_CRITERION, ids=lambda value: str(value)[:30])
def test_each_criterion_is_written_as_the_contract_has_it(given: dict[str, Any], encoded: str) -> None:
    assert Criteria(**given).encode() == encoded


def test_no_criterion_is_left_untested() -> None:
    assert {name for given, _ in EVERY_CRITERION for name in given} == {f.name for f in dataclasses.fields(Criteria)}


@given(st.dictionaries(st.sampled_from(["text", "keyword", "search_engine"]), st.text(min_size=1)))
def test_any_text_survives_being_encoded_twice(texts: dict[str, str]) -> None:
    url = httpx.URL("http://localhost/v2/leads/list", params=ListQuery(Criteria(**texts)).params())  # type: ignore[arg-type] # of many kinds
    q = parse_qs(url.query.decode()).get("q", [""])[0]
    expected = {name: text.encode(errors="replace").decode() for name, text in texts.items()}
    assert dict(parse_qsl(q, keep_blank_values=True)) == expected


@pytest.mark.parametrize(
    ("moment", "encoded"),
    [
        (dt.datetime(2020, 1, 1, 12, 0, 5, 999, tzinfo=MOSCOW), "2020-01-01T12:00:05"),
        (dt.datetime(2020, 1, 1, 9, 0, tzinfo=dt.UTC), "2020-01-01T12:00:00"),
        (dt.datetime(2020, 1, 1, 12, 0), "2020-01-01T12:00:00"),  # noqa: DTZ001 (bare is Moscow's)
        (
            (dt.datetime(2020, 1, 1, tzinfo=MOSCOW), dt.datetime(2020, 2, 1, tzinfo=MOSCOW)),
            "2020-01-01T00:00:00..2020-02-01T00:00:00",
        ),
    ],
)
def test_moments_go_out_in_moscow_time(moment: Any, encoded: str) -> None:
    assert dict(parse_qsl(Criteria(created_at=moment).encode())) == {"created_at": encoded}


def test_a_word_that_no_server_knows_is_refused_with_the_words_it_does() -> None:
    with pytest.raises(ValueError, match=r"tomorrow.*today, lastday"):
        Criteria(created_at="tomorrow")


def test_a_type_that_is_ours_alone_cannot_be_asked_for() -> None:
    with pytest.raises(ValueError, match="form, callback, chat"):
        Criteria(type=LeadType.OTHER)


def test_a_list_says_its_page_and_order() -> None:
    query = ListQuery(limit=100, offset=200, sort=Sort("created_at"))
    assert query.params() == {"limit": "100", "offset": "200", "sort": "created_at:a"}
    assert Sort("duration", descending=True).encode() == "duration:d"


@pytest.mark.parametrize("limit", [0, -1, 101])
def test_a_page_too_large_is_refused_before_it_is_asked_for(limit: int) -> None:
    with pytest.raises(ValueError, match=f"limit: {limit} is not in 1 to 100"):
        ListQuery(limit=limit)


def test_a_page_before_the_first_is_refused() -> None:
    with pytest.raises(ValueError, match="offset: -1"):
        ListQuery(offset=-1)


def test_an_order_that_no_server_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="'name' is not one of created_at"):
        Sort("name")  # type: ignore[arg-type] # that is the test


def test_chosen_fields_come_with_those_that_make_a_lead() -> None:
    assert encode_fields(()) == {}
    assert encode_fields(("name", "site(id,url)", "id")) == {"fields": "id,result,created_at,name,site(id,url)"}
    assert ListQuery(fields=("name",)).params()["fields"] == "id,result,created_at,name"


def test_a_new_lead_sends_only_what_is_known_of_it() -> None:
    new = NewLead(name="Иван", site_id=1, conversation_id=2, phone="+7 903", result=LeadResult.COMPLETED)
    assert new.params() == {
        "name": "Иван",
        "site_id": "1",
        "conversation_id": "2",
        "phone": "+7 903",
        "result": "completed",
    }
