"""From a typed answer to one that the server was seen to hold."""

from __future__ import annotations

import pytest

from tests.tui.company import ANNA, BORIS, Company
from tests.tui.conftest import SitDown
from tests.tui.faults import Fault, Network


@pytest.mark.parametrize("key", ["ctrl+s", "f2", "ctrl+ы"])
async def test_sending_stores_the_answer_under_annas_name_and_lets_the_lead_go(
    key: str, company: Company, sit_down: SitDown
) -> None:
    lead_id = company.add("Иван Петров")
    async with sit_down() as anna:
        await anna.press("enter")
        await anna.type("Добрый день, Иван!")
        await anna.press(key)
        held = company.lead(lead_id)
        assert (held.result, held.answer, held.completed_by) == ("completed", "Добрый день, Иван!", ANNA.id)
        assert held.is_free
        assert f"#{lead_id} Иван Петров: answered; the server holds your text, 14:02:31" in anna.notice


async def test_after_sending_the_cursor_moves_on_to_the_next_free_lead(company: Company, sit_down: SitDown) -> None:
    company.add("Первый", minutes=9)
    company.lock(company.add("Занятый", minutes=8))
    company.add("Третий", minutes=7)
    async with sit_down() as anna:
        await anna.press("enter")
        await anna.type("Да")
        await anna.press("ctrl+s")
        assert anna.under_cursor == "Третий"
        assert anna.focused == "inbox"
        assert anna.names == ["Занятый", "Третий"]
        assert "Inbox 2" in anna.header


async def test_line_breaks_and_what_every_keyboard_can_type_arrive_as_they_were_typed(
    company: Company, sit_down: SitDown
) -> None:
    lead_id = company.add("Иван Петров")
    text = "Здравствуйте!\n\n[bold]50%[/] & «скидка» = 1+1 \\n ёЁ 😀\nС уважением"
    async with sit_down() as anna:
        await anna.press("enter")
        await anna.paste(text)
        await anna.press("ctrl+s")
        assert company.lead(lead_id).answer == text


async def test_letters_go_into_the_answer_and_are_no_commands_there(company: Company, sit_down: SitDown) -> None:
    company.add("Иван Петров")
    async with sit_down() as anna:
        await anna.press("enter")
        await anna.type("jkgGn/ олпПт.")
        assert anna.answer.text == "jkgGn/ олпПт."


async def test_an_empty_answer_is_not_sent_and_the_notice_names_the_way(company: Company, sit_down: SitDown) -> None:
    lead_id = company.add("Иван Петров")
    async with sit_down() as anna:
        await anna.press("enter")
        await anna.type("  ")
        await anna.press("ctrl+s")
        assert company.lead(lead_id).result == "missed"
        assert company.lead(lead_id).locked_by == ANNA.id
        assert "not sent" in anna.notice
        assert "f8" in anna.notice


async def test_a_text_over_2000_characters_is_counted_not_cut_and_not_sent(company: Company, sit_down: SitDown) -> None:
    lead_id = company.add("Иван Петров")
    text = "я" * 2001
    async with sit_down() as anna:
        await anna.press("enter")
        await anna.paste(text)
        assert "1 too long" in anna.screen()
        await anna.press("ctrl+s")
        assert company.lead(lead_id).result == "missed"
        assert anna.answer.text == text
        assert "longer than 2000 characters" in anna.notice
        await anna.press("backspace", "ctrl+s")
        assert company.lead(lead_id).answer == text[:-1]


async def test_nothing_is_stored_when_a_colleague_answered_while_anna_typed(
    company: Company, sit_down: SitDown
) -> None:
    lead_id = company.add("Иван Петров")
    async with sit_down() as anna:
        await anna.press("enter")
        await anna.type("Мой ответ")
        company.complete(lead_id, "Ответ Бориса", BORIS)
        await anna.press("ctrl+s")
        held = company.lead(lead_id)
        assert (held.answer, held.completed_by) == ("Ответ Бориса", BORIS.id)
        assert "answered by Борис Ветров at 14:02" in anna.notice
        assert "Your text is NOT stored" in anna.notice
        assert anna.answer.text == "Мой ответ"
        assert "Ответ Бориса" in anna.screen()


async def test_a_colleague_who_answers_between_the_last_look_and_the_sending_is_noticed(
    company: Company, network: Network, sit_down: SitDown
) -> None:
    lead_id = company.add("Иван Петров")
    async with sit_down() as anna:
        await anna.press("enter")
        await anna.type("Мой ответ")
        network.just_before("setcompleted", lambda: company.complete(lead_id, "Ответ Бориса", BORIS))
        await anna.press("ctrl+s")
        assert "answered by Борис Ветров" in anna.notice
        assert anna.answer.text == "Мой ответ"


