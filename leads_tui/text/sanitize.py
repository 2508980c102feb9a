"""Foreign text made safe for a terminal, and still readable.

What a visitor wrote is only text. Nothing that a terminal, or the toolkit above it, would act upon gets through:

- Escape sequences go as a whole, in their 7-bit and 8-bit forms: CSI, OSC, DCS, APC, PM, SOS and the two-character
  ones. A string sequence that never ends loses only its start (and the number that selects the command), so a
  visitor cannot make the rest of a message disappear.
- Every other control character goes. Line breaks of any kind become a line feed, a tab becomes spaces.
- What changes the order of reading (bidi controls) and what cannot be seen (zero-width characters, tags, stray
  variation selectors, private use, noncharacters) is shown by its number, `⟨U+202E⟩`, and a run of it as `⟨U+200B×40⟩`.
- A soft hyphen and a leading byte order mark are common leftovers of copying; they go without a trace in the text.
- Half a surrogate pair becomes `\N{REPLACEMENT CHARACTER}`. At most eight combining marks stay on one letter,
  and a mark with no letter before it on its line gets a dotted circle, so it cannot write upon its neighbours.

Invisible characters that spelling needs stay: joiners inside emoji and after letters of the Arabic, Syriac, Indic,
Khmer and Mongolian scripts, one variation selector after an emoji or an ideograph, and the tags of a flag.

All functions are idempotent and take time linear in the length of the text; ordinary text costs one regex match.
"""

from __future__ import annotations

import re
import unicodedata
from enum import Enum, auto
from functools import lru_cache
from typing import Final

__all__ = ["clean_block", "clean_line", "count_hidden"]

MAX_MARKS: Final = 8
"""The most combining marks on one letter; real spelling needs four."""

_TAB: Final = "    "
_DOTTED_CIRCLE: Final = "\u25cc"

_PLAIN: Final = re.compile(
    "[\n -~\u00a0-\u00ac\u00ae-\u02ff\u0370-\u0377\u037a-\u037f\u0384-\u038a\u038e-\u03a1\u03a3-\u0482\u048a-\u052f"
    "\u05d0-\u05ea\u0620-\u064a\u0660-\u066f\u0671-\u06d3\u1e00-\u1eff\u2000-\u200a\u2010-\u2027\u202f-\u205f"
    "\u20a0-\u20bf\u2100-\u218b\u2190-\u23ff\u2460-\u2b73\u3000-\u3029\u3030-\u303f\u3041-\u3096\u309b-\u30ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff9f\ufffd"
    "\U0001f300-\U0001f6d7\U0001f900-\U0001f9ff\U00020000-\U0002a6df]*"
)
"""Text of these characters alone holds nothing to clean: no control, no mark, nothing invisible."""

_BODY: Final = r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]*+"
_STRING_START: Final = r"(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])"
_REMOVED: Final = re.compile(
    rf"{_STRING_START}{_BODY}(?:\x07|\x9c|\x1b\\)"  # OSC, DCS, SOS, PM, APC with their ends
    rf"|{_STRING_START}(?:[0-9]{{1,4}};)?"  # the same, cut short
    r"|(?:\x1b\[|\x9b)[0-?]{0,64}[ -/]{0,8}[@-~]?"  # CSI, whole or cut short
    r"|\x1b(?:[ -/]{0,2}[0-~])?"  # two-character sequences, and a bare ESC
    r"|[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]"
    r"|\xad|\A\ufeff+"
)
_LINE_BREAK: Final = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")

_EMOJI_SIGNS: Final = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff"
    "\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
_EMOJI: Final = re.compile(f"[{_EMOJI_SIGNS}]")
_EMOJI_END: Final = re.compile(f"[{_EMOJI_SIGNS}\ufe0f]")
_BEFORE_EMOJI_SELECTOR: Final = re.compile(f"[{_EMOJI_SIGNS}#*0-9]")
_FLAG: Final = "\U0001f3f4"
_FLAG_TAGS: Final = re.compile("[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f(?![\U000e0000-\U000e007f])")
_IDEOGRAPH: Final = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd]")
_MONGOLIAN: Final = re.compile("[\u1820-\u18aa]")
_BEFORE_JOINER: Final = re.compile(
    "[\u0620-\u065f\u066e-\u06d3\u06d5-\u06dc\u06df-\u06e8\u06ea-\u06ff\u0710-\u074a\u074d-\u07b1\u07ca-\u07f5\u08a0-\u08e1"
    "\u08e3-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u17b3\u17b6-\u17d3\u1820-\u18aa\ufb50-\ufbc1\ufbd3-\ufd3d\ufd50-\ufdc7"
    "\ufdf0-\ufdfb\ufe70-\ufefc]"
)
"""Letters and marks of the scripts that spell with joiners and non-joiners."""


def clean_line(text: str) -> str:
    """The text as one safe line: line breaks and runs of white space become one space, none at the ends."""
    if _PLAIN.fullmatch(text):
        return " ".join(text.split())
    return _reveal(" ".join(_strip_sequences(text)[0].split()))[0]


def clean_block(text: str) -> str:
    """The text as safe lines: only LF breaks them, a tab is four spaces, other white space stays."""
    if _PLAIN.fullmatch(text):
        return text
    return _reveal(_strip_sequences(text)[0])[0]


