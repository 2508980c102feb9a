"""A served company with an operator signed in, for commands that are run as processes, and a proxy before it."""

from __future__ import annotations

import asyncio
import json
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import httpx
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tests.e2e.served import LEADS_TUI, Served, Witness
from tests.e2e.terminal import PATIENCE, clean_environment
from tests.serving import LiveServer


@dataclass(frozen=True)
class Company:
    """A served company, and Anna's home in which she is signed in."""

    server: Served
    home: Path
    anna: Witness
    boris: Witness

    def run(self, *argv: str, stdin: str | None = None, home: Path | None = None) -> subprocess.CompletedProcess[str]:
        ran = subprocess.run(
            [LEADS_TUI, *argv],
            env=clean_environment(home or self.home),
            stdin=subprocess.DEVNULL if stdin is None else None,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert "Traceback" not in ran.stderr
        return ran

    def leads(self, *argv: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        return self.run("leads", *argv, stdin=stdin)

    def json(self, *argv: str, code: int = 0) -> Any:
        ran = self.leads(*argv, "--json")
        assert ran.returncode == code, ran.stderr
        assert ran.stdout.isascii()
        return json.loads(ran.stdout)

    def free_lead(self) -> int:
        """A missed lead that is addressed to both operators, and that nobody holds."""
        return min(self._missed(self.anna) & self._missed(self.boris))

    @staticmethod
    def _missed(witness: Witness) -> set[int]:
        page = witness.get("leads/listrouted", q="result=missed", limit=100, fields="id,is_locked")
        return {lead["id"] for lead in page if not lead["is_locked"]}


class Hesitant:
    """A proxy before the company's server, with a home that is signed in through it. `asked` are the paths of the
    calls; where it hesitates, the look at a single lead gets no answer."""

    def __init__(self, company: Company, *, hesitates: bool = True) -> None:
        self.asked: list[str] = []
        self._company = company
        self._hesitates = hesitates
        self._server = LiveServer()
        self._folder = tempfile.TemporaryDirectory()
        self.home = Path(self._folder.name)

    @property
    def url(self) -> str:
        return self._server.url

    def __enter__(self) -> Self:
        self._server.app = self._pass_on
        self._server.__enter__()
        write_token_file(self.home, stored_token(self._company) | {"api_url": self.url})
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.__exit__(None, None, None)
        self._folder.cleanup()

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        self.asked.append(request.url.path)
        if self._hesitates and request.url.path == "/v2/leads/showrouted":
            await asyncio.Event().wait()
        url = self._company.server.base_url.removesuffix("/v2") + request.url.path
        headers = {name: request.headers[name] for name in ("authorization", "content-type") if name in request.headers}
        async with httpx.AsyncClient(timeout=PATIENCE) as http:
            answer = await http.request(
                request.method, url, params=request.url.query, headers=headers, content=await request.body()
            )
        await Response(answer.content, answer.status_code, media_type="application/json")(scope, receive, send)


def stored_token(company: Company) -> dict[str, Any]:
    stored: dict[str, Any] = json.loads((company.home / ".local/state/leads-tui/token.json").read_text())
    return stored


def write_token_file(home: Path, content: dict[str, Any]) -> Path:
    folder = home / ".local/state/leads-tui"
    folder.mkdir(parents=True, mode=0o700)
    (folder / "token.json").touch(0o600)
    (folder / "token.json").write_text(json.dumps(content))
    return home
