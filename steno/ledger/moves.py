"""Changing a state: checked against the table of allowed moves, and written down."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from steno.database.tables import AuditEvent, Job, StageRun
from steno.states import JOB_MOVES, STAGE_MOVES, JobState, StageState

NO_MINUTES = "There are no minutes: "  # how the notice of a failed summary begins


class ForbiddenMove(Exception):
    """A change of state that is not in the table: a fault of ours."""


def hold(session: Session, job_id: str) -> Job | None:
    """The job as it is now; nobody else changes it or its stages until the transaction ends. None where it is gone.

    Whoever changes a state holds the job first: what follows from its stages must not be decided twice at once.
    """
    wanted = select(Job).where(Job.id == job_id).with_for_update(key_share=True)
    return session.scalar(wanted.execution_options(populate_existing=True))


def move_job(session: Session, job: Job, to: JobState) -> None:
    """Change a job's state."""
    if job.state == to:
        return
    if to not in JOB_MOVES[JobState(job.state)]:
        raise ForbiddenMove(f"job {job.state} -> {to}")
    record(session, f"job.{to}", job=job, was=str(job.state))
    job.state = to
    job.version += 1


def move_stage(stage: StageRun, to: StageState) -> None:
    """Change a stage's state; whatever it becomes, its lease ends unless it runs."""
    if to not in STAGE_MOVES[StageState(stage.state)]:
        raise ForbiddenMove(f"{stage.stage} {stage.state} -> {to}")
    stage.state = to
    if to is not StageState.RUNNING:
        stage.lease_owner = stage.lease_until = None
    stage.job.version += 1


def record(session: Session, kind: str, *, job: Job | None = None, user_id: str | None = None, **detail: Any) -> None:
    """Write down what happened, without any content of a recording."""
    owner = user_id or (job.user_id if job is not None else None)
    session.add(AuditEvent(kind=kind, user_id=owner, job_id=job.id if job is not None else None, detail=detail))
