"""What goes by itself: jobs whose time is over, uploads that were never finished."""

from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from steno.blobs import BlobStore
from steno.database import Database
from steno.database.clock import now
from steno.database.tables import Job, Upload
from steno.ledger import jobs
from steno.states import ENDED


def tidy(database: Database, blobs: BlobStore) -> None:
    """Delete jobs past `delete_after` and expired uploads, rows first: a blob without a row is only lost space."""
    with database.reading() as session:
        over = session.scalars(select(Job.id).where(Job.delete_after < now(), Job.state.in_(list(ENDED)))).all()
        stale = session.scalars(select(Upload.id).where(Upload.expires < now())).all()
    for job_id in over:
        keys = database.write(partial(_delete_job, job_id=job_id))
        for key in keys:
            blobs.delete(key)
    for upload_id in stale:
        gone = database.write(partial(_delete_upload, upload_id=upload_id))
        if gone is not None:
            blobs.delete(gone)


def _delete_job(session: Session, job_id: str) -> list[str]:
    job = session.get(Job, job_id)
    return jobs.delete(session, job) if job is not None else []


def _delete_upload(session: Session, upload_id: str) -> str | None:
    upload = session.get(Upload, upload_id)
    if upload is None:
        return None
    session.delete(upload)
    return upload.blob
