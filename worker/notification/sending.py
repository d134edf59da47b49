"""Sending what is due: claimed from the outbox, sent outside of any transaction, and its end written down."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from steno.config import Settings
from steno.database import Database
from steno.database.tables import Delivery, Job
from steno.ledger.outbox import EXPIRING, MAIL, Due, claim_delivery, delivered, not_delivered, renew
from steno.states import JobState, Stage, StageState
from steno.vault import Vault
from worker.notification import Enclosure, Notice, NotSent, Reason, mail, webhooks
from worker.notification.connecting import Deadline
from worker.notification.enclosing import enclosures
from worker.preparation import Cancelled
from worker.service.patience import HASTILY, Patience

log = logging.getLogger(__name__)


def send_due(
    database: Database,
    settings: Settings,
    owner: str,
    *,
    lease: float = 60.0,
    patiently: Patience = HASTILY,
    stop: Callable[[], bool] = lambda: False,
) -> int:
    """Send one delivery after another until none is due, or it is to `stop`; how many there were, sent or not.

    `owner` is one of a kind. The lease, in seconds, also limits how long sending may take: somebody else begins then.
    How a delivery ended is written down `patiently`: what nobody knows to be sent would be sent again.
    """
    handled = 0
    while not stop() and (mine := database.write(lambda session: claim_delivery(session, owner, lease))) is not None:
        ending = _ending(database, settings, mine, lease)
        handled += 1
        if ending is None:
            continue
        try:
            patiently(partial(database.write, ending))
        except Cancelled:
            log.warning("delivery.left delivery=%s kind=%s", mine.id, mine.kind)
            break
    return handled


def _ending(database: Database, settings: Settings, mine: Due, lease: float) -> Callable[[Session], None] | None:
    """Send it; what is then to be written down, None where it is no longer ours, or its job is gone."""
    try:
        enclosed = _enclosed(database, settings, mine)
        # Rendering takes its time: another may have sent it since, and what is told must be so when it is sent.
        if enclosed and not database.write(partial(renew, mine=mine, lease=lease)):
            return None
        with database.reading() as session:
            notice = notice_of(session, mine)
        if notice is None:
            return None
        notice = replace(notice, enclosed=enclosed)
        carrier, limit = (mail.send, mail.TIME_LIMIT) if mine.kind == MAIL else (webhooks.send, webhooks.TIME_LIMIT)
        with Deadline(min(limit, 0.75 * lease)) as deadline:
            status = carrier(notice, settings, deadline)
    except NotSent as error:
        log.warning(
            "delivery.not_sent delivery=%s kind=%s attempt=%d status=%s again=%s reason=%r",
            *(mine.id, mine.kind, mine.attempt, error.status, error.again, error.reason),
        )
        return _not_sent(mine, error)
    except Exception as error:
        # The edge: a delivery that trips over a fault of ours must not keep the others from being sent.
        log.exception("delivery.fault delivery=%s kind=%s attempt=%d", mine.id, mine.kind, mine.attempt)
        return _not_sent(mine, NotSent(f"Steno failed unexpectedly ({type(error).__name__})"))
    log.info("delivery.sent delivery=%s kind=%s attempt=%d status=%d", mine.id, mine.kind, mine.attempt, status)
    return partial(delivered, mine=mine, status=status)


def _enclosed(database: Database, settings: Settings, mine: Due) -> tuple[Enclosure, ...]:
    if mine.kind != MAIL or mine.event == EXPIRING:
        return ()
    with database.reading() as session:
        job = session.get(Job, mine.job_id)
    return enclosures(database, Vault.of(settings), job, settings) if job is not None else ()


def notice_of(session: Session, mine: Due) -> Notice | None:
    """What is to be told, as the job is now; None where it has been deleted.

    Raises NotSent for a mail that time has overtaken: what a person reads must be so.
    """
    job, row = session.get(Job, mine.job_id), session.get(Delivery, mine.id)
    if job is None or row is None:
        return None
    goes = None
    if mine.event == EXPIRING:
        if job.delete_after is None or job.warned is None:
            raise NotSent("the job is kept for longer by now", again=False)
        goes = datetime.fromtimestamp(job.delete_after, UTC)
    elif mine.kind == MAIL and (mine.event != f"job.{job.state}" or _told_anew(session, row)):
        raise NotSent("the job was run again in the meantime", again=False)
    summary = next((one for one in job.stages if one.stage == Stage.SUMMARIZE), None)
    failed = summary is not None and summary.state == StageState.FAILED
    no_minutes = Reason(summary.error_code, summary.error or "") if summary is not None and failed else None
    said = no_minutes.message if no_minutes else None
    return Notice(
        delivery_id=mine.id,
        event=mine.event,
        address=mine.address,
        at=datetime.fromtimestamp(row.created, UTC),
        job_id=job.id,
        name=job.name,
        state=JobState(job.state),
        minutes=summary is not None and summary.state == StageState.DONE,
        no_minutes=no_minutes,
        error=Reason(job.error_code, job.error) if job.error else None,
        remarks=tuple(remark for remark in job.notices if not (said and said in remark)),
        language=job.user.language,
        goes=goes,
    )


def _told_anew(session: Session, row: Delivery) -> bool:
    """Whether a later mail about the same job stands in the outbox."""
    later = select(func.count()).select_from(Delivery)
    later = later.where(Delivery.job_id == row.job_id, Delivery.kind == MAIL, Delivery.event != EXPIRING)
    later = later.where(Delivery.created > row.created)
    return bool(session.scalar(later))


def _not_sent(mine: Due, error: NotSent) -> Callable[[Session], None]:
    return partial(not_delivered, mine=mine, reason=error.reason, status=error.status, again=error.again)
