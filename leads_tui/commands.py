"""Every command, declared once: its id, its keys, its words, and where it holds.

Bindings, footer, palette and help are all made from here, so they cannot disagree. Keys are written as in the Latin
layout; the Russian twins are added. The ids are what the settings' `[keys]` table names.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from textual.binding import Binding

from leads_tui.locale import N_, _
from leads_tui.text.layouts import in_every_layout


class Place(StrEnum):
    """Where a command holds."""

    EVERYWHERE = "everywhere"
    DESK = "desk"
    INBOX = "inbox"
    ANSWER = "answer"


@dataclass(frozen=True)
class Command:
    """One thing that an operator can do."""

    id: str
    keys: str
    """A comma list in Textual's names; the first is the one that the footer shows."""
    action: str
    place: Place
    words: str
    """Two or three words for the footer and the palette."""
    help: str
    """One sentence for the help."""
    in_footer: bool = True

    @property
    def label(self) -> str:
        """The words in the operator's language."""
        return _(self.words)

    def binding(self, keys: str | None = None) -> Binding:
        """Textual's binding for it, in both layouts."""
        return Binding(
            in_every_layout(keys or self.keys),
            self.action,
            self.words,
            id=self.id,
            show=self.in_footer,
            priority=self.id == "quit",  # out of help and palette too, where the app's own bindings do not hold
        )


COMMANDS: Final = (
    Command(
        "lead.open",
        "enter",
        "open",
        Place.INBOX,
        N_("open"),
        N_("Opens the lead: locks it for you and loads the rest."),
        True,
    ),
    Command(
        "answer.send",
        "ctrl+s,f2",
        "send",
        Place.DESK,
        N_("send"),
        N_("Sends the answer, checks that the server holds it, and gives the lead back."),
    ),
    Command(
        "lead.leave",
        "escape",
        "back",
        Place.DESK,
        N_("back"),
        N_("Leaves the answer; a second time leaves the lead. Never loses anything."),
    ),
    Command(
        "lead.release",
        "f4",
        "release",
        Place.DESK,
        N_("release"),
        N_("Gives the lead back without answering. What you typed stays as a draft."),
    ),
    Command(
        "lead.complete",
        "f8",
        "complete",
        Place.DESK,
        N_("no answer"),
        N_("Marks the lead as handled without an answer. Asks first."),
    ),
    Command(
        "inbox.filter",
        "slash,f3",
        "filter",
        Place.DESK,
        N_("filter"),
        N_("Shows only the leads of the inbox that hold these words."),
    ),
    Command(
        "inbox.refresh", "f5", "refresh", Place.DESK, N_("refresh"), N_("Asks the server for the inbox now."), False
    ),
    Command("inbox.down", "j,down", "down", Place.INBOX, N_("down"), N_("One lead down."), False),
    Command("inbox.up", "k,up", "up", Place.INBOX, N_("up"), N_("One lead up."), False),
    Command("inbox.top", "g,home", "top", Place.INBOX, N_("first"), N_("To the first lead."), False),
    Command("inbox.bottom", "G,end", "bottom", Place.INBOX, N_("last"), N_("To the last lead that is loaded."), False),
    Command("inbox.page_down", "pagedown", "page_down", Place.INBOX, N_("page down"), N_("One page down."), False),
    Command("inbox.page_up", "pageup", "page_up", Place.INBOX, N_("page up"), N_("One page up."), False),
    Command(
        "inbox.next_free", "n", "next_free", Place.INBOX, N_("next free"), N_("To the next lead that nobody holds.")
    ),
    Command(
        "lead.lock",
        "ctrl+l",
        "ask_for_lock",
        Place.DESK,
        N_("ask for lock"),
        N_("Asks the server for the open lead's lock once more."),
        False,
    ),
    Command(
        "answer.replies",
        "ctrl+t",
        "replies",
        Place.DESK,
        N_("replies"),
        N_("Puts a canned reply into the answer; // in the answer does the same."),
    ),
    Command(
        "answer.take_back",
        "u",
        "take_back",
        Place.DESK,
        N_("take back"),
        N_("Takes back an answer that still waits to be sent, and opens its text again."),
    ),
    Command(
        "answer.compare",
        "ctrl+r",
        "compare",
        Place.DESK,
        N_("both texts"),
        N_("Shows the colleague's answer and yours, which was not stored, side by side."),
    ),
    Command(
        "lead.watch",
        "w",
        "watch",
        Place.DESK,
        N_("tell me when free"),
        N_("Watches a lead that a colleague holds, and tells when it is free; again: no more."),
    ),
    Command("drafts", "d", "drafts", Place.DESK, N_("drafts"), N_("Lists every text that is not sent, and the trash.")),
    Command("pane.next", "tab", "app.focus_next", Place.DESK, N_("next pane"), N_("To the next pane."), False),
    Command(
        "pane.previous",
        "shift+tab",
        "app.focus_previous",
        Place.DESK,
        N_("previous pane"),
        N_("To the previous pane."),
        False,
    ),
    Command("help", "f1", "help", Place.EVERYWHERE, N_("help"), N_("Shows every command and its keys.")),
    Command(
        "suspend",
        "ctrl+z",
        "suspend_process",
        Place.EVERYWHERE,
        N_("suspend"),
        N_("Goes to the shell; `fg` comes back. In the answer it undoes instead."),
        in_footer=False,
    ),
    Command(
        "palette",
        "ctrl+p",
        "command_palette",
        Place.EVERYWHERE,
        N_("palette"),
        N_("Finds a command by its words."),
        False,
    ),
    Command(
        "quit",
        "ctrl+q",
        "leave_for_good",
        Place.EVERYWHERE,
        N_("quit"),
        N_("Saves every text, gives back every lead, and ends."),
    ),
)
_BY_ID: Final = {command.id: command for command in COMMANDS}


