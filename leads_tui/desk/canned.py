"""Canned replies: the API's quick messages, and the operator's own out of `replies.toml`.

Where the API refuses its own, the operator's still work. A search takes words in any order, beginnings, initials and
gaps, and in either keyboard layout.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Protocol

from leads_tui.api.errors import ApiError, Forbidden, NotFound
from leads_tui.api.models import Employee, Lead, QuickMessage, QuickMessageCategory
from leads_tui.desk.clock import Clock
from leads_tui.desk.placeholders import Filled, fill, values_for
from leads_tui.desk.replies_file import RepliesFile, read_replies
from leads_tui.desk.tasks import OffLoop, in_thread
from leads_tui.text.repair import repaired

__all__ = ["CannedApi", "CannedReplies", "CannedReply", "find_replies"]

KEEPS: Final = 600.0
"""Seconds for which the server's replies are not asked for again."""


class CannedApi(Protocol):
    """The calls that canned replies take; each may be Forbidden or NotFound on a real installation (pub)."""

    async def quick_messages(self) -> tuple[QuickMessage, ...]:
        """The canned replies: everybody's and the operator's (pub: quickmessages/list)."""
        ...

    async def quick_message_categories(self) -> tuple[QuickMessageCategory, ...]:
        """Their folders (pub: quickmessagecategories/list)."""
        ...


@dataclass(frozen=True)
class CannedReply:
    """A reply to put into an answer, its placeholders not filled yet."""

    key: str
    """Tells it from all others: `api:12`, `own:3`."""
    title: str
    text: str
    category: str | None = None
    color: str | None = None
    """The category's colour as the server has it, like `#2e9e5b`."""
    is_own: bool = False
    """True for one out of the operator's file."""

    def fill_for(self, lead: Lead, me: Employee | None) -> Filled:
        """The text with its placeholders filled from the lead."""
        return fill(self.text, values_for(lead, me))


class CannedReplies:
    """Every reply that this operator may use."""

    def __init__(self, api: CannedApi, path: Path, clock: Clock, *, off_loop: OffLoop = in_thread) -> None:
        self.file = RepliesFile()
        """The operator's file as it was read last: its `problems`, and its `call` templates."""
        self.is_refused = False
        """True where the server does not give its replies to this operator; it is not asked again."""
        self.problem: ApiError | None = None
        """Why the server's replies could not be had the last time."""
        self._api = api
        self._path = path
        self._clock = clock
        self._off_loop = off_loop
        self._asked_at: float | None = None
        self._from_api: tuple[CannedReply, ...] = ()

    @property
    def replies(self) -> tuple[CannedReply, ...]:
        """All replies, the operator's own first."""
        own = (
            CannedReply(f"own:{place}", reply.title, reply.text, reply.category, is_own=True)
            for place, reply in enumerate(self.file.replies, start=1)
        )
        return (*own, *self._from_api)

    async def load(self, *, again: bool = False) -> None:
        """Reads the operator's file, and asks the server where that is due, or `again` says so. Raises nothing: see
        `problem`, `is_refused` and `file.problems`. What was known before stays where the server fails."""
        self.file = await self._off_loop(partial(read_replies, self._path))
        now = self._clock.boot()
        if not again and (self.is_refused or (self._asked_at is not None and now - self._asked_at < KEEPS)):
            return
        self.problem, self.is_refused = None, False
        try:
            messages = await self._api.quick_messages()
            self._from_api = _from_api(messages, await self._ask_for_categories())
        except (Forbidden, NotFound):
            self.is_refused = True
            self._from_api = ()
        except ApiError as problem:
            self.problem = problem
        else:
            self._asked_at = now

    def search(self, words: str) -> list[CannedReply]:
        """The replies that match, the best first; all of them for no words."""
        return find_replies(self.replies, words)

    async def _ask_for_categories(self) -> tuple[QuickMessageCategory, ...]:
        try:
            return await self._api.quick_message_categories()
        except (Forbidden, NotFound):  # the replies name theirs
            return ()


def _from_api(
    messages: tuple[QuickMessage, ...], categories: tuple[QuickMessageCategory, ...]
) -> tuple[CannedReply, ...]:
    by_id = {category.id: category for category in categories}
    order = {category.id: place for place, category in enumerate(categories)}
    replies: list[tuple[int, CannedReply]] = []
    for message in messages:
        if not (lines := message.text.strip().splitlines()):
            continue
        category = message.category and by_id.get(message.category.id, message.category)
        place = order.get(category.id, len(order)) if category else len(order) + 1
        title, color = (category.title or None, category.color) if category else (None, None)
        replies.append((place, CannedReply(f"api:{message.id}", lines[0], message.text, title, color)))
    return tuple(reply for _, reply in sorted(replies, key=lambda each: each[0]))


# Searching -----------------------------------------------------------------------------------------------------

_SCORES: Final[Mapping[str, int]] = {
    "title begins": 100,
    "word of title begins": 80,
    "in title": 60,
    "word of category begins": 50,
    "initials": 45,
    "word of text begins": 40,
    "in text": 30,
    "with gaps": 20,
}
_WIDEST_GAPS: Final = 3
"""Letters of a word with gaps may lie so many times further apart than in the word itself."""


def find_replies(replies: tuple[CannedReply, ...], words: str) -> list[CannedReply]:
    """The replies in which each of the words stands somehow, in either layout, the best first."""
    spellings = [spelling for spelling in (words, repaired(words)) if spelling and spelling.split()]
    if not spellings:
        return list(replies)
    scored = [(max(_score(reply, _plain(spelling).split()) for spelling in spellings), reply) for reply in replies]
    return [reply for score, reply in sorted(scored, key=lambda each: -each[0]) if score]


def _score(reply: CannedReply, words: list[str]) -> int:
    scores = [_score_word(reply, word) for word in words]
    return sum(scores) if all(scores) else 0


def _score_word(reply: CannedReply, word: str) -> int:
    title, text, category = _plain(reply.title), _plain(reply.text), _plain(reply.category or "")
    checks = {
        "title begins": title.startswith(word),
        "word of title begins": f" {word}" in title,
        "in title": word in title,
        "word of category begins": f" {word}" in f" {category}",
        "initials": len(word) > 1 and word in "".join(part[0] for part in title.split()),
        "word of text begins": f" {word}" in f" {text}",
        "in text": word in text,
        "with gaps": _stands_with_gaps(word, title),
    }
    return next((_SCORES[check] for check, holds in checks.items() if holds), 0)


def _stands_with_gaps(word: str, text: str) -> bool:
    """Whether the word's letters stand in this order, close together, from the beginning of a word on."""
    starts = [place for place in range(len(text)) if text[place] == word[0] and (place == 0 or text[place - 1] == " ")]
    for start in starts:
        window = text[start : start + _WIDEST_GAPS * len(word)]
        place = -1
        for letter in word:
            place = window.find(letter, place + 1)
            if place < 0:
                break
        else:
            return True
    return False


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("ё", "е").split())
