"""A lead as text: how to reach the person, where they came from, what they wrote, and who they are."""

from __future__ import annotations

import datetime as dt

from textual.content import Content

from leads_tui.api.models import Lead, LeadResult
from leads_tui.desk.person import EarlierLead, Person
from leads_tui.desk.visitor_time import visitor_time
from leads_tui.locale import _, ngettext
from leads_tui.text.ages import clock_time, short_age
from leads_tui.widgets.words import employee_words

MOST_EARLIER = 4
"""Other leads of the person that are named one by one."""
MOST_QUOTED = 60


def describe(lead: Lead, now: dt.datetime, person: Person | None, *, text_first: bool) -> Content:
    """The lead as text: ways to reach the person and whether they wrote elsewhere too, the facts of the visit, their
    words, their other leads, and the answer if any."""
    reach = (_reach(lead) + "\n", "bold")
    facts = [(fact + "\n", "$text-muted") for fact in (_where(lead, now), _visit(lead), _when(lead, now)) if fact]
    if lead.hidden_characters:
        words = ngettext("⚠ {count} hidden character", "⚠ {count} hidden characters", lead.hidden_characters)
        facts.append((words.format(count=lead.hidden_characters) + "\n", "$text-warning"))
    others = _earlier(person, now)
    text = (lead.text or _("(no text)")) + "\n"
    parts: list[str | tuple[str, str]] = [reach, *others[:1]]
    parts += ["\n", text, "\n", *facts] if text_first else [*facts, "\n", text]
    if others:
        parts += ["\n", (_("Their other leads") + "\n", "bold"), *others[1:]]
    if not lead.is_missed:
        parts += ["\n", (_answered(lead, now) + "\n", "bold"), "\n", lead.answer_text or _("(without an answer)")]
    return Content.assemble(*parts).rstrip()


def _reach(lead: Lead) -> str:
    return "   ".join(part for part in (lead.phone, lead.email) if part)


def _where(lead: Lead, now: dt.datetime) -> str:
    place = ", ".join(part for part in (lead.city, lead.country) if part)
    if (there := visitor_time(lead, now)) is not None:
        place = _("{place}, {time:%H:%M} there").format(place=place, time=there)
    department = lead.department.title if lead.department else None
    site = lead.site.url if lead.site else None
    return " · ".join(part for part in (site, department, place) if part)


def _visit(lead: Lead) -> str:
    source = lead.search_engine or lead.ext_referer
    parts = []
    if source:
        query = f" “{lead.search_query}”" if lead.search_query else ""
        parts.append(_("came from {source}").format(source=source) + query)
    visited = (_short_page(page, lead) for page in (lead.entry_page, lead.int_referer) if page)
    pages = " → ".join(dict.fromkeys(visited))
    if pages:
        parts.append(pages)
    if lead.page_count:
        parts.append(ngettext("{count} page", "{count} pages", lead.page_count).format(count=lead.page_count))
    if lead.visit_count:
        parts.append(ngettext("{count} visit", "{count} visits", lead.visit_count).format(count=lead.visit_count))
    return " · ".join(parts)


def _short_page(page: str, lead: Lead) -> str:
    """The page without what is known anyway: the scheme, and the host where it is the lead's own site."""
    bare = page.removeprefix("https://").removeprefix("http://")
    site = lead.site.url.removeprefix("https://").removeprefix("http://").rstrip("/") if lead.site else ""
    return bare.removeprefix(site) or "/" if site and bare.startswith(site) else bare


def _when(lead: Lead, now: dt.datetime) -> str:
    words = _("written {when}, {age} ago").format(
        when=clock_time(lead.created_at, now), age=short_age(lead.created_at, now)
    )
    if lead.created_by is not None:
        words += " · " + _("entered by {who}").format(who=employee_words(lead.created_by))
    return words


def _answered(lead: Lead, now: dt.datetime) -> str:
    when = clock_time(lead.completed_at, now) if lead.completed_at else "?"
    return _("Answered by {who}, {when}:").format(who=employee_words(lead.completed_by), when=when)


def _earlier(person: Person | None, now: dt.datetime) -> list[tuple[str, str]]:
    """The person's other leads: those that wait first, for they may be being answered right now."""
    if person is None or not person.earlier:
        return []
    count = len(person.earlier)
    words = ngettext("{count} other lead of this person", "{count} other leads of this person", count)
    more = "" if person.is_whole else " " + _("(there may be more)")
    waiting = sum(lead.result is not LeadResult.COMPLETED for lead in person.earlier)
    if waiting:
        more += ", " + ngettext("{count} waits", "{count} wait", waiting).format(count=waiting)
    lines = [(words.format(count=count) + more + "\n", "$text-warning" if waiting else "$text-muted")]
    ordered = sorted(person.earlier, key=lambda lead: lead.result is LeadResult.COMPLETED)
    for lead in ordered[:MOST_EARLIER]:
        tone = "$text-muted" if lead.result is LeadResult.COMPLETED else "$text-warning"
        lines.append((f"  #{lead.id} {_earlier_words(lead, now)}\n", tone))
    if count > MOST_EARLIER:
        words = ngettext("  and {count} more", "  and {count} more", count - MOST_EARLIER)
        lines.append((words.format(count=count - MOST_EARLIER) + "\n", "$text-muted"))
    return lines


def _earlier_words(lead: EarlierLead, now: dt.datetime) -> str:
    age = short_age(lead.at, now)
    if lead.result is not LeadResult.COMPLETED:
        if lead.holder:
            return _("waits for {age}, locked by {who}").format(age=age, who=lead.holder)
        return _("waits for {age}").format(age=age)
    words = _("{age} ago, answered by {who}").format(age=age, who=lead.answered_by or _("somebody"))
    if lead.answer_text:
        first = " ".join(lead.answer_text.split())
        words += f": “{first[:MOST_QUOTED]}{'…' if len(first) > MOST_QUOTED else ''}”"
    return words
