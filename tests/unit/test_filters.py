"""The filter language: read, written, done by the server as far as it can, and by the desk for the rest."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads_tui.api.models import MOSCOW, Conversation, Department, Employee, Lead, LeadResult, LeadType, Site, Visitor
from leads_tui.api.query import Criteria, Sort
from leads_tui.desk.filter_completion import completions, word_before
from leads_tui.desk.filter_words import KEYS, MOMENTS
from leads_tui.desk.filters import Filter, FilterProblem, Known, Term

NOW = dt.datetime(2026, 3, 2, 12, 0, tzinfo=MOSCOW)
ANNA = Employee(id=1, first_name="Анна", last_name="Орлова", email="anna@demo.example")
BORIS = Employee(id=2, first_name="Борис", last_name="Ветров", email="boris@demo.example")
SHOP = Site(id=1, url="shop.acme.example")
HELP = Site(id=2, url="help.acme.example")
OTHER = Site(id=3, url="other.example")
SALES = Department(id=1, title="Продажи и опт")
KNOWN = Known(
    me=ANNA, sites=(SHOP, HELP, OTHER), departments=(SALES,), employees=(ANNA, BORIS), draft_ids={7}, now=lambda: NOW
)
NOTHING_LISTED = Known(me=ANNA, now=lambda: NOW)


def a_lead(**given: Any) -> Lead:
    base: dict[str, Any] = {"id": 7, "type": "form", "result": "missed", "name": "Иван", "created_at": NOW}
    return Lead.model_validate(base | given)


# Reading and writing -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("", ""),
        ("  доставка   лампа ", "доставка лампа"),
        ('"два слова"', '"два слова"'),
        ("TYPE:Form,callback", "type:form,callback"),
        ("type:form,form", "type:form"),
        ("-type:chat", "-type:chat"),
        ("to:me department:1 since:today", "assigned:me dept:1 from:today"),
        ('text:"доставка"', "text:доставка"),
        ('city:"Нижний Новгород",Казань', 'city:"Нижний Новгород",Казань'),
        ('text:"a,b"', 'text:"a,b"'),
        (r'"a \"b\" \\ c"', r'"a \"b\" \\ c"'),
        ("https://acme.example/?a:b", "https://acme.example/?a:b"),
        ('"type:form"', '"type:form"'),
        ('"-5"', '"-5"'),
        ("-", '"-"'),
        ('--5 5" 12:30', '-"-5" 5" 12:30'),
        ("ензу:сфддифсл", "type:callback"),
        ("from:02.03.2026 before:2026-03-02T14:30", "from:02.03.2026 before:2026-03-02t14:30"),
        ("from:2h done:YESTERDAY", "from:2h done:yesterday"),
        ("by:me,nobody locked:others has:draft", "by:me,nobody locked:others has:draft"),
        ("id:12,13 visitor:5", "id:12,13 visitor:5"),
    ],
)
def test_a_filter_is_written_as_it_is_read_again(typed: str, written: str) -> None:
    assert str(Filter.parse(typed)) == written
    assert Filter.parse(written) == Filter.parse(typed)


@pytest.mark.parametrize(
    ("typed", "wrong", "near", "says"),
    [
        ("word tipe:form", "tipe:", "type:", "quotation marks"),
        ("type:callbak", "callbak", "callback", "callbak"),
        ("type:form,chta word", "chta", "chat", "cannot be chta"),
        ("locked:anna", "anna", "", "me, others, nobody"),
        ("type:", "type:", "", "form, callback, chat"),
        ("a city: b", "city:", "", "where the visitor is"),
        ('word "open', '"open', "", "closing quotation mark"),
        ('"a"b', '"a"b', "", "space is missing"),
        ('word ""', '""', "", "nothing between"),
        ("id:12a", "12a", "", "number such as 1042"),
        ("id:0", "0", "", "number such as 1042"),
        ("from:todya", "todya", "today", "todya"),
        ("from:2026-13-01", "2026-13-01", "", "2026-03-02T14:30"),
        ("from:today,yesterday", "from:today,", "", "one moment"),
        ("city:,Казань", ":,", "", "value is missing"),
        ("city:Казань, Самара", ", ", "", "value is missing"),
        ("to:2026-03-02", "2026-03-02", "before:2026-03-02", "whom it is assigned to"),
    ],
)
def test_an_error_points_at_the_bad_word(typed: str, wrong: str, near: str, says: str) -> None:
    with pytest.raises(FilterProblem) as caught:
        Filter.parse(typed)

    problem = caught.value
    assert typed[problem.start : problem.end] == wrong
    assert problem.near == near
    assert says in str(problem)


ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)
LIKELY = st.lists(
    st.sampled_from([*(f"{key}:" for key in KEYS), *MOMENTS, "me", "form", "12", '"', "\\", ",", "-", " ", ":", "//"])
    | st.text(max_size=3),
    max_size=12,
).map("".join)


def check_place(problem: FilterProblem, typed: str) -> None:
    assert 0 <= problem.start <= problem.end <= len(typed)
    assert str(problem)


@given(ANY_TEXT | LIKELY)
def test_whatever_is_typed_is_read_or_pointed_at_and_what_is_read_is_written_back(typed: str) -> None:
    try:
        wanted = Filter.parse(typed)
    except FilterProblem as problem:
        check_place(problem, typed)
        return
    assert Filter.parse(str(wanted)) == wanted
    for known in (KNOWN, NOTHING_LISTED, Known()):
        wanted.matches(a_lead(), known)
        wanted.criteria(known).encode()
        wanted.rest(known, is_routed=False).criteria(known, is_routed=False)
    other = wanted.in_other_layout()
    assert other is None or Filter.parse(str(other)) == other


BLANKLESS = ANY_TEXT.filter(lambda text: bool(text.strip()))
TERMS = st.builds(
    Term,
    st.sampled_from(["city", "name", "text", "site", "dept", "email", "page"]),
    st.lists(BLANKLESS, min_size=1, max_size=3, unique=True).map(tuple),
    st.booleans(),
) | st.builds(Term, st.just(""), st.tuples(BLANKLESS), st.booleans())


@given(st.lists(TERMS, max_size=4))
def test_any_words_at_all_can_be_written_so_that_they_are_read_again(terms: list[Term]) -> None:
    wanted = Filter(tuple(terms))

    assert Filter.parse(str(wanted)) == wanted


@given(ANY_TEXT | LIKELY, st.integers(0, 70))
def test_completions_never_fail_and_are_words_of_the_language(typed: str, cursor: int) -> None:
    start, end = word_before(typed, cursor)
    assert 0 <= start <= end <= len(typed)
    for word in completions(typed, cursor, KNOWN):
        assert not word.endswith(" ")


# What the desk does ------------------------------------------------------------------------------------------------

FULL: dict[str, Any] = {
    "id": 7,
    "type": "callback",
    "name": "Иван Петров",
    "text": "Сколько стоит доставка в Казань?",
    "phone": "8 (903) 123-45-67",
    "email": "ivan@mail.example",
    "site": SHOP.model_dump(),
    "department": SALES.model_dump(),
    "city": "Нижний Новгород",
    "assigned_to": BORIS.model_dump(),
    "is_locked": True,
    "locked_by": BORIS.model_dump(),
    "is_managed": True,
    "conversation": Conversation(id=3, visitor=Visitor(id=55)).model_dump(),
    "entry_page": "https://shop.acme.example/lamps",
    "search_engine": "google",
    "created_at": "2026-03-02T09:00:00",
}


@pytest.mark.parametrize(
    "line",
    [
        "",
        "type:callback,chat -type:form result:missed -result:completed",
        "site:acme site:1 site:SHOP dept:продажи dept:ghjlf:b -site:help",
        "from:today from:3h before:1h from:2026-03-02 from:02.03.2026 before:2026-03-02T12:00+03:00",
        "to:борис assigned:vetrov,boris -assigned:me by:nobody author:visitor -author:me",
        "locked:others -locked:me,nobody has:phone,answer has:text has:draft managed:yes -has:answer",
        "text:ДОСТАВКА ljcnfdrf name:петров phone:+79031234567 phone:12345 email:IVAN city:новг",
        "page:lamps page:https://shop.acme.example/lamps -page:https://shop.acme.example engine:google",
        "visitor:55 id:7,8 id:7 7 acme Борис -улица +79031234567",
    ],
)
def test_a_lead_that_satisfies_every_word_is_shown(line: str) -> None:
    lead = a_lead(**FULL)

    for term in Filter.parse(line.replace("ghjlf:b", "ghjlf").replace("vetrov,", "")).terms:
        assert Filter((term,)).matches(lead, KNOWN), term
        assert not Filter((Term(term.key, term.values, not term.is_negated),)).matches(lead, KNOWN), term


def test_handled_since_looks_at_when_it_was_handled() -> None:
    handled = a_lead(result="completed", completed_at="2026-03-02T00:00:00", created_at="2026-02-01T00:00:00")

    assert Filter.parse("done:today by:nobody").matches(handled, KNOWN)
    assert not Filter.parse("done:1h").matches(handled, KNOWN)
    assert not Filter.parse("done:lastyear").matches(a_lead(), KNOWN)


def test_without_knowing_who_i_am_nothing_is_mine() -> None:
    lead = a_lead(is_locked=True, locked_by=ANNA.model_dump())

    assert Filter.parse("locked:me").matches(lead, KNOWN)
    assert not Filter.parse("locked:me").matches(lead)
    assert Filter.parse("locked:others").matches(lead)


# What the server does ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "criteria"),
    [
        ("type:form", Criteria(type=LeadType.FORM)),
        ("-result:missed", Criteria(result=LeadResult.COMPLETED)),
        ("has:phone -has:email", Criteria(phone_exists=True, email_exists=False)),
        ("site:acme", Criteria(site_ids=(1, 2))),
        ("site:acme site:help", Criteria(site_ids=(2,))),
        ("site:help,other dept:1", Criteria(site_ids=(2, 3), department_ids=(1,))),
        (
            "by:anna assigned:me author:boris",
            Criteria(completed_by_ids=(1,), assigned_to_ids=(1,), created_by_ids=(2,)),
        ),
        ("author:visitor", Criteria(creator_type="visitor")),
        ("id:1,2,3 id:2,3,4 visitor:9", Criteria(ids=(2, 3), visitor_ids=(9,))),
        ("from:today", Criteria(created_at="today")),
        ("from:1h", Criteria(created_at=NOW - dt.timedelta(hours=1))),
        (
            "from:yesterday before:today",
            Criteria(created_at=(dt.datetime(2026, 3, 1, tzinfo=MOSCOW), dt.datetime(2026, 3, 2, tzinfo=MOSCOW))),
        ),
        ("engine:google page:https://a.example/", Criteria(search_engine="google", enter_page="https://a.example/")),
        ('text:доставка "Иван Петров"', Criteria(text="доставка", keyword="Иван Петров")),
    ],
)
def test_what_the_server_can_do_is_left_to_it(line: str, criteria: Criteria) -> None:
    wanted = Filter.parse(line)

    assert wanted.criteria(KNOWN) == criteria
    assert wanted.is_exact(KNOWN)


@pytest.mark.parametrize(
    ("line", "criteria"),
    [
        ("type:form,chat -type:chat", Criteria()),
        ("site:nosuch by:nobody locked:me done:today has:phone,email", Criteria()),
        ("result:missed result:completed", Criteria(result=LeadResult.MISSED)),
        ("before:2026-01-01 from:today", Criteria()),
        ("ab longest abc", Criteria(keyword="longest")),
        ("-word city:Казань page:lamps", Criteria()),
        ("id:1 id:2", Criteria(ids=(1,))),
        ("managed:yes", Criteria()),
        (f"text:{'a' * 256}", Criteria()),
    ],
)
def test_what_the_server_cannot_do_is_left_for_the_desk(line: str, criteria: Criteria) -> None:
    wanted = Filter.parse(line)

    assert wanted.criteria(KNOWN) == criteria
    assert wanted.rest(KNOWN)
    assert not wanted.is_exact(KNOWN)


def test_names_are_searched_in_what_is_loaded_where_the_api_lists_none() -> None:
    wanted = Filter.parse("site:acme dept:продажи by:boris result:missed site:2")

    assert wanted.criteria(NOTHING_LISTED) == Criteria(result=LeadResult.MISSED, site_ids=(2,))
    assert str(wanted.rest(NOTHING_LISTED)) == "site:acme dept:продажи by:boris"
    assert wanted.needs() == {"sites", "departments", "employees"}
    assert Filter.parse("site:2 by:me locked:others author:visitor id:5").needs() == {"me"}


def test_a_server_that_refused_keyword_is_not_asked_again() -> None:
    wanted = Filter.parse("доставка type:form")

    assert wanted.criteria(Known(keyword_works=False)) == Criteria(type=LeadType.FORM)
    assert str(wanted.rest(Known(keyword_works=False))) == "доставка"


def test_what_is_for_one_list_alone_is_not_asked_of_the_other() -> None:
    wanted = Filter.parse("-managed:no author:employee")

    assert wanted.criteria(KNOWN, is_routed=True) == Criteria(creator_type="employee")
    assert wanted.criteria(KNOWN, is_routed=False) == Criteria(is_managed=True)


def test_words_typed_in_the_wrong_layout_are_offered_in_the_other() -> None:
    assert str(Filter.parse("ljcnfdrf type:form").in_other_layout()) == "доставка type:form"
    assert Filter.parse("type:form").in_other_layout() is None


def test_the_last_page_worth_loading_is_known_from_the_order() -> None:
    handled_today = Filter.parse("by:me done:today")
    newest_change = Sort("updated_at", descending=True)

    assert handled_today.ends_at(a_lead(updated_at="2026-03-01T23:59:59"), newest_change, KNOWN)
    assert not handled_today.ends_at(a_lead(updated_at="2026-03-02T00:00:00"), newest_change, KNOWN)
    assert not handled_today.ends_at(a_lead(), newest_change, KNOWN)
    assert not handled_today.ends_at(a_lead(), Sort("created_at", descending=True), KNOWN)
    assert Filter.parse("before:1h").ends_at(a_lead(), Sort("created_at"), KNOWN)


# Completion --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("ty", ["type:"]),
        ("-ty", ["-type:"]),
        ("word en", ["engine:"]),
        ("ен", ["type:"]),
        ("type:", ["type:form", "type:callback", "type:chat"]),
        ("type:form,c", ["type:form,callback", "type:form,chat"]),
        ("site:acme", ["site:shop.acme.example", "site:help.acme.example"]),
        ("dept:пр", ['dept:"Продажи и опт"']),
        ('dept:"пр', ['dept:"Продажи и опт"']),
        ("by:бор", ['by:"Борис Ветров"']),
        ("by:m", ["by:me"]),
        ("from:last3", ["from:last3days"]),
        ("nosuch:x", []),
        ("type:form", []),
        ('text:"a type:', []),
    ],
)
def test_completion_offers_keys_then_their_values(typed: str, offered: list[str]) -> None:
    assert completions(typed, len(typed), KNOWN) == offered


def test_a_completion_replaces_the_word_before_the_cursor() -> None:
    typed = 'city:"Нижний Новгород" ty word'

    assert word_before(typed, 25) == (23, 25)
    assert word_before(typed, 10) == (0, 10)
    assert completions(typed, 25, KNOWN) == ["type:"]
