"""The views: what each shows, in which order, and the operator's own from the settings file."""

from __future__ import annotations

import datetime as dt
import stat
import tomllib
from pathlib import Path
from typing import Any

import pytest

from leads_tui.api.models import MOSCOW, Employee, Lead, LeadResult
from leads_tui.api.query import Criteria, Sort
from leads_tui.desk.filters import Filter, Known
from leads_tui.desk.views import BUILT_IN, INBOX, MINE, Source, View, all_views
from leads_tui.saved_views import save_view
from leads_tui.settings import SavedView, Settings, SettingsProblem, load_settings

NOW = dt.datetime(2026, 3, 2, 12, 0, tzinfo=MOSCOW)
ANNA = Employee(id=1, first_name="Анна", email="anna@demo.example")
BORIS = Employee(id=2, first_name="Борис")
KNOWN = Known(me=ANNA, draft_ids={5, 9}, now=lambda: NOW)
ANSWERED_TODAY, ALL_LEADS = BUILT_IN[2:]


def a_lead(**given: Any) -> Lead:
    base: dict[str, Any] = {"id": 7, "type": "form", "result": "missed", "name": "Иван", "created_at": NOW}
    return Lead.model_validate(base | given)


def held_by(employee: Employee) -> dict[str, Any]:
    return {"is_locked": True, "locked_by": employee.model_dump()}


# The built-in ones -------------------------------------------------------------------------------------------------


def test_the_built_in_views_come_first_in_their_order() -> None:
    assert [view.name for view in all_views()] == ["Inbox", "Mine", "Answered today", "All leads"]


def test_the_inbox_is_what_is_routed_and_missed_the_oldest_first() -> None:
    assert INBOX.criteria(KNOWN) == Criteria(result=LeadResult.MISSED)
    assert (INBOX.is_routed, INBOX.sort, INBOX.is_exact(KNOWN)) == (True, Sort("created_at"), True)
    assert INBOX.shows(KNOWN)(a_lead())
    assert not INBOX.shows(KNOWN)(a_lead(result="completed"))


def test_mine_is_what_i_hold_or_have_a_draft_for() -> None:
    shows = MINE.shows(KNOWN)

    assert shows(a_lead(**held_by(ANNA)))
    assert shows(a_lead(id=5, result="completed"))
    assert not shows(a_lead(**held_by(BORIS)))
    assert not shows(a_lead())
    assert MINE.also(KNOWN) == Criteria(ids=(5, 9))
    assert MINE.also(Known(me=ANNA)) is None
    assert INBOX.also(KNOWN) is None
    assert not MINE.is_exact(KNOWN)


def test_answered_today_is_what_i_handled_since_moscows_midnight() -> None:
    shows = ANSWERED_TODAY.shows(KNOWN)

    assert ANSWERED_TODAY.criteria(KNOWN) == Criteria(result=LeadResult.COMPLETED, completed_by_ids=(1,))
    assert shows(a_lead(result="completed", completed_at="2026-03-02T00:00:00", completed_by=ANNA.model_dump()))
    assert not shows(a_lead(result="completed", completed_at="2026-03-01T23:59:59", completed_by=ANNA.model_dump()))
    assert ANSWERED_TODAY.ends_at(a_lead(updated_at="2026-03-01T23:00:00"), KNOWN)
    assert not ANSWERED_TODAY.is_exact(KNOWN)


def test_all_leads_are_everybodys() -> None:
    assert (ALL_LEADS.criteria(KNOWN), ALL_LEADS.is_routed, ALL_LEADS.is_exact(KNOWN)) == (Criteria(), False, True)


def test_editing_a_filter_leaves_the_rest_of_the_view() -> None:
    edited = INBOX.with_filter(Filter.parse("result:missed type:callback"))

    assert edited.name == INBOX.name
    assert str(INBOX.filter) == "result:missed"
    assert edited.shows(KNOWN)(a_lead())  # what the server chose is not judged again


# From the settings file --------------------------------------------------------------------------------------------

OWN = """
[[views]]
name = "Перезвонить"
filter = 'type:callback result:missed -city:"Нижний Новгород"'

[[views]]
name = "All today"
source = "all"
filter = "from:today"
sort = "updated_at:d"
"""


def settings_of(tmp_path: Path, text: str) -> Settings:
    file = tmp_path / "config.toml"
    file.write_text(text, encoding="utf-8")
    return load_settings(file, environ={}).settings


