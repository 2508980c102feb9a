"""What the operator may settle: one validated, frozen object, and where each of its values came from.

A flag wins over an environment variable (`LEADS_TUI_POLL_SECONDS`), that over `config.toml` in
`$XDG_CONFIG_HOME/leads-tui`, that over the default here. The layering is these few lines over tomllib and pydantic:
pydantic-settings does the same but adds some 95 ms to every start, and does not tell where a wrong value came from.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args, get_origin

from platformdirs import PlatformDirs
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import ErrorDetails

from leads_tui.api.address import check_base_url
from leads_tui.locale import _

__all__ = ["LoadedSettings", "Paths", "SavedView", "Settings", "SettingsProblem", "find_paths", "load_settings"]

PREFIX: Final = "LEADS_TUI_"

Language = Literal["auto", "en", "ru"]
Theme = Literal["leads-dark", "leads-light", "ansi"]


def _refuse_boolean(value: object) -> object:
    # Python counts `true` as 1, an operator does not.
    if isinstance(value, bool):
        raise ValueError("a number, not true or false")  # noqa: TRY004 (pydantic reports only ValueError)
    return value


Number = Annotated[float, BeforeValidator(_refuse_boolean), Field(allow_inf_nan=False)]


class SettingsProblem(Exception):
    """A setting is unknown or wrong; the message names where it stands, its key and what is allowed."""


class SavedView(BaseModel):
    """A search that the operator keeps as a tab: a table `[[views]]` of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=40)
    """What the tab is called."""

    filter: str = ""
    """Which leads, in the filter language; empty for all."""

    source: Literal["routed", "all", "mine"] = "routed"
    """Out of which leads: those addressed to the operator, everybody's, or those in the operator's hands."""

    sort: str = "created_at:a"
    """The order: created_at, updated_at, duration or result, with `:a` or `:d`."""

    @field_validator("name")
    @classmethod
    def _check_name(cls, name: str) -> str:
        if not name.isprintable() or name != name.strip():
            raise ValueError(_("a name in one line, without spaces at its ends"))
        return name

    @field_validator("filter")
    @classmethod
    def _check_filter(cls, line: str) -> str:
        from leads_tui.desk.filters import Filter  # noqa: PLC0415 (only those who have views need it)

        Filter.parse(line)
        return line

    @field_validator("sort")
    @classmethod
    def _check_sort(cls, words: str) -> str:
        from leads_tui.api.query import Sort  # noqa: PLC0415 (as above)

        return Sort.parse(words).encode()


class Settings(BaseModel):
    """Every setting of the desk, with its default."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    api_url: str | None = None
    """The server's base address, ending in `/v2`; `http://` for loopback only. Without it the sign-in screen asks."""

    token_file: Path | None = None
    """The file with the token, or with a pasted long-lived one. Without it: `token.json` in the state folder."""

    poll_seconds: Number = Field(default=15, ge=5, le=300)
    """How often the inbox asks for new leads, in seconds."""

    renew_minutes: Number = Field(default=10, ge=1, le=14)
    """How often the lock of the open lead is renewed, in minutes; the server drops a lock after 30."""

    hold_seconds: Number = Field(default=5, ge=0, le=60)
    """How long a sent answer can still be taken back, in seconds; 0 sends at once."""

    idle_release_minutes: Number = Field(default=20, ge=0, le=480)
    """Without a key for so many minutes the open lead is given back and its draft kept; 0 never does."""

    language: Language = "auto"
    """The language of the screen; `auto` follows LANGUAGE, LC_ALL, LC_MESSAGES and LANG."""

    theme: Theme = "leads-dark"
    """The colours; `ansi` takes the terminal's own sixteen."""

    mouse: bool = True
    """Whether the desk reacts to the mouse; without it the terminal's own selection works."""

    keys: dict[str, str] = Field(default_factory=dict)
    """Other keys for commands: command id to a list of keys with commas between, in the table `[keys]`."""

    views: tuple[SavedView, ...] = ()
    """The operator's own views, in the order of their tabs: tables `[[views]]` of the file."""

    @field_validator("views")
    @classmethod
    def _check_names(cls, views: tuple[SavedView, ...]) -> tuple[SavedView, ...]:
        names = [view.name.casefold() for view in views]
        for place, name in enumerate(names):
            if name in names[:place]:
                raise ValueError(_("two views are called {name}").format(name=repr(views[place].name)))
        return views

    @field_validator("api_url")
    @classmethod
    def _check_address(cls, url: str | None) -> str | None:
        return None if url is None else check_base_url(url)

    @field_validator("token_file")
    @classmethod
    def _make_absolute(cls, path: Path | None) -> Path | None:
        return None if path is None else path.expanduser().absolute()


@dataclass(frozen=True)
class LoadedSettings:
    """The settings, and for each one that is not the default the flag, variable or file that set it."""

    settings: Settings
    sources: Mapping[str, str]


@dataclass(frozen=True)
class Paths:
    """Where this user's files lie. Nothing is created until something is written."""

    config_file: Path
    state_dir: Path

    @property
    def token_file(self) -> Path:
        """The token's file unless the settings name another."""
        return self.state_dir / "token.json"

    def token_file_for(self, settings: Settings) -> Path:
        """The token's file under these settings."""
        return settings.token_file or self.token_file

    def make_state_dir(self) -> Path:
        """The state folder, there and open to nobody else (0700). Raises OSError."""
        self.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.state_dir.stat().st_mode & 0o077:
            self.state_dir.chmod(0o700)
        return self.state_dir


