"""The end of a day, also where the server does not take part."""

from __future__ import annotations

import time

import pytest

from leads_tui.desk.clock import SystemClock
from tests.tui.company import Company
from tests.tui.conftest import MakeApp, SitDown
from tests.tui.faults import Fault, Network
from tests.tui.test_leaving import drafts_on_disk


def last_words(app: object) -> str:
    return " ".join(str(each) for each in app._exit_renderables)  # type: ignore[attr-defined] # Textual's own


@pytest.mark.parametrize("key", ["ctrl+q", "ctrl+й"])
async def test_quitting_gives_the_lead_back(key: str, company: Company, sit_down: SitDown) -> None:
    lead_id = company.add()
    async with sit_down() as anna:
        await anna.press("enter")
        await anna.press(key)
        await anna.until(lambda: not anna.app.is_running)
        assert company.lead(lead_id).is_free
        assert anna.app.return_code == 0


async def test_quitting_out_of_help_palette_and_sign_in_works(
    company: Company, make_app: MakeApp, sit_down: SitDown
) -> None:
    lead_id = company.add()
    for keys in (["enter", "f1"], ["enter", "ctrl+p"]):
        async with sit_down(make_app()) as anna:
            await anna.press(*keys, "ctrl+q")
            await anna.until(lambda: not anna.app.is_running)
            assert company.lead(lead_id).is_free
    async with sit_down(make_app(is_signed_in=False)) as anna:
        await anna.press("ctrl+q")
        await anna.until(lambda: not anna.app.is_running)


@pytest.mark.parametrize("fault", [Fault.HANGING, Fault.REFUSED])
async def test_quitting_takes_at_most_two_seconds_and_names_what_stays_locked(
    fault: Fault, company: Company, network: Network, make_app: MakeApp, sit_down: SitDown, state_dir: object
) -> None:
    lead_id = company.add()
    async with sit_down(make_app(clock=SystemClock())) as anna:
        await anna.press("enter")
        await anna.type("Не потерять")
        network.fail(fault)
        began = time.monotonic()
        await anna.press("ctrl+q")
        await anna.until(lambda: not anna.app.is_running)
        assert time.monotonic() - began < 2.7
        assert f"#{lead_id}" in last_words(anna.app)
        assert "ends by itself within 30 minutes" in " ".join(last_words(anna.app).split())
    assert list(drafts_on_disk(state_dir).values()) == ["Не потерять"]  # type: ignore[arg-type] # a path


async def test_quitting_while_the_lock_is_still_being_asked_for_leaves_no_lock(
    company: Company, network: Network, sit_down: SitDown
) -> None:
    lead_id = company.add()
    async with sit_down() as anna:
        gate = network.hold("leads/lock")
        await anna.press("enter", "ctrl+q")
        gate.set()
        await anna.until(lambda: not anna.app.is_running)
        assert company.lead(lead_id).is_free


async def test_quitting_twice_is_quitting_once(company: Company, sit_down: SitDown) -> None:
    lead_id = company.add()
    async with sit_down() as anna:
        await anna.press("enter")
        await anna.press("ctrl+q", "ctrl+q")
        await anna.until(lambda: not anna.app.is_running)
        assert company.lead(lead_id).is_free
