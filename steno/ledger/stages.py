"""Stages taken by workers: a lease, heartbeats, an end; and what becomes of leases whose holder died.

Messages are hints: whoever gets one asks here what is to be done, so that a lost, doubled or late message does no harm.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Subquery, Update, false, func, select, update
from sqlalchemy.orm import Session, aliased

from steno.database.changes import changed
from steno.database.clock import DAY, now, time_now
from steno.database.tables import Job, JobEnding, StageRun
from steno.ledger.consequences import Failure, advance, fail_stage
from steno.ledger.moves import hold, move_job, move_stage, record
from steno.sayings.marking import said
from steno.states import JobState, Queue, Stage, StageState

_TURNS = DAY  # seconds: who had no turn for so long waits as long as somebody new
_BACK_OFF = (5.0, 30.0, 120.0, 600.0)  # seconds before another try
_AFTER_DEATHS = 10.0  # seconds
DIED = "worker-died"


@dataclass(frozen=True)
class Claim:
    """A stage that is ours until the lease runs out."""

    stage_id: str
    job_id: str
    stage: Stage
    owner: str
    attempt: int


def claim(session: Session, queue: Queue, owner: str, lease: float) -> Claim | None:
    """Take the stage whose turn it is; None where there is nothing to do.

    Higher priority first; then whoever has least running, then whoever waited longest for a turn; then the oldest job.
    """
    mine, turns = aliased(Job), _turns(queue, time_now(session))
    wanted = (
        select(StageRun.id)
        .join(mine, StageRun.job_id == mine.id)
        .outerjoin(turns, turns.c.user_id == mine.user_id)
        .where(StageRun.state == StageState.READY, StageRun.queue == queue, StageRun.not_before <= now())
        .order_by(
            mine.priority.desc(),
            func.coalesce(turns.c.running, 0),
            func.coalesce(turns.c.last, 0.0),
            mine.created,
            mine.id,
        )
        .limit(1)
        # Others that claim at this moment take another one. SQLite lets only one write.
        .with_for_update(of=[StageRun, mine], skip_locked=True)
    )
    stage_id = session.scalar(wanted)
    if stage_id is None:
        return None
    held = {"state": StageState.RUNNING, "lease_owner": owner, "lease_until": now() + lease, "started": now()}
    before = {"finished": None, "error": None, "error_code": None}
    taken = update(StageRun).where(StageRun.id == stage_id).values(attempts=StageRun.attempts + 1, **held, **before)
    session.execute(taken)
    stage = session.get_one(StageRun, stage_id, populate_existing=True)
    job = stage.job
    if JobState(job.state) is JobState.QUEUED:
        move_job(session, job, JobState.RUNNING)
        job.started = job.started or stage.started
    record(session, "stage.started", job=job, stage=stage.stage, attempt=stage.attempts, owner=owner)
    return Claim(stage.id, job.id, Stage(stage.stage), owner, stage.attempts)


def heartbeat(session: Session, mine: Claim, lease: float, progress: float | None = None) -> bool:
    """Renew the lease. False where the stage is no longer ours, or the job is cancelled: stop."""
    values = {"lease_until": now() + lease} | ({"progress": progress} if progress is not None else {})
    if changed(session, _held(mine).values(**values)) != 1:
        return False
    return not session.scalar(select(Job.cancel_requested).where(Job.id == mine.job_id))


def finish(session: Session, mine: Claim) -> bool:
    """The stage is done. False where it is no longer ours: then nothing may be kept of the work."""
    stage = _lock(session, mine)
    if stage is None:
        return False
    move_stage(stage, StageState.DONE)
    stage.progress, stage.finished, stage.deaths = 1.0, time_now(session), 0
    record(session, "stage.done", job=stage.job, stage=stage.stage)
    advance(session, stage.job)
    return True


def fail(session: Session, mine: Claim, failure: Failure, *, tries: int = 3) -> bool:
    """The stage did not work out; tried again later where that may help. False where it is no longer ours."""
    stage = _lock(session, mine)
    if stage is None:
        return False
    if stage.job.cancel_requested:
        move_stage(stage, StageState.CANCELLED)
    elif failure.again and stage.attempts < tries:
        move_stage(stage, StageState.READY)
        stage.not_before = _later(session, stage.attempts)
        stage.error_code, stage.error = failure.code, failure.message
        record(session, "stage.again", job=stage.job, stage=stage.stage, code=failure.code)
    else:
        fail_stage(session, stage, failure)
    return True


def hand_back(session: Session, mine: Claim, *, after: float = 0.0) -> None:
    """Give up the lease, as a worker does that is asked to stop; it counts neither as a try nor as a death.

    `after` so many seconds somebody may take it.
    """
    stage = _lock(session, mine)
    if stage is not None and stage.job.cancel_requested:
        move_stage(stage, StageState.CANCELLED)
    elif stage is not None:
        move_stage(stage, StageState.READY)
        stage.attempts -= 1
        stage.not_before = _soon(session, after) if after else 0.0
        record(session, "stage.handed-back", job=stage.job, stage=stage.stage)


def cancelled(session: Session, mine: Claim) -> None:
    """The work has stopped since the job is cancelled."""
    stage = _lock(session, mine)
    if stage is not None:
        move_stage(stage, StageState.CANCELLED)


def recover(session: Session, *, max_deaths: int, stopped: Mapping[str, float | None] | None = None) -> list[str]:
    """Take back the leases of dead workers; the stages' ids. A stage over which too many workers died fails.

    `stopped` are the stages whose heartbeat somebody has watched stand still, with the end of the lease that they saw;
    without it leases end by the clock.
    """
    dead = StageRun.lease_until < now() if stopped is None else StageRun.id.in_(list(stopped))
    # Every worker looks for them: what another one holds just now is in good hands.
    lost = select(StageRun).join(Job).where(StageRun.state == StageState.RUNNING, dead)
    found = session.scalars(lost.with_for_update(of=[StageRun, Job], skip_locked=True)).all()
    if stopped is not None:  # whose heart beat again in the meantime lives
        found = [stage for stage in found if stage.lease_until == stopped[stage.id]]
    for stage in found:
        stage.deaths += 1
        record(session, "stage.lease-ran-out", job=stage.job, stage=stage.stage, deaths=stage.deaths)
        if stage.job.cancel_requested:
            move_stage(stage, StageState.CANCELLED)
        elif stage.deaths >= max_deaths:
            reason = said(f"The worker died {stage.deaths} times over this recording. Check its memory and its log.")
            fail_stage(session, stage, Failure(DIED, reason))
        else:
            move_stage(stage, StageState.READY)
            # Others come first then: whatever kills the workers, it may not be this recording.
            stage.not_before = _soon(session, _AFTER_DEATHS) if stage.deaths > 1 else 0.0
    return [stage.id for stage in found]


def expire_leases_of(session: Session, slot: str) -> None:
    """End the leases of a worker's earlier lives: where the same slot has started again they are dead for sure."""
    own = (StageRun.state == StageState.RUNNING) & StageRun.lease_owner.startswith(f"{slot}/", autoescape=True)
    session.execute(update(StageRun).where(own).values(lease_until=0.0))


