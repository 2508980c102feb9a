"""Stand-ins for the desk's outside: a clock moved by hand, a small Leads API in memory, a disk that is at once."""

from __future__ import annotations

import asyncio
import datetime as dt
import heapq
import random
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast

from leads_tui.api.errors import ApiError
from leads_tui.api.models import Employee, Lead, LeadPage
from leads_tui.api.query import ListQuery
from leads_tui.desk.drafts import DraftStore
from leads_tui.desk.journal import Journal
from leads_tui.desk.ports import Tools
from leads_tui.desk.windows import Window

T = TypeVar("T")

START = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
ANNA = Employee(id=1, first_name="Anna", last_name="Ivanova")
BORIS = Employee(id=2, first_name="Boris", last_name="Petrov")
LOCK_SECONDS = 30 * 60
TURNS = 2000
"""After so many turns of the loop something runs in circles instead of waiting for the clock or for a gate."""


class FakeClock:
    """Time that stands still until a test advances it; `sleep` wakes then."""

    def __init__(self) -> None:
        self._boot = 1000.0
        self._now = START
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = 0

    def boot(self) -> float:
        return self._boot

    def now(self) -> dt.datetime:
        return self._now

    async def sleep(self, seconds: float) -> None:
        self._count += 1
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._boot + seconds, self._count, woken))
        await woken

    async def advance(self, seconds: float) -> None:
        """Lets time go by, waking each sleeper at its moment and letting it act."""
        await settle()
        end = self._boot + seconds
        while self._sleepers and self._sleepers[0][0] <= end:
            due, _, woken = heapq.heappop(self._sleepers)
            if woken.done():
                continue
            self._move(max(due, self._boot))
            woken.set_result(None)
            await settle()
        self._move(end)
        await settle()

    def jump(self, seconds: float) -> None:
        """The machine was suspended: time went by, and nobody was woken."""
        self._move(self._boot + seconds)

    def _move(self, boot: float) -> None:
        self._now += dt.timedelta(seconds=boot - self._boot)
        self._boot = boot


async def settle(turns: int | None = None) -> None:
    """Lets all that can run do so, or so many turns of the loop."""
    ready = cast("Any", asyncio.get_running_loop())._ready
    for _ in range(TURNS if turns is None else turns):
        await asyncio.sleep(0)
        if turns is None and not ready:
            return


async def at_once(work: Callable[[], T], /) -> T:
    """A disk that is never slow, so that tests need no threads."""
    return work()


@dataclass(eq=False)
class SlowDisk:
    """A disk on which work waits until the test lets it go on."""

    gate: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: int = 0

    async def __call__(self, work: Callable[[], T], /) -> T:
        self.waiting += 1
        await self.gate.wait()
        self.waiting -= 1
        return work()


class Spawner:
    """Starts work as asyncio tasks and keeps what died of an unexpected error."""

    def __init__(self) -> None:
        self.errors: list[BaseException] = []
        self.tasks: set[asyncio.Task[None]] = set()

    def __call__(self, work: Coroutine[Any, Any, None], name: str, /) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        self.tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.errors.append(error)

    async def stop(self) -> None:
        for task in list(self.tasks):
            task.cancel()
        await settle(5)


@dataclass
class FakeLead:
    """A lead as the server keeps it."""

    id: int
    created_at: dt.datetime
    result: str = "missed"
    answer_text: str | None = None
    completed_by: Employee | None = None
    completed_at: dt.datetime | None = None
    locked_by: Employee | None = None
    lock_ends: float = 0.0


