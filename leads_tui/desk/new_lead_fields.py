"""What a new lead is made of, as it is typed, and what the contract says is wrong with it (pub: leads/add)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any, Final

from leads_tui.api.models import Lead, LeadResult
from leads_tui.api.query import NewLead
from leads_tui.desk.texts import length

__all__ = ["MAX_STRING", "MAX_TEXT", "Field", "NewLeadFields", "Problem", "read_refusal"]

MAX_STRING: Final = 255
"""The longest string, in characters (pub)."""
MAX_TEXT: Final = 2000
"""The longest text, in characters (pub)."""
_ID: Final = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
_PHONE: Final = re.compile(r"[-+(). \w]+")
_EMAIL: Final = re.compile(r"[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)*\.[^\W\d_]{2,}")


class Field(StrEnum):
    """A field of the form; the value is its name in `NewLeadFields` and at the server."""

    NAME = "name"
    SITE = "site_id"
    CONVERSATION = "conversation_id"
    EMAIL = "email"
    PHONE = "phone"
    TEXT = "text"
    DEPARTMENT = "department_id"
    RESULT = "result"


class Problem(StrEnum):
    """What is wrong with a field: the server's own codes (ours), and one for the two that need each other."""

    REQUIRED = "required"
    INVALID = "invalid"
    TOO_LONG = "too_long"
    NO_CONTACT = "no_contact"
    """Neither an e-mail nor a phone number is given; one of them is required."""


@dataclass(frozen=True, kw_only=True)
class NewLeadFields:
    """The fields as they were typed. Ids are text here, for they may be typed too."""

    name: str = ""
    site_id: str = ""
    conversation_id: str = ""
    email: str = ""
    phone: str = ""
    text: str = ""
    department_id: str = ""
    result: LeadResult = LeadResult.MISSED

    @classmethod
    def out_of(cls, lead: Lead) -> NewLeadFields:
        """The fields that another lead of the same visitor fills: all but the text."""
        return cls(
            name=lead.name,
            site_id=str(lead.site.id) if lead.site else "",
            conversation_id=str(lead.conversation.id) if lead.conversation else "",
            email=lead.email or "",
            phone=lead.phone or "",
            department_id=str(lead.department.id) if lead.department else "",
        )

    @classmethod
    def read(cls, data: object) -> NewLeadFields:
        """The fields out of what `write` gave; what is no text is left empty."""
        if not isinstance(data, dict):
            return cls()
        texts = {each: data[each] for each in _TEXTS if isinstance(data.get(each), str)}
        is_completed = data.get("result") == LeadResult.COMPLETED.value
        return cls(**texts, result=LeadResult.COMPLETED if is_completed else LeadResult.MISSED)

    def write(self) -> dict[str, str]:
        """The fields for a file."""
        return {each.name: str(getattr(self, each.name)) for each in fields(self)}

    def with_field(self, field: Field, value: str) -> NewLeadFields:
        """These fields with another value in one."""
        changed: dict[str, Any] = {field.value: LeadResult(value) if field is Field.RESULT else value}
        return replace(self, **changed)

    def over(self, other: NewLeadFields) -> NewLeadFields:
        """These fields, and those of `other` where these are empty."""
        filled = {each: getattr(self, each) or getattr(other, each) for each in _TEXTS}
        result = other.result if self.result is LeadResult.MISSED else self.result
        return NewLeadFields(**filled, result=result)

    @property
    def is_empty(self) -> bool:
        """True where nothing was typed."""
        return not any(getattr(self, each).strip() for each in _TEXTS)

    def problems(self) -> dict[Field, Problem]:
        """What the contract does not allow, by field; empty where it can be sent."""
        problems: dict[Field, Problem] = {}
        for field in (Field.NAME, Field.SITE, Field.CONVERSATION):
            if not self._value(field):
                problems[field] = Problem.REQUIRED
        if not self._value(Field.EMAIL) and not self._value(Field.PHONE):
            problems |= dict.fromkeys((Field.EMAIL, Field.PHONE), Problem.NO_CONTACT)
        for field, pattern in _PATTERNS.items():
            if (value := self._value(field)) and not pattern.fullmatch(value):
                problems[field] = Problem.INVALID
        for field, longest in _LONGEST.items():
            if length(self._value(field)) > longest:
                problems[field] = Problem.TOO_LONG
        return problems

    def new_lead(self) -> NewLead:
        """The lead to add, without the white space around each field. Raises ValueError where there are problems."""
        if problems := self.problems():
            raise ValueError(f"not a lead yet: {', '.join(problems)}")
        department = self._value(Field.DEPARTMENT)
        return NewLead(
            name=self._value(Field.NAME),
            site_id=int(self._value(Field.SITE)),
            conversation_id=int(self._value(Field.CONVERSATION)),
            text=self._value(Field.TEXT) or None,
            email=self._value(Field.EMAIL) or None,
            phone=self._value(Field.PHONE) or None,
            department_id=int(department) if department else None,
            result=self.result,
        )

    def _value(self, field: Field) -> str:
        return str(getattr(self, field.value)).strip()


_TEXTS: Final = tuple(field.value for field in Field if field is not Field.RESULT)
_PATTERNS: Final = {
    Field.SITE: _ID,
    Field.CONVERSATION: _ID,
    Field.DEPARTMENT: _ID,
    Field.EMAIL: _EMAIL,
    Field.PHONE: _PHONE,
}
_LONGEST: Final = {
    Field.NAME: MAX_STRING,
    Field.EMAIL: MAX_STRING,
    Field.PHONE: MAX_STRING,
    Field.TEXT: MAX_TEXT,
}


def read_refusal(errors: Mapping[str, Sequence[str]]) -> tuple[dict[Field, Problem], dict[str, tuple[str, ...]]]:
    """What the server's 422 says of the form's fields, and what it says of others, which the form does not have."""
    problems: dict[Field, Problem] = {}
    others: dict[str, tuple[str, ...]] = {}
    for name, codes in errors.items():
        if name not in set(Field):
            others[name] = tuple(codes)
            continue
        known = [Problem(code) for code in codes if code in set(Problem)]
        problems[Field(name)] = known[0] if known else Problem.INVALID
    if problems.get(Field.EMAIL) is problems.get(Field.PHONE) is Problem.REQUIRED:
        problems |= dict.fromkeys((Field.EMAIL, Field.PHONE), Problem.NO_CONTACT)
    return problems, others
