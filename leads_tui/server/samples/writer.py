"""Writes one visit after another: who came, from where, and what they left in the form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final, TypeVar

from leads_tui.server.samples import messages, oddities
from leads_tui.server.samples.company import ABROAD, HELP, INTERNATIONAL, PRO, SALES, SERVICE, SHOP, SITES, WHOLESALE
from leads_tui.server.samples.oddities import Oddity
from leads_tui.server.samples.people import (
    Person,
    happens,
    make_foreigner,
    make_russian,
    write_email,
    write_name,
    write_phone,
)

_T = TypeVar("_T")

_SITES_OF: Final = {SALES: (SHOP,), SERVICE: (HELP, SHOP), WHOLESALE: (PRO,), INTERNATIONAL: (ABROAD,)}
_SEARCH_PAGES: Final = {
    "google": "https://www.google.com/",
    "yandex": "https://yandex.ru/search/",
    "bing": "https://www.bing.com/search",
}
_COMES_AGAIN: Final = 0.14
_OTHER_BROWSER: Final = 0.25

_TEMPLATES: Final[dict[str, Mapping[int, Sequence[str | None]]]] = {
    "form": messages.FORMS,
    "callback": messages.CALLBACKS,
    "chat": messages.CHATS,
}

ODDITIES: Final[dict[str, tuple[Oddity, ...]]] = {
    "long": oddities.LONG,
    "emoji": oddities.EMOJI,
    "cjk": oddities.CJK,
    "combining": oddities.COMBINING,
    "right to left": oddities.RIGHT_TO_LEFT,
    "hostile": oddities.HOSTILE,
}
"""The texts that break careless programs, by kind."""


@dataclass(frozen=True)
class Visit:
    """One visit and the lead it left; `lead` holds columns of the leads' table."""

    visitor_id: int
    visitor_name: str
    is_first: bool
    lead: dict[str, object]


@dataclass
class _Visitor:
    id: int
    person: Person
    visits: int = 0


@dataclass
class Writer:
    """Writes visits. Visitors' ids go up from `next_visitor_id`; some visitors come again."""

    rng: Random
    next_visitor_id: int
    _visitors: list[_Visitor] = field(default_factory=list)
    _left: dict[int, list[int]] = field(default_factory=dict)

    def write(self, department: int, lead_type: str, odd: str | None = None) -> Visit:
        """A visit for the department that leaves a lead of the type; `odd` is a key of `ODDITIES` or None."""
        visitor = self._find_visitor(department, may_return=odd is None)
        visitor.visits += 1
        person = visitor.person
        said: dict[str, object] = {
            "name": write_name(self.rng, person),
            "text": self._compose(department, lead_type, person),
            **self._contacts(person, lead_type),
            "country": person.country,
            "city": person.city,
        }
        if odd is not None:
            said |= self._draw(ODDITIES[odd]).said()
        lead = {
            "type": lead_type,
            **said,
            **self._way_here(department, person),
            "visit_count": visitor.visits + (self.rng.randint(0, 6) if happens(self.rng, 0.3) else 0),
        }
        return Visit(visitor.id, str(said["name"]), visitor.visits == 1, lead)

    def answer(self, department: int) -> str:
        """What an employee of the department answers."""
        return self._draw(messages.ANSWERS[department])

    def _find_visitor(self, department: int, *, may_return: bool) -> _Visitor:
        abroad = department == INTERNATIONAL
        known = [visitor for visitor in self._visitors[-40:] if visitor.person.is_russian is not abroad]
        if may_return and known and happens(self.rng, _COMES_AGAIN):
            again = self.rng.choice(known)
            if not happens(self.rng, _OTHER_BROWSER):
                return again
            return self._new_visitor(again.person)
        person = make_foreigner(self.rng) if abroad else make_russian(self.rng)
        return self._new_visitor(person, remembered=may_return)

    def _new_visitor(self, person: Person, *, remembered: bool = True) -> _Visitor:
        visitor = _Visitor(self.next_visitor_id, person)
        self.next_visitor_id += 1
        if remembered:
            self._visitors.append(visitor)
        return visitor

    def _compose(self, department: int, lead_type: str, person: Person) -> str | None:
        template = self._draw(_TEMPLATES[lead_type][department])
        if template is None:
            return None
        slots = {name: self.rng.choice(choices) for name, choices in messages.SLOTS.items()}
        slots |= {"a": "а" if person.is_woman else "", "reflexive": "ась" if person.is_woman else "ся"}
        text = template.format_map(slots)
        if lead_type != "form":
            return text
        closing = self.rng.choice(messages.CLOSINGS if person.is_russian else messages.CLOSINGS_EN)
        greeting = "" if text.startswith(("Здрав", "Добр", "H")) else self.rng.choice(messages.GREETINGS)
        return (greeting if person.is_russian else "") + text + closing.format(name=person.first_name)

    def _contacts(self, person: Person, lead_type: str) -> dict[str, object]:
        phone, email = write_phone(self.rng, person), write_email(self.rng, person)
        if lead_type == "callback":
            return {"phone": phone, "email": None}
        has_phone, has_email = self.rng.choices(((True, True), (False, True), (True, False)), weights=(50, 35, 15))[0]
        return {"phone": phone if has_phone else None, "email": email if has_email else None}

    def _way_here(self, department: int, person: Person) -> dict[str, object]:
        site = self.rng.choice(_SITES_OF[department])
        base = f"https://{SITES[site]}"
        engine: str | None = None
        referer: str | None = None
        query: str | None = None
        if happens(self.rng, 0.5):
            engine = self.rng.choices(("yandex", "google", "bing"), weights=(50, 45, 5))[0]
            engine = "google" if not person.is_russian and engine == "yandex" else engine
            referer = _SEARCH_PAGES[engine]
            query = self.rng.choice(messages.SEARCHES if person.is_russian else messages.SEARCHES_EN)
        elif happens(self.rng, 0.4):
            referer = self.rng.choice(messages.REFERERS)
        return {
            "site_id": site,
            "entry_page": base + self.rng.choice(messages.ENTRY_PAGES),
            "int_referer": base + self.rng.choice(messages.FORM_PAGES),
            "ext_referer": referer,
            "search_engine": engine,
            "search_query": query,
            "page_count": min(self.rng.randint(1, 9), self.rng.randint(1, 14)),
        }

    def _draw(self, choices: Sequence[_T]) -> _T:
        # Each choice once in a random order before any comes again, so that neighbours in a list differ.
        left = self._left.setdefault(id(choices), [])
        if not left:
            left.extend(self.rng.sample(range(len(choices)), len(choices)))
        return choices[left.pop()]
