"""The server as a process of its own: the ready line, the signals, and what it says when it cannot start."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

PROGRAM = """
import sys
from leads_tui.server.serve import serve
host, port, database, seed, lifetime = sys.argv[1:]
sys.exit(serve(host, int(port), database, seed_leads=int(seed), token_lifetime=float(lifetime)))
"""
READY = re.compile(r"Leads API at (http://127\.0\.0\.1:[1-9]\d*/v2)\n")
PATIENCE = 30


def command(database: str, port: int = 0, *, host: str = "127.0.0.1", seed: int = 3) -> list[str]:
    return [sys.executable, "-W", "error", "-c", PROGRAM, host, str(port), database, str(seed), "1800"]


@contextmanager
def running(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def ready_url(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    match = READY.fullmatch(line)
    assert match, line
    return match[1]


def refused(*arguments: str) -> str:
    """What a server says that cannot start: one line, nothing on stdout, exit code 2."""
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_it_is_serves_and_stops_cleanly(number: signal.Signals, tmp_path: Path) -> None:
    with running(*command(f"sqlite:///{tmp_path / 'leads.db'}")) as process, httpx.Client(trust_env=False) as http:
        url = ready_url(process)
        grant = {"grant_type": "password", "username": "anna@demo.example", "password": "demo"}
        token = http.post(f"{url}/oauth2/token", data=grant).json()
        answer = http.get(f"{url}/leads/list", headers={"Authorization": f"Bearer {token['access_token']}"})

        process.send_signal(number)
        out, err = process.communicate(timeout=PATIENCE)

    assert token["expires_in"] == 1800
    assert answer.json()["total"] == 3
    assert (process.returncode, out, err) == (0, "", "")


def test_a_second_start_keeps_the_data_and_says_that_it_fills_nothing(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'leads.db'}"
    for words in ("", "not filled"):
        with running(*command(database)) as process:
            ready_url(process)
            process.terminate()
            _, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
        assert words in err
        assert bool(err) is bool(words)


def test_an_empty_database_without_accounts_is_pointed_out() -> None:
    with running(*command("sqlite://", seed=0)) as process:
        ready_url(process)
        process.terminate()
        _, err = process.communicate(timeout=PATIENCE)

    assert "nobody can sign in" in err
    assert "--seed" in err


def test_a_port_in_use_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        line = refused(*command("sqlite://", port))

    assert line == (
        f"Cannot listen on 127.0.0.1, port {port}: Address already in use. Name another with --host or --port.\n"
    )


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 99999), ("127.0.0.1", -1), ("203.0.113.1", 0)])
def test_an_impossible_address_is_one_clear_line(host: str, port: int) -> None:
    assert f"Cannot listen on {host}, port {port}" in refused(*command("sqlite://", port, host=host))


@pytest.mark.parametrize("database", ["nonsense", "sqlite:////nonexistent/leads.db"])
def test_a_bad_database_is_one_clear_line(database: str) -> None:
    assert "database" in refused(*command(database))
