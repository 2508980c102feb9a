"""The Leads API on a real socket, inside the test process.

    with LiveServer(leads=20) as server:
        httpx.get(f"{server.url}/leads/list")

`stop()` and `start()` take the server away and bring it back on the same port, over the same database.
"""

from __future__ import annotations

import datetime as dt
import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

import sqlalchemy as sa
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from leads_tui.server.app import create_app
from leads_tui.server.database import open_database
from leads_tui.server.moments import system_clock
from leads_tui.server.seed import seed_database

PATIENCE: Final = 20.0
"""How long a start or a stop may take on a busy machine, in seconds."""


class LiveServer:
    """The application, run by uvicorn on a free port of the loopback in a thread of its own.

    Without an engine it makes a database in memory, with the demo's accounts and so many leads. `app` may be set to
    any other application while the server runs: the next request goes there.
    """

    def __init__(
        self,
        engine: sa.Engine | None = None,
        *,
        leads: int = 0,
        now: Callable[[], dt.datetime] = system_clock,
        token_lifetime: float = 3600,
        lock_minutes: float = 30,
    ) -> None:
        self._owns_engine = engine is None
        if engine is None:
            engine = open_database("sqlite://")
            seed_database(engine, leads, now=now())
        self.engine = engine
        self.app: ASGIApp = create_app(engine, now=now, token_lifetime=token_lifetime, lock_minutes=lock_minutes)
        self._port = 0
        self._running: tuple[_Uvicorn, threading.Thread, socket.socket] | None = None

    @property
    def url(self) -> str:
        """The address that ends in /v2."""
        return f"http://127.0.0.1:{self._port}/v2"

    def start(self) -> None:
        """Takes the port and returns when calls are answered. Does nothing where it runs already."""
        if self._running is not None:
            return
        listener = socket.socket()
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", self._port))
            listener.listen(128)
        except OSError:
            listener.close()
            raise
        self._port = listener.getsockname()[1]
        config = uvicorn.Config(
            self._pass_on, log_config=None, log_level="error", access_log=False, lifespan="off", ws="none",
            interface="asgi3", proxy_headers=False,
            timeout_graceful_shutdown=1,
        )  # fmt: skip
        server = _Uvicorn(config)
        thread = threading.Thread(target=server.run, args=([listener],), name=f"server on {self._port}", daemon=True)
        thread.start()
        self._running = (server, thread, listener)
        if not server.ready.wait(PATIENCE):
            self.stop()
            raise TimeoutError("the server did not start")

    def stop(self) -> None:
        """Closes the port and every connection; calls under way get a second. The database stays."""
        if self._running is None:
            return
        server, thread, listener = self._running
        self._running = None
        server.should_exit = True
        thread.join(PATIENCE)
        listener.close()
        if thread.is_alive():
            raise TimeoutError("the server did not stop")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self.stop()
        if self._owns_engine:
            self.engine.dispose()

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


class _Uvicorn(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.ready.set()
