"""A server that answers by a script, for tests of what the client does with each answer."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from leads_tui.api.client import LeadsClient
from leads_tui.api.models import Token
from leads_tui.api.query import ListQuery, NewLead

BASE = "http://localhost:1/v2"
LEAD: dict[str, Any] = {
    "id": 7,
    "type": "form",
    "result": "missed",
    "name": "Иван",
    "created_at": "2014-12-17T15:35:48",
}

Step = httpx.Response | Exception | Callable[[httpx.Request], Awaitable[httpx.Response]]


def ok(results: object, **more: object) -> httpx.Response:
    """A successful answer."""
    return httpx.Response(200, json={"results": results, **more})


def failure(status: int, message: str = "no", headers: dict[str, str] | None = None, **more: object) -> httpx.Response:
    """An answer that is a failure, in the contract's form."""
    return httpx.Response(status, json={"code": status, "message": message, **more}, headers=headers)


def granted(access: str, refresh: str | None = "refresh", expires_in: float = 3600) -> httpx.Response:
    """An answer of `oauth2/token`."""
    token = {"access_token": access, "token_type": "Bearer", "expires_in": expires_in, "refresh_token": refresh}
    return httpx.Response(200, json=token)


class Scripted(httpx.AsyncBaseTransport):
    """Gives one step after the other and remembers what was asked; a request beyond the script fails the test."""

    def __init__(self, *steps: Step) -> None:
        self.steps = list(steps)
        self.requests: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.requests.append(request)
        assert self.steps, f"nobody expected {request.method} {request.url.path}"
        step = self.steps.pop(0)
        if isinstance(step, Exception):
            raise step
        return step if isinstance(step, httpx.Response) else await step(request)

    @property
    def paths(self) -> list[str]:
        """What was asked, like `leads/lock`."""
        return [request.url.path.removeprefix("/v2/") for request in self.requests]

    @property
    def tokens(self) -> list[str | None]:
        """The token of each request."""
        sent = [request.headers.get("Authorization") for request in self.requests]
        return [header.removeprefix("Bearer ") if header else None for header in sent]


class Naps:
    """Stands in for sleeping, and remembers for how long."""

    def __init__(self) -> None:
        self.taken: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)


def client_of(
    transport: httpx.AsyncBaseTransport, *, token: Token | None = None, naps: Naps | None = None, **options: Any
) -> LeadsClient:
    """A signed-in client over the transport that neither sleeps nor rolls other dice than last time."""
    return LeadsClient(
        BASE,
        token or Token(access_token="first", refresh_token="refresh"),
        transport=transport,
        sleep=naps or Naps(),
        rng=random.Random(1),
        **options,
    )


NEW = NewLead(name="Иван", site_id=1, conversation_id=2, email="ivan@demo.example")

Ask = Callable[[LeadsClient], Awaitable[Any]]

READS: dict[str, tuple[Ask, object]] = {
    "leads/list": (lambda client: client.list(ListQuery()), []),
    "leads/listrouted": (lambda client: client.list_routed(ListQuery()), []),
    "leads/show": (lambda client: client.show(7), LEAD),
    "leads/showrouted": (lambda client: client.show_routed(7), LEAD),
    "employees/me": (lambda client: client.me(), {"id": 1}),
    "employees/list": (lambda client: client.employees(), [{"id": 1}]),
    "sites/list": (lambda client: client.sites(), [{"id": 1}]),
    "departments/list": (lambda client: client.departments(), [{"id": 1}]),
    "quickmessages/list": (lambda client: client.quick_messages(), [{"id": 1}]),
    "quickmessagecategories/list": (lambda client: client.quick_message_categories(), [{"id": 1}]),
    "conversations/show": (lambda client: client.conversation(5), {"id": 5}),
}
LOCKS: dict[str, tuple[Ask, object]] = {
    "leads/lock": (lambda client: client.lock(7), True),
    "leads/unlock": (lambda client: client.unlock(7), True),
}
ONCE: dict[str, tuple[Ask, object]] = {
    "leads/setcompleted": (lambda client: client.set_completed(7, "Да"), None),
    "leads/add": (lambda client: client.add(NEW), LEAD),
}
HARMLESS = READS | LOCKS
ALL = HARMLESS | ONCE
