"""The application: builds the session, installs signals and themes, and shows any worker's error in one place.

    LeadsApp
    ├── SignInScreen     until there is a token that the server takes
    └── DeskScreen       the whole day; see its module for the widget tree
        ├── ConfirmScreen, HelpScreen, the command palette

Start: the desk's empty frame is painted first; then, in a worker, HTTP is imported, the token tried, and the desk's
`begin` given its tools. From there the classes in `desk/` do the work and the screen shows them.
"""

from __future__ import annotations

import asyncio
import importlib
import os
import random
from collections.abc import Callable, Coroutine, Iterable
from functools import partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual import events
from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.command import CommandPalette
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from leads_tui import commands
from leads_tui.api.errors import ApiError, Forbidden, NotFound, NotSignedIn
from leads_tui.api.explain import explain
from leads_tui.api.models import Employee, Token
from leads_tui.commands import COMMANDS, Keys, Place, bindings
from leads_tui.desk.canned import CannedReplies
from leads_tui.desk.clock import Clock, SystemClock
from leads_tui.desk.draft_store import DraftStore, account_key
from leads_tui.desk.journal import Journal
from leads_tui.desk.person import PersonFinder
from leads_tui.desk.ports import Running, Tools
from leads_tui.desk.replies_file import FILE_NAME
from leads_tui.ending import Ending
from leads_tui.locale import _
from leads_tui.screens.desk import DeskScreen
from leads_tui.screens.help import HelpScreen
from leads_tui.screens.sign_in import SignedIn, SignInScreen
from leads_tui.settings import Paths, Settings
from leads_tui.suspending import Suspending
from leads_tui.text.osc52 import copy_sequence
from leads_tui.themes import THEMES
from leads_tui.widgets.inbox_pane import InboxPane

if TYPE_CHECKING:
    from textual.driver import Driver

    from leads_tui.api.client import LeadsClient
    from leads_tui.credentials import StoredSession

FIRST_RETRY: Final = 3.0
LAST_RETRY: Final = 60.0

MakeClient = Callable[[str, Token | None, Callable[[Token], None]], "LeadsClient"]
"""A client for this address with this token; the last argument is told every new token."""
Store = Callable[[str, str, Token], None]
"""Keeps address, e-mail and token for the next start. May block and raise OSError."""
Stored = Callable[[], "StoredSession | None"]
"""What is kept now, maybe by another window. May block and raise OSError."""


def style_files() -> list[str | PurePath]:
    """The style sheets: inside an installed package, beside it in a checkout."""
    package = Path(__file__).parent
    folder = next(path for path in (package / "styles", package.parent / "styles") if path.is_dir())
    return [folder / "desk.tcss", folder / "dialogs.tcss"]


def http_client(api_url: str, token: Token | None, on_token: Callable[[Token], None]) -> LeadsClient:
    """A client over real HTTP. Imports httpx, so call it off the first paint."""
    from leads_tui.api.client import LeadsClient  # noqa: PLC0415 (80 ms that the first paint does not wait for)

    return LeadsClient(api_url, token, on_token=on_token)


