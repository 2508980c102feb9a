"""Opening the database, and the two kinds of transaction that the server uses.

A request runs in a worker thread, in one transaction, and never holds the event loop. A file takes many readers and
one writer at a time, from any number of processes (WAL, and a writer waits for its turn). A database in memory has
one connection, kept in a pool of one: whoever wants it waits in the pool, so no lock of ours is needed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from leads_tui.server.schema import METADATA

BUSY_SECONDS: Final = 20
"""How long a writer waits for another process's turn to end before the call fails."""
_IMMEDIATE: Final = "leads_immediate"


class DatabaseProblem(Exception):
    """The database cannot be used; the text is one sentence for whoever started the server."""


def open_database(url: str) -> sa.Engine:
    """The engine of the database at `url`, with its tables made where they were missing.

    `sqlite://` is a database in memory that lives as long as the engine; `sqlite:///FILE` is a file, made
    with 0600 where it was missing. Raises `DatabaseProblem` for a bad URL or a file that cannot be used.
    """
    parsed = _parse(url)
    try:
        engine = _sqlite(parsed) if parsed.get_backend_name() == "sqlite" else sa.create_engine(parsed)
        _make_tables(engine)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        message = f"No driver for the database {_shown(parsed)} is installed: use sqlite:///FILE, or install it"
        raise DatabaseProblem(message) from error
    except (DBAPIError, OSError) as error:
        reason = error.orig if isinstance(error, DBAPIError) else error.strerror
        message = f"Cannot use the database {_shown(parsed)}: {reason}"
        raise DatabaseProblem(message) from error
    except SQLAlchemyError as error:
        raise DatabaseProblem(f"Cannot use the database {_shown(parsed)}: {error}") from error
    return engine


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction that sees one state of the database from its first question to its last."""
    with engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction that is the only writer from its first statement on; committed unless an exception leaves it."""
    with engine.connect() as connection:
        connection.execution_options(**{_IMMEDIATE: True})
        with connection.begin():
            yield connection


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise DatabaseProblem(
            f"{url!r} is not a database URL: write sqlite:///FILE, or sqlite:// for memory"
        ) from error
    if parsed.get_backend_name() == "sqlite" and (parsed.host or parsed.port):
        raise DatabaseProblem(f"{url!r} names a host: a SQLite file is written with three slashes, sqlite:///FILE")
    return parsed


def _shown(url: URL) -> str:
    return url.render_as_string(hide_password=True)


def _sqlite(url: URL) -> sa.Engine:
    arguments = {"check_same_thread": False, "timeout": BUSY_SECONDS}
    if url.database in {None, "", ":memory:"}:
        engine = sa.create_engine(
            url, connect_args=arguments, poolclass=sa.QueuePool, pool_size=1, max_overflow=0, pool_timeout=BUSY_SECONDS
        )
    else:
        _make_file(Path(str(url.database)))
        engine = sa.create_engine(url, connect_args=arguments, poolclass=sa.QueuePool, pool_size=10, max_overflow=40)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _make_file(path: Path) -> None:
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 (SQLAlchemy gives the driver's own object)
    # We begin transactions ourselves: the driver would begin a writer's one too late, after it has read.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: sa.Connection) -> None:
    immediate = connection.get_execution_options().get(_IMMEDIATE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _make_tables(engine: sa.Engine) -> None:
    with writing(engine) as connection:
        METADATA.create_all(connection)
        found = sa.inspect(connection)
        for table in METADATA.sorted_tables:
            missing = {column.name for column in table.columns} - {
                str(c["name"]) for c in found.get_columns(table.name)
            }
            if missing:
                message = (
                    f"The database {_shown(engine.url)} has a table {table.name!r} of another program or version"
                    f" (without {', '.join(sorted(missing))}): name another file"
                )
                raise DatabaseProblem(message)