async def test_losing_the_lock_keeps_the_text_and_sends_nothing(company: Company, sit_down: SitDown) -> None:
    lead_id = company.add("Иван Петров")
    async with sit_down() as anna:
        await anna.press("enter")
        await anna.type("Мой ответ")
        company.lock(lead_id, BORIS)
        await anna.press("ctrl+s")
        assert company.lead(lead_id).result == "missed"
        assert "locked by Борис Ветров" in anna.notice
        assert "LOCK LOST TO БОРИС ВЕТРОВ" in anna.screen()
        assert anna.answer.text == "Мой ответ"
        assert not anna.answer.read_only
        assert "ctrl+s" not in anna.keys


async def test_an_answer_whose_confirmation_was_lost_is_looked_up_and_never_sent_twice(
    company: Company, network: Network, sit_down: SitDown
) -> None:
    lead_id = company.add("Иван Петров")
    async with sit_down() as anna:
        await anna.press("enter")
        await anna.type("Мой ответ")
        network.fail(Fault.ANSWER_LOST, "setcompleted")
        await anna.press("ctrl+s")
        assert "the server holds your text" in anna.notice
        assert network.count("setcompleted") == 1
        assert company.lead(lead_id).is_free


async def test_while_nobody_knows_what_became_of_an_answer_the_text_is_kept_and_nothing_is_repeated(
    company: Company, network: Network, sit_down: SitDown
) -> None:
    lead_id = company.add("Иван Петров")
    async with sit_down() as anna:
        await anna.press("enter")
        await anna.type("Мой ответ")
        network.fail(Fault.TIMED_OUT, "setcompleted")
        await anna.press("ctrl+s")
        assert "asking the server whether it holds it" in anna.notice
        await anna.advance(20)
        assert "not known yet" in anna.notice
        assert network.count("setcompleted") == 1
        assert anna.answer.text == "Мой ответ"
        assert company.lead(lead_id).locked_by == ANNA.id


async def test_a_refused_connection_sends_nothing_and_a_second_try_succeeds(
    company: Company, network: Network, sit_down: SitDown
) -> None:
    lead_id = company.add("Иван Петров")
    async with sit_down() as anna:
        await anna.press("enter")
        await anna.type("Мой ответ")
        network.fail(Fault.REFUSED)
        await anna.press("ctrl+s")
        await anna.advance(3)
        assert "not sent" in anna.notice
        assert anna.answer.text == "Мой ответ"
        network.heal()
        await anna.press("ctrl+s")
        assert company.lead(lead_id).answer == "Мой ответ"


async def test_pressing_send_twice_sends_once(company: Company, network: Network, sit_down: SitDown) -> None:
    company.add("Иван Петров")
    async with sit_down() as anna:
        await anna.press("enter")
        await anna.type("Мой ответ")
        gate = network.hold("setcompleted")
        await anna.press("ctrl+s")
        assert "sending…" in anna.notice
        await anna.press("ctrl+s", "ctrl+s", "f2")
        gate.set()
        await anna.settle()
        assert network.count("setcompleted") == 1


async def test_the_next_lead_can_be_opened_while_an_answer_is_on_its_way(
    company: Company, network: Network, sit_down: SitDown
) -> None:
    first, second = company.add("Первый", minutes=9), company.add("Второй", minutes=8)
    async with sit_down() as anna:
        await anna.press("enter")
        await anna.type("Первый ответ")
        gate = network.hold("setcompleted")
        await anna.press("ctrl+s", "escape", "down", "enter")
        await anna.type("Второй ответ")
        assert company.lead(first).locked_by == ANNA.id
        gate.set()
        await anna.settle()
        assert company.lead(first).answer == "Первый ответ"
        assert company.lead(first).is_free
        assert anna.answer.text == "Второй ответ"
        assert company.lead(second).locked_by == ANNA.id
        assert f"#{first} Первый: answered" in anna.notice


@pytest.mark.parametrize("key", ["y", "н"])
async def test_f8_completes_without_an_answer_once_anna_says_yes(key: str, company: Company, sit_down: SitDown) -> None:
    lead_id = company.add("Иван Петров")
    async with sit_down() as anna:
        await anna.press("enter", "f8")
        assert f"Mark #{lead_id} Иван Петров as handled without an answer?" in anna.screen()
        await anna.press(key)
        held = company.lead(lead_id)
        assert (held.result, held.completed_by) == ("completed", ANNA.id)
        assert not held.answer
        assert held.is_free
        assert "completed without an answer" in anna.notice


@pytest.mark.parametrize("key", ["n", "т", "escape", "enter", "space", "f8", "ctrl+s"])
async def test_no_other_key_completes_a_lead_without_an_answer(key: str, company: Company, sit_down: SitDown) -> None:
    lead_id = company.add("Иван Петров")
    async with sit_down() as anna:
        await anna.press("enter", "f8", key, "escape")
        assert company.lead(lead_id).result == "missed"
        assert anna.app.is_running


async def test_quitting_out_of_the_question_completes_nothing_and_gives_the_lead_back(
    company: Company, sit_down: SitDown
) -> None:
    lead_id = company.add("Иван Петров")
    async with sit_down() as anna:
        await anna.press("enter", "f8", "ctrl+q")
        assert company.lead(lead_id).result == "missed"
        assert company.lead(lead_id).is_free
