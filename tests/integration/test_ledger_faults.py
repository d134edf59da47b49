"""The database is busy, or away for a moment: what is written is written once, later."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from steno.database.tables import Job, StageRun, User
from steno.ledger import accounts
from tests.ledger import Ledger
from tests.postgres import Postgres

# Another program that writes: says when it holds the lock, and lets go after some seconds.
_HOLDER = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(float(sys.argv[2]))
connection.execute("COMMIT")
"""


@pytest.mark.parametrize("patience", [15_000, 20], ids=["sqlite waits", "we try again"])
def test_a_write_waits_while_another_process_holds_the_lock(sqlite_ledger: Ledger, patience: int) -> None:
    path = Path(sqlite_ledger.url.removeprefix("sqlite:///"))

    with (
        Ledger(sqlite_ledger.url) as writer,
        subprocess.Popen([sys.executable, "-c", _HOLDER, path, "2"], stdout=subprocess.PIPE) as holder,
    ):
        _be_patient(writer, patience)
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        writer.do(accounts.add_user, "person@example.org")

        assert holder.wait(10) == 0

    assert sqlite_ledger.count(User) == 1


def test_readers_do_not_wait_for_a_writer(sqlite_ledger: Ledger) -> None:
    job = sqlite_ledger.submit()

    with sqlite_ledger.database.transaction() as session:
        session.get_one(Job, job).name = "half written"
        session.flush()

        assert sqlite_ledger.job(job).name == "meeting.mp3"


def test_a_write_in_the_middle_of_a_restart_is_written_once(postgresql_ledger: Ledger, postgres: Postgres) -> None:
    tries = []

    def write(session: Session) -> None:
        accounts.add_user(session, "person@example.org")
        tries.append(len(tries))
        if len(tries) == 1:
            postgres.stop()
            threading.Timer(0.5, postgres.start).start()

    postgresql_ledger.database.write(write)

    assert len(tries) == 2
    assert postgresql_ledger.count(User) == 1


def test_work_goes_on_after_a_restart(postgresql_ledger: Ledger, postgres: Postgres) -> None:
    job = postgresql_ledger.submit()
    mine = postgresql_ledger.take()

    postgres.stop()
    postgres.start()

    assert postgresql_ledger.finish(mine)
    postgresql_ledger.run()
    assert postgresql_ledger.job(job).state == "completed"


def test_a_lost_connection_leaves_nothing_half_written(postgresql_ledger: Ledger, postgres: Postgres) -> None:
    job = postgresql_ledger.submit()

    with pytest.raises(OperationalError), postgresql_ledger.database.transaction() as session:
        session.get_one(Job, job).name = "half written"
        session.flush()
        postgres.stop()
        postgres.start()

    assert postgresql_ledger.job(job).name == "meeting.mp3"


def test_what_time_does_not_cure_is_not_tried_again(ledger: Ledger) -> None:
    tries = []

    def write(session: Session) -> None:
        tries.append(len(tries))
        session.add(StageRun(job_id="no such job", stage="prepare", queue="media"))
        session.flush()

    with pytest.raises(IntegrityError):
        ledger.database.write(write)
    assert len(tries) == 1


def _be_patient(ledger: Ledger, milliseconds: int) -> None:
    """How long SQLite itself waits for a lock, on every new connection."""

    @event.listens_for(ledger.database.engine, "connect")
    def wait(connection, record):  # type: ignore[no-untyped-def]
        connection.execute(f"PRAGMA busy_timeout={milliseconds}")
