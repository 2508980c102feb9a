"""Running the server: one ready line on stdout, quiet logs on stderr, a clean stop on SIGINT and SIGTERM."""

from __future__ import annotations

import signal
import socket
import sys
from types import FrameType
from typing import Final

import sqlalchemy as sa
import uvicorn

from leads_tui.server.app import create_app
from leads_tui.server.database import DatabaseProblem, open_database, reading
from leads_tui.server.schema import employees
from leads_tui.server.seed import seed_database

STOPPED: Final = 0
UNUSABLE: Final = 2
"""The exit code for a port or a database that cannot be used."""

_PORTS: Final = 65_536
_GRACE: Final = 3
"""How long calls under way may take after a signal, in seconds."""


def serve(
    host: str,
    port: int,
    database_url: str,
    *,
    seed_leads: int = 0,
    random_seed: int = 1,
    token_lifetime: float = 3600,
    lock_minutes: float = 30,
) -> int:
    """Serves until SIGINT or SIGTERM and gives the exit code: 0, or 2 with one line on stderr.

    Port 0 takes a free one. When calls are answered, `Leads API at http://HOST:PORT/v2` stands on stdout. With
    `seed_leads` an empty database is filled first. `token_lifetime` is in seconds.
    """
    # The port is taken before the database is opened or filled, so that a second server touches nothing.
    try:
        listener = _listen(host, port)
    except (OSError, OverflowError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return _refuse(f"Cannot listen on {host}, port {port}: {reason}. Name another with --host or --port.")
    with listener:
        try:
            engine = open_database(database_url)
        except DatabaseProblem as problem:
            return _refuse(f"{problem}.")
        try:
            _fill(engine, seed_leads, random_seed)
            app = create_app(engine, token_lifetime=token_lifetime, lock_minutes=lock_minutes)
            _Server(_config(app), listener, host).run_until_signal()
        finally:
            engine.dispose()
    return STOPPED


class _Server(uvicorn.Server):
    """A uvicorn that says when it is ready, and returns after a signal instead of dying by it."""

    def __init__(self, config: uvicorn.Config, listener: socket.socket, host: str) -> None:
        super().__init__(config)
        self._listener = listener
        self._host = host

    def run_until_signal(self) -> None:
        """Serves on the socket until SIGINT or SIGTERM."""
        # Uvicorn raises the signal again when it is done, for whoever handled it before: that is us, and we return.
        before = {number: signal.signal(number, self._leave) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            self.run(sockets=[self._listener])
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts to answer, and says so."""
        await super().startup(sockets)
        if self.started:
            host = f"[{self._host}]" if ":" in self._host else self._host
            port = self._listener.getsockname()[1]
            sys.stdout.write(f"Leads API at http://{host}:{port}/v2\n")
            sys.stdout.flush()

    def _leave(self, _number: int, _frame: FrameType | None) -> None:
        self.should_exit = True


def _listen(host: str, port: int) -> socket.socket:
    if port not in range(_PORTS):
        raise OverflowError(f"a port is a number from 0 to {_PORTS - 1}")
    family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        # Without this a second server could bind the same port for as long as neither listens.
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener


def _config(app: object) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        log_config=None,
        log_level="warning",
        access_log=False,
        lifespan="off",
        ws="none",
        interface="asgi3",
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE,
    )


def _fill(engine: sa.Engine, seed_leads: int, random_seed: int) -> None:
    if seed_leads > 0:
        if not seed_database(engine, seed_leads, random_seed=random_seed):
            _say("The database is not empty, so it is not filled with leads again.")
        return
    with reading(engine) as connection:
        if not connection.scalar(sa.select(sa.func.count()).select_from(employees)):
            _say("The database has no accounts, so nobody can sign in: --seed 200 makes some in an empty one.")


def _refuse(line: str) -> int:
    _say(line)
    return UNUSABLE


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
