"""What an operator watches: how much waits and how long, what runs, what fails, and how fast it is."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from steno.database.clock import now
from steno.database.tables import Delivery, Job, StageRun
from steno.states import JobState, Queue, Stage, StageState

_DAY = 86_400.0
_MOST = 5_000  # finished stages looked at


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
    finished = session.execute(
        select(StageRun.stage, StageRun.finished - StageRun.started)
        .where(StageRun.state == StageState.DONE, StageRun.finished > now() - _DAY)
        .order_by(StageRun.finished.desc())
        .limit(_MOST)
    ).all()
    heard = session.execute(
        select((StageRun.finished - StageRun.started) / Job.duration)
        .select_from(StageRun)
        .join(Job, StageRun.job_id == Job.id)
        .where(StageRun.stage == Stage.TRANSCRIBE, StageRun.state == StageState.DONE, Job.duration > 0)
        .where(StageRun.finished > now() - _DAY)
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
        durations={
            stage: [float(took) for name, took in finished if Stage(name) is stage and took is not None]
            for stage in Stage
        },
        failures={(Stage(stage), code or "unknown"): count for stage, code, count in failed},
        deliveries={str(state): count for state, count in deliveries},
        factors=[float(factor) for factor in heard if factor is not None],
    )
