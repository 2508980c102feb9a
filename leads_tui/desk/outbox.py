"""Answers on their way: held, sent, read back, and looked for until it is known what became of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from leads_tui.desk.answer import Answer, NotKnown, Step, Verdict
from leads_tui.desk.journal import Entry
from leads_tui.desk.open_lead import OpenLead
from leads_tui.desk.ports import Running, Tools

OnVerdict = Callable[[OpenLead, Verdict], None]


@dataclass(eq=False)
class _OnItsWay:
    opened: OpenLead
    answer: Answer
    ended: asyncio.Event
    work: Running | None = None


class Outbox:
    """One answer at most per lead. `settled` is called with each certain verdict (or None after an unexpected error),
    `on_verdict` with one that is not known yet."""

    def __init__(
        self,
        tools: Tools,
        *,
        on_change: Callable[[], None],
        on_verdict: OnVerdict,
        settled: Callable[[OpenLead, Verdict | None], None],
    ) -> None:
        self._tools = tools
        self._on_change = on_change
        self._on_verdict = on_verdict
        self._settled = settled
        self._on_their_way: dict[int, _OnItsWay] = {}

    @property
    def leads(self) -> list[OpenLead]:
        """The leads whose answer is on its way, the latest last."""
        return [each.opened for each in self._on_their_way.values()]

    def find(self, lead_id: int) -> OpenLead | None:
        """The lead with this id, where its answer is on its way."""
        each = self._on_their_way.get(lead_id)
        return each.opened if each else None

    def send(self, opened: OpenLead, *, without_answer: bool = False) -> Answer | None:
        """Sends the lead's text; None, and nothing happens, where one is under way already, or where it is not known
        yet what became of one that an earlier session sent."""
        journal = self._tools.journal
        is_unknown = journal is not None and journal.trace(opened.id).was_sent
        if opened.answer is not None or opened.id in self._on_their_way or is_unknown:
            return None
        answer = self._answer(opened, None if without_answer else opened.draft.text)
        opened.is_without_answer = without_answer
        self._start(opened, answer)
        return answer

    def resume(self, opened: OpenLead, text: str | None) -> None:
        """Goes on looking for what became of this text that an earlier session sent."""
        answer = self._answer(opened, text)
        answer.resume()
        opened.verdict = NotKnown(None)
        self._start(opened, answer)

    def take_back(self, lead_id: int | None = None) -> OpenLead | None:
        """Takes back the answer to this lead, or the latest one that can be; None where it is too late."""
        for each in reversed(self._on_their_way.values()):
            if lead_id in {None, each.opened.id} and each.answer.take_back():
                return each.opened
        return None

    def stop(self) -> None:
        """The session ends: what was not sent is not sent any more."""
        for each in self._on_their_way.values():
            if not each.answer.is_sent:
                each.answer.take_back()
                if each.work is not None:
                    each.work.cancel()
                each.ended.set()

    async def wait_for(self, lead_id: int) -> bool:
        """Waits for the end of this lead's answer. False where the session ends before the server may be told that the
        lead is free: an answer that may still be on its way keeps its lock."""
        each = self._on_their_way.get(lead_id)
        if each is None:
            return True
        await each.ended.wait()
        if each.answer.is_sent:
            return False
        if self._tools.journal is not None and self._tools.journal.trace(lead_id).answer is not None:
            try:
                await self._tools.journal.write(lead_id, Entry.NOT_STORED)
            except OSError:  # then the next start looks at the lead
                return True
        return True

    # How it works ----------------------------------------------------------------------------------------------

    def _answer(self, opened: OpenLead, text: str | None) -> Answer:
        return Answer(
            opened.id,
            text,
            api=self._tools.api,
            clock=self._tools.clock,
            lock=opened.lock,
            draft=opened.draft,
            me=self._tools.me,
            on_step=self._stepped,
            hold_seconds=self._tools.hold_seconds,
            journal=self._tools.journal,
        )

    def _start(self, opened: OpenLead, answer: Answer) -> None:
        opened.answer = answer
        each = _OnItsWay(opened, answer, asyncio.Event())
        self._on_their_way[opened.id] = each
        each.work = self._tools.spawn(self._run(each), f"answer {opened.id}")

    async def _run(self, each: _OnItsWay) -> None:
        verdict: Verdict | None = None
        try:
            verdict = await self._find_verdict(each)
        finally:
            each.ended.set()
            if self._on_their_way.get(each.opened.id) is each:
                del self._on_their_way[each.opened.id]
            each.opened.answer = None
            self._settled(each.opened, verdict)

    async def _find_verdict(self, each: _OnItsWay) -> Verdict:
        if each.answer.step is not Step.LOOKING:
            verdict = await self._send(each.answer)
            if not isinstance(verdict, NotKnown):
                return verdict
            each.opened.verdict = verdict
            self._on_verdict(each.opened, verdict)
        return await each.answer.find_out()

    async def _send(self, answer: Answer) -> Verdict:
        try:
            return await answer.send()
        except Exception as error:
            if not answer.is_sent:
                raise
            self._tools.report(error)  # a mistake of ours does not make the server forget what it got
            return NotKnown(None)

    def _stepped(self, _step: Step) -> None:
        self._on_change()
