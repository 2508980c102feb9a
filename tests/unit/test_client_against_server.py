"""The client and the embedded server agree on every method of the contract."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import AsyncIterator

import httpx
import pytest

from leads_tui.api.client import LeadsClient
from leads_tui.api.errors import Forbidden, NotFound, NotSignedIn, Rejected, WrongPassword
from leads_tui.api.models import MOSCOW, Lead, LeadResult, LeadType
from leads_tui.api.query import Criteria, ListQuery, NewLead, Sort
from leads_tui.server.app import create_app
from leads_tui.server.database import open_database
from leads_tui.server.seed import seed_database

BASE = "http://localhost/v2"
MISSED = Criteria(result=LeadResult.MISSED)
NOW = dt.datetime(2026, 3, 2, 12, 0, tzinfo=MOSCOW)


@pytest.fixture(scope="module")
def transport() -> httpx.ASGITransport:
    engine = open_database("sqlite://")
    seed_database(engine, 120, now=NOW)
    return httpx.ASGITransport(create_app(engine, now=lambda: NOW))


@pytest.fixture
async def anna(transport: httpx.ASGITransport) -> AsyncIterator[LeadsClient]:
    async with LeadsClient(BASE, transport=transport) as client:
        await client.sign_in("anna@demo.example", "demo")
        yield client


@pytest.fixture
async def boris(transport: httpx.ASGITransport) -> AsyncIterator[LeadsClient]:
    async with LeadsClient(BASE, transport=transport) as client:
        await client.sign_in("boris@demo.example", "demo")
        yield client


async def free_lead(client: LeadsClient) -> Lead:
    page = await client.list_routed(ListQuery(MISSED, limit=100, sort=Sort("created_at")))
    return next(lead for lead in page.leads if not lead.is_locked and lead.conversation)


async def test_a_lead_is_locked_answered_seen_and_unlocked(anna: LeadsClient) -> None:
    lead = await free_lead(anna)
    answer = "Добрый день! 👋\nЦена — 100 % & ниже + доставка = 0"
    assert await anna.lock(lead.id)
    assert (await anna.show_routed(lead.id)).locked_by == await anna.me()
    await anna.set_completed(lead.id, answer)
    after = await anna.show_routed(lead.id)
    assert (after.result, after.raw_answer_text, after.completed_by) == (LeadResult.COMPLETED, answer, await anna.me())
    assert await anna.unlock(lead.id)
    assert not (await anna.show(lead.id)).is_locked


async def test_what_a_colleague_holds_is_neither_locked_nor_unlocked(anna: LeadsClient, boris: LeadsClient) -> None:
    shared = {lead.id for lead in (await anna.list_routed(ListQuery(MISSED, limit=100))).leads if not lead.is_locked}
    theirs = {lead.id for lead in (await boris.list_routed(ListQuery(MISSED, limit=100))).leads}
    lead_id = min(shared & theirs)
    assert await anna.lock(lead_id)
    assert not await boris.lock(lead_id)
    assert not await boris.unlock(lead_id)
    holder = (await boris.show_routed(lead_id)).locked_by
    assert holder
    assert holder.email == "anna@demo.example"
    assert await anna.unlock(lead_id)


async def test_pages_of_a_list_add_up(anna: LeadsClient) -> None:
    first = await anna.list_routed(ListQuery(limit=20, sort=Sort("created_at", descending=True)))
    found = list(first.leads)
    while len(found) < first.total:
        page = await anna.list_routed(ListQuery(limit=20, offset=len(found), sort=Sort("created_at", descending=True)))
        found += page.leads
    assert len({lead.id for lead in found}) == first.total
    assert [lead.created_at for lead in found] == sorted((lead.created_at for lead in found), reverse=True)


async def test_every_criterion_is_understood(anna: LeadsClient) -> None:
    shared = {
        "ids": (1, 2),
        "site_ids": (1,),
        "department_ids": (1,),
        "created_by_ids": (1,),
        "assigned_to_ids": (1,),
        "completed_by_ids": (1,),
        "visitor_ids": (1,),
        "type": LeadType.FORM,
        "result": LeadResult.COMPLETED,
        "duration": 60,
        "email_exists": True,
        "phone_exists": False,
        "search_engine": "google",
        "ext_referer": "https://a.example/?b=c",
        "int_referer": "https://a.example/",
        "enter_page": "https://a.example/",
        "text": "цена & доставка",
        "keyword": "+7",
    }
    for name, value in shared.items():
        criteria = Criteria(**{name: value})  # type: ignore[arg-type] # of many kinds
        await anna.list(ListQuery(criteria, limit=1))
        await anna.list_routed(ListQuery(criteria, limit=1))
    await anna.list(ListQuery(Criteria(is_managed=True), limit=1))
    await anna.list_routed(ListQuery(Criteria(creator_type="visitor"), limit=1))
    for since in ("today", "lastweek", NOW, (NOW - dt.timedelta(days=3), NOW)):
        await anna.list_routed(ListQuery(Criteria(created_at=since), limit=1))


async def test_a_range_of_time_holds_what_was_created_in_it(anna: LeadsClient) -> None:
    span = (NOW - dt.timedelta(days=3), NOW - dt.timedelta(hours=1))
    page = await anna.list_routed(ListQuery(Criteria(created_at=span), limit=100))
    everything = await anna.list_routed(ListQuery(limit=100))
    within = {lead.id for lead in everything.leads if span[0] <= lead.created_at < span[1]}
    assert within
    assert {lead.id for lead in page.leads} >= within
    assert all(span[0] <= lead.created_at < span[1] for lead in page.leads)


async def test_chosen_fields_still_make_a_lead(anna: LeadsClient) -> None:
    lead = await free_lead(anna)
    shown = await anna.show_routed(lead.id, fields=("name", "site(id,url)", "conversation(id,visitor(id))"))
    assert (shown.id, shown.name, shown.site) == (lead.id, lead.name, lead.site)
    assert shown.text is None


async def test_an_operator_adds_a_lead_out_of_a_conversation(anna: LeadsClient) -> None:
    lead = await free_lead(anna)
    assert lead.conversation
    assert lead.site
    new = NewLead(
        name="Пётр",
        site_id=lead.site.id,
        conversation_id=lead.conversation.id,
        phone="+7 (903) 123-45-67",
        text="Привет",
    )
    added = await anna.add(new)
    assert (added.type, added.name, added.created_by) == (LeadType.CHAT, "Пётр", await anna.me())
    with pytest.raises(Rejected) as caught:
        await anna.add(dataclasses.replace(new, name=""))
    assert "required" in caught.value.fields["name"]


async def test_the_neighbours_are_read(anna: LeadsClient) -> None:
    me = await anna.me()
    assert me.email == "anna@demo.example"
    assert me in await anna.employees()
    assert all(site.url for site in await anna.sites())
    assert all(department.title for department in await anna.departments())
    categories = await anna.quick_message_categories()
    assert {message.category for message in await anna.quick_messages() if message.category} <= set(categories)
    lead = await free_lead(anna)
    assert lead.conversation
    assert (await anna.conversation(lead.conversation.id)).visitor == lead.conversation.visitor


async def test_what_may_not_be_or_is_not_there_is_told_apart(anna: LeadsClient) -> None:
    routed = {lead.id for lead in (await anna.list_routed(ListQuery(limit=100))).leads}
    everything = (await anna.list(ListQuery(limit=100))).leads
    other = next(lead.id for lead in everything if lead.id not in routed)
    with pytest.raises(Forbidden):
        await anna.show_routed(other)
    with pytest.raises(Forbidden):
        await anna.lock(other)
    with pytest.raises(NotFound):
        await anna.show(10**9)


async def test_a_sign_in_is_renewed_checked_and_ended(transport: httpx.ASGITransport) -> None:
    async with LeadsClient(BASE, transport=transport) as client:
        with pytest.raises(WrongPassword):
            await client.sign_in("anna@demo.example", "wrong")
        old = await client.sign_in("anna@demo.example", "demo")
        assert (await client.refresh()).access_token != old.access_token
        assert await client.validate_token()
        await client.sign_out()
        client.session.replace(old)
        assert not await client.validate_token()
        with pytest.raises(NotSignedIn):
            await client.me()


async def test_no_hostile_lead_reaches_the_desk_uncleaned(transport: httpx.ASGITransport) -> None:
    async with LeadsClient(BASE, transport=transport) as admin:
        await admin.sign_in("admin@demo.example", "demo")
        leads = (await admin.list(ListQuery(limit=100))).leads
    assert any(lead.hidden_characters for lead in leads)
    for lead in leads:
        for text in (lead.name, lead.text or "", lead.answer_text or ""):
            assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", text)
