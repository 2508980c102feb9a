"""The API's objects as the desk sees them: frozen, typed, and clean.

Tolerant as the contract asks: unknown fields are ignored, optional ones may be missing, ids may come as strings.
Every string is cleaned here, once, on its way in (`text.sanitize`), so no control character from the network
gets further. Bare times are Moscow's; all become aware datetimes in Moscow's zone.
"""

from __future__ import annotations

import datetime as dt
import math
from enum import StrEnum
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from leads_tui.text.sanitize import clean_block, clean_line, count_hidden

MOSCOW: Final = ZoneInfo("Europe/Moscow")
MAX_ANSWER: Final = 2000
"""The longest `answer_text` that the server takes, in characters (pub)."""


def _moscow(value: dt.datetime) -> dt.datetime:
    if value.tzinfo is None:
        return value.replace(tzinfo=MOSCOW)
    try:
        return value.astimezone(MOSCOW)
    except OverflowError as error:
        raise ValueError("not a moment that a calendar holds") from error


def _empty_as_missing(value: object) -> object:
    return None if value == "" else value


def _whole(value: object) -> object:
    """A number as the contract writes it, rounded: `12`, `"12"` and `12.5` (numeric has a decimal point)."""
    if isinstance(value, str) and (stripped := value.strip()).lstrip("-").replace(".", "", 1).isdecimal():
        value = float(stripped) if "." in stripped else value
    if isinstance(value, float) and math.isfinite(value):
        return round(value)
    return _empty_as_missing(value)


def _line(value: object) -> object:
    return clean_line(value) if isinstance(value, str) else value


def _block(value: object) -> object:
    return clean_block(value) if isinstance(value, str) else value


# Cleaned before they are validated: half a surrogate pair would be an error for pydantic, and takes a page with it.
Line = Annotated[str, BeforeValidator(_line)]
Block = Annotated[str, BeforeValidator(_block)]
Moment = Annotated[dt.datetime, AfterValidator(_moscow)]
OptionalMoment = Annotated[Moment | None, BeforeValidator(_empty_as_missing)]
OptionalNumber = Annotated[int | None, BeforeValidator(_whole)]


class LeadType(StrEnum):
    """How a lead came to be: a visitor's form, a "call me back", or an employee out of a chat (pub)."""

    FORM = "form"
    CALLBACK = "callback"
    CHAT = "chat"
    OTHER = "other"
    """Something newer than this program; shown, never hidden."""

    @classmethod
    def _missing_(cls, value: object) -> LeadType:
        return cls.OTHER


class LeadResult(StrEnum):
    """Whether somebody handled the lead (pub)."""

    MISSED = "missed"
    COMPLETED = "completed"


class ApiModel(BaseModel):
    """What all objects of the API share. A null counts as missing; an error's text repeats nothing of the input."""

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _drop_nulls(cls, data: Any) -> Any:  # noqa: ANN401 (pydantic's own signature)
        if not isinstance(data, dict):
            return data
        return {name: value for name, value in data.items() if value is not None}


class Role(ApiModel):
    """An employee's role: admin, manager, chief, chief_partner, operator or admin_partner (seed)."""

    code: Line
    title: Line | None = None


class Department(ApiModel):
    """A department of the company."""

    id: int
    title: Line = ""


class Site(ApiModel):
    """A web site whose visitors leave leads."""

    id: int
    url: Line = ""


class Employee(ApiModel):
    """A colleague, or the operator."""

    id: int
    first_name: Line = ""
    last_name: Line = ""
    email: Line | None = None
    state: Line | None = None
    role: Role | None = None
    departments: tuple[Department, ...] = ()
    is_lead_assigned: bool = False

    @property
    def name(self) -> str:
        """The name that people use of them: first and last, else the e-mail, else the id."""
        return " ".join(part for part in (self.first_name, self.last_name) if part) or self.email or f"#{self.id}"


class Visitor(ApiModel):
    """Who wrote: the same id means the same browser."""

    id: int
    name: Line | None = None


class Conversation(ApiModel):
    """The chat or visit that a lead came from."""

    id: int
    visitor: Visitor | None = None


class Lead(ApiModel):
    """A lead as the contract's table has it."""

    id: int
    type: LeadType = LeadType.OTHER
    result: LeadResult
    name: Line = ""
    text: Block | None = None
    answer_text: Block | None = None
    email: Line | None = None
    phone: Line | None = None
    created_at: Moment
    updated_at: OptionalMoment = None
    completed_at: OptionalMoment = None
    completed_by: Employee | None = None
    created_by: Employee | None = None
    assigned_to: Employee | None = None
    locked_by: Employee | None = None
    is_locked: bool = False
    is_managed: bool = False
    duration: OptionalNumber = None
    site: Site | None = None
    department: Department | None = None
    conversation: Conversation | None = None
    country: Line | None = None
    city: Line | None = None
    entry_page: Line | None = Field(default=None, validation_alias=AliasChoices("entry_page", "enter_page"))
    int_referer: Line | None = None
    ext_referer: Line | None = None
    search_engine: Line | None = None
    search_query: Line | None = None
    page_count: OptionalNumber = None
    visit_count: OptionalNumber = None
    hidden_characters: int = Field(default=0, exclude=True)
    """How many control, bidi and zero-width characters the visitor's strings held before they were cleaned."""
    raw_answer_text: str | None = Field(default=None, exclude=True, repr=False)
    """The answer as the server holds it, for comparing with what was sent; never for the screen."""

    @model_validator(mode="before")
    @classmethod
    def _remember_what_cleaning_hides(cls, data: Any) -> Any:  # noqa: ANN401 (pydantic's own signature)
        if not isinstance(data, dict):
            return data
        shown = [data.get(name) for name in cls.model_fields if name != "raw_answer_text"]
        shown += [data.get("enter_page"), _visitor_name(data)]
        answer = data.get("answer_text")
        return data | {
            "hidden_characters": sum(count_hidden(value) for value in shown if isinstance(value, str)),
            "raw_answer_text": answer.encode("utf-8", "replace").decode() if isinstance(answer, str) else answer,
        }

    @property
    def is_missed(self) -> bool:
        """True while nobody has handled it."""
        return self.result is LeadResult.MISSED


def _visitor_name(data: dict[str, Any]) -> object:
    conversation = data.get("conversation")
    visitor = conversation.get("visitor") if isinstance(conversation, dict) else None
    return visitor.get("name") if isinstance(visitor, dict) else None


class LeadPage(ApiModel):
    """One page of a list, and how many leads match in all."""

    leads: tuple[Lead, ...]
    total: int


class QuickMessageCategory(ApiModel):
    """A folder of canned replies."""

    id: int
    title: Line = ""
    color: Line | None = None


class QuickMessage(ApiModel):
    """A canned reply."""

    id: int
    text: Block = ""
    category: QuickMessageCategory | None = None
    is_global: bool = False


class Token(ApiModel):
    """What `oauth2/token` grants. A pasted long-lived token has neither expiry nor refresh token."""

    access_token: str = Field(repr=False)
    token_type: str = "Bearer"  # noqa: S105 (a scheme, not a secret)
    expires_in: float | None = None
    refresh_token: str | None = Field(default=None, repr=False)
