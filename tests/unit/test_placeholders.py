"""Placeholders are filled from the lead, and one that could not be is never sent unseen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads_tui.api.models import Employee, Lead
from leads_tui.desk.placeholders import Filled, fill, holes, likely_mistakes, values_for
from tests.fakes import ANNA, START

VALUES = {"name": "Иван", "site": "lumen.example", "operator": "Анна", "when": None}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("Добрый день, {name}!", "Добрый день, Иван!"),
        ("{name|there}, {site}", "Иван, lumen.example"),
        ("Перезвоню {when|завтра}.", "Перезвоню завтра."),
        ("Перезвоню{when|}.", "Перезвоню."),
        ("Перезвоню {when}.", "Перезвоню {when}."),
        ("{nmae} {имя}", "{nmae} {имя}"),
        ("Пишите {{name}} сами", "Пишите {name} сами"),
        ("Пишите {{name|друг}} сами", "Пишите {name|друг} сами"),
        ('{"a": {"b": [1, 2]}}', '{"a": {"b": [1, 2]}}'),
        ("{{ user }} {}{{}} :-{", "{{ user }} {}{{}} :-{"),
    ],
)
def test_a_template_is_filled_as_far_as_it_can_be(template: str, text: str) -> None:
    assert fill(template, VALUES).text == text


def test_what_could_not_be_filled_is_found_where_it_stands() -> None:
    text = fill("Ждите до {when}, {name}; {site}", {"name": "Иван"}).text
    assert [text[start:end] for start, end in holes(text)] == ["{when}", "{site}"]


@pytest.mark.parametrize(
    "text", ["", "{}", '{"name": 1}', "{ name }", "{Name}", "{nickname}", ":-{ и }:", "f{i}", "{{name}}", "{names}"]
)
def test_braces_that_are_no_placeholder_do_not_keep_an_answer_back(text: str) -> None:
    assert holes(text) == []


def test_a_literal_placeholder_is_known_as_one() -> None:
    filled = fill("Напишите {{name}}, {operator}", {})
    assert filled == Filled("Напишите {name}, {operator}", frozenset({"{name}"}))
    assert holes(filled.text, filled.literals) == [(17, 27)]


def test_a_visitor_whose_name_is_a_placeholder_changes_nothing_else() -> None:
    assert fill("{name}: {site}", {"name": "{site}", "site": "a.example"}).text == "{site}: a.example"


def test_the_values_come_from_the_lead_and_the_operator() -> None:
    lead = Lead.model_validate(
        {
            "id": 1,
            "result": "missed",
            "created_at": START,
            "name": " Ольга ",
            "site": {"id": 1, "url": "https://shop.example/"},
        }
    )
    assert values_for(lead, ANNA) == {"name": "Ольга", "site": "shop.example", "operator": "Anna"}
    bare = lead.model_copy(update={"name": " ", "site": None})
    assert values_for(bare, None) == {"name": None, "site": None, "operator": None}
    assert values_for(bare, Employee(id=1, email="a@b.example"))["operator"] is None


def test_misspelt_placeholders_are_noticed() -> None:
    assert likely_mistakes("{nmae} {имя|вы} {operater} {name} {код} {x}") == {
        "nmae": "name",
        "имя": "name",
        "operater": "operator",
    }


@given(st.text(alphabet="{}|name sitewh\n", max_size=60))
def test_filling_leaves_no_hole_where_everything_is_known(template: str) -> None:
    filled = fill(template, dict.fromkeys(("name", "site", "operator", "when"), "x"))
    assert all(filled.text[start:end] not in template for start, end in holes(filled.text, filled.literals))
