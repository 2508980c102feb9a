"""The flags of `leads-tui leads …` and `leads-tui status`. What they do is in `headless`, imported when it is run.

leads-tui leads list --routed --filter 'type:callback result:missed' --json
leads-tui leads show ID             leads-tui leads lock ID          leads-tui leads unlock ID
leads-tui leads complete ID --answer-file FILE
leads-tui leads add --name NAME --site-id N --conversation-id N --phone NUMBER
leads-tui status --tmux
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from leads_tui.command_line import Parser, add_settings_flags, whole
from leads_tui.locale import _

if TYPE_CHECKING:
    from argparse import _SubParsersAction

    Commands = _SubParsersAction[Parser]

__all__ = ["add_leads", "add_status"]

_MOST: Final = 10**9
_LONGEST_ID: Final = 10**18 - 1


def add_leads(commands: Commands) -> None:
    """Adds `leads` and its commands."""
    summary = _("list, show, lock, answer and add leads without the desk, for scripts")
    leads = commands.add_parser("leads", help=summary, description=summary)
    own: Commands = leads.add_subparsers(title=_("commands"), metavar="COMMAND", required=True)
    _add_list(own)
    _add_show(own)
    for name, words in (
        ("lock", _("lock a lead for yourself for 30 minutes, or for 30 minutes more")),
        ("unlock", _("give a lead back")),
    ):
        parser = _add(own, name, words)
        if name == "unlock":
            parser.add_argument("--force", action="store_true", help=_("also where your desk has it open"))
        _add_id(parser)
    _add_complete(own)
    _add_add(own)


def add_status(commands: Commands) -> None:
    """Adds `status`."""
    parser = _add(commands, "status", _("how many leads wait for you, in one line"))
    parser.add_argument(
        "--tmux", action="store_true", help=_("for a status bar: short, on stdout also where it fails; one request")
    )
    parser.set_defaults(run=_run_status)


def _add(commands: Commands, name: str, summary: str) -> Parser:
    parser = commands.add_parser(name, help=summary, description=summary)
    parser.set_defaults(run=_run_leads, command=name)
    add_settings_flags(parser)
    return parser


def _add_id(parser: Parser) -> None:
    parser.add_argument("id", metavar="ID", type=whole(1, _LONGEST_ID), help=_("the lead's number"))
    _add_json(parser)


def _add_json(parser: Parser, *, with_lines: bool = False) -> None:
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--json", action="store_true", help=_("JSON as the server gives it"))
    if with_lines:
        group.add_argument("--jsonl", action="store_true", help=_("the same, one lead a line, as they come"))


def _add_choice(parser: Parser) -> None:
    parser.add_argument("--routed", action="store_true", help=_("of the leads addressed to you, with their texts"))
    parser.add_argument("--fields", metavar="LIST", default="", help=_("only these, like id,name,site(url)"))


def _add_list(commands: Commands) -> None:
    parser = _add(commands, "list", _("leads in columns, or as JSON"))
    _add_choice(parser)
    parser.add_argument(
        "--filter", metavar="WORDS", default="", help=_("like: type:callback result:missed from:today -has:email word")
    )
    parser.add_argument(
        "--sort", metavar="FIELD:a|d", default="created_at:d", help=_("created_at, updated_at, duration or result")
    )
    parser.add_argument("--limit", metavar="N", type=whole(1, _MOST), default=50, help=_("at most so many (50)"))
    parser.add_argument("--offset", metavar="N", type=whole(0, _MOST), default=0, help=_("leave out the first N"))
    parser.add_argument("--all", action="store_true", help=_("without a limit"))
    _add_json(parser, with_lines=True)


def _add_show(commands: Commands) -> None:
    parser = _add(commands, "show", _("one lead, with all that is known of it"))
    _add_choice(parser)
    _add_id(parser)


def _add_complete(commands: Commands) -> None:
    parser = _add(commands, "complete", _("answer a lead as the desk does: lock, check, send, read back, give back"))
    # argparse does not break the line of a group, and this one does not fit a narrow terminal.
    parser.usage = (
        "leads-tui leads complete [-h] [--config FILE] [--api-url URL]\n"
        "         [--token-file FILE] [--json]\n"
        "         (--answer TEXT | --answer-file FILE | --without-answer) ID"
    )
    text = parser.add_mutually_exclusive_group(required=True)
    text.add_argument("--answer", metavar="TEXT", help=_("the answer; others here can see it while this runs"))
    text.add_argument("--answer-file", metavar="FILE", help=_("a file with the answer; - is standard input"))
    text.add_argument("--without-answer", action="store_true", help=_("mark as handled without an answer"))
    _add_id(parser)


def _add_add(commands: Commands) -> None:
    parser = _add(commands, "add", _("make a lead out of a conversation"))
    number = whole(1, _LONGEST_ID)
    parser.add_argument("--name", required=True, help=_("the visitor's name"))
    parser.add_argument("--site-id", metavar="N", type=number, required=True, help=_("the site"))
    parser.add_argument("--conversation-id", metavar="N", type=number, required=True, help=_("the chat or visit"))
    parser.add_argument("--phone", metavar="NUMBER", help=_("a phone number, an e-mail address, or both"))
    parser.add_argument("--email", metavar="ADDRESS", help=_("see --phone"))
    text = parser.add_mutually_exclusive_group()
    text.add_argument("--text", help=_("what the visitor wants"))
    text.add_argument("--text-file", metavar="FILE", help=_("a file with it; - is standard input"))
    parser.add_argument("--department-id", metavar="N", type=number, help=_("the department"))
    parser.add_argument(
        "--result", choices=("missed", "completed"), default="missed", help=_("still to be handled, or handled")
    )
    _add_json(parser)


def _run_leads(args: argparse.Namespace) -> int:
    from leads_tui.headless.run import run_leads  # noqa: PLC0415 (pydantic, httpx)

    return run_leads(args)


def _run_status(args: argparse.Namespace) -> int:
    from leads_tui.headless.run import run_status  # noqa: PLC0415 (as above)

    return run_status(args)
