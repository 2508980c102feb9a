"""A little life for the demo: visitors keep coming, and Boris works beside Anna.

Boris locks like everybody else, so he never touches what Anna holds. All work on the database is done in a worker
thread; between two events nothing happens at all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import Final, NoReturn

import sqlalchemy as sa

from leads_tui.server.access import addressed_to, find_caller
from leads_tui.server.database import reading, writing
from leads_tui.server.locks import complete, is_locked_at, release_lock, take_lock
from leads_tui.server.moments import Clock, seconds
from leads_tui.server.samples.company import BORIS, INTERNATIONAL, SALES, SERVICE, SITE_DEPARTMENTS
from leads_tui.server.samples.people import happens
from leads_tui.server.samples.writer import Writer
from leads_tui.server.schema import employees, leads, visitors
from leads_tui.server.seed import insert_visit

Sleep = Callable[[float], Awaitable[None]]

_VISITS_APART: Final = (25.0, 55.0)
"""The shortest and the longest time between two new leads, in seconds."""
_BORIS_RESTS: Final = (20.0, 60.0)
_BORIS_WRITES: Final = (45.0, 150.0)
_LOCK_MINUTES: Final = 30
_ANSWERED: Final = 0.7
"""The share of the leads he takes that Boris answers; the others he gives back."""


async def live(engine: sa.Engine, *, now: Clock, rng: Random, sleep: Sleep) -> NoReturn:
    """Lives until it is cancelled. `sleep` waits for seconds; `now` is the clock of the server over the same engine.

    Raises `LookupError` where the database was not seeded.
    """
    life = _Life(engine, now, rng)
    await asyncio.to_thread(life.find_boris)
    until_visit = rng.uniform(*_VISITS_APART)
    until_boris = rng.uniform(*_BORIS_RESTS)
    while True:
        wait = min(until_visit, until_boris)
        await sleep(wait)
        until_visit -= wait
        until_boris -= wait
        if until_visit <= 0:
            await asyncio.to_thread(life.bring_visitor)
            until_visit = rng.uniform(*_VISITS_APART)
        if until_boris <= 0:
            holds = await asyncio.to_thread(life.let_boris_work)
            until_boris = rng.uniform(*(_BORIS_WRITES if holds else _BORIS_RESTS))


class _Life:
    """What can happen, one event at a time."""

    def __init__(self, engine: sa.Engine, now: Clock, rng: Random) -> None:
        self._engine = engine
        self._now = now
        self._rng = rng
        self._writer = Writer(rng, 0)
        self._boris = 0
        self._held: int | None = None

    def find_boris(self) -> None:
        """Looks Boris up. Raises `LookupError` where he does not work here."""
        with reading(self._engine) as connection:
            found = connection.scalar(sa.select(employees.c.id).where(employees.c.email == BORIS.email))
        if found is None:
            raise LookupError(f"{BORIS.email} is not in the database: seed it first")
        self._boris = found

    def bring_visitor(self) -> None:
        """A visitor leaves a lead."""
        department = self._rng.choices((SALES, SERVICE, INTERNATIONAL), weights=(45, 35, 20))[0]
        lead_type = "callback" if happens(self._rng, 0.25) else "form"
        with writing(self._engine) as connection:
            newest = connection.scalar(sa.select(sa.func.max(visitors.c.id))) or 0
            self._writer.next_visitor_id = newest + 1
            visit = self._writer.write(department, lead_type)
            insert_visit(connection, visit, seconds(self._now()), {"department_id": department})

    def let_boris_work(self) -> bool:
        """Boris takes a lead that nobody holds, or is done with the one he has; true where he holds one now."""
        if self._held is None:
            self._held = self._take_a_lead()
        else:
            self._finish(self._held)
            self._held = None
        return self._held is not None

    def _take_a_lead(self) -> int | None:
        now = self._now()
        with writing(self._engine) as connection:
            his = addressed_to(find_caller(connection, self._boris))
            free = sa.select(leads.c.id).where(leads.c.result == "missed", his, sa.not_(is_locked_at(now)))
            ids = connection.scalars(free.order_by(leads.c.id)).all()
            if not ids:
                return None
            lead_id = self._rng.choice(ids)
            taken = take_lock(connection, lead_id, self._boris, now=now, minutes=_LOCK_MINUTES)
        return lead_id if taken else None

    def _finish(self, lead_id: int) -> None:
        now = self._now()
        with writing(self._engine) as connection:
            if not take_lock(connection, lead_id, self._boris, now=now, minutes=_LOCK_MINUTES):
                return
            if happens(self._rng, _ANSWERED):
                complete(connection, lead_id, self._boris, self._answer_to(connection, lead_id), now=now)
            release_lock(connection, lead_id, self._boris, now=now)

    def _answer_to(self, connection: sa.Connection, lead_id: int) -> str:
        lead = connection.execute(sa.select(leads.c.department_id, leads.c.site_id).where(leads.c.id == lead_id)).one()
        return self._writer.answer(lead.department_id or SITE_DEPARTMENTS[lead.site_id][0])
