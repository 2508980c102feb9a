"""The demo's company on the real server, over a database in memory, with the leads that a test puts in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import httpx
import sqlalchemy as sa
from starlette.applications import Starlette

from leads_tui.server import schema
from leads_tui.server.app import create_app
from leads_tui.server.database import open_database, reading, writing
from leads_tui.server.samples.company import ANNA, BORIS, SALES, SHOP, Colleague
from leads_tui.server.seed import seed_database
from tests.tui.hand_clock import HandClock

FIRST_LEAD: Final = 1042


@dataclass(frozen=True)
class Held:
    """A lead as the server holds it."""

    result: str
    answer: str | None
    completed_by: int | None
    locked_by: int | None

    @property
    def is_free(self) -> bool:
        return self.locked_by is None


class Company:
    """What the server holds, and what colleagues do there."""

    def __init__(self, clock: HandClock, *, seeded: int = 0, token_lifetime: float = 8 * 3600) -> None:
        self.clock = clock
        self.engine = open_database("sqlite://")
        seed_database(self.engine, seeded, now=clock.now())
        self.server: Starlette = create_app(self.engine, now=clock.now, token_lifetime=token_lifetime)
        self._next_id = FIRST_LEAD if not seeded else 9000

    def close(self) -> None:
        self.engine.dispose()

    def transport(self) -> httpx.ASGITransport:
        return httpx.ASGITransport(self.server)

    # What happens there ----------------------------------------------------------------------------------------

    def add(self, name: str = "Иван Петров", *, minutes: float = 5, **more: Any) -> int:
        """A lead that came so many minutes ago, addressed to Anna and to Boris; gives its id."""
        lead_id = self._next_id
        self._next_id += 1
        created = int((self.clock.now() - dt.timedelta(minutes=minutes)).timestamp())
        row: dict[str, Any] = {
            "id": lead_id,
            "type": "form",
            "result": "missed",
            "name": name,
            "text": "Здравствуйте! Подскажите, пожалуйста, есть ли лампа в наличии?",
            "email": f"v{lead_id}@example.com",
            "phone": f"+7 903 {lead_id % 1000:03}-45-67",
            "created_at": created,
            "updated_at": created,
            "site_id": SHOP,
            "department_id": SALES,
            **more,
        }
        row["keywords"] = schema.folded(row["name"], row["email"], row["phone"])
        row["text_folded"] = schema.folded(row["text"])
        with writing(self.engine) as connection:
            connection.execute(sa.insert(schema.leads).values(row))
        return lead_id

    def lock(self, lead_id: int, by: Colleague = BORIS, *, minutes: float = 30) -> None:
        """A colleague holds the lead."""
        until = self.clock.now().timestamp() + minutes * 60
        self._update(lead_id, locked_by_id=by.id, lock_expires_at=until)

    def unlock(self, lead_id: int) -> None:
        """The colleague lets go."""
        self._update(lead_id, locked_by_id=None, lock_expires_at=None)

    def complete(self, lead_id: int, answer: str | None, by: Colleague = BORIS) -> None:
        """A colleague answers."""
        now = int(self.clock.now().timestamp())
        self._update(
            lead_id, result="completed", answer_text=answer, completed_by_id=by.id, completed_at=now, updated_at=now
        )

    def rename_staff(self, who: Colleague, first_name: str, last_name: str = "") -> None:
        """Gives an account another name."""
        with writing(self.engine) as connection:
            connection.execute(
                sa.update(schema.employees)
                .where(schema.employees.c.id == who.id)
                .values(first_name=first_name, last_name=last_name)
            )

    def rename_site(self, url: str) -> None:
        """Gives the shop another address."""
        with writing(self.engine) as connection:
            connection.execute(sa.update(schema.sites).where(schema.sites.c.id == SHOP).values(url=url))

    def end_sign_ins(self, kind: str | None = None) -> None:
        """Forgets the tokens of this kind (`access` or `refresh`), or all."""
        wanted = sa.true() if kind is None else schema.tokens.c.kind == kind
        with writing(self.engine) as connection:
            connection.execute(sa.delete(schema.tokens).where(wanted))

    # What can be asked -----------------------------------------------------------------------------------------

    def lead(self, lead_id: int) -> Held:
        """The lead as it is there now."""
        columns = schema.leads.c
        with reading(self.engine) as connection:
            row = connection.execute(sa.select(schema.leads).where(columns.id == lead_id)).one()
        holds = row.locked_by_id is not None and row.lock_expires_at > self.clock.now().timestamp()
        return Held(row.result, row.answer_text, row.completed_by_id, row.locked_by_id if holds else None)

    def locked(self) -> list[int]:
        """The ids of all leads that somebody holds."""
        columns = schema.leads.c
        with reading(self.engine) as connection:
            held = sa.select(columns.id).where(columns.lock_expires_at > self.clock.now().timestamp())
            return list(connection.scalars(held.order_by(columns.id)))

    def _update(self, lead_id: int, **values: object) -> None:
        with writing(self.engine) as connection:
            connection.execute(sa.update(schema.leads).where(schema.leads.c.id == lead_id).values(**values))


__all__ = ["ANNA", "BORIS", "Company", "Held"]
