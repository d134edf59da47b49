"""How a job ends: its state, who is told, and a line without content that stays for how much the service is used."""

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from steno.database.changes import changed
from steno.database.clock import DAY, time_now
from steno.database.tables import Job, JobEnding
from steno.ledger.moves import move_job
from steno.ledger.outbox import announce
from steno.states import JobState, Stage, StageState

KEPT = 400  # days: more than the longest time that is looked at, a year in whole weeks


def end(session: Session, job: Job, state: JobState) -> None:
    """The job, which the caller holds, has ended."""
    move_job(session, job, state)
    job.finished = time_now(session)
    announce(session, job)
    session.add(_ending(session, job, job.finished))


def forget(session: Session) -> int:
    """Delete what is too old to be looked at, of jobs that are gone; how many.

    Of those that are there it stays: by it a job that is run again knows what was counted before.
    """
    old = JobEnding.day < int(time_now(session) // DAY) - KEPT
    there = select(Job.id).where(Job.id == JobEnding.job_id).exists()
    return changed(session, delete(JobEnding).where(old, ~there).execution_options(synchronize_session=False))


def _ending(session: Session, job: Job, at: float) -> JobEnding:
    by_stage = {Stage(one.stage): one for one in job.stages}
    speech, summary = by_stage[Stage.TRANSCRIBE], by_stage[Stage.SUMMARIZE]
    # A job that was run again has ended before: what was transcribed then is counted already.
    before = session.scalar(select(func.max(JobEnding.at)).where(JobEnding.job_id == job.id))
    begun = speech.started or 0.0
    fresh = StageState(speech.state) is StageState.DONE and begun > (before or 0.0)
    return JobEnding(
        at=at,
        day=int(at // DAY),
        user_id=job.user_id,
        job_id=job.id,
        state=str(job.state),
        error_code=job.error_code or (summary.error_code if StageState(summary.state) is StageState.FAILED else None),
        seconds=(job.duration or 0.0) if fresh else 0.0,
        waited=max(0.0, begun - job.created) if fresh and before is None else None,
        worked=max(0.0, (speech.finished or begun) - begun) if fresh else None,
    )
