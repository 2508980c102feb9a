"""The server, its book, and the operators who work at it through bad networks, with what must hold at any moment."""

from __future__ import annotations

import asyncio
import contextvars
import datetime as dt
import inspect
import random
import weakref
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs

import httpx
import sqlalchemy as sa

from leads_tui.api.client import LeadsClient
from leads_tui.api.models import Employee, Lead, Token
from leads_tui.desk.answer import Stored, Verdict
from leads_tui.desk.drafts import DraftStore
from leads_tui.desk.inbox import Inbox
from leads_tui.desk.journal import Journal
from leads_tui.desk.ports import Tools
from leads_tui.desk.recovery import LeftLead, Recovery
from leads_tui.desk.texts import same_text
from leads_tui.desk.windows import Window
from leads_tui.desk.workbench import OpenLead, Workbench
from leads_tui.server import schema
from leads_tui.server.app import create_app
from leads_tui.server.auth import grant_lasting_token
from leads_tui.server.database import open_database, writing
from tests.fakes import START, FakeClock, Spawner, at_once, settle
from tests.stateful.network import STRAY, BadNetwork

LEADS: Final = tuple(range(1, 9))
PEOPLE: Final = {"anna": 1, "boris": 2}
HOLD: Final = 5.0
IDLE: Final = 20 * 60.0


@dataclass(frozen=True)
class InTheBook:
    """A lead as the server has it."""

    id: int
    result: str
    answer_text: str | None
    completed_by: int | None
    locked_by: int | None


