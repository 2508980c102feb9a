"""The desk's states, as the pictures and the pseudo-locale walk show them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from tests.tui.at_desk import Operator
from tests.tui.company import BORIS, Company
from tests.tui.faults import Fault, Network

HALF_TYPED: Final = "Добрый день, Иван! Да, лампа «Нева» есть в наличии,\nотправим её сегодня до 18:00. "


@dataclass(frozen=True)
class State:
    """A state of the screen: what there is on the server before the start, and what the operator then does."""

    name: str
    prepare: Callable[[Company, Network], None]
    reach: Callable[[Operator, Company], Awaitable[None]]
    is_signed_in: bool = True
    is_pictured: bool = True


def add_some(company: Company, _network: Network | None = None) -> None:
    """A handful of leads of every kind, the oldest first."""
    visit = {
        "city": "Москва",
        "country": "Россия",
        "search_engine": "Яндекс",
        "search_query": "купить лампу нева",
        "entry_page": "https://lumen.example/catalog/neva",
        "int_referer": "https://lumen.example/delivery",
        "page_count": 5,
        "visit_count": 2,
    }
    company.add("Светлана Воробьёва", minutes=2 * 1440 + 5, text="Где мой заказ № 4711?", **visit)
    company.add("Иван Петров", minutes=125, text=LONG_QUESTION, **IVAN, **visit)
    company.add("Ольга С.", minutes=48, type="callback", text=None, email=None)
    company.lock(company.add("J. Smith", minutes=31, type="chat", text="Do you ship to Spain?", phone=None), BORIS)
    company.add("Марина Кузнецова", minutes=12, text="Спасибо, всё подошло!")
    company.add("山田 太郎", minutes=9, text="英語でお願いします。 Is there a 100 V version?")
    company.add("Пётр Константинопольский", minutes=4, text="Нужна консультация по опту.")
    company.add("", minutes=1, type="callback", text=None, email=None)
    earlier = company.add("Иван", minutes=9 * 1440, text="Добрый день! Есть ли у вас торшеры?", **IVAN)
    company.complete(earlier, "Да, Иван, посмотрите, пожалуйста, раздел «Торшеры».", BORIS)


IVAN: Final = {"phone": "+7 903 123-45-67", "email": "ivan@example.com"}
LONG_QUESTION: Final = (
    "Здравствуйте! Подскажите, пожалуйста, есть ли в наличии настольная лампа «Нева» в чёрном цвете и сколько будет"
    " стоить доставка до Балашихи?\n\nИ ещё вопрос: можно ли оплатить картой курьеру?"
)


async def _nothing(_anna: Operator, _company: Company) -> None:
    await asyncio.sleep(0)


async def _offline(anna: Operator, _company: Company) -> None:
    anna.network.fail(Fault.REFUSED)
    await anna.advance(20)
    await anna.settle()
    await anna.settle()


async def _open(anna: Operator, _company: Company) -> None:
    await anna.press("down", "enter")


async def _typed(anna: Operator, company: Company) -> None:
    await _open(anna, company)
    await anna.paste(HALF_TYPED)
    await anna.advance(1)


async def _open_held(anna: Operator, _company: Company) -> None:
    await anna.press("down", "down", "down", "enter")


async def _too_long(anna: Operator, company: Company) -> None:
    await _open(anna, company)
    await anna.paste("Очень длинный ответ. " * 100)
    await anna.advance(1)


async def _sent(anna: Operator, company: Company) -> None:
    await _typed(anna, company)
    await anna.press("ctrl+s")


async def _sending(anna: Operator, company: Company) -> None:
    await _typed(anna, company)
    anna.network.hold("setcompleted")
    await anna.press("ctrl+s")


async def _answered_by_another(anna: Operator, company: Company) -> None:
    await _typed(anna, company)
    company.complete(1043, "Здравствуйте, Иван! Да, есть.", BORIS)
    await anna.press("ctrl+s")


async def _lost(anna: Operator, company: Company) -> None:
    await _typed(anna, company)
    company.lock(1043, BORIS)
    await anna.press("ctrl+s")


async def _help(anna: Operator, _company: Company) -> None:
    await anna.press("f1")


async def _confirm(anna: Operator, company: Company) -> None:
    await _typed(anna, company)
    await anna.press("f8")


async def _wrong_password(anna: Operator, _company: Company) -> None:
    for value in ("anna@demo.example", "wrong"):
        await anna.paste(value)
        await anna.press("enter")


async def _filter(anna: Operator, _company: Company) -> None:
    await anna.press("f3")
    await anna.type("ива")


async def _filter_nothing(anna: Operator, _company: Company) -> None:
    await anna.press("f3")
    await anna.type("xyz")


def _none(_company: Company, _network: Network) -> None:
    """An empty inbox."""


def _loading(company: Company, network: Network) -> None:
    add_some(company)
    network.hold("listrouted")


def _never_loaded(company: Company, network: Network) -> None:
    add_some(company)
    network.fail(Fault.REFUSED, "listrouted")


STATES: Final = (
    State("empty-inbox", _none, _nothing),
    State("loading", _loading, _nothing),
    State("never-loaded", _never_loaded, _nothing, is_pictured=False),
    State("offline", add_some, _offline),
    State("preview", add_some, _nothing),
    State("open", add_some, _typed),
    State("locked-by-another", add_some, _open_held),
    State("too-long", add_some, _too_long),
    State("sending", add_some, _sending, is_pictured=False),
    State("sent", add_some, _sent),
    State("answered-by-another", add_some, _answered_by_another),
    State("lock-lost", add_some, _lost),
    State("filter", add_some, _filter, is_pictured=False),
    State("filter-nothing", add_some, _filter_nothing),
    State("help", add_some, _help),
    State("confirm", add_some, _confirm),
    State("sign-in", _none, _nothing, is_signed_in=False),
    State("wrong-password", _none, _wrong_password, is_signed_in=False, is_pictured=False),
)
