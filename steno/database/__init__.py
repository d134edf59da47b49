"""The database: SQLite in WAL mode by default, PostgreSQL in production; the same tables and migrations on both."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError
from sqlalchemy.orm import Session

from steno.config import Settings
from steno.database.forks import ForkGate
from steno.database.passages import INDEX
from steno.errors import DatabaseAway, DatabaseUnusable, InvalidOption, MissingProgram, StorageDenied

T = TypeVar("T")
_BUSY = 15.0  # seconds a writer waits for another, in SQLite
_TRIES = 6
_CONNECT = 10  # seconds to reach a PostgreSQL
_WRITE = "Write postgresql://user:password@host/name, or sqlite:////path."
_MERGED = 500  # pages of the full-text index at once
_WRITES = "steno_writes"
# Errors go to the log: they name the statement, never its values, which may be words of a recording.
_SECRETIVE = {"hide_parameters": True}


class Database:
    """Transactions on the database that is set."""

    def __init__(self, url: str | URL) -> None:
        self.engine = _engine(url)
        self._forks: ForkGate | None = None

    @classmethod
    def of(cls, settings: Settings) -> "Database":
        """The database of the settings. Raises InvalidOption, MissingProgram, StorageDenied."""
        if settings.database_url is not None:
            return cls(settings.database_url.get_secret_value())
        try:
            settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise StorageDenied(f"{settings.data_dir} cannot be made", "Set STENO_DATA_DIR.") from error
        # Not as a text: a directory may have a question mark in its name.
        return cls(URL.create("sqlite", database=str(settings.data_dir.absolute() / "steno.sqlite")))

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A transaction that writes: committed at the end, rolled back on any error."""
        with (
            self._connected(writes=True) as connection,
            connection.begin(),
            Session(connection, expire_on_commit=False) as session,
        ):
            yield session
            session.flush()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that only reads; no writer waits for it."""
        with self._connected() as connection, Session(connection, expire_on_commit=False) as session:
            yield session

    def write(self, work: Callable[[Session], T]) -> T:
        """What `work` gives in a transaction of its own, tried again while the database is busy or away for a moment.

        `work` must do nothing but read and write the session.
        """
        for left in reversed(range(_TRIES)):
            try:
                with self.transaction() as session:
                    return work(session)
            except DBAPIError as error:
                if left == 0 or not may_pass(error):
                    raise
                time.sleep(0.1 * 2 ** (_TRIES - left))
        raise AssertionError("the last try returns or raises")

    def upgrade(self) -> None:
        """Bring the tables to this version's shape. Several processes may do it at once.

        Raises DatabaseAway, DatabaseUnusable.
        """
        from alembic.util import CommandError

        try:
            self._upgrade()
        except CommandError as error:  # a revision that we do not have
            cure = "Install that version again, or restore a backup of before."
            raise DatabaseUnusable("The database was made by a later version of Steno", cure) from error
        except DatabaseError as error:
            raise self._unusable(error) from error

    def _unusable(self, error: DatabaseError) -> DatabaseUnusable:
        if not isinstance(error, OperationalError):
            cure = "Restore it from a backup, or give Steno's user the rights to make tables."
            return DatabaseUnusable(f"The database cannot be used: {reason(error)}", cure)
        if self.engine.dialect.name == "sqlite":
            place = self.engine.url.database
            cure = f"Let Steno's user write to {place} and its folder, on a disk with room, or set STENO_DATA_DIR."
            return DatabaseUnusable(f"The database cannot be used: {reason(error)}", cure)
        return DatabaseAway(
            f"The database does not answer: {reason(error)}", "Start it, or correct STENO_DATABASE_URL."
        )

    def _upgrade(self) -> None:
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
        with self._connected(writes=True) as connection, connection.begin():
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7263528)")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def answers(self) -> bool:
        """Whether it is there, with our tables. Raises what SQLAlchemy raises."""
        with self._connected() as connection:
            connection.exec_driver_sql("SELECT 1 FROM jobs WHERE 1 = 0")
        return True

    def forget(self) -> None:
        """Let go of what was deleted.

        SQLite's log still has it until it is written back and emptied, its full-text index until segments are merged.
        """
        if self.engine.dialect.name != "sqlite":
            return
        with self._connected() as connection:
            raw = connection.connection.cursor()
            raw.execute("PRAGMA busy_timeout=200")  # nobody is to wait for this; the next time will do
            with suppress(sqlite3.OperationalError):  # busy, or without an index
                raw.execute(f"INSERT INTO {INDEX} ({INDEX}, rank) VALUES ('merge', -{_MERGED})")  # noqa: S608  # names of ours
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            raw.execute(f"PRAGMA busy_timeout={int(_BUSY * 1000)}")

    def hold_forks(self) -> None:
        """For a process that forks while its threads use the database: forks wait for them, and inherit nothing."""
        self._forks = ForkGate(self.engine.dispose)

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    @contextmanager
    def _connected(self, *, writes: bool = False) -> Iterator[Connection]:
        with self._forks.passing() if self._forks is not None else nullcontext(), self.engine.connect() as connection:
            yield connection.execution_options(**{_WRITES: True}) if writes else connection


def may_pass(error: DBAPIError) -> bool:
    """Whether the database is busy or away, so that the same may work later."""
    return isinstance(error, OperationalError) or error.connection_invalidated


def reason(error: DBAPIError) -> str:
    """What the database, or the way to it, says: the first line."""
    return next(iter(str(error.orig).splitlines()), "no reason given").rstrip(".")


def _engine(url: str | URL) -> Engine:
    try:
        if isinstance(url, URL) or url.startswith("sqlite"):
            engine = create_engine(url, connect_args={"timeout": _BUSY, "check_same_thread": False}, **_SECRETIVE)
            event.listen(engine, "connect", _on_connect)
            event.listen(engine, "begin", _on_begin)
            return engine
        # psycopg 3 is the driver that is installed; `postgresql://` alone would mean another one.
        url = url.replace("postgres://", "postgresql://", 1).replace("postgresql://", "postgresql+psycopg://", 1)
        # A host that swallows packets must not hold a request for the two minutes that TCP waits.
        waits = {} if "connect_timeout" in url else {"connect_timeout": _CONNECT}
        engine = create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=20, connect_args=waits, **_SECRETIVE)
        event.listen(engine, "handle_error", _without_values)
        return engine
    except ModuleNotFoundError as error:
        if error.name != "psycopg":
            raise InvalidOption("STENO_DATABASE_URL names a database that Steno does not know", _WRITE) from error
        raise MissingProgram(
            "STENO_DATABASE_URL names a PostgreSQL, whose driver is missing",
            "Install it: pip install 'steno[postgresql]'",
        ) from error
    except Exception as error:  # SQLAlchemy's own for a URL
        raise InvalidOption("STENO_DATABASE_URL is no address of a database", _WRITE) from error


def _without_values(context: ExceptionContext) -> None:
    # PostgreSQL's own words go on with the row that it did not take.
    for error in (context.sqlalchemy_exception, context.original_exception):
        if error is not None and error.args:
            error.args = (str(error.args[0]).partition("\nDETAIL:")[0], *error.args[1:])


def _on_connect(connection: Any, record: Any) -> None:
    del record
    connection.isolation_level = None  # we say BEGIN ourselves: sqlite3 begins too late to lock
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA secure_delete=ON")  # what is deleted, keys above all, is overwritten


def _on_begin(connection: Connection) -> None:
    # A reader that becomes a writer may find itself locked out; who will write says so at once.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(_WRITES) else "BEGIN")
