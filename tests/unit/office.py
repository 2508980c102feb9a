"""The real server in this process for one test: leads as the test wants them, and clients that can be made to fail."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

import httpx
import sqlalchemy as sa

from leads_tui.api.client import LeadsClient
from leads_tui.api.models import (
    Department,
    Employee,
    Lead,
    LeadPage,
    QuickMessage,
    QuickMessageCategory,
    Site,
    Token,
)
from leads_tui.api.query import ListQuery, NewLead
from leads_tui.server import schema
from leads_tui.server.app import create_app
from leads_tui.server.auth import grant_lasting_token
from leads_tui.server.database import open_database, writing
from leads_tui.server.samples.company import SALES, SHOP
from leads_tui.server.seed import seed_database

T = TypeVar("T")

NOON: Final = dt.datetime(2026, 3, 12, 9, 0, tzinfo=dt.UTC)
"""When every test begins: 12:00 in Moscow, 14:00 where the tests run."""
ANNA: Final = "anna@demo.example"
BORIS: Final = "boris@demo.example"
ADMIN: Final = "admin@demo.example"


class Office:
    """The database, the server's clock, and the employees' clients."""

    def __init__(self) -> None:
        self.now = NOON
        self.engine = open_database("sqlite://")
        seed_database(self.engine, 0, now=NOON)
        self._transport = httpx.ASGITransport(create_app(self.engine, now=lambda: self.now))

    def client(self, email: str = ANNA) -> Faulty:
        with writing(self.engine) as connection:
            token = grant_lasting_token(connection, email)
        client = LeadsClient("http://localhost/v2", Token(access_token=token), transport=self._transport, tries=1)
        return Faulty(client)

    def add_lead(self, *, minutes_ago: float = 5, visitor: int = 1, **columns: Any) -> int:
        """A visitor's lead for Sales that came so long ago; gives its id."""
        created_at = int((self.now - dt.timedelta(minutes=minutes_ago)).timestamp())
        row: dict[str, Any] = {
            "type": "form",
            "result": "missed",
            "name": "Иван",
            "text": "Есть ли лампа?",
            "email": None,
            "phone": None,
            "created_at": created_at,
            "updated_at": created_at,
            "site_id": SHOP,
            "department_id": SALES,
            "conversation_id": self.add_conversation(visitor),
            **columns,
        }
        row["keywords"] = schema.folded(row["name"], row["email"], row["phone"])
        row["text_folded"] = schema.folded(row["text"])
        with writing(self.engine) as connection:
            return int(connection.scalar(sa.insert(schema.leads).values(row).returning(schema.leads.c.id)) or 0)

    def add_conversation(self, visitor: int = 1) -> int:
        """A conversation with a visitor, who is made where they are new; gives its id."""
        with writing(self.engine) as connection:
            known = sa.select(schema.visitors.c.id).where(schema.visitors.c.id == visitor)
            if connection.scalar(known) is None:
                connection.execute(sa.insert(schema.visitors).values(id=visitor, name=f"Visitor {visitor}"))
            made = sa.insert(schema.conversations).values(visitor_id=visitor, created_at=int(NOON.timestamp()))
            return int(connection.scalar(made.returning(schema.conversations.c.id)) or 0)

    def count_leads(self) -> int:
        with writing(self.engine) as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(schema.leads)) or 0


class Faulty:
    """A client whose methods can be made to fail, before or after the server acts; counts its calls."""

    def __init__(self, client: LeadsClient) -> None:
        self.client = client
        self.calls: Counter[str] = Counter()
        self.queries: list[tuple[str, ListQuery]] = []
        self.refuses: dict[str, Exception] = {}
        """Methods that always fail, before anything is done."""
        self.fails_on: dict[str, tuple[int, Exception]] = {}
        """Methods that fail from the given call on, counted from 1, before anything is done."""
        self.fails_after: dict[str, Exception] = {}
        """Methods that fail once, after the server acted."""
        self.on_query: Callable[[ListQuery], None] = lambda query: None

    async def list(self, query: ListQuery) -> LeadPage:
        return await self._list("list", query, self.client.list)

    async def list_routed(self, query: ListQuery) -> LeadPage:
        return await self._list("list_routed", query, self.client.list_routed)

    async def add(self, new: NewLead) -> Lead:
        return await self._call("add", self.client.add(new))

    async def me(self) -> Employee:
        return await self._call("me", self.client.me())

    async def show_routed(self, lead_id: int) -> Lead:
        return await self._call("show_routed", self.client.show_routed(lead_id))

    async def sites(self) -> tuple[Site, ...]:
        return await self._call("sites", self.client.sites())

    async def departments(self) -> tuple[Department, ...]:
        return await self._call("departments", self.client.departments())

    async def quick_messages(self) -> tuple[QuickMessage, ...]:
        return await self._call("quick_messages", self.client.quick_messages())

    async def quick_message_categories(self) -> tuple[QuickMessageCategory, ...]:
        return await self._call("quick_message_categories", self.client.quick_message_categories())

    async def _list(self, name: str, query: ListQuery, ask: Callable[[ListQuery], Awaitable[LeadPage]]) -> LeadPage:
        self.queries.append((name, query))

        async def answer() -> LeadPage:
            self.on_query(query)
            return await ask(query)

        return await self._call(name, answer())

    async def _call(self, name: str, answer: Awaitable[T]) -> T:
        self.calls[name] += 1
        first, late_error = self.fails_on.get(name, (0, None))
        error = self.refuses.get(name) or (late_error if self.calls[name] >= first else None)
        if error is not None:
            if hasattr(answer, "close"):
                answer.close()
            raise error
        result = await answer
        if (late := self.fails_after.pop(name, None)) is not None:
            raise late
        return result
