"""The database is away just as a stage ends: what the stage has made is written when it is back."""

import logging
import multiprocessing
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
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
from tests.postgres import Postgres
from tests.seeding import long_transcript, minutes_of, seed
from worker.media import probe
from worker.service.running import Runner
from worker.service.warm import WarmLines

Outage = Callable[[], Callable[[], None]]  # begins it, and gives what ends it


@pytest.fixture
def outage(ledger: Ledger, request: pytest.FixtureRequest) -> Outage:
    """PostgreSQL is stopped; SQLite is locked by somebody else for good."""
    if ledger.is_postgresql:
        server: Postgres = request.getfixturevalue("postgres")

        def stop() -> Callable[[], None]:
            server.stop()
            return server.start

        return stop

    def lock() -> Callable[[], None]:
        holder = sqlite3.connect(ledger.url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False)
        holder.execute("BEGIN IMMEDIATE")
        return holder.close

    return lock


class Worker:
    """Probes one recording in a thread; the database goes away as soon as it is probed."""

    def __init__(self, ledger: Ledger, folder: Path, outage: Outage, recording: bytes) -> None:
        self.stop: Event = multiprocessing.get_context("fork").Event()
        self._outage, self._ended, settings = outage, ExitStack(), Settings(data_dir=folder)
        vault = Vault.of(settings)
        key = vault.blobs.new_key("recordings")
        vault.blobs.write(key, recording)
        self.job = ledger.hand_in(ledger.upload(blob=key), minutes=False)
        # An engine of its own, whose connections wait for nobody's lock.
        self._database = Database(ledger.url)
        event.listen(self._database.engine, "connect", _impatient)
        runner = Runner(self._database, vault, settings, WarmLines(settings), self.stop)
        self._thread = threading.Thread(target=runner.run, args=(ledger.take(Stage.PREPARE, "host:cpu/1"),))

    def probe(self, *arguments: object, **options: object) -> object:
        """The real one; then the database is away."""
        try:
            return probe(*arguments, **options)  # type: ignore[arg-type]
        finally:
            self._ended.callback(self._outage())

    def begin(self) -> None:
        self._thread.start()

    def end_outage(self) -> None:
        self._ended.close()

    def end(self) -> None:
        self._thread.join(60)
        still = self._thread.is_alive()
        self.end_outage()
        self._database.dispose()
        assert not still


@contextmanager
def working(
    ledger: Ledger, folder: Path, outage: Outage, monkeypatch: pytest.MonkeyPatch, recording: bytes
) -> Iterator[Worker]:
    """A worker at the end of its stage, without a database."""
    worker = Worker(ledger, folder, outage, recording)
    monkeypatch.setattr("worker.service.steps.probe", worker.probe)
    monkeypatch.setattr("steno.database._TRIES", 1)  # one write gives up at once, instead of after some seconds
    worker.begin()
    try:
        yield worker
    finally:
        worker.end()


@pytest.fixture
def meeting() -> bytes:
    return (ROOT / "examples" / "meeting.opus").read_bytes()


def test_what_a_stage_has_made_is_kept(
    ledger: Ledger,
    outage: Outage,
    meeting: bytes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING), working(ledger, tmp_path, outage, monkeypatch, meeting) as worker:
        _until(lambda: caplog.text.count("database.away") >= 3)
        worker.end_outage()

    stage = ledger.stage(worker.job, Stage.PREPARE)
    assert (stage.state, stage.attempts, stage.deaths) == (StageState.DONE, 1, 0)
    assert ledger.job(worker.job).duration is not None


def test_why_a_stage_failed_is_kept(
    ledger: Ledger,
    outage: Outage,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING), working(ledger, tmp_path, outage, monkeypatch, b"no media") as worker:
        _until(lambda: caplog.text.count("database.away") >= 3)
        worker.end_outage()

    stage = ledger.stage(worker.job, Stage.PREPARE)
    assert (stage.state, stage.error_code) == (StageState.FAILED, "unreadable-media")


def test_who_is_asked_to_stop_waits_for_no_database(
    ledger: Ledger,
    outage: Outage,
    meeting: bytes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING), working(ledger, tmp_path, outage, monkeypatch, meeting) as worker:
        _until(lambda: "database.away" in caplog.text)
        worker.stop.set()

    assert ledger.stage(worker.job, Stage.PREPARE).state == StageState.RUNNING
    ledger.do(stages.expire_leases_of, "host:cpu")  # it starts again, in the same slot
    ledger.do(stages.recover, max_deaths=3)
    ledger.run(until=Stage.TRANSCRIBE)
    assert ledger.job(worker.job).state == "completed"


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


def _impatient(connection: sqlite3.Connection, record: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA busy_timeout=20")


def _until(condition: Callable[[], bool], seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not in {seconds} s"
        time.sleep(0.05)
