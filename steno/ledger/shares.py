"""Links by which anybody may read a job: made, listed, taken back, followed.

A link's secret is 256 random bits; only its SHA-256 is kept. It ends with its time, its job, or its owner's account,
and leads nowhere while sharing is switched off.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, false, func, select, update
from sqlalchemy.orm import Session, joinedload

from steno.config import Settings
from steno.database.clock import DAY, now, time_now
from steno.database.tables import Job, Share, User
from steno.errors import InvalidOption, StenoError
from steno.ledger import portal_settings
from steno.ledger.jobs import Conflict, lock
from steno.ledger.moves import record
from steno.ledger.portal_settings import Sharing
from steno.ledger.secret import digest, new_secret

_MOST = 100  # links of a job


class SharingOff(StenoError):
    """Nobody may share here."""

    code = "sharing-off"


class UnknownShare(StenoError):
    """No such link, or its time is over, or it was taken back."""

    code = "unknown-share"


def rule(session: Session, settings: Settings) -> Sharing:
    """What holds of links: of operator and administrators, whoever is stricter."""
    own, most = portal_settings.read(session, Sharing), settings.share_max_days or None
    longest = min((days for days in (own.longest_days, most) if days is not None), default=None)
    return Sharing(allowed=own.allowed and settings.sharing, longest_days=longest)


def ends(one: Share, held: Sharing) -> float:
    """When a link ends under the rule, also where its owner chose a later day before there was one."""
    longest = held.longest_days
    return one.expires if longest is None else min(one.expires, one.created + longest * DAY)


def share(
    session: Session,
    job: Job,
    held: Sharing,
    *,
    days: float,
    label: str = "",
    with_audio: bool = True,
    with_minutes: bool = True,
) -> tuple[Share, str]:
    """A new link to a job, and its secret. Raises SharingOff, InvalidOption for too many days, Conflict for links."""
    if not held.allowed:
        raise SharingOff("Sharing by link is switched off here", "Ask an administrator.")
    if held.longest_days is not None and days > held.longest_days:
        raise InvalidOption(f"Links work for {held.longest_days} days at most here", "Give fewer days.")
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


def followed(session: Session, secret: str, held: Sharing) -> Share:
    """The link of a secret, with its job. Raises UnknownShare, the same whatever is wrong with it."""
    found = _found(session, held, Share.sha256 == digest(secret))
    if found is None:
        raise UnknownShare("This link leads nowhere, or not any more", "Ask whoever gave it to you.")
    return found


def lasts(session: Session, share_id: str, held: Sharing) -> bool:
    """Whether a link that was followed still leads somewhere."""
    return _found(session, held, Share.id == share_id) is not None


def working(session: Session, settings: Settings) -> int:
    """How many links lead somewhere now, of all people."""
    return session.scalar(select(func.count()).select_from(Share).where(_open(rule(session, settings)))) or 0


def count(session: Session, share_id: str) -> None:
    """Write down that a link was opened."""
    session.execute(update(Share).where(Share.id == share_id).values(opened=Share.opened + 1, last_opened=now()))


def _found(session: Session, held: Sharing, which: ColumnElement[bool]) -> Share | None:
    good = which & _open(held) & User.disabled.is_(False)
    wanted = select(Share).join(Job, Share.job_id == Job.id).join(User, Job.user_id == User.id).where(good)
    return session.scalar(wanted.options(joinedload(Share.job)))


def _open(held: Sharing) -> ColumnElement[bool]:
    """Links that have not ended under the rule, as `ends` has it."""
    if not held.allowed:
        return false()
    lasting = Share.expires > now()
    return lasting if held.longest_days is None else lasting & (Share.created + held.longest_days * DAY > now())
