"""Files that no row names go after a day; what a row names, what is young and what is not ours stays."""

import os
import time
from pathlib import Path

import pytest

from steno.blobs import BlobStore
from steno.database.tables import Base, Document, Job, Question, Upload, User
from steno.ledger import jobs, sweeping
from tests.ledger import Ledger

DAY = 86_400.0


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path / "blobs")


@pytest.fixture
def old_ledger(ledger: Ledger) -> Ledger:
    """A ledger whose first person came ten days ago."""
    ledger.upload("first")
    ledger.change(User, "first", created=time.time() - 10 * DAY)
    return ledger


def test_what_no_row_names_goes_after_a_day(old_ledger: Ledger, blobs: BlobStore) -> None:
    for kind in ("recordings", "transcripts", "minutes"):
        _blob(blobs, kind)
    young = _blob(blobs, days=0.9)

    swept = sweeping.sweep(old_ledger.database, blobs)

    assert (swept, _files(blobs)) == (3, [young])


def test_what_a_row_names_stays_however_old(old_ledger: Ledger, blobs: BlobStore) -> None:
    upload = old_ledger.upload(blob=_blob(blobs))
    job = old_ledger.hand_in(old_ledger.upload(blob=_blob(blobs)))
    _keep(old_ledger, job, _blob(blobs, "transcripts"))
    question = Question(job_id=job, blob=_blob(blobs, "questions"))
    old_ledger.do(lambda session: session.add(question))
    there = _files(blobs)

    swept = sweeping.sweep(old_ledger.database, blobs)

    assert (swept, _files(blobs)) == (0, there)
    assert len(there) == 4
    assert upload in {one.id for one in old_ledger.all(Upload)}


def test_every_table_that_names_blobs_is_asked() -> None:
    named = {table.name for table in Base.metadata.sorted_tables if "blob" in table.columns}
    hidden = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if "blob" in column.name and column.name != "blob"
    }

    assert {table.__tablename__ for table in (Upload, Job, Document, Question)} <= named
    assert not hidden  # the sweep goes by the name of the column


def test_a_job_whose_files_a_killed_program_left_behind(old_ledger: Ledger, blobs: BlobStore) -> None:
    job, other = (old_ledger.hand_in(old_ledger.upload(blob=_blob(blobs))) for _ in range(2))
    _keep(old_ledger, job, _blob(blobs, "transcripts"))
    old_ledger.run()

    # Its rows go, and then the program is gone, too.
    old_ledger.database.write(lambda session: jobs.delete(session, session.get_one(Job, job)))
    sweeping.sweep(old_ledger.database, blobs)

    assert _files(blobs) == [old_ledger.job(other).blob]


def test_another_database_takes_nothing_for_rubbish(ledger: Ledger, blobs: BlobStore) -> None:
    there = [_blob(blobs), _blob(blobs)]

    nobody = sweeping.sweep(ledger.database, blobs)
    ledger.upload("first")  # who has come just now, after these files
    somebody = sweeping.sweep(ledger.database, blobs)

    assert (nobody, somebody) == (0, 0)
    assert _files(blobs) == sorted(there)


def test_half_written_files_go_and_what_is_not_ours_stays(old_ledger: Ledger, blobs: BlobStore) -> None:
    folder = blobs.path(_blob(blobs)).parent
    scratch, strange = folder / ".steno-abcdef", folder / "notes.txt"
    for path in (scratch, strange):
        path.write_text("content")
        _age(path, 2)
    workspace = blobs.workspace("0" * 32) / "unfinished"
    workspace.mkdir(parents=True)

    sweeping.sweep(old_ledger.database, blobs)

    assert not scratch.exists()
    assert strange.exists()
    assert workspace.exists()


def test_more_files_than_one_question_asks_for(old_ledger: Ledger, blobs: BlobStore) -> None:
    kept = _blob(blobs)
    old_ledger.upload(blob=kept)
    folder = blobs.path(kept).parent
    for number in range(1200):
        path = folder / f"{folder.name}{number:030x}"
        path.touch()
        _age(path, 2)

    swept = sweeping.sweep(old_ledger.database, blobs)

    assert (swept, _files(blobs)) == (1200, [kept])


def _keep(ledger: Ledger, job: str, key: str) -> None:
    ledger.do(lambda session: jobs.add_document(session, session.get_one(Job, job), "transcript", key))


def _blob(blobs: BlobStore, kind: str = "recordings", *, days: float = 2.0) -> str:
    key = blobs.new_key(kind)
    blobs.write(key, b"content")
    _age(blobs.path(key), days)
    return key


def _age(path: Path, days: float) -> None:
    then = time.time() - days * DAY
    os.utime(path, (then, then))


def _files(blobs: BlobStore) -> list[str]:
    root = blobs.path(blobs.new_key("recordings")).parents[2]
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())
