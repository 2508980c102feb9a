"""Signing in: the server, the e-mail, the password. Only the token is ever stored."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import ClassVar

from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Input, Label

from leads_tui.api.address import check_base_url
from leads_tui.api.errors import ApiError, NotSignedIn
from leads_tui.api.explain import explain
from leads_tui.api.models import Token
from leads_tui.locale import _

HEIGHTS = [(0, "-low"), (20, "-middle")]


@dataclass(frozen=True)
class SignedIn:
    """What a good sign-in gives."""

    api_url: str
    email: str
    token: Token


SignIn = Callable[[str, str, str], Awaitable[Token]]
"""Address, e-mail and password to a token; raises `ApiError`."""


class SignInScreen(Screen[SignedIn]):
    """Asks until the server says yes, or the operator leaves."""

    AUTO_FOCUS = ""
    VERTICAL_BREAKPOINTS = HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", show=False),
        Binding("enter", "next_field", show=False, priority=True),
    ]

    def __init__(self, sign_in: SignIn, *, api_url: str = "", email: str = "", reason: str = "") -> None:
        super().__init__(id="sign-in")
        self._sign_in = sign_in
        self._api_url = api_url
        self._email = email
        self._reason = reason
        self._is_checking = False

    def compose(self) -> ComposeResult:
        """Three fields under a heading; enter goes on to the next, and from the last one signs in."""
        with Vertical(id="sign-in-box"):
            yield Label(_("leads-tui: sign in"), id="sign-in-title", markup=False)
            yield Label(_("Server address"), markup=False)
            yield Input(self._api_url, id="api-url", placeholder="https://leads.example/v2", compact=True)
            yield Label(_("E-mail"), markup=False)
            yield Input(self._email, id="email", compact=True)
            yield Label(_("Password"), markup=False)
            yield Input(password=True, id="password", compact=True)
            yield Label(self._reason, id="sign-in-message", markup=False)
            yield Label(_("enter goes on · the password is not stored · ctrl+q quits"), id="sign-in-hint", markup=False)

    def on_mount(self) -> None:
        """Puts the cursor into the first field that is still empty."""
        self.query_one("#" + next((name for name in _FIELDS if not self._value(name)), "password")).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: to the next empty field, or the check."""
        empty = next((name for name in _FIELDS if not self._value(name)), None)
        if empty is not None:
            self.query_one(f"#{empty}").focus()
        elif event.input.id != "password":
            self.query_one("#password").focus()
        elif not self._is_checking:
            self._check()

    def action_next_field(self) -> None:
        """Enter before the last field: on to the next, with no key in between.

        A slow line brings many keys at once; those behind the enter must not land in a field that shows them.
        """
        place = _FIELDS.index(self.focused.id) if self.focused and self.focused.id in _FIELDS else len(_FIELDS)
        if place + 1 >= len(_FIELDS):
            raise SkipAction
        self.set_focus(self.query_one(f"#{_FIELDS[place + 1]}"))

    def action_cancel(self) -> None:
        """Goes back to the desk where there is one behind this screen."""
        if len(self.app.screen_stack) > 2:
            self.dismiss(None)

    def _value(self, name: str) -> str:
        value = self.query_one(f"#{name}", Input).value
        return value if name == "password" else value.strip()

    def _say(self, words: str) -> None:
        self.query_one("#sign-in-message", Label).update(words)

    def _check(self) -> None:
        try:
            api_url = check_base_url(self._value("api-url"))
        except ValueError as problem:
            self._say(str(problem))
            self.query_one("#api-url").focus()
            return
        self._is_checking = True
        self._say(_("Asking the server…"))
        work = self._ask(api_url, self._value("email"), self._value("password"))
        self.run_worker(work, name="sign in", group="sign in", exclusive=True, exit_on_error=False)

    async def _ask(self, api_url: str, email: str, password: str) -> None:
        try:
            token = await self._sign_in(api_url, email, password)
        except NotSignedIn:
            self._say(_("The server does not know this e-mail with this password."))
            self.query_one("#password", Input).value = ""
        except ApiError as problem:
            self._say(explain(problem))
        else:
            self.dismiss(SignedIn(api_url, email, token))
        finally:
            self._is_checking = False


_FIELDS = ("api-url", "email", "password")