def test_the_operators_own_views_follow_in_the_order_of_the_file(tmp_path: Path) -> None:
    own = all_views(settings_of(tmp_path, OWN).views)[len(BUILT_IN) :]

    assert own == (
        View("Перезвонить", Filter.parse('type:callback result:missed -city:"Нижний Новгород"')),
        View("All today", Filter.parse("from:today"), Source.ALL, Sort("updated_at", descending=True)),
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[[views]]\nfilter = "word"', "view 1: name is missing"),
        ('[[views]]\nname = "A"\n[[views]]\nname = "B"\nfilter = "tipe:form"', "view 2, filter: there is no key tipe:"),
        ('[[views]]\nname = "A"\nfilter = "type:callbak"', "did you mean callback?"),
        ('[[views]]\nname = "A"\nsort = "name"', "view 1, sort: sort: 'name' is not one of created_at"),
        ('[[views]]\nname = "A"\nsource = "his"', "view 1, source: 'his' is wrong; allowed is routed, all, mine"),
        ('[[views]]\nname = "A"\nfiltre = "x"', "view 1: filtre is unknown; known are name, filter, source, sort"),
        ('[[views]]\nname = ""', "view 1, name: '' is wrong; allowed is text of 1 to 40 characters"),
        ('[[views]]\nname = "a\\u001bb"', "view 1, name: a name in one line"),
        ('[[views]]\nname = "A"\n[[views]]\nname = "a"', "two views are called 'a'"),
        ("views = 3", "views: 3 is wrong; allowed is tables [[views]] with name, filter, source, sort"),
        ('views = ["x"]', "view 1: 'x' is wrong; allowed is tables [[views]]"),
    ],
)
def test_a_wrong_view_is_named_with_what_is_allowed(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(SettingsProblem) as caught:
        settings_of(tmp_path, text)

    assert str(caught.value).startswith(f"{tmp_path / 'config.toml'}: ")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_views_cannot_come_from_a_variable(tmp_path: Path) -> None:
    with pytest.raises(SettingsProblem, match="unknown setting LEADS_TUI_VIEWS"):
        load_settings(tmp_path / "config.toml", environ={"LEADS_TUI_VIEWS": "x"})


# Keeping one -------------------------------------------------------------------------------------------------------

COMMENTED = """# my settings
poll_seconds   =  30   # not too often

[[views]]
name = "Calls"  # the phone
filter = "type:callback"
sort = "created_at:d"

[keys]
"answer.send" = "ctrl+s,f2"
"""


def test_a_view_is_added_and_nothing_else_of_the_file_changes(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(COMMENTED, encoding="utf-8")
    file.chmod(0o640)

    save_view(file, SavedView(name="Опт", filter='dept:опт -city:"Нижний Новгород"'))

    text = file.read_text(encoding="utf-8")
    assert all(line in text.splitlines() for line in COMMENTED.splitlines())
    views = load_settings(file, environ={}).settings.views
    assert [(view.name, view.filter) for view in views] == [
        ("Calls", "type:callback"),
        ("Опт", 'dept:опт -city:"Нижний Новгород"'),
    ]
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert [each.name for each in tmp_path.iterdir()] == ["config.toml"]


def test_a_view_of_the_same_name_is_replaced_where_it_stands(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(COMMENTED, encoding="utf-8")

    save_view(file, SavedView(name="calls", filter="type:chat", source="all"))

    views = load_settings(file, environ={}).settings.views
    assert views == (SavedView(name="calls", filter="type:chat", source="all"),)
    assert "# not too often" in file.read_text(encoding="utf-8")


def test_the_first_view_makes_the_file_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "new" / "config.toml"

    save_view(file, SavedView(name="Calls", filter="type:callback"))

    assert tomllib.loads(file.read_text(encoding="utf-8"))["views"][0]["filter"] == "type:callback"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_views_in_one_line_and_a_linked_file_stay_so(tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.toml"
    real.write_text('views = [{name = "A"}]  # short\n', encoding="utf-8")
    file = tmp_path / "config.toml"
    file.symlink_to(real)

    save_view(file, SavedView(name="B", filter="word"))

    assert file.is_symlink()
    assert [view.name for view in load_settings(file, environ={}).settings.views] == ["A", "B"]
    assert "# short" in real.read_text(encoding="utf-8")


@pytest.mark.parametrize(("text", "says"), [("views = 3\n", "no list of tables"), ("a = [\n", "not TOML")])
def test_a_file_that_holds_no_views_as_we_know_them_is_left_alone(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(SettingsProblem, match=says):
        save_view(file, SavedView(name="B"))
    assert file.read_text(encoding="utf-8") == text


def test_a_folder_that_takes_no_files_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(SettingsProblem, match="the view cannot be kept"):
        save_view(tmp_path / "file" / "config.toml", SavedView(name="B"))
