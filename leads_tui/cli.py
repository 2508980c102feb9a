"""Every command line of leads-tui. Each command imports what it needs when it runs, so that `--version` is quick.

    leads-tui               the desk
    leads-tui demo          the desk on a made-up company, with nothing set up
    leads-tui login         sign in without the desk
    leads-tui logout        sign out
    leads-tui serve         the embedded Leads API server

What went wrong is one line on stderr and one of the exit codes below, never a traceback.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar

from leads_tui import __version__
from leads_tui.locale import _, find_translations, use

if TYPE_CHECKING:
    from leads_tui.api.errors import ApiError
    from leads_tui.api.models import Token
    from leads_tui.settings import Paths, Settings

__all__ = ["Exit", "main"]

Result = TypeVar("Result")


class Exit(IntEnum):
    """What the exit code says."""

    DONE = 0
    REFUSED = 1
    """The server, or a lock, said no."""
    USAGE = 2
    """The command line, a setting or a file is wrong."""
    NOT_SIGNED_IN = 3
    UNREACHABLE = 4
    INTERRUPTED = 130
    """Ctrl+C, as shells count it."""


class _Stop(Exception):
    """Ends the command with this line on stderr and this exit code."""

    def __init__(self, message: str, code: Exit) -> None:
        super().__init__(message)
        self.code = code


class _Parser(argparse.ArgumentParser):
    """argparse with one line for an error, and without abbreviations, which would make new flags break old scripts."""

    def __init__(self, **options: object) -> None:
        super().__init__(**options, allow_abbrev=False)  # type: ignore[arg-type] # argparse types each one apart

    def error(self, message: str) -> NoReturn:
        self.exit(
            Exit.USAGE, _("{program}: {message}; see {program} --help\n").format(program=self.prog, message=message)
        )


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command line (by default the process's own) and gives its exit code.

    Raises SystemExit as argparse does: 0 after `--help` and `--version`, 2 for a command line that makes no sense.
    """
    os.umask(0o077)  # whatever is written from here on is the operator's alone
    _speak("auto")
    args = _parser().parse_args(argv)
    command: Callable[[argparse.Namespace], int] = args.run
    try:
        return command(args)
    except _Stop as stop:
        _complain(str(stop))
        return stop.code
    except KeyboardInterrupt:
        return Exit.INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="leads-tui",
        description=_("A terminal workstation for answering website visitors' leads. Without a command: the desk."),
        epilog=_("Exit codes: 0 done, 1 refused, 2 wrong usage or settings, 3 not signed in, 4 server unreachable."),
    )
    parser.add_argument("--version", action="version", version=f"leads-tui {__version__}")
    _add_settings_flags(parser, default=None)
    _add_look_flags(parser, default=None)
    parser.set_defaults(run=_run_desk)
    commands = parser.add_subparsers(title=_("commands"), metavar="COMMAND")

    def command(name: str, summary: str, run: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=summary, description=summary)
        added.set_defaults(run=run)
        return added

    demo = command("demo", _("the desk on a made-up company, with nothing set up"), _run_demo)
    demo.add_argument("--still", action="store_true", help=_("no new leads and no colleague at work"))
    _add_config_flag(demo)
    _add_look_flags(demo)

    login = command("login", _("sign in, and store the token (never the password)"), _login)
    login.add_argument("--email", required=True, help=_("the operator's e-mail address"))
    login.add_argument(
        "--password-stdin", action="store_true", help=_("read the password from the first line of input")
    )
    _add_settings_flags(login)

    _add_settings_flags(command("logout", _("sign out, and delete the token"), _logout))
    _add_serve(command("serve", _("run the embedded Leads API server"), _serve))
    return parser


def _add_config_flag(parser: argparse.ArgumentParser, default: object = argparse.SUPPRESS) -> None:
    # A command repeats the desk's flags with SUPPRESS: its default would undo what stands before the command.
    parser.add_argument("--config", metavar="FILE", type=Path, default=default, help=_("the settings file"))


def _add_settings_flags(parser: argparse.ArgumentParser, default: object = argparse.SUPPRESS) -> None:
    _add_config_flag(parser, default)
    parser.add_argument("--api-url", metavar="URL", default=default, help=_("the server, like https://host/v2"))
    parser.add_argument(
        "--token-file",
        metavar="FILE",
        default=default,
        help=_("where the token lies; may hold a pasted long-lived one"),
    )


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
        "--port", type=_whole(0, 65535), default=8765, help=_("the port to listen on; 0 takes a free one")
    )
    parser.add_argument(
        "--database", metavar="URL", default="sqlite://", help=_("like sqlite:///FILE; sqlite:// is memory")
    )
    parser.add_argument(
        "--seed", metavar="N", type=_whole(0, 1_000_000), default=0, help=_("fill an empty database with N leads")
    )
    parser.add_argument(
        "--random-seed", metavar="S", type=_whole(0, 2**63 - 1), default=1, help=_("another S, other leads")
    )
    parser.add_argument(
        "--token-lifetime", metavar="SECONDS", type=_positive, default=3600, help=_("how long a token is good")
    )
    parser.add_argument(
        "--lock-minutes", metavar="MINUTES", type=_positive, default=30, help=_("how long a lock of a lead lives")
    )


