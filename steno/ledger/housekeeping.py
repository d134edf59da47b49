"""What goes by itself: jobs whose time is over, uploads that were never finished, workspaces nobody comes back for."""

from collections.abc import Sequence
from functools import partial

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from steno.blobs import BlobStore
from steno.config import Settings
from steno.database import Database
from steno.database.clock import DAY, now
from steno.database.tables import Job, Upload
from steno.ledger import endings, jobs, openings, recordings, sessions, uploads, warnings, workspaces
from steno.ledger.accounts import find_user
from steno.ledger.moves import hold
from steno.states import ENDED


def tidy(database: Database, blobs: BlobStore) -> None:
    """Delete jobs past `delete_after` and expired uploads, rows first: a blob without a row is only lost space.

    And sessions that ended, and workspaces without a job, such as a worker leaves that did not yet know that its job
    was deleted.
    """
    database.write(sessions.tidy)
    with database.reading() as session:
        over = session.scalars(select(Job.id).where(_over())).all()
        stale = [upload.id for upload in uploads.expired(session)]
    delete_jobs(database, blobs, over, which=_over())
    with database.reading() as session:
        without = recordings.unwanted(session)
    for job_id in without:
        recordings.erase_unwanted(database, blobs, job_id)
    for upload_id in stale:
        gone = database.write(partial(_delete_upload, upload_id=upload_id))
        if gone is not None:
            blobs.delete(gone)
    there = blobs.workspaces()  # before the jobs: a new one must not be taken for one without a job
    with database.reading() as session:
        needed = workspaces.needed(session)
    for job_id in there:
        if job_id not in needed:
            blobs.delete_workspace(job_id)
    database.forget()


def follow_rules(database: Database, settings: Settings) -> None:
    """Forget what happened long ago, and tell people what is going to be deleted."""
    database.write(lambda session: openings.forget(session, settings.audit_days))
    database.write(endings.forget)
    database.write(lambda session: warnings.warn(session, settings))


def ended_before(database: Database, *, days: float, user: str | None = None) -> Sequence[str]:
    """Ids of the jobs that ended longer ago, of one person or of all. Raises InvalidOption for an unknown person."""
    with database.reading() as session:
        wanted = select(Job.id).where(_old(days))
        if user is not None:
            wanted = wanted.where(Job.user_id == find_user(session, user).id)
        return session.scalars(wanted).all()


def purge(database: Database, blobs: BlobStore, job_ids: Sequence[str], *, days: float) -> int:
    """Delete those of the jobs that ended longer ago: one that was run again meanwhile did not. How many."""
    return delete_jobs(database, blobs, job_ids, which=_old(days))


def delete_jobs(
    database: Database, blobs: BlobStore, job_ids: Sequence[str], *, which: ColumnElement[bool] | None = None
) -> int:
    """Delete jobs and all that was kept of them, those alone that are such when it is their turn; how many."""
    count = 0
    for job_id in job_ids:
        keys = database.write(partial(_delete_job, job_id=job_id, which=true() if which is None else which))
        if keys is not None:
            discard(blobs, job_id, keys)
            count += 1
    return count


def discard(blobs: BlobStore, job_id: str, keys: Sequence[str]) -> None:
    """Delete the files of a job whose rows are deleted; `keys` is what `jobs.delete` gave."""
    for key in keys:
        blobs.delete(key)
    blobs.delete_workspace(job_id)


def _over() -> ColumnElement[bool]:
    return (Job.delete_after < now()) & Job.state.in_(list(ENDED))


def _old(days: float) -> ColumnElement[bool]:
    return Job.state.in_(list(ENDED)) & (Job.finished < now() - days * DAY)


def _delete_job(session: Session, job_id: str, which: ColumnElement[bool]) -> list[str] | None:
    """None where another worker was first, or its owner wants it now: others may have taken minutes to be deleted."""
    if hold(session, job_id) is None:
        return None
    job = session.scalar(select(Job).where(Job.id == job_id, which))
    return jobs.delete(session, job) if job is not None else None


def _delete_upload(session: Session, upload_id: str) -> str | None:
    # Looked up anew: somebody may have gone on with it, or have handed it in.
    wanted = select(Upload).where(Upload.id == upload_id, Upload.expires < now()).with_for_update()
    upload = session.scalar(wanted)
    return uploads.terminate(session, upload) if upload is not None else None
