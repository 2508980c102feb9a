"""What changes a lead: lock, unlock, complete, add. Completing goes the desk's own way, with its draft and journal."""

from __future__ import annotations

import argparse
import asyncio
import random
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from leads_tui.api.answers import parse
from leads_tui.api.errors import ApiError
from leads_tui.api.explain import explain
from leads_tui.api.models import MAX_ANSWER, Lead, LeadResult
from leads_tui.api.query import NewLead
from leads_tui.api.raw import add_raw
from leads_tui.command_line import Exit, Stop, complain, reason_and_code, say
from leads_tui.desk.answer import Answer, AnsweredByAnother, NotKnown, NotSent, Refusal, Stored, Verdict
from leads_tui.desk.clock import SystemClock
from leads_tui.desk.draft_store import Draft, DraftStore
from leads_tui.desk.drafts import DraftKeeper, SaveState
from leads_tui.desk.journal import Journal
from leads_tui.desk.lock import LeadLock, LockState
from leads_tui.desk.tasks import start, within
from leads_tui.desk.windows import Window
from leads_tui.headless.json_text import to_json
from leads_tui.headless.session import SignedIn
from leads_tui.locale import _

__all__ = ["add", "complete", "lock", "prepare_add", "prepare_complete", "unlock"]

GIVING_BACK: Final = 10.0
"""Seconds that giving a lead back may take at the end of a command."""
HURRIED_BACK: Final = 1.8
"""The same where the command is being ended by a signal."""


# lock and unlock ---------------------------------------------------------------------------------------------------


async def lock(session: SignedIn, args: argparse.Namespace) -> int:
    """Locks the lead for 30 minutes and leaves it locked. Raises ApiError."""
    if await session.client.lock(args.id):
        _tell(
            args, {"id": args.id, "locked": True}, _("Lead {id} is locked for you for 30 minutes.").format(id=args.id)
        )
        return Exit.DONE
    return await _held_by_another(session, args)


async def unlock(session: SignedIn, args: argparse.Namespace) -> int:
    """Gives the lead back, unless the operator's desk has it open. Raises ApiError, and Stop."""
    if not args.force:
        journal = Journal(session.state_dir, await session.account(), SystemClock())
        try:
            window = await journal.elsewhere(args.id)
        except OSError:  # then nothing is known of other windows
            window = None
        if window is not None:
            words = _("lead {id} is open in your desk{where}; leave it there, or give --force")
            raise Stop(words.format(id=args.id, where=_where(window)), Exit.REFUSED)
    if await session.client.unlock(args.id):
        _tell(args, {"id": args.id, "locked": False}, _("Lead {id} is given back.").format(id=args.id))
        return Exit.DONE
    return await _held_by_another(session, args)


async def _held_by_another(session: SignedIn, args: argparse.Namespace) -> int:
    try:
        lead = await session.client.show_routed(args.id)
    except ApiError:  # the refusal is certain, only the name is missing
        holder = None
    else:
        holder = lead.locked_by.name if lead.locked_by else None
    if args.json:
        say(to_json({"id": args.id, "locked": False, "locked_by": holder}))
    complain(_("lead {id} is locked by {name}").format(id=args.id, name=holder or _("a colleague")))
    return Exit.REFUSED


def _where(window: Window) -> str:
    return _(" ({terminal})").format(terminal=window.terminal) if window.terminal else ""


# complete ----------------------------------------------------------------------------------------------------------


def prepare_complete(args: argparse.Namespace) -> None:
    """Reads the answer; `args.text` is None to complete without one. Raises Stop."""
    args.text = None
    if args.without_answer:
        return
    args.text = args.answer if args.answer is not None else _read(args.answer_file, "--answer-file")
    if not args.text.strip():
        raise Stop(_("the answer is empty; to complete without one give --without-answer"), Exit.USAGE)
    if len(args.text) > MAX_ANSWER:
        words = _("the answer has {count} characters, the server takes {most}")
        raise Stop(words.format(count=len(args.text), most=MAX_ANSWER), Exit.USAGE)


async def complete(session: SignedIn, args: argparse.Namespace) -> int:
    """Locks, checks, sends, reads back and gives back, as the desk does. Raises ApiError only before all that."""
    me = await session.who_am_i()
    account = await session.account(me)
    clock = SystemClock()
    once = session.client.with_tries(1)  # the lock and the answer repeat by themselves, and know what they do
    journal = Journal(session.state_dir, account, clock)
    held = LeadLock(args.id, once, clock, rng=random.Random(), journal=journal)  # noqa: S311 (jitter is no secret)
    draft = DraftKeeper(args.id, _OwnText(session.state_dir, account), clock)
    draft.note(args.text or "")
    answer = Answer(
        args.id, args.text, api=once, clock=clock, lock=held, draft=draft, me=me, journal=journal, hold_seconds=0
    )
    seconds = GIVING_BACK
    code = Exit.DONE
    with _ended_by_signals() as ending:
        try:
            verdict = await answer.send()
        except asyncio.CancelledError:
            seconds = HURRIED_BACK
            if not ending:
                raise
            code = Exit.TERMINATED
            known = _("it is not known yet whether the server holds it") if answer.is_sent else _("nothing was sent")
            complain(_("lead {id}: ended by a signal; {known}").format(id=args.id, known=known) + _kept(draft))
        else:
            code = _told(args, verdict, answer, draft)
        finally:
            # An answer that may still be on its way keeps its lock, and the desk's next start looks after it.
            if not answer.is_sent and not await within(clock, seconds, start(held.release_for_good(), "give back")):
                complain(_("lead {id} could not be given back; its lock ends by itself").format(id=args.id))
            with suppress(OSError):  # the next desk finds in it that nothing is left
                await journal.close()
    return code


