"""An operator is told what failed and what to do, in one calm sentence."""

from __future__ import annotations

import pytest

from leads_tui.api import errors
from leads_tui.api.errors import (
    ApiError,
    BadResponse,
    Forbidden,
    NotFound,
    NotSignedIn,
    Rejected,
    ServerError,
    TimedOut,
    TooManyRequests,
    Unreachable,
    WrongPassword,
)
from leads_tui.api.explain import explain

EXPLAINED: list[tuple[ApiError, str]] = [
    (Unreachable("the connection was refused"), "cannot be reached (the connection was refused)"),
    (Unreachable(), "cannot be reached"),
    (Unreachable("broke", sent=True), "not known yet"),
    (TimedOut(sent=False), "cannot be reached"),
    (TimedOut(), "not known yet"),
    (NotSignedIn("expired"), "sign in again"),
    (WrongPassword("wrong"), "e-mail and password"),
    (Forbidden("no"), "does not allow"),
    (NotFound("no"), "does not have"),
    (Rejected(fields={"answer_text": ["too_long"], "phone": ["invalid"]}), "answer_text: too long, phone: not valid"),
    (Rejected(fields={"email": ["odd"]}), "email: odd"),
    (Rejected("no"), "does not accept what was sent"),
    (TooManyRequests(retry_after=1), "in 1 second."),
    (TooManyRequests(retry_after=29.7), "in 30 seconds."),
    (TooManyRequests(retry_after=0), "in 1 second."),
    (ServerError("down", status=503), "HTTP 503"),
    (BadResponse("the answer is a web page, not JSON"), "the answer is a web page, not JSON"),
    (BadResponse(status=418), "418"),
    (ApiError("new kind"), "try again"),
]


@pytest.mark.parametrize(("error", "words"), EXPLAINED, ids=lambda value: type(value).__name__)
def test_each_error_is_one_sentence_with_what_to_do(error: ApiError, words: str) -> None:
    text = explain(error)
    assert words in text
    assert text[0].isupper()
    assert text.endswith(".")
    assert text.isprintable()


def test_no_kind_of_error_is_left_unexplained() -> None:
    assert {type(error).__name__ for error, _ in EXPLAINED} == set(errors.__all__)


def test_a_read_that_timed_out_does_not_make_anyone_wonder_what_the_server_did() -> None:
    error = TimedOut()
    error.may_have_acted = False
    assert "not known" not in explain(error)


def test_errors_are_told_apart_by_kind_and_say_where_they_happened() -> None:
    error = ServerError("down", call="leads/list", status=503)
    assert str(error) == "leads/list: down (HTTP 503)"
    assert str(ApiError()) == "ApiError"
    assert all(issubclass(getattr(errors, name), ApiError) for name in errors.__all__)
