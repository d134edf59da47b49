"""A database that goes away in the middle of something, and comes back: PostgreSQL is stopped, SQLite is locked."""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack

import pytest
from sqlalchemy import event

from steno.database import Database
from tests.ledger import Ledger
from tests.postgres import Postgres
from tests.service import PATIENCE


class Outage:
    """Begins once, as often as it is asked for, and ends."""

    def __init__(self, ledger: Ledger, server: Postgres | None) -> None:
        """`server` has the ledger's database, where it is PostgreSQL."""
        self._ledger, self._server = ledger, server
        self._over = ExitStack()
        self._begun = False

    def begin(self) -> None:
        if self._begun:
            return
        self._begun = True
        if self._server is not None:
            self._server.stop()
            self._over.callback(self._server.start)
        else:
            path = self._ledger.url.removeprefix("sqlite:///")
            holder = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._over.callback(holder.close)
            holder.execute("BEGIN IMMEDIATE")

    def end(self) -> None:
        self._over.close()

    def database(self) -> Database:
        """The ledger's, by an engine of its own whose connections wait for nobody's lock."""
        made = Database(self._ledger.url)
        event.listen(made.engine, "connect", _impatient)
        return made


def lasting(work: Callable[[], object], outage: Outage, caplog: pytest.LogCaptureFixture, *, looks: int = 3) -> None:
    """Do the work, in which the outage begins, in a thread; the outage ends when the work has waited so often."""
    thread = threading.Thread(target=work)
    with caplog.at_level(logging.WARNING, "steno.worker"):
        thread.start()
        try:
            until(lambda: caplog.text.count("database.away") >= looks)
        finally:
            outage.end()
        thread.join(PATIENCE)
    assert not thread.is_alive()


def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"not in {PATIENCE} s"
        time.sleep(0.05)


def _impatient(connection: object, record: object) -> None:
    del record
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA busy_timeout=20")
