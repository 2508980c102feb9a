from __future__ import annotations

import httpx
import pytest

from tests.serving import LiveServer


def test_it_comes_back_on_the_same_port_with_the_same_data() -> None:
    grant = {"grant_type": "password", "username": "anna@demo.example", "password": "demo"}
    with LiveServer(leads=5) as server, httpx.Client(trust_env=False) as http:
        url = server.url
        token = http.post(f"{url}/oauth2/token", data=grant).json()["access_token"]

        server.stop()
        with pytest.raises(httpx.ConnectError):
            http.get(f"{url}/leads/list")
        server.start()

        answer = http.get(f"{server.url}/leads/list", headers={"Authorization": f"Bearer {token}"})
        assert server.url == url
        assert answer.json()["total"] == 5
