"""My day: how much and how fast, from the API where it can be had, else from what this machine wrote down."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

import pytest

from leads_tui.api.errors import ApiError, Forbidden, NotFound, Unreachable
from leads_tui.api.models import Employee, Lead, LeadType
from leads_tui.desk.my_day import DAYS, MOST_PAGES, MyDay, MyDayReader, Source, Spread, summarise
from leads_tui.desk.work_log import KEEPS, Handled, WorkLog
from leads_tui.server.samples.company import WHOLESALE
from tests.fakes import START, FakeClock, at_once
from tests.unit.office import NOON, Faulty, Office

ME = Employee(id=1)
HERE = dt.timezone(dt.timedelta(hours=5))
"""The operator's zone: neither UTC nor Moscow's. NOON is 14:00 there."""


class Clock(FakeClock):
    def __init__(self) -> None:
        super().__init__()
        self._now = NOON


class Desk:
    """An operator who has been answering."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.office = Office()
        self.api: Faulty = self.office.client()
        self.clock = Clock()
        self.log = self.window("w1")

    def window(self, name: str) -> WorkLog:
        return WorkLog(self.folder, "anna", name, self.clock, off_loop=at_once)

    def answered(self, *, hours_ago: float, took: float = 600, **columns: Any) -> int:
        at = int((NOON - dt.timedelta(hours=hours_ago)).timestamp())
        done: dict[str, Any] = {
            "result": "completed",
            "completed_by_id": 1,
            "completed_at": at,
            "updated_at": at,
            "duration": took,
        }
        return self.office.add_lead(minutes_ago=hours_ago * 60 + took / 60, **(done | columns))

    async def read(self, me: Employee | None = ME) -> MyDay:
        return await MyDayReader(self.api, self.clock, me, self.log, zone=HERE).read()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def lead(lead_id: int, **more: Any) -> Lead:
    base = {"id": lead_id, "type": "chat", "result": "completed", "created_at": NOON, "completed_at": NOON}
    return Lead.model_validate(base | more)


async def test_what_was_answered_is_counted_by_type_hour_and_day_in_the_operators_zone(desk: Desk) -> None:
    desk.answered(hours_ago=1)
    desk.answered(hours_ago=1.5, type="callback")
    desk.answered(hours_ago=13.9)  # 00:06 of today here, and yesterday in Moscow
    desk.answered(hours_ago=14.1)  # yesterday here
    desk.answered(hours_ago=24 * 6)
    desk.answered(hours_ago=24 * 8)
    desk.answered(hours_ago=2, completed_by_id=2)
    desk.office.add_lead()
    day = await desk.read()
    assert (day.today.answered, day.week.answered) == (3, 5)
    assert day.today.by_type == {LeadType.FORM: 2, LeadType.CALLBACK: 1}
    assert {hour: count for hour, count in enumerate(day.today.by_hour) if count} == {0: 1, 12: 1, 13: 1}
    assert [count for _, count in day.by_day] == [1, 0, 0, 0, 0, 1, 3]
    assert day.by_day[-1][0] == dt.date(2026, 3, 12)
    assert (day.source, day.is_whole, day.problem) == (Source.ALL_LEADS, True, None)


async def test_a_lead_that_came_long_ago_counts_on_the_day_it_was_answered(desk: Desk) -> None:
    desk.answered(hours_ago=1, took=30 * 24 * 3600)
    assert (await desk.read()).today.answered == 1


async def test_handling_time_is_told_by_its_middle_and_its_ninth_tenth(desk: Desk) -> None:
    for minutes in range(1, 12):
        desk.answered(hours_ago=1, took=minutes * 60)
    day = await desk.read()
    assert day.today.handling == Spread(11, 6 * 60, 10 * 60)
    assert day.today.in_hand is None


async def test_one_answer_is_its_own_middle(desk: Desk) -> None:
    desk.answered(hours_ago=1, took=90)
    assert (await desk.read()).today.handling == Spread(1, 90, 90)


async def test_time_in_hand_runs_from_opening_to_sending(desk: Desk) -> None:
    lead_id = desk.answered(hours_ago=1)
    desk.log.opened(lead_id)
    await desk.clock.advance(100)
    desk.log.opened(lead_id)
    await desk.clock.advance(40)
    sent_at = desk.clock.now()
    await desk.clock.advance(8)
    await desk.log.answered(await desk.api.show_routed(lead_id), sent_at)
    day = await desk.read()
    assert day.today.in_hand == Spread(1, 40, 40)
    assert day.today.answered == 1


