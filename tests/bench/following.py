"""Following one's jobs measured: what one look for one viewer costs, which comes every second."""

import statistics
import tempfile
from pathlib import Path
from time import perf_counter

from sqlalchemy import update
from sqlalchemy.orm import Session

from steno.database import Database
from steno.database.tables import Job, User
from tests.bench.many_jobs import WAITING, let_wait, many_jobs
from tests.postgres import Postgres
from web.api.list_events import Watch

JOBS = 6000
_LOOKS = 51


def following(pairs: int) -> list[str]:
    """Medians, in both databases: nothing has changed, one job has, and many wait."""
    del pairs
    found: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as folder, Postgres() as server:
        for url in (f"sqlite:///{Path(folder) / 'steno.sqlite'}", server.database()):
            for name, took in _measured(Database(url)).items():
                found.setdefault(name, []).append(f"{1000 * took:.1f} ms")
    rows = [f"| a look at {JOBS} jobs of one person | SQLite | PostgreSQL |", "|---|---|---|"]
    return rows + [f"| {name} | {' | '.join(times)} |" for name, times in found.items()]


def _measured(database: Database) -> dict[str, float]:
    database.upgrade()
    user = database.write(_somebody)
    ids = database.write(lambda session: many_jobs(session, JOBS))
    if database.engine.dialect.name == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE jobs")  # as it does by itself after some minutes
    watch = Watch(database, user)
    watch.look()

    def look(changed: bool) -> float:
        if changed:
            database.write(lambda session: _change(session, ids[JOBS // 2]))
        begun = perf_counter()
        watch.look()
        return perf_counter() - begun

    still = statistics.median(look(False) for _ in range(_LOOKS))
    one = statistics.median(look(True) for _ in range(_LOOKS))
    database.write(lambda session: let_wait(session, ids[-WAITING:]))
    database.write(lambda session: _change(session, ids[0]))
    watch.look()
    many = statistics.median(look(False) for _ in range(_LOOKS))
    database.dispose()
    return {"nothing has changed": still, "one has changed": one, f"nothing has changed, {WAITING} wait": many}


def _somebody(session: Session) -> str:
    user = User(name="ann@example.org")
    session.add(user)
    session.flush()
    return user.id


def _change(session: Session, job_id: str) -> None:
    session.execute(update(Job).where(Job.id == job_id).values(version=Job.version + 1))
