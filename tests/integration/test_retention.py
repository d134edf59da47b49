"""How long things are kept: rules for dates, recordings that go when the transcript is there, or when somebody says."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from steno.database.tables import AuditEvent, Job, Upload
from steno.ledger import housekeeping, portal_settings
from steno.ledger.portal_settings import Retention
from steno.states import Stage
from tests.rest import Person, Rest, make_rest

SOON = (datetime.now(UTC) + timedelta(days=20)).isoformat()
LATER = (datetime.now(UTC) + timedelta(days=40)).isoformat()


def rule(rest: Rest, **values: object) -> None:
    """What administrators set."""
    rest.database.write(lambda session: portal_settings.write(session, Retention.model_validate(values), by=None))


def days(job: dict) -> float | None:  # type: ignore[type-arg]  # JSON
    """Days from the making of a job to its deletion."""
    if job["delete_after"] is None:
        return None
    until, created = (datetime.fromisoformat(job[name]) for name in ("delete_after", "created"))
    return round((until - created).total_seconds() / 86_400, 1)


def recordings(rest: Rest) -> list[Path]:
    return [path for path in (rest.settings.data_dir / "blobs" / "recordings").rglob("*/*") if path.is_file()]


def row(rest: Rest, job_id: str) -> Job:
    with rest.database.reading() as session:
        return session.get_one(Job, job_id)


def receipts(rest: Rest, kind: str) -> list[dict]:  # type: ignore[type-arg]  # JSON
    with rest.database.reading() as session:
        return [event.detail for event in session.query(AuditEvent).filter_by(kind=kind)]


def test_jobs_stay_where_nobody_says_otherwise(ann: Person) -> None:
    job = ann.submit().json

    assert (days(job), job["keep_recording"], job["recording_deleted"]) == (None, True, None)


def test_the_operator_says_how_long_jobs_are_kept(tmp_path: Path) -> None:
    ann = make_rest(tmp_path, retention_days=30, keep_recording=False).person()

    usual, own = ann.submit().json, ann.submit(content="other", delete_after=SOON, keep_recording="true").json

    assert (days(usual), usual["keep_recording"]) == (30, False)
    assert (days(own), own["keep_recording"]) == (pytest.approx(20, abs=0.1), True)


def test_rules_of_administrators_go_before_those_of_the_operator(tmp_path: Path) -> None:
    rest = make_rest(tmp_path, retention_days=30, keep_recording=False)
    rule(rest, default_days=7, keep_recording_default=True)

    job = rest.person().submit().json

    assert (days(job), job["keep_recording"]) == (7, True)


def test_nobody_keeps_a_job_for_longer_than_is_allowed(rest: Rest, ann: Person) -> None:
    rule(rest, maximum_days=30)

    too_long = ann.submit(delete_after=LATER)
    job = ann.submit().json
    later = ann("PATCH", f"/jobs/{job['id']}", json={"delete_after": LATER})
    never = ann("PATCH", f"/jobs/{job['id']}", json={"delete_after": None})
    sooner = ann("PATCH", f"/jobs/{job['id']}", json={"delete_after": SOON})

    assert [answer.status_code for answer in (too_long, later, never, sooner)] == [422, 422, 422, 200]
    assert "for 30 days at most" in too_long.json["detail"]
    assert days(job) == 30


def test_of_a_form_that_is_refused_nothing_stays(rest: Rest, ann: Person) -> None:
    rule(rest, maximum_days=30)

    refused = ann.submit(delete_after=LATER)

    with rest.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Upload)) == 0
    assert (refused.status_code, recordings(rest)) == (422, [])


def test_a_recording_that_is_not_to_stay_goes_when_the_transcript_is_there(rest: Rest, ann: Person) -> None:
    job = ann.job(keep_recording="false", minutes="true")
    rest.work(job, Stage.PREPARE)
    housekeeping.tidy(rest.database, rest.blobs)
    before = recordings(rest)
    rest.work(job, Stage.TRANSCRIBE)

    housekeeping.tidy(rest.database, rest.blobs)
    rest.work(job, Stage.SUMMARIZE)
    view = ann.get(f"/jobs/{job}").json

    assert (len(before), recordings(rest)) == (1, [])
    assert view["recording_deleted"] is not None
    assert "audio" not in view["links"]
    assert ann.get(f"/jobs/{job}/transcript").status_code == ann.get(f"/jobs/{job}/minutes").status_code == 200
    assert ann.get(f"/jobs/{job}/audio").status_code == 410
    assert receipts(rest, "recording.deleted") == [{"size": 10, "by_rule": True}]


def test_a_recording_stays_as_long_as_it_may_be_needed(rest: Rest, ann: Person) -> None:
    job = ann.job(keep_recording="false")
    ann("POST", f"/jobs/{job}/cancel")

    housekeeping.tidy(rest.database, rest.blobs)

    assert len(recordings(rest)) == 1
    assert ann.get(f"/jobs/{job}").json["recording_deleted"] is None


def test_a_recording_is_deleted_alone(rest: Rest, ann: Person) -> None:
    job = ann.job(minutes="true")
    rest.complete(job)

    answer, again = ann("DELETE", f"/jobs/{job}/audio"), ann("DELETE", f"/jobs/{job}/audio")

    assert (answer.status_code, again.status_code) == (204, 204)
    assert recordings(rest) == []
    assert ann.get(f"/jobs/{job}/transcript").status_code == 200
    assert ann("HEAD", f"/jobs/{job}/audio").status_code == 410
    assert receipts(rest, "recording.deleted") == [{"size": 10, "by_rule": False}]


def test_the_key_of_a_deleted_recording_is_destroyed(rest: Rest, ann: Person) -> None:
    job = ann.job()
    rest.complete(job)
    before, kept = row(rest, job), recordings(rest)[0].read_bytes()

    ann("DELETE", f"/jobs/{job}/audio")
    after = row(rest, job)
    rest.blobs.write(after.blob, kept)  # somebody has the file from a backup

    assert before.key is not None and after.key is not None
    with rest.vault.open_recording(before) as recording:
        assert recording.read() == b"RIFF sound"
    with pytest.raises(FileNotFoundError):
        rest.vault.open_recording(after)
    assert before.key.split(" ")[1] not in after.key


def test_a_recording_that_is_worked_on_is_not_deleted(rest: Rest, ann: Person) -> None:
    job = ann.job()

    answer = ann("DELETE", f"/jobs/{job}/audio")

    assert (answer.status_code, answer.json["code"]) == (409, "conflict")
    assert len(recordings(rest)) == 1


def test_what_needs_the_recording_is_refused_when_it_is_gone(rest: Rest, ann: Person) -> None:
    job = ann.job(minutes="true")
    rest.complete(job)
    ann("DELETE", f"/jobs/{job}/audio")

    hearing = ann("POST", f"/jobs/{job}/stages/transcribe/rerun")
    keeping = ann("PATCH", f"/jobs/{job}", json={"keep_recording": True})
    summing = ann("POST", f"/jobs/{job}/stages/summarize/rerun")

    assert [answer.status_code for answer in (hearing, keeping, summing)] == [409, 409, 202]
    assert "The recording was deleted" in hearing.json["detail"]


def test_a_recording_goes_as_soon_as_its_owner_says_so(rest: Rest, ann: Person) -> None:
    job = ann.job()
    rest.complete(job)

    view = ann("PATCH", f"/jobs/{job}", json={"keep_recording": False}).json

    assert view["recording_deleted"] is not None
    assert recordings(rest) == []


def test_a_recording_that_is_gone_counts_for_no_quota(tmp_path: Path) -> None:
    rest = make_rest(tmp_path, quota=15)
    ann = rest.person()
    job = ann.job()
    rest.complete(job)
    refused = ann.submit(content="another one")

    ann("DELETE", f"/jobs/{job}/audio")

    assert refused.status_code == 413
    assert ann.submit(content="another one").status_code == 201
    assert ann.get("/usage").json["recordings"] == 11


def test_of_a_deleted_job_nothing_can_be_read_even_where_files_linger(tmp_path: Path) -> None:
    rest = make_rest(tmp_path)
    ann = rest.person()
    job = ann.job(name="Dismissal.wav")
    rest.complete(job)
    assert b"morning" in b"".join(path.read_bytes() for path in tmp_path.glob("steno.sqlite*"))  # to be searched
    before, files = row(rest, job), {path: path.read_bytes() for path in (tmp_path / "blobs").rglob("*/*/*")}
    assert before.key is not None

    ann("DELETE", f"/jobs/{job}")
    housekeeping.tidy(rest.database, rest.blobs)

    assert len(files) >= 2
    assert not any(b"Good morning" in content or b"RIFF sound" in content for content in files.values())
    database = b"".join(path.read_bytes() for path in tmp_path.glob("steno.sqlite*"))
    assert before.key.encode() not in database
    assert b"Dismissal.wav" not in database
    assert b"morning" not in database


def test_a_date_that_stays_is_not_refused_under_new_rules_nor_warned_of_again(rest: Rest, ann: Person) -> None:
    job = ann.job(delete_after=LATER)
    rule(rest, maximum_days=30)

    def warned(session: Session) -> None:
        session.get_one(Job, job).warned = 1.0

    rest.database.write(warned)
    seen = ann.get(f"/jobs/{job}").json["delete_after"]
    answer = ann("PATCH", f"/jobs/{job}", json={"delete_after": seen, "keep_recording": True})

    assert answer.status_code == 200
    assert row(rest, job).warned == 1.0


def test_the_operator_deletes_a_recording_by_the_command_line(tmp_path: Path) -> None:
    rest = make_rest(tmp_path)
    job = rest.person().job()
    rest.complete(job)

    command = [sys.executable, "-m", "steno", "admin", "delete-recording", job, "--yes"]
    subprocess.run(command, env=os.environ | {"STENO_DATA_DIR": str(tmp_path)}, check=True, timeout=60)

    assert recordings(rest) == []
    assert row(rest, job).recording_deleted is not None


def test_a_deletion_day_that_is_moved_is_warned_of_again(rest: Rest, ann: Person) -> None:
    job = ann.job(delete_after=SOON)

    def warned(session: Session) -> None:
        session.get_one(Job, job).warned = 1.0

    rest.database.write(warned)
    ann("PATCH", f"/jobs/{job}", json={"delete_after": LATER})

    assert row(rest, job).warned is None
