"""New rules of retention, and the jobs that are there already: what would change for them, and changing it.

A job gets the date that it would have got under the new rules, but never one before the days of warning are over: its
owner is told before it goes. Dates that people chose stay, unless they are beyond the longest time allowed.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, select, update
from sqlalchemy.orm import Session

from steno.database.changes import changed
from steno.database.clock import DAY, now
from steno.database.tables import Job
from steno.ledger import portal_settings
from steno.ledger.moves import record
from steno.ledger.portal_settings import Retention


@dataclass(frozen=True)
class Effect:
    """How many jobs there are; how many would get a date, an earlier date; and how many of all these go first of all.

    `first` jobs are past their time under the new rules: they go when the days of warning are over, at `first_at`.
    """

    jobs: int
    dated: int
    shortened: int
    first: int
    first_at: float

    @property
    def touched(self) -> int:
        """Jobs whose date would change."""
        return self.dated + self.shortened


def effect(session: Session, rules: Retention) -> Effect:
    """What applying rules to the jobs that are there would do."""
    undated, beyond = _undated(rules), _beyond(rules)
    late = _target(rules) <= _warned(rules)
    jobs, dated, shortened, first, time = session.execute(
        select(
            func.count(),
            func.sum(case((undated, 1), else_=0)),
            func.sum(case((beyond, 1), else_=0)),
            func.sum(case(((undated | beyond) & late, 1), else_=0)),
            now(),
        ).select_from(Job)
    ).one()
    soonest = float(time) + rules.warning_days * DAY
    return Effect(int(jobs), int(dated or 0), int(shortened or 0), int(first or 0), soonest)


def set_rules(session: Session, rules: Retention, *, by: str, also_old: bool) -> int:
    """Keep the rules, and apply them to the jobs that are there where wished; how many of those were changed."""
    portal_settings.write(session, rules, by=by)
    if not also_old:
        return 0
    goes = case((_target(rules) > _warned(rules), _target(rules)), else_=_warned(rules))
    wanted = update(Job).where(_undated(rules) | _beyond(rules))
    count = changed(session, wanted.values(delete_after=goes, warned=None, version=Job.version + 1))
    record(session, "retention.applied", user_id=by, jobs=count)
    return count


def _undated(rules: Retention) -> ColumnElement[bool]:
    return Job.delete_after.is_(None) if rules.usual_days is not None else Job.id.is_(None)


def _beyond(rules: Retention) -> ColumnElement[bool]:
    if rules.maximum_days is None:
        return Job.id.is_(None)
    longest = Job.created + rules.maximum_days * DAY
    # What waits for the end of its days of warning is not made to wait anew.
    return (Job.delete_after > longest) & (Job.delete_after > _warned(rules))


def _target(rules: Retention) -> ColumnElement[float]:
    usual = Job.created + (rules.usual_days or 0) * DAY
    return case((Job.delete_after.is_(None), usual), else_=Job.created + (rules.maximum_days or 0) * DAY)


def _warned(rules: Retention) -> ColumnElement[float]:
    return now() + rules.warning_days * DAY
