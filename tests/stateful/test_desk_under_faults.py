"""Random histories of people at their desks over a bad network; whatever happens, the promises hold.

The operator's invariants: an answer only reaches the server under its writer's own lock; after leaving, and with the
network healed, nothing is locked; what was typed more than a second ago is on disk or on the server; "sent" is said
only if the server holds the text; no lead gets answers from two operators.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.stateful.network import LATEST, Fate, Kind
from tests.stateful.world import HOLD, LEADS, Seat, Server, World

SECONDS = st.sampled_from([0.2, 0.5, 1.0, 3.0, 6.0, 12.0, 21.0, 45.0, 70.0])
LONG = st.sampled_from([200.0, 660.0, 1500.0])
JUMPS = st.sampled_from([40.0, 900.0, 2400.0])
FATES = st.builds(
    Fate,
    st.sampled_from([kind for kind in Kind if kind is not Kind.FINE]),
    st.sampled_from([1.0, 4.0, 10.0, 30.0, 40.0]),
)
SHORT_OUTAGES = st.lists(FATES, min_size=1, max_size=3)
METHODS = st.sampled_from(["setcompleted", "lock", "unlock", "showrouted", "listrouted"])
STUMBLES = st.none() | st.tuples(st.just("setcompleted"), FATES) | st.tuples(METHODS, FATES)
ALL_LEADS = st.sampled_from(LEADS)


@pytest.fixture(autouse=True, scope="module")
def cheap_server() -> Iterator[None]:
    """The server's work is done on the loop and the disk does not spin: both are tested elsewhere."""

    async def at_once(work: Any, *args: Any) -> Any:
        return work(*args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("leads_tui.server.app.run_in_threadpool", at_once)
        patch.setattr("os.fsync", lambda _descriptor: None)
        yield


class _Shared:
    server: Server | None = None


class Histories(RuleBasedStateMachine):
    """What people and networks do, in any order."""

    seats: ClassVar[dict[str, str]] = {"anna": "anna", "boris": "boris"}

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="desk-"))
        _Shared.server = _Shared.server or Server()
        self.world = World(_Shared.server, self.folder, self.seats)
        self.words = 0

    def seat(self, data: st.DataObject) -> Seat:
        return self.world.seats[data.draw(st.sampled_from(sorted(self.seats)), label="who")]

    def stumble(self, seat: Seat, stumbles: tuple[str, Fate] | None) -> None:
        if stumbles is not None:
            seat.network.fates[stumbles[0]].append(stumbles[1])

    @rule(data=st.data(), lead_id=ALL_LEADS, stumbles=STUMBLES, seconds=SECONDS)
    def open(self, data: st.DataObject, lead_id: int, stumbles: tuple[str, Fate] | None, seconds: float) -> None:
        seat = self.seat(data)
        self.stumble(seat, stumbles)
        self.world.do(lambda: seat.open(lead_id), seat)
        self.world.do(lambda: self.world.clock.advance(seconds))

    @rule(data=st.data(), lead_id=ALL_LEADS, seconds=SECONDS)
    def write(self, data: st.DataObject, lead_id: int, seconds: float) -> None:
        seat = self.seat(data)
        self.words += 1
        if seat.bench.current is None:
            self.world.do(lambda: seat.open(lead_id), seat)
        self.world.do(lambda: seat.type(f"text {self.words}"), seat)
        self.world.do(lambda: self.world.clock.advance(seconds))

    @rule(data=st.data())
    def send(self, data: st.DataObject) -> None:
        seat = self.seat(data)
        if seat.bench.current is not None and not seat.bench.current.draft.text:
            self.words += 1
            self.world.do(lambda: seat.type(f"text {self.words}"), seat)
        self.world.do(seat.bench.send, seat)

    @rule(
        data=st.data(),
        lead_id=ALL_LEADS,
        stumbles=STUMBLES,
        seconds=st.sampled_from([0.0, HOLD + 1, HOLD + 22, HOLD + 90]),
        leaves=st.booleans(),
    )
    def answer(
        self, data: st.DataObject, lead_id: int, stumbles: tuple[str, Fate] | None, seconds: float, leaves: bool
    ) -> None:
        seat = self.seat(data)
        self.words += 1
        self.world.do(lambda: seat.open(lead_id), seat)
        self.world.do(lambda: seat.type(f"text {self.words}"), seat)
        self.stumble(seat, stumbles)
        self.world.do(seat.bench.send, seat)
        if leaves:
            self.world.do(seat.bench.leave, seat)
        self.world.do(lambda: self.world.clock.advance(seconds))

    @rule(data=st.data())
    def complete_without_answer(self, data: st.DataObject) -> None:
        seat = self.seat(data)
        self.world.do(lambda: seat.bench.send(without_answer=True), seat)

    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        seat = self.seat(data)
        self.world.do(seat.bench.take_back, seat)

    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        seat = self.seat(data)
        self.world.do(seat.bench.leave, seat)

    @rule(data=st.data())
    def ask_for_lock(self, data: st.DataObject) -> None:
        seat = self.seat(data)
        self.world.do(seat.bench.ask_for_lock, seat)

    @rule(data=st.data())
    def touch_a_key(self, data: st.DataObject) -> None:
        seat = self.seat(data)
        self.world.do(seat.bench.touch, seat)

    @rule(data=st.data())
    def refresh(self, data: st.DataObject) -> None:
        seat = self.seat(data)
        self.world.do(lambda: seat.spawn(seat.inbox.refresh(), "refresh"), seat)

    @rule(data=st.data())
    def sign_in_again(self, data: st.DataObject) -> None:
        seat = self.seat(data)
        self.world.do(seat.bench.go_on, seat)

    @rule(data=st.data(), is_well=st.booleans(), goes_on=st.booleans())
    def restart(self, data: st.DataObject, is_well: bool, goes_on: bool) -> None:
        seat = self.seat(data)
        self.world.do(seat.close if is_well else seat.kill, seat)
        self.world.do(seat.start, seat)
        for left in list(seat.recovery.left):
            self.world.do(partial(seat.go_on if goes_on else seat.recovery.release, left), seat)

    @rule(data=st.data(), method=METHODS, fates=SHORT_OUTAGES)
    def network_stumbles(self, data: st.DataObject, method: str, fates: list[Fate]) -> None:
        self.seat(data).network.fates[method].extend(fates)

    @rule(data=st.data(), fate=FATES, seconds=st.sampled_from([5.0, 25.0, 90.0, 1900.0]))
    def network_turns_bad(self, data: st.DataObject, fate: Fate, seconds: float) -> None:
        self.seat(data).network.turn_bad(fate, seconds)

    @rule(data=st.data())
    def network_heals(self, data: st.DataObject) -> None:
        self.seat(data).network.heal()

    @rule(seconds=SECONDS)
    def time_goes_by(self, seconds: float) -> None:
        self.world.do(lambda: self.world.clock.advance(seconds))

    @rule(seconds=LONG)
    def much_time_goes_by(self, seconds: float) -> None:
        self.world.do(lambda: self.world.clock.advance(seconds))

    @rule(seconds=JUMPS)
    def the_machine_sleeps(self, seconds: float) -> None:
        if seconds > LATEST:
            for seat in self.world.seats.values():
                seat.network.cut()
        self.world.clock.jump(seconds)
        self.world.do(lambda: self.world.clock.advance(0))

    @invariant()
    def promises_hold(self) -> None:
        self.world.check()

    def teardown(self) -> None:
        try:
            if sys.exc_info()[0] is None:  # else the history ended already, and its error is what counts
                self.world.check_end()
        finally:
            self.world.end()
            shutil.rmtree(self.folder)


