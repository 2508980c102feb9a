"""A new lead on its way: what is typed is kept, it is added once, and what is not known is looked for.

`add` makes another lead each time that it is called, so it is never repeated blindly. That it is about to be called is
on disk before, with the leads that look like it already; where its answer is lost, now or by a crash, another such lead
(by the operator, of the same conversation, name, contacts and text) is looked for before a second try.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Protocol

from leads_tui.api.errors import ApiError, Forbidden, NotFound, Rejected
from leads_tui.api.models import Employee, Lead
from leads_tui.api.query import NewLead
from leads_tui.desk.added_leads import AddedLeadsApi, find_added
from leads_tui.desk.clock import Clock
from leads_tui.desk.draft_store import DraftStore
from leads_tui.desk.drafts import DraftKeeper
from leads_tui.desk.lock import IN_FLIGHT, SETTLE
from leads_tui.desk.new_lead_fields import Field, NewLeadFields, Problem, read_refusal
from leads_tui.desk.tasks import start, to_its_end

__all__ = [
    "Added",
    "Failed",
    "Field",
    "NewLeadApi",
    "NewLeadFields",
    "NewLeadForm",
    "NotKnown",
    "Outcome",
    "Phase",
    "Problem",
    "Refused",
    "form_store",
]

LOOKS: Final = (0.0, 1.0, 2.0, 4.0)
"""Seconds waited before each look for a lead whose `add` got no answer, until it is called not known."""
FIRST_LOOK: Final = 5.0
LAST_LOOK: Final = 60.0
"""Seconds between two further looks; each wait is twice the one before, up to this."""


class NewLeadApi(AddedLeadsApi, Protocol):
    """The calls that a new lead takes. Each raises an `ApiError`; `add` must be sent once."""

    async def add(self, new: NewLead) -> Lead:
        """Makes a lead (seed: add)."""
        ...


class Phase(StrEnum):
    """Where the form stands."""

    EDITING = "editing"
    SENDING = "sending"
    LOOKING = "looking"
    """It is being found out whether an earlier try made the lead."""
    NOT_KNOWN = "not known"
    """A try may have made the lead; nothing can be changed until that is known, or `forget_try`."""
    ADDED = "added"


@dataclass(frozen=True)
class Added:
    """The server holds the lead."""

    lead: Lead
    was_found: bool = False
    """True where the answer was lost and the lead was found by looking."""


@dataclass(frozen=True)
class Refused:
    """The form cannot be sent as it is, or the server's 422. Nothing was made."""

    problems: Mapping[Field, Problem]
    others: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Bad parameters that are no field of the form, with the server's codes."""
    reason: str = ""
    """The server's words, where it was the server."""


@dataclass(frozen=True)
class Failed:
    """Nothing was made: the server could not be asked or would not, or the disk refused (then `problem` is None)."""

    problem: ApiError | None


@dataclass(frozen=True)
class NotKnown:
    """The lead may have been made. Without `may_look`, this operator has no way to see it."""

    problem: ApiError | None
    may_look: bool = True


Outcome = Added | Refused | Failed | NotKnown


def form_store(state_dir: Path, account: str) -> DraftStore:
    """Where the form of this account is kept between sessions: give it to a `DraftKeeper` for lead 0."""
    return DraftStore(state_dir / "new-lead", account)


