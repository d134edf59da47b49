"""What follows from how a stage ended: the next one is ready, or the job has ended."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from steno.database.clock import time_now
from steno.database.tables import Job, StageRun
from steno.ledger.endings import end
from steno.ledger.moves import NO_MINUTES, move_stage, record
from steno.sayings.marking import said
from steno.states import ENDED, ORDER, JobState, Stage, StageState


@dataclass(frozen=True)
class Failure:
    """Why a stage ended without a result; `again` where another try may help."""

    code: str
    message: str
    again: bool = False


def fail_stage(session: Session, stage: StageRun, failure: Failure) -> None:
    """The stage, whose job the caller holds, has failed for good."""
    move_stage(stage, StageState.FAILED)
    stage.error_code, stage.error = failure.code, failure.message
    stage.finished = time_now(session)
    record(session, "stage.failed", job=stage.job, stage=stage.stage, code=failure.code)
    advance(session, stage.job)


def advance(session: Session, job: Job) -> None:
    """What follows from the stages' states: the next one is ready, or the job has ended."""
    if JobState(job.state) in ENDED:
        return
    by_stage = {Stage(stage.stage): stage for stage in job.stages}
    for stage in (by_stage[name] for name in ORDER):
        state = StageState(stage.state)
        if state in {StageState.DONE, StageState.SKIPPED}:
            continue
        if state is StageState.FAILED and Stage(stage.stage) is Stage.SUMMARIZE:
            break  # the transcript is delivered all the same
        if state is StageState.FAILED:
            job.error_code, job.error = stage.error_code, stage.error
            for later in by_stage.values():
                if StageState(later.state) is StageState.WAITING:
                    move_stage(later, StageState.CANCELLED)
            end(session, job, JobState.FAILED)
            return
        if state is StageState.WAITING:
            move_stage(stage, StageState.READY)
        return
    summary = by_stage[Stage.SUMMARIZE]
    if StageState(summary.state) is StageState.FAILED:
        job.notices = [*job.notices, said(f"{NO_MINUTES}{summary.error}")]
    end(session, job, JobState.COMPLETED)
