"""The command line: what it prints, where, and with which exit code. Real servers and terminals are in `e2e`."""

from __future__ import annotations

import functools
import io
import json
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from leads_tui import __version__, account
from leads_tui.api.client import LeadsClient
from leads_tui.api.models import Token
from leads_tui.cli import main
from leads_tui.credentials import read_token, write_token
from leads_tui.settings import find_paths

EMAIL = "anna@demo.example"
URL = "https://leads.example/v2"
LOGIN = ["login", "--email", EMAIL, "--password-stdin", "--api-url", URL]

Run = Callable[..., tuple[int, str, str]]
Answer = Callable[[httpx.Request], httpx.Response]


class Keyboard(io.StringIO):
    """A terminal as `isatty` sees it."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line with this on its stdin; gives exit code, stdout and stderr."""

    def run(*argv: str, stdin: str = "", keyboard: bool = False) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", Keyboard(stdin) if keyboard else io.StringIO(stdin))
        try:
            code = main(argv)
        except SystemExit as left:
            code = int(left.code or 0)
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return code, said.out, said.err

    return run


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> dict[str, httpx.Response]:
    """A server that answers each path with what the test puts here; its `asked` header list is `server_log`."""
    answers = {
        "/v2/oauth2/token": httpx.Response(200, json={"access_token": "t0ken", "expires_in": 60}),
        "/v2/employees/me": httpx.Response(200, json={"results": {"id": 1, "first_name": "Anna"}}),
        "/v2/oauth2/logout": httpx.Response(200, json={"results": None}),
    }

    def answer(request: httpx.Request) -> httpx.Response:
        found = answers[request.url.path]
        found.request = request
        return found

    use_transport(monkeypatch, answer)
    return answers


def use_transport(monkeypatch: pytest.MonkeyPatch, answer: Answer) -> None:
    with_transport = functools.partial(LeadsClient, transport=httpx.MockTransport(answer))
    monkeypatch.setattr(account, "LeadsClient", with_transport)


@pytest.fixture
def token_file() -> Path:
    return find_paths().token_file


def test_version_goes_to_stdout(run: Run) -> None:
    assert run("--version") == (0, f"leads-tui {__version__}\n", "")


def test_version_loads_neither_pydantic_nor_textual_nor_asyncio() -> None:
    code = (
        "import sys, leads_tui.cli\n"
        "try: leads_tui.cli.main(['--version'])\n"
        "except SystemExit: pass\n"
        "print([m for m in ('pydantic', 'textual', 'httpx', 'asyncio', 'sqlalchemy') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)

    assert ran.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    "command",
    [[], ["demo"], ["login"], ["logout"], ["serve"], ["leads"], ["leads", "list"], ["leads", "complete"], ["status"]],
)
def test_help_names_every_flag_and_fits_a_narrow_terminal(run: Run, command: list[str]) -> None:
    code, out, _err = run(*command, "--help")

    assert code == 0
    assert "usage: leads-tui" in out
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize(
    "argv",
    [
        ["serv"],
        ["--verbose"],
        ["login"],
        ["login", "--mail", EMAIL],
        ["demo", "--stil"],
        ["serve", "--port", "65536"],
        ["serve", "--port", "http"],
        ["serve", "--seed", "-1"],
        ["serve", "--lock-minutes", "0"],
        ["serve", "--token-lifetime", "inf"],
    ],
)
def test_a_command_line_that_makes_no_sense_is_one_line_on_stderr(run: Run, argv: list[str]) -> None:
    code, out, err = run(*argv)

    assert (code, out) == (2, "")
    assert err.startswith("leads-tui")
    assert "--help" in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("command", [[], ["demo"]])
def test_a_missing_terminal_is_one_line_on_stderr(run: Run, command: list[str]) -> None:
    code, out, err = run(*command)

    assert (code, out) == (2, "")
    assert err == "leads-tui: the desk needs a terminal, and standard input is none; run it without < > and |\n"


