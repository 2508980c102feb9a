"""Keeping a view in the settings file, without touching anything else that the operator wrote there."""

from __future__ import annotations

import os
import tempfile
import tomllib
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT

from leads_tui.locale import _
from leads_tui.settings import SavedView, SettingsProblem

__all__ = ["save_view"]


def save_view(file: Path, view: SavedView) -> None:
    """Adds the view to the file, in place of one with the same name; comments, order and lay-out of the rest stay.

    A file that does not exist is made, 0600. The whole file is replaced at once or not at all. Raises SettingsProblem.
    """
    target = file.resolve()  # a link into somebody's collection of settings stays a link
    try:
        before = target.read_text(encoding="utf-8") if target.exists() else ""
        after = _with_view(before, view)
    except OSError as error:
        raise _cannot(file, error.strerror or str(error)) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, TOMLKitError) as error:
        raise _cannot(file, _("it is not TOML: {reason}").format(reason=error)) from error
    if after is None:
        raise _cannot(file, _("`views` in it is no list of tables [[views]]"))
    try:
        _replace(target, after)
    except OSError as error:
        raise _cannot(file, error.strerror or str(error)) from error


def _cannot(file: Path, reason: str) -> SettingsProblem:
    return SettingsProblem(_("{file}: the view cannot be kept: {reason}").format(file=file, reason=reason))


def _with_view(before: str, view: SavedView) -> str | None:
    """The file's text with the view in it; None where it cannot be put there."""
    words = {name: value for name, value in view.model_dump().items() if value or name == "name"}
    wanted: dict[str, Any] = tomllib.loads(before)
    views = wanted.setdefault("views", [])
    if not isinstance(views, list) or not all(isinstance(each, dict) for each in views):
        return None
    names = [str(each.get("name", "")).casefold() for each in views]
    place = names.index(view.name.casefold()) if view.name.casefold() in names else len(names)
    views[place : place + 1] = [words]

    document = tomlkit.parse(before)
    if "views" not in document:
        document["views"] = tomlkit.aot()
    tables = document["views"]
    table = tomlkit.table() if isinstance(tables, AoT) else tomlkit.inline_table()
    if place < len(names):
        # Of a table that is there, its comments stay too.
        table = tables[place]
        for name in [name for name in table if name not in words]:
            del table[name]
    for name, value in words.items():
        table[name] = value
    if place == len(names):
        tables.append(table)
    after = tomlkit.dumps(document)
    # What is read again must be what was there and the view, whatever the lay-out was.
    return after if tomllib.loads(after) == wanted else None


def _replace(target: Path, content: str) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    fresh = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        if target.exists():
            fresh.chmod(target.stat().st_mode & 0o777)
        fresh.replace(target)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
