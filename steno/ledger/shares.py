"""Links by which anybody may read a job: made, listed, taken back, followed.

A link's secret is 256 random bits; only its SHA-256 is kept. It ends with its time, its job, or its owner's account.
"""

from collections.abc import Sequence

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, joinedload

from steno.database.clock import DAY, now, time_now
from steno.database.tables import Job, Share, User
from steno.errors import StenoError
from steno.ledger.jobs import Conflict, lock
from steno.ledger.moves import record
from steno.ledger.secret import digest, new_secret

_MOST = 100  # links of a job


class UnknownShare(StenoError):
    """No such link, or its time is over, or it was taken back."""

    code = "unknown-share"


def share(
    session: Session, job: Job, *, days: float, label: str = "", with_audio: bool = True, with_minutes: bool = True
) -> tuple[Share, str]:
    """A new link to a job, and its secret. Raises Conflict where the job has too many."""
    lock(session, job)
    if (session.scalar(select(func.count()).select_from(Share).where(Share.job_id == job.id)) or 0) >= _MOST:
        raise Conflict(f"The job has {_MOST} links already", "Take some back.")
    secret = new_secret()
    time = time_now(session)
    made = Share(
        job_id=job.id,
        sha256=digest(secret),
        label=label,
        with_audio=with_audio,
        with_minutes=with_minutes,
        created=time,
        expires=time + days * DAY,
        opened=0,
    )
    session.add(made)
    session.flush()
    record(session, "share.made", job=job, share=made.id, days=days, audio=with_audio, minutes=with_minutes)
    return made, secret


def shares_of(session: Session, job: Job) -> Sequence[Share]:
    """A job's links, newest first, those whose time is over as well."""
    wanted = select(Share).where(Share.job_id == job.id)
    return session.scalars(wanted.order_by(Share.created.desc(), Share.id)).all()


def revoke(session: Session, job: Job, share_id: str) -> None:
    """Take a link back. Raises UnknownShare."""
    found = session.scalar(select(Share).where(Share.id == share_id, Share.job_id == job.id))
    if found is None:
        raise UnknownShare("There is no such link", "List those of the job.")
    session.delete(found)
    record(session, "share.revoked", job=job, share=share_id)


def followed(session: Session, secret: str) -> Share:
    """The link of a secret, with its job. Raises UnknownShare, the same whatever is wrong with it."""
    found = session.scalar(
        select(Share)
        .join(Job, Share.job_id == Job.id)
        .join(User, Job.user_id == User.id)
        .where(Share.sha256 == digest(secret), Share.expires > now(), User.disabled.is_(False))
        .options(joinedload(Share.job))
    )
    if found is None:
        raise UnknownShare("This link leads nowhere, or not any more", "Ask whoever gave it to you.")
    return found


def count(session: Session, share_id: str) -> None:
    """Write down that a link was opened."""
    session.execute(update(Share).where(Share.id == share_id).values(opened=Share.opened + 1, last_opened=now()))
