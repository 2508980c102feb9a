"""What the commands without the desk do before and after they ask the server."""

from __future__ import annotations

import json
import string
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from leads_tui.api.client import LeadsClient
from leads_tui.api.models import Lead, Token
from leads_tui.api.query import Sort
from leads_tui.desk.filters import Filter, Known
from leads_tui.headless.columns import COLUMNS, block, table
from leads_tui.headless.fields import Fields, parse_fields, project, with_needed, write_fields
from leads_tui.headless.json_text import to_json
from leads_tui.headless.listing import Search, Wanted

NAMES = st.text(string.ascii_lowercase + "_", min_size=1, max_size=8)
FIELDS: st.SearchStrategy[Fields] = st.recursive(
    st.dictionaries(NAMES, st.none(), min_size=1, max_size=3),
    lambda inner: st.dictionaries(NAMES, st.none() | inner, min_size=1, max_size=3),
    max_leaves=6,
)


@given(FIELDS)
def test_chosen_fields_are_written_as_they_are_read(fields: Fields) -> None:
    assert parse_fields(write_fields(fields)) == fields


@given(st.text(max_size=40) | st.text("a,() ", max_size=20))
def test_any_choice_of_fields_is_read_or_refused(typed: str) -> None:
    try:
        fields = parse_fields(typed)
    except ValueError:
        return
    assert parse_fields(write_fields(fields)) == fields


@pytest.mark.parametrize(
    "typed", ["id,", "(id)", "site(id", "site(id))", "site(id)x", "site()", "a b", "имя", "((((" * 50]
)
def test_a_choice_of_fields_that_makes_no_sense_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"bracket|name of a field"):
        parse_fields(typed)


def test_only_the_chosen_fields_of_an_object_are_given() -> None:
    lead = {
        "id": 1,
        "name": "Иван",
        "site": {"id": 2, "url": "a.example"},
        "locked_by": None,
        "list": [{"a": 1, "b": 2}],
    }

    assert project(lead, parse_fields("name,site(url),locked_by(id),list(b)")) == {
        "name": "Иван",
        "site": {"url": "a.example"},
        "locked_by": None,
        "list": [{"b": 2}],
    }
    assert project(lead, {}) == lead


def test_what_makes_an_object_is_asked_for_with_the_chosen_fields() -> None:
    fields = with_needed(parse_fields("name,site(url),locked_by(role(title))"), ("id",))

    assert write_fields(fields) == "id,name,site(id,url),locked_by(id,role(code,title))"


@given(
    st.recursive(
        st.text() | st.none() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_json_is_printable_ascii_and_says_the_same(value: Any) -> None:
    line = to_json(value)

    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line) == value


def a_lead(**given: Any) -> Lead:
    base: dict[str, Any] = {
        "id": 7,
        "type": "form",
        "result": "missed",
        "name": "Иван",
        "created_at": "2026-03-02T12:00:00",
    }
    return Lead.model_validate(base | given)


def test_columns_line_up_whatever_is_in_them() -> None:
    leads = [
        a_lead(name="李明 👋", phone="+7", text="one\ntwo", site={"id": 1, "url": "shop"}),
        a_lead(id=1042, name="x\x1b[31mRed\u202e", email="a@b.example", site={"id": 2, "url": "shop"}),
    ]

    lines = table(leads, list(COLUMNS))

    words = ("SITE", "shop", "shop")
    starts = {cell_len(line[: line.index(word)]) for line, word in zip(lines, words, strict=True)}
    assert len(starts) == 1
    assert all(line.isprintable() for line in lines)
    assert lines[0].split() == [name.upper() for name in COLUMNS]
    assert lines[1].endswith("  one two")
    assert "xRed⟨U+202E⟩" in lines[2]


def test_a_lead_in_full_leaves_out_what_is_not_there() -> None:
    lines = block(
        a_lead(text="first\nsecond", site={"id": 1, "url": "a.example"}), ["id", "text", "site", "answer_text"]
    )

    assert lines == ["id    7", "text  first", "      second", "site  a.example"]


# Searching ---------------------------------------------------------------------------------------------------------


class Shelf:
    """A server with these leads, oldest first, that may know no `keyword`."""

    def __init__(self, count: int, *, takes_keyword: bool = True) -> None:
        self.leads = [
            {
                "id": place,
                "result": "missed",
                "created_at": "2026-03-02T12:00:00",
                "city": "Омск" if place % 3 else "Тверь",
            }
            for place in range(1, count + 1)
        ]
        self.takes_keyword = takes_keyword
        self.asked: list[httpx.QueryParams] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        params = request.url.params
        self.asked.append(params)
        if "keyword" in params.get("q", "") and not self.takes_keyword:
            return httpx.Response(422, json={"code": 422, "message": "q", "errors": {"q": ["invalid"]}})
        start = int(params["offset"])
        page = self.leads[start : start + int(params["limit"])]
        return httpx.Response(200, json={"results": page, "total": len(self.leads)})


async def search(shelf: Shelf, line: str, *, limit: int | None, offset: int = 0) -> tuple[list[int], int | None]:
    wanted = Wanted(Filter.parse(line), routed=True, sort=Sort("created_at"), limit=limit, offset=offset)
    async with LeadsClient(
        "http://localhost/v2", Token(access_token="t"), transport=httpx.MockTransport(shelf)
    ) as client:
        found = Search(client, wanted, Known())
        return [each.lead.id async for each in found.leads()], found.total


async def test_what_the_server_filters_costs_one_request_of_the_wanted_size() -> None:
    shelf = Shelf(300)

    assert await search(shelf, "result:missed", limit=3, offset=2) == ([3, 4, 5], 300)
    assert [(asked["limit"], asked["offset"]) for asked in shelf.asked] == [("3", "2")]


async def test_all_leads_come_once_each_page_by_page() -> None:
    assert await search(Shelf(250), "", limit=None) == (list(range(1, 251)), 250)
    assert await search(Shelf(250), "", limit=120) == (list(range(1, 121)), 250)


async def test_what_the_server_cannot_filter_is_looked_for_as_far_as_needed() -> None:
    assert await search(Shelf(250), "city:тверь", limit=2, offset=40) == ([123, 126], None)
    assert await search(Shelf(7), "-city:тверь", limit=50) == ([1, 2, 4, 5, 7], None)


async def test_a_lead_that_leaves_between_two_pages_hides_none() -> None:
    shelf = Shelf(150)

    class Leaving(Shelf):
        def __call__(self, request: httpx.Request) -> httpx.Response:
            answer = shelf(request)
            shelf.leads = shelf.leads[3:]
            return answer

    found, _total = await search(Leaving(0), "", limit=None)
    assert found == list(range(1, 151))


async def test_a_server_without_keyword_is_asked_without_it() -> None:
    shelf = Shelf(5, takes_keyword=False)

    assert await search(shelf, "Тверь", limit=None) == ([3], None)
