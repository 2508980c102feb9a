"""What a filter leaves to the server, the server does as the desk would."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator

import httpx
import pytest

from leads_tui.api.client import LeadsClient
from leads_tui.api.models import MOSCOW, Lead
from leads_tui.api.query import Criteria, ListQuery, Sort
from leads_tui.desk.filters import Filter, Known
from leads_tui.server.app import create_app
from leads_tui.server.database import open_database
from leads_tui.server.seed import seed_database
from tests.serving import LiveServer

NOW = dt.datetime(2026, 3, 2, 12, 0, tzinfo=MOSCOW)


@pytest.fixture(scope="module")
def transport() -> httpx.ASGITransport:
    engine = open_database("sqlite://")
    seed_database(engine, 150, now=NOW)
    return httpx.ASGITransport(create_app(engine, now=lambda: NOW))


@pytest.fixture
async def admin(transport: httpx.ASGITransport) -> AsyncIterator[LeadsClient]:
    async with LeadsClient("http://localhost/v2", transport=transport) as client:
        await client.sign_in("admin@demo.example", "demo")
        yield client


async def everything(client: LeadsClient, criteria: Criteria, *, is_routed: bool) -> dict[int, Lead]:
    ask = client.list_routed if is_routed else client.list
    found: dict[int, Lead] = {}
    while True:
        page = await ask(ListQuery(criteria, limit=100, offset=len(found), sort=Sort("created_at")))
        found |= {lead.id: lead for lead in page.leads}
        if len(found) >= page.total:
            return found


LINES = [
    "type:form",
    "type:callback,chat -has:email",
    "result:completed",
    "-result:missed has:phone",
    "site:lumen",
    "site:help,pro",
    "-site:1 dept:опт,international",
    "by:anna",
    "by:борис,vera result:completed",
    "by:me",
    "assigned:anna",
    "assigned:nobody",
    "author:visitor",
    "author:employee",
    "author:anna,boris",
    "from:today",
    "from:3d before:yesterday",
    "before:lastday",
    "from:2026-03-01T12:00",
    "done:today",
    "engine:google",
    "page:https://lumen.example/",
    "page:catalog",
    "managed:yes",
    "managed:no",
    "text:заказ",
    "text:ЗАКАЗ type:form",
    "city:moscow,kazan locked:nobody",
    "has:answer -site:help",
]


@pytest.mark.parametrize("is_routed", [True, False])
async def test_server_and_desk_agree_on_every_word(admin: LeadsClient, *, is_routed: bool) -> None:
    known = Known(
        me=await admin.me(),
        sites=await admin.sites(),
        departments=await admin.departments(),
        employees=await admin.employees(),
        now=lambda: NOW,
    )
    loaded = await everything(admin, Criteria(), is_routed=is_routed)
    some = next(lead for lead in loaded.values() if lead.conversation and lead.conversation.visitor)
    assert some.conversation
    assert some.conversation.visitor
    found_nothing = []
    for line in [*LINES, f"id:{some.id},999999", f"visitor:{some.conversation.visitor.id},999999"]:
        wanted = Filter.parse(line)
        by_desk = {lead_id for lead_id, lead in loaded.items() if wanted.matches(lead, known)}
        by_server = await everything(admin, wanted.criteria(known, is_routed=is_routed), is_routed=is_routed)
        rest = wanted.rest(known, is_routed=is_routed).tester(known)
        assert {lead_id for lead_id, lead in by_server.items() if rest(lead)} == by_desk, line
        found_nothing += [] if by_desk else [line]
    assert is_routed or found_nothing == ["by:me"]


async def test_a_bare_word_finds_on_the_server_no_more_than_the_desk_would(admin: LeadsClient) -> None:
    loaded = await everything(admin, Criteria(), is_routed=False)
    for line in ("заказ", "example", "+7", '"добрый день"'):
        wanted = Filter.parse(line)
        by_server = await everything(admin, wanted.criteria(Known()), is_routed=False)
        assert by_server, line
        assert by_server.keys() <= {lead_id for lead_id, lead in loaded.items() if wanted.matches(lead)}


async def test_every_criterion_of_a_filter_is_taken_over_a_socket() -> None:
    with LiveServer(leads=30) as server:
        async with LeadsClient(server.url) as client:
            await client.sign_in("anna@demo.example", "demo")
            known = Known(await client.me(), await client.sites(), await client.departments(), await client.employees())
            for is_routed in (True, False):
                for line in [*LINES, "id:1,2 visitor:3", "доставка", '"a&b=c %"', "text:+7", "\ud800 x"]:
                    criteria = Filter.parse(line).criteria(known, is_routed=is_routed)
                    await (client.list_routed if is_routed else client.list)(ListQuery(criteria, limit=1))
