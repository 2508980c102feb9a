"""A small company for one test: the demo's accounts, an account for each other role, and the leads that a test adds."""

from __future__ import annotations

import datetime as dt
import sqlite3
from typing import Any, Final

import httpx
import sqlalchemy as sa

from leads_tui.server import schema
from leads_tui.server.app import create_app
from leads_tui.server.auth import grant_lasting_token
from leads_tui.server.database import open_database, writing
from leads_tui.server.samples.company import SALES, SHOP
from leads_tui.server.schema import folded
from leads_tui.server.seed import seed_database
from tests.serving import LiveServer

NOON: Final = dt.datetime(2026, 3, 12, 9, 0, 0, tzinfo=dt.UTC)
"""When every test begins: 12:00:00 in Moscow."""

ANNA: Final = "anna@demo.example"
BORIS: Final = "boris@demo.example"
VERA: Final = "vera@demo.example"
ADMIN: Final = "admin@demo.example"
DMITRY: Final = "dmitry@demo.example"
GALINA: Final = "galina@demo.example"
PARTNERS_CHIEF: Final = "chief@partner.example"
PARTNERS_ADMIN: Final = "admin@partner.example"
NEWCOMER: Final = "newcomer@demo.example"
"""An operator without departments and without automatic assignment."""

EVERY_ROLE: Final = {
    "operator": ANNA,
    "manager": VERA,
    "chief": GALINA,
    "chief_partner": PARTNERS_CHIEF,
    "admin": ADMIN,
    "admin_partner": PARTNERS_ADMIN,
}
_MORE: Final = (
    (7, PARTNERS_CHIEF, "chief_partner", SALES),
    (8, PARTNERS_ADMIN, "admin_partner", SALES),
    (9, NEWCOMER, "operator", None),
)


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.moment = NOON

    def __call__(self) -> dt.datetime:
        return self.moment

    def advance(self, **delta: float) -> None:
        self.moment += dt.timedelta(**delta)


class Api:
    """One employee's calls over HTTP."""

    def __init__(self, http: httpx.Client, url: str, token: str | None) -> None:
        self.http = http
        self.url = url
        self.headers = {} if token is None else {"Authorization": f"Bearer {token}"}

    def get(self, call: str, *, headers: Any = None, **params: Any) -> httpx.Response:
        return self.http.get(f"{self.url}/{call}", params=params, headers=self.headers | dict(headers or {}))

    def post(self, call: str, **params: Any) -> httpx.Response:
        return self.http.post(f"{self.url}/{call}", data=params, headers=self.headers)

    def read(self, call: str, **params: Any) -> Any:
        """The results of a read that must succeed."""
        return self._results(self.get(call, **params))

    def write(self, call: str, **params: Any) -> Any:
        """The results of a write that must succeed."""
        return self._results(self.post(call, **params))

    def ids(self, call: str, **params: Any) -> list[int]:
        """The ids of the leads in a list, in its order."""
        return [lead["id"] for lead in self.read(call, **params)]

    def lead(self, lead_id: int) -> dict[str, Any]:
        """The lead as `showRouted` shows it."""
        found: dict[str, Any] = self.read("leads/showrouted", id=lead_id)
        return found

    def _results(self, response: httpx.Response) -> Any:
        assert response.status_code == 200, response.text
        return response.json()["results"]


def errors(response: httpx.Response) -> dict[str, list[str]]:
    """What a 422 says of each bad parameter."""
    assert response.status_code == 422, response.text
    body = response.json()
    assert body["code"] == 422
    assert body["message"]
    named: dict[str, list[str]] = body["errors"]
    return named


class World:
    """The database, the clock, and the employees' calls to the server over it."""

    def __init__(self, company: sa.Engine, server: LiveServer, http: httpx.Client) -> None:
        self.clock = Clock()
        self.engine = open_database("sqlite://")
        _copy(company, self.engine)
        server.app = create_app(self.engine, now=self.clock)
        self._server = server
        self._http = http

    def close(self) -> None:
        self.engine.dispose()

    def api(self, email: str | None) -> Api:
        """The calls of the employee with this e-mail; of nobody for None."""
        token = None
        if email is not None:
            with writing(self.engine) as connection:
                token = grant_lasting_token(connection, email)
        return Api(self._http, self._server.url, token)

    def add_lead(self, *, minutes_ago: float = 5, visitor: int = 1, **columns: Any) -> int:
        """A visitor's lead for Sales that came so long ago; gives its id."""
        created_at = int((self.clock() - dt.timedelta(minutes=minutes_ago)).timestamp())
        row: dict[str, Any] = {
            "type": "form",
            "result": "missed",
            "name": "Иван Петров",
            "text": "Здравствуйте! Есть ли лампа в наличии?",
            "email": "ivan@mail.example",
            "phone": "+7 903 123-45-67",
            "created_at": created_at,
            "updated_at": created_at,
            "site_id": SHOP,
            "department_id": SALES,
            "conversation_id": self.add_conversation(visitor),
            **columns,
        }
        row["keywords"] = folded(row["name"], row["email"], row["phone"])
        row["text_folded"] = folded(row["text"])
        with writing(self.engine) as connection:
            return int(connection.scalar(sa.insert(schema.leads).values(row).returning(schema.leads.c.id)) or 0)

    def add_conversation(self, visitor: int = 1) -> int:
        """A conversation with a visitor, who is made where they are new; gives its id."""
        with writing(self.engine) as connection:
            known = sa.select(schema.visitors.c.id).where(schema.visitors.c.id == visitor)
            if connection.scalar(known) is None:
                connection.execute(sa.insert(schema.visitors).values(id=visitor, name=f"Visitor {visitor}"))
            made = sa.insert(schema.conversations).values(visitor_id=visitor, created_at=int(NOON.timestamp()) - 600)
            return int(connection.scalar(made.returning(schema.conversations.c.id)) or 0)


def make_company() -> sa.Engine:
    """The database that each test begins with; made once, because hashing a password takes its time."""
    engine = open_database("sqlite://")
    seed_database(engine, 0, now=NOON)
    with writing(engine) as connection:
        for number, email, role, department in _MORE:
            _hire(connection, number, email, role, department)
    return engine


def _copy(source: sa.Engine, target: sa.Engine) -> None:
    read, write = source.raw_connection(), target.raw_connection()
    try:
        assert isinstance(read.driver_connection, sqlite3.Connection)
        assert isinstance(write.driver_connection, sqlite3.Connection)
        read.driver_connection.backup(write.driver_connection)
    finally:
        read.close()
        write.close()


def _hire(connection: sa.Connection, number: int, email: str, role: str, department: int | None) -> None:
    connection.execute(
        sa.insert(schema.employees).values(
            id=number,
            first_name="Ян",
            last_name="Новый",
            email=email,
            state="online",
            role=role,
            password_hash="c2FsdA==$aGFzaA==",
            is_lead_assigned=False,
        )
    )
    if department is not None:
        connection.execute(sa.insert(schema.employee_departments).values(employee_id=number, department_id=department))
