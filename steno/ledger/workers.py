"""Which workers live, and what they have at hand: each tells every few seconds, whether it works or waits."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from steno.database.clock import DAY, now
from steno.database.tables import Worker
from steno.states import Queue

TELL_EVERY = 10.0  # seconds
_MISSED = 3  # times not told: it is gone
_FORGET = DAY  # seconds


class LoadedModel(BaseModel):
    """A model that a worker has used. `notice` is what every reader of its transcripts is told; times since 1970."""

    model_config = ConfigDict(frozen=True)
    kind: Literal["speech", "speakers"]
    name: str
    device: str = ""
    arithmetic: str = ""
    notice: str | None = None
    last_used: float = 0.0
    warm: bool = True


class Facts(BaseModel):
    """What a worker tells of itself. `memory` is resident, bytes, its children's included."""

    model_config = ConfigDict(frozen=True)
    version: str = ""
    memory: int = 0
    accelerator: str = ""
    models: tuple[LoadedModel, ...] = ()


@dataclass(frozen=True)
class Seen:
    """A worker as it last told; `alive` says whether that was lately. Times are seconds since 1970."""

    name: str
    host: str
    pid: int
    queues: tuple[Queue, ...]
    facts: Facts
    started: float
    last_seen: float
    alive: bool
    stopped: bool


def tell(session: Session, name: str, *, host: str, pid: int, queues: Collection[Queue], facts: Facts) -> None:
    """A worker's main process lives. A new process of the same name begins anew, but knows what the old one used."""
    name = name[:200]
    row = session.get(Worker, name)
    if row is None:
        try:
            with session.begin_nested():
                session.add(row := Worker(name=name, host=host[:200], pid=pid, queues=[], facts={}))
        except IntegrityError:  # another one of this name, at this moment
            return
    if row.pid != pid:
        row.pid, row.host, row.started = pid, host[:200], now()
    row.queues, row.facts = [str(queue) for queue in queues], _remembering(row, facts).model_dump(mode="json")
    row.last_seen, row.stopped = now(), None
    session.execute(delete(Worker).where(Worker.last_seen < now() - _FORGET))


def stop(session: Session, name: str, *, pid: int) -> None:
    """A worker ends in order."""
    session.execute(update(Worker).where(Worker.name == name[:200], Worker.pid == pid).values(stopped=now()))


def known(session: Session) -> Sequence[Seen]:
    """The workers of the last day, by name; those that ended in order only while nobody took their place."""
    age = (now() - Worker.last_seen).label("age")
    return [
        Seen(
            name=row.name,
            host=row.host,
            pid=row.pid,
            queues=tuple(Queue(queue) for queue in row.queues if queue in set(Queue)),
            facts=_facts(row),
            started=row.started,
            last_seen=row.last_seen,
            alive=row.stopped is None and float(old) < TELL_EVERY * _MISSED,
            stopped=row.stopped is not None,
        )
        for row, old in session.execute(select(Worker, age).order_by(Worker.name))
    ]


def alive_by_queue(workers: Sequence[Seen]) -> dict[Queue, int]:
    """How many live, by the queue they look at."""
    return {queue: sum(one.alive and queue in one.queues for one in workers) for queue in Queue}


def _remembering(row: Worker, facts: Facts) -> Facts:
    """Models that were used before and are not loaded now stay known, cold."""
    loaded = {(one.kind, one.name) for one in facts.models}
    cold = [one.model_copy(update={"warm": False}) for one in _facts(row).models if (one.kind, one.name) not in loaded]
    cold.sort(key=lambda one: -one.last_used)
    return facts.model_copy(update={"models": (*facts.models, *cold[:4])})


def _facts(row: Worker) -> Facts:
    try:
        return Facts.model_validate(row.facts)
    except ValidationError:  # of another version
        return Facts()