def running(session: Session) -> list[tuple[str, str | None, float | None]]:
    """Id, holder and end of lease of every stage that runs."""
    held = select(StageRun.id, StageRun.lease_owner, StageRun.lease_until).where(StageRun.state == StageState.RUNNING)
    return [(stage_id, owner, until) for stage_id, owner, until in session.execute(held)]


def waiting(session: Session, queues: Collection[Queue] = tuple(Queue)) -> dict[Queue, int]:
    """How many stages are ready now, by queue."""
    found = session.execute(
        select(StageRun.queue, func.count())
        .where(StageRun.state == StageState.READY, StageRun.not_before <= now(), StageRun.queue.in_(list(queues)))
        .group_by(StageRun.queue)
    )
    return {Queue(queue): count for queue, count in found}


def _turns(queue: Queue, time: float) -> Subquery:
    """By person: how many stages they have running, and when the last turn was. Once for everybody, not once a stage.

    Who deletes a job when it is done, as callers of OpenAI's API do, has had a turn by it all the same.
    """
    stands, lately = select(Job.id).where(Job.id == JobEnding.job_id).exists(), time - _TURNS
    held = (
        select(Job.user_id, (StageRun.state == StageState.RUNNING).label("runs"), StageRun.started.label("at"))
        .join(Job, StageRun.job_id == Job.id)
        .where(StageRun.queue == queue, StageRun.started > lately)
    )
    gone = select(JobEnding.user_id, false(), JobEnding.at - JobEnding.worked).where(
        JobEnding.day >= int(lately // DAY), JobEnding.worked.is_not(None), ~stands
    )
    had = held.union_all(gone).subquery()
    running = func.count().filter(had.c.runs).label("running")
    return select(had.c.user_id, running, func.max(had.c.at).label("last")).group_by(had.c.user_id).subquery()


def _held(mine: Claim) -> Update:
    # The attempt too: the same worker may have got the stage once more since.
    ours = (StageRun.lease_owner == mine.owner) & (StageRun.attempts == mine.attempt)
    return update(StageRun).where(StageRun.id == mine.stage_id, StageRun.state == StageState.RUNNING, ours)


def _lock(session: Session, mine: Claim) -> StageRun | None:
    """The stage, locked for this transaction, where it is still ours."""
    if hold(session, mine.job_id) is None:
        return None
    if changed(session, _held(mine).values(lease_until=StageRun.lease_until)) != 1:
        return None
    return session.get_one(StageRun, mine.stage_id, populate_existing=True)


def _later(session: Session, attempt: int) -> float:
    return _soon(session, _BACK_OFF[min(attempt, len(_BACK_OFF)) - 1])


def _soon(session: Session, seconds: float) -> float:
    return time_now(session) + seconds
