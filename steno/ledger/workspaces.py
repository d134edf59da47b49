"""How long what stages leave on the way is kept: decoded sound, finished ranges, answers of the language model.

It is plain: it goes as soon as nobody can need it where recordings are encrypted, and stays for a run that goes on.
"""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from steno.database.clock import DAY, time_now
from steno.database.tables import Job
from steno.states import ENDED, JobState, StageState

# Seconds after a job's end: it may be run again, and goes on where it was.
_KEEP = 7 * DAY
_KEEP_SECRET = DAY


def is_over(job: Job) -> bool:
    """Whether a job of which nothing plain may lie about has ended well: nothing is left to go on with."""
    failed = any(StageState(one.state) is StageState.FAILED for one in job.stages)
    return job.key is not None and JobState(job.state) is JobState.COMPLETED and not failed


def needed(session: Session) -> set[str]:
    """Ids of the jobs whose workspace stays."""
    time = time_now(session)
    wanted = select(Job).where(or_(Job.state.not_in(list(ENDED)), Job.finished > time - _KEEP))
    found = session.scalars(wanted.execution_options(yield_per=500))
    return {job.id for job in found if JobState(job.state) not in ENDED or _kept(job, time)}


def _kept(job: Job, time: float) -> bool:
    lasts = _KEEP if job.key is None else _KEEP_SECRET
    return not is_over(job) and (job.finished or 0.0) > time - lasts
