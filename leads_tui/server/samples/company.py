"""The company of the seeded leads: departments, sites, staff and canned replies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

PASSWORD: Final = "demo"  # noqa: S105 (everybody may know it: it opens invented data only)
"""The password of every seeded account."""

SALES: Final = 1
SERVICE: Final = 2
WHOLESALE: Final = 3
INTERNATIONAL: Final = 4

DEPARTMENTS: Final[dict[int, str]] = {
    SALES: "Продажи",
    SERVICE: "Сервис и доставка",
    WHOLESALE: "Опт и проекты",
    INTERNATIONAL: "International",
}

SHOP: Final = 1
HELP: Final = 2
PRO: Final = 3
ABROAD: Final = 4

SITES: Final[dict[int, str]] = {
    SHOP: "lumen.example",
    HELP: "help.lumen.example",
    PRO: "pro.lumen.example",
    ABROAD: "lumen-light.example",
}

SITE_DEPARTMENTS: Final[dict[int, tuple[int, ...]]] = {
    SHOP: (SALES, SERVICE),
    HELP: (SERVICE,),
    PRO: (WHOLESALE,),
    ABROAD: (INTERNATIONAL,),
}
"""Whose leads a site brings when the visitor named no department."""


@dataclass(frozen=True)
class Colleague:
    """An account of the company."""

    id: int
    first_name: str
    last_name: str
    email: str
    role: str
    state: str
    departments: tuple[int, ...]
    is_lead_assigned: bool


STAFF: Final = (
    Colleague(1, "Анна", "Орлова", "anna@demo.example", "operator", "online", (SALES, SERVICE, INTERNATIONAL), True),
    Colleague(2, "Борис", "Ветров", "boris@demo.example", "operator", "busy", (SALES, SERVICE, WHOLESALE), True),
    Colleague(3, "Вера", "Соколова", "vera@demo.example", "manager", "online", tuple(DEPARTMENTS), False),
    Colleague(4, "Павел", "Андреев", "admin@demo.example", "admin", "offline", tuple(DEPARTMENTS), False),
    Colleague(5, "Дмитрий", "Жуков", "dmitry@demo.example", "operator", "offline", (WHOLESALE,), True),
    Colleague(6, "Галина", "Климова", "galina@demo.example", "chief", "busy", (SALES, SERVICE), False),
)
ANNA, BORIS, VERA, ADMIN, DMITRY, GALINA = STAFF

CATEGORIES: Final[dict[int, tuple[str, str]]] = {
    1: ("Приветствие", "#2e9e5b"),
    2: ("Заказ и доставка", "#2f6fd0"),
    3: ("Возврат и гарантия", "#c9762b"),
    4: ("English", "#8a55c8"),
}
"""The folders of canned replies: title and colour."""

QUICK_MESSAGES: Final[tuple[tuple[int | None, int | None, str], ...]] = (
    (1, None, "Добрый день, {name}! Спасибо, что написали нам. "),
    (1, None, "Здравствуйте! Меня зовут Анна, я помогу вам с выбором. "),
    (1, None, "Спасибо за ожидание! Уточнил информацию по вашему вопросу: "),
    (2, None, "Ваш заказ уже собран и завтра уедет в службу доставки. Номер для отслеживания придёт в СМС."),
    (2, None, "Доставка по Москве занимает 1–2 дня, по России: от 3 до 7 дней. Стоимость зависит от города и веса."),
    (2, None, "Этой модели сейчас нет на складе. Ждём поставку в течение двух недель; сообщить вам, когда она придёт?"),
    (2, None, "Адрес можно изменить до передачи заказа курьеру. Напишите, пожалуйста, новый адрес и удобное время."),
    (3, None, "Вернуть товар можно в течение 14 дней. Нужны чек или номер заказа и целая упаковка."),
    (
        3,
        None,
        (
            "Очень жаль, что так вышло! Пришлите, пожалуйста, фото повреждения и упаковки на help@lumen.example:"
            " мы заменим светильник за наш счёт."
        ),
    ),
    (3, None, "Гарантия на все светильники: 24 месяца. Привозите его в любой магазин, диагностика бесплатная."),
    (4, None, "Hello {name|there}, thank you for writing to us! "),
    (4, None, "We ship to most countries in 7 to 12 working days. Duties are not included in the price."),
    (4, None, "All our lamps for export come with a 110–240 V driver; please tell us which plug you need."),
    (None, 1, "Перезвоню вам сегодня до 18:00 по московскому времени."),
    (2, 2, "Подобрал для вас три варианта в пределах бюджета, отправляю ссылки: "),
)
"""Canned replies: folder, whose (nobody's: everybody's), text."""