def _whole(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(
                _("{value} is not a whole number from {least} to {most}").format(
                    value=repr(text), least=least, most=most
                )
            )
        return int(text)

    return parse


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(_("{value} is not a number above 0").format(value=repr(text)))
    return number


def _speak(language: str) -> None:
    """Sets the language of every later word; `auto` asks the variables that gettext programs ask, in their order."""
    if language == "auto":
        wanted = (os.environ.get(name) for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"))
        # `ru_RU.UTF-8` is found as `ru`; the C locale has no catalogue, so English stays.
        language = re.split("[:._@]", next(filter(None, wanted), "en"))[0]
    use(find_translations([language]))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


def _complain(message: str) -> None:
    sys.stderr.write("leads-tui: " + " ".join(message.split()) + "\n")


def _load(args: argparse.Namespace) -> tuple[Settings, Paths]:
    from leads_tui.settings import SettingsProblem, find_paths, load_settings  # noqa: PLC0415 (pydantic costs 60 ms)

    paths = find_paths()
    flags = {name: getattr(args, name, None) for name in ("api_url", "token_file", "theme", "language", "mouse")}
    try:
        loaded = load_settings(
            args.config or paths.config_file,
            environ=os.environ,
            flags=flags,
            must_exist=args.config is not None,
        )
    except SettingsProblem as problem:
        raise _Stop(str(problem), Exit.USAGE) from problem
    _speak(loaded.settings.language)
    return loaded.settings, paths


def _need_terminal() -> None:
    # Textual reads keys from stdin and draws on stderr; stdout is asked for too, or a pipe would get nothing unnoticed.
    streams = ((_("standard input"), sys.stdin), (_("standard output"), sys.stdout), (_("standard error"), sys.stderr))
    for name, stream in streams:
        if not stream.isatty():
            raise _Stop(
                _("the desk needs a terminal, and {stream} is none; run it without < > and |").format(stream=name),
                Exit.USAGE,
            )


def _run_desk(args: argparse.Namespace) -> int:
    _need_terminal()
    settings, paths = _load(args)
    from leads_tui.app import run_desk  # noqa: PLC0415 (Textual costs a quarter of a second)

    with _start_problems(args.config or paths.config_file):
        return run_desk(settings, paths)


def _run_demo(args: argparse.Namespace) -> int:
    _need_terminal()
    settings, paths = _load(args)
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
        raise _Stop(f"{config_file}: {problem}", Exit.USAGE) from problem
    except CredentialsProblem as problem:
        raise _Stop(str(problem), Exit.USAGE) from problem


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
    settings, paths = _load(args)
    if settings.api_url is None:
        raise _Stop(
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
        name = _await(sign_in(settings.api_url, args.email, password, token_file))
    except ApiError as error:
        raise _Stop(*_reason_and_code(error)) from error
    except CredentialsProblem as problem:
        raise _Stop(str(problem), Exit.USAGE) from problem
    _say(_("Signed in as {name}; the token is in {file}").format(name=name, file=token_file))
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
        raise _Stop(_("no terminal to ask for the password on; give --password-stdin"), Exit.USAGE)
    if not password:
        raise _Stop(_("the password is empty; nothing was sent"), Exit.USAGE)
    return password


def _await(conversation: Coroutine[object, object, Result]) -> Result:
    import asyncio  # noqa: PLC0415 (half of what `--version` would take)

    return asyncio.run(conversation)


def _reason_and_code(error: ApiError) -> tuple[str, Exit]:
    from leads_tui.api.errors import NotSignedIn, TimedOut, Unreachable  # noqa: PLC0415 (only after an error)
    from leads_tui.api.explain import explain  # noqa: PLC0415 (likewise)

    if isinstance(error, NotSignedIn):
        code = Exit.NOT_SIGNED_IN
    elif isinstance(error, Unreachable | TimedOut):
        code = Exit.UNREACHABLE
    else:
        code = Exit.REFUSED
    return explain(error), code


def _logout(args: argparse.Namespace) -> int:
    settings, paths = _load(args)
    from leads_tui.credentials import CredentialsProblem, delete_token, read_token  # noqa: PLC0415 (pydantic again)

    token_file = paths.token_file_for(settings)
    try:
        try:
            session = read_token(token_file)
        except CredentialsProblem as problem:
            # Nobody stays signed in because of a file that is unfit to read.
            _complain(str(problem))
            session = None
        if not delete_token(token_file):
            _say(_("Nobody was signed in."))
            return Exit.DONE
    except CredentialsProblem as problem:
        raise _Stop(str(problem), Exit.USAGE) from problem
    api_url = session.api_url or settings.api_url if session else None
    if session is None or api_url is None:
        _say(_("{file} is deleted; the server was not told.").format(file=token_file))
        return Exit.DONE
    return _tell_server(api_url, session.token)


def _tell_server(api_url: str, token: Token) -> int:
    from leads_tui.account import sign_out  # noqa: PLC0415 (httpx costs 90 ms)
    from leads_tui.api.errors import ApiError  # noqa: PLC0415 (comes with it)

    try:
        _await(sign_out(api_url, token))
    except ApiError as error:
        reason, code = _reason_and_code(error)
        told = _("the token is deleted here, but the server was not told and may honour it until it expires: {reason}")
        raise _Stop(told.format(reason=reason), code) from error
    _say(_("Signed out."))
    return Exit.DONE
