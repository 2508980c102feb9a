"""The Leads API, one coroutine per method.

What is repeated, and what never is:

- A read, `lock` and `unlock` do no harm when they happen twice. They are tried `tries` times, with a growing and
  jittered wait, on Unreachable, TimedOut, ServerError and TooManyRequests (then after the wait the server asks for, if
  it is short enough to wait at all).
- `set_completed`, `add` and the sign-in calls are sent once. Whoever gets their error looks at `may_have_acted`.
- A 401 comes before the server acted, so for every call the token is refreshed once and the call sent once more.

Every failure is an `ApiError` (see `errors`). Cancelling a coroutine cancels its request.
"""

from __future__ import annotations

import asyncio
import copy
import random
import time
from collections.abc import Awaitable, Callable, Coroutine
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import httpx
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt

from leads_tui.api.answers import parse, parse_all, read_results, read_total
from leads_tui.api.auth import Session
from leads_tui.api.errors import (
    ApiError,
    BadResponse,
    NotSignedIn,
    ServerError,
    TimedOut,
    TooManyRequests,
    Unreachable,
    WrongPassword,
)
from leads_tui.api.exchange import TIMEOUT, Call, Exchange
from leads_tui.api.models import (
    ApiModel,
    Conversation,
    Department,
    Employee,
    Lead,
    LeadPage,
    QuickMessage,
    QuickMessageCategory,
    Site,
    Token,
)
from leads_tui.api.query import MAX_LIMIT, ListQuery, NewLead, encode_fields
from leads_tui.locale import N_

__all__ = ["LeadsClient"]

FIRST_WAIT: Final = 0.5
"""The wait before the second try, in seconds; it doubles with each further one, less up to half of it by chance."""
LONGEST_WAIT: Final = 8.0
LONGEST_ASKED_WAIT: Final = 30.0
"""A server that asks for a longer wait than this many seconds is not waited for here: the caller decides."""

_Model = TypeVar("_Model", bound=ApiModel)
_Parsed = TypeVar("_Parsed")


