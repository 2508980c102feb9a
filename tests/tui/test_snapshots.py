"""Pictures of the desk's states, compared with those that a person has looked at.

After a change that is meant, `pytest tests/tui/test_snapshots.py --snapshot-update` draws them anew; look at them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.tui.at_desk import Operator, ThreadWork
from tests.tui.company import Company
from tests.tui.conftest import MakeApp
from tests.tui.faults import Network
from tests.tui.hand_clock import HandClock
from tests.tui.states import STATES, State

SIZES = [(80, 24), (120, 40), (40, 15)]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("state", [state for state in STATES if state.is_pictured], ids=lambda state: state.name)
def test_desk(
    state: State,
    size: tuple[int, int],
    company: Company,
    network: Network,
    clock: HandClock,
    make_app: MakeApp,
    snap_compare: Callable[..., bool],
) -> None:
    state.prepare(company, network)

    async def reach(pilot: Pilot[Any]) -> None:
        threads = ThreadWork(asyncio.get_running_loop())
        anna = Operator(app, pilot, network, clock, threads)
        await anna.start()
        await state.reach(anna, company)
        anna.hide_blinking()

    app = make_app(is_signed_in=state.is_signed_in)
    assert snap_compare(app, terminal_size=size, run_before=reach)
