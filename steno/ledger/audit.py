"""What happened, read back: page by page, by person, kind, job and time; never what a recording holds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from steno.database import Database
from steno.database.clock import DAY, now
from steno.database.tables import AuditEvent, User

_BATCH = 1000
_PEOPLE = 200  # that a word may mean


@dataclass(frozen=True)
class Wanted:
    """Which events. `person` is a part of a name, `job` the beginning of an id, `kind` is whole."""

    person: str = ""
    kind: str = ""
    job: str = ""
    days: int | None = None


@dataclass(frozen=True)
class Entry:
    """An event. `who` is the name of the person it is about, empty where there is none, or not any more.

    `by` is who did it, where that is somebody else.
    """

    id: int
    at: float
    kind: str
    who: str
    user_id: str | None
    job_id: str | None
    detail: dict[str, Any]
    by: str = ""


def page(session: Session, wanted: Wanted, *, limit: int, before: int | None = None) -> Sequence[Entry]:
    """Events, the latest first; those with ids below `before`."""
    found = select(AuditEvent, User.name).outerjoin(User, User.id == AuditEvent.user_id)
    found = found.where(*_conditions(session, wanted))
    if before is not None:
        found = found.where(AuditEvent.id < before)
    rows = session.execute(found.order_by(AuditEvent.id.desc()).limit(limit)).all()
    doers = {str(event.detail["by"]) for event, _ in rows if event.detail and event.detail.get("by")}
    known = session.execute(select(User.id, User.name).where(User.id.in_(doers))).all() if doers else ()
    names = {row.id: row.name for row in known}
    return [_entry(event, name, names) for event, name in rows]


def everything(database: Database, wanted: Wanted, *, most: int) -> Iterator[Entry]:
    """The same without pages, `most` events at most; no transaction stays open meanwhile."""
    before: int | None = None
    while most > 0:
        with database.reading() as session:
            some = page(session, wanted, limit=min(_BATCH, most), before=before)
        yield from some
        if len(some) < _BATCH:
            return
        before, most = some[-1].id, most - len(some)


def kinds(session: Session) -> Sequence[str]:
    """The kinds of events that there are."""
    return session.scalars(select(AuditEvent.kind).distinct().order_by(AuditEvent.kind)).all()


def _entry(event: AuditEvent, name: str | None, names: dict[str, str]) -> Entry:
    detail = {key: value for key, value in (event.detail or {}).items() if key != "by" and value is not None}
    by = str((event.detail or {}).get("by") or "")
    return Entry(event.id, event.at, event.kind, name or "", event.user_id, event.job_id, detail, names.get(by, by))


def _conditions(session: Session, wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.person:
        named = User.name.icontains(wanted.person, autoescape=True)
        called = User.display_name.icontains(wanted.person, autoescape=True)
        people = session.scalars(select(User.id).where(named | called).limit(_PEOPLE)).all()
        yield AuditEvent.user_id.in_(people) | AuditEvent.detail["by"].as_string().in_(people)
    if wanted.kind:
        yield AuditEvent.kind == wanted.kind
    if wanted.job:
        yield AuditEvent.job_id.startswith(wanted.job, autoescape=True)
    if wanted.days is not None:
        yield AuditEvent.at > now() - wanted.days * DAY
