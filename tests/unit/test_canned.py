"""Canned replies: the server's and the operator's own, found by a few letters."""

from __future__ import annotations

from pathlib import Path

import pytest

from leads_tui.api.errors import ApiError, Forbidden, NotFound, Unreachable
from leads_tui.api.models import Lead
from leads_tui.desk.canned import KEEPS, CannedReplies, CannedReply, find_replies
from leads_tui.desk.replies_file import read_replies
from tests.fakes import ANNA, START, FakeClock, at_once
from tests.unit.office import Faulty, Office

OWN = """
[[reply]]
title = "Часы работы"
text = "Мы работаем с 9 до 21, {name}."
category = "Магазин"

[[reply]]
text = '''
Спасибо!
{operator}'''

[call]
no_answer = "Не дозвонились."
"""


class Drawer:
    """An operator's replies."""

    def __init__(self, path: Path, own: str | None = OWN) -> None:
        self.path = path / "replies.toml"
        if own is not None:
            self.path.write_text(own, encoding="utf-8")
        self.api: Faulty = Office().client()
        self.clock = FakeClock()
        self.replies = CannedReplies(self.api, self.path, self.clock, off_loop=at_once)


@pytest.fixture
def drawer(tmp_path: Path) -> Drawer:
    return Drawer(tmp_path)


async def test_the_operators_own_come_first_and_the_servers_follow_by_category(drawer: Drawer) -> None:
    await drawer.replies.load()
    replies = drawer.replies.replies
    assert [reply.title for reply in replies if reply.is_own] == ["Часы работы", "Спасибо!"]
    assert [reply.is_own for reply in replies[:3]] == [True, True, False]
    theirs = [reply.category for reply in replies if not reply.is_own]
    assert theirs[0] == "Приветствие"
    assert theirs == sorted(theirs, key=theirs.index)
    assert replies[2].color == "#2e9e5b"
    assert len({reply.key for reply in replies}) == len(replies)
    assert drawer.replies.file.call == {"no_answer": "Не дозвонились."}


@pytest.mark.parametrize("error", [Forbidden(), NotFound()])
async def test_without_the_servers_permission_the_operators_own_still_work(drawer: Drawer, error: ApiError) -> None:
    drawer.api.refuses["quick_messages"] = error
    await drawer.replies.load()
    await drawer.replies.load()
    assert [reply.is_own for reply in drawer.replies.replies] == [True, True]
    assert drawer.replies.is_refused
    assert drawer.api.calls["quick_messages"] == 1


async def test_without_its_categories_the_servers_replies_still_work(drawer: Drawer) -> None:
    drawer.api.refuses["quick_message_categories"] = Forbidden()
    await drawer.replies.load()
    assert drawer.replies.search("гарантия")[0].category == "Возврат и гарантия"


async def test_a_server_that_fails_is_told_and_asked_again(drawer: Drawer) -> None:
    drawer.api.refuses["quick_messages"] = Unreachable()
    await drawer.replies.load()
    assert isinstance(drawer.replies.problem, Unreachable)
    drawer.api.refuses.clear()
    await drawer.replies.load()
    assert drawer.replies.problem is None
    known = drawer.replies.replies
    await drawer.clock.advance(KEEPS + 1)
    drawer.api.refuses["quick_messages"] = Unreachable()
    await drawer.replies.load()
    assert drawer.replies.replies == known


async def test_the_server_is_not_asked_at_every_opening_but_the_file_is_read(drawer: Drawer) -> None:
    await drawer.replies.load()
    drawer.path.write_text('[[reply]]\ntext = "Новый"', encoding="utf-8")
    await drawer.replies.load()
    assert drawer.replies.replies[0].title == "Новый"
    assert drawer.api.calls["quick_messages"] == 1
    await drawer.replies.load(again=True)
    assert drawer.api.calls["quick_messages"] == 2


async def test_a_reply_is_filled_from_the_lead(drawer: Drawer) -> None:
    await drawer.replies.load()
    lead = Lead.model_validate({"id": 1, "result": "missed", "created_at": START, "name": "Олег"})
    assert drawer.replies.search("часы")[0].fill_for(lead, ANNA).text == "Мы работаем с 9 до 21, Олег."


REPLIES = (
    CannedReply("1", "Доставка по Москве", "Один–два дня, {name}.", "Заказы"),
    CannedReply("2", "Возврат", "Доставка за наш счёт.", "Гарантия"),
    CannedReply("3", "Hello", "Thank you for writing to us.", "English"),
)


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ("", "123"),
        ("  ", "123"),
        ("дост", "12"),
        ("ДОСТ моск", "1"),
        ("москве доставка", "1"),
        ("ljcn", "12"),
        ("руддщ", "3"),
        ("дпм", "1"),
        ("двк", "1"),
        ("счет", "2"),
        ("гаран", "2"),
        ("writing hello", "3"),
        ("дост hello", ""),
        ("ж", ""),
    ],
)
def test_a_few_letters_find_a_reply(words: str, keys: str) -> None:
    assert "".join(reply.key for reply in find_replies(REPLIES, words)) == keys


def test_a_missing_file_is_no_problem(tmp_path: Path) -> None:
    file = read_replies(tmp_path / "replies.toml")
    assert (file.replies, file.problems) == ((), ())


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("[[reply]\n", "is not TOML"),
        ("[[reply]]\ntitle = 'x'", "reply 1: text must be a text in quotation marks"),
        ("[[reply]]\ntext = 5", "reply 1: text must be a text in quotation marks"),
        ("[[reply]]\ntext = 'a'\ncolour = 'red'", "reply 1: unknown key colour; known are title, text, category"),
        ("[[replies]]\ntext = 'a'", "unknown key replies; known are reply, call"),
        ("reply = 'x'", "reply: write each reply under a line [[reply]]"),
        ("call = 'x'", "call: write the outcomes of calls under a line [call]"),
        ("[call]\nbusy = 'x'", "call: unknown key busy; known are reached, no_answer, call_back"),
        ("[[reply]]\ntext = 'Hi {nmae}'", "reply 1: {nmae} stays as it is; did you mean {name}?"),
        (f"[[reply]]\ntext = '{'x' * 2001}'", "reply 1: the text has 2001 characters; the server takes 2000"),
    ],
)
def test_what_is_wrong_in_the_file_is_said_with_its_place(tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "replies.toml"
    path.write_text(content, encoding="utf-8")
    (problem,) = read_replies(path).problems
    assert problem.startswith(f"{path}: ")
    assert says in problem


def test_what_is_right_works_beside_what_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "replies.toml"
    path.write_text("[[reply]]\ntext = 1\n[[reply]]\ntext = 'Да'\n", encoding="utf-8")
    assert [reply.text for reply in read_replies(path).replies] == ["Да"]


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "replies.toml").mkdir()
    assert "cannot be read" in read_replies(tmp_path / "replies.toml").problems[0]
    (tmp_path / "latin.toml").write_bytes("[[reply]]\ntext='да'".encode("cp1251"))
    assert "is not TOML" in read_replies(tmp_path / "latin.toml").problems[0]
