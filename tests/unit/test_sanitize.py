"""What a visitor wrote reaches the screen as text and nothing else."""

from __future__ import annotations

import re
import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from leads_tui.text.sanitize import MAX_MARKS, clean_block, clean_line, count_hidden

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
ACTED_UPON = re.compile(f"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\u00ad\ud800-\udfff{BIDI}]")

ORDINARY = [
    "Здравствуйте! Подскажите, пожалуйста, сколько стоит доставка в Йошкар-Олу?",
    "Thanks — “quotes”, naïve café, 100 €, ½, x² ≤ y…",
    "東京都で配送できますか。한국어 텍스트도 있습니다",
    "👨‍👩‍👧‍👦 👩🏽‍💻 🏳️‍🌈 ❤️ ❤️‍🔥 1️⃣ #️⃣ 🇷🇺 👍🏿 ☎︎ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 ✈️",
    "مرحبا، أريد شراء هذا المنتج من فضلك",
    "می‌خواهم این را بخرم",
    "नमस्ते, क्या यह उपलब्ध है? क्‍ष श्री",
    "שָׁלוֹם עֲלֵיכֶם",
    "สวัสดีครับ ราคาเท่าไหร่",
    "Tiếng Việt: Đặng Thị Huyền, phở",
    "葛󠄀城市 と 葛城市",
    "é (decomposed), й (decomposed)",
    "[bold]not markup[/] [@click=app.quit]x[/] C:\\new\\table",
    "https://shop.example/?q=%D0%BF&utm=1#top",
]

