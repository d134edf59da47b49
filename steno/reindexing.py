"""The search index built anew: from the names of jobs and the latest revisions of their transcripts."""

from collections.abc import Callable
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from steno.config import Settings
from steno.database import Database
from steno.database.tables import Job
from steno.errors import StenoError
from steno.ledger import jobs, search
from steno.ledger.moves import hold
from steno.transcript import Transcript
from steno.vault import Vault


def reindex(database: Database, vault: Vault, settings: Settings, on_job: Callable[[], None] = lambda: None) -> int:
    """Index every job, each in a transaction of its own, while the service runs. How many could not be read.

    Where STENO_SEARCH is off, it takes the words of transcripts out of the database.
    """
    with database.reading() as session:
        ids = session.scalars(select(Job.id)).all()
    unread = 0
    for job_id in ids:
        unread += not _index(database, vault, settings, job_id)
        on_job()
    return unread


def _index(database: Database, vault: Vault, settings: Settings, job_id: str) -> bool:
    """False where the transcript cannot be read; what is known of it then stays as it was."""
    while True:
        with database.reading() as session:
            job = session.get(Job, job_id)
            latest = jobs.document(session, job, "transcript") if job is not None else None
        if job is None:
            return True  # deleted meanwhile
        try:
            transcript = Transcript.model_validate_json(vault.read_document(job, latest.blob)) if latest else None
        except FileNotFoundError:  # edited at this moment, or lost
            with database.reading() as session:
                again = jobs.document(session, job, "transcript")
            if again is not None and latest is not None and again.id != latest.id:
                continue
            return False
        except (StenoError, ValueError):
            return False
        seen = latest.id if latest is not None else None
        if database.write(partial(_write, job_id=job_id, seen=seen, transcript=transcript, enabled=settings.search)):
            return True


def _write(session: Session, job_id: str, seen: str | None, transcript: Transcript | None, enabled: bool) -> bool:
    """False where another revision is the latest by now."""
    job = hold(session, job_id)
    if job is None:
        return True
    latest = jobs.document(session, job, "transcript")
    if (latest.id if latest is not None else None) != seen:
        return False
    search.index_title(session, job)
    if transcript is not None:
        search.index_transcript(session, job, transcript, enabled=enabled)
    return True
