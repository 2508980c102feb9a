"""Two processes on one SQLite file: what only one of them may win, exactly one wins."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
import sqlalchemy as sa

from leads_tui.server import schema
from leads_tui.server.database import open_database, reading, writing
from leads_tui.server.locks import complete, release_lock, take_lock
from leads_tui.server.seed import seed_database
from tests.server.world import NOON

ROUNDS = 60
PEOPLE = (1, 2)

_shared: list[Barrier] = []


def _share(barrier: Barrier) -> None:
    _shared.append(barrier)


def _race_for_locks(url: str, employee: int, leads: list[int]) -> list[bool]:
    engine, won = open_database(url), []
    for lead in leads:
        _shared[0].wait(60)
        with writing(engine) as connection:
            won.append(take_lock(connection, lead, employee, now=NOON, minutes=30))
        _shared[0].wait(60)
        if won[-1]:
            with writing(engine) as connection:
                release_lock(connection, lead, employee, now=NOON)
    engine.dispose()
    return won


def _race_to_complete(url: str, employee: int, leads: list[int]) -> list[bool]:
    engine, won = open_database(url), []
    for lead in leads:
        _shared[0].wait(60)
        with writing(engine) as connection:
            won.append(complete(connection, lead, employee, f"answer of {employee}", now=NOON))
    engine.dispose()
    return won


def _open_and_seed(url: str, _employee: int, _leads: list[int]) -> list[bool]:
    _shared[0].wait(60)
    engine = open_database(url)
    filled = seed_database(engine, 30, now=NOON)
    engine.dispose()
    return [filled]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'leads.db'}"


@pytest.fixture
def two_processes() -> Iterator[ProcessPoolExecutor]:
    spawning = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, spawning, _share, (spawning.Barrier(2),)) as pool:
        yield pool


def test_of_two_who_lock_one_lead_at_once_exactly_one_wins(url: str, two_processes: ProcessPoolExecutor) -> None:
    engine = open_database(url)
    seed_database(engine, ROUNDS, now=NOON)
    leads = list(range(1001, 1001 + ROUNDS))

    first, second = two_processes.map(_race_for_locks, [url] * 2, PEOPLE, [leads] * 2)

    assert Counter(zip(first, second, strict=True)).keys() <= {(True, False), (False, True)}
    with reading(engine) as connection:
        assert connection.scalars(sa.select(schema.leads.c.locked_by_id).distinct()).all() == [None]
    engine.dispose()


def test_of_two_who_complete_one_lead_at_once_exactly_one_answer_stays(
    url: str, two_processes: ProcessPoolExecutor
) -> None:
    engine = open_database(url)
    seed_database(engine, ROUNDS, now=NOON)
    with reading(engine) as connection:
        leads = list(connection.scalars(sa.select(schema.leads.c.id).where(schema.leads.c.result == "missed")))

    first, second = two_processes.map(_race_to_complete, [url] * 2, PEOPLE, [leads] * 2)

    assert len(leads) == ROUNDS * 4 // 5
    assert all(one is not other for one, other in zip(first, second, strict=True))
    with reading(engine) as connection:
        stored = {row.id: row.answer_text for row in connection.execute(sa.select(schema.leads))}
    winners = [1 if one else 2 for one in first]
    assert [stored[lead] for lead in leads] == [f"answer of {winner}" for winner in winners]
    engine.dispose()


def test_two_servers_that_start_on_one_missing_file_make_and_fill_it_once(
    url: str, two_processes: ProcessPoolExecutor
) -> None:
    filled = list(two_processes.map(_open_and_seed, [url] * 2, PEOPLE, [[]] * 2))

    assert sorted(filled) == [[False], [True]]
    engine = open_database(url)
    with reading(engine) as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(schema.leads)) == 30
    engine.dispose()