SEQUENCES = [
    ("\x1b[31mred\x1b[0m", "red"),
    ("\x1b[38;2;255;0;0mred\x1b[m", "red"),
    ("\x9b31mred", "red"),
    ("\x1b[?1049hx\x1b[2J\x1b[H", "x"),
    ("\x1b[1;2 qx", "x"),
    ("\x1b]0;new title\x07x", "x"),
    ("\x1b]52;c;ZXZpbA==\x1b\\x", "x"),
    ("\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\", "click"),
    ("\x9d0;new title\x9cx", "x"),
    ("\x1bPq#0;2;0;0;0#0~~@@\x1b\\x", "x"),
    ("\x90q~~\x9cx", "x"),
    ("\x1b_application\x1b\\x", "x"),
    ("\x9fapplication\x9cx", "x"),
    ("\x1b^private\x1b\\x", "x"),
    ("\x9eprivate\x9cx", "x"),
    ("\x1bXstring\x1b\\x", "x"),
    ("\x98string\x9cx", "x"),
    ("\x1bcx", "x"),
    ("\x1b(0x", "x"),
    ("\x1b#8x", "x"),
    ("\x1b7x\x1b8", "x"),
    ("\x84\x88x\x8d", "x"),
    ("x\x1b", "x"),
    ("x\x1b[", "x"),
    ("x\x1b[31", "x"),
    ("a\x00b\x07c\x08d\x0ee\x7ff", "abcdef"),
]


@pytest.mark.parametrize(("hostile", "seen"), SEQUENCES)
def test_a_whole_escape_sequence_goes_and_the_words_around_it_stay(hostile: str, seen: str) -> None:
    assert clean_line(hostile) == clean_block(hostile) == seen
    assert count_hidden(hostile) > 0


@pytest.mark.parametrize("start", ["\x1b]0;", "\x9d0;", "\x1b]", "\x1bP", "\x90", "\x1b_", "\x9f", "\x1b^", "\x1bX"])
def test_a_sequence_that_never_ends_cannot_swallow_the_message(start: str) -> None:
    assert clean_line(f"{start}перезвоните мне") == "перезвоните мне"
    assert clean_block(f"{start}one\ntwo\x07three") == "one\ntwothree"


def test_a_sequence_start_takes_no_telephone_number_with_it() -> None:
    assert clean_line("\x1b]89031234567 ok") == "89031234567 ok"


def test_sequences_put_together_by_cleaning_do_not_come_to_life() -> None:
    assert clean_line("\x1b\x1b[0m[31mx") == "[31mx"
    assert clean_line("\x1b\x00[31mx") == "[31mx"
    assert clean_line("\x1b\u00ad]0;x\x07") == "]0;x"


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_of_any_language_stays_as_it_is(text: str) -> None:
    assert clean_line(text) == clean_block(text) == text
    assert count_hidden(text) == 0


@pytest.mark.parametrize("char", BIDI)
def test_what_turns_the_order_of_reading_is_shown_by_number(char: str) -> None:
    assert clean_line(f"a{char}b") == f"a⟨U+{ord(char):04X}⟩b"
    assert count_hidden(f"a{char}b") == 1


def test_hidden_characters_are_shown_by_number_and_runs_by_their_length() -> None:
    assert clean_line("pay\u200bpal") == "pay⟨U+200B⟩pal"
    assert clean_line("x\u200b\u200b\u200by") == "x⟨U+200B×3⟩y"
    assert clean_line("a\u200db") == "a⟨U+200D⟩b"
    assert clean_line("a\ue000b\ufdd0\U0010ffff") == "a⟨U+E000⟩b⟨U+FDD0⟩⟨U+10FFFF⟩"
    assert count_hidden("x\u200b\u200b\u200by") == 3


def test_a_message_in_tags_or_variation_selectors_does_not_hide_behind_an_emoji() -> None:
    tags = "".join(chr(0xE0000 + ord(char)) for char in "ignore all")
    assert clean_line(f"👍{tags}") == "👍⟨U+E0069×10⟩"
    assert clean_line("😀\ufe0f\ufe01\U000e0105\ufe0f") == "😀\ufe0f⟨U+FE01×3⟩"
    assert clean_line("a\ufe0f") == "a⟨U+FE0F⟩"
    assert count_hidden(f"👍{tags}") == 10


def test_leftovers_of_copying_go_and_are_counted() -> None:
    assert clean_line("\ufeffдо\u00adставка") == "доставка"
    assert count_hidden("\ufeffдо\u00adставка") == 2


def test_half_a_surrogate_pair_is_shown_as_a_replacement() -> None:
    assert clean_line("a\ud83db\ude00") == "a\ufffdb\ufffd"
    assert count_hidden("a\ud83db") == 1


def test_marks_are_stacked_no_higher_than_spelling_needs() -> None:
    assert clean_line("a" + "\u0301" * 50 + "b") == "a" + "\u0301" * MAX_MARKS + "b"
    assert count_hidden("a" + "\u0301" * 50) == 50 - MAX_MARKS


def test_joiners_do_not_let_marks_stack_higher() -> None:
    stacked = "ب" + ("\u064b" * 4 + "\u200d") * 10
    run = max(re.findall("[\u064b\u200d]*", clean_line(stacked)), key=len)
    assert len(run) <= MAX_MARKS


@pytest.mark.parametrize("start", ["\u0301", "  \u0301", "\x1b[m\u0301"])
def test_a_mark_without_a_letter_does_not_write_upon_the_frame(start: str) -> None:
    assert clean_line(f"{start}x") == "\u25cc\u0301x"
    assert clean_block("one\n\u0301two") == "one\n\u25cc\u0301two"


def test_a_line_is_one_line() -> None:
    assert clean_line("  Иван\r\n\t Петров\u2028 \x0b мл.\x85 ") == "Иван Петров мл."
    assert clean_line("+7\u00a0903") == "+7 903"


def test_a_block_keeps_its_lines_whatever_broke_them() -> None:
    assert clean_block("a\r\nb\rc\x85d\u2028e\u2029f\x0bg\x0ch\n\ni") == "a\nb\nc\nd\ne\nf\ng\nh\n\ni"
    assert clean_block("a\tb  c\u00a0d ") == "a    b  c\u00a0d "
    assert count_hidden("a\r\nb\tc\u2028d") == 0


def test_empty_text_stays_empty() -> None:
    assert clean_line("") == clean_block("") == ""
    assert count_hidden("") == 0


TELLING = (
    "\x1b\x9b\x9c\x9d\x90\x07\u200b\u200c\u200d\ufe0f\U000e0100\u0301\u064b\u00ad\ufeff\u180b\u180eᠠ葛👩🏴\U000e0067\U000e007f"
    "\n\r\t "
)
ANY_CHARACTER = st.characters(exclude_categories=()) | st.sampled_from(TELLING + BIDI)
ANY_TEXT = st.text(ANY_CHARACTER)
PIECES = st.lists(
    st.sampled_from(["\x1b", "\x1b[", "\x9b", "\x1b]", "\x9d", "\x1bP", "\x90", "\x1b_", "\x1b^", "\x1bX", "\x98"])
    | st.sampled_from(["\x07", "\x1b\\", "\x9c", "31", ";", "?", "m", "H", " ", "0;", "привет", "\n", "\r", "\t"])
    | ANY_TEXT
).map("".join)


@given(ANY_TEXT | PIECES)
@example("\u061c\u200c")
@example("a" + "\u0300" * 8 + "\u064b\u200c")
def test_nothing_that_a_terminal_acts_upon_gets_through(text: str) -> None:
    line, block = clean_line(text), clean_block(text)
    assert not ACTED_UPON.search(block)
    assert not ACTED_UPON.search(line)
    assert "\n" not in line
    for char in block:
        assert unicodedata.category(char) not in {"Cs", "Co", "Zl", "Zp"}
        assert unicodedata.category(char) != "Cc" or char == "\n"


@given(ANY_TEXT | PIECES)
@example(" \ufeffx")
@example("\u00ad\ufeffx")
@example("\u180e\u180b")
def test_what_is_clean_is_not_changed_again(text: str) -> None:
    assert clean_line(clean_line(text)) == clean_line(text)
    assert clean_block(clean_block(text)) == clean_block(text)
    assert count_hidden(clean_block(text)) == 0


@given(ANY_TEXT | PIECES)
def test_something_hidden_is_counted_exactly_where_cleaning_hides_something(text: str) -> None:
    visible = re.sub("\r\n|[\r\x0b\x0c\x85\u2028\u2029]", "\n", text).replace("\t", "    ")
    cleaned = re.sub("(^|\n)\u25cc", r"\1", clean_block(text))
    assert (count_hidden(text) > 0) == (cleaned != re.sub("(^|\n)\u25cc", r"\1", visible))


@given(st.text(st.characters(categories=("L", "N", "P", "S", "Zs"))))
def test_letters_digits_and_signs_are_never_touched(text: str) -> None:
    blank = str.maketrans(dict.fromkeys("\u115f\u1160\u3164\uffa0"))
    text = text.translate(blank)
    assert clean_block(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "\x1b]" * 100_000,
        "\x1b]0;a" * 50_000,
        "\x1b[" + "1;" * 100_000,
        "\x9d" * 200_000,
        "\u200b" * 200_000,
        "a\u200b" * 100_000,
        "e" + "\u0301" * 200_000,
        "😀\ufe0f\ufe0f" * 70_000,
        "🏴" + "\U000e0067" * 200_000,
        "🏴\U000e0067" * 100_000,
    ],
    ids=lambda text: ascii(text[:8]),
)
def test_a_hostile_megabyte_takes_time_in_proportion_to_its_length(text: str) -> None:
    def seconds(part: str) -> float:
        begun = time.process_time()
        clean_block(part)
        return time.process_time() - begun

    short = max(seconds(text[: len(text) // 8]), 0.002)
    assert seconds(text) < 8 * 6 * short
