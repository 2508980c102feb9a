from __future__ import annotations

import sqlite3
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from leads_tui.server import schema
from leads_tui.server.app import create_app
from leads_tui.server.database import DatabaseProblem, open_database, reading, writing
from leads_tui.server.seed import seed_database
from tests.server.world import World


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_in_memory_keeps_what_is_written(url: str) -> None:
    engine = open_database(url)

    assert seed_database(engine, 3) is True

    with reading(engine) as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(schema.leads)) == 3
    engine.dispose()


def test_a_file_keeps_its_data_and_is_closed_to_others(tmp_path: Path) -> None:
    file = tmp_path / "leads.db"
    first = open_database(f"sqlite:///{file}")
    seed_database(first, 3)
    first.dispose()

    second = open_database(f"sqlite:///{file}")

    assert file.stat().st_mode & 0o777 == 0o600
    assert seed_database(second, 5) is False
    with reading(second) as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(schema.leads)) == 3
    second.dispose()


@pytest.mark.parametrize(("url", "words"), [
    ("leads.db", "is not a database URL: write sqlite:///FILE"),
    ("", "is not a database URL"),
    ("sqlite://leads.db", "three slashes"),
    ("nosuchdatabase://x/y", "No driver"),
    ("postgresql+nosuchdriver://u:secret@localhost/y", "No driver"),
    ("sqlite:////nonexistent/folder/leads.db", "No such file or directory"),
])  # fmt: skip
def test_a_bad_database_url_is_one_clear_sentence(url: str, words: str) -> None:
    with pytest.raises(DatabaseProblem) as problem:
        open_database(url)

    assert words in str(problem.value)
    assert "\n" not in str(problem.value)
    assert "secret" not in str(problem.value)


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(DatabaseProblem, match="unable to open database file"):
        open_database(f"sqlite:///{tmp_path}")


def test_a_file_of_something_else_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("not a database, " * 100)

    with pytest.raises(DatabaseProblem, match="file is not a database"):
        open_database(f"sqlite:///{file}")

    assert file.read_text() == "not a database, " * 100


def test_a_database_of_another_program_is_named_as_such(tmp_path: Path) -> None:
    file = tmp_path / "other.db"
    other = sqlite3.connect(file)
    other.execute("CREATE TABLE leads (id INTEGER PRIMARY KEY, colour TEXT)")
    other.commit()
    other.close()

    with pytest.raises(DatabaseProblem, match="'leads' of another program or version"):
        open_database(f"sqlite:///{file}")


def test_what_fails_halfway_leaves_nothing(world: World) -> None:
    def fail_halfway() -> None:
        with writing(world.engine) as connection:
            connection.execute(sa.delete(schema.quick_messages))
            raise RuntimeError("halfway")

    with pytest.raises(RuntimeError, match="halfway"):
        fail_halfway()

    with reading(world.engine) as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(schema.quick_messages))


async def test_a_database_that_is_busy_too_long_is_503_and_not_a_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leads_tui.server.database.BUSY_SECONDS", 0.05)
    engine = open_database(f"sqlite:///{tmp_path / 'leads.db'}")
    seed_database(engine, 1)
    grant = {"grant_type": "password", "username": "anna@demo.example", "password": "demo"}
    transport = httpx.ASGITransport(create_app(engine))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost/v2/") as client:
        with writing(engine):
            response = await client.post("oauth2/token", data=grant)
        afterwards = await client.post("oauth2/token", data=grant)

    assert response.status_code == 503
    assert response.json()["code"] == 503
    assert response.headers["Retry-After"] == "1"
    assert afterwards.status_code == 200
    engine.dispose()
