"""Mails that say, some days before, that a job is going to be deleted; once for each date that is set."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from steno.config import Settings
from steno.database.clock import DAY, now, time_now
from steno.database.tables import Delivery, Job, User
from steno.ledger import retention
from steno.ledger.outbox import EXPIRING, MAIL
from steno.states import ENDED

_AT_ONCE = 500  # in one transaction; the others follow with the next round


def warn(session: Session, settings: Settings) -> int:
    """Write down a mail for every job that goes soon, whose owner has an address and wants mail; how many.

    A job that was made to live no longer than the days of warning is not warned of: whoever made it knows.
    """
    days = retention.rules(session, settings).warning_days
    if days == 0 or settings.smtp_url is None:
        return 0
    soon = (Job.delete_after <= now() + days * DAY) & (Job.delete_after > now())
    long_lived = Job.delete_after > Job.created + days * DAY
    # Asked for here: who has no address must not fill a round again and again.
    reachable = (func.coalesce(User.email, "") != "") | User.name.contains("@")
    told = User.notify.is_(True) & User.disabled.is_(False) & reachable
    wanted = (
        select(Job, User)
        .join(User, Job.user_id == User.id)
        .where(soon, long_lived, told, Job.warned.is_(None), Job.state.in_(list(ENDED)))
        .order_by(Job.delete_after)
        .limit(_AT_ONCE)
        # Every worker looks for them: what another one writes down now is told once.
        .with_for_update(of=Job, skip_locked=True)
    )
    found = [(job, user.address) for job, user in session.execute(wanted)]
    time = time_now(session)
    for job, address in found:
        if address is None:
            continue
        job.warned = time
        mine = (Delivery.job_id == job.id) & (Delivery.event == EXPIRING)
        turn = (session.scalar(select(func.max(Delivery.round)).where(mine)) or 0) + 1
        session.add(Delivery(job_id=job.id, kind=MAIL, event=EXPIRING, address=address, round=turn))
    return sum(address is not None for _, address in found)