def count_hidden(text: str) -> int:
    """How many hidden things cleaning removes or shows by number.

    An escape sequence counts as one; line breaks and tabs are not hidden.
    """
    if _PLAIN.fullmatch(text):
        return 0
    stripped, removed = _strip_sequences(text)
    return removed + _reveal(stripped)[1]


def _strip_sequences(text: str) -> tuple[str, int]:
    """The text without control characters and sequences, and how many went."""
    stripped, removed = _REMOVED.subn("", _LINE_BREAK.sub("\n", text))
    return stripped.replace("\t", _TAB), removed


def _reveal(text: str) -> tuple[str, int]:
    """The text with what cannot be seen shown by number, and how many such characters there were.

    What stays depends only on what was put out before and on the next character, so a second run changes nothing.
    """
    out: list[str] = []
    last = "\n"
    marks = hidden = at = 0
    length = len(text)
    while at < length:
        if plain := _PLAIN.match(text, at)[0]:  # type: ignore[index] # it matches the empty text too
            out.append(plain)
            last = plain[-1]
            marks = 0
            at += len(plain)
            continue
        char = text[at]
        kind = _kind(char)
        taken = _taken(kind, text, at, last, marks)
        if not taken:
            shown, taken = _numbered(kind, text, at)
            hidden += taken
            marks = 0
        elif kind in _UPON_A_LETTER:
            # A joiner is drawn upon the letter before it, so marks after it still belong to that letter.
            marks += 1
            shown = char if last != "\n" else _DOTTED_CIRCLE + char
            if marks > MAX_MARKS:
                hidden += 1
                at += 1
                continue
        else:
            shown = text[at : at + taken]
            marks = 0
        out.append(shown)
        last = shown[-1]
        at += taken
    return "".join(out), hidden


class _Kind(Enum):
    """What becomes of a character that is not plain."""

    SEEN = auto()
    MARK = auto()
    JOINER = auto()
    SELECTOR = auto()
    TAG = auto()
    MONGOLIAN_FORMAT = auto()
    HALF = auto()
    HIDDEN = auto()


_UPON_A_LETTER: Final = frozenset({_Kind.MARK, _Kind.JOINER, _Kind.SELECTOR})
_SPECIAL: Final = {
    _Kind.JOINER: re.compile("[\u200c\u200d]"),
    _Kind.SELECTOR: re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]+"),
    _Kind.TAG: re.compile("[\U000e0000-\U000e007f]+"),
    _Kind.MONGOLIAN_FORMAT: re.compile("[\u180b-\u180f]"),
    _Kind.HALF: re.compile("[\ud800-\udfff]"),
    # Letters and marks by category, which nevertheless leave no trace on the screen.
    _Kind.HIDDEN: re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0]"),
    # Format characters by category, which are drawn: number signs and the like.
    _Kind.SEEN: re.compile("[\n\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd]"),
}


_LAST_TWO: Final = 0xFFFE
"""The last two places of every plane are no characters."""


@lru_cache(maxsize=4096)
def _kind(char: str) -> _Kind:
    for kind, chars in _SPECIAL.items():
        if chars.match(char):
            return kind
    category = unicodedata.category(char)
    if category == "Cn":
        # Not assigned in this Python's tables: next year's emoji, or one of the 66 that never will be characters.
        never = ord(char) & _LAST_TWO == _LAST_TWO or "\ufdd0" <= char <= "\ufdef" or char >= "\U000e0000"
        return _Kind.HIDDEN if never else _Kind.SEEN
    if category in {"Cc", "Cf", "Co"}:
        return _Kind.HIDDEN
    return _Kind.MARK if category[0] == "M" else _Kind.SEEN


def _taken(kind: _Kind, text: str, at: int, last: str, marks: int) -> int:
    """How many characters from here on stay as they are; 0 where this one is hidden."""
    char = text[at]
    stays = kind in {_Kind.SEEN, _Kind.MARK}
    if kind is _Kind.JOINER:
        stays = marks < MAX_MARKS and (
            _BEFORE_JOINER.match(last) is not None
            or (char == "\u200d" and _EMOJI_END.match(last) is not None and _EMOJI.match(text, at + 1) is not None)
        )
    elif kind is _Kind.SELECTOR:
        emoji = char in "\ufe0e\ufe0f"
        stays = (_BEFORE_EMOJI_SELECTOR if emoji else _IDEOGRAPH).match(last) is not None
    elif kind is _Kind.MONGOLIAN_FORMAT:
        stays = _MONGOLIAN.match(last) is not None
    elif kind is _Kind.TAG:
        flag = _FLAG_TAGS.match(text, at) if last == _FLAG else None
        return len(flag[0]) if flag else 0
    return 1 if stays else 0


def _numbered(kind: _Kind, text: str, at: int) -> tuple[str, int]:
    """What stands for a run of hidden characters, and the length of the run."""
    if kind is _Kind.HALF:
        return "\N{REPLACEMENT CHARACTER}", 1
    char = text[at]
    if kind in {_Kind.TAG, _Kind.SELECTOR}:
        run = _SPECIAL[kind].match(text, at)
        end = run.end() if run else at + 1
    else:
        end = at + 1
        while end < len(text) and text[end] == char:
            end += 1
    count = f"×{end - at}" if end - at > 1 else ""
    return f"⟨U+{ord(char):04X}{count}⟩", end - at