class FakeServer:
    """The contract's locks and answers, in memory; `writes` is what was carried out."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.leads: dict[int, FakeLead] = {}
        self.writes: list[str] = []
        self.answered_without_lock: list[int] = []

    def add(self, *ids: int) -> list[Lead]:
        for lead_id in ids:
            created_at = START - dt.timedelta(hours=2) + dt.timedelta(minutes=lead_id)
            self.leads[lead_id] = FakeLead(lead_id, created_at)
        return [self.show(lead_id) for lead_id in ids]

    def holder(self, lead_id: int) -> Employee | None:
        lead = self.leads[lead_id]
        return lead.locked_by if lead.locked_by and lead.lock_ends > self.clock.boot() else None

    def show(self, lead_id: int) -> Lead:
        lead, holder = self.leads[lead_id], self.holder(lead_id)
        return Lead.model_validate(
            {
                "id": lead.id,
                "type": "form",
                "result": lead.result,
                "name": f"Visitor {lead.id}",
                "created_at": lead.created_at,
                "answer_text": lead.answer_text,
                "completed_by": lead.completed_by and lead.completed_by.model_dump(),
                "completed_at": lead.completed_at,
                "is_locked": holder is not None,
                "locked_by": holder and holder.model_dump(),
            }
        )

    def lock(self, lead_id: int, me: Employee) -> bool:
        lead, holder = self.leads[lead_id], self.holder(lead_id)
        if holder is not None and holder.id != me.id:
            return False
        self.writes.append(f"lock {lead_id} {me.first_name}")
        lead.locked_by, lead.lock_ends = me, self.clock.boot() + LOCK_SECONDS
        return True

    def unlock(self, lead_id: int, me: Employee) -> bool:
        lead, holder = self.leads[lead_id], self.holder(lead_id)
        if holder is not None and holder.id != me.id:
            return False
        self.writes.append(f"unlock {lead_id} {me.first_name}")
        lead.locked_by = None
        return True

    def set_completed(self, lead_id: int, text: str | None, me: Employee) -> None:
        lead, holder = self.leads[lead_id], self.holder(lead_id)
        self.writes.append(f"complete {lead_id} {me.first_name}")
        if holder is None or holder.id != me.id:
            self.answered_without_lock.append(lead_id)
        if lead.result == "missed":
            lead.result, lead.answer_text, lead.completed_by = "completed", text, me
            lead.completed_at = self.clock.now()


@dataclass(eq=False)
class Fault:
    """What happens to one call: it may wait at a gate, before or after the server acts, and may then fail."""

    error: BaseException | None = None
    acted: bool = False
    gate: asyncio.Event | None = None
    wait_after_acting: bool = False


class FakeLeads:
    """One operator's calls. `fail` and `hold_up` say what happens to the next call of a method."""

    def __init__(self, server: FakeServer, me: Employee = ANNA) -> None:
        self.server = server
        self.me = me
        self.calls: Counter[str] = Counter()
        self._faults: dict[str, list[Fault]] = {}
        self._always: dict[str, ApiError] = {}

    def fail(self, method: str, error: BaseException, *, acted: bool = False, times: int = 1) -> None:
        """The next calls of the method fail; with `acted`, after the server carried them out."""
        self._faults.setdefault(method, []).extend(Fault(error, acted) for _ in range(times))

    def break_down(self, *methods: str, error: ApiError) -> None:
        """Every call of these methods fails, before anything is done, until `mend`."""
        self._always |= dict.fromkeys(methods, error)

    def mend(self) -> None:
        self._always.clear()

    def hold_up(self, method: str, *, after_acting: bool = False, error: BaseException | None = None) -> asyncio.Event:
        """The next call of the method waits until the event that this gives is set."""
        gate = asyncio.Event()
        self._faults.setdefault(method, []).append(Fault(error, gate=gate, wait_after_acting=after_acting))
        return gate

    async def list_routed(self, query: ListQuery) -> LeadPage:
        return await self._call("list_routed", lambda: self._page(query))

    async def list(self, query: ListQuery) -> LeadPage:
        return await self._call("list", lambda: self._page(query))

    def _page(self, query: ListQuery) -> LeadPage:
        result = query.criteria.result
        found = [self.server.show(lead_id) for lead_id in self.server.leads]
        found = [lead for lead in found if result is None or lead.result is result]
        is_descending = query.sort is not None and query.sort.descending
        found.sort(key=lambda lead: (lead.created_at, lead.id), reverse=is_descending)
        return LeadPage(leads=tuple(found[query.offset : query.offset + query.limit]), total=len(found))

    async def show_routed(self, lead_id: int, fields: tuple[str, ...] = ()) -> Lead:
        return await self._call("show_routed", lambda: self.server.show(lead_id))

    async def lock(self, lead_id: int) -> bool:
        return await self._call("lock", lambda: self.server.lock(lead_id, self.me))

    async def unlock(self, lead_id: int) -> bool:
        return await self._call("unlock", lambda: self.server.unlock(lead_id, self.me))

    async def set_completed(self, lead_id: int, answer_text: str | None = None) -> None:
        await self._call("set_completed", lambda: self.server.set_completed(lead_id, answer_text, self.me))

    async def _call(self, method: str, act: Callable[[], T]) -> T:
        self.calls[method] += 1
        fault = self._faults[method].pop(0) if self._faults.get(method) else Fault()
        if fault.gate is not None and not fault.wait_after_acting:
            await fault.gate.wait()
        if (error := self._always.get(method)) is not None:
            raise error
        if fault.error is not None and not fault.acted and not fault.wait_after_acting:
            raise fault.error
        result = act()
        if fault.gate is not None and fault.wait_after_acting:
            await fault.gate.wait()
        if fault.error is not None:
            raise fault.error
        return result


@dataclass(eq=False)
class Desk:
    """One operator's tools over the fakes."""

    clock: FakeClock
    server: FakeServer
    api: FakeLeads
    tools: Tools
    spawn: Spawner
    drafts: DraftStore


LIVING: set[str] = set()
"""The tokens of windows that tests call alive."""


def is_alive(token: str, _heard_at: dt.datetime, _now: dt.datetime) -> bool:
    return token in LIVING


def make_desk(
    folder: Path,
    *,
    clock: FakeClock | None = None,
    server: FakeServer | None = None,
    me: Employee = ANNA,
    window: str = "",
    **more: Any,
) -> Desk:
    """A desk of one operator; give `clock` and `server` to have two at one server, `window` to have a journal."""
    clock = clock or (server.clock if server else FakeClock())
    server = server or FakeServer(clock)
    api, spawn = FakeLeads(server, me), Spawner()
    account = me.first_name
    drafts = DraftStore(folder, account, window=window or "only", is_alive=is_alive)
    if window:
        LIVING.add(window)
        off_loop = more.get("off_loop", at_once)
        its_window = Window(window, f"/dev/{window}", clock.now())
        more["journal"] = Journal(folder, account, clock, window=its_window, is_alive=is_alive, off_loop=off_loop)
    tools = Tools(
        **{
            "api": api,
            "clock": clock,
            "rng": random.Random(1),
            "spawn": spawn,
            "drafts": drafts,
            "me": me,
            "off_loop": at_once,
            **more,
        }
    )
    return Desk(clock, server, api, tools, spawn, drafts)
