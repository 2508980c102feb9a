"""A new lead: kept while it is typed, added once, and looked for where nobody knows."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from leads_tui.api.errors import ApiError, Forbidden, Rejected, ServerError, TimedOut, Unreachable
from leads_tui.api.models import Employee
from leads_tui.desk.drafts import DraftKeeper, SaveState
from leads_tui.desk.lock import IN_FLIGHT, SETTLE
from leads_tui.desk.new_lead import (
    Added,
    Failed,
    Field,
    NewLeadFields,
    NewLeadForm,
    NotKnown,
    Outcome,
    Phase,
    Problem,
    Refused,
    form_store,
)
from leads_tui.server.samples.company import SHOP
from tests.fakes import FakeClock, at_once, settle
from tests.unit.office import Faulty, Office

ME = Employee(id=1)


class Desk:
    """An operator with a form, and a conversation to make a lead of."""

    def __init__(self, folder: Path, office: Office | None = None) -> None:
        self.folder = folder
        self.office = office or Office()
        self.api: Faulty = self.office.client()
        self.clock = FakeClock()
        self.store = form_store(folder, "anna")
        self.conversation = str(self.office.add_conversation())

    def form(self, me: Employee | None = ME) -> NewLeadForm:
        keeper = DraftKeeper(0, self.store, self.clock, off_loop=at_once)
        return NewLeadForm(self.api, self.clock, me, keeper)

    async def filled(self, **others: str) -> NewLeadForm:
        form = self.form()
        await form.load()
        values = {"name": "Пётр", "site_id": str(SHOP), "conversation_id": self.conversation, "phone": "89031234567"}
        for name, value in (values | others).items():
            assert form.change(Field(name), value)
        return form

    async def wait_for(self, outcome: asyncio.Task[Outcome | None], seconds: float = 20) -> Outcome | None:
        """Lets the clock run while the server's threads do their work."""
        for _ in range(400):
            if outcome.done():
                break
            await asyncio.sleep(0.005)
            await self.clock.advance(seconds / 400)
        return await outcome

    async def submit(self, form: NewLeadForm, seconds: float = 20) -> Outcome | None:
        return await self.wait_for(asyncio.create_task(form.submit()), seconds)

    @property
    def kept(self) -> str | None:
        draft = self.store.load(0)
        return draft.text if draft else None


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


async def test_a_lead_is_added_and_its_form_forgotten(desk: Desk) -> None:
    form = await desk.filled(text="Перезвоните мне")
    await form.keeper.flush()
    assert desk.kept is not None
    outcome = await desk.submit(form)
    assert isinstance(outcome, Added)
    assert (outcome.lead.name, outcome.lead.text, outcome.was_found) == ("Пётр", "Перезвоните мне", False)
    assert form.phase is Phase.ADDED
    assert desk.kept is None


async def test_a_form_that_breaks_the_contract_is_not_sent(desk: Desk) -> None:
    form = await desk.filled(name=" ", phone="")
    assert form.shown_problems == {Field.NAME: Problem.REQUIRED}
    outcome = await desk.submit(form)
    expected = {Field.NAME: Problem.REQUIRED, Field.EMAIL: Problem.NO_CONTACT, Field.PHONE: Problem.NO_CONTACT}
    assert outcome == Refused(expected)
    assert form.shown_problems == expected
    assert desk.api.calls["add"] == 0
    assert form.is_editable


async def test_what_is_missing_is_not_told_before_it_was_come_to(desk: Desk) -> None:
    form = desk.form()
    await form.load()
    assert form.shown_problems == {}
    form.change(Field.EMAIL, "ivan@")
    assert form.shown_problems == {Field.EMAIL: Problem.INVALID}


async def test_the_servers_refusal_stands_on_its_field_until_that_is_changed(desk: Desk) -> None:
    form = await desk.filled(conversation_id="999999")
    outcome = await desk.submit(form)
    assert isinstance(outcome, Refused)
    assert outcome.problems == form.shown_problems == {Field.CONVERSATION: Problem.INVALID}
    form.change(Field.CONVERSATION, desk.conversation)
    assert form.problems == {}
    assert isinstance(await desk.submit(form), Added)


async def test_a_contact_that_the_server_asks_for_is_given_by_either_field(desk: Desk) -> None:
    form = await desk.filled()
    desk.api.refuses["add"] = Rejected(fields={"email": ["required"], "phone": ["required"]})
    await desk.submit(form)
    assert set(form.problems.values()) == {Problem.NO_CONTACT}
    form.change(Field.EMAIL, "a@b.example")
    assert form.problems == {}