def find_paths() -> Paths:
    """The XDG folders of the user who runs this, from `XDG_CONFIG_HOME` and `XDG_STATE_HOME` where they are set."""
    dirs = PlatformDirs("leads-tui", appauthor=False)
    return Paths(config_file=dirs.user_config_path / "config.toml", state_dir=dirs.user_state_path)


def load_settings(
    config_file: Path,
    *,
    environ: Mapping[str, str],
    flags: Mapping[str, object] | None = None,
    must_exist: bool = False,
) -> LoadedSettings:
    """The settings out of all layers; a flag of None was not given, and an empty variable is not set.

    `must_exist` is for a file that the operator named. Raises SettingsProblem.
    """
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    layers: list[tuple[dict[str, object], dict[str, str]]] = [
        _from_file(config_file, must_exist=must_exist),
        _from_environment(environ),
        (given, {name: _flag(name) for name in given}),
    ]
    values: dict[str, object] = {}
    sources: dict[str, str] = {}
    for layer, labels in layers:
        values |= layer
        sources |= labels
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsProblem(_explain(error, sources)) from error
    return LoadedSettings(settings, sources)


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _from_file(path: Path, *, must_exist: bool) -> tuple[dict[str, object], dict[str, str]]:
    try:
        table: dict[str, object] = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if must_exist:
            raise SettingsProblem(_("{file}: there is no such settings file").format(file=path)) from None
        return {}, {}
    except OSError as error:
        reason = error.strerror or str(error)
        raise SettingsProblem(_("{file}: cannot be read: {reason}").format(file=path, reason=reason)) from error
    except ValueError as error:  # not UTF-8, or not TOML
        raise SettingsProblem(_("{file}: is not TOML: {reason}").format(file=path, reason=error)) from error
    for key in table:
        if key not in Settings.model_fields:
            raise SettingsProblem(f"{path}: " + _unknown(key, list(Settings.model_fields)))
    return table, dict.fromkeys(table, str(path))


_TABLES: Final = frozenset({"keys", "views"})
"""What only a file can hold."""


def _from_environment(environ: Mapping[str, str]) -> tuple[dict[str, object], dict[str, str]]:
    known = {PREFIX + name.upper(): name for name in Settings.model_fields if name not in _TABLES}
    given = {name: value for name, value in environ.items() if name.startswith(PREFIX) and value}
    for variable in given:
        if variable not in known:
            raise SettingsProblem(_("environment: ") + _unknown(variable, list(known)))
    values: dict[str, object] = {known[variable]: value for variable, value in given.items()}
    return values, {known[variable]: variable for variable in given}


def _unknown(key: str, known: list[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 (only a mistake needs it)

    near = get_close_matches(key, known, n=1)
    hint = _(" (did you mean {near}?)").format(near=near[0]) if near else ""
    return _("unknown setting {key}{hint}; known are {known}").format(key=key, hint=hint, known=", ".join(known))


def _explain(error: ValidationError, sources: Mapping[str, str]) -> str:
    """One line about the first thing that is wrong."""
    first = error.errors(include_url=False)[0]
    name = str(first["loc"][0])
    source = sources[name]
    # A flag or a variable names the setting already; in a file the key has to be said.
    where = source if source == _flag(name) or source.startswith(PREFIX) else f"{source}: " + _key(first["loc"])
    if name == "views":
        return f"{source}: {_explain_view(first)}"
    if name == "api_url" and (cause := first.get("ctx", {}).get("error")):
        return f"{where}: {cause}"  # without the value: an address may carry a password
    return _("{where}: {value} is wrong; allowed is {allowed}").format(
        where=where, value=_show(first["input"]), allowed=_allowed(name)
    )


def _explain_view(error: ErrorDetails) -> str:
    place = error["loc"]
    # Operators count from one.
    where = _("view {number}").format(number=int(place[1]) + 1) if len(place) > 1 else "views"
    keys = ", ".join(SavedView.model_fields)
    if error["type"] == "missing":
        return _("{where}: {key} is missing").format(where=where, key=place[-1])
    if error["type"] == "extra_forbidden":
        return _("{where}: {key} is unknown; known are {known}").format(where=where, key=place[-1], known=keys)
    if len(place) > len(("views", "number")):
        where = f"{where}, {place[-1]}"
    if cause := error.get("ctx", {}).get("error"):
        return f"{where}: {cause}"
    allowed = {
        "name": _("text of 1 to 40 characters"),
        "filter": _("text in quotation marks"),
        "sort": _("text in quotation marks"),
        "source": "routed, all, mine",
    }.get(str(place[-1]), _("tables [[views]] with {keys}").format(keys=keys))
    return _("{where}: {value} is wrong; allowed is {allowed}").format(
        where=where, value=_show(error["input"]), allowed=allowed
    )


def _key(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location if part != "[key]")


def _show(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value)


def _allowed(name: str) -> str:
    """What a setting may hold, in words, out of its declaration."""
    field = Settings.model_fields[name]
    limits: dict[str, Any] = {
        bound: getattr(rule, bound) for rule in field.metadata for bound in ("ge", "le") if hasattr(rule, bound)
    }
    if limits:
        return _("a number from {least} to {most}").format(least=limits["ge"], most=limits["le"])
    if get_origin(field.annotation) is Literal:
        return _("one of {values}").format(values=", ".join(get_args(field.annotation)))
    if field.annotation is bool:
        return _("true or false")
    if name == "keys":
        return _('a table of command = "key,key"')
    return _("text in quotation marks")
