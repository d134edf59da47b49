"""People as they and administrators change them: name, language, quota, role, in or out, gone.

There is always an administrator who can sign in: the last one keeps the role, and stays.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from steno.database.tables import ApiToken, Job, Upload, User, WebSession
from steno.errors import StenoError
from steno.exports.clean import clean
from steno.ledger import sessions
from steno.ledger.moves import record
from steno.ledger.ways_in import WaysIn

AMENDABLE = frozenset({"display_name", "email", "language", "notify"})
MOST = 500  # people shown at once


class UnknownUser(StenoError):
    """There is nobody of this id."""

    code = "unknown-user"


class LastAdministrator(StenoError):
    """Nobody could administer the service any more."""

    code = "last-administrator"


@dataclass(frozen=True)
class Member:
    """A person with what an administrator wants to know. Sizes are bytes."""

    user: User
    jobs: int
    stored: int
    last_seen: float | None


def get(session: Session, user_id: str) -> User:
    """The person of an id. Raises UnknownUser."""
    user = session.get(User, user_id)
    if user is None:
        raise UnknownUser("There is no such person", "Go back to the list.")
    return user


def amend(session: Session, user_id: str, changes: Mapping[str, object]) -> User:
    """Change what people may change of themselves: fields of `AMENDABLE` by name."""
    if strange := changes.keys() - AMENDABLE:
        raise ValueError(f"{min(strange)} of a person is not theirs to change")
    user = get(session, user_id)
    for name, value in changes.items():
        setattr(user, name, value)
    if changes:
        record(session, "user.amended", user_id=user_id, fields=sorted(changes))
    session.flush()
    return user


def stored(session: Session, user_id: str) -> int:
    """Bytes that count against a person's quota: recordings of jobs, and uploads as large as they are to be."""
    kept = session.scalar(select(func.sum(Job.stored)).where(Job.user_id == user_id))
    coming = session.scalar(select(func.sum(Upload.size)).where(Upload.user_id == user_id))
    return int(kept or 0) + int(coming or 0)


def members(session: Session, search: str = "") -> Sequence[Member]:
    """People by name, 500 at most; those whose name or mail address has the text searched for."""
    return _read(session, _wanted(search).order_by(func.lower(User.name)).limit(MOST))


def page(session: Session, search: str = "", *, limit: int, after: str = "") -> Sequence[Member]:
    """The same, those with names behind `after`, in the order that the database has for names."""
    return _read(session, _wanted(search).where(User.name > after).order_by(User.name).limit(limit))


def member(session: Session, user_id: str) -> Member:
    """One person. Raises UnknownUser."""
    get(session, user_id)
    return _read(session, _wanted().where(User.id == user_id))[0]


def _wanted(search: str = "") -> Select[Any]:
    seen = func.max(ApiToken.last_used)
    tokens = select(ApiToken.user_id, seen.label("seen")).group_by(ApiToken.user_id).subquery()
    jobs = select(Job.user_id, func.count().label("jobs"), func.sum(Job.stored).label("size"))
    jobs_of = jobs.group_by(Job.user_id).subquery()
    uploads = select(Upload.user_id, func.sum(Upload.size).label("size")).group_by(Upload.user_id).subquery()
    wanted = (
        select(User, jobs_of.c.jobs, jobs_of.c.size, uploads.c.size, tokens.c.seen)
        .outerjoin(jobs_of, jobs_of.c.user_id == User.id)
        .outerjoin(uploads, uploads.c.user_id == User.id)
        .outerjoin(tokens, tokens.c.user_id == User.id)
    )
    for word in re.findall(r"\S+", clean(search))[:5]:
        wanted = wanted.where(or_(*(_has(column, word) for column in (User.name, User.display_name, User.email))))
    return wanted


def _read(session: Session, wanted: Select[Any]) -> list[Member]:
    return [
        Member(
            user,
            int(jobs or 0),
            int(kept or 0) + int(coming or 0),
            max(filter(None, (user.last_seen, used)), default=None),
        )
        for user, jobs, kept, coming, used in session.execute(wanted)
    ]


def set_admin(session: Session, user_id: str, *, admin: bool, by: str, ways: WaysIn) -> None:
    """Make somebody an administrator, or no longer one; they sign in anew. Raises UnknownUser, LastAdministrator."""
    user = get(session, user_id)
    if user.admin == admin:
        return
    if not admin:
        keep_one(session, user, ways)
    user.admin = admin
    sessions.end_all(session, user_id)
    record(session, "user.promoted" if admin else "user.demoted", user_id=user_id, by=by)


def set_disabled(session: Session, user_id: str, *, disabled: bool, by: str, ways: WaysIn) -> None:
    """Keep somebody out, at once and also their tokens, or let them in again. Raises UnknownUser, LastAdministrator."""
    user = get(session, user_id)
    if user.disabled == disabled:
        return
    if disabled:
        keep_one(session, user, ways)
    user.disabled = disabled
    sessions.end_all(session, user_id)
    record(session, "user.disabled" if disabled else "user.enabled", user_id=user_id, by=by)


def set_quota(session: Session, user_id: str, quota: int | None, *, by: str) -> None:
    """Give somebody a quota of their own, bytes; 0 is no limit, None the operator's. Raises UnknownUser."""
    get(session, user_id).quota = quota
    record(session, "user.quota", user_id=user_id, by=by, quota=quota)


def delete(session: Session, user_id: str, *, by: str, ways: WaysIn) -> list[str]:
    """Delete a person who has no jobs any more; keys of what their uploads left, to be deleted after the transaction.

    Raises UnknownUser, LastAdministrator, StillHasJobs.
    """
    user = get(session, user_id)
    keep_one(session, user, ways)
    if session.scalar(select(Job.id).where(Job.user_id == user_id).limit(1)) is not None:
        raise StillHasJobs("A recording was handed in meanwhile", "Try it again.")
    uploads = session.scalars(select(Upload).where(Upload.user_id == user_id)).all()
    keys = [upload.blob for upload in uploads]
    for table in (Upload, ApiToken, WebSession):
        for row in session.scalars(select(table).where(table.user_id == user_id)):
            session.delete(row)
    session.flush()
    session.delete(user)
    record(session, "user.deleted", user_id=user_id, by=by)
    return keys


class StillHasJobs(StenoError):
    """Something was handed in while the person was deleted."""

    code = "conflict"


def keep_one(session: Session, user: User, ways: WaysIn) -> None:
    """Whether another administrator can sign in. Raises LastAdministrator.

    Where nobody can yet, as on a new machine, anybody else counts to whom the operator can give a link.
    The rows stay locked until the transaction ends: two administrators must not remove each other at once.
    """
    if not user.admin or user.disabled:
        return
    wanted = select(User.id, ways.open()).where(User.admin.is_(True), User.disabled.is_(False)).order_by(User.id)
    can = {user_id: bool(way) for user_id, way in session.execute(wanted.with_for_update())}
    they_can = can.pop(user.id, False)
    if not (any(can.values()) or (can and not they_can)):
        raise LastAdministrator(
            "This is the last administrator who can sign in", "First give the role to somebody else who can."
        )


def _has(column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None], word: str) -> ColumnElement[bool]:
    # SQLite knows capitals of ASCII only: other letters are found as they are.
    alike = func.lower(column).contains(word.lower(), autoescape=True)
    return or_(alike, column.contains(word, autoescape=True))
