"""A lead in hand."""

from __future__ import annotations

from dataclasses import dataclass, field

from leads_tui.api.errors import ApiError
from leads_tui.api.models import Lead
from leads_tui.desk.answer import Answer, AnsweredByAnother, Verdict
from leads_tui.desk.drafts import DraftKeeper
from leads_tui.desk.lock import LeadLock, LockPhase
from leads_tui.desk.ports import Running


@dataclass(eq=False)
class OpenLead:
    """What the server said of a lead, its lock, its draft, and the answer that is on its way."""

    lead: Lead
    lock: LeadLock
    draft: DraftKeeper
    is_loaded: bool = False
    problem: ApiError | None = None
    answer: Answer | None = None
    verdict: Verdict | None = None
    is_without_answer: bool = False
    """True where the last thing sent was a completion without an answer."""
    is_idle: bool = False
    """True where it was given back because no key was touched for long; the next key asks for it again."""
    works: list[Running] = field(default_factory=list)

    @property
    def id(self) -> int:
        """The lead's id, which everything that is done here is bound to."""
        return self.lead.id

    @property
    def draft_problem(self) -> str:
        """Why the text from before cannot be read, or the sent one not deleted; empty where all is well."""
        return self.draft.load_problem

    @property
    def may_type(self) -> bool:
        """False where somebody else holds the lead, it is handled, or its answer is on its way."""
        handled = not self.lead.is_missed and not isinstance(self.verdict, AnsweredByAnother)
        return self.answer is None and not handled and self.lock.state.phase is not LockPhase.OTHERS

    @property
    def may_send(self) -> bool:
        """False where the answer cannot be sent now; losing the lock keeps the text and disables sending."""
        lost = self.lock.state.phase in {LockPhase.OTHERS, LockPhase.LOST}
        return self.answer is None and self.lead.is_missed and not lost

    @property
    def may_be_taken_back(self) -> bool:
        """True while its answer is held and nothing was sent."""
        return self.answer is not None and self.answer.may_be_taken_back

    def stop_works(self) -> None:
        """Stops what runs for it while it is open."""
        for work in self.works:
            work.cancel()
        self.works = []
