"""Two windows of one operator, and two operators, on one lead at the same moment."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from tests.e2e.desks import (
    OPEN,
    desk,
    drafts_of,
    go_to,
    inbox_of,
    open_lead,
    shared_lead,
    sign_in,
    to_inbox,
    wait_for_draft,
)
from tests.e2e.served import ANNA, BORIS, Served, served
from tests.e2e.terminal import PATIENCE, Terminal, clean_environment

ROUNDS = 200
ROUNDS_BY_HAND = 5
CHECKOUT = Path(__file__).parents[2]
OTHER_WINDOW = re.compile(r"OPEN IN YOUR OTHER WINDOW")


def test_a_lead_that_is_open_in_the_operators_other_window_says_so_and_both_texts_survive(
    home: Path, tmp_path: Path
) -> None:
    with served(tmp_path) as server, server.ask_as(ANNA) as anna:
        lead_id = inbox_of(anna)[0]["id"]
        with desk(server, home, ANNA) as first, desk(server, home, ANNA, columns=160) as second:
            open_lead(first, 0, lead_id)
            first.type("Первое окно")
            wait_for_draft(home, "Первое окно")

            go_to(second, 0, lead_id)
            second.press("enter")
            shown = second.wait_for(OTHER_WINDOW)
            assert re.search(r"OPEN IN YOUR OTHER WINDOW pts/\d+ since \d\d:\d\d", shown)
            second.wait_for("ctrl+l ask for lock")
            second.type("не сюда")

            second.press("ctrl+l")
            second.wait_for(OPEN)
            second.type(", второе")
            wait_for_draft(home, "Первое окно, второе")
            first.type(" дописывает")
            wait_for_draft(home, "Первое окно дописывает")
            assert "Первое окно, второе" in drafts_of(home)
            assert "не сюда" not in drafts_of(home)

            to_inbox(second)
            second.press("d")
            second.wait_for("Texts that are not sent")
            listed = second.wait_for("other window")
            assert re.search(rf"#{lead_id} +draft\b", listed)
            assert re.search(rf"#{lead_id} +other window\b", listed)
            second.press("escape")
            second.wait_gone("Texts that are not sent")

            second.press("f4")
            second.wait_gone("Answer to")
            assert anna.lead(lead_id)["locked_by"]["email"] == ANNA, "the first window still has it open"
            first.press("f4")
            anna.wait_for_lead(lead_id, lambda lead: not lead["is_locked"])


def test_of_two_operators_who_press_enter_together_exactly_one_has_the_lead(
    home: Path, boris_home: Path, tmp_path: Path
) -> None:
    with served(tmp_path) as server, server.ask_as(ANNA) as anna, server.ask_as(BORIS) as boris:
        anna_place, boris_place, lead_id = shared_lead(anna, boris)
        with desk(server, home, ANNA) as at_anna, desk(server, boris_home, BORIS) as at_boris:
            go_to(at_anna, anna_place, lead_id)
            go_to(at_boris, boris_place, lead_id)
            for turn in range(ROUNDS_BY_HAND):
                racers = [at_anna, at_boris] if turn % 2 else [at_boris, at_anna]
                for each in racers:
                    each.press("enter")
                for each in racers:
                    each.wait_for(_is_decided)
                assert [each.shows(OPEN) for each in racers].count(True) == 1
                holder = anna.lead(lead_id)["locked_by"]["email"]
                assert at_anna.shows(OPEN) == (holder == ANNA)
                for each in racers:
                    each.press("f4")
                    each.wait_gone("Answer to")
                anna.wait_for_lead(lead_id, lambda lead: not lead["is_locked"])


def _is_decided(terminal: Terminal) -> bool:
    return terminal.shows(OPEN) or terminal.shows(re.compile("LOCKED BY (?!YOU)"))


def test_of_two_operators_who_race_for_a_lead_two_hundred_times_exactly_one_wins_each_time(
    home: Path, boris_home: Path, tmp_path: Path
) -> None:
    with served(tmp_path) as server, server.ask_as(ANNA) as anna, server.ask_as(BORIS) as boris, ExitStack() as stack:
        _, _, lead_id = shared_lead(anna, boris)
        racers = [
            stack.enter_context(racer(server, folder, email, lead_id))
            for folder, email in ((home, ANNA), (boris_home, BORIS))
        ]
        for turn in range(ROUNDS):
            for each in racers if turn % 2 else reversed(racers):
                each.tell("ask")
            said = [each.hear() for each in racers]
            assert sorted(said) == ["held", "others"], f"round {turn}"
            if turn % 20 == 0:
                assert anna.lead(lead_id)["locked_by"]["email"] == (ANNA, BORIS)[said.index("held")]
            for each in racers:
                each.tell("release")
            assert [each.hear() for each in racers] == ["free", "free"]
        assert anna.locked() == []


class Racer:
    """A process with one operator's lock on one lead, by the desk's own class, that does as it is told."""

    def __init__(self, orders: IO[str], answers: IO[str]) -> None:
        self._orders = orders
        self._answers = answers

    def tell(self, order: str) -> None:
        """Gives an order and does not wait."""
        self._orders.write(f"{order}\n")
        self._orders.flush()

    def hear(self) -> str:
        """What the lock is once the order was carried out."""
        return self._answers.readline().strip()


@contextmanager
def racer(server: Served, folder: Path, email: str, lead_id: int) -> Iterator[Racer]:
    sign_in(server, folder, email)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.e2e.racer", str(lead_id)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=clean_environment(folder),
        cwd=CHECKOUT,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdin, process.stdout:
        try:
            yield Racer(process.stdin, process.stdout)
        finally:
            process.kill()
            process.wait(PATIENCE)
