"""Which leads a search shows."""

from __future__ import annotations

from leads_tui.api.models import Lead


def matches(lead: Lead, words: str) -> bool:
    """Whether every word stands somewhere in what is known of the lead, in either case."""
    known = "\n".join(
        part
        for part in (
            str(lead.id),
            lead.name,
            lead.text,
            lead.phone,
            lead.email,
            lead.type.value,
            lead.site.url if lead.site else None,
            lead.department.title if lead.department else None,
            lead.city,
            lead.search_query,
            lead.locked_by.name if lead.locked_by else None,
        )
        if part
    ).casefold()
    return all(word in known for word in words.casefold().split())
