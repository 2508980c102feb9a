"""What the states of the desk are called on the screen. Nothing is told by colour alone, so all of it is here."""

from __future__ import annotations

import datetime as dt

from leads_tui.api.errors import Forbidden, NotFound, NotSignedIn, Rejected, TooManyRequests
from leads_tui.api.explain import explain
from leads_tui.api.models import MAX_ANSWER, Employee, Lead, LeadType
from leads_tui.desk.answer import Answer, AnsweredByAnother, NotKnown, NotSent, Refusal, Step, Stored, Verdict
from leads_tui.desk.drafts import DraftKeeper, SaveState
from leads_tui.desk.inbox import Freshness
from leads_tui.desk.lock import LockPhase, LockState
from leads_tui.desk.texts import length
from leads_tui.desk.windows import Window
from leads_tui.locale import _, ngettext
from leads_tui.text.ages import clock_time


def type_words(kind: LeadType) -> str:
    """How the lead came to be, in one word."""
    return {
        LeadType.FORM: _("form"),
        LeadType.CALLBACK: _("callback"),
        LeadType.CHAT: _("chat"),
        LeadType.OTHER: _("other"),
    }[kind]


def name_of(lead: Lead) -> str:
    """The visitor's name, or words for its absence."""
    return lead.name or _("(no name)")


def lead_words(lead: Lead) -> str:
    """The lead by id and visitor, as every title names it."""
    return f"#{lead.id} {name_of(lead)}"


def employee_words(employee: Employee | None) -> str:
    """A colleague's name, or words for one whom the server does not name."""
    return employee.name if employee else _("somebody")


def lock_words(state: LockState, boot: float, now: dt.datetime) -> tuple[str, str]:
    """The lock's state in words, and the tone of the style sheet that goes with it."""
    minutes = state.minutes_left(boot)
    if state.elsewhere is not None:
        return _("OPEN IN YOUR OTHER WINDOW {where}").format(where=window_words(state.elsewhere, now)), "-bad"
    match state.phase:
        case LockPhase.FREE:
            return "", ""
        case LockPhase.ACQUIRING:
            return _("locking…"), ""
        case LockPhase.HELD:
            return _("LOCKED BY YOU {minutes} min").format(minutes=minutes), "-good"
        case LockPhase.AT_RISK:
            return _("LOCK AT RISK {minutes} min left").format(minutes=minutes), "-warning"
        case LockPhase.UNKNOWN:
            return _("LOCK NOT CERTAIN, asking"), "-warning"
        case LockPhase.OTHERS:
            return _("LOCKED BY {who}").format(who=(state.holder or _("another")).upper()), "-bad"
        case LockPhase.LOST:
            return _("LOCK LOST TO {who}").format(who=(state.holder or _("another")).upper()), "-bad"


def window_words(window: Window, now: dt.datetime) -> str:
    """Another running desk of the same operator: its terminal and since when it runs."""
    terminal = window.terminal.removeprefix("/dev/")
    since = _("since {when}").format(when=clock_time(window.started_at, now)) if window.started_at else ""
    return " ".join(part for part in (terminal, since) if part)


def draft_words(draft: DraftKeeper) -> tuple[str, str]:
    """How long the answer is and whether it is on disk, and the tone that goes with it."""
    over = length(draft.text) - MAX_ANSWER
    count = _("{count}/{most}").format(count=length(draft.text), most=MAX_ANSWER)
    if over > 0:
        count = ngettext("{over} too long", "{over} too long", over).format(over=over)
    tone = "-bad" if over > 0 or draft.state is SaveState.NOT_SAVED else ""
    match draft.state:
        case SaveState.EMPTY:
            return count, tone
        case SaveState.SAVING:
            return f"{count} " + _("saving"), tone
        case SaveState.SAVED:
            return f"{count} " + _("saved"), tone
        case SaveState.NOT_SAVED:
            return f"{count} " + _("NOT SAVED: {reason}").format(reason=draft.reason), tone


