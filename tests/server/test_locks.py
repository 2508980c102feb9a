from __future__ import annotations

from leads_tui.server.app import create_app
from tests.server.world import ANNA, Api, Clock, World
from tests.serving import LiveServer


def test_a_free_lead_is_locked_for_the_caller(world: World, anna: Api, boris: Api) -> None:
    lead = world.add_lead()

    assert anna.write("leads/lock", id=lead) is True

    shown = boris.lead(lead)
    assert shown["is_locked"] is True
    assert shown["locked_by"]["email"] == ANNA
    assert boris.read("leads/list", fields="is_locked,locked_by(id)") == [{"is_locked": True, "locked_by": {"id": 1}}]


def test_a_lock_held_by_a_colleague_is_refused(world: World, anna: Api, boris: Api) -> None:
    lead = world.add_lead()
    anna.write("leads/lock", id=lead)

    response = boris.post("leads/lock", id=lead)

    assert response.status_code == 200
    assert response.json() == {"results": False}
    assert anna.lead(lead)["locked_by"]["email"] == ANNA


def test_a_lock_runs_out_after_thirty_minutes(world: World, clock: Clock, anna: Api, boris: Api) -> None:
    lead = world.add_lead()
    anna.write("leads/lock", id=lead)
    clock.advance(minutes=29, seconds=59)
    assert boris.write("leads/lock", id=lead) is False
    assert boris.lead(lead)["is_locked"] is True
    clock.advance(seconds=1)

    assert boris.lead(lead)["is_locked"] is False
    assert boris.lead(lead)["locked_by"] is None
    assert boris.write("leads/lock", id=lead) is True
    assert anna.write("leads/lock", id=lead) is False


def test_locking_again_prolongs_to_thirty_minutes_from_now(world: World, clock: Clock, anna: Api, boris: Api) -> None:
    lead = world.add_lead()
    anna.write("leads/lock", id=lead)
    clock.advance(minutes=20)
    assert anna.write("leads/lock", id=lead) is True
    clock.advance(minutes=29)

    assert boris.write("leads/lock", id=lead) is False
    assert anna.lead(lead)["is_locked"] is True


def test_the_length_of_a_lock_is_the_one_the_server_was_started_with(
    world: World, live_server: LiveServer, anna: Api, boris: Api
) -> None:
    live_server.app = create_app(world.engine, now=world.clock, lock_minutes=0.05)
    lead = world.add_lead()
    anna.write("leads/lock", id=lead)
    world.clock.advance(seconds=2.9)
    assert boris.write("leads/lock", id=lead) is False
    world.clock.advance(seconds=0.1)

    assert boris.write("leads/lock", id=lead) is True


def test_the_holder_unlocks(world: World, anna: Api, boris: Api) -> None:
    lead = world.add_lead()
    anna.write("leads/lock", id=lead)

    assert anna.write("leads/unlock", id=lead) is True
    assert anna.lead(lead)["is_locked"] is False
    assert boris.write("leads/lock", id=lead) is True


def test_a_colleagues_lock_cannot_be_taken_off(world: World, anna: Api, boris: Api) -> None:
    lead = world.add_lead()
    anna.write("leads/lock", id=lead)

    assert boris.write("leads/unlock", id=lead) is False
    assert anna.lead(lead)["locked_by"]["email"] == ANNA


def test_unlocking_what_nobody_holds_succeeds(world: World, anna: Api) -> None:
    lead = world.add_lead()

    assert anna.write("leads/unlock", id=lead) is True


def test_a_colleagues_expired_lock_counts_as_none(world: World, clock: Clock, anna: Api, boris: Api) -> None:
    lead = world.add_lead()
    anna.write("leads/lock", id=lead)
    clock.advance(minutes=30)

    assert boris.write("leads/unlock", id=lead) is True


def test_locking_is_no_change_of_the_lead(world: World, clock: Clock, anna: Api) -> None:
    lead = world.add_lead()
    before = anna.lead(lead)["updated_at"]
    clock.advance(minutes=1)
    anna.write("leads/lock", id=lead)
    anna.write("leads/unlock", id=lead)

    assert anna.lead(lead)["updated_at"] == before


def test_one_operator_may_hold_several_leads(world: World, anna: Api) -> None:
    leads = [world.add_lead(), world.add_lead()]
    for lead in leads:
        anna.write("leads/lock", id=lead)

    assert all(anna.lead(lead)["is_locked"] for lead in leads)
