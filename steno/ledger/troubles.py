"""What failed, what is stuck, what could not be sent: administrators see whose it is, not what it is called."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from steno.database.clock import now
from steno.database.tables import Delivery, Job, StageRun, User
from steno.exports.clean import clean
from steno.ledger import jobs, outbox
from steno.ledger.moves import record
from steno.ledger.outbox import MAIL
from steno.states import JobState, Stage, StageState

_MOST = 100
_LONG = 3600.0  # seconds that a step may wait before somebody looks
_HIDDEN = "…"


@dataclass(frozen=True)
class Trouble:
    """A step that failed or is stuck. `at` is when it was last begun or ended; `again` when it is tried again."""

    job_id: str
    owner: str
    stage: Stage
    state: StageState
    job_state: JobState
    code: str
    message: str
    attempts: int
    deaths: int
    at: float | None
    again: float | None
    waits: bool


@dataclass(frozen=True)
class Undelivered:
    """A mail or webhook call that was given up, or was refused so far. Of a webhook only its host is shown."""

    id: str
    job_id: str
    owner: str
    kind: str
    to: str
    state: str
    error: str
    attempts: int
    created: float


def failed(session: Session) -> Sequence[Trouble]:
    """Steps that failed and were not run again, the latest first."""
    return _troubles(session, StageRun.state == StageState.FAILED)


def stuck(session: Session) -> Sequence[Trouble]:
    """Steps that are tried again, whose worker says nothing, or that have waited for an hour."""
    tried = (StageRun.state == StageState.READY) & (StageRun.error_code.is_not(None) | (StageRun.deaths > 0))
    silent = (StageRun.state == StageState.RUNNING) & ((StageRun.lease_until < now()) | (StageRun.deaths > 0))
    waits = (StageRun.state == StageState.READY) & (Job.created < now() - _LONG)
    return _troubles(session, tried | silent | waits)


def example(session: Session, code: str) -> str:
    """What was said last where something failed for this reason; empty where no such job is there any more."""
    latest = select(StageRun).where(StageRun.error_code == code).order_by(StageRun.finished.desc()).limit(1)
    stage = session.scalar(latest)
    return without_name(stage.error or "", stage.job.name) if stage is not None else ""


def undelivered(session: Session) -> Sequence[Undelivered]:
    """What could not be sent, the latest first."""
    wanted = (
        select(Delivery, User)
        .join(Job, Delivery.job_id == Job.id)
        .join(User, Job.user_id == User.id)
        .where((Delivery.state == "failed") | ((Delivery.state == "due") & Delivery.error.is_not(None)))
        .order_by(Delivery.created.desc(), Delivery.id)
        .limit(_MOST)
    )
    return [
        Undelivered(
            id=one.id,
            job_id=one.job_id,
            owner=user.called,
            kind=one.kind,
            to=one.address if one.kind == MAIL else urlsplit(one.address).hostname or "",
            state=one.state,
            error=clean(one.error or ""),
            attempts=one.attempts,
            created=one.created,
        )
        for one, user in session.execute(wanted).all()
    ]


def run_again(session: Session, job_id: str, stage: Stage, *, by: str) -> None:
    """Run a failed step of anybody's job again, as an administrator. Raises UnknownJob, Conflict."""
    job = _job(session, job_id)
    jobs.rerun(session, job, stage)
    record(session, "admin.job-run-again", job=job, user_id=by, stage=stage)


def cancel(session: Session, job_id: str, *, by: str) -> None:
    """Stop anybody's job, as an administrator. Raises UnknownJob, Conflict."""
    job = _job(session, job_id)
    jobs.cancel(session, job)
    record(session, "admin.job-cancelled", job=job, user_id=by)


def send_again(session: Session, delivery_id: str, *, by: str) -> None:
    """Send what was given up once more, as an administrator. Raises UnknownJob, Conflict."""
    one = session.get(Delivery, delivery_id)
    if one is None:
        raise jobs.UnknownJob("There is no such delivery", "Reload the page.")
    if one.state != "failed":
        raise jobs.Conflict("It is still to be sent", "Wait for it.")
    outbox.replay(session, one.id)
    record(session, "admin.delivery-sent-again", job=_job(session, one.job_id), user_id=by, delivery=one.id)


def without_name(message: str, name: str) -> str:
    """A message in which the recording's name is not to be read."""
    for known in sorted({name, PurePath(name).name, PurePath(name).stem} - {""}, key=len, reverse=True):
        message = message.replace(known, _HIDDEN)
    return clean(message)[:500]


def _troubles(session: Session, which: ColumnElement[bool]) -> Sequence[Trouble]:
    rows = session.execute(
        select(StageRun, Job, User, StageRun.not_before > now())
        .join(Job, StageRun.job_id == Job.id)
        .join(User, Job.user_id == User.id)
        .where(which)
        .order_by(func.coalesce(StageRun.finished, StageRun.started, Job.created).desc(), StageRun.id)
        .limit(_MOST)
    ).all()
    return [
        Trouble(
            job_id=job.id,
            owner=user.called,
            stage=Stage(stage.stage),
            state=StageState(stage.state),
            job_state=JobState(job.state),
            code=stage.error_code or "",
            message=without_name(stage.error or "", job.name),
            attempts=stage.attempts,
            deaths=stage.deaths,
            at=stage.finished or stage.started or job.created,
            again=stage.not_before if later else None,
            waits=stage.started is None,
        )
        for stage, job, user, later in rows
    ]


def _job(session: Session, job_id: str) -> Job:
    job = session.get(Job, job_id)
    if job is None:
        raise jobs.UnknownJob("There is no such job", "It was deleted. Reload the page.")
    return job
