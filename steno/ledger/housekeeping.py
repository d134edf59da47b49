"""What goes by itself: jobs whose time is over, uploads that were never finished."""

from collections.abc import Sequence
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from steno.blobs import BlobStore
from steno.database import Database
from steno.database.clock import now
from steno.database.tables import Job, Upload
from steno.ledger import jobs, uploads
from steno.ledger.accounts import find_user
from steno.states import ENDED


def tidy(database: Database, blobs: BlobStore) -> None:
    """Delete jobs past `delete_after` and expired uploads, rows first: a blob without a row is only lost space."""
    with database.reading() as session:
        over = session.scalars(select(Job.id).where(Job.delete_after < now(), Job.state.in_(list(ENDED)))).all()
        stale = [upload.id for upload in uploads.expired(session)]
    delete_jobs(database, blobs, over)
    for upload_id in stale:
        gone = database.write(partial(_delete_upload, upload_id=upload_id))
        if gone is not None:
            blobs.delete(gone)


def ended_before(database: Database, *, days: float, user: str | None = None) -> Sequence[str]:
    """Ids of the jobs that ended longer ago, of one person or of all. Raises InvalidOption for an unknown person."""
    with database.reading() as session:
        wanted = select(Job.id).where(Job.state.in_(list(ENDED)), Job.finished < now() - days * 86_400.0)
        if user is not None:
            wanted = wanted.where(Job.user_id == find_user(session, user).id)
        return session.scalars(wanted).all()


def delete_jobs(database: Database, blobs: BlobStore, job_ids: Sequence[str]) -> None:
    """Delete jobs and all that was kept of them."""
    for job_id in job_ids:
        for key in database.write(partial(_delete_job, job_id=job_id)):
            blobs.delete(key)


def _delete_job(session: Session, job_id: str) -> list[str]:
    job = session.get(Job, job_id)
    return jobs.delete(session, job) if job is not None else []


def _delete_upload(session: Session, upload_id: str) -> str | None:
    # Looked up anew: somebody may have gone on with it, or have handed it in.
    wanted = select(Upload).where(Upload.id == upload_id, Upload.expires < now()).with_for_update()
    upload = session.scalar(wanted)
    return uploads.terminate(session, upload) if upload is not None else None
