"""The tables of operations: which workers live, what administrators had tried out, how jobs ended."""

from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from steno.database.base import Base, new_id
from steno.database.clock import now
from steno.database.people import User


class Worker(Base):
    """A worker's main process as it last told. `name` is how the owners of its leases begin, where it has a slot.

    `facts` are steno.ledger.workers.Facts. `stopped` where it ended in order.
    """

    __tablename__ = "workers"
    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    host: Mapped[str] = mapped_column(String(200))
    pid: Mapped[int]
    queues: Mapped[list[str]]
    facts: Mapped[dict[str, Any]]
    started: Mapped[float] = mapped_column(default=now())
    last_seen: Mapped[float] = mapped_column(default=now())
    stopped: Mapped[float | None]


class Check(Base):
    """Something an administrator wants to have tried by a worker: a mail to themselves, a question to the model.

    `state` is due, running, done or failed; `said` is what came of it, in words.
    """

    __tablename__ = "checks"
    __table_args__ = (Index("ix_checks_kind", "kind", "created"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(8))
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    address: Mapped[str] = mapped_column(String(320), default="")
    state: Mapped[str] = mapped_column(String(8), default="due")
    owner: Mapped[str | None] = mapped_column(String(200))
    lease_until: Mapped[float | None]
    said: Mapped[str | None] = mapped_column(Text)
    took: Mapped[float | None]
    created: Mapped[float] = mapped_column(default=now())
    finished: Mapped[float | None]
    user: Mapped[User] = relationship()


class JobEnding(Base):
    """That a job ended, without content: kept when the job is deleted, for how much the service is used.

    `day` counts from 1970 (UTC). `seconds` are of the recording, where it was transcribed this time; `waited` until a
    worker began to transcribe it, and `worked` what that took. `error_code` of a completed job: it has no minutes.
    """

    __tablename__ = "job_endings"
    # All that is counted stands in the index: a year is summed up without reading a row.
    __table_args__ = (
        Index("ix_job_endings_use", "day", "user_id", "state", "seconds", "worked", "waited", "error_code"),
    )
    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    at: Mapped[float]
    day: Mapped[int]
    user_id: Mapped[str] = mapped_column(String(32))
    job_id: Mapped[str] = mapped_column(String(32), index=True)
    state: Mapped[str] = mapped_column(String(12))
    error_code: Mapped[str | None] = mapped_column(String(60))
    seconds: Mapped[float] = mapped_column(default=0.0)
    waited: Mapped[float | None]
    worked: Mapped[float | None]
