"""The stored sign-in, as a command uses it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from leads_tui.api.client import LeadsClient
from leads_tui.api.errors import Forbidden, NotFound
from leads_tui.api.models import Employee, Token
from leads_tui.command_line import Exit, Stop
from leads_tui.credentials import CredentialsProblem, StoredSession, read_token, write_token
from leads_tui.desk.draft_store import account_key
from leads_tui.locale import _
from leads_tui.settings import Paths, Settings

__all__ = ["SignedIn", "read_session", "signed_in"]


@dataclass(frozen=True)
class SignedIn:
    """One operator's calls, with what was stored of them."""

    client: LeadsClient
    api_url: str
    email: str
    """Empty for a token that was pasted."""
    state_dir: Path

    async def who_am_i(self) -> Employee | None:
        """The operator; None where the server would not say. Raises ApiError."""
        try:
            return await self.client.me()
        except (Forbidden, NotFound):
            return None

    async def account(self, me: Employee | None = None) -> str:
        """The name of the account's drafts and journal, as the desk has it. Raises ApiError."""
        if not self.email and me is None:
            me = await self.who_am_i()
        return account_key(self.email or (me.email if me and me.email else ""), self.api_url)


def read_session(settings: Settings, paths: Paths) -> tuple[str, StoredSession]:
    """The server's address and the stored sign-in for it. Raises Stop."""
    try:
        session = read_token(paths.token_file_for(settings))
    except CredentialsProblem as problem:
        raise Stop(str(problem), Exit.USAGE) from problem
    if session is None or (settings.api_url and not session.is_for(settings.api_url)):
        raise Stop(_("nobody is signed in here; run: leads-tui login --email ADDRESS"), Exit.NOT_SIGNED_IN)
    api_url = settings.api_url or session.api_url
    if not api_url:
        raise Stop(_("which server? give --api-url, or set LEADS_TUI_API_URL"), Exit.USAGE)
    return api_url, session


@asynccontextmanager
async def signed_in(
    settings: Settings,
    paths: Paths,
    *,
    tries: int = 3,
    deadline: float = 20.0,
    may_renew: bool = True,
) -> AsyncIterator[SignedIn]:
    """A client with the stored sign-in; a token that it renews is stored, as the desk does. Without `may_renew` it
    is not renewed by the way, unless its time is up. Raises Stop."""
    api_url, session = read_session(settings, paths)
    email = session.email or ""
    token = session.token
    if not may_renew and token.expires_in != 0:
        token = token.model_copy(update={"refresh_token": None})

    def store(fresh: Token) -> None:
        write_token(paths.token_file_for(settings), fresh, api_url, email)

    try:
        client = LeadsClient(api_url, token, on_token=store, tries=tries, deadline=deadline)
    except ValueError as problem:  # the file names a server that no token may go to
        raise Stop(f"{paths.token_file_for(settings)}: {problem}", Exit.USAGE) from problem
    async with client:
        yield SignedIn(client, api_url, email, paths.state_dir)