class LeadsApp(App[int], inherit_bindings=False):
    """leads-tui on the screen."""

    TITLE = "leads-tui"
    CSS_PATH = style_files()
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Place.EVERYWHERE)]
    ENABLE_COMMAND_PALETTE = True

    def __init__(  # noqa: PLR0913 (what stands in for the world is given by name)
        self,
        settings: Settings,
        paths: Paths,
        *,
        session: StoredSession | None = None,
        sign_in_as: tuple[str, str] | None = None,
        make_client: MakeClient = http_client,
        store: Store | None = None,
        stored: Stored | None = None,
        clock: Clock | None = None,
        rng: random.Random | None = None,
    ) -> None:
        """`sign_in_as`: an e-mail and a password to sign in with instead of asking, for the demo."""
        super().__init__()
        self.settings = settings
        self.paths = paths
        self.keys = Keys(settings.keys)
        self.clock = clock or SystemClock()
        self.client: LeadsClient | None = None
        self.api_url = settings.api_url or (session.api_url if session else None) or ""
        self.email = (session.email if session else None) or ""
        self._token = session.token if session else None
        self._sign_in_as = sign_in_as
        self._make_client = make_client
        self._store = store
        self._stored = stored
        self._rng = rng or random.Random()  # noqa: S311 (jitter, not secrets)
        self._desk = DeskScreen(self.clock, self.keys, self.email)
        self._suspending = Suspending(self)
        self._ending = Ending(self, self._suspending)
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = "textual-ansi" if settings.theme == "ansi" else settings.theme
        self.animation_level = "none"
        self.set_keymap(commands.keymap(settings.keys))

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own colour names, for themes that do not bring them."""
        return {"cursor": "#3a3a3a", "title": "#262626"}

    # Start -----------------------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Paints the desk, then connects, or asks for the sign-in where there is no token."""
        self._ending.install()
        self._suspending.install()
        self.push_screen(self._desk)
        self.on_desk_base_connection_wanted()

    def on_desk_base_connection_wanted(self) -> None:
        """Connects where there is something to connect with, else asks for it."""
        if self.api_url and (self._token or self._sign_in_as) and self._desk.workbench is None:
            self._start_connecting()
        else:
            self.ask_for_sign_in(_("Your sign-in has ended. What you typed is kept.") if self.client else "")

    def _start_connecting(self) -> None:
        self.run_worker(self._connect(), name="connect", group="connect", exclusive=True, exit_on_error=False)

    async def _connect(self) -> None:
        await asyncio.to_thread(importlib.import_module, "leads_tui.api.client")
        if self._sign_in_as is not None:
            self.email, password = self._sign_in_as
            self._token = await self._sign_in(self.api_url, self.email, password)
        client = self._make_client(self.api_url, self._token, self._keep_token)
        client.session.reload = self._kept_token
        if self.client is not None:
            await self.close_desk()
            self.workers.cancel_group(self, "desk")
            await self.client.aclose()
        self.client = client
        wait = FIRST_RETRY
        is_told = False
        while True:
            try:
                me = await self._who_am_i(client)
                break
            except NotSignedIn:
                self.ask_for_sign_in(_("The server does not take the stored sign-in any more."))
                return
            except ApiError as problem:
                self._desk.say(explain(problem), "-bad")
                is_told = True
                await self.clock.sleep(wait)
                wait = min(wait * 2, LAST_RETRY)
        if me is None:
            self._desk.say(_("The server does not say who you are; some checks are weaker."), "-warning")
        elif is_told:
            self._desk.say("")
        account = self.email or (me.email if me and me.email else "")
        key = account_key(account, self.api_url)
        tools = Tools(
            api=client.with_tries(1),  # the desk repeats by itself, and knows what it does
            clock=self.clock,
            rng=self._rng,
            spawn=self.spawn,
            drafts=DraftStore(self.paths.state_dir, key),
            me=me,
            renew_every=self.settings.renew_minutes * 60,
            poll_every=self.settings.poll_seconds,
            hold_seconds=self.settings.hold_seconds,
            idle_release=self.settings.idle_release_minutes * 60,
            journal=Journal(self.paths.state_dir, key, self.clock),
        )
        once = client.with_tries(1)
        replies = CannedReplies(once, self.paths.config_file.with_name(FILE_NAME), self.clock)
        self._desk.begin(tools, account, persons=PersonFinder(once, self.clock), replies=replies)

    async def _who_am_i(self, client: LeadsClient) -> Employee | None:
        try:
            return await client.me()
        except (Forbidden, NotFound):
            return None

    # Signing in ------------------------------------------------------------------------------------------------

    def ask_for_sign_in(self, reason: str = "") -> None:
        """Shows the sign-in screen over whatever there is; what is typed there stays."""
        screen = SignInScreen(self._sign_in, api_url=self.api_url, email=self.email, reason=reason)
        self.push_screen(screen, self._signed_in)

    async def _sign_in(self, api_url: str, email: str, password: str) -> Token:
        await asyncio.to_thread(importlib.import_module, "leads_tui.api.client")
        async with self._make_client(api_url, None, lambda token: None) as client:
            return await client.sign_in(email, password)

    def _signed_in(self, signed_in: SignedIn | None) -> None:
        if signed_in is None:
            return
        is_same = (self.api_url, self.email) == (signed_in.api_url, signed_in.email)
        self.api_url, self.email = signed_in.api_url, signed_in.email
        self._keep_token(signed_in.token)
        if is_same and self.client is not None and self._desk.workbench is not None:
            self.client.session.replace(signed_in.token)
            self._desk.go_on()
        else:
            self._start_connecting()

    def _keep_token(self, token: Token) -> None:
        self._token = token
        if self._store is not None:
            self.spawn(self._store_token(self._store, token), "store token")

    async def _kept_token(self) -> Token | None:
        """The token that another window of the same account may have put in place of ours."""
        kept = await asyncio.to_thread(self._stored) if self._stored is not None else None
        is_ours = kept is not None and kept.is_for(self.api_url) and (kept.email or "") == self.email
        return kept.token if kept is not None and is_ours else None

    async def _store_token(self, store: Store, token: Token) -> None:
        try:
            await asyncio.to_thread(store, self.api_url, self.email, token)
        except OSError as problem:
            self._desk.say(_("The sign-in cannot be stored: {reason}").format(reason=problem), "-warning")

    # Work in the background ------------------------------------------------------------------------------------

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> Running:
        """Runs the desk's background work; an unexpected error of it is shown by the one handler below."""
        return self.run_worker(work, name=name, group="desk", exit_on_error=False)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Any worker's unexpected error is said on the screen, whatever it is."""
        if event.state is WorkerState.ERROR:
            problem = event.worker.error
            words = _("Unexpected problem in “{work}”: {problem}. Your text is kept.")
            kind = type(problem).__name__
            self._desk.say(words.format(work=event.worker.name, problem=kind), "-bad")
            self.log.error(event.worker.name, problem)

    async def on_event(self, event: events.Event) -> None:
        """Every key and paste shows that the operator is there."""
        if isinstance(event, events.Key | events.Paste) and self._desk.workbench is not None:
            self._desk.workbench.touch()
        await super().on_event(event)

    def copy_to_clipboard(self, text: str) -> None:
        """Asks the terminal to copy; nothing is claimed, for it never says whether it did."""
        sequence = copy_sequence(text, os.environ)
        if sequence is None:
            self._desk.say(_("The text is too long for the terminal's clipboard."), "-warning")
        elif self._driver is not None:
            self._driver.write(sequence)

    # Ctrl+z ----------------------------------------------------------------------------------------------------

    @property
    def driver(self) -> Driver | None:
        """What draws on the terminal."""
        return self._driver

    def say(self, words: str, tone: str = "") -> None:
        """Shows a sentence in the desk's notice line."""
        self._desk.say(words, tone)

    def action_suspend_process(self) -> None:
        """Goes to the shell; `fg` comes back."""
        if not self.is_headless:
            self._suspending.suspend()

    async def save_texts(self, seconds: float) -> None:
        """Puts the text in hand on disk, if that takes no longer than these seconds."""
        opened = self._desk.workbench.current if self._desk.workbench is not None else None
        if opened is not None:
            await asyncio.wait([asyncio.ensure_future(opened.draft.flush())], timeout=seconds)

    def come_back(self) -> None:
        """The terminal is the desk's again after time that nobody counted: draws it, and asks for every lock."""
        self.refresh(layout=True)
        if self._desk.workbench is not None:
            self._desk.workbench.doubt()

    # Commands --------------------------------------------------------------------------------------------------

    def action_help(self) -> None:
        """Every command and its keys."""
        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.keys))

    def action_command_palette(self) -> None:
        """Finds a command by its words."""
        if not isinstance(self.screen, CommandPalette):
            self.push_screen(CommandPalette(placeholder=_("find a command"), id="--command-palette"))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The palette's entries, out of the one declaration."""
        for command in COMMANDS:
            if screen is self._desk and self._desk.check_action(command.action, ()):
                title = f"{command.label} ({self.keys.first(command.id)})"
                yield SystemCommand(title, _(command.help), partial(self._run_command, command.action))

    async def _run_command(self, action: str) -> None:
        for target in (self._desk.focused, self._desk.query_one(InboxPane), self._desk, self):
            if target is not None and await self.run_action(action, target):
                return

    async def action_leave_for_good(self) -> None:
        """Saves every text, gives back every lead, and ends."""
        self._ending.leave()

    async def close_desk(self) -> list[int]:
        """Everything that must not be left behind: texts to disk, leads given back. Gives the ids of leads that
        could not be seen to be free."""
        return await self._desk.workbench.close() if self._desk.workbench is not None else []


def run_desk(settings: Settings, paths: Paths) -> int:
    """Runs the desk on the terminal until the operator leaves; gives the exit code."""
    from leads_tui.credentials import read_token, write_token  # noqa: PLC0415 (the demo needs none)

    token_file = paths.token_file_for(settings)
    session = read_token(token_file)
    if session is not None and settings.api_url and not session.is_for(settings.api_url):
        session = None

    def store(api_url: str, email: str, token: Token) -> None:
        write_token(token_file, token, api_url=api_url, email=email)

    app = LeadsApp(settings, paths, session=session, store=store, stored=partial(read_token, token_file))
    app.run(mouse=settings.mouse)
    return app.return_code or 0


def run_demo(settings: Settings, *, still: bool) -> int:
    """Runs the desk on a made-up company inside this process; gives the exit code."""
    from leads_tui.demo import demo_app  # noqa: PLC0415 (brings the server)

    with demo_app(settings, still=still) as app:
        app.run(mouse=settings.mouse)
        return app.return_code or 0
