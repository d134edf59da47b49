"""Deleting the recording of a job alone: its key is destroyed, its file goes, transcript and minutes stay."""

from functools import partial

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from steno.blobs import BlobStore
from steno.database import Database
from steno.database.clock import time_now
from steno.database.tables import Job, StageRun
from steno.ledger.jobs import Conflict, UnknownJob, lock
from steno.ledger.moves import record
from steno.states import ENDED, JobState, Stage, StageState
from steno.vault import without_recording


def erase(session: Session, job: Job) -> str:
    """Mark the recording as deleted and destroy its key. The blob, to be deleted after the transaction.

    Raises Conflict while a stage may still need it, UnknownJob.
    """
    lock(session, job)
    if JobState(job.state) not in ENDED and not _heard(job):
        raise Conflict("The recording is still being worked on", "Wait until the transcript is there, or cancel.")
    if job.recording_deleted is None:
        job.recording_deleted = time_now(session)
        job.key = without_recording(job.key)
        job.version += 1
        record(session, "recording.deleted", job=job, size=job.size, by_rule=not job.keep_recording)
    return job.blob


def is_there(session: Session, job_id: str) -> bool:
    """Whether a job has its recording still."""
    return session.scalar(select(Job.id).where(Job.id == job_id, Job.recording_deleted.is_(None))) is not None


def delete(database: Database, blobs: BlobStore, job_id: str) -> None:
    """Delete the recording of anybody's job. Raises UnknownJob, Conflict while it is worked on."""

    def work(session: Session) -> str:
        job = session.get(Job, job_id)
        if job is None:
            raise UnknownJob("There is no such job", "Check its id.")
        return erase(session, job)

    blobs.delete(database.write(work))


def erase_unwanted(database: Database, blobs: BlobStore, job_id: str) -> bool:
    """Delete the recording of a job that is not to keep it, once the transcript is there; whether it was done."""
    blob = database.write(partial(_erase_unwanted, job_id=job_id))
    if blob is not None:
        blobs.delete(blob)
    return blob is not None


def unwanted(session: Session) -> list[str]:
    """Ids of the jobs whose recording is to go, and is still there."""
    # Looked up job by job: few are not to keep theirs, and nearly every one is transcribed.
    heard = exists().where(
        StageRun.job_id == Job.id, StageRun.stage == Stage.TRANSCRIBE, StageRun.state == StageState.DONE
    )
    wanted = select(Job.id).where(Job.keep_recording.is_(False), Job.recording_deleted.is_(None), heard)
    return list(session.scalars(wanted))


def _erase_unwanted(session: Session, job_id: str) -> str | None:
    job = session.get(Job, job_id)
    if job is None:
        return None
    try:
        lock(session, job)
    except UnknownJob:
        return None
    if job.keep_recording or job.recording_deleted is not None or not _heard(job):
        return None
    return erase(session, job)


def _heard(job: Job) -> bool:
    """Whether no stage needs the recording any more."""
    done = {Stage(one.stage) for one in job.stages if StageState(one.state) is StageState.DONE}
    return {Stage.PREPARE, Stage.TRANSCRIBE} <= done
