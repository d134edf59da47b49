"""What an operator watches: how much waits and how long, what runs, what fails, and how fast it is."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from steno.database.clock import DAY, now
from steno.database.tables import Delivery, Job, StageRun
from steno.states import JobState, Queue, Stage, StageState

_MOST = 5_000  # finished runs of a stage looked at


@dataclass(frozen=True)
class Measures:
    """A look at the whole service. Ages and durations are seconds."""

    depth: dict[Queue, int]
    age: dict[Queue, float]
    jobs: dict[JobState, int]
    durations: dict[Stage, Sequence[float]]
    failures: dict[tuple[Stage, str], int]
    deliveries: dict[str, int]
    factors: Sequence[float]  # seconds of work for a second of recording, of each transcription


def measure(session: Session) -> Measures:
    """Look now. Durations are of stages that finished within a day."""
    ready = (StageRun.state == StageState.READY) & (StageRun.not_before <= now())
    waiting = session.execute(
        select(StageRun.queue, func.count(), now() - func.min(Job.created))
        .join(Job, StageRun.job_id == Job.id)
        .where(ready)
        .group_by(StageRun.queue)
    ).all()
    heard = session.execute(
        select((StageRun.finished - StageRun.started) / Job.duration)
        .select_from(StageRun)
        .join(Job, StageRun.job_id == Job.id)
        .where(StageRun.stage == Stage.TRANSCRIBE, StageRun.state == StageState.DONE, Job.duration > 0)
        .where(StageRun.finished > now() - DAY)
        .order_by(StageRun.finished.desc())
        .limit(_MOST)
    ).scalars()
    failed = session.execute(
        select(StageRun.stage, StageRun.error_code, func.count())
        .where(StageRun.state == StageState.FAILED)
        .group_by(StageRun.stage, StageRun.error_code)
    ).all()
    jobs = {
        JobState(state): count for state, count in session.execute(select(Job.state, func.count()).group_by(Job.state))
    }
    deliveries = session.execute(select(Delivery.state, func.count()).group_by(Delivery.state)).all()
    return Measures(
        depth=dict.fromkeys(Queue, 0) | {Queue(queue): count for queue, count, _ in waiting},
        age=dict.fromkeys(Queue, 0.0) | {Queue(queue): max(0.0, float(age)) for queue, _, age in waiting},
        jobs=dict.fromkeys(JobState, 0) | jobs,
        durations={stage: _durations(session, stage) for stage in Stage},
        failures={(Stage(stage), code or "unknown"): count for stage, code, count in failed},
        deliveries={str(state): count for state, count in deliveries},
        factors=[float(factor) for factor in heard if factor is not None],
    )


def _durations(session: Session, stage: Stage) -> Sequence[float]:
    took = (
        # One stage at a time: so there is an index that leads to those of the last day.
        select(StageRun.finished - StageRun.started)
        .where(StageRun.stage == stage, StageRun.state == StageState.DONE, StageRun.finished > now() - DAY)
        .order_by(StageRun.finished.desc())
        .limit(_MOST)
    )
    return [float(seconds) for seconds in session.scalars(took) if seconds is not None]
