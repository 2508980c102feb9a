"""What was typed: on disk within a second, never half, never overwritten, never gone before its time."""

from __future__ import annotations

import asyncio
import datetime as dt
import errno
import stat
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from leads_tui.desk.drafts import DEBOUNCE, Draft, DraftKeeper, DraftStore, SaveState
from tests.fakes import LIVING, START, FakeClock, SlowDisk, at_once, is_alive, settle

LEAD = 1042


def store_of(folder: Path, window: str = "this") -> DraftStore:
    return DraftStore(folder, "anna@demo.example", window=window, is_alive=is_alive)


@pytest.fixture
def store(tmp_path: Path) -> DraftStore:
    return store_of(tmp_path / "state")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def keeper(store: DraftStore, clock: FakeClock) -> AsyncIterator[DraftKeeper]:
    keeper = DraftKeeper(LEAD, store, clock, off_loop=at_once)
    keeping = asyncio.create_task(keeper.keep())
    yield keeper
    keeping.cancel()
    await settle(3)


def text_on_disk(store: DraftStore) -> str | None:
    draft = store.load(LEAD)
    return draft.text if draft else None


def state_of(keeper: DraftKeeper) -> SaveState:
    return keeper.state


class FullDisk(DraftStore):
    """A store whose disk refuses while `is_full`, or cannot be read while `is_unreadable`."""

    is_full = False
    is_unreadable = False

    def save(self, lead_id: int, text: str, now: dt.datetime) -> None:
        if self.is_full:
            raise OSError(errno.ENOSPC, "No space left on device")
        super().save(lead_id, text, now)

    def load(self, lead_id: int) -> Draft | None:
        if self.is_unreadable:
            raise OSError(errno.EIO, "Input/output error")
        return super().load(lead_id)


def test_a_draft_comes_back_as_it_was_typed(store: DraftStore) -> None:
    text = "Добрый день!\n\n  «Иван» 👋 \ud800 \u202e"
    store.save(LEAD, text, START)
    assert text_on_disk(store) == text


def test_drafts_are_readable_by_their_owner_only(store: DraftStore) -> None:
    store.save(LEAD, "secret", START)
    for path in (store.folder, store.folder.parent):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert [stat.S_IMODE(path.stat().st_mode) for path in store.folder.iterdir()] == [0o600]


def test_the_same_lead_of_two_accounts_has_two_drafts(tmp_path: Path) -> None:
    first, second = DraftStore(tmp_path, "anna server-a"), DraftStore(tmp_path, "anna server-b")
    first.save(LEAD, "one", START)
    second.save(LEAD, "two", START)
    assert (text_on_disk(first), text_on_disk(second)) == ("one", "two")


