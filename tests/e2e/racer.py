"""A process that locks and gives back one lead as it is told on its standard input, by the desk's own lock."""

from __future__ import annotations

import asyncio
import random
import sys

from leads_tui.api.client import LeadsClient
from leads_tui.credentials import read_token
from leads_tui.desk.clock import SystemClock
from leads_tui.desk.lock import LeadLock
from leads_tui.settings import find_paths


async def race(lead_id: int) -> None:
    """Reads `ask` and `release`, a line each, and prints the lock's phase after each."""
    session = read_token(find_paths().token_file)
    assert session is not None
    async with LeadsClient(session.api_url or "", session.token) as client:
        lock = LeadLock(lead_id, client.with_tries(1), SystemClock(), rng=random.Random(1))
        while order := (await asyncio.to_thread(sys.stdin.readline)).strip():
            await (lock.ask() if order == "ask" else lock.release())
            sys.stdout.write(f"{lock.state.phase.value}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(race(int(sys.argv[1])))
