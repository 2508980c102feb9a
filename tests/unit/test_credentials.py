"""The token lies in one file that only its owner can read."""

from __future__ import annotations

import datetime as dt
import json
import os
import stat
from pathlib import Path

import pytest

from leads_tui.api.models import Token
from leads_tui.credentials import CredentialsProblem, StoredSession, delete_token, read_token, write_token

URL = "https://leads.example/v2"
EMAIL = "anna@demo.example"
TOKEN = Token(access_token="s3cret", refresh_token="r3fresh", expires_in=3600)
NOON = dt.datetime(2024, 5, 2, 12, tzinfo=dt.UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "token.json"


def put(path: Path, content: str, mode: int = 0o600) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    path.chmod(mode)
    return path


def problem(path: Path) -> str:
    with pytest.raises(CredentialsProblem) as caught:
        read_token(path)
    assert "s3cret" not in str(caught.value)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_what_was_stored_comes_back(file: Path) -> None:
    write_token(file, TOKEN, URL, EMAIL, now=lambda: NOON)

    assert read_token(file, now=lambda: NOON) == StoredSession(URL, EMAIL, TOKEN)


def test_a_stored_token_ages(file: Path) -> None:
    write_token(file, TOKEN, URL, EMAIL, now=lambda: NOON)

    def seconds_left(later: dt.timedelta) -> float | None:
        session = read_token(file, now=lambda: NOON + later)
        assert session is not None
        return session.token.expires_in

    assert seconds_left(dt.timedelta(minutes=50)) == 600
    assert seconds_left(dt.timedelta(days=1)) == 0


def test_without_a_file_nobody_is_signed_in(file: Path) -> None:
    assert read_token(file) is None


def test_file_and_folder_are_the_owners_alone_under_any_umask(file: Path) -> None:
    os.umask(0)

    write_token(file, TOKEN, URL, EMAIL)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_the_token_is_never_in_a_file_that_others_can_read(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    modes: list[int] = []
    fsync = os.fsync

    def look(handle: int) -> None:
        found = os.fstat(handle)
        if stat.S_ISREG(found.st_mode):
            modes.append(stat.S_IMODE(found.st_mode))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", look)
    os.umask(0)
    write_token(file, TOKEN, URL, EMAIL)

    assert modes == [0o600]


def test_a_write_that_fails_leaves_the_old_token_and_no_litter(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_token(file, TOKEN, URL, EMAIL, now=lambda: NOON)

    def disk_full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", disk_full)
    with pytest.raises(CredentialsProblem, match="No space left on device") as caught:
        write_token(file, Token(access_token="new"), URL, EMAIL)

    assert str(file) in str(caught.value)
    assert read_token(file, now=lambda: NOON) == StoredSession(URL, EMAIL, TOKEN)
    assert list(file.parent.iterdir()) == [file]


def test_a_new_token_mends_a_file_that_others_could_read(file: Path) -> None:
    put(file, "old", 0o644)

    write_token(file, TOKEN, URL, EMAIL)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o620, 0o601])
def test_a_file_open_to_others_is_refused_with_the_command_that_mends_it(file: Path, mode: int) -> None:
    message = problem(put(file, "s3cret", mode))

    assert f"(mode {mode:o})" in message
    assert f"chmod 600 '{file}'" in message


def test_a_file_of_another_user_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(file, "s3cret")
    me = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: me + 1)

    assert f"chown {me + 1} '{file}'" in problem(file)


@pytest.mark.parametrize("content", ["s3cret", "s3cret\n", "\ufeff s3cret \r\n"])
def test_a_pasted_token_has_neither_server_nor_refresh_token(file: Path, content: str) -> None:
    assert read_token(put(file, content)) == StoredSession(None, None, Token(access_token="s3cret"))


@pytest.mark.parametrize(
    "content",
    ["", "\n", "two words s3cret", "s3cret\nsecond line", "ключ", "{", '{"email": "s3cret"}', '{"access_token": ""}'],
)
def test_a_file_without_a_token_is_named_with_what_to_do(file: Path, content: str) -> None:
    assert problem(put(file, content)) == f"{file}: holds no token; delete it and sign in again"


def test_a_file_of_rubbish_bytes_holds_no_token(file: Path) -> None:
    put(file, "").write_bytes(b"\xff\xfe\x00\x01")

    assert "holds no token" in problem(file)


def test_fields_of_a_newer_version_are_ignored(file: Path) -> None:
    content = json.dumps({"access_token": "s3cret", "api_url": URL, "scopes": ["all"]})

    assert read_token(put(file, content)) == StoredSession(URL, None, Token(access_token="s3cret"))


def test_a_pipe_in_place_of_the_file_does_not_hang_the_start(file: Path) -> None:
    file.parent.mkdir()
    os.mkfifo(file, 0o600)

    assert "is not a file" in problem(file)


def test_a_deleted_token_is_gone(file: Path) -> None:
    write_token(file, TOKEN, URL, EMAIL)

    assert delete_token(file) is True
    assert delete_token(file) is False
    assert read_token(file) is None


def test_a_token_goes_to_no_other_server_than_its_own() -> None:
    assert StoredSession(URL, EMAIL, TOKEN).is_for(URL + "/")
    assert not StoredSession(URL, EMAIL, TOKEN).is_for("https://other.example/v2")
    assert StoredSession(None, None, TOKEN).is_for("https://any.example/v2")


def test_a_session_in_a_traceback_shows_no_secret() -> None:
    shown = repr(StoredSession(URL, EMAIL, TOKEN))

    assert "s3cret" not in shown
    assert "r3fresh" not in shown
