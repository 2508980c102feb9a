"""The whole desk with nothing set up: the server in this process, no port, a database that is thrown away."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import random
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import httpx

from leads_tui.api.client import LeadsClient
from leads_tui.api.models import Token
from leads_tui.app import LeadsApp
from leads_tui.server.app import create_app
from leads_tui.server.database import open_database
from leads_tui.server.seed import seed_database
from leads_tui.settings import Paths, Settings

ADDRESS: Final = "http://localhost/v2"
EMAIL: Final = "anna@demo.example"
PASSWORD: Final = "demo"  # noqa: S105 (every account of the made-up company has it)
LEADS: Final = 200


class DemoApp(LeadsApp):
    """The desk, and beside it the life of a small company."""

    def __init__(self, settings: Settings, paths: Paths, *, still: bool) -> None:
        self._engine = open_database("sqlite://")
        seed_database(self._engine, LEADS)
        server = create_app(self._engine)

        def make_client(api_url: str, token: Token | None, on_token: Callable[[Token], None]) -> LeadsClient:
            return LeadsClient(api_url, token, transport=httpx.ASGITransport(server), on_token=on_token)

        settings = settings.model_copy(update={"api_url": ADDRESS})
        super().__init__(settings, paths, sign_in_as=(EMAIL, PASSWORD), make_client=make_client)
        self._is_still = still

    def on_mount(self) -> None:
        """Lets the life begin."""
        if not self._is_still:
            rng = random.Random()  # noqa: S311 (a colleague's whims)
            from leads_tui.server.life import live  # noqa: PLC0415 (a still company has none)

            work = live(self._engine, now=lambda: dt.datetime.now(dt.UTC), rng=rng, sleep=asyncio.sleep)
            self.spawn(work, "life")


@contextlib.contextmanager
def demo_app(settings: Settings, *, still: bool) -> Iterator[DemoApp]:
    """The demo with a state folder that goes when it ends."""
    with tempfile.TemporaryDirectory(prefix="leads-tui-demo-") as folder:
        paths = Paths(config_file=Path(folder) / "config.toml", state_dir=Path(folder))
        yield DemoApp(settings, paths, still=still)
