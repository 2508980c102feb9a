"""Every text that is not sent: the drafts, those kept beside another, and the trash of the last 24 hours."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Coroutine
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from leads_tui.desk.draft_store import Draft, DraftStore
from leads_tui.locale import _, ngettext
from leads_tui.text.ages import short_age
from leads_tui.text.layouts import in_every_layout


class DraftsScreen(ModalScreen[int]):
    """Gives the id of the lead to open, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(f"escape,{in_every_layout('q')}", "dismiss", show=False),
        Binding(in_every_layout("j"), "cursor(1)", show=False),
        Binding(in_every_layout("k"), "cursor(-1)", show=False),
        Binding(in_every_layout("c"), "copy", show=False),
        Binding(in_every_layout("r"), "restore", show=False),
        Binding(f"delete,{in_every_layout('x')}", "throw_away", show=False),
    ]

    def __init__(self, store: DraftStore, now: dt.datetime) -> None:
        super().__init__()
        self._store = store
        self._now = now
        self._drafts: list[tuple[Draft, bool]] = []

    def compose(self) -> ComposeResult:
        """The list, the text of the one under the cursor, and the keys."""
        with Vertical(id="drafts"):
            yield Static(_("Texts that are not sent"), id="drafts-title", markup=False)
            yield OptionList(id="drafts-list", markup=False, compact=True)
            with VerticalScroll(id="drafts-text", can_focus=False):
                yield Static(id="draft-text", markup=False)
            yield Static(id="drafts-keys", markup=False)

    def on_mount(self) -> None:
        """Reads the disk off the event loop."""
        self._say("")
        self._reload()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """The cursor moved: shows that text."""
        self.query_one("#draft-text", Static).update(self._drafts[event.option_index][0].text)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter: opens the lead with this draft; one from the trash or from beside is made its draft first."""
        draft, is_trash = self._drafts[event.option_index]
        self._work(self._open(draft, is_other=is_trash or draft.is_beside))

    def action_cursor(self, step: int) -> None:
        """One row down or up."""
        options = self.query_one(OptionList)
        (options.action_cursor_down if step > 0 else options.action_cursor_up)()

    def action_copy(self) -> None:
        """Sends the text under the cursor to the terminal's clipboard."""
        if (chosen := self._chosen()) is not None:
            self.app.copy_to_clipboard(chosen[0].text)
            self._say(_("Sent to your terminal's clipboard."))

    def action_restore(self) -> None:
        """Makes a text from the trash, or one kept beside, the lead's draft again."""
        chosen = self._chosen()
        if chosen is not None and (chosen[1] or chosen[0].is_beside):
            self._work(self._restore(chosen[0]))

    def action_throw_away(self) -> None:
        """Puts the draft into the trash, where it stays for 24 hours."""
        chosen = self._chosen()
        if chosen is not None and not chosen[1]:
            self._work(self._throw_away(chosen[0]))

    # How it works ----------------------------------------------------------------------------------------------

    def _chosen(self) -> tuple[Draft, bool] | None:
        place = self.query_one(OptionList).highlighted
        return self._drafts[place] if place is not None and place < len(self._drafts) else None

    def _say(self, words: str) -> None:
        keys = _("enter open  c copy  x to trash  r restore  esc close")
        self.query_one("#drafts-keys", Static).update(f"{words}  {keys}".strip())

    def _reload(self) -> None:
        self._work(self._load())

    def _work(self, work: Coroutine[Any, Any, None]) -> None:
        self.run_worker(self._guarded(work), name="drafts", group="drafts", exit_on_error=False)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except OSError as problem:
            self._say(_("The disk refuses: {reason}").format(reason=problem.strerror or problem))

    async def _load(self) -> None:
        kept = await asyncio.to_thread(self._store.all)
        thrown_away = await asyncio.to_thread(self._store.discarded)
        self._drafts = [(draft, False) for draft in kept] + [(draft, True) for draft in thrown_away]
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options([Option(self._row(draft, is_trash=is_trash)) for draft, is_trash in self._drafts])
        if self._drafts:
            options.highlighted = 0
            options.focus()
        else:
            self.query_one("#draft-text", Static).update(_("There is none."))

    async def _restore(self, draft: Draft) -> None:
        await asyncio.to_thread(self._store.restore, draft, self._now)
        await self._load()

    async def _throw_away(self, draft: Draft) -> None:
        await asyncio.to_thread(self._store.throw_away, draft, self._now)
        await self._load()

    async def _open(self, draft: Draft, *, is_other: bool) -> None:
        if is_other:
            await asyncio.to_thread(self._store.restore, draft, self._now)
        self.dismiss(draft.lead_id)

    def _row(self, draft: Draft, *, is_trash: bool) -> Content:
        where = _("trash") if is_trash else _("other window") if draft.is_beside else _("draft")
        age = _("{age} ago").format(age=short_age(draft.saved_at, self._now))
        count = ngettext("{count} character", "{count} characters", len(draft.text)).format(count=len(draft.text))
        return Content(f"#{draft.lead_id:<8} {where:<13} {age:<10} {count}")
