from __future__ import annotations

import httpx
import pytest
import sqlalchemy as sa

from leads_tui.server import schema
from leads_tui.server.app import create_app
from tests.server.world import ANNA, Api, Clock, World, errors
from tests.serving import LiveServer


@pytest.fixture
def nobody(world: World) -> Api:
    return world.api(None)


def sign_in(api: Api, username: str = ANNA, password: str = "demo") -> httpx.Response:
    return api.post("oauth2/token", grant_type="password", username=username, password=password)


def refresh(api: Api, token: str) -> httpx.Response:
    return api.post("oauth2/token", grant_type="refresh_token", refresh_token=token)


def as_bearer(api: Api, token: str) -> Api:
    return Api(api.http, api.url, token)


def test_the_right_password_brings_an_access_and_a_refresh_token(nobody: Api) -> None:
    response = sign_in(nobody)

    assert response.status_code == 200
    grant = response.json()
    assert grant.keys() == {"access_token", "token_type", "expires_in", "refresh_token"}
    assert grant["token_type"] == "Bearer"
    assert grant["expires_in"] == 3600
    assert response.headers["Cache-Control"] == "no-store"
    assert as_bearer(nobody, grant["access_token"]).read("employees/me")["email"] == ANNA


def test_the_email_may_be_typed_in_capitals_and_with_spaces_around(nobody: Api) -> None:
    assert sign_in(nobody, username="  Anna@Demo.Example ").status_code == 200


@pytest.mark.parametrize(("username", "password"), [(ANNA, "wrong"), ("nobody@demo.example", "demo")])
def test_a_wrong_password_and_an_unknown_email_are_refused_alike(nobody: Api, username: str, password: str) -> None:
    response = sign_in(nobody, username, password)

    assert response.status_code == 400
    assert response.json()["error"] == "invalid_grant"
    assert response.json()["code"] == 400
    assert response.json()["message"] == "Wrong e-mail or password"


def test_a_sign_in_without_its_parameters_names_each_of_them(nobody: Api) -> None:
    assert errors(nobody.post("oauth2/token")) == {"grant_type": ["required"]}
    assert errors(nobody.post("oauth2/token", grant_type="password")) == {
        "username": ["required"],
        "password": ["required"],
    }
    assert errors(nobody.post("oauth2/token", grant_type="refresh_token")) == {"refresh_token": ["required"]}


def test_another_kind_of_grant_is_refused(nobody: Api) -> None:
    response = nobody.post("oauth2/token", grant_type="authorization_code")

    assert response.status_code == 400
    assert response.json()["error"] == "unsupported_grant_type"


def test_an_access_token_runs_out_and_the_refresh_token_brings_another(nobody: Api, clock: Clock) -> None:
    grant = sign_in(nobody).json()
    clock.advance(seconds=3599)
    assert as_bearer(nobody, grant["access_token"]).get("employees/me").status_code == 200
    clock.advance(seconds=1)

    expired = as_bearer(nobody, grant["access_token"]).get("employees/me")
    fresh = refresh(nobody, grant["refresh_token"]).json()

    assert expired.status_code == 401
    assert expired.json()["code"] == 401
    assert expired.json()["message"]
    assert fresh["access_token"] != grant["access_token"]
    assert as_bearer(nobody, fresh["access_token"]).read("employees/me")["email"] == ANNA


def test_a_refresh_whose_answer_was_lost_can_be_asked_for_again(nobody: Api) -> None:
    token = sign_in(nobody).json()["refresh_token"]
    refresh(nobody, token)

    assert refresh(nobody, token).status_code == 200


def test_a_refresh_token_lives_thirty_days_from_its_last_use(nobody: Api, clock: Clock) -> None:
    token = sign_in(nobody).json()["refresh_token"]
    clock.advance(days=29)
    assert refresh(nobody, token).status_code == 200
    clock.advance(days=29)
    assert refresh(nobody, token).status_code == 200
    clock.advance(days=30)

    assert refresh(nobody, token).json()["error"] == "invalid_grant"


def test_neither_token_does_the_others_work(nobody: Api) -> None:
    grant = sign_in(nobody).json()

    assert as_bearer(nobody, grant["refresh_token"]).get("employees/me").status_code == 401
    assert refresh(nobody, grant["access_token"]).status_code == 400


def test_the_token_lifetime_is_the_one_the_server_was_started_with(
    world: World, nobody: Api, live_server: LiveServer
) -> None:
    live_server.app = create_app(world.engine, now=world.clock, token_lifetime=2.5)
    grant = sign_in(nobody).json()
    assert grant["expires_in"] == 2.5
    world.clock.advance(seconds=2)
    assert as_bearer(nobody, grant["access_token"]).get("employees/me").status_code == 200
    world.clock.advance(seconds=1)

    assert as_bearer(nobody, grant["access_token"]).get("employees/me").status_code == 401


def test_a_lasting_token_from_an_admin_never_runs_out(anna: Api, clock: Clock) -> None:
    clock.advance(days=4000)

    assert anna.read("employees/me")["email"] == ANNA


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer unknown", "Basic YW5uYTpkZW1v", "Bearer \xff"])
def test_a_call_without_a_good_token_is_401(nobody: Api, header: str | None) -> None:
    headers = {} if header is None else {b"Authorization": header.encode("latin-1")}
    response = nobody.http.get(f"{nobody.url}/leads/list", headers=headers)

    assert response.status_code == 401
    assert response.json()["code"] == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_validatetoken_tells_a_good_token_from_a_bad_one(nobody: Api, anna: Api) -> None:
    assert anna.read("oauth2/validatetoken") is True
    assert anna.write("oauth2/validatetoken") is True
    assert nobody.get("oauth2/validatetoken").status_code == 401


def test_logout_ends_both_tokens_of_this_sign_in_and_no_other(nobody: Api) -> None:
    here, elsewhere = sign_in(nobody).json(), sign_in(nobody).json()

    response = as_bearer(nobody, here["access_token"]).post("oauth2/logout")

    assert response.status_code == 200
    assert response.json() == {"results": None}
    assert as_bearer(nobody, here["access_token"]).get("employees/me").status_code == 401
    assert refresh(nobody, here["refresh_token"]).status_code == 400
    assert as_bearer(nobody, elsewhere["access_token"]).get("employees/me").status_code == 200


def test_the_database_holds_no_token_and_no_password(world: World, nobody: Api) -> None:
    grant = sign_in(nobody).json()

    with world.engine.connect() as connection:
        kept = str(connection.execute(sa.select(schema.tokens)).all())
        kept += str(connection.execute(sa.select(schema.employees.c.password_hash)).all())

    assert grant["access_token"] not in kept
    assert grant["refresh_token"] not in kept
    assert "demo" not in kept
