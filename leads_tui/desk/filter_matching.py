"""What a word of the filter says of one lead that is loaded.

Texts are compared without regard to case, and also as the same keys type them in the other keyboard layout:
`ljcnfdrf` finds `доставка`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Final

from leads_tui.api.models import MOSCOW, Department, Employee, Lead, LeadType, Site
from leads_tui.desk.filter_words import Term, parse_moment
from leads_tui.text.layouts import in_other_layout

__all__ = ["Known", "is_department", "is_person", "is_site", "moment_of", "tester"]

Test = Callable[[Lead], bool]


def _now() -> dt.datetime:
    return dt.datetime.now(MOSCOW)


@dataclass(frozen=True)
class Known:
    """What the desk knows beside the leads: who the operator is, and what the API listed (empty: it did not)."""

    me: Employee | None = None
    sites: tuple[Site, ...] = ()
    departments: tuple[Department, ...] = ()
    employees: tuple[Employee, ...] = ()
    keyword_works: bool | None = None
    """Whether the server takes the criterion `keyword`: false after it answered 422 to it, None before it was asked."""
    draft_ids: Collection[int] = field(default=frozenset())
    """The leads for which a text of the operator's lies on disk."""
    now: Callable[[], dt.datetime] = _now


def tester(term: Term, known: Known) -> Test:
    """Whether a lead satisfies the word, as of now; make it anew where time has passed."""
    of_one = _TESTS.get(term.key, _word)
    tests = [of_one(value, known) for value in term.values]
    if term.is_negated:
        return lambda lead: not any(test(lead) for test in tests)
    return tests[0] if len(tests) == 1 else lambda lead: any(test(lead) for test in tests)


def moment_of(value: str, known: Known) -> dt.datetime:
    """The moment that a value of `from`, `before` or `done` names. Raises ValueError for one that names none."""
    moment = parse_moment(value, known.now())
    if moment is None:
        raise ValueError(f"not a moment: {value!r}")
    return moment


def is_site(value: str, site: Site | None) -> bool:
    """Whether the value names this site: its id, or a part of its address."""
    return site is not None and _names(value, site.id, site.url)


def is_department(value: str, department: Department | None) -> bool:
    """Whether the value names this department: its id, or a part of its title."""
    return department is not None and _names(value, department.id, department.title)


def is_person(value: str, person: Employee | None, known: Known) -> bool:
    """Whether the value names this employee (None: nobody): `me`, `nobody`, an id, a part of a name or an e-mail."""
    if value == "nobody":
        return person is None
    if person is None:
        return False
    if value == "me":
        return known.me is not None and known.me.id == person.id
    return _names(value, person.id, f"{person.name}\n{person.email or ''}")


def is_whole_address(value: str) -> bool:
    """Whether the value is an address from its beginning, which is compared whole."""
    return value.startswith(("http://", "https://"))


def _names(value: str, its_id: int, its_words: str) -> bool:
    return int(value) == its_id if _ID.fullmatch(value) else _finder(value)(its_words)


_ID: Final = re.compile(r"[0-9]{1,18}", re.ASCII)


def _finder(value: str) -> Callable[[str | None], bool]:
    """Whether a text holds the value, in either case and layout."""
    as_typed, in_other = value.casefold(), in_other_layout(value).casefold()

    def find(text: str | None) -> bool:
        folded = text.casefold() if text else ""
        return as_typed in folded or in_other in folded

    return find


def _in_text(read: Callable[[Lead], str | None]) -> Callable[[str, Known], Test]:
    def make(value: str, _known: Known) -> Test:
        find = _finder(value)
        return lambda lead: find(read(lead))

    return make


def _since(read: Callable[[Lead], dt.datetime | None]) -> Callable[[str, Known], Test]:
    def make(value: str, known: Known) -> Test:
        since = moment_of(value, known)
        return lambda lead: (moment := read(lead)) is not None and moment >= since

    return make


def _before(value: str, known: Known) -> Test:
    until = moment_of(value, known)
    return lambda lead: lead.created_at < until


