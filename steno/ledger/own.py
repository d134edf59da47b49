"""What is kept about one person: for themselves to read and to take along."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, raiseload

from steno.database.tables import ApiToken, AuditEvent, Job, Upload, WebSession
from steno.ledger import people

_MOST = 10_000  # rows of a kind in a copy


def events(session: Session, user_id: str, *, kinds: Sequence[str], limit: int) -> Sequence[AuditEvent]:
    """What happened of these kinds, latest first."""
    wanted = select(AuditEvent).where(AuditEvent.user_id == user_id, AuditEvent.kind.in_(kinds))
    return session.scalars(wanted.order_by(AuditEvent.at.desc(), AuditEvent.id.desc()).limit(limit)).all()


def count_jobs(session: Session, user_id: str) -> int:
    """How many jobs a person has."""
    return session.scalar(select(func.count()).select_from(Job).where(Job.user_id == user_id)) or 0


def copy(session: Session, user_id: str) -> dict[str, object]:
    """Every row about a person, as JSON values; secrets are not kept, so they are not there."""
    user = people.get(session, user_id)
    mine = select(Job).where(Job.user_id == user_id).order_by(Job.created).limit(_MOST)
    jobs = session.scalars(mine.options(raiseload(Job.stages)))  # thousands of rows that nobody looks at
    tokens = session.scalars(select(ApiToken).where(ApiToken.user_id == user_id))
    browsers = session.scalars(select(WebSession).where(WebSession.user_id == user_id))
    uploads = session.scalars(select(Upload).where(Upload.user_id == user_id))
    latest = select(AuditEvent).where(AuditEvent.user_id == user_id).order_by(AuditEvent.id.desc()).limit(_MOST)
    return {
        "account": {
            "name": user.name,
            "display_name": user.display_name,
            "email": user.email,
            "language": user.language,
            "notify": user.notify,
            "administrator": user.admin,
            "identity_provider": user.subject,
            "vouched_for": _date(user.vouched),
            "created": _date(user.created),
            "last_seen": _date(user.last_seen),
        },
        "recordings": [
            {
                "id": job.id,
                "name": job.name,
                "bytes": job.size,
                "seconds": job.duration,
                "state": str(job.state),
                "created": _date(job.created),
                "finished": _date(job.finished),
                "delete_after": _date(job.delete_after),
                "notify_email": job.notify_email,
                "webhook_url": job.webhook_url,
                "options": job.options,
                "minutes": job.minutes,
            }
            for job in jobs
        ],
        "uploads": [{"name": one.name, "bytes": one.size, "created": _date(one.created)} for one in uploads],
        "tokens": [
            {"name": one.name, "scopes": one.scopes, "created": _date(one.created), "last_used": _date(one.last_used)}
            for one in tokens
        ],
        "browsers": [
            {"browser": one.browser, "address": one.address, "created": _date(one.created)} for one in browsers
        ],
        "events": [
            {"at": _date(one.at), "kind": one.kind, "job": one.job_id, "detail": one.detail}
            for one in session.scalars(latest)
        ],
    }


def _date(seconds: float | None) -> str | None:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds") if seconds is not None else None
