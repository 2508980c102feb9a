"""Who is this person: their other leads, found in the background and with what may be asked."""

from __future__ import annotations

from typing import Any

import pytest

from leads_tui.api.errors import ApiError, Forbidden, NotFound, Rejected, ServerError, Unreachable
from leads_tui.api.models import Lead
from leads_tui.api.query import ListQuery
from leads_tui.desk.person import KEEPS, MOST_REQUESTS, Match, Person, PersonFinder
from leads_tui.server.samples.company import WHOLESALE
from tests.fakes import FakeClock, at_once
from tests.unit.office import ADMIN, ANNA, Faulty, Office

PHONE = "+7 (903) 123-45-67"
EMAIL = "ivan@mail.example"


class Search:
    """An operator who opened a lead."""

    def __init__(self, office: Office, email: str = ANNA) -> None:
        self.office = office
        self.api: Faulty = office.client(email)
        self.clock = FakeClock()
        self.finder = PersonFinder(self.api, self.clock, off_loop=at_once)

    async def find(self, lead_id: int) -> Person:
        return await self.finder.find(await self.lead(lead_id))

    async def lead(self, lead_id: int) -> Lead:
        return await self.api.client.show_routed(lead_id)

    @property
    def requests(self) -> int:
        return self.api.calls["list"] + self.api.calls["list_routed"]


@pytest.fixture
def office() -> Office:
    return Office()


def ids(person: Person) -> list[int]:
    return [lead.id for lead in person.earlier]


async def test_leads_of_the_same_visitor_phone_or_email_are_found_newest_first(office: Office) -> None:
    by_phone = office.add_lead(minutes_ago=90, visitor=2, phone="8 903 123-45-67")
    by_email = office.add_lead(minutes_ago=60, visitor=3, email="Ivan@Mail.example")
    by_visitor = office.add_lead(minutes_ago=30, visitor=1, phone="+7 999 000-00-00")
    office.add_lead(visitor=4, phone="+7 903 123-45-68", email="ivanna@mail.example")
    this = office.add_lead(visitor=1, phone=PHONE, email=EMAIL)
    search = Search(office)
    person = await search.find(this)
    assert ids(person) == [by_visitor, by_email, by_phone]
    matches = [set(lead.matched_by) for lead in person.earlier]
    assert matches == [{Match.VISITOR}, {Match.EMAIL}, {Match.PHONE}]
    assert person.is_whole
    assert search.requests <= MOST_REQUESTS


async def test_a_later_lead_of_the_person_is_found_too(office: Office) -> None:
    this = office.add_lead(minutes_ago=60, phone=PHONE)
    later = office.add_lead(minutes_ago=1, phone="9031234567", visitor=9)
    assert ids(await Search(office).find(this)) == [later]


async def test_who_holds_a_lead_and_who_answered_what_is_told(office: Office) -> None:
    answered = office.add_lead(minutes_ago=60)
    held = office.add_lead(minutes_ago=30)
    this = office.add_lead()
    boris = office.client("boris@demo.example")
    await boris.client.lock(held)
    await boris.client.set_completed(answered, "Есть, приезжайте.")
    newest, oldest = (await Search(office).find(this)).earlier
    assert (newest.holder, newest.answered_by) == ("Борис Ветров", None)
    assert (oldest.answered_by, oldest.answer_text, oldest.may_read) == ("Борис Ветров", "Есть, приезжайте.", True)


async def test_an_answer_that_the_role_may_not_read_is_not_shown_as_none(office: Office) -> None:
    columns: dict[str, Any] = {
        "result": "completed",
        "completed_by_id": 2,
        "answer_text": "Тайна",
        "department_id": WHOLESALE,
    }
    office.add_lead(minutes_ago=60, **columns)
    this = office.add_lead()
    (theirs,) = (await Search(office).find(this)).earlier
    assert (theirs.answer_text, theirs.may_read) == (None, False)
    (seen,) = (await Search(office, ADMIN).find(this)).earlier
    assert (seen.answer_text, seen.may_read) == ("Тайна", True)