async def test_without_everyones_leads_the_routed_ones_are_counted_and_that_is_said(desk: Desk) -> None:
    desk.answered(hours_ago=1)
    desk.answered(hours_ago=1, department_id=WHOLESALE)
    desk.api.refuses["list"] = Forbidden()
    day = await desk.read()
    assert (day.today.answered, day.source, day.is_whole) == (1, Source.ROUTED, False)


@pytest.mark.parametrize("error", [Unreachable(), NotFound()])
async def test_without_the_api_what_this_machine_wrote_down_is_counted(desk: Desk, error: ApiError) -> None:
    desk.api.refuses |= {"list": error, "list_routed": error}
    desk.log.opened(1)
    await desk.clock.advance(30)
    await desk.log.answered(lead(1, duration=60))
    await desk.window("w2").answered(lead(2, completed_at=NOON - dt.timedelta(days=2)))
    day = await desk.read()
    assert (day.today.answered, day.week.answered) == (1, 2)
    assert (day.today.handling, day.today.in_hand) == (Spread(1, 60, 60), Spread(1, 30, 30))
    assert (day.source, day.is_whole, day.problem) == (Source.JOURNAL, False, error)


async def test_without_knowing_who_we_are_the_api_is_not_asked(desk: Desk) -> None:
    desk.answered(hours_ago=1)
    day = await desk.read(me=None)
    assert (day.today.answered, day.source) == (0, Source.JOURNAL)
    assert desk.api.queries == []


async def test_many_answers_are_read_in_pages_and_no_further_than_the_days(desk: Desk) -> None:
    for _ in range(150):
        desk.answered(hours_ago=30)
    for _ in range(120):
        desk.answered(hours_ago=24 * 20)
    day = await desk.read()
    assert (day.week.answered, day.is_whole) == (150, True)
    assert desk.api.calls["list"] == 2


async def test_reading_has_an_end_and_says_that_there_is_more(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leads_tui.desk.my_day.MOST_PAGES", 1)
    assert MOST_PAGES > 1
    for _ in range(101):
        desk.answered(hours_ago=30)
    day = await desk.read()
    assert (day.week.answered, day.is_whole) == (100, False)


async def test_times_in_hand_that_cannot_be_read_are_said_and_the_rest_is_shown(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.answered(hours_ago=1)

    async def broken(_since: dt.datetime) -> tuple[Handled, ...]:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(desk.log, "read", broken)
    day = await desk.read()
    assert (day.today.answered, day.log_problem) == (1, "Input/output error")


async def test_the_log_holds_no_words_and_is_private(desk: Desk) -> None:
    await desk.log.answered(lead(1, name="Иван", text="Секрет", phone="89031234567"))
    (path,) = (desk.folder / "work").rglob("*.jsonl")
    content = path.read_text()
    assert "1" in content
    assert not any(word in content for word in ("Иван", "Секрет", "8903"))
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


async def test_a_damaged_line_costs_only_itself(desk: Desk) -> None:
    await desk.log.answered(lead(1))
    (path,) = (desk.folder / "work").rglob("*.jsonl")
    with path.open("a") as file:
        file.write('{"lead": 2, "type"\n[]\nnull\n{"lead": 3}')
    await desk.log.answered(lead(4))
    assert [handled.lead_id for handled in await desk.log.read(NOON - dt.timedelta(days=1))] == [1, 4]


async def test_a_log_that_nobody_wrote_to_for_long_is_removed(desk: Desk) -> None:
    await desk.log.answered(lead(1))
    (path,) = (desk.folder / "work").rglob("*.jsonl")
    old = (NOON - KEEPS - dt.timedelta(days=1)).timestamp()
    os.utime(path, (old, old))
    await desk.log.read(NOON)
    assert not path.exists()


async def test_a_log_that_is_not_there_is_empty(desk: Desk) -> None:
    assert await desk.log.read(NOON) == ()


def test_a_day_without_answers_is_a_row_of_noughts() -> None:
    day = summarise([], START, HERE)
    assert (day.today.answered, day.today.handling, len(day.by_day), len(day.today.by_hour)) == (0, None, DAYS, 24)


def test_the_machines_own_zone_is_taken_where_none_is_given() -> None:
    at = dt.datetime(2026, 3, 2, 20, 30, tzinfo=dt.UTC)  # 01:30 of the third in Yekaterinburg
    day = summarise([Handled(1, LeadType.FORM, at)], at + dt.timedelta(hours=1))
    assert day.today.by_hour[1] == 1
    assert day.by_day[-1] == (dt.date(2026, 3, 3), 1)
