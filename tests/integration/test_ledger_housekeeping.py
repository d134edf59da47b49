"""What goes by itself goes whole: rows, blobs and what is owed; a receipt without content stays."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from steno.blobs import BlobStore
from steno.config import Settings
from steno.database.tables import AuditEvent, Delivery, Document, Job, StageRun, Upload, User
from steno.ledger import housekeeping, jobs
from steno.states import Stage
from tests.ledger import Ledger, at_once

LONG_AGO = 1.0


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path / "blobs")


def test_a_job_past_its_date_goes_with_all_that_was_kept_of_it(ledger: Ledger, blobs: BlobStore) -> None:
    job = _job(ledger, blobs, delete_after=LONG_AGO, webhook_url="https://example.org/hook")

    housekeeping.tidy(ledger.database, blobs)

    assert _files(blobs) == []
    assert [ledger.count(table) for table in (Job, StageRun, Document, Delivery)] == [0, 0, 0, 0]
    assert ledger.happened(job)[-1].kind == "job.deleted"


def test_the_receipt_says_nothing_of_the_recording(ledger: Ledger, blobs: BlobStore) -> None:
    job = _job(ledger, blobs, delete_after=LONG_AGO, name="Dismissal of Ms Miller.mp3", notify_email="hr@example.org")
    hidden = [ledger.job(job).name, ledger.job(job).blob, "Miller", "hr@example.org", "0" * 64]

    housekeeping.tidy(ledger.database, blobs)

    receipt = str([vars(event) for event in ledger.all(AuditEvent)])
    assert job in receipt
    assert not [word for word in hidden if word in receipt]


def test_what_has_no_date_or_a_later_one_stays(ledger: Ledger, blobs: BlobStore) -> None:
    for delete_after in (None, 4e9):
        _job(ledger, blobs, delete_after=delete_after)

    housekeeping.tidy(ledger.database, blobs)

    assert ledger.count(Job) == 2
    assert len(_files(blobs)) == 4


def test_a_job_that_has_not_ended_stays_until_it_has(ledger: Ledger, blobs: BlobStore) -> None:
    job = ledger.submit(delete_after=LONG_AGO)

    housekeeping.tidy(ledger.database, blobs)
    assert ledger.job(job).state == "queued"
    ledger.run()
    housekeeping.tidy(ledger.database, blobs)

    assert ledger.count(Job) == 0


class Meanwhile(BlobStore):
    """Files of which the first one that goes takes a while, in which somebody does something."""

    def __init__(self, root: Path, act: Callable[[], object]) -> None:
        super().__init__(root)
        self._acts = [act]

    def delete(self, key: str) -> None:
        while self._acts:
            self._acts.pop()()
        super().delete(key)


@pytest.mark.parametrize("kind", ["prolonged", "run again"])
def test_a_job_that_is_wanted_while_others_are_deleted_stays(ledger: Ledger, tmp_path: Path, kind: str) -> None:
    blobs = Meanwhile(tmp_path / "blobs", lambda: wanted(kept))
    both = {_job(ledger, blobs, delete_after=LONG_AGO) for _ in range(2)}

    def wanted(keep: list[str]) -> None:
        keep += [one for one in both if ledger.count(Job, Job.id == one)]
        if kind == "prolonged":
            ledger.change(Job, keep[0], delete_after=4e9)
        else:
            ledger.rerun(keep[0], Stage.SUMMARIZE)

    kept: list[str] = []
    housekeeping.tidy(ledger.database, blobs)

    assert [one.id for one in ledger.all(Job)] == kept
    assert len(_files(blobs)) == 2


def test_a_job_that_is_run_again_while_old_ones_are_purged_stays(ledger: Ledger, blobs: BlobStore) -> None:
    old = [_job(ledger, blobs) for _ in range(2)]
    for job in old:
        ledger.change(Job, job, finished=Job.finished - 40 * 86_400)
    found = housekeeping.ended_before(ledger.database, days=30)
    ledger.rerun(old[0], Stage.SUMMARIZE)  # before an administrator has answered the question

    count = housekeeping.purge(ledger.database, blobs, found, days=30)

    assert count == 1
    assert [one.id for one in ledger.all(Job)] == old[:1]


def test_uploads_that_were_left_alone_go_and_others_stay(ledger: Ledger, blobs: BlobStore) -> None:
    for expires in (LONG_AGO, 4e9):
        ledger.upload(blob=_blob(blobs), expires=expires)

    housekeeping.tidy(ledger.database, blobs)

    kept = ledger.all(Upload)
    assert [upload.expires for upload in kept] == [4e9]
    assert _files(blobs) == [kept[0].blob]


def test_an_upload_that_ran_out_a_moment_ago_stays_for_a_while(ledger: Ledger, blobs: BlobStore) -> None:
    upload = ledger.upload(blob=_blob(blobs))
    ledger.change(Upload, upload, expires=Upload.created - 60)

    housekeeping.tidy(ledger.database, blobs)

    assert ledger.count(Upload) == 1


def test_an_upload_that_is_handed_in_meanwhile_keeps_its_recording(ledger: Ledger, tmp_path: Path) -> None:
    blobs = Meanwhile(tmp_path / "blobs", lambda: ledger.hand_in(upload))
    _job(ledger, blobs, delete_after=LONG_AGO)
    upload = ledger.upload(blob=_blob(blobs), expires=LONG_AGO)

    housekeeping.tidy(ledger.database, blobs)

    assert _files(blobs) == [ledger.all(Job)[0].blob]


def test_blobs_that_are_gone_already_hinder_nothing(ledger: Ledger, blobs: BlobStore) -> None:
    for _ in range(2):
        _job(ledger, blobs, delete_after=LONG_AGO)
    for key in _files(blobs)[:3]:
        blobs.delete(key)

    housekeeping.tidy(ledger.database, blobs)

    assert (ledger.count(Job), _files(blobs)) == (0, [])


def test_another_round_finds_nothing_to_do(ledger: Ledger, blobs: BlobStore) -> None:
    _job(ledger, blobs, delete_after=LONG_AGO)
    housekeeping.tidy(ledger.database, blobs)
    before = ledger.count(AuditEvent)

    housekeeping.tidy(ledger.database, blobs)

    assert ledger.count(AuditEvent) == before


def test_workers_that_warn_at_once_write_one_mail(ledger: Ledger, blobs: BlobStore) -> None:
    job = _job(ledger, blobs, delete_after=time.time() + 86_400)
    ledger.change(User, "a", email="a@example.org")
    ledger.change(Job, job, created=Job.created - 30 * 86_400)
    settings = Settings(smtp_url="smtp://127.0.0.1")

    at_once([lambda: housekeeping.follow_rules(ledger.database, settings) for _ in range(6)])
    housekeeping.follow_rules(ledger.database, settings)

    assert [(one.event, one.address) for one in ledger.all(Delivery)] == [("job.expiring", "a@example.org")]


def test_jobs_that_ended_long_ago_are_found_by_person(ledger: Ledger) -> None:
    mine, other, fresh = ledger.submit("a"), ledger.submit("b"), ledger.submit("a")
    ledger.run()
    for job in (mine, other):
        ledger.change(Job, job, finished=Job.finished - 40 * 86_400)

    found = housekeeping.ended_before(ledger.database, days=30)
    of_one = housekeeping.ended_before(ledger.database, days=30, user="a")

    assert sorted(found) == sorted([mine, other])
    assert of_one == [mine]
    assert ledger.job(fresh).state == "completed"


def _job(ledger: Ledger, blobs: BlobStore, *, name: str = "meeting.mp3", **request: object) -> str:
    """A completed job with a recording and a transcript in the store."""
    job = ledger.hand_in(ledger.upload(blob=_blob(blobs), name=name), **request)
    ledger.run()
    key = _blob(blobs, "transcripts")
    ledger.do(lambda session: jobs.add_document(session, session.get_one(Job, job), "transcript", key))
    return job


def _blob(blobs: BlobStore, kind: str = "recordings") -> str:
    key = blobs.new_key(kind)
    blobs.write(key, b"content")
    return key


def _files(blobs: BlobStore) -> list[str]:
    root = blobs.path(blobs.new_key("recordings")).parents[2]
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())
