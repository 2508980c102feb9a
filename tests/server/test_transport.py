from __future__ import annotations

import http.client
from urllib.parse import urlsplit

import pytest

from leads_tui.server.app import MAX_BODY, METHODS
from tests.server.world import Api, World, errors

READS = sorted(path for path, method in METHODS.items() if method.reads)
WRITES = sorted(path for path, method in METHODS.items() if not method.reads)


def test_the_eight_methods_and_the_neighbours_are_there() -> None:
    assert READS == [
        "conversations/show", "departments/list", "employees/list", "employees/me", "leads/list", "leads/listrouted",
        "leads/show", "leads/showrouted", "quickmessagecategories/list", "quickmessages/list", "sites/list",
    ]  # fmt: skip
    assert WRITES == ["leads/add", "leads/lock", "leads/setcompleted", "leads/unlock"]


@pytest.mark.parametrize("path", READS + WRITES)
def test_every_method_needs_a_token(world: World, path: str) -> None:
    response = world.api(None).post(path, id=1)

    assert response.status_code == 401
    assert response.json()["code"] == 401


@pytest.mark.parametrize("path", READS)
def test_a_read_may_be_asked_for_by_post_too(world: World, anna: Api, path: str) -> None:
    lead = world.add_lead()
    needed = {"id": 1 if path.startswith("conversations") else lead} if path.endswith(("show", "showrouted")) else {}

    assert anna.write(path, **needed) == anna.read(path, **needed)


@pytest.mark.parametrize("path", [*WRITES, "oauth2/token", "oauth2/logout"])
def test_a_write_by_get_is_405_and_does_nothing(world: World, anna: Api, path: str) -> None:
    lead = world.add_lead()

    response = anna.get(path, id=lead)

    assert response.status_code == 405
    assert response.json() == {"code": 405, "message": "Use POST here"}
    assert response.headers["Allow"] == "POST"
    assert anna.lead(lead)["is_locked"] is False


@pytest.mark.parametrize("verb", ["PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"])
def test_any_other_http_method_is_405(anna: Api, verb: str) -> None:
    response = anna.http.request(verb, f"{anna.url}/leads/list", headers=anna.headers)

    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, POST"


@pytest.mark.parametrize("path", ["leads/listRouted", "Leads/list", "leads/list/", "leads", "", "leads/delete", "../x"])
def test_an_unknown_method_is_404_with_the_usual_body(anna: Api, path: str) -> None:
    response = anna.get(path)

    assert response.status_code == 404
    assert response.json()["code"] == 404
    assert response.json()["message"]


def test_a_path_outside_v2_is_404(anna: Api) -> None:
    response = anna.http.get(anna.url.removesuffix("/v2") + "/leads/list", headers=anna.headers)

    assert response.status_code == 404
    assert response.json()["code"] == 404


def test_a_form_in_utf8_arrives_letter_by_letter(world: World, anna: Api) -> None:
    lead, answer = world.add_lead(), "Добрый день! ёЁ €&=+% 😀 日本\n«конец»"

    anna.write("leads/setcompleted", id=lead, answer_text=answer)

    assert anna.lead(lead)["answer_text"] == answer


def test_results_are_json_in_utf8(world: World, anna: Api) -> None:
    world.add_lead(name="Зоя")

    response = anna.get("leads/listrouted", fields="name")

    assert response.headers["Content-Type"] == "application/json"
    assert response.content.decode() == '{"results":[{"name":"Зоя"}],"total":1}'


@pytest.mark.parametrize("body", [b"id=%ff%fe", b"id=\xff", b"a=1" + b"&b=1" * 300])
def test_a_body_that_is_no_form_in_utf8_is_422(anna: Api, body: bytes) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}

    response = anna.http.post(f"{anna.url}/leads/lock", content=body, headers=anna.headers | form)

    assert errors(response) == {"body": ["invalid"]}


def test_a_query_string_that_is_not_utf8_is_422(anna: Api) -> None:
    response = anna.http.get(f"{anna.url}/leads/list?q=%ff", headers=anna.headers)

    assert errors(response) == {"query": ["invalid"]}


def test_json_is_not_taken_for_a_form(anna: Api) -> None:
    response = anna.http.post(f"{anna.url}/leads/lock", json={"id": 1}, headers=anna.headers)

    assert response.status_code == 415
    assert response.json()["code"] == 415


def test_an_endless_body_is_refused(anna: Api) -> None:
    response = anna.post("leads/setcompleted", id=1, answer_text="x" * MAX_BODY)

    assert response.status_code == 413


def test_a_parameter_that_comes_twice_is_422(world: World, anna: Api) -> None:
    lead = world.add_lead()
    response = anna.http.get(f"{anna.url}/leads/show?id={lead}&id={lead}", headers=anna.headers)

    assert errors(response) == {"id": ["invalid"]}


def test_all_bad_parameters_are_named_at_once(anna: Api) -> None:
    response = anna.get("leads/list", limit="many", offset="-1", q="nonsense=1", sort="name:a")

    assert errors(response) == {"q": ["invalid"], "sort": ["invalid"], "limit": ["invalid"], "offset": ["invalid"]}


def test_a_read_that_changed_nothing_is_304_until_something_does(world: World, anna: Api) -> None:
    lead = world.add_lead()
    first = anna.get("leads/listrouted")
    known = {"If-None-Match": first.headers["ETag"]}

    again = anna.get("leads/listrouted", headers=known)
    anna.write("leads/lock", id=lead)
    after = anna.get("leads/listrouted", headers=known)

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert after.status_code == 200
    assert after.headers["ETag"] != first.headers["ETag"]


def test_one_connection_serves_many_calls(anna: Api) -> None:
    connection = http.client.HTTPConnection(urlsplit(anna.url).netloc, timeout=20)
    connection.connect()
    socket = connection.sock
    for _ in range(3):
        connection.request("GET", "/v2/employees/me", headers=anna.headers)
        assert connection.getresponse().read()
        assert connection.sock is socket
    connection.close()
