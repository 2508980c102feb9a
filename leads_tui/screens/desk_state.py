"""What the desk's screen knows, in one place, and what may be done with it."""

from __future__ import annotations

from dataclasses import dataclass, field

from leads_tui.api.errors import NotSignedIn
from leads_tui.api.models import Lead
from leads_tui.desk.answer import NotSent
from leads_tui.desk.canned import CannedReplies
from leads_tui.desk.inbox import Inbox, Row
from leads_tui.desk.open_lead import OpenLead
from leads_tui.desk.person import Person, PersonFinder
from leads_tui.desk.views import matches
from leads_tui.desk.workbench import Workbench


@dataclass
class DeskState:
    """What the desk shows, owned by its screen."""

    account: str
    inbox: Inbox | None = None
    workbench: Workbench | None = None
    my_id: int | None = None
    words: str = ""
    """What the inbox is filtered by."""
    notice: tuple[str, str] = ("", "")
    """What happened last, and its tone."""
    drafts: set[int] = field(default_factory=set)
    """Leads with a text that is not sent."""
    replies: CannedReplies | None = None
    persons: PersonFinder | None = None
    person: tuple[int, Person] | None = None
    """What was found of the person behind the lead with this id."""
    conflict: tuple[Lead, str] | None = None
    """A lead that another answered, and the operator's own text for it."""

    @property
    def opened(self) -> OpenLead | None:
        """The lead in hand."""
        return self.workbench.current if self.workbench else None

    def lead(self, lead_id: int | None) -> Lead | None:
        """The lead as the list has it."""
        index = self.inbox.index_of(lead_id) if self.inbox else None
        return self.inbox.rows[index].lead if self.inbox and index is not None else None

    def is_gone(self, lead_id: int) -> bool:
        """Whether the list, as it was last loaded, does not have this lead any more."""
        if self.inbox is None:
            return False
        index = self.inbox.index_of(lead_id)
        if index is None:  # it may lie beyond what is loaded
            return self.inbox.fresh.loaded_at is not None and not self.inbox.has_more
        return self.inbox.rows[index].is_gone

    def is_mine(self, lead: Lead) -> bool:
        """Whether the operator holds it, in whichever window."""
        return lead.is_locked and lead.locked_by is not None and lead.locked_by.id == self.my_id

    def shown_rows(self) -> list[Row]:
        """The rows that match the filter."""
        rows = self.inbox.rows if self.inbox else []
        return [row for row in rows if matches(row.lead, self.words)] if self.words.strip() else rows

    @property
    def previewed(self) -> Lead | None:
        """The lead under the cursor."""
        return self.inbox.selected if self.inbox else None

    @property
    def watchable(self) -> Lead | None:
        """The lead in sight, where a colleague holds it."""
        lead = self.opened.lead if self.opened else self.previewed
        return lead if lead and lead.is_locked and lead.is_missed and not self.is_mine(lead) else None

    @property
    def is_signed_out(self) -> bool:
        """True from the first call on that the server refused for want of a sign-in."""
        verdict = self.opened.verdict if self.opened else None
        refused = [self.inbox.fresh.problem if self.inbox else None]
        refused.append(verdict.problem if isinstance(verdict, NotSent) else None)
        return any(isinstance(problem, NotSignedIn) for problem in refused)

    def allows(self, action: str) -> bool:
        """Which of the desk's actions make sense now."""
        opened = self.opened
        is_held = self.workbench is not None and bool(self.workbench.held)
        match action:
            case "send" | "complete":
                return opened is not None and opened.may_send
            case "release":
                return is_held or (opened is not None and opened.answer is None)
            case "ask_for_lock":
                return opened is not None and opened.answer is None
            case "replies":
                return opened is not None and opened.may_type and self.replies is not None
            case "take_back":
                return is_held
            case "watch":
                return self.watchable is not None
            case "compare":
                return self.conflict is not None
        return True
