"""What an administrator wants to have tried out by a worker: a mail to themselves, a question to the language model."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from steno.database.changes import changed
from steno.database.clock import DAY, now
from steno.database.tables import Check
from steno.ledger.moves import record
from steno.states import Queue

Kind = Literal["mail", "llm"]
QUEUE_OF: dict[Kind, Queue] = {"mail": Queue.NOTIFY, "llm": Queue.LLM}
_LEASE = 300.0  # seconds: nothing that is tried takes longer
_LONGEST = 600
_KEPT = 30 * DAY  # seconds


@dataclass(frozen=True)
class Trial:
    """What is to be tried by whoever holds it."""

    id: str
    kind: Kind
    address: str
    owner: str


def ask(session: Session, kind: Kind, *, user_id: str, address: str = "") -> Check:
    """Let it be tried. Who asks while it is on its way gets what is on its way."""
    pending = select(Check).where(Check.kind == kind, Check.user_id == user_id, _open())
    if (found := session.scalar(pending.limit(1))) is not None:
        return found
    session.execute(delete(Check).where(Check.created < now() - _KEPT))
    check = Check(kind=kind, user_id=user_id, address=address)
    session.add(check)
    session.flush()
    record(session, "check.asked", user_id=user_id, check=kind)
    return check


def claim(session: Session, kinds: Collection[Kind], owner: str) -> Trial | None:
    """Take what waits longest; None where there is nothing."""
    ready = _due() & Check.kind.in_(list(kinds))
    for check_id in session.scalars(select(Check.id).where(ready).order_by(Check.created).limit(4)).all():
        values = {"state": "running", "owner": owner[:200], "lease_until": now() + _LEASE}
        if changed(session, update(Check).where(Check.id == check_id, Check.state == "due").values(**values)) == 1:
            check = session.get_one(Check, check_id, populate_existing=True)
            return Trial(check.id, "mail" if check.kind == "mail" else "llm", check.address, owner)
    return None


def end(session: Session, trial: Trial, *, well: bool, said: str, took: float) -> None:
    """It was tried: how it went, in words, and how many seconds it took."""
    mine = (Check.id == trial.id) & (Check.owner == trial.owner[:200]) & (Check.state == "running")
    values = {"state": "done" if well else "failed", "said": said[:_LONGEST], "took": took}
    session.execute(update(Check).where(mine).values(**values, finished=now(), lease_until=None))


def waiting(session: Session) -> dict[Queue, int]:
    """How much is to be tried, by the queue whose workers do it."""
    found = session.execute(select(Check.kind, func.count()).where(_due()).group_by(Check.kind)).all()
    return {QUEUE_OF["mail" if kind == "mail" else "llm"]: int(count) for kind, count in found}


def latest(session: Session, kind: Kind) -> Check | None:
    """What was tried last of a kind."""
    return session.scalar(select(Check).where(Check.kind == kind).order_by(Check.created.desc()).limit(1))


def pending(session: Session, found: Sequence[Check | None]) -> bool:
    """Whether one of these is on its way still."""
    ids = [one.id for one in found if one is not None]
    return session.scalar(select(Check.id).where(Check.id.in_(ids), _open()).limit(1)) is not None


def _open() -> ColumnElement[bool]:
    """Waits, or is tried by somebody who lives."""
    return _due() | ((Check.state == "running") & (Check.lease_until > now()))


def _due() -> ColumnElement[bool]:
    """Waits for a worker; who finds nobody for minutes has given up."""
    return (Check.state == "due") & (Check.created > now() - _LEASE)