class NewLeadForm:
    """One new lead, from the first letter to the server's answer. Make another for the next one.

    `keeper` carries what is typed to disk: let `keeper.keep()` run while the form is open; it says saved or not.
    """

    def __init__(
        self,
        api: NewLeadApi,
        clock: Clock,
        me: Employee | None,
        keeper: DraftKeeper,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self.fields = NewLeadFields()
        self.phase = Phase.EDITING
        self.outcome: Outcome | None = None
        """What came of the last try."""
        self.keeper = keeper
        self.keeping_problem = ""
        """Why the form is still on disk although the lead was added, where it could not be deleted."""
        self._api = api
        self._clock = clock
        self._me = me
        self._on_change = on_change
        self._touched: set[Field] = set()
        self._refused: dict[Field, Problem] = {}
        self._tried: NewLeadFields | None = None
        self._alike: tuple[int, ...] = ()
        self._certain_after = 0.0
        self._work: asyncio.Task[Outcome] | None = None

    # What the operator does ------------------------------------------------------------------------------------

    async def load(self, begin_with: NewLeadFields | None = None) -> None:
        """Fetches what was typed before; `begin_with` fills the form where nothing was. Raises OSError where it cannot
        be read; then the form works, and what was there joins what is typed once it can."""
        try:
            await self.keeper.load()
        finally:
            self._take_kept()
            if begin_with is not None and self.fields.is_empty and self._tried is None:
                self.fields = begin_with
            self._note()

    @property
    def is_editable(self) -> bool:
        """False while a try is under way or not known, and once the lead is added."""
        return self.phase is Phase.EDITING

    def change(self, field: Field, value: str) -> bool:
        """Takes the field as it is now typed; False, and nothing happens, where the form cannot be changed."""
        if not self.is_editable:
            return False
        self.fields = self.fields.with_field(field, value)
        self._touched.add(field)
        self._refused.pop(field, None)
        if field in _CONTACTS and self._refused.get(_CONTACTS[field]) is Problem.NO_CONTACT:
            del self._refused[_CONTACTS[field]]
        self._note()
        return True

    @property
    def problems(self) -> dict[Field, Problem]:
        """Everything that keeps the form from being sent: by the contract, and by the server's last 422."""
        return self._refused | self.fields.problems()

    @property
    def shown_problems(self) -> dict[Field, Problem]:
        """Those of them to be shown by now: of fields that were typed in, and all after a try. That something is
        missing is no news before the operator came to it."""
        if self.outcome is not None:
            return self.problems
        problems = self.problems
        return {
            field: problem
            for field, problem in problems.items()
            if field in self._touched and (problem is not Problem.NO_CONTACT or self._touched.issuperset(_CONTACTS))
        }

    async def submit(self) -> Outcome | None:
        """Adds the lead. Where an earlier try is not known, looks for its lead first, and adds only if there is none.

        None, and nothing happens, while a try is under way or after the lead was added: it cannot be sent twice. A
        caller that is cancelled leaves it running to its end. Raises nothing of the API's.
        """
        if self._work is not None or self.phase is Phase.ADDED:
            return None
        return await self._run(self._submit(), "add lead")

    async def find_out(self) -> Outcome | None:
        """After `NotKnown`: looks, with longer and longer waits, until it is known what became of the try. None where
        there is nothing to find out."""
        if self._work is not None or self._tried is None:
            return None
        return await self._run(self._find_out(), "look for lead")

    def forget_try(self) -> None:
        """The operator has looked elsewhere, and takes the form up again although nobody knows of the last try."""
        if self.phase is Phase.NOT_KNOWN and self._work is None:
            self._tried = None
            self.outcome = None
            self._become(Phase.EDITING)
            self._note()

    async def discard(self) -> None:
        """Throws the form away on the operator's word; it stays in the trash for 24 hours. Raises OSError."""
        if self._work is None:
            await self.keeper.discard()
            self.fields, self._tried, self.outcome = NewLeadFields(), None, None
            self._touched.clear()
            self._refused.clear()
            self._become(Phase.EDITING)

    # How it works ----------------------------------------------------------------------------------------------

    async def _run(self, work: Coroutine[Any, Any, Outcome], name: str) -> Outcome:
        self._work = start(work, name)
        self._work.add_done_callback(self._ended)
        self.outcome = await to_its_end(self._work)
        return self.outcome

    def _ended(self, work: asyncio.Task[Outcome]) -> None:
        self._work = None
        failed = work.cancelled() or work.exception() is not None
        outcome = None if failed else work.result()
        if isinstance(outcome, Added):
            self._become(Phase.ADDED)
        else:
            self._become(Phase.EDITING if self._tried is None else Phase.NOT_KNOWN)
        self.outcome = outcome
        self._on_change()

    async def _submit(self) -> Outcome:
        if self._tried is not None:
            self._become(Phase.LOOKING)
            known = await self._look()
            if not isinstance(known, Failed):
                return await self._conclude(known)
            self._tried = None
        if problems := self.fields.problems():
            return Refused(problems)
        self._become(Phase.SENDING)
        try:
            alike = await find_added(self._api, self._me, self.fields.new_lead())
        except (Forbidden, NotFound):  # then what looks like it is taken for it
            self._alike = ()
        except ApiError as problem:
            return Failed(problem)
        else:
            self._alike = tuple(lead.id for lead in alike.leads)
        self._tried = self.fields
        self._note()
        if not await self.keeper.flush():
            return await self._conclude(Failed(None))
        return await self._conclude(await self._add())

    async def _add(self) -> Outcome:
        try:
            return Added(await self._api.add(self.fields.new_lead()))
        except Rejected as problem:
            self._refused, others = read_refusal(problem.fields)
            return Refused(self._refused, others, problem.reason)
        except ApiError as problem:
            if not problem.may_have_acted:
                return Failed(problem)
            lost = problem
        finally:
            self._certain_after = self._clock.boot() + SETTLE
        self._become(Phase.LOOKING)
        for wait in LOOKS:
            if wait:
                await self._clock.sleep(wait)
            outcome = await self._look()
            if not isinstance(outcome, NotKnown):
                return outcome
        return NotKnown(lost)

    async def _find_out(self) -> Outcome:
        self._become(Phase.LOOKING)
        wait = FIRST_LOOK
        while True:
            await self._clock.sleep(wait)
            wait = min(2 * wait, LAST_LOOK)
            outcome = await self._look()
            if not isinstance(outcome, NotKnown) or not outcome.may_look:
                return await self._conclude(outcome)

    async def _look(self) -> Added | Failed | NotKnown:
        """Looks for the lead of the last try: `Failed` where it certainly was not made."""
        if self._tried is None:
            return Failed(None)
        began = self._clock.boot()
        try:
            found = await find_added(self._api, self._me, self._tried.new_lead())
        except ApiError as problem:
            return NotKnown(problem, may_look=not isinstance(problem, Forbidden | NotFound))
        for lead in found.leads:
            if lead.id not in self._alike:
                return Added(lead, was_found=True)
        if began < self._certain_after:
            return NotKnown(None)
        return Failed(None) if found.sees_all else NotKnown(None, may_look=False)

    async def _conclude(self, outcome: Outcome) -> Outcome:
        if isinstance(outcome, NotKnown):
            return outcome
        if isinstance(outcome, Added):
            try:
                await self.keeper.finish(self.keeper.text)
            except OSError as problem:
                self.keeping_problem = problem.strerror or str(problem)
            return outcome
        self._tried = None
        self._note()
        await self.keeper.flush()
        return outcome

    def _note(self) -> None:
        self._take_kept()
        is_empty = self.fields.is_empty and self._tried is None
        data: dict[str, object] = {"fields": self.fields.write()}
        if self._tried is not None:
            data |= {"tried": self._tried.write(), "alike": self._alike}
        self.keeper.note("" if is_empty else json.dumps(data, ensure_ascii=False))
        self._on_change()

    def _take_kept(self) -> None:
        kept = self.keeper.take_kept()
        if not kept:
            return
        data = _read(kept)
        if (tried := data.get("tried")) is not None:
            # What an earlier session sent comes first; until it is known, nothing else can be sent.
            self._tried = NewLeadFields.read(tried)
            self.fields = self.fields.over(self._tried)
            self._alike = tuple(data.get("alike", ()))
            self._certain_after = self._clock.boot() + IN_FLIGHT
            self._become(Phase.NOT_KNOWN)
        else:
            self.fields = self.fields.over(NewLeadFields.read(data.get("fields")))

    def _become(self, phase: Phase) -> None:
        if phase is not self.phase:
            self.phase = phase
            self._on_change()


_CONTACTS: Final = {Field.EMAIL: Field.PHONE, Field.PHONE: Field.EMAIL}


def _read(kept: str) -> dict[str, Any]:
    """What was kept. What cannot be read is put where the operator sees it."""
    try:
        data = json.loads(kept)
    except ValueError:
        data = None
    return data if isinstance(data, dict) else {"fields": {"text": kept}}