class Server:
    """The server app over a database in memory, made once and put back to its beginning for each history."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self._rows: list[tuple[Any, ...]] | None = None
        self._engine = open_database("sqlite://")
        self._app = create_app(self._engine, now=self._now)
        with writing(self._engine) as connection:
            connection.execute(sa.insert(schema.departments), [{"id": 1, "title": "Sales"}])
            for name, employee_id in PEOPLE.items():
                connection.execute(sa.insert(schema.employees).values(_employee(employee_id, name)))
                connection.execute(
                    sa.insert(schema.employee_departments).values(employee_id=employee_id, department_id=1)
                )
            self.tokens = {name: grant_lasting_token(connection, f"{name}@demo.example") for name in PEOPLE}

    def _now(self) -> dt.datetime:
        return self.clock.now()

    def begin(self, clock: FakeClock) -> httpx.ASGITransport:
        """Puts all leads back to missed and free, and follows this clock."""
        self.clock = clock
        self._rows = None
        with writing(self._engine) as connection:
            connection.execute(sa.delete(schema.leads))
            connection.execute(sa.insert(schema.leads), [_lead(lead_id) for lead_id in LEADS])
        return httpx.ASGITransport(app=self._app)

    @staticmethod
    def listed(lead_id: int) -> Lead:
        """The lead as a list brings it, while it is missed."""
        created_at = START - dt.timedelta(hours=1) + dt.timedelta(seconds=lead_id)
        return Lead.model_validate({"id": lead_id, "result": "missed", "type": "form", "created_at": created_at})

    def book(self) -> dict[int, InTheBook]:
        """All leads as the server has them now, a lock that ran out being none."""
        if self._rows is None:
            columns = "id, result, answer_text, completed_by_id, locked_by_id, lock_expires_at"
            connection = self._engine.raw_connection()
            self._rows = connection.cursor().execute(f"SELECT {columns} FROM leads").fetchall()
            connection.close()
        now = self.clock.now().timestamp()
        return {
            row[0]: InTheBook(row[0], row[1], row[2], row[3], row[4] if row[4] is not None and row[5] > now else None)
            for row in self._rows
        }

    def forget(self) -> None:
        """The server is about to do something, so what `book` knows is out of date."""
        self._rows = None


def _employee(employee_id: int, name: str) -> dict[str, object]:
    return {
        "id": employee_id,
        "first_name": name.title(),
        "last_name": "",
        "email": f"{name}@demo.example",
        "state": "online",
        "role": "operator",
        "password_hash": "-",
        "is_lead_assigned": True,
    }


def _lead(lead_id: int) -> dict[str, object]:
    created_at = int(START.timestamp()) - 3600 + lead_id
    row: dict[str, object] = {column.name: None for column in schema.leads.c}
    return row | {
        "id": lead_id,
        "type": "form",
        "result": "missed",
        "name": f"Visitor {lead_id}",
        "email": "visitor@example.com",
        "created_at": created_at,
        "updated_at": created_at,
        "department_id": 1,
        "keywords": "",
        "text_folded": "",
    }


@dataclass
class Typed:
    """What an operator typed, and when."""

    text: str
    at: float


class Seat:
    """One window of one operator: a program that is started, works, and ends well or badly."""

    def __init__(self, world: World, name: str, person: str) -> None:
        self.world, self.name, self.person = world, name, person
        self.employee_id = PEOPLE[person]
        self.network = BadNetwork(world.transport, world.clock, lambda request: world.watch(request, self))
        self.typed: dict[int, Typed] = {}
        self.runs = 0
        self.start()

    def start(self) -> None:
        """Starts the program."""
        world = self.world
        self.runs += 1
        self.token = f"{self.name}-{self.runs}"
        OWNER.set(self.token)
        world.living.add(self.token)
        self.spawn = Spawner()
        self.client = LeadsClient(
            "http://127.0.0.1/v2",
            Token(access_token=world.server.tokens[self.person]),
            transport=self.network,
            sleep=world.clock.sleep,
            monotonic=world.clock.boot,
            rng=random.Random(1),
            tries=1,
        )
        window = Window(self.token, f"/dev/{self.name}", world.clock.now())
        self.drafts = DraftStore(world.folder, self.person, window=self.token, is_alive=world.is_alive)
        self.journal = Journal(
            world.folder, self.person, world.clock, window=window, is_alive=world.is_alive, off_loop=at_once
        )
        self.tools = Tools(
            api=self.client,
            clock=world.clock,
            rng=random.Random(1),
            spawn=self.spawn,
            drafts=self.drafts,
            me=Employee(id=self.employee_id, first_name=self.person.title()),
            hold_seconds=HOLD,
            idle_release=IDLE,
            journal=self.journal,
            off_loop=at_once,
        )
        self.inbox = Inbox(self.tools)
        self.bench = Workbench(self.tools, self.inbox, on_verdict=self._check_verdict)
        self.recovery = Recovery(self.tools, self.bench)
        self.spawn(self._find_left(), "recovery")

    async def _find_left(self) -> None:
        await self.recovery.find()

    async def kill(self) -> None:
        """The program dies at once; what it sent is on its way all the same."""
        self.check_errors()
        self.world.living.discard(self.token)
        self.bench._is_closing = True  # a dead program puts nothing down
        for task in self.world.tasks_of(self.token):
            task.cancel()
        await settle()
        self.typed.clear()

    async def close(self) -> None:
        """The program ends well, within its two seconds."""
        closing = asyncio.get_running_loop().create_task(self.bench.close(), name="closing")
        await self.world.clock.advance(2.0)
        assert closing.done(), "closing took longer than two seconds"
        closing.result()
        self.world.check_texts(self)
        await self.kill()

    async def open(self, lead_id: int) -> None:
        """Enter on a row of the list, which may be out of date."""
        opened = self.bench.open(self.world.show(lead_id))
        await settle()
        opened.draft.take_kept()

    def type(self, text: str) -> None:
        """The operator types, where the screen lets them."""
        opened = self.bench.current
        self.bench.touch()
        if opened is not None and opened.may_type and not opened.draft.is_finished:
            opened.draft.take_kept()
            opened.draft.note(text)
            self.typed[opened.id] = Typed(text, self.world.clock.boot())

    def go_on(self, left: LeftLead) -> None:
        """Goes on with a lead that an earlier run left."""
        self.recovery.go_on(left)

    def check_errors(self) -> None:
        assert self.spawn.errors == [], self.spawn.errors

    def _check_verdict(self, opened: OpenLead, verdict: Verdict) -> None:
        """The server holds the text of which "sent" is said."""
        if isinstance(verdict, Stored):
            there = self.world.server.book()[opened.id]
            assert there.result == "completed"
            assert there.completed_by == self.employee_id
            assert opened.is_without_answer or same_text(there.answer_text, opened.draft.text)


OWNER: ContextVar[str] = ContextVar("OWNER", default="")
"""The run of the program in whose name the present code works; tasks inherit it."""


class World:
    """One history: a fresh server, a clock, and people at their seats."""

    def __init__(self, server: Server, folder: Path, seats: dict[str, str]) -> None:
        self.server = server
        self.folder = folder
        self.clock = FakeClock()
        self.living: set[str] = set()
        self.transport = server.begin(self.clock)
        self.problems: list[str] = []
        self.loop = asyncio.new_event_loop()
        self.loop.set_task_factory(self._make_task)
        self.loop.set_exception_handler(lambda _loop, context: self.problems.append(str(context)))
        self._tasks: dict[str, weakref.WeakSet[asyncio.Task[Any]]] = {}
        self.seats: dict[str, Seat] = {}
        self._listed = {lead_id: server.listed(lead_id) for lead_id in LEADS}
        for name, person in seats.items():
            self.do(partial(self._seat, name, person))

    def _seat(self, name: str, person: str) -> None:
        self.seats[name] = Seat(self, name, person)

    def _make_task(self, loop: asyncio.AbstractEventLoop, coro: Any, **more: Any) -> asyncio.Task[Any]:
        task = asyncio.Task(coro, loop=loop, **more)
        if task.get_name() != STRAY:
            self._tasks.setdefault(OWNER.get(), weakref.WeakSet()).add(task)
        return task

    def tasks_of(self, token: str) -> list[asyncio.Task[Any]]:
        """The tasks that this run of a program has under way."""
        return [task for task in self._tasks.get(token, ()) if not task.done()]

    def is_alive(self, token: str, _heard_at: dt.datetime, _now: dt.datetime) -> bool:
        return token in self.living

    def do(self, act: Callable[[], object], seat: Seat | None = None) -> None:
        """Does something in this seat's name and lets all that follows at once happen."""

        async def doing() -> None:
            result = act()
            if inspect.iscoroutine(result):
                await result
            await settle()

        context = contextvars.copy_context()
        context.run(OWNER.set, seat.token if seat else "")
        self.loop.run_until_complete(self.loop.create_task(doing(), context=context))

    def show(self, lead_id: int) -> Lead:
        """A lead as a list once brought it."""
        return self._listed[lead_id]

    def watch(self, request: httpx.Request, seat: Seat) -> Callable[[], None]:
        """Called when a request reaches the server: answers may only arrive under their writer's own lock."""
        if not request.url.path.endswith("setcompleted"):
            return self.server.forget
        lead_id = int(parse_qs(request.content.decode())["id"][0])
        before = self.server.book()[lead_id]
        if before.locked_by != seat.employee_id:
            self.problems.append(f"{seat.name} answered #{lead_id}, locked by {before.locked_by}")
        if before.result == "completed" and before.completed_by != seat.employee_id:
            self.problems.append(f"{seat.name} answered #{lead_id} a second time")
        return self.server.forget

    # What must hold --------------------------------------------------------------------------------------------

    def check(self) -> None:
        """Everything that must hold at any moment."""
        assert self.problems == []
        book = self.server.book()
        for seat in self.seats.values():
            seat.check_errors()
            self.check_texts(seat)
            current = seat.bench.current
            if current is not None and current.lock.is_safe:
                assert book[current.id].locked_by == seat.employee_id, (
                    f"{seat.name} only believes to hold #{current.id}"
                )

    def check_texts(self, seat: Seat) -> None:
        """What was typed more than a second ago is on disk, or on the server."""
        due = {lead_id: typed for lead_id, typed in seat.typed.items() if self.clock.boot() - typed.at > 1}
        if not due:
            return
        kept = {(draft.lead_id, draft.text) for draft in (*seat.drafts.all(), *seat.drafts.discarded())}
        book = self.server.book()
        for lead_id, typed in due.items():
            there = book[lead_id]
            is_stored = there.completed_by == seat.employee_id and same_text(there.answer_text, typed.text)
            assert not typed.text.strip() or (lead_id, typed.text) in kept or is_stored, f"lost: {typed.text!r}"

    def check_end(self) -> None:
        """After everybody left and the network healed: nothing is locked, nothing is on its way, nothing is lost."""
        for seat in self.seats.values():
            seat.network.heal()
            for left in list(seat.recovery.left):
                self.do(partial(seat.recovery.release, left), seat)
            self.do(seat.bench.leave, seat)
        self.do(lambda: self.clock.advance(400))
        for seat in self.seats.values():
            for left in list(seat.recovery.left):
                self.do(partial(seat.recovery.release, left), seat)
        self.do(lambda: self.clock.advance(200))
        self.check()
        for seat in self.seats.values():
            assert seat.bench.on_their_way == []
        assert [lead for lead in self.server.book().values() if lead.locked_by is not None] == [], "left locked"

    def end(self) -> None:
        """Stops whatever runs."""

        async def stop() -> None:
            for seat in self.seats.values():
                await seat.client.aclose()
            rest = asyncio.all_tasks() - {asyncio.current_task()}
            for task in rest:
                task.cancel()
            await asyncio.gather(*rest, return_exceptions=True)

        self.loop.run_until_complete(stop())
        self.loop.close()