def on_its_way_words(lead: Lead, answer: Answer, boot: float, keys: str) -> str:
    """What is being done about an answer right now; while it is held, for how long, and the `keys` that stop it."""
    if answer.step is Step.HOLDING and answer.held_until is not None:
        seconds = max(0, round(answer.held_until - boot))
        words = _("{lead}: sending in {seconds} s; {keys} takes it back")
        return words.format(lead=lead_words(lead), seconds=seconds, keys=keys)
    return f"{lead_words(lead)}: {_step_words(answer.step)}"


def _step_words(step: Step) -> str:
    return {
        Step.SAVING: _("saving…"),
        Step.HOLDING: _("waiting…"),
        Step.LOCKING: _("locking…"),
        Step.CHECKING: _("checking…"),
        Step.SENDING: _("sending…"),
        Step.VERIFYING: _("asking the server whether it holds it…"),
        Step.LOOKING: _("not known yet, looking…"),
        Step.UNLOCKING: _("giving back…"),
    }[step]


def verdict_words(lead: Lead, verdict: Verdict, now: dt.datetime) -> tuple[str, str]:
    """What became of an answer, in one sentence, and its tone."""
    which = lead_words(lead)
    match verdict:
        case Stored(stored):
            when = f"{(stored.completed_at or now).astimezone(now.tzinfo):%H:%M:%S}"
            if not stored.answer_text:
                return _("{lead}: completed without an answer, {when}").format(lead=which, when=when), "-good"
            return _("{lead}: answered; the server holds your text, {when}").format(lead=which, when=when), "-good"
        case AnsweredByAnother(theirs):
            when = clock_time(theirs.completed_at, now) if theirs.completed_at else "?"
            who = employee_words(theirs.completed_by)
            words = _("{lead}: answered by {who} at {when}. Your text is NOT stored; it is kept as a draft")
            return words.format(lead=which, who=who, when=when), "-bad"
        case NotSent():
            reason = _not_sent_words(verdict)
            tone = "" if verdict.refusal is Refusal.TAKEN_BACK else "-bad"
            return _("{lead}: not sent. {reason}").format(lead=which, reason=reason), tone
        case NotKnown(problem):
            reason = explain(problem) if problem else ""
            words = _("{lead}: not known yet whether the server holds it; your text is kept. {reason}")
            return words.format(lead=which, reason=reason), "-warning"


def _not_sent_words(verdict: NotSent) -> str:
    if verdict.problem is not None:
        return explain(verdict.problem)
    match verdict.refusal:
        case Refusal.EMPTY:
            return _("There is no text; f8 completes without an answer")
        case Refusal.TOO_LONG:
            return _("The answer is longer than {most} characters; shorten it").format(most=MAX_ANSWER)
        case Refusal.NOT_ON_DISK:
            return _("The draft or the journal could not be saved; make room on the disk and send again")
        case Refusal.TAKEN_BACK:
            return _("You took it back; the text is as it was")
        case Refusal.NOT_LOCKED if verdict.lock and verdict.lock.elsewhere:
            return _("The lead is open in your other window")
        case Refusal.NOT_LOCKED:
            holder = verdict.lock.holder if verdict.lock else None
            return _("The lead is locked by {who}").format(who=holder or _("another"))
        case None:
            return _("The server did not take it; send again")


def fresh_words(fresh: Freshness, now: dt.datetime, boot: float) -> tuple[str, str]:
    """Nothing while the list is fresh; since when it is not, why, and when the next try is."""
    if fresh.problem is None or fresh.offline_since is None:
        return "", ""
    if isinstance(fresh.problem, NotSignedIn):
        return _("signed out; f5 signs in"), "-bad"
    since = clock_time(fresh.offline_since, now)
    is_refused = isinstance(fresh.problem, Forbidden | NotFound | Rejected | TooManyRequests)
    if fresh.next_try is None or fresh.next_try <= boot:
        words = _("refused since {since}, trying now") if is_refused else _("offline since {since}, trying now")
        return words.format(since=since), "-bad"
    seconds = max(1, round(fresh.next_try - boot))
    words = (
        _("refused since {since}, next try in {seconds} s")
        if is_refused
        else _("offline since {since}, next try in {seconds} s")
    )
    return words.format(since=since, seconds=seconds), "-bad"