class LeadsClient:
    """One operator's calls to one server. Use it as an async context manager, or call `aclose`.

    `on_token` is told of every new token, to store it. `deadline` bounds one try of one call, in seconds. `transport`,
    `monotonic`, `sleep` and `rng` stand in for the network, the clock and chance. Raises ValueError for a base address
    that is not fit (see `check_base_url`).
    """

    def __init__(  # noqa: PLR0913 (what stands in for the world is given by name)
        self,
        base_url: str,
        token: Token | None = None,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        on_token: Callable[[Token], None] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        rng: random.Random | None = None,
        tries: int = 3,
        timeout: httpx.Timeout = TIMEOUT,
        deadline: float = 20.0,
    ) -> None:
        self._exchange = Exchange(base_url, transport=transport, timeout=timeout, deadline=deadline)
        self.session = Session(token, self._grant_by_refresh_token, on_change=on_token, monotonic=monotonic)
        """The sign-in; `session.replace(token)` signs in again in place, and the next call uses it."""
        self._monotonic = monotonic
        self._sleep = sleep
        self._rng = rng or random.Random()  # noqa: S311 (jitter is no secret)
        self._tries = tries

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Ends a refresh under way and closes the connections; calls after it are Unreachable."""
        await self.session.aclose()
        await self._exchange.aclose()

    @property
    def base_url(self) -> str:
        """The server's address, without a slash at its end."""
        return self._exchange.base_url

    def with_tries(self, tries: int) -> LeadsClient:
        """The same client (connections, sign-in) with another number of tries; only the original needs closing."""
        other = copy.copy(self)
        other._tries = tries  # noqa: SLF001 (of our own class)
        return other

    # Leads -----------------------------------------------------------------------------------------------------

    async def list(self, query: ListQuery) -> LeadPage:
        """A page of all leads (seed: list); without texts for roles that may not read them."""
        return await self._list_leads("leads/list", query)

    async def list_routed(self, query: ListQuery) -> LeadPage:
        """A page of the leads addressed to the caller (seed: listRouted)."""
        return await self._list_leads("leads/listrouted", query)

    async def show(self, lead_id: int, fields: tuple[str, ...] = ()) -> Lead:
        """One lead (seed: show). Raises NotFound."""
        return await self._get(Call("leads/show", {"id": str(lead_id)} | encode_fields(fields)), Lead)

    async def show_routed(self, lead_id: int, fields: tuple[str, ...] = ()) -> Lead:
        """One lead addressed to the caller (seed: showRouted). Raises NotFound, and Forbidden for one that is not."""
        return await self._get(Call("leads/showrouted", {"id": str(lead_id)} | encode_fields(fields)), Lead)

    async def lock(self, lead_id: int) -> bool:
        """Locks for 30 minutes from the moment the server acts, or prolongs; False: another holds it (seed: lock)."""
        return await self._decide("leads/lock", lead_id)

    async def unlock(self, lead_id: int) -> bool:
        """Gives back; False: another holds it; True also where nobody does (seed: unlock)."""
        return await self._decide("leads/unlock", lead_id)

    async def set_completed(self, lead_id: int, answer_text: str | None = None) -> None:
        """Marks as handled (seed: setCompleted). Sent once.

        Success says nothing: a lead that was completed before stays as it was. On an error with `may_have_acted`
        nobody knows; look before doing anything else.
        """
        params = {"id": str(lead_id)}
        if answer_text is not None:
            params["answer_text"] = answer_text
        call = Call("leads/setcompleted", params, is_read=False, may_repeat=False)
        body = await self._ask(call)
        if body is not None:
            read_results(body, call.path)

    async def add(self, new: NewLead) -> Lead:
        """Makes a lead out of a conversation (seed: add). Sent once. Raises Rejected with the bad fields."""
        return await self._get(Call("leads/add", new.params(), is_read=False, may_repeat=False), Lead)

    # Neighbours: each may be Forbidden or NotFound on a real installation (pub) ------------------------------------

    async def me(self) -> Employee:
        """The caller (pub: employees/me)."""
        return await self._get(Call("employees/me"), Employee)

    async def employees(self) -> tuple[Employee, ...]:
        """All colleagues (pub: employees/list)."""
        return await self._list_all("employees/list", Employee)

    async def sites(self) -> tuple[Site, ...]:
        """All sites (pub: sites/list)."""
        return await self._list_all("sites/list", Site)

    async def departments(self) -> tuple[Department, ...]:
        """All departments (pub: departments/list)."""
        return await self._list_all("departments/list", Department)

    async def quick_messages(self) -> tuple[QuickMessage, ...]:
        """The canned replies: everybody's and the caller's own (pub: quickmessages/list)."""
        return await self._list_all("quickmessages/list", QuickMessage)

    async def quick_message_categories(self) -> tuple[QuickMessageCategory, ...]:
        """The folders of the canned replies (pub: quickmessagecategories/list)."""
        return await self._list_all("quickmessagecategories/list", QuickMessageCategory)

    async def conversation(self, conversation_id: int) -> Conversation:
        """One chat or visit (pub: conversations/show). Raises NotFound."""
        return await self._get(Call("conversations/show", {"id": str(conversation_id)}), Conversation)

    # Signing in and out ----------------------------------------------------------------------------------------

    async def sign_in(self, email: str, password: str) -> Token:
        """Signs in and keeps the token (RFC 6749, section 4.3). Raises WrongPassword where the server refuses them."""
        form = {"grant_type": "password", "username": email, "password": password}
        call = Call("oauth2/token", form, is_read=False, may_repeat=False)
        del form, password  # a report of an error that shows local variables would show them
        asked_at = self._monotonic()
        try:
            token = await self._grant(call)
        except NotSignedIn as error:
            raise WrongPassword(error.reason, call=error.call, status=error.status) from error
        except BadResponse as error:
            if error.code != "invalid_grant":
                raise
            raise WrongPassword(error.reason, call=error.call, status=error.status) from error
        self.session.replace(token, asked_at)
        return token

    async def refresh(self) -> Token:
        """A new token by the refresh token, whether or not the old one is still good. Raises NotSignedIn."""
        if self.session.token is None:
            raise NotSignedIn("nobody is signed in", call="oauth2/token")
        return await self.session.renew(self.session.token, "oauth2/token")

    async def validate_token(self) -> bool:
        """Whether the server takes the token as it is, without renewing it (pub: oauth2/validatetoken)."""
        token = self.session.token
        if token is None:
            return False
        call = Call("oauth2/validatetoken", is_read=False)

        async def send() -> Any:  # noqa: ANN401 (JSON)
            return await self._exchange.ask(call, token)

        try:
            body = await self._repeat(send)
        except NotSignedIn:
            return False
        return body is None or read_results(body, call.path) is not False

    async def sign_out(self) -> None:
        """Ends the sign-in, here in any case and at the server (pub: oauth2/logout).

        A token that the server no longer takes is signed out already. Raises an ApiError where the server could not
        be told, so that its token lives on until it expires.
        """
        token = self.session.token
        self.session.forget()
        if token is None:
            return
        call = Call("oauth2/logout", is_read=False, may_repeat=False)
        try:
            await self._exchange.ask(call, token)
        except NotSignedIn:
            return

    async def _grant_by_refresh_token(self, old: Token) -> Token:
        call = Call(
            "oauth2/token",
            {"grant_type": "refresh_token", "refresh_token": old.refresh_token or ""},
            is_read=False,
            may_repeat=False,
        )
        try:
            return await self._grant(call)
        except BadResponse as error:
            if error.code is None:
                raise
            # Any code of OAuth's says that this refresh token is of no use here (RFC 6749, section 5.2).
            raise NotSignedIn(error.reason, call=error.call, status=error.status) from error

    async def _grant(self, call: Call) -> Token:
        token = parse(Token, _unwrap(await self._exchange.ask(call)), call.path)
        if token.token_type.lower() != "bearer":
            raise BadResponse(N_("the token is of a kind that we do not know"), call=call.path, status=200)
        return token

    async def ask(self, call: Call) -> object:
        """The JSON of the answer to any call, signed in and repeated as all others are. Raises ApiError."""
        answer: object = await self._ask(call)
        return answer

    # How calls are made ----------------------------------------------------------------------------------------

    async def _get(self, call: Call, model: type[_Model]) -> _Model:
        return parse(model, read_results(await self._ask(call), call.path), call.path)

    async def _decide(self, path: str, lead_id: int) -> bool:
        decision = read_results(await self._ask(Call(path, {"id": str(lead_id)}, is_read=False)), path)
        if not isinstance(decision, bool):
            raise BadResponse(N_("`results` is neither true nor false"), call=path, status=200)
        return decision

    async def _list_leads(self, path: str, query: ListQuery) -> LeadPage:
        body = await self._ask(Call(path, query.params()))
        leads = parse_all(Lead, read_results(body, path), path)
        total = read_total(body, path)
        if total is None:
            if len(leads) >= query.limit:
                raise BadResponse(
                    N_("`total` is missing, so nobody knows how many leads there are"), call=path, status=200
                )
            total = query.offset
        # The server counts and selects at two moments; what came is there in any case.
        return LeadPage(leads=leads, total=max(total, query.offset + len(leads) if leads else 0))

    async def _list_all(self, path: str, model: type[_Model]) -> tuple[_Model, ...]:
        """The whole of a list that may come in pages, although the contract does not say so."""
        body = await self._ask(Call(path))
        found = parse_all(model, read_results(body, path), path)
        total = read_total(body, path) or 0
        while len(found) < total:
            body = await self._ask(Call(path, {"limit": str(MAX_LIMIT), "offset": str(len(found))}))
            more = tuple(each for each in parse_all(model, read_results(body, path), path) if each not in found)
            if not more:
                break
            found += more
        return found

    async def _ask(self, call: Call) -> Any:  # noqa: ANN401 (JSON)
        """The JSON of the answer, signed in, and repeated as far as that is harmless."""
        was_renewed = may_have_acted = False

        async def send() -> Any:  # noqa: ANN401 (JSON)
            nonlocal was_renewed, may_have_acted
            token = await self.session.current(call.path)
            try:
                try:
                    return await self._exchange.ask(call, token)
                except NotSignedIn:
                    if was_renewed:
                        raise
                    was_renewed = True
                    token = await self.session.renew(token, call.path)
                return await self._exchange.ask(call, token)
            except ApiError as error:
                # Of several tries any one may have reached the server, whatever became of the last.
                may_have_acted = error.may_have_acted = not call.is_read and (may_have_acted or error.may_have_acted)
                raise

        return await (self._repeat(send) if call.may_repeat else send())

    async def _repeat(self, send: Callable[[], Coroutine[Any, Any, _Parsed]]) -> _Parsed:
        retrying = AsyncRetrying(
            sleep=self._sleep,
            stop=stop_after_attempt(self._tries),
            wait=self._wait,
            retry=retry_if_exception(_is_worth_another_try),
            reraise=True,
        )
        return await retrying(send)

    def _wait(self, state: RetryCallState) -> float:
        longest = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (state.attempt_number - 1))
        wait = self._rng.uniform(longest / 2, longest)
        error = state.outcome.exception() if state.outcome else None
        # The jitter comes on top of an asked wait, so that not everybody comes back at the same moment.
        return wait + error.retry_after if isinstance(error, TooManyRequests) else wait


def _unwrap(body: object) -> object:
    """A grant as RFC 6749 has it, also where a server put it under `results` as it does with all else."""
    return body["results"] if isinstance(body, dict) and isinstance(body.get("results"), dict) else body


def _is_worth_another_try(error: BaseException) -> bool:
    if isinstance(error, TooManyRequests):
        return error.retry_after <= LONGEST_ASKED_WAIT
    return isinstance(error, Unreachable | TimedOut | ServerError)
