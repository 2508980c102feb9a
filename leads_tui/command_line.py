"""What every command of leads-tui shares: exit codes, one-line errors, settings flags, words on stdout and stderr.

Light: importing it loads neither pydantic nor asyncio.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Coroutine
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar

from leads_tui.locale import _, find_translations, use

if TYPE_CHECKING:
    from leads_tui.api.errors import ApiError
    from leads_tui.settings import Paths, Settings

__all__ = [
    "Exit",
    "Parser",
    "Stop",
    "add_config_flag",
    "add_settings_flags",
    "await_",
    "complain",
    "load",
    "positive",
    "reason_and_code",
    "say",
    "speak",
    "whole",
]

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
    TERMINATED = 143
    """SIGTERM, likewise."""


class Stop(Exception):
    """Ends the command with this line on stderr and this exit code."""

    def __init__(self, message: str, code: Exit) -> None:
        super().__init__(message)
        self.code = code


class Parser(argparse.ArgumentParser):
    """argparse with one line for an error, and without abbreviations, which would make new flags break old scripts."""

    def __init__(self, **options: object) -> None:
        super().__init__(**options, allow_abbrev=False)  # type: ignore[arg-type] # argparse types each one apart

    def error(self, message: str) -> NoReturn:
        """Ends the program with one line on stderr."""
        self.exit(
            Exit.USAGE, _("{program}: {message}; see {program} --help\n").format(program=self.prog, message=message)
        )


def add_config_flag(parser: argparse.ArgumentParser, default: object = argparse.SUPPRESS) -> None:
    """The flag for the settings file. A command repeats the desk's flags with SUPPRESS: its default would undo what
    stands before the command."""
    parser.add_argument("--config", metavar="FILE", type=Path, default=default, help=_("the settings file"))


def add_settings_flags(parser: argparse.ArgumentParser, default: object = argparse.SUPPRESS) -> None:
    """The flags of every command that talks to a server."""
    add_config_flag(parser, default)
    parser.add_argument("--api-url", metavar="URL", default=default, help=_("the server, like https://host/v2"))
    parser.add_argument(
        "--token-file",
        metavar="FILE",
        default=default,
        help=_("where the token lies; may hold a pasted long-lived one"),
    )


def whole(least: int, most: int) -> Callable[[str], int]:
    """The type of a flag that takes a whole number."""

    def parse(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text[:20]) <= most:
            raise argparse.ArgumentTypeError(
                _("{value} is not a whole number from {least} to {most}").format(
                    value=repr(text), least=least, most=most
                )
            )
        return int(text)

    return parse


def positive(text: str) -> float:
    """The type of a flag that takes a number above 0."""
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(_("{value} is not a number above 0").format(value=repr(text)))
    return number


def speak(language: str) -> None:
    """Sets the language of every later word; `auto` asks the variables that gettext programs ask, in their order."""
    if language == "auto":
        wanted = (os.environ.get(name) for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"))
        # `ru_RU.UTF-8` is found as `ru`; the C locale has no catalogue, so English stays.
        language = re.split("[:._@]", next(filter(None, wanted), "en"))[0]
    use(find_translations([language]))


def say(line: str) -> None:
    """A line on stdout."""
    sys.stdout.write(line + "\n")


def complain(message: str) -> None:
    """A line on stderr."""
    sys.stderr.write("leads-tui: " + " ".join(message.split()) + "\n")


def load(args: argparse.Namespace) -> tuple[Settings, Paths]:
    """The settings that these flags, the environment and the file make, and the language set by them. Raises Stop."""
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
        raise Stop(str(problem), Exit.USAGE) from problem
    speak(loaded.settings.language)
    return loaded.settings, paths


def await_(conversation: Coroutine[object, object, Result]) -> Result:
    """Runs the coroutine to its end."""
    import asyncio  # noqa: PLC0415 (half of what `--version` would take)

    return asyncio.run(conversation)


def reason_and_code(error: ApiError) -> tuple[str, Exit]:
    """An error of the API in one sentence, and its exit code."""
    from leads_tui.api.errors import NotSignedIn, TimedOut, Unreachable  # noqa: PLC0415 (only after an error)
    from leads_tui.api.explain import explain  # noqa: PLC0415 (likewise)

    if isinstance(error, NotSignedIn):
        code = Exit.NOT_SIGNED_IN
    elif isinstance(error, Unreachable | TimedOut):
        code = Exit.UNREACHABLE
    else:
        code = Exit.REFUSED
    return explain(error), code