def test_a_wrong_setting_is_one_line_on_stderr(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADS_TUI_THEME", "pink")

    code, out, err = run(*LOGIN)

    assert (code, out) == (2, "")
    assert err == "leads-tui: LEADS_TUI_THEME: 'pink' is wrong; allowed is one of leads-dark, leads-light, ansi\n"


def test_a_settings_file_that_was_named_must_exist(run: Run, tmp_path: Path) -> None:
    code, _out, err = run("--config", str(tmp_path / "absent.toml"), "logout")

    assert code == 2
    assert "absent.toml: there is no such settings file" in err


def test_a_flag_before_the_command_counts_as_one_behind_it(run: Run, server: object, token_file: Path) -> None:
    code, _out, _err = run("--api-url", URL, "login", "--email", EMAIL, "--password-stdin", stdin="demo\n")

    assert code == 0
    stored = read_token(token_file)
    assert stored is not None
    assert stored.api_url == URL


def test_login_stores_the_token_for_its_owner_alone_and_never_the_password(
    run: Run, server: object, token_file: Path
) -> None:
    code, out, err = run(*LOGIN, stdin="pässwörd\n")

    assert (code, err) == (0, "")
    assert out == f"Signed in as Anna; the token is in {token_file}\n"
    assert stat.S_IMODE(token_file.stat().st_mode) == 0o600
    content = json.loads(token_file.read_text())
    assert (content["email"], content["api_url"], content["access_token"]) == (EMAIL, URL, "t0ken")
    assert "pässwörd" not in token_file.read_text()


def test_login_sends_the_password_as_it_was_typed(
    run: Run, monkeypatch: pytest.MonkeyPatch, server: dict[str, httpx.Response]
) -> None:
    sent: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.content)
        return server[request.url.path]

    use_transport(monkeypatch, answer)
    run(*LOGIN, stdin=" p w&d \r\nsecond line\n")

    assert httpx.QueryParams(sent[0].decode())["password"] == " p w&d "


@pytest.mark.parametrize("status", [403, 404])
def test_login_needs_no_employees_me(
    run: Run, server: dict[str, httpx.Response], token_file: Path, status: int
) -> None:
    server["/v2/employees/me"] = httpx.Response(status, json={"code": status, "message": "no"})

    code, out, _err = run(*LOGIN, stdin="demo\n")

    assert code == 0
    assert EMAIL in out
    assert token_file.exists()


@pytest.mark.parametrize(("status", "code"), [(401, 3), (403, 1), (422, 1), (500, 1)])
def test_a_login_that_the_server_refuses_stores_nothing(
    run: Run, server: dict[str, httpx.Response], token_file: Path, status: int, code: int
) -> None:
    server["/v2/oauth2/token"] = httpx.Response(status, json={"code": status, "message": "no"})

    got, out, err = run(*LOGIN, stdin="wrong\n")

    assert (got, out) == (code, "")
    assert err.startswith("leads-tui: ")
    assert err.count("\n") == 1
    assert "wrong" not in err.replace("is wrong", "")
    assert not token_file.exists()


def test_a_login_at_a_dead_server_says_unreachable(run: Run, free_port: int, token_file: Path) -> None:
    argv = ["login", "--email", EMAIL, "--password-stdin", "--api-url", f"http://127.0.0.1:{free_port}/v2"]

    code, out, err = run(*argv, stdin="demo\n")

    assert (code, out) == (4, "")
    assert err.count("\n") == 1
    assert not token_file.exists()


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def test_a_token_that_cannot_be_stored_is_given_back(
    run: Run, monkeypatch: pytest.MonkeyPatch, server: dict[str, httpx.Response], token_file: Path
) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return server[request.url.path]

    use_transport(monkeypatch, answer)
    token_file.parent.parent.mkdir(parents=True)
    token_file.parent.write_text("a file where the folder should be")

    code, _out, err = run(*LOGIN, stdin="demo\n")

    assert code == 2
    assert "the token cannot be stored" in err
    assert asked[-1] == "/v2/oauth2/logout"


