"""Work that must run to its end although whoever waits for it may be cancelled, and waiting that has an end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, Protocol, TypeVar

from leads_tui.desk.clock import Clock

T = TypeVar("T")

Report = Callable[[BaseException], None]
"""Takes an unexpected error of work that nobody waits for any more."""

_RUNNING: Final[set[asyncio.Task[Any]]] = set()


class OffLoop(Protocol):
    """Runs work that blocks for the disk beside the event loop."""

    def __call__(self, work: Callable[[], T], /) -> Awaitable[T]:
        """Gives what the work gives, and raises what it raises."""
        ...


async def in_thread(work: Callable[[], T], /) -> T:
    """Runs the work in a thread."""
    return await asyncio.to_thread(work)


def start(work: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
    """Starts a task that lives until it is done; asyncio itself only holds tasks weakly."""
    task = asyncio.create_task(work, name=name)
    _RUNNING.add(task)
    task.add_done_callback(_RUNNING.discard)
    return task


async def to_its_end(task: asyncio.Task[T], report: Report | None = None) -> T:
    """What the task gives. A caller that is cancelled leaves the task running; an error of it is then reported."""
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        task.add_done_callback(lambda done: _say_why_it_died(done, report))
        raise


def _say_why_it_died(task: asyncio.Task[Any], report: Report | None) -> None:
    if task.cancelled() or (error := task.exception()) is None:
        return
    if report is not None:
        report(error)
    else:
        task.get_loop().call_exception_handler({"message": f"{task.get_name()} died", "exception": error, "task": task})


async def within(clock: Clock, seconds: float, task: asyncio.Task[T]) -> bool:
    """Waits for the task, but no longer than these seconds; True where it is done. The task goes on in any case."""
    if not task.done():
        limit = start(clock.sleep(seconds), "limit")
        try:
            await asyncio.wait({task, limit}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            limit.cancel()
    return task.done()
