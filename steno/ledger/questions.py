"""Questions to a job's transcript: asked, answered by a worker under a lease, failed in words after three tries."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from steno.database.changes import changed
from steno.database.clock import now
from steno.database.tables import Job, Question
from steno.errors import StenoError
from steno.ledger.jobs import Conflict, lock

TRIES = 3
_MOST = 300  # of one job
_OPEN = 5  # of one person, not answered yet
_GAVE_UP = f"The worker died {TRIES} times over this question. Ask again, or ask your administrator to look at its log."


class UnknownQuestion(StenoError):
    """No such question, or not this person's."""

    code = "unknown-question"


@dataclass(frozen=True)
class Asked:
    """A question that is ours to answer until the lease runs out."""

    id: str
    job_id: str
    blob: str
    owner: str
    attempt: int


def ask(session: Session, job: Job, blob: str) -> Question:
    """Let a question be answered, which lies in a blob. Raises Conflict where there are too many."""
    lock(session, job)
    if (session.scalar(select(func.count()).select_from(Question).where(Question.job_id == job.id)) or 0) >= _MOST:
        raise Conflict(f"{_MOST} questions were asked of this recording already", "Delete some.")
    open_ = (
        select(func.count())
        .select_from(Question)
        .join(Job)
        .where(Job.user_id == job.user_id, Question.state.in_(["due", "running"]))
    )
    if (session.scalar(open_) or 0) >= _OPEN:
        raise Conflict(f"{_OPEN} of your questions have no answer yet", "Wait for one.")
    made = Question(job_id=job.id, blob=blob, state="due", attempts=0)
    session.add(made)
    session.flush()
    return made


def get(session: Session, job: Job, question_id: str) -> Question:
    """A question of a job. Raises UnknownQuestion."""
    found = session.scalar(select(Question).where(Question.id == question_id, Question.job_id == job.id))
    if found is None:
        raise UnknownQuestion("There is no such question", "List those of the job.")
    return found


def questions_of(session: Session, job: Job) -> Sequence[Question]:
    """All of a job, oldest first."""
    wanted = select(Question).where(Question.job_id == job.id)
    return session.scalars(wanted.order_by(Question.created, Question.id)).all()


def forget(session: Session, job: Job, question_id: str) -> str:
    """Delete a question; its blob, to be deleted after the transaction. Raises UnknownQuestion."""
    lock(session, job)  # whoever answers it at this moment comes before or behind
    found = get(session, job, question_id)
    session.delete(found)
    return found.blob


def claim(session: Session, owner: str, lease: float) -> Asked | None:
    """Take the question that waits longest; None where there is none. One that killed three workers fails."""
    _give_up(session)
    for question_id in session.scalars(select(Question.id).where(_ready()).order_by(Question.created).limit(4)).all():
        values = {"state": "running", "lease_owner": owner[:100], "lease_until": now() + lease}
        ours = update(Question).where(Question.id == question_id, _ready())
        if changed(session, ours.values(attempts=Question.attempts + 1, **values)) == 1:
            one = session.get_one(Question, question_id, populate_existing=True)
            return Asked(one.id, one.job_id, one.blob, owner[:100], one.attempts)
    return None


def heartbeat(session: Session, mine: Asked, lease: float) -> bool:
    """Renew the lease. False where the question is no longer ours."""
    return changed(session, update(Question).where(_held(mine)).values(lease_until=now() + lease)) == 1


def answered(session: Session, mine: Asked, blob: str) -> bool:
    """It is answered, in another blob. False where it is no longer ours: then nothing may be kept.

    True also where it has that blob already: the answer to an earlier commit may have got lost.
    """
    if _end(session, mine, state="done", blob=blob, finished=now()):
        return True
    return session.scalar(select(Question.id).where(Question.id == mine.id, Question.blob == blob)) is not None


def failed(session: Session, mine: Asked, reason: str, *, again: bool = False) -> bool:
    """There is no answer; tried again where that may help. False where it is no longer ours."""
    if again and mine.attempt < TRIES:
        return _end(session, mine, state="due")
    return _end(session, mine, state="failed", error=reason[:1000], finished=now())


def hand_back(session: Session, mine: Asked) -> None:
    """Give up the lease, as a worker does that is asked to stop; it does not count as a try."""
    _end(session, mine, state="due", attempts=Question.attempts - 1)


def waiting(session: Session) -> int:
    """How many questions wait for a worker."""
    return session.scalar(select(func.count()).select_from(Question).where(_ready())) or 0


def _ready() -> ColumnElement[bool]:
    """What waits, or was being answered by somebody who died."""
    return ((Question.state == "due") | _abandoned()) & (Question.attempts < TRIES)


def _abandoned() -> ColumnElement[bool]:
    return (Question.state == "running") & (Question.lease_until < now())


def _give_up(session: Session) -> None:
    over = _abandoned() & (Question.attempts >= TRIES)
    values = {"state": "failed", "error": _GAVE_UP, "lease_owner": None, "lease_until": None}
    session.execute(update(Question).where(over).values(finished=now(), **values))


def _held(mine: Asked) -> ColumnElement[bool]:
    # The attempt too: the same worker may have got it once more since.
    ours = (Question.lease_owner == mine.owner) & (Question.attempts == mine.attempt)
    return (Question.id == mine.id) & (Question.state == "running") & ours


def _end(session: Session, mine: Asked, **values: object) -> bool:
    ended = update(Question).where(_held(mine)).values(lease_owner=None, lease_until=None, **values)
    return changed(session, ended) == 1
