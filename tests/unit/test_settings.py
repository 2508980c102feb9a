"""Settings come from flags, environment, file and defaults, and a mistake is named where it was made."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from leads_tui.settings import LoadedSettings, Paths, Settings, SettingsProblem, find_paths, load_settings


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def load(file: Path, text: str = "", environ: dict[str, str] | None = None, **flags: object) -> LoadedSettings:
    file.write_text(text, encoding="utf-8")
    return load_settings(file, environ=environ or {}, flags=flags)


def problem(file: Path, text: str = "", environ: dict[str, str] | None = None, **flags: object) -> str:
    with pytest.raises(SettingsProblem) as caught:
        load(file, text, environ, **flags)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_without_a_file_the_defaults_hold(file: Path) -> None:
    loaded = load_settings(file, environ={})

    assert loaded.settings == Settings()
    assert loaded.sources == {}


def test_a_flag_wins_over_the_environment_and_that_over_the_file(file: Path) -> None:
    text = 'api_url = "https://file.example/v2"\ntheme = "leads-light"\npoll_seconds = 30\n'
    environ = {"LEADS_TUI_API_URL": "https://environment.example/v2", "LEADS_TUI_THEME": "ansi", "PATH": "/bin"}

    loaded = load(file, text, environ, api_url="https://flag.example/v2", theme=None)

    assert loaded.settings.api_url == "https://flag.example/v2"
    assert loaded.settings.theme == "ansi"
    assert loaded.settings.poll_seconds == 30
    assert loaded.sources == {"api_url": "--api-url", "theme": "LEADS_TUI_THEME", "poll_seconds": str(file)}


def test_variables_are_read_as_numbers_and_yes_or_no(file: Path) -> None:
    environ = {"LEADS_TUI_POLL_SECONDS": "7.5", "LEADS_TUI_MOUSE": "no", "LEADS_TUI_THEME": ""}

    settings = load(file, "", environ).settings

    assert (settings.poll_seconds, settings.mouse, settings.theme) == (7.5, False, "leads-dark")


def test_keys_are_a_table_of_the_file(file: Path) -> None:
    loaded = load(file, '[keys]\n"lead.send" = "ctrl+s,f2"\n')

    assert loaded.settings.keys == {"lead.send": "ctrl+s,f2"}


def test_a_token_file_under_home_may_be_written_with_a_tilde(file: Path, home: Path) -> None:
    assert load(file, 'token_file = "~/token"').settings.token_file == home / "token"


def test_settings_cannot_change_under_the_desk(file: Path) -> None:
    settings = load(file).settings

    with pytest.raises(ValidationError, match="frozen"):
        settings.poll_seconds = 5  # type: ignore[misc] # that is the point


@pytest.mark.parametrize(
    ("text", "key", "allowed"),
    [
        ("poll_seconds = 4", "poll_seconds", "a number from 5 to 300"),
        ("poll_seconds = nan", "poll_seconds", "a number from 5 to 300"),
        ('poll_seconds = "often"', "poll_seconds", "a number from 5 to 300"),
        ("hold_seconds = true", "hold_seconds", "a number from 0 to 60"),
        ("renew_minutes = 15", "renew_minutes", "a number from 1 to 14"),
        ("idle_release_minutes = -1", "idle_release_minutes", "a number from 0 to 480"),
        ('language = "de"', "language", "one of auto, en, ru"),
        ('theme = "dark"', "theme", "one of leads-dark, leads-light, ansi"),
        ('mouse = "perhaps"', "mouse", "true or false"),
        ("token_file = 5", "token_file", "text in quotation marks"),
        ('keys = "ctrl+s"', "keys", 'a table of command = "key,key"'),
        ("[keys]\nsend = 5", "keys.send", 'a table of command = "key,key"'),
    ],
)
def test_a_wrong_value_in_the_file_names_file_key_and_what_is_allowed(
    file: Path, text: str, key: str, allowed: str
) -> None:
    message = problem(file, text)

    assert message.startswith(f"{file}: {key}: ")
    assert message.endswith(f"allowed is {allowed}")


def test_a_wrong_variable_is_named(file: Path) -> None:
    message = problem(file, environ={"LEADS_TUI_POLL_SECONDS": "soon"})

    assert message == "LEADS_TUI_POLL_SECONDS: 'soon' is wrong; allowed is a number from 5 to 300"


def test_a_wrong_flag_is_named_although_the_file_is_right(file: Path) -> None:
    message = problem(file, 'theme = "ansi"', theme="pink")

    assert message == "--theme: 'pink' is wrong; allowed is one of leads-dark, leads-light, ansi"


def test_an_address_that_would_give_the_token_away_is_refused_where_it_stands(file: Path) -> None:
    message = problem(file, 'api_url = "http://leads.example/v2"')

    assert message.startswith(f"{file}: api_url: ")
    assert "https://" in message


def test_a_password_in_an_address_is_never_repeated(file: Path) -> None:
    assert "s3cret" not in problem(file, api_url="https://anna:s3cret@leads.example/v2")


def test_an_unknown_key_names_the_one_that_was_meant_and_all_known(file: Path) -> None:
    message = problem(file, "pol_seconds = 15")

    assert message.startswith(f"{file}: unknown setting pol_seconds (did you mean poll_seconds?)")
    assert all(name in message for name in Settings.model_fields)


def test_an_unknown_variable_names_the_one_that_was_meant(file: Path) -> None:
    assert "(did you mean LEADS_TUI_API_URL?)" in problem(file, environ={"LEADS_TUI_URL": "https://x.example/v2"})


def test_keys_cannot_come_from_the_environment(file: Path) -> None:
    assert "unknown setting LEADS_TUI_KEYS" in problem(file, environ={"LEADS_TUI_KEYS": "{}"})


@pytest.mark.parametrize("content", [b"theme = ", b"\xff\xfe\x00", b"theme = 'ansi'\ntheme = 'ansi'"])
def test_a_file_that_is_not_toml_is_named(file: Path, content: bytes) -> None:
    file.write_bytes(content)

    with pytest.raises(SettingsProblem, match="is not TOML") as caught:
        load_settings(file, environ={})
    assert str(caught.value).startswith(f"{file}: ")


def test_a_folder_in_place_of_the_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsProblem, match="cannot be read"):
        load_settings(tmp_path, environ={})


def test_a_file_that_the_operator_named_must_exist(file: Path) -> None:
    with pytest.raises(SettingsProblem, match="there is no such settings file"):
        load_settings(file, environ={}, must_exist=True)


def test_paths_follow_xdg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "c"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "s"))

    assert find_paths() == Paths(tmp_path / "c/leads-tui/config.toml", tmp_path / "s/leads-tui")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have other folders")
def test_paths_without_xdg_lie_under_home(home: Path) -> None:
    assert find_paths() == Paths(home / ".config/leads-tui/config.toml", home / ".local/state/leads-tui")


def test_the_settings_may_move_the_token(tmp_path: Path) -> None:
    paths = Paths(tmp_path / "config.toml", tmp_path / "state")

    assert paths.token_file_for(Settings()) == tmp_path / "state/token.json"
    assert paths.token_file_for(Settings(token_file=tmp_path / "token")) == tmp_path / "token"


def test_the_state_folder_is_closed_to_others_even_where_it_was_open(tmp_path: Path) -> None:
    paths = Paths(tmp_path / "config.toml", tmp_path / "deep/state")

    assert stat.S_IMODE(paths.make_state_dir().stat().st_mode) == 0o700
    paths.state_dir.chmod(0o755)
    assert stat.S_IMODE(paths.make_state_dir().stat().st_mode) == 0o700


def test_reading_settings_loads_neither_textual_nor_httpx() -> None:
    code = "import sys, leads_tui.settings; print([m for m in ('textual', 'rich', 'httpx') if m in sys.modules])"

    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "[]\n"
