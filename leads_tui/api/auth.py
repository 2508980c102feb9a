"""The sign-in while it lasts: one token, renewed once for all who need it. No HTTP and no files here.

`Session` is asked for the token before each call and told when the server refuses it. However many calls are refused at
once, one refresh is under way; a caller that is cancelled leaves the others their refresh.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable
from typing import Final

from leads_tui.api.errors import ApiError, NotSignedIn
from leads_tui.api.models import Token

__all__ = ["Session"]

MARGIN: Final = 30.0
"""A token is renewed so many seconds before its end (or a tenth of its life before, if that is less)."""
CLOSING_GRACE: Final = 1.0
"""How long `aclose` waits for a refresh under way, in seconds: its answer may hold the only good refresh token."""

_SENDABLE: Final = re.compile("[!-~]+")
"""What a header can hold (RFC 6750, section 2.1, and a little more)."""

_log = logging.getLogger(__name__)


class Session:
    """The current token. `refresh` trades it, by its refresh token, for a new one; or raises an `ApiError`.

    `on_change` is told of every new token, to store it; a disk that refuses (OSError) is logged and does not end
    the sign-in of this run.
    """

    reload: Callable[[], Awaitable[Token | None]] | None = None
    """Looks where the sign-in is kept, once the server took neither token any more: another window of the operator's
    may have renewed it (a server may take each refresh token once only), or have signed in again. May raise OSError."""

    def __init__(
        self,
        token: Token | None,
        refresh: Callable[[Token], Awaitable[Token]],
        *,
        on_change: Callable[[Token], None] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._refresh = refresh
        self._on_change = on_change
        self._monotonic = monotonic
        self._token: Token | None = None
        self._renew_at: float | None = None
        self._refreshing: asyncio.Task[Token] | None = None
        if token is not None:
            self._keep(token, monotonic())

    @property
    def token(self) -> Token | None:
        """The token as it is now; None where nobody is signed in."""
        return self._token

    def replace(self, token: Token, granted_at: float | None = None) -> None:
        """Signs in with this token: the next call uses it. `granted_at` is the monotonic moment it was asked for."""
        self._keep(token, self._monotonic() if granted_at is None else granted_at)
        if self._on_change is None:
            return
        try:
            self._on_change(token)
        except OSError as error:
            _log.warning("the new token could not be stored: %s", error.strerror or type(error).__name__)

    def forget(self) -> None:
        """Signs out here; every later call is NotSignedIn until `replace`."""
        self._token = None
        self._renew_at = None

    async def current(self, call: str = "") -> Token:
        """The token to send, renewed first where its time is up and it can be.

        Raises NotSignedIn where there is none, and what `refresh` raises.
        """
        token = self._signed_in(call)
        if not _SENDABLE.fullmatch(token.access_token):
            raise NotSignedIn("the token holds characters that no token has", call=call)
        if token.refresh_token and self._renew_at is not None and self._monotonic() >= self._renew_at:
            return await self.renew(token, call)
        return token

    async def renew(self, refused: Token, call: str = "") -> Token:
        """Another token in place of the refused one, by one refresh for all who ask meanwhile.

        Raises NotSignedIn where there is no refresh token or the server refuses it, and no other token is kept; and
        what else `refresh` raises. None of that means that the refused call was carried out.
        """
        token = self._signed_in(call)
        if token.access_token != refused.access_token:
            return token
        if self._refreshing is None:
            if not token.refresh_token and self.reload is None:
                raise _cannot_renew(call)
            self._refreshing = asyncio.create_task(self._renew(token), name="refresh the token")
            self._refreshing.add_done_callback(self._settle)
        try:
            return await asyncio.shield(self._refreshing)
        except ApiError as error:
            error.may_have_acted = False
            raise

    async def aclose(self) -> None:
        """Waits a moment for a refresh under way, then ends it."""
        task = self._refreshing
        if task is None:
            return
        await asyncio.wait([task], timeout=CLOSING_GRACE)
        if not task.done():
            task.cancel()
            await asyncio.wait([task])

    def _signed_in(self, call: str) -> Token:
        if self._token is None:
            raise NotSignedIn("nobody is signed in", call=call)
        return self._token

    def _keep(self, token: Token, granted_at: float) -> None:
        self._token = token
        if token.expires_in is None:
            self._renew_at = None
        else:
            self._renew_at = granted_at + token.expires_in - min(MARGIN, token.expires_in / 10)

    async def _renew(self, old: Token) -> Token:
        asked_at = self._monotonic()
        try:
            if not old.refresh_token:
                raise _cannot_renew("oauth2/token")
            fresh = await self._refresh(old)
        except NotSignedIn:
            if (kept := await self._kept_elsewhere(old)) is not None:
                return kept
            # It will not get better: later calls must not ask with it again.
            if self._token is old:
                self._token = old.model_copy(update={"refresh_token": None})
            raise
        if fresh.refresh_token is None:
            fresh = fresh.model_copy(update={"refresh_token": old.refresh_token})
        if self._token is not old:
            # The operator signed in or out meanwhile, and that counts for more.
            return self._signed_in("oauth2/token")
        self.replace(fresh, asked_at)
        return fresh

    async def _kept_elsewhere(self, old: Token) -> Token | None:
        if self.reload is None:
            return None
        try:
            kept = await self.reload()
        except OSError as error:
            _log.warning("the stored token could not be read: %s", error.strerror or type(error).__name__)
            return None
        if self._token is not old:
            return self._signed_in("oauth2/token")
        if kept is None or kept.access_token == old.access_token:
            return None
        self._keep(kept, self._monotonic())
        return kept

    def _settle(self, task: asyncio.Task[Token]) -> None:
        self._refreshing = None
        if not task.cancelled():
            task.exception()  # looked at, so that a failure nobody waits for any more is not reported as lost


def _cannot_renew(call: str) -> NotSignedIn:
    return NotSignedIn("the token is no longer good, and there is none to renew it", call=call)
