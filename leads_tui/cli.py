"""Every command line of leads-tui. Each command imports what it needs when it runs, so that `--version` is quick.

    leads-tui               the desk
    leads-tui demo          the desk on a made-up company, with nothing set up
    leads-tui login         sign in without the desk
    leads-tui logout        sign out
    leads-tui leads         list, show, lock, answer and add leads without the desk
    leads-tui status        how many leads wait, in one line
    leads-tui serve         the embedded Leads API server

What went wrong is one line on stderr and one of the exit codes below, never a traceback.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from leads_tui import __version__
from leads_tui.cli_leads import add_leads, add_status
from leads_tui.command_line import (
    Exit,
    Parser,
    Stop,
    add_config_flag,
    add_settings_flags,
    await_,
    complain,
    load,
    positive,
    reason_and_code,
    say,
    speak,
    whole,
)
from leads_tui.locale import _

if TYPE_CHECKING:
    from leads_tui.api.models import Token

__all__ = ["Exit", "main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command line (by default the process's own) and gives its exit code.

    Raises SystemExit as argparse does: 0 after `--help` and `--version`, 2 for a command line that makes no sense.
    """
    os.umask(0o077)  # whatever is written from here on is the operator's alone
    speak("auto")
    args = _parser().parse_args(argv)
    command: Callable[[argparse.Namespace], int] = args.run
    code: int = Exit.DONE
    try:
        code = command(args)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads has what they wanted (`| head -1`). What is still to be flushed at the end goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Stop as stop:
        complain(str(stop))
        return stop.code
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    return code


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="leads-tui",
        description=_("A terminal workstation for answering website visitors' leads. Without a command: the desk."),
        epilog=_("Exit codes: 0 done, 1 refused, 2 wrong usage or settings, 3 not signed in, 4 server unreachable."),
    )
    parser.add_argument("--version", action="version", version=f"leads-tui {__version__}")
    add_settings_flags(parser, default=None)
    _add_look_flags(parser, default=None)
    parser.set_defaults(run=_run_desk)
    commands = parser.add_subparsers(title=_("commands"), metavar="COMMAND")

    def command(name: str, summary: str, run: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=summary, description=summary)
        added.set_defaults(run=run)
        return added

    demo = command("demo", _("the desk on a made-up company, with nothing set up"), _run_demo)
    demo.add_argument("--still", action="store_true", help=_("no new leads and no colleague at work"))
    add_config_flag(demo)
    _add_look_flags(demo)

    login = command("login", _("sign in, and store the token (never the password)"), _login)
    login.add_argument("--email", required=True, help=_("the operator's e-mail address"))
    login.add_argument(
        "--password-stdin", action="store_true", help=_("read the password from the first line of input")
    )
    add_settings_flags(login)

    add_settings_flags(command("logout", _("sign out, and delete the token"), _logout))
    add_leads(commands)
    add_status(commands)
    _add_serve(command("serve", _("run the embedded Leads API server"), _serve))
    return parser


def _add_look_flags(parser: argparse.ArgumentParser, default: object = argparse.SUPPRESS) -> None:
    parser.add_argument("--theme", metavar="NAME", default=default, help=_("leads-dark, leads-light or ansi"))
    parser.add_argument("--language", metavar="NAME", default=default, help=_("auto, en or ru"))
    parser.add_argument(
        "--no-mouse",
        dest="mouse",
        action="store_const",
        const=False,
        default=default,
        help=_("leave the mouse to the terminal's own selection"),
    )