def test_login_without_a_server_says_where_to_name_one(run: Run) -> None:
    code, out, err = run("login", "--email", EMAIL, "--password-stdin", stdin="demo\n")

    assert (code, out) == (2, "")
    for place in ("--api-url", "LEADS_TUI_API_URL", str(find_paths().config_file)):
        assert place in err


@pytest.mark.parametrize("stdin", ["", "\n"])
def test_an_empty_password_is_not_sent(run: Run, stdin: str) -> None:
    code, _out, err = run(*LOGIN, stdin=stdin)

    assert code == 2
    assert "the password is empty" in err


def test_without_a_terminal_login_names_the_flag_for_pipes(run: Run) -> None:
    code, _out, err = run("login", "--email", EMAIL, "--api-url", URL)

    assert code == 2
    assert "--password-stdin" in err


def test_ctrl_c_at_the_password_is_quiet(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_prompt: str) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("getpass.getpass", interrupted)

    assert run("login", "--email", EMAIL, "--api-url", URL, keyboard=True) == (130, "", "")


def test_logout_tells_the_server_and_deletes_the_token(run: Run, server: object, token_file: Path) -> None:
    run(*LOGIN, stdin="demo\n")

    assert run("logout") == (0, "Signed out.\n", "")
    assert not token_file.exists()


def test_logout_tells_the_server_that_granted_the_token_and_no_other(
    run: Run, monkeypatch: pytest.MonkeyPatch, token_file: Path
) -> None:
    write_token(token_file, Token(access_token="t0ken"), URL, EMAIL)
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={"results": None})

    use_transport(monkeypatch, answer)
    run("logout", "--api-url", "https://other.example/v2")

    assert [str(request.url) for request in asked] == [f"{URL}/oauth2/logout"]
    assert asked[0].headers["Authorization"] == "Bearer t0ken"


def test_logout_with_a_token_that_has_run_out_is_done(
    run: Run, server: dict[str, httpx.Response], token_file: Path
) -> None:
    write_token(token_file, Token(access_token="t0ken"), URL, EMAIL)
    server["/v2/oauth2/logout"] = httpx.Response(401, json={"code": 401, "message": "expired"})

    assert run("logout") == (0, "Signed out.\n", "")
    assert not token_file.exists()


def test_logout_deletes_the_token_although_the_server_is_away_and_says_so(
    run: Run, free_port: int, token_file: Path
) -> None:
    write_token(token_file, Token(access_token="t0ken"), f"http://127.0.0.1:{free_port}/v2", EMAIL)

    code, out, err = run("logout")

    assert (code, out) == (4, "")
    assert "the token is deleted here, but the server was not told" in err
    assert not token_file.exists()


def test_logout_deletes_a_file_that_is_unfit_to_read(run: Run, token_file: Path) -> None:
    write_token(token_file, Token(access_token="t0ken"), URL, EMAIL)
    token_file.chmod(0o644)

    code, out, err = run("logout")

    assert code == 0
    assert "is deleted; the server was not told" in out
    assert "chmod 600" in err
    assert not token_file.exists()


def test_logout_without_a_token_says_so(run: Run) -> None:
    assert run("logout") == (0, "Nobody was signed in.\n", "")


def test_serve_passes_its_flags_on(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[tuple[object, ...], dict[str, object]]] = []

    def serve(*args: object, **options: object) -> int:
        calls.append((args, options))
        return 0

    monkeypatch.setattr("leads_tui.server.serve.serve", serve)
    code, _out, _err = run("serve", "--port", "0", "--seed", "60", "--lock-minutes", "0.5", "--random-seed", "7")

    assert code == 0
    assert calls == [
        (
            ("127.0.0.1", 0, "sqlite://"),
            {"seed_leads": 60, "random_seed": 7, "token_lifetime": 3600, "lock_minutes": 0.5},
        )
    ]


def test_whatever_a_command_writes_is_the_operators_alone(run: Run) -> None:
    os.umask(0)
    run("logout")

    assert os.umask(0) == 0o077