def _kept(draft: DraftKeeper) -> str:
    is_kept = draft.state is SaveState.SAVED and not draft.is_finished
    return _("; the text is kept as a draft") if is_kept else ""


class _OwnText(DraftStore):
    """A store that never takes up the text from before: a text that the desk left is not this command's to replace,
    so it is kept beside."""

    def load(self, _lead_id: int) -> Draft | None:
        return None


@contextmanager
def _ended_by_signals() -> Iterator[list[signal.Signals]]:
    """Cancels the command at SIGTERM and SIGHUP, so that it can give the lead back; gives those that came."""
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    came: list[signal.Signals] = []

    def end(number: signal.Signals) -> None:
        came.append(number)
        if task is not None and len(came) == 1:
            task.cancel()

    numbers = (signal.SIGTERM, signal.SIGHUP)
    for number in numbers:
        loop.add_signal_handler(number, end, number)
    try:
        yield came
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


def _told(args: argparse.Namespace, verdict: Verdict, answer: Answer, draft: DraftKeeper) -> Exit:
    """Says what became of the answer; gives the exit code."""
    code, words = _judged(args, verdict)
    if args.json:
        lead = verdict.lead if isinstance(verdict, Stored | AnsweredByAnother) else None
        result: dict[str, Any] = {
            "id": args.id,
            "verdict": _VERDICTS[type(verdict)],
            "completed_by": lead.completed_by.name if lead and lead.completed_by else None,
            "answer_text": lead.raw_answer_text if lead else None,
            "reason": None if code is Exit.DONE else words,
        }
        say(to_json(result))
    elif code is Exit.DONE:
        say(words)
    if code is not Exit.DONE:
        complain(words + _kept(draft))
    if answer.draft_problem:
        complain(_("the draft could not be deleted: {reason}").format(reason=answer.draft_problem))
    return code


_VERDICTS: Final[dict[type[Verdict], str]] = {
    Stored: "stored",
    AnsweredByAnother: "answered_by_another",
    NotSent: "not_sent",
    NotKnown: "not_known",
}


def _judged(args: argparse.Namespace, verdict: Verdict) -> tuple[Exit, str]:
    match verdict:
        case Stored():
            words = _("Lead {id} is completed; the server was seen to hold it so.")
            return Exit.DONE, words.format(id=args.id)
        case AnsweredByAnother(lead):
            name = lead.completed_by.name if lead.completed_by else _("somebody")
            words = _("lead {id} was completed by {name} before; yours is not stored")
            return Exit.REFUSED, words.format(id=args.id, name=name)
        case NotKnown():
            words = _("it is not known whether lead {id} was completed; look with: leads-tui leads show --routed {id}")
            return Exit.UNREACHABLE, words.format(id=args.id)
        case NotSent(refusal, problem, state):
            reason, code = _why_not_sent(refusal, problem, state)
            return code, _("lead {id} was not completed: {reason}").format(id=args.id, reason=reason.rstrip("."))


def _why_not_sent(refusal: Refusal | None, problem: ApiError | None, state: LockState | None) -> tuple[str, Exit]:
    if problem is not None:
        return reason_and_code(problem)
    if state is not None and state.problem is not None:
        return explain(state.problem), reason_and_code(state.problem)[1]
    if refusal is Refusal.NOT_ON_DISK:
        return _("the disk takes neither its draft nor the journal"), Exit.USAGE
    if state is not None and state.elsewhere is not None:
        return _("it is open in your desk{where}").format(where=_where(state.elsewhere)), Exit.REFUSED
    if refusal is Refusal.NOT_LOCKED:
        holder = state.holder if state is not None else None
        return _("it is locked by {name}").format(name=holder or _("a colleague")), Exit.REFUSED
    return _("the server did not take it"), Exit.REFUSED


# add ---------------------------------------------------------------------------------------------------------------


def prepare_add(args: argparse.Namespace) -> None:
    """Reads the text, and asks for what the contract always asks for. Raises Stop."""
    if args.text_file is not None:
        args.text = _read(args.text_file, "--text-file")
    if not args.phone and not args.email:
        raise Stop(_("give --phone or --email: a lead needs one of them"), Exit.USAGE)


async def add(session: SignedIn, args: argparse.Namespace) -> int:
    """Makes the lead, and says its number. Raises ApiError."""
    new = NewLead(
        name=args.name,
        site_id=args.site_id,
        conversation_id=args.conversation_id,
        text=args.text,
        email=args.email,
        phone=args.phone,
        department_id=args.department_id,
        result=LeadResult(args.result),
    )
    raw = await add_raw(session.client, new)
    _tell(args, raw, _("Lead {id} is there.").format(id=parse(Lead, raw, "leads/add").id))
    return Exit.DONE


def _tell(args: argparse.Namespace, result: dict[str, Any], words: str) -> None:
    say(to_json(result, indent=1) if args.json else words)


def _read(name: str, flag: str) -> str:
    """A text from a file, or from standard input for `-`, without the line ends at its end. Raises Stop."""
    try:
        content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return content.decode("utf-8-sig").replace("\r\n", "\n").rstrip("\n")
    except UnicodeDecodeError as problem:
        raise Stop(_("{flag}: {file} is not text in UTF-8").format(flag=flag, file=name), Exit.USAGE) from problem
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise Stop(
            _("{flag}: {file} cannot be read: {reason}").format(flag=flag, file=name, reason=reason), Exit.USAGE
        ) from problem
