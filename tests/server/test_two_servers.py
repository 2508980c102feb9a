"""Two servers on one SQLite file, asked over HTTP: what one of them grants, the other knows."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from leads_tui.server.database import open_database
from leads_tui.server.seed import seed_database
from tests.server.world import ANNA, BORIS, Api
from tests.serving import LiveServer


@pytest.fixture
def two_servers(tmp_path: Path) -> Iterator[tuple[LiveServer, LiveServer]]:
    engines = [open_database(f"sqlite:///{tmp_path / 'leads.db'}") for _ in range(2)]
    seed_database(engines[0], 40)
    with LiveServer(engines[0]) as one, LiveServer(engines[1]) as other:
        yield one, other
    for engine in engines:
        engine.dispose()


def sign_in(http: httpx.Client, server: LiveServer, email: str) -> Api:
    grant = {"grant_type": "password", "username": email, "password": "demo"}
    return Api(http, server.url, http.post(f"{server.url}/oauth2/token", data=grant).json()["access_token"])


def test_a_token_of_one_server_is_good_at_the_other(
    http: httpx.Client, two_servers: tuple[LiveServer, LiveServer]
) -> None:
    anna = sign_in(http, two_servers[0], ANNA)
    anna.url = two_servers[1].url

    assert anna.read("employees/me")["email"] == ANNA


def test_operators_at_two_servers_never_hold_one_lead_both(
    http: httpx.Client, two_servers: tuple[LiveServer, LiveServer]
) -> None:
    anna, boris = sign_in(http, two_servers[0], ANNA), sign_in(http, two_servers[1], BORIS)
    hers = anna.ids("leads/listrouted", q="result=missed")
    leads = [lead for lead in boris.ids("leads/listrouted", q="result=missed") if lead in hers]
    together = threading.Barrier(2)
    won: dict[str, list[bool]] = {ANNA: [], BORIS: []}

    def race(email: str, api: Api) -> None:
        for lead in leads:
            together.wait(20)
            won[email].append(api.write("leads/lock", id=lead))
            together.wait(20)
            api.write("leads/unlock", id=lead)

    threads = [threading.Thread(target=race, args=pair) for pair in ((ANNA, anna), (BORIS, boris))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert len(won[ANNA]) == len(won[BORIS]) == len(leads) > 9
    assert all(one is not other for one, other in zip(won[ANNA], won[BORIS], strict=True))
