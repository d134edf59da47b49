"""The database is away just as a stage ends: what the stage has made is written when it is back."""

import logging
import multiprocessing
import sqlite3
import threading
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from steno.config import Settings
from steno.database import Database
from steno.database.tables import Document
from steno.ledger import documents, stages
from steno.states import Stage, StageState
from steno.vault import Vault
from tests.conftest import ROOT
from tests.ledger import Ledger
from tests.outage import Outage, lasting, until
from tests.seeding import long_transcript, minutes_of, seed
from tests.service import PATIENCE
from worker.media import probe
from worker.service.running import Runner
from worker.service.warm import WarmLines


class Worker:
    """Probes one recording; the database goes away as soon as it is probed."""

    def __init__(self, ledger: Ledger, folder: Path, outage: Outage) -> None:
        self.stop: Event = multiprocessing.get_context("fork").Event()
        self._ledger, self._outage, self._settings = ledger, outage, Settings(data_dir=folder)

    def job(self, recording: bytes) -> str:
        """A job for it."""
        vault = Vault.of(self._settings)
        key = vault.blobs.new_key("recordings")
        vault.blobs.write(key, recording)
        return self._ledger.hand_in(self._ledger.upload(blob=key), minutes=False)

    def run(self) -> None:
        database, settings = self._outage.database(), self._settings
        runner = Runner(database, Vault.of(settings), settings, WarmLines(settings), self.stop)
        runner.run(self._ledger.take(Stage.PREPARE, "host:cpu/1"))
        database.dispose()

    def probe(self, *arguments: object, **options: object) -> object:
        """The real one; then the database is away."""
        try:
            return probe(*arguments, **options)  # type: ignore[arg-type]
        finally:
            self._outage.begin()


@pytest.fixture
def worker(ledger: Ledger, outage: Outage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Worker:
    made = Worker(ledger, tmp_path, outage)
    monkeypatch.setattr("worker.service.steps.probe", made.probe)
    return made


@pytest.fixture
def meeting() -> bytes:
    return (ROOT / "examples" / "meeting.opus").read_bytes()


def test_what_a_stage_has_made_is_kept(
    ledger: Ledger, worker: Worker, meeting: bytes, outage: Outage, caplog: pytest.LogCaptureFixture
) -> None:
    job = worker.job(meeting)

    lasting(worker.run, outage, caplog)

    stage = ledger.stage(job, Stage.PREPARE)
    assert (stage.state, stage.attempts, stage.deaths) == (StageState.DONE, 1, 0)
    assert ledger.job(job).duration is not None


def test_why_a_stage_failed_is_kept(
    ledger: Ledger, worker: Worker, outage: Outage, caplog: pytest.LogCaptureFixture
) -> None:
    job = worker.job(b"no media")

    lasting(worker.run, outage, caplog)

    stage = ledger.stage(job, Stage.PREPARE)
    assert (stage.state, stage.error_code) == (StageState.FAILED, "unreadable-media")


def test_who_is_asked_to_stop_waits_for_no_database(
    ledger: Ledger, worker: Worker, meeting: bytes, outage: Outage, caplog: pytest.LogCaptureFixture
) -> None:
    job = worker.job(meeting)
    running = threading.Thread(target=worker.run)

    with caplog.at_level(logging.WARNING, "steno.worker"):
        running.start()
        until(lambda: "database.away" in caplog.text)
        worker.stop.set()
        running.join(PATIENCE)
    still = running.is_alive()
    outage.end()

    assert not still
    assert ledger.stage(job, Stage.PREPARE).state == StageState.RUNNING
    ledger.do(stages.expire_leases_of, "host:cpu")  # it starts again, in the same slot
    ledger.do(stages.recover, max_deaths=3)
    ledger.run(until=Stage.TRANSCRIBE)
    assert ledger.job(job).state == "completed"


def test_a_commit_whose_answer_got_lost_keeps_its_document(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    database, vault = Database.of(settings), Vault.of(settings)
    database.upgrade()
    stop = multiprocessing.get_context("fork").Event()
    with Ledger(f"sqlite:///{tmp_path / 'steno.sqlite'}") as ledger:
        ledger.upload("admin")
        transcript = long_transcript(20, hours=0.01)
        job = seed(settings, transcript, recording=b"sound", minutes=minutes_of(transcript))
        ledger.rerun(job, Stage.SUMMARIZE)
        lost = _lose_one_answer(database)

        Runner(database, vault, settings, WarmLines(settings), stop).run(ledger.take(Stage.SUMMARIZE))

        assert lost == ["lost"]
        assert ledger.stage(job, Stage.SUMMARIZE).state == StageState.DONE
        assert ledger.count(Document, Document.kind == "minutes", Document.revision == 2) == 1
        assert documents.read_latest(database, vault, ledger.job(job), "minutes") is not None
    database.dispose()


def _lose_one_answer(database: Database) -> list[str]:
    """The transaction that keeps a document is committed, and the connection breaks before it says so."""
    writing: list[Connection] = []
    lost: list[str] = []

    @event.listens_for(database.engine, "before_cursor_execute")
    def look(connection: Connection, cursor: object, statement: str, *rest: object) -> None:
        if statement.startswith("INSERT INTO documents") and not lost:
            writing.append(connection)

    @event.listens_for(database.engine, "commit")
    def commit(connection: Connection) -> None:
        if connection in writing and not lost:
            lost.append("lost")
            assert connection.connection.dbapi_connection is not None
            connection.connection.dbapi_connection.cursor().execute("COMMIT")
            raise OperationalError("COMMIT", {}, sqlite3.OperationalError("the connection is gone"))

    return lost
