"""Revisions of a job's documents: kept, listed, and thinned, so that saving every few seconds fills no disk."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from steno.database import Database
from steno.database.clock import time_now
from steno.database.tables import Document, Job
from steno.ledger import jobs
from steno.vault import Vault

FOLD = 600.0  # seconds from the beginning of a revision in which its author's edits go into it


@dataclass(frozen=True)
class Kept:
    """A revision that was written. `spare` is a blob that nobody needs after the transaction."""

    document: Document
    spare: str | None = None


def keep(session: Session, job: Job, seen: str, blob: str, *, author: str, fold: bool) -> Kept:
    """Keep a blob as the revision after `seen`, the id of the latest one; or in its place, where `fold` allows it.

    A revision is folded into only where the same person began it a few minutes ago: never what a machine made, never
    what somebody else has written, never one that another follows. Folded, it has a new id: whoever saw the old one
    has not seen the latest. Raises Conflict where another one is the latest now.
    """
    jobs.lock(session, job)
    latest = session.get(Document, seen, populate_existing=True)
    if latest is None or latest.job_id != job.id or jobs.document(session, job, latest.kind) is not latest:
        raise jobs.Conflict("It was changed at this moment", "Get it again, and repeat your change.")
    time = time_now(session)
    folds = fold and latest.revision > 1 and latest.author == author and 0 <= time - latest.created < FOLD
    if not folds:
        return Kept(_flushed(session, jobs.add_document(session, job, latest.kind, blob, author=author)))
    session.delete(latest)
    session.flush()  # its place must be free
    made = Document(
        job_id=job.id,
        kind=latest.kind,
        revision=latest.revision,
        blob=blob,
        author=author,
        created=latest.created,
        changed=time,
    )
    session.add(made)
    job.version += 1
    return Kept(_flushed(session, made), latest.blob)


def read_latest(database: Database, vault: Vault, job: Job, kind: str) -> bytes | None:
    """The latest revision of a job's document; None where there is none.

    Raises FileNotFoundError where its blob is gone, and what the vault raises.
    """
    seen = None
    while True:
        with database.reading() as session:
            latest = jobs.document(session, job, kind)
        if latest is None:
            return None
        try:
            return vault.read_document(job, latest.blob)
        except FileNotFoundError:
            if seen == latest.id:
                raise
            seen = latest.id  # an edit was folded into it at this moment


def revisions(session: Session, job: Job, kind: str) -> Sequence[Document]:
    """All revisions of a job's document, newest first."""
    wanted = select(Document).where(Document.job_id == job.id, Document.kind == kind)
    return session.scalars(wanted.order_by(Document.revision.desc())).all()


def any_named(session: Session, blobs: Collection[str]) -> bool:
    """Whether one of these blobs is a revision of something."""
    return session.scalar(select(Document.id).where(Document.blob.in_(blobs)).limit(1)) is not None


def _flushed(session: Session, document: Document) -> Document:
    session.flush()
    return document