@pytest.mark.parametrize("error", [Forbidden(), NotFound()])
async def test_without_everyones_leads_those_routed_to_the_operator_are_searched(
    office: Office, error: ApiError
) -> None:
    office.add_lead(minutes_ago=60, department_id=WHOLESALE)
    mine = office.add_lead(minutes_ago=30)
    this = office.add_lead(email=EMAIL, phone=PHONE)
    search = Search(office)
    search.api.refuses["list"] = error
    person = await search.find(this)
    assert ids(person) == [mine]
    assert not person.is_whole
    assert search.requests <= MOST_REQUESTS
    await search.clock.advance(KEEPS + 1)
    await search.find(this)
    assert search.api.calls["list"] == 1


async def test_a_server_that_knows_no_keyword_is_searched_by_visitor_alone(office: Office) -> None:
    office.add_lead(visitor=2, email=EMAIL)
    same_visitor = office.add_lead(minutes_ago=30)
    this = office.add_lead(email=EMAIL, phone=PHONE)
    search = Search(office)

    def refuse(query: ListQuery) -> None:
        if query.criteria.keyword is not None:
            raise Rejected("no criterion 'keyword' here", fields={"q": ["invalid"]})

    search.api.on_query = refuse
    person = await search.find(this)
    assert ids(person) == [same_visitor]
    assert (person.is_whole, person.problem) == (False, None)
    await search.clock.advance(KEEPS + 1)
    search.api.queries.clear()
    await search.find(this)
    assert not any(query.criteria.keyword for _, query in search.api.queries)


async def test_a_failure_is_told_and_not_kept(office: Office) -> None:
    earlier = office.add_lead(minutes_ago=60)
    this = office.add_lead()
    search = Search(office)
    search.api.refuses["list"] = Unreachable()
    person = await search.find(this)
    assert (person.earlier, person.is_whole) == ((), False)
    assert isinstance(person.problem, Unreachable)
    search.api.refuses.clear()
    assert ids(await search.find(this)) == [earlier]


async def test_what_was_found_before_a_failure_is_kept_in_sight(office: Office) -> None:
    earlier = office.add_lead(minutes_ago=60)
    this = office.add_lead(email=EMAIL)
    search = Search(office)

    def fail_on_words(query: ListQuery) -> None:
        if query.criteria.keyword:
            raise ServerError(status=502)

    search.api.on_query = fail_on_words
    person = await search.find(this)
    assert ids(person) == [earlier]
    assert isinstance(person.problem, ServerError)


async def test_what_the_desk_has_loaded_is_searched_without_a_request(office: Office) -> None:
    loaded = office.add_lead(minutes_ago=60, visitor=5, phone="8-903-123-45-67")
    this = office.add_lead(phone=PHONE)
    search = Search(office)
    search.api.refuses["list"] = Unreachable()
    person = await search.finder.find(await search.lead(this), [await search.lead(loaded), await search.lead(this)])
    assert ids(person) == [loaded]


async def test_a_person_is_recalled_for_a_minute_without_asking_again(office: Office) -> None:
    first = office.add_lead(minutes_ago=60, email=EMAIL)
    this = office.add_lead(email=EMAIL)
    search = Search(office)
    assert search.finder.recall(await search.lead(this)) is None
    assert ids(await search.find(this)) == [first]
    asked = search.requests
    recalled = search.finder.recall(await search.lead(first))
    assert recalled is not None
    assert ids(recalled) == [this]
    assert ids(await search.find(this)) == [first]
    assert search.requests == asked
    await search.clock.advance(KEEPS + 1)
    assert search.finder.recall(await search.lead(this)) is None


async def test_a_person_with_more_leads_than_a_page_is_not_called_whole(office: Office) -> None:
    for _ in range(102):
        office.add_lead(minutes_ago=60)
    person = await Search(office).find(office.add_lead())
    assert len(person.earlier) == 99
    assert not person.is_whole


async def test_nothing_is_asked_for_a_lead_that_says_nothing_of_its_person(office: Office) -> None:
    search = Search(office)
    lead = Lead.model_validate({"id": 1, "result": "missed", "created_at": search.clock.now()})
    assert await search.finder.find(lead) == Person()
    assert search.requests == 0
