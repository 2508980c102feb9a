"""The picture in the README is what the desk draws today.

`pytest tests/tui/test_picture.py --snapshot-update` draws it anew; look at it before it is kept.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from tests.tui.company import BORIS, Company
from tests.tui.conftest import SitDown

PICTURE: Final = Path(__file__).parents[2] / ".github" / "desk.svg"
SIZE: Final = (110, 35)
QUESTION: Final = (
    "Здравствуйте! Подскажите, пожалуйста, есть ли в наличии настольная лампа «Нева» в чёрном цвете и сколько будет"
    " стоить доставка до Балашихи?\n\nИ ещё: можно ли оплатить картой курьеру?"
)
ANSWER: Final = "Добрый день, Иван!\n\nДа, «Нева» в чёрном цвете есть, отправим её сегодня. Доставка до Балашихи стоит "
IVAN: Final = {"phone": "+7 903 123-45-67", "email": "ivan@example.com"}
VISIT: Final = {
    "city": "Москва",
    "country": "Россия",
    "search_engine": "Яндекс",
    "search_query": "лампа нева чёрная",
    "entry_page": "https://lumen.example/catalog/neva",
    "int_referer": "https://lumen.example/delivery",
    "page_count": 5,
    "visit_count": 2,
}


def fill(company: Company) -> None:
    company.add("Светлана Воробьёва", minutes=165, **VISIT)
    company.add("Иван Петров", minutes=125, text=QUESTION, **IVAN, **VISIT)
    company.add("Ольга Смирнова", minutes=48, type="callback", text=None)
    company.lock(company.add("John Smith", minutes=31, type="chat"), BORIS)
    names = ["Марина К.", "Emily Watson", "Пётр Ахметов", "Зоя", "Mateo Rossi", "Юрий Богданов", "Дарья Голубева"]
    names += ["Noah Tremblay", "Алина Крылова", "Виктор", "Sofia", "Елена Тарасова"]
    for place, name in enumerate(names):
        company.add(name, minutes=25 - 2 * place, type="callback" if place % 4 == 1 else "form")
    earlier = company.add("Иван", minutes=9 * 1440, **IVAN)
    company.complete(earlier, "Да, Иван, посмотрите, пожалуйста, раздел «Торшеры».", BORIS)


def draw_anew(svg: str) -> None:
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(svg, encoding="utf-8")


def drawn_before() -> str:
    return PICTURE.read_text(encoding="utf-8") if PICTURE.exists() else ""


async def test_the_readme_shows_the_desk_as_it_is_drawn_now(
    company: Company, sit_down: SitDown, request: pytest.FixtureRequest
) -> None:
    fill(company)
    async with sit_down(size=SIZE) as anna:
        await anna.press("down", "enter")
        await anna.paste(ANSWER)
        await anna.advance(1)
        svg = anna.app.export_screenshot(title="leads-tui")
    svg = re.sub(r"\bterminal-\d+-", "desk-", svg).rstrip() + "\n"
    if request.config.getoption("update_snapshots"):
        draw_anew(svg)
    assert svg == drawn_before(), "the README's picture is out of date; draw it anew with --snapshot-update"
