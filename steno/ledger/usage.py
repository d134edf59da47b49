"""How much the service is used: hours transcribed, jobs, failures and waiting, by day, by person, by reason.

Counted from the endings of jobs, so that deleted jobs still count. Days are UTC, numbered from 1970.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Integer, case, cast, func, select
from sqlalchemy.orm import Session

from steno.database.clock import DAY, time_now
from steno.database.tables import JobEnding, User
from steno.states import JobState

_TOP = 10


@dataclass(frozen=True)
class DayOfUse:
    """What ended on a day, or since it for several days. `seconds` are of recordings, `worked` of transcribing them."""

    day: int
    seconds: float = 0.0
    worked: float = 0.0
    completed: int = 0
    failed: int = 0
    cancelled: int = 0


@dataclass(frozen=True)
class PersonOfUse:
    """What somebody had transcribed; no name where they are not there any more."""

    name: str | None
    seconds: float
    jobs: int
    failed: int


@dataclass(frozen=True)
class ReasonOfFailure:
    """How often jobs ended for a reason; `without_minutes` of those are completed, only minutes are missing."""

    code: str
    count: int
    without_minutes: int
    last: float


@dataclass(frozen=True)
class Waiting:
    """Seconds until transcribing began, of a job in the middle and of one in twenty that waited longest."""

    median: float
    late: float


def today(session: Session) -> int:
    """The day it is by the database's clock."""
    return int(time_now(session) // DAY)


def by_day(session: Session, *, since: int, every: int = 1) -> Sequence[DayOfUse]:
    """Each `every` days from the day `since` to today, also those on which nothing ended."""
    end = JobEnding.state
    rows = session.execute(
        select(
            JobEnding.day,
            func.sum(JobEnding.seconds),
            func.coalesce(func.sum(JobEnding.worked), 0.0),
            *(func.sum(case((end == state, 1), else_=0)) for state in _ENDS),
        )
        .where(JobEnding.day >= since)
        .group_by(JobEnding.day)
    ).all()
    last = today(session)
    found = {start: DayOfUse(start) for start in range(since, last + 1, every)}
    for day, seconds, worked, completed, failed, cancelled in rows:
        start = since + (min(day, last) - since) // every * every
        so_far = found[start]
        found[start] = DayOfUse(
            start,
            so_far.seconds + float(seconds),
            so_far.worked + float(worked),
            so_far.completed + int(completed),
            so_far.failed + int(failed),
            so_far.cancelled + int(cancelled),
        )
    return list(found.values())


_ENDS = (JobState.COMPLETED, JobState.FAILED, JobState.CANCELLED)


def by_person(session: Session, *, since: int) -> Sequence[PersonOfUse]:
    """Who had most transcribed, the first ten."""
    most = (
        select(
            JobEnding.user_id,
            func.sum(JobEnding.seconds).label("seconds"),
            func.count().label("jobs"),
            func.sum(case((JobEnding.state == JobState.FAILED, 1), else_=0)).label("failed"),
        )
        .where(JobEnding.day >= since)
        .group_by(JobEnding.user_id)
        .order_by(func.sum(JobEnding.seconds).desc(), JobEnding.user_id)
        .limit(_TOP)
        .subquery()
    )
    name = func.coalesce(User.display_name, User.name)
    rows = session.execute(
        select(name, most.c.seconds, most.c.jobs, most.c.failed)
        .select_from(most)
        .outerjoin(User, User.id == most.c.user_id)
        .order_by(most.c.seconds.desc(), most.c.user_id)
    ).all()
    return [PersonOfUse(called, float(length), int(jobs), int(failed)) for called, length, jobs, failed in rows]


def by_reason(session: Session, *, since: int) -> Sequence[ReasonOfFailure]:
    """Why jobs failed or have no minutes, the most frequent reason first."""
    count = func.count()
    rows = session.execute(
        select(
            JobEnding.error_code,
            count,
            func.sum(case((JobEnding.state == JobState.COMPLETED, 1), else_=0)),
            func.max(JobEnding.at),
        )
        .where(JobEnding.day >= since, JobEnding.error_code.is_not(None))
        .group_by(JobEnding.error_code)
        .order_by(count.desc(), JobEnding.error_code)
    ).all()
    return [ReasonOfFailure(str(code), int(many), int(some), float(last)) for code, many, some, last in rows]


def waiting(session: Session, *, since: int) -> Waiting | None:
    """How long jobs waited, to the second; None where none was transcribed."""
    # Counted by seconds: sorting every job of a year takes longer than all the rest.
    second = cast(JobEnding.waited, Integer)
    rows = session.execute(
        select(second, func.count())
        .where(JobEnding.day >= since, JobEnding.waited.is_not(None))
        .group_by(second)
        .order_by(second)
    ).all()
    total, below, found = sum(int(count) for _, count in rows), 0, []
    for waited, count in rows:
        below += int(count)
        found.append((float(waited), below))
    if not found:
        return None
    return Waiting(*(next(waited for waited, upto in found if upto >= share * total) for share in (0.5, 0.95)))
