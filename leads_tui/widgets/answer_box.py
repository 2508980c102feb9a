"""The answer being typed. It is bound to one lead's draft for as long as that lead is open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.message import Message
from textual.widgets import TextArea
from textual.widgets.text_area import Selection

from leads_tui.commands import Place, bindings
from leads_tui.desk.drafts import DraftKeeper
from leads_tui.text.sanitize import clean_block


class AnswerBox(TextArea):
    """A plain text area whose every change is noted in the draft at once."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Place.ANSWER)]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's own name)
        super().__init__(id=id, show_line_numbers=False, soft_wrap=True, tab_behavior="focus")
        self.cursor_blink = False
        self.highlight_cursor_line = False
        self.draft: DraftKeeper | None = None
        self.literals: frozenset[str] = frozenset()
        """Texts in the answer that look like placeholders and are meant so."""

    def bind_draft(self, draft: DraftKeeper | None) -> None:
        """Takes this lead's draft in hand; another lead's text is replaced, never mixed."""
        if draft is self.draft:
            self._put_kept_text_first()
            return
        self.note_change()  # the last letter is the lead's for which it was typed
        self.draft = None
        self.literals = frozenset()
        if draft is not None:
            draft.take_kept()
        self.load_text(draft.text if draft else "")
        self.draft = draft
        self.move_cursor(self.document.end)

    @dataclass
    class RepliesWanted(Message):
        """Two slashes were typed where a word begins."""

    def put_in(self, text: str, literals: frozenset[str] = frozenset()) -> None:
        """Puts this text in at the cursor. `literals` are texts in it that only look like placeholders."""
        self.literals |= literals
        result = self.insert(text)
        self.move_cursor(result.end_location)
        self.focus()

    def select_characters(self, start: int, end: int) -> None:
        """Selects these characters, counted from the beginning of the text."""
        self.selection = Selection(self._location(start), self._location(end))

    def _location(self, place: int) -> tuple[int, int]:
        before = self.text[:place].split("\n")
        return len(before) - 1, len(before[-1])

    async def _on_key(self, event: events.Key) -> None:
        """Two slashes where a word begins ask for a canned reply instead of standing there."""
        row, column = self.cursor_location
        before = self.document.get_line(row)[:column]
        begins_word = before.endswith("/") and (len(before) == 1 or before[-2].isspace())
        if event.character == "/" and begins_word and not self.read_only:
            event.stop()
            event.prevent_default()
            self.action_delete_left()
            self.post_message(self.RepliesWanted())
            return
        await super()._on_key(event)

    def _put_kept_text_first(self) -> None:
        kept = self.draft.take_kept() if self.draft else ""
        if kept:
            was_empty = not self.text
            self.insert(kept, (0, 0), maintain_selection_offset=True)
            self.note_change()
            if was_empty:
                self.move_cursor(self.document.end)

    def note_change(self) -> None:
        """Hands the text to the draft as it stands now."""
        if self.draft is not None:
            self.draft.note(self.text)

    def on_text_area_changed(self) -> None:
        """Every change is the draft's before anything else happens."""
        self.note_change()

    async def _on_paste(self, event: events.Paste) -> None:
        """What is pasted comes from anywhere, so it is cleaned like everything from outside."""
        event.prevent_default()
        await super()._on_paste(events.Paste(clean_block(event.text)))