def _add_serve(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.ArgumentDefaultsHelpFormatter
    parser.add_argument("--host", default="127.0.0.1", help=_("the address to listen on"))
    parser.add_argument(
        "--port", type=whole(0, 65535), default=8765, help=_("the port to listen on; 0 takes a free one")
    )
    parser.add_argument(
        "--database", metavar="URL", default="sqlite://", help=_("like sqlite:///FILE; sqlite:// is memory")
    )
    parser.add_argument(
        "--seed", metavar="N", type=whole(0, 1_000_000), default=0, help=_("fill an empty database with N leads")
    )
    parser.add_argument(
        "--random-seed", metavar="S", type=whole(0, 2**63 - 1), default=1, help=_("another S, other leads")
    )
    parser.add_argument(
        "--token-lifetime", metavar="SECONDS", type=positive, default=3600, help=_("how long a token is good")
    )
    parser.add_argument(
        "--lock-minutes", metavar="MINUTES", type=positive, default=30, help=_("how long a lock of a lead lives")
    )


def _need_terminal() -> None:
    # Textual reads keys from stdin and draws on stderr; stdout is asked for too, or a pipe would get nothing unnoticed.
    streams = ((_("standard input"), sys.stdin), (_("standard output"), sys.stdout), (_("standard error"), sys.stderr))
    for name, stream in streams:
        if not stream.isatty():
            raise Stop(
                _("the desk needs a terminal, and {stream} is none; run it without < > and |").format(stream=name),
                Exit.USAGE,
            )


def _run_desk(args: argparse.Namespace) -> int:
    _need_terminal()
    settings, paths = load(args)
    from leads_tui.app import run_desk  # noqa: PLC0415 (Textual costs a quarter of a second)

    with _start_problems(args.config or paths.config_file):
        return run_desk(settings, paths)


def _run_demo(args: argparse.Namespace) -> int:
    _need_terminal()
    settings, paths = load(args)
    from leads_tui.app import run_demo  # noqa: PLC0415 (as above)

    with _start_problems(args.config or paths.config_file):
        return run_demo(settings, still=args.still)


@contextmanager
def _start_problems(config_file: Path) -> Iterator[None]:
    """Turns what the desk finds wrong before its first paint into a line and an exit code."""
    from leads_tui.commands import KeysProblem  # noqa: PLC0415 (comes with the desk)
    from leads_tui.credentials import CredentialsProblem  # noqa: PLC0415 (likewise)

    try:
        yield
    except KeysProblem as problem:  # keys can stand in the file only
        raise Stop(f"{config_file}: {problem}", Exit.USAGE) from problem
    except CredentialsProblem as problem:
        raise Stop(str(problem), Exit.USAGE) from problem


def _serve(args: argparse.Namespace) -> int:
    from leads_tui.server.serve import serve  # noqa: PLC0415 (only the server needs SQLAlchemy)

    return serve(
        args.host,
        args.port,
        args.database,
        seed_leads=args.seed,
        random_seed=args.random_seed,
        token_lifetime=args.token_lifetime,
        lock_minutes=args.lock_minutes,
    )


def _login(args: argparse.Namespace) -> int:
    settings, paths = load(args)
    if settings.api_url is None:
        raise Stop(
            _("which server? give --api-url, or set LEADS_TUI_API_URL, or api_url in {file}").format(
                file=args.config or paths.config_file
            ),
            Exit.USAGE,
        )
    password = _ask_password(args.email, from_stdin=args.password_stdin)
    token_file = paths.token_file_for(settings)
    from leads_tui.account import sign_in  # noqa: PLC0415 (httpx costs 90 ms)
    from leads_tui.api.errors import ApiError  # noqa: PLC0415 (comes with it)
    from leads_tui.credentials import CredentialsProblem  # noqa: PLC0415 (likewise)

    try:
        name = await_(sign_in(settings.api_url, args.email, password, token_file))
    except ApiError as error:
        raise Stop(*reason_and_code(error)) from error
    except CredentialsProblem as problem:
        raise Stop(str(problem), Exit.USAGE) from problem
    say(_("Signed in as {name}; the token is in {file}").format(name=name, file=token_file))
    return Exit.DONE


def _ask_password(email: str, *, from_stdin: bool) -> str:
    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        from getpass import getpass  # noqa: PLC0415 (only here)

        try:
            password = getpass(_("Password of {email}: ").format(email=email))
        except EOFError:
            password = ""
    else:
        raise Stop(_("no terminal to ask for the password on; give --password-stdin"), Exit.USAGE)
    if not password:
        raise Stop(_("the password is empty; nothing was sent"), Exit.USAGE)
    return password


def _logout(args: argparse.Namespace) -> int:
    settings, paths = load(args)
    from leads_tui.credentials import CredentialsProblem, delete_token, read_token  # noqa: PLC0415 (pydantic again)

    token_file = paths.token_file_for(settings)
    try:
        try:
            session = read_token(token_file)
        except CredentialsProblem as problem:
            # Nobody stays signed in because of a file that is unfit to read.
            complain(str(problem))
            session = None
        if not delete_token(token_file):
            say(_("Nobody was signed in."))
            return Exit.DONE
    except CredentialsProblem as problem:
        raise Stop(str(problem), Exit.USAGE) from problem
    api_url = session.api_url or settings.api_url if session else None
    if session is None or api_url is None:
        say(_("{file} is deleted; the server was not told.").format(file=token_file))
        return Exit.DONE
    return _tell_server(api_url, session.token)


def _tell_server(api_url: str, token: Token) -> int:
    from leads_tui.account import sign_out  # noqa: PLC0415 (httpx costs 90 ms)
    from leads_tui.api.errors import ApiError  # noqa: PLC0415 (comes with it)

    try:
        await_(sign_out(api_url, token))
    except ApiError as error:
        reason, code = reason_and_code(error)
        told = _("the token is deleted here, but the server was not told and may honour it until it expires: {reason}")
        raise Stop(told.format(reason=reason), code) from error
    say(_("Signed out."))
    return Exit.DONE