def test_a_save_that_fails_leaves_the_older_text_whole(store: DraftStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.save(LEAD, "older", START)

    def no_room(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", no_room)
    with pytest.raises(OSError, match="No space left"):
        store.save(LEAD, "newer", START)
    assert text_on_disk(store) == "older"
    assert [path.name for path in store.folder.iterdir()] == [f"{LEAD}.json"]


def test_a_damaged_draft_is_kept_beside_and_not_overwritten(store: DraftStore) -> None:
    store.save(LEAD, "text", START)
    (store.folder / f"{LEAD}.json").write_bytes(b"\xff half")
    assert store.load(LEAD) is None
    store.save(LEAD, "new", START)
    assert [path.read_bytes() for path in store.folder.glob("*.damaged")] == [b"\xff half"]


def test_a_discarded_draft_lies_in_the_trash_for_a_day(store: DraftStore) -> None:
    store.save(LEAD, "thrown away", START)
    store.discard(LEAD, START)
    assert text_on_disk(store) is None
    store.sweep(START + dt.timedelta(hours=23))
    assert [draft.text for draft in store.discarded()] == ["thrown away"]
    store.sweep(START + dt.timedelta(hours=25))
    assert store.discarded() == []


def test_a_draft_can_be_taken_out_of_the_trash(store: DraftStore) -> None:
    store.save(LEAD, "thrown away", START)
    store.discard(LEAD, START)
    store.restore(store.discarded()[0], START)
    assert text_on_disk(store) == "thrown away"
    assert store.discarded() == []


def test_emptying_the_text_moves_what_was_there_to_the_trash(store: DraftStore) -> None:
    store.save(LEAD, "half an hour's work", START)
    store.save(LEAD, "  \n", START)
    assert [draft.text for draft in store.discarded()] == ["half an hour's work"]


def test_the_list_of_drafts_has_the_newest_first_with_their_times(store: DraftStore) -> None:
    store.save(1, "old", START)
    store.save(2, "new", START + dt.timedelta(minutes=5))
    store.discard(3, START)
    assert [(draft.lead_id, draft.saved_at) for draft in store.all()] == [
        (2, START + dt.timedelta(minutes=5)),
        (1, START),
    ]


def test_a_sent_draft_is_forgotten(store: DraftStore) -> None:
    store.save(LEAD, "sent", START)
    store.finish(LEAD, "sent ")
    assert store.all() == []
    assert store.discarded() == []


def test_another_text_than_the_sent_one_is_not_forgotten(store: DraftStore) -> None:
    store.save(LEAD, "typed in another window", START)
    store.finish(LEAD, "sent")
    assert text_on_disk(store) == "typed in another window"


def test_two_windows_on_one_lead_keep_both_texts(tmp_path: Path) -> None:
    LIVING.update({"w1", "w2"})
    first, second = store_of(tmp_path, "w1"), store_of(tmp_path, "w2")
    first.save(LEAD, "from the first", START)
    assert text_on_disk(second) == "from the first"
    second.save(LEAD, "from the second", START + dt.timedelta(minutes=1))
    first.save(LEAD, "from the first, longer", START + dt.timedelta(minutes=2))
    drafts = {draft.text: draft.is_beside for draft in first.all()}
    assert drafts["from the first, longer"] is False
    assert drafts["from the second"] is True
    for minute in range(3, 20):
        (first, second)[minute % 2].save(LEAD, f"text {minute}", START + dt.timedelta(minutes=minute))
    assert {draft.text for draft in first.all()} >= {"text 18", "text 19"}
    assert len(first.all()) <= 3, "one text per window, however long they go on"


def test_a_draft_of_an_earlier_session_is_simply_gone_on_with(tmp_path: Path) -> None:
    store_of(tmp_path, "dead").save(LEAD, "from yesterday", START)
    today = store_of(tmp_path, "today")
    assert text_on_disk(today) == "from yesterday"
    today.save(LEAD, "from yesterday and on", START)
    assert [draft.text for draft in today.all()] == ["from yesterday and on"]


def test_a_draft_that_this_window_never_saw_is_not_overwritten(tmp_path: Path) -> None:
    today = store_of(tmp_path, "today")
    assert today.load(LEAD) is None
    store_of(tmp_path, "since dead").save(LEAD, "written meanwhile", START)
    today.save(LEAD, "mine", START)
    assert {draft.text for draft in today.all()} == {"written meanwhile", "mine"}


def test_emptying_one_window_does_not_throw_away_the_others_text(tmp_path: Path) -> None:
    LIVING.update({"w1", "w2"})
    first, second = store_of(tmp_path, "w1"), store_of(tmp_path, "w2")
    first.save(LEAD, "from the first", START)
    second.load(LEAD)
    second.save(LEAD, "", START)
    assert [draft.text for draft in first.all()] == ["from the first"]


def test_a_text_kept_beside_can_be_made_the_draft_again(tmp_path: Path) -> None:
    LIVING.update({"w1", "w2"})
    first, second = store_of(tmp_path, "w1"), store_of(tmp_path, "w2")
    first.save(LEAD, "from the first", START)
    second.save(LEAD, "from the second", START)
    beside = next(draft for draft in second.all() if draft.is_beside)
    second.restore(beside, START)
    assert text_on_disk(second) == "from the first"
    assert {draft.text for draft in second.all()} == {"from the first", "from the second"}
    second.throw_away(next(draft for draft in second.all() if draft.is_beside), START)
    assert [draft.text for draft in second.discarded()] == ["from the second"]


async def test_what_was_typed_is_on_disk_within_a_second(
    keeper: DraftKeeper, store: DraftStore, clock: FakeClock
) -> None:
    for second in range(5):
        for tenth in range(10):
            keeper.note(f"typing without a pause {second}.{tenth}")
            await clock.advance(0.1)
        on_disk = text_on_disk(store)
        assert on_disk is not None
        assert on_disk >= f"typing without a pause {second}.4"
    await clock.advance(1)
    assert text_on_disk(store) == keeper.text
    assert state_of(keeper) is SaveState.SAVED


async def test_saving_saved_and_empty_are_told(keeper: DraftKeeper, clock: FakeClock) -> None:
    assert state_of(keeper) is SaveState.EMPTY
    keeper.note("x")
    assert state_of(keeper) is SaveState.SAVING
    await clock.advance(DEBOUNCE)
    assert state_of(keeper) is SaveState.SAVED
    keeper.note("")
    await clock.advance(DEBOUNCE)
    assert state_of(keeper) is SaveState.EMPTY


async def test_a_full_disk_is_told_with_its_reason_and_later_saves_go_on(tmp_path: Path, clock: FakeClock) -> None:
    store = FullDisk(tmp_path, "anna", window="this", is_alive=is_alive)
    keeper = DraftKeeper(LEAD, store, clock, off_loop=at_once)
    keeping = asyncio.create_task(keeper.keep())
    store.is_full = True
    keeper.note("important")
    await clock.advance(1)
    assert (state_of(keeper), keeper.reason) == (SaveState.NOT_SAVED, "No space left on device")
    keeper.note("important text")
    await clock.advance(30)
    assert state_of(keeper) is SaveState.NOT_SAVED
    store.is_full = False
    await clock.advance(3)
    assert state_of(keeper) is SaveState.SAVED
    assert text_on_disk(store) == "important text"
    keeping.cancel()


async def test_a_draft_that_cannot_be_read_is_not_written_over(tmp_path: Path, clock: FakeClock) -> None:
    store = FullDisk(tmp_path, "anna", window="this", is_alive=is_alive)
    store.save(LEAD, "from before", START)
    store.is_unreadable = True
    keeper = DraftKeeper(LEAD, store, clock, off_loop=at_once)
    keeping = asyncio.create_task(keeper.keep())
    with pytest.raises(OSError, match="Input/output"):
        await keeper.load()
    keeper.note("typed since")
    await clock.advance(10)
    assert state_of(keeper) is SaveState.NOT_SAVED
    assert keeper.load_problem == "Input/output error"
    store.is_unreadable = False
    await clock.advance(10)
    assert text_on_disk(store) == "from beforetyped since"
    assert keeper.load_problem == ""
    keeping.cancel()


async def test_typing_ahead_of_the_kept_text_stands_behind_it(store: DraftStore, clock: FakeClock) -> None:
    store.save(LEAD, "Hello ", START)
    disk = SlowDisk()
    keeper = DraftKeeper(LEAD, store, clock, off_loop=disk)
    loading = asyncio.create_task(keeper.load())
    keeper.note("Iv")
    await settle()
    disk.gate.set()
    await loading
    keeper.note("Ivan")  # typed before the box could show the kept text
    assert keeper.text == "Hello Ivan"
    assert keeper.take_kept() == "Hello "
    assert keeper.take_kept() == ""
    keeper.note("Hello Ivan!")
    assert await keeper.flush()
    assert text_on_disk(store) == "Hello Ivan!"


async def test_a_cancelled_save_cannot_overtake_a_later_one(store: DraftStore, clock: FakeClock) -> None:
    disk = SlowDisk()
    keeper = DraftKeeper(LEAD, store, clock, off_loop=disk)
    keeper.note("older")
    first = asyncio.create_task(keeper.flush())
    await settle()
    first.cancel()
    keeper.note("newer")
    second = asyncio.create_task(keeper.flush())
    await settle()
    assert disk.waiting == 1
    disk.gate.set()
    assert await second
    assert text_on_disk(store) == "newer"


async def test_what_was_typed_after_sending_outlives_the_sent_draft(
    keeper: DraftKeeper, store: DraftStore, clock: FakeClock
) -> None:
    keeper.note("sent")
    await keeper.flush()
    keeper.note("sent, and a thought more")
    await keeper.finish("sent")
    await clock.advance(1)
    assert text_on_disk(store) == "sent, and a thought more"


async def test_a_discarded_text_that_never_was_on_disk_is_in_the_trash_too(
    keeper: DraftKeeper, store: DraftStore
) -> None:
    keeper.note("not saved yet")
    await keeper.discard()
    assert keeper.text == ""
    assert [draft.text for draft in store.discarded()] == ["not saved yet"]


async def test_nothing_is_thrown_away_while_the_disk_is_full(tmp_path: Path, clock: FakeClock) -> None:
    store = FullDisk(tmp_path, "anna", window="this", is_alive=is_alive)
    keeper = DraftKeeper(LEAD, store, clock, off_loop=at_once)
    store.is_full = True
    keeper.note("not saved yet")
    with pytest.raises(OSError, match="No space"):
        await keeper.discard()
    assert keeper.text == "not saved yet"


async def test_saving_happens_beside_the_event_loop(store: DraftStore, clock: FakeClock) -> None:
    keeper = DraftKeeper(LEAD, store, clock)
    keeper.note("by a thread")
    assert await keeper.flush()
    assert store.load(LEAD) == replace(store.all()[0], path=None)
