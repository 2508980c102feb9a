"""Calling back: a number, a timer, and an answer for each end of a call."""

from __future__ import annotations

import datetime as dt

import pytest

from leads_tui.api.models import Lead
from leads_tui.desk.call import Call, CallOutcome, add_to_answer, parse_when
from leads_tui.desk.placeholders import holes
from tests.fakes import ANNA, START, FakeClock

LEAD = Lead.model_validate(
    {"id": 1, "type": "callback", "result": "missed", "created_at": START, "name": "Иван", "phone": "8 903 1234567"}
)
NOW = dt.datetime(2026, 3, 2, 14, 0, 30, tzinfo=dt.timezone(dt.timedelta(hours=5)))


async def test_the_timer_runs_until_it_is_stopped_and_counts_suspended_time() -> None:
    clock = FakeClock()
    call = Call(LEAD, clock)
    await clock.advance(61.5)
    clock.jump(60)
    assert (call.seconds, call.is_running) == (121, True)
    call.stop()
    await clock.advance(100)
    call.stop()
    assert (call.seconds, call.is_running) == (121, False)


def test_the_number_is_shown_for_reading_and_linked_for_dialling() -> None:
    call = Call(LEAD, FakeClock())
    assert (call.number, call.link) == ("+7 903 123-45-67", "tel:+79031234567")
    without = Call(LEAD.model_copy(update={"phone": None}), FakeClock())
    assert (without.number, without.link) == (None, None)


@pytest.mark.parametrize("outcome", list(CallOutcome))
def test_every_outcome_has_an_answer_without_any_settings(outcome: CallOutcome) -> None:
    filled = Call(LEAD, FakeClock(), ANNA).answer(outcome, START + dt.timedelta(hours=1))
    assert filled.text.strip()
    assert holes(filled.text) == []


def test_the_operators_own_words_are_used_and_filled() -> None:
    call = Call(LEAD, FakeClock(), ANNA, {"call_back": "{operator} перезвонит {name} в {when}"})
    assert call.answer(CallOutcome.CALL_BACK, START + dt.timedelta(hours=1)).text == "Anna перезвонит Иван в 10:00"


def test_a_call_back_without_its_moment_cannot_be_sent_yet() -> None:
    text = Call(LEAD, FakeClock()).answer(CallOutcome.CALL_BACK).text
    assert [text[start:end] for start, end in holes(text)] == ["{when}"]


@pytest.mark.parametrize(("answer", "result"), [("", "x"), (" \n", "x"), ("Да.\n\n", "Да.\nx")])
def test_the_outcome_stands_under_what_was_typed(answer: str, result: str) -> None:
    assert add_to_answer(answer, "x") == result


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("15:30", "2026-03-02 15:30"),
        ("15", "2026-03-02 15:00"),
        (" в 15.05 ", "2026-03-02 15:05"),
        ("14:00", "2026-03-03 14:00"),
        ("9", "2026-03-03 09:00"),
        ("+30", "2026-03-02 14:30"),
        ("+ 2 ч", "2026-03-02 16:00"),
        ("+1h", "2026-03-02 15:00"),
        ("завтра 10", "2026-03-03 10:00"),
        ("Tomorrow at 9:15", "2026-03-03 09:15"),
        ("05.03 10:00", "2026-03-05 10:00"),
        ("01.03 10:00", "2027-03-01 10:00"),
        ("05.03.2026 10:00", "2026-03-05 10:00"),
    ],
)
def test_a_moment_is_understood_as_people_type_it(typed: str, moment: str) -> None:
    when = parse_when(typed, NOW)
    assert when is not None
    assert f"{when:%Y-%m-%d %H:%M}" == moment
    assert when.tzinfo is NOW.tzinfo


@pytest.mark.parametrize("typed", ["", "soon", "25:00", "10:75", "31.02 10:00", "01.03.2026 10:00", "10:00 11:00", "+"])
def test_what_is_no_moment_to_come_is_refused(typed: str) -> None:
    assert parse_when(typed, NOW) is None
