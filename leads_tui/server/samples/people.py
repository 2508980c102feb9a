"""The visitors of the seeded leads: names, places, phone numbers and the many ways to write one."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

_MEN: Final = (
    "Иван", "Сергей", "Алексей", "Дмитрий", "Михаил", "Николай", "Андрей", "Артём", "Фёдор", "Егор",
    "Тимур", "Роман", "Константин", "Виктор", "Григорий", "Ильдар", "Руслан", "Юрий",
)  # fmt: skip
_WOMEN: Final = (
    "Ольга", "Елена", "Наталья", "Мария", "Екатерина", "Ирина", "Светлана", "Татьяна", "Юлия", "Ксения",
    "Людмила", "Дарья", "Алина", "Гульнара", "Полина", "Вероника", "Зоя", "Надежда",
)  # fmt: skip
_SURNAMES: Final = (
    "Петров", "Смирнов", "Кузнецов", "Попов", "Лебедев", "Новиков", "Морозов", "Волков", "Зайцев", "Павлов",
    "Голубев", "Виноградов", "Богданов", "Воробьёв", "Фёдоров", "Беляев", "Тарасов", "Комаров", "Щербаков",
    "Ахметов", "Сафин", "Юдин", "Ершов", "Крылов",
)  # fmt: skip
_RUSSIAN_PLACES: Final = (
    ("Russia", "Moscow"), ("Russia", "Moscow"), ("Russia", "Moscow"), ("Russia", "Saint Petersburg"),
    ("Russia", "Saint Petersburg"), ("Russia", "Kazan"), ("Russia", "Yekaterinburg"), ("Russia", "Novosibirsk"),
    ("Russia", "Samara"), ("Russia", "Krasnodar"), ("Russia", "Vladivostok"), ("Russia", "Kaliningrad"),
    ("Russia", "Irkutsk"), ("Belarus", "Minsk"), ("Kazakhstan", "Almaty"),
)  # fmt: skip
_FOREIGNERS: Final = (
    ("James Carter", "james.carter", "United States", "Chicago", "+1 312 555 01{:02d}"),
    ("Emily Watson", "emily.watson", "United Kingdom", "Leeds", "+44 113 496 0{:03d}"),
    ("Oliver Brandt", "o.brandt", "Germany", "Hamburg", "+49 40 66969 {:03d}"),
    ("Sofia Lindqvist", "sofia.lindqvist", "Sweden", "Malmö", "+46 40 628 0{:03d}"),
    ("Priya Nair", "priya.nair", "India", "Bengaluru", "+91 80 4092 1{:03d}"),
    ("Liam O'Connor", "liam.oconnor", "Ireland", "Cork", "+353 21 555 0{:03d}"),
    ("Chloé Martin", "chloe.martin", "France", "Lyon", "+33 4 65 71 0{:03d}"),
    ("Daniel Kowalski", "d.kowalski", "Poland", "Gdańsk", "+48 58 555 0{:03d}"),
    ("Grace Nakamura", "grace.nakamura", "United States", "Seattle", "+1 206 555 01{:02d}"),
    ("Mateo Rossi", "mateo.rossi", "Italy", "Turin", "+39 011 555 0{:03d}"),
    ("Hannah Fischer", "hannah.fischer", "Austria", "Graz", "+43 316 555 {:03d}"),
    ("Noah Tremblay", "noah.tremblay", "Canada", "Montréal", "+1 514 555 01{:02d}"),
    ("Aisha Rahman", "aisha.rahman", "United Arab Emirates", "Dubai", "+971 4 555 0{:03d}"),
    ("Tom Becker", "tom.becker", "Netherlands", "Utrecht", "+31 30 555 0{:03d}"),
)
_RUSSIAN_MAIL: Final = ("mail.example", "yandex.example", "bk.example", "inbox.example", "studio-svet.example")
_FOREIGN_MAIL: Final = ("mail.example", "post.example", "fastmail.example")
_LATIN: Final = dict(zip("абвгдеёзийклмнопрстуфхыэ", "abvgdeeziyklmnoprstufhye", strict=True)) | {
    "ж": "zh",
    "ц": "ts",
    "ч": "ch",
    "ш": "sh",
    "щ": "sch",
    "ю": "yu",
    "я": "ya",
    "ъ": "",
    "ь": "",
}


@dataclass(frozen=True)
class Person:
    """A visitor as they are; a lead says only a part of it, and not always in the same words."""

    name: str
    email: str
    phone: str
    country: str
    city: str
    is_russian: bool
    is_woman: bool = False

    @property
    def first_name(self) -> str:
        """The name that a visitor in a hurry types."""
        return self.name.split(" ", maxsplit=1)[0]


def happens(rng: Random, share: float) -> bool:
    """True in this share of all cases (0 to 1)."""
    return rng.random() < share


def make_russian(rng: Random) -> Person:
    """A visitor who writes Russian. The phone is kept as ten digits without the country's code."""
    is_woman = happens(rng, 0.55)
    first = rng.choice(_WOMEN if is_woman else _MEN)
    surname = rng.choice(_SURNAMES) + ("а" if is_woman else "")
    country, city = rng.choice(_RUSSIAN_PLACES)
    latin = f"{first[0]}.{surname}" if happens(rng, 0.5) else f"{surname}{rng.randint(70, 99)}"
    email = "".join(_LATIN.get(letter, letter) for letter in latin.lower()) + "@" + rng.choice(_RUSSIAN_MAIL)
    # Invented numbers that look right.
    phone = f"9{rng.choice(('03', '16', '21', '25', '62', '85'))}555{rng.randint(0, 9999):04d}"
    return Person(f"{first} {surname}", email, phone, country, city, is_russian=True, is_woman=is_woman)


def make_foreigner(rng: Random) -> Person:
    """A visitor who writes English."""
    name, mailbox, country, city, phone = rng.choice(_FOREIGNERS)
    email = f"{mailbox}@{rng.choice(_FOREIGN_MAIL)}"
    return Person(name, email, phone.format(rng.randint(0, 99)), country, city, is_russian=False)


def write_name(rng: Random, person: Person) -> str:
    """The name as this visitor types it this time."""
    first, _, last = person.name.partition(" ")
    return rng.choices((person.name, first, f"{first} {last[:1]}.", f"{last} {first}"), weights=(70, 16, 9, 5))[0]


def write_phone(rng: Random, person: Person) -> str:
    """The number as this visitor types it this time."""
    if not person.is_russian:
        return rng.choice((person.phone, person.phone.replace(" ", "-"), person.phone.replace(" ", "")))
    code, a, b, c = person.phone[:3], person.phone[3:6], person.phone[6:8], person.phone[8:]
    return rng.choice(
        (
            f"+7 {code} {a}-{b}-{c}",
            f"+7 ({code}) {a}-{b}-{c}",
            f"8 ({code}) {a}-{b}-{c}",
            f"8{code}{a}{b}{c}",
            f"+7{code}{a}{b}{c}",
            f"8-{code}-{a}-{b}-{c}",
            f"{code} {a} {b} {c}",
        )
    )


def write_email(rng: Random, person: Person) -> str:
    """The address as this visitor types it this time."""
    return person.email.capitalize() if happens(rng, 0.1) else person.email
