"""Who opened what of a job: people and links, from where; one event each ten minutes; never what they read."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from steno.database.changes import changed
from steno.database.clock import DAY, now
from steno.database.tables import AuditEvent, Job, Share, User

OPENED = "document.opened"
FOLD = 600.0  # seconds: a player asks for a recording in hundreds of pieces
_MOST = 500
# What else concerns who can see a job. Of other events only the operator is to know.
_TOLD = (OPENED, "job.submitted", "job.amended", "share.made", "share.revoked", "recording.deleted")


@dataclass(frozen=True)
class Reader:
    """Who opens: a person, or a link; from where."""

    user_id: str | None
    share_id: str | None = None
    address: str = ""


@dataclass(frozen=True)
class Told:
    """An event as a job's owner may know it. `what` is of openings, `who` and `link` are names."""

    at: float
    kind: str
    what: str | None
    who: str | None
    share_id: str | None
    link: str | None
    address: str | None


def opened(session: Session, job_id: str, what: str, reader: Reader) -> bool:
    """Write down that somebody opened a part of a job from an address; False where the last ten minutes have it."""
    lately = select(AuditEvent.detail).where(
        AuditEvent.job_id == job_id,
        AuditEvent.kind == OPENED,
        AuditEvent.at > now() - FOLD,
        AuditEvent.user_id.is_(None) if reader.user_id is None else AuditEvent.user_id == reader.user_id,
    )
    detail = {"what": what, "share": reader.share_id, "from": reader.address}
    kept = {name: value for name, value in detail.items() if value}
    if kept in session.scalars(lately).all():
        return False
    session.add(AuditEvent(kind=OPENED, job_id=job_id, user_id=reader.user_id, detail=kept))
    return True


def told(session: Session, job: Job) -> Sequence[Told]:
    """What happened to a job, the latest first, 500 events at most."""
    wanted = (
        select(AuditEvent, User)
        .outerjoin(User, User.id == AuditEvent.user_id)
        .where(AuditEvent.job_id == job.id, AuditEvent.kind.in_(_TOLD))
        .order_by(AuditEvent.id.desc())
        .limit(_MOST)
    )
    found = session.execute(wanted).all()
    links = {one.id: one.label for one in session.scalars(select(Share).where(Share.job_id == job.id))}
    return [_told(event, user, links) for event, user in found]


def forget(session: Session, days: int) -> int:
    """Delete events that are older; how many."""
    return changed(session, delete(AuditEvent).where(AuditEvent.at < now() - days * DAY))


def _told(event: AuditEvent, user: User | None, links: dict[str, str]) -> Told:
    detail = event.detail or {}
    share = detail.get("share")
    return Told(
        at=event.at,
        kind=event.kind,
        what=detail.get("what"),
        who=user.called if user is not None else None,
        share_id=share,
        link=links.get(share) if share is not None else None,
        address=detail.get("from"),
    )
