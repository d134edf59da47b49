"""What runs and what waits, for administrators: whose it is and how far, never what it is called or holds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from steno.database.clock import now
from steno.database.tables import Delivery, Job, Question, StageRun, User
from steno.states import Queue, Stage, StageState

_MOST = 200


@dataclass(frozen=True)
class Line:
    """A queue: how many steps are ready, how many are tried again later, seconds since the oldest was handed in."""

    queue: Queue
    depth: int
    later: int
    age: float | None


@dataclass(frozen=True)
class Run:
    """A step that runs. `progress` is 0 to 1, `since` and `silent` are seconds; `worker` holds the lease."""

    job_id: str
    owner: str
    stage: Stage
    progress: float
    since: float
    attempt: int
    worker: str
    late: bool
    stopping: bool


def lines(session: Session) -> Sequence[Line]:
    """Every queue. Questions, mails and webhook calls count as steps of theirs."""
    rows = session.execute(
        select(
            StageRun.queue,
            func.count().filter(StageRun.not_before <= now()),
            func.count().filter(StageRun.not_before > now()),
            now() - func.min(Job.created),
        )
        .join(Job, StageRun.job_id == Job.id)
        .where(StageRun.state == StageState.READY)
        .group_by(StageRun.queue)
    ).all()
    found = {Queue(queue): Line(Queue(queue), ready, later, float(age)) for queue, ready, later, age in rows}
    asked, oldest = session.execute(
        select(func.count(), now() - func.min(Question.created)).where(Question.state == "due")
    ).one()
    if asked:
        minutes = found.get(Queue.LLM, Line(Queue.LLM, 0, 0, None))
        age = max(minutes.age or 0.0, float(oldest))
        found[Queue.LLM] = replace(minutes, depth=minutes.depth + int(asked), age=age)
    ready, later, age = session.execute(
        select(
            func.count().filter(Delivery.not_before <= now()),
            func.count().filter(Delivery.not_before > now()),
            now() - func.min(Delivery.created),
        ).where(Delivery.state == "due")
    ).one()
    found[Queue.NOTIFY] = Line(Queue.NOTIFY, ready, later, float(age) if age is not None else None)
    return [found.get(queue, Line(queue, 0, 0, None)) for queue in Queue]


def running(session: Session) -> Sequence[Run]:
    """What runs, the longest first."""
    rows = session.execute(
        select(StageRun, Job.cancel_requested, User, now() - StageRun.started, StageRun.lease_until < now())
        .join(Job, StageRun.job_id == Job.id)
        .join(User, Job.user_id == User.id)
        .where(StageRun.state == StageState.RUNNING)
        .order_by(StageRun.started, StageRun.id)
        .limit(_MOST)
    ).all()
    return [
        Run(
            job_id=stage.job_id,
            owner=user.called,
            stage=Stage(stage.stage),
            progress=stage.progress,
            since=max(0.0, float(since or 0.0)),
            attempt=stage.attempts,
            worker=stage.lease_owner or "",
            late=bool(late),
            stopping=stopping,
        )
        for stage, stopping, user, since, late in rows
    ]
