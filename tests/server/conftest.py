"""One server on a real socket for all tests of a process, and a company of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
import sqlalchemy as sa

from tests.server.world import ANNA, BORIS, Api, Clock, World, make_company
from tests.serving import LiveServer


@pytest.fixture(scope="session")
def live_server() -> Iterator[LiveServer]:
    with LiveServer() as server:
        yield server


@pytest.fixture(scope="session")
def http() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=20, trust_env=False) as client:
        yield client


@pytest.fixture(scope="session")
def company() -> Iterator[sa.Engine]:
    engine = make_company()
    yield engine
    engine.dispose()


@pytest.fixture
def world(company: sa.Engine, live_server: LiveServer, http: httpx.Client) -> Iterator[World]:
    world = World(company, live_server, http)
    yield world
    world.close()


@pytest.fixture
def clock(world: World) -> Clock:
    return world.clock


@pytest.fixture
def anna(world: World) -> Api:
    return world.api(ANNA)


@pytest.fixture
def boris(world: World) -> Api:
    return world.api(BORIS)
