"""The server's own JSON, unread and uncleaned, for programs that ask for it. Never for a screen.

`fields` are exactly those that were asked for; whoever also wants a `Lead` asks for `NEEDED_FIELDS` too.
"""

from __future__ import annotations

from leads_tui.api.answers import read_results, read_total
from leads_tui.api.client import LeadsClient
from leads_tui.api.errors import BadResponse
from leads_tui.api.exchange import Call
from leads_tui.api.query import ListQuery, NewLead
from leads_tui.locale import N_

__all__ = ["JsonObject", "add_raw", "list_raw", "show_raw"]

JsonObject = dict[str, object]


async def list_raw(client: LeadsClient, query: ListQuery, *, routed: bool) -> tuple[list[JsonObject], int]:
    """One page of `listRouted` or `list`, and how many leads match in all (seed). Raises ApiError."""
    path = "leads/listrouted" if routed else "leads/list"
    params = query.params() | ({"fields": ",".join(query.fields)} if query.fields else {})
    body = await client.ask(Call(path, params))
    results = read_results(body, path)
    if not isinstance(results, list):
        raise BadResponse(N_("`results` is not a list"), call=path, status=200)
    leads = [_object(each, path) for each in results]
    total = read_total(body, path)
    return leads, query.offset + len(leads) if total is None else total


async def show_raw(client: LeadsClient, lead_id: int, *, routed: bool, fields: str = "") -> JsonObject:
    """One lead by `showRouted` or `show` (seed). Raises ApiError."""
    path = "leads/showrouted" if routed else "leads/show"
    params = {"id": str(lead_id)} | ({"fields": fields} if fields else {})
    return _object(read_results(await client.ask(Call(path, params)), path), path)


async def add_raw(client: LeadsClient, new: NewLead) -> JsonObject:
    """Makes a lead (seed: add). Sent once. Raises ApiError; Rejected names the bad fields."""
    call = Call("leads/add", new.params(), is_read=False, may_repeat=False)
    return _object(read_results(await client.ask(call), call.path), call.path)


def _object(value: object, path: str) -> JsonObject:
    if not isinstance(value, dict):
        raise BadResponse(N_("a lead in the answer is no object"), call=path, status=200)
    return value
