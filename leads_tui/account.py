"""Signing in and out without the desk, for `leads-tui login` and `leads-tui logout`."""

from __future__ import annotations

from pathlib import Path

from leads_tui.api.client import LeadsClient
from leads_tui.api.errors import Forbidden, NotFound, NotSignedIn
from leads_tui.api.models import Token
from leads_tui.credentials import CredentialsProblem, write_token

__all__ = ["sign_in", "sign_out"]


async def sign_in(api_url: str, email: str, password: str, token_file: Path) -> str:
    """Trades the password for a token, stores that, and gives the employee's name.

    Raises ApiError, and CredentialsProblem where the token cannot be stored.
    """
    async with LeadsClient(api_url) as client:
        token = await client.sign_in(email, password)
        try:
            name = (await client.me()).name
        except (Forbidden, NotFound):  # an installation need not have `employees/me`; the leads work without it
            name = email
        try:
            write_token(token_file, token, api_url, email)
        except CredentialsProblem:
            await client.sign_out()  # a token that nobody holds must not live on at the server
            raise
    return name


async def sign_out(api_url: str, token: Token) -> None:
    """Tells the server that the token is done with. Raises ApiError, but not for a token that had run out."""
    async with LeadsClient(api_url, token) as client:
        try:
            await client.sign_out()
        except NotSignedIn:
            return