HISTORIES = settings().max_examples * 5 // 2
"""For each of the four: 1,000 in all, and 100,000 with `--hypothesis-profile=soak`."""
IS_SOAK = settings().max_examples >= 10_000
SETTINGS = settings(
    max_examples=HISTORIES,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)

pytestmark = pytest.mark.timeout(0 if IS_SOAK else 900)


class OneOperator(Histories):
    seats: ClassVar[dict[str, str]] = {"anna": "anna"}


class TwoOperators(Histories):
    seats: ClassVar[dict[str, str]] = {"anna": "anna", "boris": "boris"}


class TwoWindows(Histories):
    seats: ClassVar[dict[str, str]] = {"anna": "anna", "anna again": "anna"}


class Everybody(Histories):
    seats: ClassVar[dict[str, str]] = {"anna": "anna", "anna again": "anna", "boris": "boris"}


TestOneOperatorBreaksNoPromise = OneOperator.TestCase
TestTwoOperatorsBreakNoPromise = TwoOperators.TestCase
TestTwoWindowsOfOneOperatorBreakNoPromise = TwoWindows.TestCase
TestTwoWindowsAndAColleagueBreakNoPromise = Everybody.TestCase
for each in (OneOperator, TwoOperators, TwoWindows, Everybody):
    each.TestCase.settings = SETTINGS
