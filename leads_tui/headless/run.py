"""`leads-tui leads …` and `leads-tui status`: flags in, words or JSON out, and the exit code."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Awaitable, Callable
from typing import Final

from leads_tui.api.answers import parse
from leads_tui.api.errors import ApiError
from leads_tui.api.models import Lead, LeadResult
from leads_tui.api.query import NEEDED_FIELDS, Criteria, ListQuery, Sort
from leads_tui.api.raw import JsonObject, list_raw, show_raw
from leads_tui.command_line import Exit, Stop, await_, complain, load, reason_and_code, say
from leads_tui.desk.draft_store import DraftStore
from leads_tui.desk.filters import Filter
from leads_tui.headless import acting
from leads_tui.headless.columns import COLUMNS, block, fit, known_fields, table
from leads_tui.headless.fields import Fields, parse_fields, project, with_needed, write_fields
from leads_tui.headless.json_text import to_json
from leads_tui.headless.listing import Search, Wanted, learn
from leads_tui.headless.session import SignedIn, signed_in
from leads_tui.locale import _

__all__ = ["run_leads", "run_status"]

Command = Callable[[SignedIn, argparse.Namespace], Awaitable[int]]

STATUS_DEADLINE: Final = 4.0
"""Seconds that a status bar waits at most."""
STATUS_PAGE: Final = 100


def run_leads(args: argparse.Namespace) -> int:
    """Runs one of the commands of `leads`. Raises Stop."""
    settings, paths = load(args)
    prepare, command = _COMMANDS[args.command]
    prepare(args)  # what is wrong with the flags is told before anything is asked

    async def run() -> int:
        async with signed_in(settings, paths) as session:
            return await command(session, args)

    try:
        return await_(run())
    except ApiError as error:
        raise Stop(*reason_and_code(error)) from error


def run_status(args: argparse.Namespace) -> int:
    """One line about what waits, by one request. For tmux the line is on stdout also where there is nothing to count,
    since a status bar shows nothing else. Raises Stop."""
    settings, paths = load(args)

    async def run() -> str:
        async with signed_in(settings, paths, tries=1, deadline=STATUS_DEADLINE, may_renew=False) as session:
            return await _count(session)

    try:
        try:
            say(await_(run()))
        except ApiError as error:
            raise Stop(*reason_and_code(error)) from error
    except Stop as stop:
        if not args.tmux:
            raise
        say(_("leads: sign in") if stop.code is Exit.NOT_SIGNED_IN else _("leads: no answer"))
        return stop.code
    return Exit.DONE


async def _count(session: SignedIn) -> str:
    token = session.client.session.token
    if token is not None and token.expires_in == 0 and token.refresh_token:
        # Renewing is this time's one request; the next time counts.
        await session.client.refresh()
        return _("… missed")
    fields = ("id", "is_locked", "locked_by(id,email)")
    query = ListQuery(
        Criteria(result=LeadResult.MISSED), fields=fields, limit=STATUS_PAGE, sort=Sort("updated_at", descending=True)
    )
    leads, total = await list_raw(session.client, query, routed=True)
    words = _("{count} missed").format(count=total)
    mine = sum(_is_held_by(lead, session.email) for lead in leads)
    if total <= len(leads) and session.email:
        return _("{missed}, {count} mine").format(missed=words, count=mine)
    # Of those beyond the one page nothing is known.
    return _("{missed}, {count}+ mine").format(missed=words, count=mine) if mine else words


def _is_held_by(lead: JsonObject, email: str) -> bool:
    holder = lead.get("locked_by")
    is_locked = lead.get("is_locked") is True
    return is_locked and isinstance(holder, dict) and str(holder.get("email", "")).lower() == email.lower() != ""


# list --------------------------------------------------------------------------------------------------------------


def _prepare_choice(args: argparse.Namespace) -> None:
    try:
        args.fields = parse_fields(args.fields)
    except ValueError as problem:
        raise Stop(_("--fields: {reason}").format(reason=problem), Exit.USAGE) from problem
    unknown = [name for name in args.fields if name not in known_fields()]
    if unknown and not (args.json or getattr(args, "jsonl", False)):
        message = _("--fields: no field {name}; known are {known}")
        raise Stop(message.format(name=unknown[0], known=", ".join(known_fields())), Exit.USAGE)


def _prepare_list(args: argparse.Namespace) -> None:
    _prepare_choice(args)
    try:
        args.filter = Filter.parse(args.filter)
    except ValueError as problem:
        raise Stop(_("--filter: {reason}").format(reason=problem), Exit.USAGE) from problem
    try:
        args.sort = Sort.parse(args.sort)
    except ValueError as problem:
        raise Stop(f"--{problem}", Exit.USAGE) from problem


async def _list(session: SignedIn, args: argparse.Namespace) -> int:
    fields: Fields = args.fields
    limit = None if args.all else args.limit
    wanted = Wanted(args.filter, args.routed, args.sort, limit, args.offset, fields or None)
    search = Search(session.client, wanted, await learn(session.client, args.filter, await _draft_ids(session, args)))
    if args.jsonl:
        async for found in search.leads():
            say(to_json(project(found.raw, fields)))
            sys.stdout.flush()  # whoever reads need not wait for the last page
        return Exit.DONE
    found_leads = [found async for found in search.leads()]
    if args.json:
        results = [project(found.raw, fields) for found in found_leads]
        say(to_json({"results": results, "total": search.total}, indent=1))
        return Exit.DONE
    names = list(fields or COLUMNS)
    if found_leads and "text" in names and all("text" not in found.raw for found in found_leads):
        names.remove("text")
        complain(_("your role may not read the texts in the list of all leads; --routed shows yours with theirs"))
    for line in table([found.lead for found in found_leads], names):
        say(fit(line))
    if not found_leads and (other := args.filter.in_other_layout()) is not None:
        complain(_("nothing found; in the other keyboard layout that is: --filter='{words}'").format(words=other))
    return Exit.DONE


async def _draft_ids(session: SignedIn, args: argparse.Namespace) -> set[int]:
    if not any("draft" in term.values for term in args.filter.terms if term.key == "has"):
        return set()
    try:
        return {draft.lead_id for draft in DraftStore(session.state_dir, await session.account()).all()}
    except OSError as problem:
        raise Stop(_("the drafts cannot be read: {reason}").format(reason=problem.strerror), Exit.USAGE) from problem


# show --------------------------------------------------------------------------------------------------------------


async def _show(session: SignedIn, args: argparse.Namespace) -> int:
    fields: Fields = args.fields
    asked = write_fields(with_needed(fields, NEEDED_FIELDS)) if fields else ""
    raw = await show_raw(session.client, args.id, routed=args.routed, fields=asked)
    if args.json:
        say(to_json(project(raw, fields), indent=1))
        return Exit.DONE
    lead = parse(Lead, raw, "leads/show")
    for line in block(lead, list(fields or known_fields())):
        say(line)
    hidden = [name for name in ("text", "answer_text") if name not in raw and (not fields or name in fields)]
    if hidden:
        complain(
            _("{fields}: your role may not read this; --routed shows it for leads of yours").format(
                fields=", ".join(hidden)
            )
        )
    return Exit.DONE


def _nothing_to_prepare(_args: argparse.Namespace) -> None:
    return


_COMMANDS: Final[dict[str, tuple[Callable[[argparse.Namespace], None], Command]]] = {
    "list": (_prepare_list, _list),
    "show": (_prepare_choice, _show),
    "lock": (_nothing_to_prepare, acting.lock),
    "unlock": (_nothing_to_prepare, acting.unlock),
    "complete": (acting.prepare_complete, acting.complete),
    "add": (acting.prepare_add, acting.add),
}