def command(command_id: str) -> Command:
    """The command with this id."""
    return _BY_ID[command_id]


def bindings(place: Place) -> list[Binding]:
    """Textual's bindings for all commands of a place."""
    return [command.binding() for command in COMMANDS if command.place is place]


class KeysProblem(ValueError):
    """The settings' `[keys]` table names a command that is none, or gives one key to two commands."""


def keymap(keys: Mapping[str, str]) -> dict[str, str]:
    """Textual's keymap for the settings' `[keys]` table, in both layouts.

    Raises KeysProblem, naming the command and what to do, for an unknown id, a key that two commands of one place
    would share, or a command without a key.
    """
    for command_id in keys:
        if command_id not in _BY_ID:
            near = difflib.get_close_matches(command_id, _BY_ID, n=1)
            hint = _("; did you mean “{id}”?").format(id=near[0]) if near else "."
            raise KeysProblem(
                _("keys.{id}: there is no such command{hint} The commands are: {ids}").format(
                    id=command_id, hint=hint, ids=", ".join(_BY_ID)
                )
            )
    mapped = {command_id: in_every_layout(wanted) for command_id, wanted in keys.items()}
    taken: dict[tuple[str, bool], str] = {}
    for each in COMMANDS:
        for key in mapped.get(each.id, in_every_layout(each.keys)).split(","):
            if not key:
                raise KeysProblem(_("keys.{id}: a command cannot be without a key; give it one").format(id=each.id))
            for is_inbox in {Place.INBOX: (True,), Place.ANSWER: (False,)}.get(each.place, (True, False)):
                other = taken.setdefault((key, is_inbox), each.id)
                if other != each.id:
                    raise KeysProblem(
                        _("keys.{id}: the key {key} already belongs to {other}; choose another").format(
                            id=each.id, key=key, other=other
                        )
                    )
    return mapped


class Keys:
    """The keys as the operator has them, for showing."""

    _NAMES: Final = {"escape": "esc", "slash": "/", "pagedown": "pgdn", "pageup": "pgup"}

    def __init__(self, rebound: Mapping[str, str] | None = None) -> None:
        self._rebound = rebound or {}

    def first(self, command_id: str) -> str:
        """The key that the footer shows: `ctrl+s`, `esc`, `/`."""
        return self._named(command_id)[0]

    def all(self, command_id: str) -> str:
        """Every key of the command, in the Latin layout."""
        return " ".join(self._named(command_id))

    def _named(self, command_id: str) -> list[str]:
        keys = self._rebound.get(command_id, command(command_id).keys).split(",")
        return [self._NAMES.get(key.strip(), key.strip()) for key in keys]
