"""Leads that the operator made out of a conversation, as they look at the server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from leads_tui.api.errors import Forbidden, NotFound
from leads_tui.api.models import Employee, Lead, LeadPage, LeadType
from leads_tui.api.query import MAX_LIMIT, Criteria, ListQuery, NewLead, Sort
from leads_tui.desk.texts import same_text
from leads_tui.text.sanitize import clean_line

__all__ = ["AddedLeads", "AddedLeadsApi", "find_added"]


class AddedLeadsApi(Protocol):
    """The calls that looking for one's own leads takes. Each raises an `ApiError`."""

    async def list(self, query: ListQuery) -> LeadPage:
        """A page of all leads, without texts for most roles (seed: list)."""
        ...

    async def list_routed(self, query: ListQuery) -> LeadPage:
        """A page of the leads addressed to the operator (seed: listRouted)."""
        ...


@dataclass(frozen=True)
class AddedLeads:
    """The leads that `add` makes of what was asked for, the newest first."""

    leads: tuple[Lead, ...]
    sees_all: bool
    """False where only leads addressed to the operator could be seen, so that absence proves nothing."""


async def find_added(api: AddedLeadsApi, me: Employee | None, new: NewLead) -> AddedLeads:
    """Looks for leads made of this among the operator's last 100; without `me`, among everybody's. Raises ApiError."""
    criteria = Criteria(created_by_ids=(me.id,) if me else (), type=LeadType.CHAT)
    query = ListQuery(criteria, limit=MAX_LIMIT, sort=Sort("created_at", descending=True))
    sees_all = True
    try:
        page = await api.list(query)
    except (Forbidden, NotFound):
        sees_all = False
        page = await api.list_routed(query)
    return AddedLeads(tuple(lead for lead in page.leads if _is_made_of(lead, new)), sees_all)


def _is_made_of(lead: Lead, new: NewLead) -> bool:
    """Whether this lead is what `add` makes of that. A text that the role may not read proves nothing against it."""
    given = ((new.name, lead.name), (new.email, lead.email), (new.phone, lead.phone))
    return (
        lead.created_by is not None
        and lead.conversation is not None
        and lead.conversation.id == new.conversation_id
        and (lead.site is None or lead.site.id == new.site_id)
        and all(clean_line(sent or "").strip() == (stored or "").strip() for sent, stored in given)
        and (lead.text is None or same_text(new.text, lead.text))
    )
