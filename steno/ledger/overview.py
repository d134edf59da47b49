"""What people want to know of their jobs beyond the rows: their place in the queue, when they end, what they use."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from statistics import median

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from steno.database.clock import time_now
from steno.database.tables import Document, Job, StageRun, Upload
from steno.states import ENDED, ORDER, JobState, Stage, StageState

_RECENT = 50  # finished stages that tell how fast a stage is


@dataclass(frozen=True)
class Outlook:
    """How far a job is. `position` counts from 1; `finish` is seconds since 1970, None where nobody can tell."""

    fraction: float
    position: int | None
    finish: float | None


@dataclass(frozen=True)
class Usage:
    """What a person has stored, and has had transcribed. Sizes are bytes, `seconds` are of recordings."""

    jobs: dict[JobState, int]
    recordings: int
    uploads: int
    seconds: float


def outlook(session: Session, job: Job) -> Outlook:
    """Where a job stands. The estimate takes the pace of what finished lately."""
    return outlooks(session, [job])[job.id]


def outlooks(session: Session, jobs: Sequence[Job]) -> dict[str, Outlook]:
    """The same of several jobs, by id."""
    positions = _positions(session, [job.id for job in jobs if any(_is_ready(stage.state) for stage in job.stages)])
    time = time_now(session)
    pace = cache(partial(_pace, session))
    found = {}
    for job in jobs:
        if JobState(job.state) in ENDED:
            fraction = 1.0 if JobState(job.state) is JobState.COMPLETED else _fraction(job)
            found[job.id] = Outlook(fraction, None, None)
        else:
            position = positions.get(job.id)
            found[job.id] = Outlook(_fraction(job), position, _finish(job, position, time, pace))
    return found


def motion(session: Session, ids: Sequence[str]) -> dict[str, tuple[object, ...]]:
    """What moves in a job that waits or runs, by id: its stages and its place. What is the same has not moved."""
    if not ids:
        return {}
    columns = (StageRun.job_id, StageRun.state, StageRun.attempts, StageRun.progress)
    rows = session.execute(select(*columns).where(StageRun.job_id.in_(list(ids))).order_by(StageRun.id)).all()
    places = _positions(session, [job_id for job_id, state, _, _ in rows if _is_ready(state)])
    found: dict[str, tuple[object, ...]] = {job_id: (places.get(job_id),) for job_id in ids}
    for job_id, *stage in rows:
        found[job_id] += tuple(stage)
    return found


def _is_ready(state: str) -> bool:
    return StageState(state) is StageState.READY


def _positions(session: Session, ids: Sequence[str]) -> dict[str, int]:
    """The places of these jobs, which wait, among those that wait for the same kind of worker, 1 is next.

    Turns between people are not foreseen: they only ever bring somebody who has less running forward.
    """
    if not ids:
        return {}
    order = (Job.priority.desc(), Job.created, Job.id)
    places = (
        select(StageRun.job_id, func.row_number().over(partition_by=StageRun.queue, order_by=order).label("place"))
        .join(Job, StageRun.job_id == Job.id)
        .where(StageRun.state == StageState.READY)
        .subquery()
    )
    wanted = select(places.c.job_id, places.c.place).where(places.c.job_id.in_(ids))
    return {row.job_id: row.place for row in session.execute(wanted)}


def usage(session: Session, user_id: str) -> Usage:
    """What a person uses now."""
    by_state = session.execute(
        select(Job.state, func.count(), func.sum(Job.stored), func.sum(Job.duration))
        .where(Job.user_id == user_id)
        .group_by(Job.state)
    ).all()
    uploads = session.scalar(select(func.sum(Upload.received)).where(Upload.user_id == user_id))
    return Usage(
        jobs={JobState(state): count for state, count, _, _ in by_state},
        recordings=sum(int(size or 0) for _, _, size, _ in by_state),
        uploads=int(uploads or 0),
        seconds=sum(float(length or 0) for state, _, _, length in by_state if JobState(state) is JobState.COMPLETED),
    )


def _fraction(job: Job) -> float:
    """How much is done, by the usual weight of the stages."""
    weights = {Stage.PREPARE: 0.02, Stage.TRANSCRIBE: 0.83, Stage.SUMMARIZE: 0.15}
    asked = [stage for stage in job.stages if StageState(stage.state) is not StageState.SKIPPED]
    total = sum(weights[Stage(stage.stage)] for stage in asked) or 1.0
    return min(1.0, sum(weights[Stage(stage.stage)] * stage.progress for stage in asked) / total)


def _finish(job: Job, position: int | None, time: float, pace_of: Callable[[Stage], float | None]) -> float | None:
    """When the job ends if it goes on as the last ones did; None before anything ended, or its length is known."""
    if job.duration is None:
        return None
    left = 0.0
    by_stage = {Stage(stage.stage): stage for stage in job.stages}
    for stage in (by_stage[name] for name in ORDER if name in by_stage):
        state = StageState(stage.state)
        if state in {StageState.DONE, StageState.SKIPPED}:
            continue
        if state is StageState.RUNNING and stage.started is not None and stage.progress > 0.05:
            left += (time - stage.started) * (1 - stage.progress) / stage.progress
            continue
        pace = pace_of(Stage(stage.stage))
        if pace is None:
            return None
        ahead = (position or 1) - 1 if state is StageState.READY else 0
        left += pace * job.duration * (1 + ahead)
    return time + left


def _pace(session: Session, stage: Stage) -> float | None:
    """Seconds of work for a second of recording, the median of the latest."""
    latest = (
        select(StageRun.finished - StageRun.started, Job.duration)
        .join(Job, StageRun.job_id == Job.id)
        .where(StageRun.stage == stage, StageRun.state == StageState.DONE, Job.duration > 0)
        .order_by(StageRun.finished.desc())
        .limit(_RECENT)
    )
    paces = [took / length for took, length in session.execute(latest) if took is not None and length]
    return median(paces) if paces else None


def results(session: Session, job_ids: Sequence[str]) -> dict[str, frozenset[str]]:
    """Which documents there are of these jobs: `transcript`, `minutes`."""
    kinds: dict[str, set[str]] = {}
    for job_id, kind in session.execute(
        select(Document.job_id, Document.kind).where(Document.job_id.in_(list(job_ids))).distinct()
    ):
        kinds.setdefault(job_id, set()).add(kind)
    return {job_id: frozenset(found) for job_id, found in kinds.items()}
