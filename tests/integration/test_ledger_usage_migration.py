"""Jobs that ended before usage was counted are counted, too, when the tables are brought up to date."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import select

import steno.database
from steno.database import Database
from steno.database.tables import Job, JobEnding
from tests.ledger import BAD_INPUT, Ledger


def move(database: Database, to: str) -> None:
    """Bring the tables to another version, back or forth."""
    config = Config()
    config.set_main_option("script_location", str(Path(steno.database.__file__).parent / "migrations"))
    with database.engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        (command.upgrade if to == "head" else command.downgrade)(config, to)


def test_what_ended_before_is_counted(new_database: str) -> None:
    with Ledger(new_database) as ledger:
        ledger.database.upgrade()
        done, failed, open_ = ledger.submit("ann"), ledger.submit("ann", minutes=False), ledger.submit("bob")
        ledger.cancel(open_)
        ledger.change(Job, done, duration=600.0)
        first, second = ledger.take(), ledger.take()
        by_job = {first.job_id: first, second.job_id: second}
        ledger.finish(by_job[done])
        ledger.fail(by_job[failed], BAD_INPUT)
        ledger.run()
        with ledger.database.reading() as session:
            before = facts(session)

        move(ledger.database, "0002")
        move(ledger.database, "head")

        with ledger.database.reading() as session:
            assert facts(session) == before
            assert len(before) == 3


def facts(session) -> set[tuple[object, ...]]:  # type: ignore[no-untyped-def]
    return {
        (one.job_id, one.day, one.user_id, one.state, one.error_code, one.seconds, one.worked is None)
        for one in session.scalars(select(JobEnding))
    }
