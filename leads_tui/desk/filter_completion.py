"""What may follow in a filter that is being typed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from leads_tui.desk.filter_matching import Known
from leads_tui.desk.filter_words import ALIASES, KEYS, Key, find_key, write_value
from leads_tui.text.layouts import in_other_layout

__all__ = ["completions", "word_before"]

MOST: Final = 30
"""The longest list of completions."""


def word_before(text: str, cursor: int) -> tuple[int, int]:
    """Start and end of what a completion replaces: the word up to the cursor."""
    start = 0
    in_marks = is_escaped = False
    for place, char in enumerate(text[:cursor]):
        if char == '"' and not is_escaped:
            in_marks = not in_marks
        elif char.isspace() and not in_marks:
            start = place + 1
        is_escaped = char == "\\" and in_marks and not is_escaped
    return start, max(start, min(cursor, len(text)))


def completions(text: str, cursor: int, known: Known) -> list[str]:
    """Whole words for the place that `word_before` gives, those that begin as it was typed first. A key ends with its
    colon, and no word with a space."""
    start, end = word_before(text, cursor)
    typed = text[start:end]
    sign = "-" if typed.startswith("-") else ""
    name, colon, value = typed.removeprefix("-").partition(":")
    if not colon:
        return [f"{sign}{key}:" for key in _choose(name, (*KEYS, *ALIASES), is_key=True)]
    key = find_key(name)
    if key is None:
        return []
    before, comma, last = value.rpartition(",")
    head = f"{sign}{key.name}:{before}{comma}"
    return [head + write_value(each) for each in _choose(last.lstrip('"'), _values(key, known))]


def _values(key: Key, known: Known) -> Iterable[str]:
    yield from key.allowed or key.words
    if key.name == "site":
        yield from (site.url for site in known.sites if site.url)
    elif key.name == "dept":
        yield from (department.title for department in known.departments if department.title)
    elif key.name in {"by", "assigned", "author"}:
        yield from (employee.name for employee in known.employees)


def _choose(typed: str, words: Iterable[str], *, is_key: bool = False) -> list[str]:
    wanted = {typed.casefold(), in_other_layout(typed).casefold()}
    words = list(dict.fromkeys(words))
    first = [word for word in words if any(word.casefold().startswith(each) for each in wanted)]
    within = [] if is_key else [word for word in words if any(each in word.casefold() for each in wanted)]
    # A word that is typed whole already needs no completion.
    return [word for word in dict.fromkeys([*first, *within]) if word.casefold() != typed.casefold() or is_key][:MOST]
