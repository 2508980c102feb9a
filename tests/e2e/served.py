"""`leads-tui serve` as a process of its own, and a witness that asks it with plain httpx what really happened."""

from __future__ import annotations

import queue
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

import httpx

from tests.e2e.terminal import PATIENCE, clean_environment

LEADS_TUI: Final = str(Path(sys.executable).with_name("leads-tui"))
"""The console script, as an operator starts it."""

ANNA: Final = "anna@demo.example"
BORIS: Final = "boris@demo.example"
PASSWORD: Final = "demo"

READY: Final = re.compile(r"Leads API at (http://127\.0\.0\.1:\d+/v2)\n")


class Witness:
    """An employee who asks the server directly, without any of the product's client code."""

    def __init__(self, base_url: str, email: str) -> None:
        self._http = httpx.Client(timeout=PATIENCE)
        self._base_url = base_url
        grant = {"grant_type": "password", "username": email, "password": PASSWORD}
        token = self._read(self._http.post(f"{base_url}/oauth2/token", data=grant))["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"

    def get(self, call: str, **parameters: str | int) -> Any:
        """The `results` of a read."""
        return self._read(self._http.get(f"{self._base_url}/{call}", params=parameters))["results"]

    def post(self, call: str, **parameters: str | int) -> Any:
        """The `results` of a write."""
        return self._read(self._http.post(f"{self._base_url}/{call}", data=parameters))["results"]

    def lead(self, lead_id: int) -> dict[str, Any]:
        """The lead as the server holds it."""
        found: dict[str, Any] = self.get("leads/showrouted", id=lead_id)
        return found

    def wait_for_lead(self, lead_id: int, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The lead once the server holds it as wanted; what a desk does in the background shows there first."""
        deadline = time.monotonic() + PATIENCE
        while not wanted(lead := self.lead(lead_id)):
            assert time.monotonic() < deadline, f"the server still holds {lead}"
            time.sleep(0.02)
        return lead

    def locked(self) -> list[int]:
        """The ids of all leads addressed to this employee that somebody holds."""
        found: list[int] = []
        offset = 0
        while page := self.get(
            "leads/listrouted", limit=100, offset=offset, fields="id,is_locked", sort="created_at:a"
        ):
            found += [lead["id"] for lead in page if lead["is_locked"]]
            offset += len(page)
        return found

    def close(self) -> None:
        """Closes the connection."""
        self._http.close()

    @staticmethod
    def _read(answer: httpx.Response) -> Any:
        assert answer.status_code == 200, f"{answer.request.url}: {answer.status_code} {answer.text}"
        return answer.json()


class Served:
    """A running server."""

    def __init__(self, base_url: str, process: subprocess.Popen[str]) -> None:
        self.base_url = base_url
        self.process = process

    @contextmanager
    def ask_as(self, email: str) -> Iterator[Witness]:
        """A witness signed in with this account."""
        witness = Witness(self.base_url, email)
        try:
            yield witness
        finally:
            witness.close()


@contextmanager
def served(
    folder: Path, *flags: str, seed: int = 60, port: int = 0, environ: Mapping[str, str] | None = None
) -> Iterator[Served]:
    """Starts the server on a database file in this folder and stops it at the end; a free port unless one is given."""
    command = [LEADS_TUI, "serve", "--port", str(port), "--seed", str(seed), "--random-seed", "1"]
    command += ["--database", f"sqlite:///{folder / 'leads.db'}", *flags]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=dict(environ or clean_environment(folder)),
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    with process.stdout, process.stderr:
        try:
            ready = READY.fullmatch(_first_line(process.stdout))
            if ready is None:
                process.kill()
                raise AssertionError(f"the server is not up: {process.communicate(timeout=PATIENCE)}")
            yield Served(ready[1], process)
        finally:
            stop(process)


def stop(process: subprocess.Popen[str]) -> None:
    """Ends a process kindly, and for good where it does not listen."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(PATIENCE)


def _first_line(stream: IO[str]) -> str:
    lines: queue.Queue[str] = queue.Queue()
    threading.Thread(target=lambda: lines.put(stream.readline()), daemon=True).start()
    try:
        return lines.get(timeout=PATIENCE)
    except queue.Empty:
        return "(nothing in time)"