@pytest.mark.parametrize("error", [Unreachable(sent=False), Forbidden()])
async def test_a_failure_that_made_nothing_keeps_what_was_typed(desk: Desk, error: ApiError) -> None:
    form = await desk.filled(text="Длинный текст")
    desk.api.refuses["add"] = error
    assert await desk.submit(form) == Failed(error)
    assert form.is_editable
    assert form.fields.text == "Длинный текст"
    again = desk.form()
    await again.load()
    assert (again.fields, again.phase) == (form.fields, Phase.EDITING)
    desk.api.refuses.clear()
    assert isinstance(await desk.submit(form), Added)


async def test_a_second_submit_while_one_is_under_way_does_nothing(desk: Desk) -> None:
    form = await desk.filled()
    first = asyncio.create_task(form.submit())
    await settle(3)
    assert await form.submit() is None
    assert not form.change(Field.NAME, "Иван")
    assert isinstance(await desk.wait_for(first), Added)
    assert await form.submit() is None
    assert (desk.api.calls["add"], desk.office.count_leads()) == (1, 1)


async def test_a_caller_that_is_cancelled_leaves_the_lead_on_its_way(desk: Desk) -> None:
    form = await desk.filled()
    asked = asyncio.create_task(form.submit())
    await settle(3)
    asked.cancel()
    for _ in range(400):
        if form.phase is Phase.ADDED:
            break
        await asyncio.sleep(0.005)
    assert isinstance(form.outcome, Added)


@pytest.mark.parametrize("error", [TimedOut(), ServerError(status=502), Unreachable(sent=True)])
async def test_a_lead_whose_answer_was_lost_is_found_and_not_made_twice(desk: Desk, error: ApiError) -> None:
    form = await desk.filled(text="Текст\r\nв две строки ")
    desk.api.fails_after["add"] = error
    outcome = await desk.submit(form)
    assert isinstance(outcome, Added)
    assert outcome.was_found
    assert (desk.api.calls["add"], desk.office.count_leads()) == (1, 1)
    assert desk.kept is None


async def test_a_try_that_did_not_arrive_is_repeated_only_when_that_is_certain(desk: Desk) -> None:
    form = await desk.filled()
    desk.api.refuses["add"] = TimedOut()
    assert isinstance(await desk.submit(form), NotKnown)
    assert (form.phase, form.is_editable) == (Phase.NOT_KNOWN, False)
    desk.api.refuses.clear()
    assert isinstance(await desk.submit(form), NotKnown)
    assert desk.api.calls["add"] == 1
    await desk.clock.advance(SETTLE)
    assert isinstance(await desk.submit(form), Added)
    assert (desk.api.calls["add"], desk.office.count_leads()) == (2, 1)


async def test_a_try_that_arrives_late_is_found_before_a_second_one(desk: Desk) -> None:
    form = await desk.filled()
    desk.api.refuses["add"] = TimedOut()
    assert isinstance(await desk.submit(form), NotKnown)
    late = await desk.api.client.add(form.fields.new_lead())
    outcome = await desk.submit(form)
    assert isinstance(outcome, Added)
    assert outcome.lead.id == late.id
    assert desk.api.calls["add"] == 1


async def test_what_is_not_known_is_found_out_in_the_background(desk: Desk) -> None:
    form = await desk.filled()
    desk.api.refuses["add"] = TimedOut()
    desk.api.fails_on["list"] = (2, Unreachable())
    assert isinstance(await desk.submit(form), NotKnown)
    looking = asyncio.create_task(form.find_out())
    await desk.clock.advance(SETTLE)
    await settle()
    assert not looking.done()
    desk.api.fails_on.clear()
    assert await desk.wait_for(looking, 200) == Failed(None)
    assert form.is_editable
    assert await form.find_out() is None


async def test_a_try_outlives_the_session_and_is_looked_for_by_the_next(desk: Desk) -> None:
    form = await desk.filled()
    desk.api.fails_after["add"] = TimedOut()
    desk.api.fails_on["list"] = (2, Unreachable())
    assert isinstance(await desk.submit(form), NotKnown)
    desk.api.fails_on.clear()
    again = desk.form()
    await again.load(NewLeadFields(name="Другой"))
    assert (again.phase, again.fields.name) == (Phase.NOT_KNOWN, "Пётр")
    outcome = await desk.submit(again)
    assert isinstance(outcome, Added)
    assert (outcome.was_found, desk.office.count_leads()) == (True, 1)


async def test_after_a_restart_a_missing_lead_proves_nothing_until_the_try_cannot_arrive_any_more(desk: Desk) -> None:
    form = await desk.filled()
    desk.api.refuses["add"] = TimedOut()
    assert isinstance(await desk.submit(form), NotKnown)
    again = desk.form()
    await again.load()
    assert isinstance(await desk.submit(again), NotKnown)
    await desk.clock.advance(IN_FLIGHT)
    desk.api.refuses.clear()
    assert isinstance(await desk.submit(again), Added)