def _person(read: Callable[[Lead], Employee | None]) -> Callable[[str, Known], Test]:
    return lambda value, known: lambda lead: is_person(value, read(lead), known)


def _author(value: str, known: Known) -> Test:
    if value in {"visitor", "employee"}:
        return lambda lead: (lead.created_by is None) == (value == "visitor")
    return lambda lead: is_person(value, lead.created_by, known)


def _locked(value: str, known: Known) -> Test:
    if value == "nobody":
        return lambda lead: not lead.is_locked
    wants_mine = value == "me"
    return lambda lead: lead.is_locked and is_person("me", lead.locked_by, known) == wants_mine


def _has(value: str, known: Known) -> Test:
    if value == "draft":
        return lambda lead: lead.id in known.draft_ids
    field_name = "answer_text" if value == "answer" else value
    return lambda lead: bool(getattr(lead, field_name))


def _visitor(value: str, _known: Known) -> Test:
    wanted = int(value)

    def test(lead: Lead) -> bool:
        visitor = lead.conversation.visitor if lead.conversation else None
        return visitor is not None and visitor.id == wanted

    return test


def _page(value: str, _known: Known) -> Test:
    if is_whole_address(value):
        return lambda lead: lead.entry_page == value
    find = _finder(value)
    return lambda lead: find(lead.entry_page)


def _phone(value: str, _known: Known) -> Test:
    digits = _national(value)
    find = _finder(value)
    return lambda lead: bool(digits and lead.phone and digits in _national(lead.phone)) or find(lead.phone)


def _national(number: str) -> str:
    """The digits of a number, without the 8 or +7 that a Russian one begins with."""
    digits = "".join(char for char in number if char in "0123456789")
    return digits[1:] if len(digits) == _RUSSIAN_DIGITS and digits[0] in "78" else digits


_RUSSIAN_DIGITS: Final = 11
_LOOKS_DIALLED: Final = re.compile(r"[0-9+()\-. ]*(?:[0-9][0-9+()\-. ]*){5}", re.ASCII)


def _word(value: str, known: Known) -> Test:
    """A word without a key is looked for in all that the list shows of a lead, and in its number, name and text."""
    find = _finder(value)
    dialled = _phone(value, known) if _LOOKS_DIALLED.fullmatch(value) else None

    def test(lead: Lead) -> bool:
        return find(_all_words(lead)) or (dialled is not None and dialled(lead))

    return test


def _all_words(lead: Lead) -> str:
    parts = (
        str(lead.id),
        lead.name,
        lead.text,
        lead.answer_text,
        lead.phone,
        lead.email,
        lead.type.value if lead.type is not LeadType.OTHER else None,
        lead.site.url if lead.site else None,
        lead.department.title if lead.department else None,
        lead.city,
        lead.search_query,
        lead.locked_by.name if lead.locked_by else None,
    )
    return "\n".join(part for part in parts if part)


_TESTS: Final[dict[str, Callable[[str, Known], Test]]] = {
    "type": lambda value, _: lambda lead: lead.type.value == value,
    "result": lambda value, _: lambda lead: lead.result.value == value,
    "site": lambda value, _: lambda lead: is_site(value, lead.site),
    "dept": lambda value, _: lambda lead: is_department(value, lead.department),
    "from": _since(lambda lead: lead.created_at),
    "before": _before,
    "done": _since(lambda lead: lead.completed_at),
    "by": _person(lambda lead: lead.completed_by),
    "assigned": _person(lambda lead: lead.assigned_to),
    "author": _author,
    "locked": _locked,
    "has": _has,
    "managed": lambda value, _: lambda lead: lead.is_managed == (value == "yes"),
    "text": _in_text(lambda lead: lead.text),
    "name": _in_text(lambda lead: lead.name),
    "phone": _phone,
    "email": _in_text(lambda lead: lead.email),
    "city": _in_text(lambda lead: lead.city),
    "page": _page,
    "engine": lambda value, _: lambda lead: lead.search_engine == value,
    "visitor": _visitor,
    "id": lambda value, _: lambda lead: lead.id == int(value),
}
