"""What a crash must not make forgotten, and what other windows have open."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from leads_tui.desk import journal as journal_module
from leads_tui.desk.journal import Entry, Journal, Unfinished
from leads_tui.desk.windows import FOREIGN_LIVES, Window, is_alive, this_window
from tests.fakes import LIVING, START, FakeClock, at_once
from tests.fakes import is_alive as is_living

LEAD = 1042


def journal_of(folder: Path, window: str, clock: FakeClock | None = None) -> Journal:
    LIVING.add(window)
    its_window = Window(window, f"/dev/{window}", START)
    return Journal(folder, "anna", clock or FakeClock(), window=its_window, is_alive=is_living, off_loop=at_once)


async def test_the_journal_is_private_and_holds_ids_only(tmp_path: Path) -> None:
    journal = journal_of(tmp_path, "w1")
    await journal.write(LEAD, Entry.LOCK)
    await journal.write(LEAD, Entry.SENDING, without_answer=True)
    [path] = journal.folder.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(journal.folder.stat().st_mode) == 0o700
    records = [json.loads(line) for line in path.read_text().splitlines() if line]
    assert set(records[0]) == {"window", "terminal", "started_at"}
    for record in records[1:]:
        assert set(record) <= {"at", "lead", "entry", "without_answer"}


async def test_what_a_dead_window_left_locked_is_found(tmp_path: Path) -> None:
    dead = journal_of(tmp_path, "dead")
    await dead.write(LEAD, Entry.LOCK)
    await dead.write(7, Entry.LOCK)
    await dead.write(7, Entry.LEAVING)
    await dead.write(8, Entry.LOCK)
    await dead.write(8, Entry.FREE)
    LIVING.discard("dead")
    left = await journal_of(tmp_path, "new").unfinished()
    assert {each.lead_id: (each.may_be_locked, each.was_sent) for each in left} == {
        LEAD: (True, False),
        7: (True, False),
    }
    assert left[0].window.terminal == "/dev/dead"
    assert left[0].window.started_at == START


@pytest.mark.parametrize(
    ("entries", "was_sent"),
    [
        ([Entry.HOLD], False),
        ([Entry.HOLD, Entry.LOCKING], False),
        ([Entry.LOCKING, Entry.SENDING], True),
        ([Entry.SENDING, Entry.VERIFYING], True),
        ([Entry.SENDING, Entry.VERIFYING, Entry.STORED], False),
        ([Entry.SENDING, Entry.NOT_STORED], False),
        ([Entry.SENDING, Entry.NOT_STORED, Entry.SENDING], True),
    ],
)
async def test_an_answer_is_not_known_from_sending_to_its_verdict(
    tmp_path: Path, entries: list[Entry], was_sent: bool
) -> None:
    dead = journal_of(tmp_path, "dead")
    await dead.write(LEAD, Entry.LOCK)
    for entry in entries:
        await dead.write(LEAD, entry)
    LIVING.discard("dead")
    [left] = await journal_of(tmp_path, "new").unfinished()
    assert left.was_sent is was_sent


async def test_what_a_living_window_has_open_is_not_offered_but_told(tmp_path: Path) -> None:
    there = journal_of(tmp_path, "there")
    here = journal_of(tmp_path, "here")
    await there.write(LEAD, Entry.LOCK)
    assert await here.unfinished() == []
    window = await here.elsewhere(LEAD)
    assert window is not None
    assert window.terminal == "/dev/there"
    assert await there.elsewhere(LEAD) is None
    await there.write(LEAD, Entry.LEAVING)
    assert await here.elsewhere(LEAD) is None


async def test_a_window_that_died_has_nothing_open(tmp_path: Path) -> None:
    there = journal_of(tmp_path, "there")
    await there.write(LEAD, Entry.LOCK)
    LIVING.discard("there")
    assert await journal_of(tmp_path, "here").elsewhere(LEAD) is None


async def test_a_lock_that_ran_out_is_neither_offered_nor_told(tmp_path: Path) -> None:
    clock = FakeClock()
    dead, there = journal_of(tmp_path, "dead", clock), journal_of(tmp_path, "there", clock)
    await dead.write(LEAD, Entry.LOCK)
    await there.write(7, Entry.LOCK)
    LIVING.discard("dead")
    clock.jump(32 * 60)
    here = journal_of(tmp_path, "here", clock)
    assert await here.unfinished() == []
    assert await here.elsewhere(7) is None
    assert not (here.folder / "dead.jsonl").exists()


async def test_an_answer_that_is_not_known_is_never_forgotten(tmp_path: Path) -> None:
    clock = FakeClock()
    dead = journal_of(tmp_path, "dead", clock)
    await dead.write(LEAD, Entry.SENDING, without_answer=True)
    LIVING.discard("dead")
    clock.jump(7 * 24 * 3600)
    [left] = await journal_of(tmp_path, "here", clock).unfinished()
    assert left == Unfinished(LEAD, left.window, may_be_locked=False, was_sent=True, without_answer=True, asked_at=None)


async def test_what_was_adopted_outlives_a_second_crash(tmp_path: Path) -> None:
    dead = journal_of(tmp_path, "dead")
    await dead.write(LEAD, Entry.LOCK)
    await dead.write(7, Entry.SENDING)
    LIVING.discard("dead")
    second = journal_of(tmp_path, "second")
    await second.adopt(await second.unfinished())
    assert [path.name for path in second.folder.iterdir()] == ["second.jsonl"]
    LIVING.discard("second")
    left = await journal_of(tmp_path, "third").unfinished()
    assert {(each.lead_id, each.may_be_locked, each.was_sent) for each in left} == {
        (LEAD, True, False),
        (7, False, True),
    }


async def test_two_dead_windows_with_one_lead_are_one_question(tmp_path: Path) -> None:
    for name in ("one", "two"):
        dead = journal_of(tmp_path, name)
        await dead.write(LEAD, Entry.LOCK)
        if name == "one":
            await dead.write(LEAD, Entry.SENDING)
        LIVING.discard(name)
    here = journal_of(tmp_path, "here")
    [left] = await here.unfinished()
    assert left.was_sent
    assert left.may_be_locked
    await here.adopt([left])
    assert [path.name for path in here.folder.iterdir()] == ["here.jsonl"]


async def test_a_line_cut_in_half_by_a_crash_hides_no_other_line(tmp_path: Path) -> None:
    dead = journal_of(tmp_path, "dead")
    await dead.write(LEAD, Entry.LOCK)
    path = dead.folder / "dead.jsonl"
    path.write_bytes(path.read_bytes() + b'{"at": "2026-03-02T09:0\xff')
    await dead.write(7, Entry.SENDING)
    LIVING.discard("dead")
    left = await journal_of(tmp_path, "here").unfinished()
    assert {each.lead_id for each in left} == {LEAD, 7}


async def test_a_session_that_ended_well_leaves_no_file(tmp_path: Path) -> None:
    journal = journal_of(tmp_path, "w")
    await journal.write(LEAD, Entry.LOCK)
    await journal.write(LEAD, Entry.FREE)
    await journal.close()
    assert list(journal.folder.iterdir()) == []


async def test_a_session_that_could_not_settle_everything_leaves_its_file(tmp_path: Path) -> None:
    journal = journal_of(tmp_path, "w")
    await journal.write(LEAD, Entry.LOCK)
    await journal.close()
    assert [path.name for path in journal.folder.iterdir()] == ["w.jsonl"]


async def test_a_long_day_does_not_make_a_long_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_module, "LONGEST", 20)
    journal = journal_of(tmp_path, "w")
    await journal.write(LEAD, Entry.LOCK)
    await journal.write(LEAD, Entry.SENDING)
    for _ in range(100):
        await journal.write(7, Entry.LOCK)
        await journal.write(7, Entry.FREE)
    assert len((journal.folder / "w.jsonl").read_text().split()) < 400
    LIVING.discard("w")
    [left] = await journal_of(tmp_path, "here").unfinished()
    assert (left.lead_id, left.was_sent, left.may_be_locked) == (LEAD, True, True)


async def test_a_full_disk_is_told_until_a_write_succeeds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = journal_of(tmp_path, "w")

    def no_room(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr("os.fsync", no_room)
        with pytest.raises(OSError, match="No space left"):
            await journal.write(LEAD, Entry.LOCK)
    assert journal.problem == "No space left on device"
    await journal.write(LEAD, Entry.LOCK)
    assert journal.problem == ""


async def test_what_is_written_at_once_stands_in_order(tmp_path: Path) -> None:
    clock = FakeClock()
    journal = Journal(tmp_path, "anna", clock, window=Window("threads"))
    await asyncio.gather(*(journal.write(lead_id, Entry.LOCK) for lead_id in range(50)))
    lines = [json.loads(line) for line in (journal.folder / "threads.jsonl").read_text().splitlines() if line]
    assert [line["lead"] for line in lines[1:]] == list(range(50))


def test_this_process_is_alive_and_no_other_is_mistaken_for_it() -> None:
    token = this_window(START).token
    assert is_alive(token, START, START)
    host, boot, pid, start = token.split("~")
    assert not is_alive("~".join([host, boot, pid, str(int(start) + 1)]), START, START)
    assert not is_alive("~".join([host, "00000000", pid, start]), START, START)
    assert not is_alive("no token", START, START)
    assert set(token) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-~")
    assert socket.gethostname()[0] == host[0]


def test_a_process_that_was_killed_is_dead_although_nobody_has_buried_it() -> None:
    code = "import sys; sys.stdout.write('up'); sys.stdout.flush(); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.read(2)
        host, boot, _, _ = this_window(START).token.split("~")
        start = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[19]
        token = f"{host}~{boot}~{process.pid}~{start}"
        assert is_alive(token, START, START)
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert not is_alive(token, START, START)


def test_a_window_on_another_host_counts_as_alive_only_while_it_was_heard_of_lately() -> None:
    token = "another-host~00000000~1~1"
    assert is_alive(token, START, START + FOREIGN_LIVES - dt.timedelta(minutes=1))
    assert not is_alive(token, START, START + FOREIGN_LIVES + dt.timedelta(minutes=1))
