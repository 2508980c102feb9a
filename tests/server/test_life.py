from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator

import pytest
import sqlalchemy as sa

from leads_tui.server import schema
from leads_tui.server.database import open_database, reading, writing
from leads_tui.server.life import live
from leads_tui.server.locks import take_lock
from leads_tui.server.samples.company import ANNA, BORIS
from leads_tui.server.seed import seed_database
from tests.server.world import NOON, Clock

HOUR = 3600


class Enough(Exception):
    """The time of the test is over."""


@pytest.fixture
def engine() -> Iterator[sa.Engine]:
    engine = open_database("sqlite://")
    seed_database(engine, 60, now=NOON)
    yield engine
    engine.dispose()


async def live_for(
    engine: sa.Engine, clock: Clock, seconds: float, *, seed: int = 1, look: Callable[[], None] = lambda: None
) -> None:
    """So many seconds of life in no time; `look` is called whenever nothing happens."""
    end = clock.moment.timestamp() + seconds

    def sleep(wait: float) -> Awaitable[None]:
        look()
        assert wait >= 0
        clock.advance(seconds=wait)
        if clock.moment.timestamp() > end:
            raise Enough
        return asyncio.sleep(0)

    with pytest.raises(Enough):
        await live(engine, now=clock, rng=random.Random(seed), sleep=sleep)


def leads(engine: sa.Engine) -> list[sa.Row[tuple[object, ...]]]:
    with reading(engine) as connection:
        return list(connection.execute(sa.select(schema.leads).order_by(schema.leads.c.id)).all())


async def test_a_new_lead_comes_about_every_forty_seconds(engine: sa.Engine) -> None:
    clock = Clock()

    await live_for(engine, clock, HOUR)

    new = leads(engine)[60:]
    assert 70 < len(new) < 120
    assert all(lead.result == "missed" or lead.completed_by_id == BORIS.id for lead in new)
    assert all(NOON.timestamp() < lead.created_at <= clock.moment.timestamp() for lead in new)
    assert all(lead.name and (lead.email or lead.phone) and lead.conversation_id for lead in new)
    assert {lead.type for lead in new} == {"form", "callback"}
    assert len({lead.name for lead in new}) > 40


async def test_boris_locks_answers_and_lets_go(engine: sa.Engine) -> None:
    before = {lead.id for lead in leads(engine) if lead.result == "completed"}
    held: set[int] = set()

    def look() -> None:
        locked = [lead for lead in leads(engine) if lead.locked_by_id is not None]
        assert len(locked) <= 1
        assert all(lead.locked_by_id == BORIS.id and lead.result == "missed" for lead in locked)
        held.update(lead.id for lead in locked)

    await live_for(engine, Clock(), 2 * HOUR, look=look)

    answered = [lead for lead in leads(engine) if lead.result == "completed" and lead.id not in before]
    assert len(answered) > 10
    assert all(lead.completed_by_id == BORIS.id and lead.answer_text for lead in answered)
    assert {lead.id for lead in answered} <= held
    assert len(held) > len(answered), "some he gives back without an answer"


async def test_boris_never_touches_what_anna_holds(engine: sa.Engine) -> None:
    clock = Clock()
    hers = [lead.id for lead in leads(engine) if lead.result == "missed"]
    with writing(engine) as connection:
        for lead in hers:
            take_lock(connection, lead, ANNA.id, now=NOON, minutes=600)
    before = {lead.id: lead for lead in leads(engine) if lead.id in hers}

    await live_for(engine, clock, 2 * HOUR)

    assert {lead.id: lead for lead in leads(engine) if lead.id in hers} == before
    assert any(lead.completed_by_id == BORIS.id for lead in leads(engine)[60:]), "he works on the new ones"


async def test_boris_touches_only_leads_addressed_to_him(engine: sa.Engine) -> None:
    before = {lead.id: lead for lead in leads(engine)}

    await live_for(engine, Clock(), 3 * HOUR)

    changed = [lead for lead in leads(engine)[:60] if lead != before[lead.id]]
    assert changed
    assert all(lead.assigned_to_id in {None, BORIS.id} for lead in changed)
    assert all(lead.department_id in {None, *BORIS.departments} for lead in changed)


async def test_life_goes_on_when_there_is_nothing_left_to_answer(engine: sa.Engine) -> None:
    with writing(engine) as connection:
        connection.execute(sa.update(schema.leads).values(result="completed"))

    await live_for(engine, Clock(), 600)

    assert len(leads(engine)) > 60


async def test_life_does_not_hold_the_event_loop(engine: sa.Engine) -> None:
    connection = engine.connect()
    lively = asyncio.create_task(live(engine, now=Clock(), rng=random.Random(1), sleep=asyncio.sleep))
    await asyncio.sleep(0.05)

    assert not lively.done(), "it waits for the database, and we do not wait for it"
    connection.close()
    lively.cancel()
    with pytest.raises(asyncio.CancelledError):
        await lively


async def test_life_needs_a_seeded_database() -> None:
    engine = open_database("sqlite://")

    with pytest.raises(LookupError, match="seed"):
        await live(engine, now=Clock(), rng=random.Random(1), sleep=asyncio.sleep)

    engine.dispose()
