"""The command line in real processes: a pipe in place of the terminal, signing in and out against a real server."""

from __future__ import annotations

import json
import shlex
import signal
import stat
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.e2e.served import ANNA, LEADS_TUI, PASSWORD, served
from tests.e2e.terminal import PATIENCE, Terminal, clean_environment


def run(home: Path, *argv: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LEADS_TUI, *argv],
        env=clean_environment(home),
        stdin=subprocess.DEVNULL if stdin is None else None,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@pytest.mark.parametrize("command", ["", "demo"])
def test_without_a_terminal_the_desk_says_so_in_one_line(home: Path, command: str) -> None:
    line = f"{shlex.quote(LEADS_TUI)} {command} </dev/null | cat; exit ${{PIPESTATUS[0]}}"

    ran = subprocess.run(
        ["bash", "-c", line],
        env=clean_environment(home),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )

    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.count("\n") == 1
    assert "terminal" in ran.stderr
    assert list(home.iterdir()) == []


def test_the_desk_needs_its_output_to_be_a_terminal_too(home: Path) -> None:
    command = ["sh", "-c", f"{shlex.quote(LEADS_TUI)} | cat"]
    with Terminal(command, environ=clean_environment(home)) as terminal:
        terminal.wait_for("standard output is none")

        assert terminal.wait_exit() == 0
        assert terminal.left_behind() == {}


def test_signing_in_and_out_by_the_command_line(home: Path, tmp_path: Path) -> None:
    token_file = home / ".local/state/leads-tui/token.json"
    with served(tmp_path) as server:
        signed_in = run(
            home, "login", "--email", ANNA, "--password-stdin", "--api-url", server.base_url, stdin=f"{PASSWORD}\n"
        )
        assert (signed_in.returncode, signed_in.stderr) == (0, "")
        assert stat.S_IMODE(token_file.stat().st_mode) == 0o600
        assert stat.S_IMODE(token_file.parent.stat().st_mode) == 0o700
        stored = json.loads(token_file.read_text())
        assert PASSWORD not in stored.values()
        assert who_is(server.base_url, stored["access_token"]).json()["results"]["email"] == ANNA

        signed_out = run(home, "logout")
        assert (signed_out.returncode, signed_out.stderr) == (0, "")
        assert not token_file.exists()
        assert who_is(server.base_url, stored["access_token"]).status_code == 401


def who_is(base_url: str, token: str) -> httpx.Response:
    return httpx.get(f"{base_url}/employees/me", headers={"Authorization": f"Bearer {token}"}, timeout=PATIENCE)


def test_a_wrong_password_is_told_in_one_line(home: Path, tmp_path: Path) -> None:
    with served(tmp_path, seed=1) as server:
        refused = run(
            home, "login", "--email", ANNA, "--password-stdin", "--api-url", server.base_url, stdin="sesame\n"
        )

    assert (refused.returncode, refused.stdout) == (3, "")
    assert refused.stderr.count("\n") == 1
    assert "sesame" not in refused.stderr
    assert not (home / ".local").exists()


def test_login_asks_for_the_password_unseen_and_ctrl_c_leaves_quietly(home: Path, tmp_path: Path) -> None:
    with served(tmp_path, seed=1) as server:
        command = [LEADS_TUI, "login", "--email", ANNA, "--api-url", server.base_url]
        with Terminal(command, environ=clean_environment(home)) as terminal:
            terminal.wait_for(f"Password of {ANNA}:")
            terminal.type(PASSWORD)
            terminal.press("enter")
            terminal.wait_for("Signed in as")

            assert terminal.wait_exit() == 0
            assert terminal.raw.count(PASSWORD.encode()) == terminal.raw.count(ANNA.encode())
        with Terminal(command, environ=clean_environment(home)) as terminal:
            terminal.wait_for(f"Password of {ANNA}:")
            terminal.press("ctrl+c")

            assert terminal.wait_exit() == 130
            assert b"Traceback" not in terminal.raw
            assert terminal.left_behind() == {}


def test_logout_while_the_server_is_away_deletes_the_token_and_says_so(home: Path, tmp_path: Path) -> None:
    with served(tmp_path, seed=1) as server:
        run(home, "login", "--email", ANNA, "--password-stdin", "--api-url", server.base_url, stdin=f"{PASSWORD}\n")

    signed_out = run(home, "logout")

    assert (signed_out.returncode, signed_out.stdout) == (4, "")
    assert "the server was not told" in signed_out.stderr
    assert not list(home.rglob("token.json"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_server_stops_cleanly_by_a_signal(tmp_path: Path, number: signal.Signals) -> None:
    with served(tmp_path, seed=5) as server:
        server.process.send_signal(number)

        assert server.process.wait(PATIENCE) == 0
        assert server.process.stderr is not None
        assert "Traceback" not in server.process.stderr.read()


def test_a_port_in_use_is_one_line(home: Path, tmp_path: Path) -> None:
    with served(tmp_path, seed=1) as server:
        port = httpx.URL(server.base_url).port

        second = run(home, "serve", "--port", str(port))

    assert (second.returncode, second.stdout) == (2, "")
    assert second.stderr.count("\n") == 1
    assert str(port) in second.stderr
