"""Mails and webhook calls that are due: written down in the transaction that ends a job, sent by a worker later."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from steno.database.changes import changed
from steno.database.clock import DAY, now, time_now
from steno.database.tables import Delivery, Job
from steno.ledger import last_call
from steno.states import JobState

# Seconds: a mail server that is down for a weekend still gets its mail.
_BACK_OFF = (5.0, 15.0, 60.0, 300.0, 900.0, 3600.0)
_GIVE_UP = 3 * DAY
MAIL, WEBHOOK = "mail", "webhook"
EXPIRING = "job.expiring"  # the job goes soon


@dataclass(frozen=True)
class Due:
    """A delivery that is ours to send until the lease runs out. `id` stays the same however often it is tried."""

    id: str
    job_id: str
    kind: str
    event: str
    address: str
    owner: str
    attempt: int


def announce(session: Session, job: Job) -> None:
    """Write down what is to be sent since the job has ended; nothing is for a cancelled one but the webhook."""
    event = f"job.{job.state}"
    rounds = session.scalars(select(Delivery.round).where(Delivery.job_id == job.id, Delivery.event == event)).all()
    turn = max(rounds, default=0) + 1
    wanted = [(WEBHOOK, job.webhook_url)]
    if JobState(job.state) is not JobState.CANCELLED:
        wanted.append((MAIL, job.notify_email))
    for kind, address in wanted:
        if address:
            session.add(Delivery(job_id=job.id, kind=kind, event=event, address=address, round=turn))


def claim_delivery(session: Session, owner: str, lease: float) -> Due | None:
    """Take the delivery that is due longest; None where there is none."""
    due = last_call.call(session, Delivery)
    # What was left by a sender who died is due since then: if it kills whoever sends it, others come first.
    since = func.coalesce(Delivery.lease_until, Delivery.not_before)
    longest = select(Delivery.id).where(due).order_by(since, Delivery.created).limit(4)
    for delivery_id in session.scalars(longest).all():
        values = {"state": "sending", "lease_owner": owner, "lease_until": now() + lease}
        ours = update(Delivery).where(Delivery.id == delivery_id, due)
        if changed(session, ours.values(attempts=Delivery.attempts + 1, **values)) == 1:
            one = session.get_one(Delivery, delivery_id, populate_existing=True)
            return Due(one.id, one.job_id, one.kind, one.event, one.address, owner, one.attempts)
    return None


def renew(session: Session, mine: Due, lease: float) -> bool:
    """Begin the lease anew. False where somebody else has taken it, or it is gone: then it is not ours to send."""
    return changed(session, update(Delivery).where(_held(mine)).values(lease_until=now() + lease)) == 1


def delivered(session: Session, mine: Due, status: int | None = None) -> None:
    """It has been sent."""
    _end(session, mine, state="sent", sent=now(), status=status, error=None)


def not_delivered(session: Session, mine: Due, reason: str, *, status: int | None = None, again: bool = True) -> None:
    """It could not be sent; tried again later for three days, unless that cannot help."""
    one = session.get(Delivery, mine.id, populate_existing=True)
    if one is None:  # its job was deleted meanwhile
        return
    time = time_now(session)
    state = "due" if again and time - one.created < _GIVE_UP else "failed"
    later = time + _BACK_OFF[min(mine.attempt, len(_BACK_OFF)) - 1]
    _end(session, mine, state=state, not_before=later, error=reason[:500], status=status)


def replay(session: Session, delivery_id: str) -> None:
    """Send once more, as a person asked for."""
    ended = (Delivery.id == delivery_id) & Delivery.state.in_(["sent", "failed"])
    session.execute(update(Delivery).where(ended).values(state="due", not_before=0.0, sent=None))


def deliveries_of(session: Session, job: Job) -> Sequence[Delivery]:
    """All of a job, oldest first."""
    wanted = select(Delivery).where(Delivery.job_id == job.id)
    return session.scalars(wanted.order_by(Delivery.created, Delivery.id)).all()


def due_now(session: Session) -> int:
    """How many deliveries wait."""
    return session.scalar(select(func.count()).select_from(Delivery).where(last_call.waiting(Delivery))) or 0


def _held(mine: Due) -> ColumnElement[bool]:
    return (Delivery.id == mine.id) & (Delivery.lease_owner == mine.owner) & (Delivery.state == "sending")


def _end(session: Session, mine: Due, **values: object) -> None:
    session.execute(update(Delivery).where(_held(mine)).values(lease_owner=None, lease_until=None, **values))