async def test_another_lead_of_the_same_conversation_is_not_taken_for_it(desk: Desk) -> None:
    other = await desk.filled(text="Другой вопрос")
    assert isinstance(await desk.submit(other), Added)
    boris = desk.office.client("boris@demo.example")
    form = await desk.filled()
    await boris.client.add(form.fields.new_lead())
    desk.api.refuses |= {"add": TimedOut(), "list": Forbidden()}
    outcome = await desk.submit(form)
    assert isinstance(outcome, NotKnown)


async def test_where_only_routed_leads_can_be_seen_absence_is_no_proof(desk: Desk) -> None:
    form = await desk.filled()
    desk.api.refuses |= {"add": TimedOut(), "list": Forbidden()}
    assert isinstance(await desk.submit(form), NotKnown)
    await desk.clock.advance(SETTLE)
    looking = asyncio.create_task(form.find_out())
    outcome = await desk.wait_for(looking, 60)
    assert outcome == NotKnown(None, may_look=False)
    form.forget_try()
    assert form.is_editable
    desk.api.refuses.clear()
    assert isinstance(await desk.submit(form), Added)


async def test_an_earlier_lead_that_looks_alike_is_not_taken_for_the_try(desk: Desk) -> None:
    assert isinstance(await desk.submit(await desk.filled(text="Первый вопрос")), Added)
    form = await desk.filled(text="Второй вопрос")
    desk.api.refuses["add"] = TimedOut()
    assert isinstance(await desk.submit(form), NotKnown)
    again = desk.form()
    await again.load()
    await desk.clock.advance(IN_FLIGHT)
    desk.api.refuses.clear()
    assert isinstance(await desk.submit(again), Added)
    assert desk.office.count_leads() == 2


async def test_without_knowing_who_we_are_the_lead_is_still_found(desk: Desk) -> None:
    form = await desk.filled()
    await form.keeper.flush()
    nameless = desk.form(me=None)
    await nameless.load()
    desk.api.fails_after["add"] = TimedOut()
    assert isinstance(await desk.submit(nameless), Added)
    assert desk.office.count_leads() == 1


async def test_a_form_that_cannot_be_saved_is_not_sent(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    form = await desk.filled()

    def no_room(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", no_room)
    assert await desk.submit(form) == Failed(None)
    assert (form.keeper.state, form.keeper.reason) == (SaveState.NOT_SAVED, "No space left on device")
    assert desk.api.calls["add"] == 0
    assert form.is_editable


async def test_an_added_lead_whose_form_cannot_be_deleted_is_added_all_the_same(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = await desk.filled()

    def read_only(lead_id: int, text: str | None = None) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(desk.store, "finish", read_only)
    assert isinstance(await desk.submit(form), Added)
    assert form.keeping_problem == "Read-only file system"


async def test_what_is_typed_is_on_disk_within_a_second(desk: Desk) -> None:
    form = desk.form()
    await form.load()
    keeping = asyncio.create_task(form.keeper.keep())
    form.change(Field.NAME, "Ольга")
    await desk.clock.advance(1)
    keeping.cancel()
    again = desk.form()
    await again.load(NewLeadFields(name="Иван", phone="1"))
    assert again.fields == NewLeadFields(name="Ольга")
    draft = desk.store.load(0)
    assert draft is not None
    assert draft.path is not None
    assert draft.path.stat().st_mode & 0o077 == 0


async def test_an_open_lead_fills_an_empty_form(desk: Desk) -> None:
    form = desk.form()
    await form.load(NewLeadFields(name="Иван", phone="12345"))
    assert form.fields.name == "Иван"


async def test_a_form_thrown_away_is_empty_and_in_the_trash(desk: Desk) -> None:
    form = await desk.filled()
    await form.discard()
    assert form.fields.is_empty
    assert desk.kept is None
    assert "Пётр" in desk.store.discarded()[0].text
    form.change(Field.NAME, "Новый")
    await form.keeper.flush()
    assert desk.kept is not None


async def test_a_kept_form_that_cannot_be_read_is_put_before_the_operator(desk: Desk) -> None:
    desk.store.save(0, "not json", desk.clock.now())
    form = desk.form()
    await form.load()
    assert form.fields.text == "not json"


async def test_what_is_typed_before_the_disk_answers_joins_what_was_kept(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await desk.filled(text="Из прошлого")
    await before.keeper.flush()
    load = desk.store.load

    def broken(_lead_id: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(desk.store, "load", broken)
    form = desk.form()
    with pytest.raises(OSError, match="Input/output"):
        await form.load()
    form.change(Field.NAME, "Новый")
    monkeypatch.setattr(desk.store, "load", load)
    await form.keeper.flush()
    form.change(Field.EMAIL, "a@b.example")
    assert (form.fields.name, form.fields.text, form.fields.email) == ("Новый", "Из прошлого", "a@b.example")
    await form.keeper.flush()
    again = desk.form()
    await again.load()
    assert again.fields == form.fields
