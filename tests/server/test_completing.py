from __future__ import annotations

import pytest

from tests.server.world import ANNA, BORIS, EVERY_ROLE, Api, Clock, World, errors


def test_completing_stores_who_when_how_long_and_the_answer(world: World, clock: Clock, anna: Api) -> None:
    lead = world.add_lead(minutes_ago=5)
    clock.advance(minutes=2)

    response = anna.post("leads/setcompleted", id=lead, answer_text="Да, есть!")

    assert response.status_code == 200
    assert response.json() == {"results": None}
    shown = anna.lead(lead)
    assert shown["result"] == "completed"
    assert shown["answer_text"] == "Да, есть!"
    assert shown["completed_by"]["email"] == ANNA
    assert shown["completed_at"] == shown["updated_at"] == "2026-03-12T12:02:00"
    assert shown["duration"] == 7 * 60


def test_a_second_answer_changes_nothing_and_still_succeeds(world: World, clock: Clock, anna: Api, boris: Api) -> None:
    lead = world.add_lead()
    boris.write("leads/setcompleted", id=lead, answer_text="Ответ Бориса")
    before = anna.lead(lead)
    clock.advance(minutes=3)

    response = anna.post("leads/setcompleted", id=lead, answer_text="Ответ Анны")

    assert response.status_code == 200
    assert response.json() == {"results": None}
    assert anna.lead(lead) == before
    assert before["completed_by"]["email"] == BORIS
    assert before["answer_text"] == "Ответ Бориса"


@pytest.mark.parametrize("answer", [{}, {"answer_text": ""}, {"answer_text": " \n "}])
def test_a_lead_can_be_completed_without_an_answer(world: World, anna: Api, answer: dict[str, str]) -> None:
    lead = world.add_lead()

    anna.write("leads/setcompleted", id=lead, **answer)

    assert anna.lead(lead)["result"] == "completed"
    assert anna.lead(lead)["answer_text"] is None


@pytest.mark.parametrize("letter", ["x", "ж", "😀", "\n", "e\u0301"])
def test_an_answer_may_have_two_thousand_characters_and_not_one_more(world: World, anna: Api, letter: str) -> None:
    lead = world.add_lead()
    longest = ("." + letter * 2000)[:2000]

    assert errors(anna.post("leads/setcompleted", id=lead, answer_text=longest + ".")) == {"answer_text": ["too_long"]}
    assert anna.lead(lead)["result"] == "missed"
    anna.write("leads/setcompleted", id=lead, answer_text=longest)
    assert anna.lead(lead)["answer_text"] == longest


def test_the_answer_is_kept_as_it_was_sent(world: World, anna: Api) -> None:
    lead, answer = world.add_lead(), "  Строка\r\nвторая\t[bold]x[/] \u202eabc\u202c \x1b[0m  "

    anna.write("leads/setcompleted", id=lead, answer_text=answer)

    assert anna.lead(lead)["answer_text"] == answer


def test_the_server_does_not_ask_for_the_lock(world: World, anna: Api, boris: Api) -> None:
    lead = world.add_lead()
    anna.write("leads/lock", id=lead)

    boris.write("leads/setcompleted", id=lead, answer_text="Без блокировки")

    assert anna.lead(lead)["completed_by"]["email"] == BORIS


def test_completing_leaves_the_lock_to_unlock(world: World, anna: Api) -> None:
    lead = world.add_lead()
    anna.write("leads/lock", id=lead)
    anna.write("leads/setcompleted", id=lead)

    assert anna.lead(lead)["locked_by"]["email"] == ANNA
    assert anna.write("leads/unlock", id=lead) is True


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_every_role_locks_completes_and_unlocks_its_leads(world: World, role: str) -> None:
    api, lead = world.api(EVERY_ROLE[role]), world.add_lead()

    assert api.write("leads/lock", id=lead) is True
    assert api.write("leads/setcompleted", id=lead, answer_text="Готово") is None
    assert api.write("leads/unlock", id=lead) is True
    assert api.lead(lead)["completed_by"]["role"]["code"] == role
