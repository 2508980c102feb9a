"""The server's address is taken only where a token can travel to it unseen."""

from __future__ import annotations

import pytest

from leads_tui.api.address import check_base_url


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://api.example/v2", "https://api.example/v2"),
        (" https://api.example:8443/v2// ", "https://api.example:8443/v2"),
        ("https://192.0.2.1/v2", "https://192.0.2.1/v2"),
        ("http://127.0.0.1:8765/v2", "http://127.0.0.1:8765/v2"),
        ("http://127.8.9.1/v2", "http://127.8.9.1/v2"),
        ("http://localhost:1/v2/", "http://localhost:1/v2"),
        ("http://[::1]:8765/v2", "http://[::1]:8765/v2"),
        ("HTTPS://api.example/v2", "HTTPS://api.example/v2"),
    ],
)
def test_a_fit_address_is_taken_without_slashes_at_its_end(given: str, kept: str) -> None:
    assert check_base_url(given) == kept


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("http://api.example/v2", "would show your token"),
        ("http://10.0.0.1/v2", "would show your token"),
        ("http://localhost.evil.example/v2", "would show your token"),
        ("http://127.0.0.1.evil.example/v2", "would show your token"),
        ("http://2130706433/v2", "would show your token"),
        ("https://anna:pw@api.example/v2", "user name or password"),
        ("http://localhost@evil.example/v2", "user name or password"),
        ("ftp://api.example/v2", "ftp:// is not a way"),
        ("file:///etc/passwd", "file:// is not a way"),
        ("api.example/v2", "lacks https://"),
        ("localhost:8765/v2", "lacks https://"),
        ("", "lacks https://"),
        ("https:///v2", "names no host"),
        ("https://:8443/v2", "names no host"),
        ("https://api.example:port/v2", "not readable"),
        ("https://api.example:99999/v2", "not readable"),
        ("https://[::1/v2", "not readable"),
        ("https://api.example/v2?x=1", "end with its path"),
        ("https://api.example/v2#top", "end with its path"),
        ("https://api.example/v2?", "end with its path"),
        ("https://api.example/v 2", "no address has"),
        ("https://пример.example/v2", "no address has"),
        ("https://api.example\\@evil.example/v2", "user name or password"),
        ("https://api.example/v2\x1b[31m", "no address has"),
    ],
)
def test_an_unfit_address_is_refused_with_what_is_wrong(given: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        check_base_url(given)


def test_a_password_in_the_address_is_not_repeated() -> None:
    with pytest.raises(ValueError, match="user name or password") as caught:
        check_base_url("https://anna:hunter2@api.example/v2")
    assert "hunter2" not in str(caught.value)
