"""The desk on the real server: an app in this process, a network that can be broken, and a clock moved by hand."""

from __future__ import annotations

import asyncio
import functools
import random
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Final, Protocol

import pytest

from leads_tui.api.client import LeadsClient
from leads_tui.api.models import Token
from leads_tui.app import LeadsApp, Store
from leads_tui.credentials import StoredSession
from leads_tui.desk.clock import Clock
from leads_tui.server import auth, seed
from leads_tui.settings import Paths, Settings
from tests.tui.at_desk import Operator, ThreadWork
from tests.tui.company import ANNA, Company
from tests.tui.faults import Network
from tests.tui.hand_clock import HandClock

ADDRESS: Final = "http://localhost/v2"
PASSWORD: Final = "demo"


async def _at_once(_seconds: float) -> None:
    """The client's own retries do not wait: what they wait for here is only the test."""
    await asyncio.sleep(0)


class MakeApp(Protocol):
    """Builds an app for Anna; nothing runs yet."""

    def __call__(
        self,
        *,
        settings: dict[str, Any] | None = None,
        session: StoredSession | None = None,
        is_signed_in: bool = True,
        store: Store | None = None,
        clock: Clock | None = None,
    ) -> LeadsApp: ...


class SitDown(Protocol):
    """Runs an app and gives who sits before it, once the inbox is there (or nothing more happens)."""

    def __call__(
        self, app: LeadsApp | None = None, *, size: tuple[int, int] = (100, 30), is_settled: bool = True
    ) -> AbstractAsyncContextManager[Operator]: ...


@pytest.fixture(autouse=True, scope="session")
def one_hash() -> Iterator[None]:
    """Hashes the demo's password once for all tests: hashing is slow by design, and no test here is about it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(auth, "_scrypt", functools.cache(auth._scrypt))
        patch.setattr(seed, "hash_password", functools.cache(auth.hash_password))
        yield


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def company(clock: HandClock) -> Iterator[Company]:
    """The server without a single lead."""
    company = Company(clock)
    yield company
    company.close()


@pytest.fixture
def network(company: Company) -> Network:
    return Network(company.transport())


@pytest.fixture
def state_dir(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def make_app(network: Network, clock: HandClock, state_dir: Path) -> MakeApp:
    def make_client(api_url: str, token: Token | None, on_token: Callable[[Token], None]) -> LeadsClient:
        return LeadsClient(
            api_url,
            token,
            transport=network,
            on_token=on_token,
            monotonic=clock.boot,
            sleep=_at_once,
            rng=random.Random(1),
        )

    def make(
        *,
        settings: dict[str, Any] | None = None,
        session: StoredSession | None = None,
        is_signed_in: bool = True,
        store: Store | None = None,
        clock: Clock | None = clock,
    ) -> LeadsApp:
        return LeadsApp(
            Settings.model_validate(
                {"api_url": ADDRESS, "hold_seconds": 0, "idle_release_minutes": 0} | (settings or {})
            ),
            Paths(config_file=state_dir / "config.toml", state_dir=state_dir),
            session=session,
            sign_in_as=(ANNA.email, PASSWORD) if is_signed_in and session is None else None,
            make_client=make_client,
            store=store,
            clock=clock,
            rng=random.Random(1),
        )

    return make


@pytest.fixture
def sit_down(make_app: MakeApp, network: Network, clock: HandClock) -> SitDown:
    @asynccontextmanager
    async def run(
        app: LeadsApp | None = None, *, size: tuple[int, int] = (100, 30), is_settled: bool = True
    ) -> AsyncIterator[Operator]:
        threads = ThreadWork(asyncio.get_running_loop())
        app = app or make_app()
        async with app.run_test(size=size) as pilot:
            operator = Operator(app, pilot, network, clock, threads)
            if is_settled:
                await operator.start()
            yield operator

    return run
