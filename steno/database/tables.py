"""The tables: people and their tokens, uploads, jobs and their stages, documents, what is to be sent, what happened.

Times are seconds since 1970 by the database's clock; ids are random, 32 hexadecimal digits.
"""

from typing import Any

from sqlalchemy import JSON, ColumnElement, ForeignKey, Index, String, Text, UniqueConstraint, case
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from steno.database.administration import AuditEvent, PortalSetting
from steno.database.base import Base, new_id
from steno.database.clock import now
from steno.database.operations import Check, JobEnding, Worker
from steno.database.passages import Passage
from steno.database.people import ApiToken, PersonalLetter, SignInFlow, SignInLink, SignInTries, User, WebSession
from steno.states import ORDER, JobState, Queue, Stage, StageState

__all__ = [
    "ApiToken",
    "AuditEvent",
    "Base",
    "Check",
    "Delivery",
    "Document",
    "Job",
    "JobEnding",
    "JobTag",
    "Passage",
    "PersonalLetter",
    "PortalSetting",
    "Question",
    "Share",
    "SignInFlow",
    "SignInLink",
    "SignInTries",
    "StageRun",
    "Upload",
    "User",
    "WebSession",
    "Worker",
    "new_id",
]


class Upload(Base):
    """A recording on its way in, or in. `received` bytes of `size` lie in the blob store under `blob`."""

    __tablename__ = "uploads"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(500))
    size: Mapped[int]
    received: Mapped[int] = mapped_column(default=0)
    blob: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str | None] = mapped_column(String(64))
    key: Mapped[str | None] = mapped_column(Text)
    created: Mapped[float] = mapped_column(default=now())
    expires: Mapped[float]


class Job(Base):
    """One request to turn one recording into transcript and minutes."""

    __tablename__ = "jobs"
    __table_args__ = (
        UniqueConstraint("user_id", "idempotency_key"),
        Index("ix_jobs_of_user", "user_id", "created", "id"),
        Index("ix_jobs_versions", "user_id", "id", "version"),
        Index("ix_jobs_same", "user_id", "recording_sha256", "options_sha256"),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    state: Mapped[JobState] = mapped_column(String(12), default=JobState.QUEUED, index=True)
    name: Mapped[str] = mapped_column(String(500))
    blob: Mapped[str] = mapped_column(String(200))
    recording_sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    duration: Mapped[float | None]
    options: Mapped[dict[str, Any]]
    minutes: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    options_sha256: Mapped[str] = mapped_column(String(64))
    priority: Mapped[int] = mapped_column(default=0)
    notify_email: Mapped[str | None] = mapped_column(String(320))
    notify_attach: Mapped[str | None] = mapped_column(String(200))
    webhook_url: Mapped[str | None] = mapped_column(Text)
    delete_after: Mapped[float | None]
    warned: Mapped[float | None]
    keep_recording: Mapped[bool] = mapped_column(default=True)
    recording_deleted: Mapped[float | None]
    key: Mapped[str | None] = mapped_column(Text)
    idempotency_key: Mapped[str | None] = mapped_column(String(200))
    request_sha256: Mapped[str | None] = mapped_column(String(64))
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    error_code: Mapped[str | None] = mapped_column(String(60))
    error: Mapped[str | None] = mapped_column(Text)
    notices: Mapped[list[str]] = mapped_column(default=list)
    version: Mapped[int] = mapped_column(default=1)
    created: Mapped[float] = mapped_column(default=now())
    started: Mapped[float | None]
    finished: Mapped[float | None]
    user: Mapped[User] = relationship()
    stages: Mapped[list["StageRun"]] = relationship(
        back_populates="job",
        cascade="all, delete-orphan",
        passive_deletes=True,
        lazy="selectin",
        # PostgreSQL gives rows in the order of their last change.
        order_by=lambda: case({stage: place for place, stage in enumerate(ORDER)}, value=StageRun.stage),
    )

    @hybrid_property
    def stored(self) -> int:
        """Bytes of the recording that lie on the disk."""
        return self.size if self.recording_deleted is None else 0

    @stored.inplace.expression
    @classmethod
    def _stored(cls) -> ColumnElement[int]:
        return case((cls.recording_deleted.is_(None), cls.size), else_=0)


class StageRun(Base):
    """A stage of a job. Who runs it holds a lease, which heartbeats renew; `deaths` counts leases that ran out."""

    __tablename__ = "stage_runs"
    __table_args__ = (
        UniqueConstraint("job_id", "stage"),
        Index("ix_stage_runs_ready", "state", "queue", "not_before"),
        Index("ix_stage_runs_pace", "stage", "state", "finished"),
        Index("ix_stage_runs_turns", "queue", "started"),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    stage: Mapped[Stage] = mapped_column(String(12))
    queue: Mapped[Queue] = mapped_column(String(8))
    state: Mapped[StageState] = mapped_column(String(12), default=StageState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    deaths: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[float] = mapped_column(default=0.0)
    lease_owner: Mapped[str | None] = mapped_column(String(100))
    lease_until: Mapped[float | None]
    progress: Mapped[float] = mapped_column(default=0.0)
    error_code: Mapped[str | None] = mapped_column(String(60))
    error: Mapped[str | None] = mapped_column(Text)
    started: Mapped[float | None]
    finished: Mapped[float | None]
    job: Mapped[Job] = relationship(back_populates="stages")


class Document(Base):
    """A revision of a job's transcript or minutes, as JSON in the blob store; the first is what the machine made.

    Edits of one author that follow each other quickly are one revision, with a new id each time; `changed` is the last.
    """

    __tablename__ = "documents"
    __table_args__ = (UniqueConstraint("job_id", "kind", "revision"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(12))
    revision: Mapped[int]
    blob: Mapped[str] = mapped_column(String(200))
    author: Mapped[str | None] = mapped_column(String(320))
    created: Mapped[float] = mapped_column(default=now())
    changed: Mapped[float | None]


class JobTag(Base):
    """A word a person put on a job, to find it again."""

    __tablename__ = "job_tags"
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(60), primary_key=True, index=True)


class Share(Base):
    """A link by which anybody may read a job until it expires. Only the SHA-256 of its secret is kept."""

    __tablename__ = "shares"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), index=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    label: Mapped[str] = mapped_column(String(200), default="")
    with_audio: Mapped[bool] = mapped_column(default=True)
    with_minutes: Mapped[bool] = mapped_column(default=True)
    created: Mapped[float] = mapped_column(default=now())
    expires: Mapped[float]
    opened: Mapped[int] = mapped_column(default=0)
    last_opened: Mapped[float | None]
    job: Mapped[Job] = relationship()


class Question(Base):
    """What a person asks of a job's transcript. Question and answer are JSON in the blob store, as documents are."""

    __tablename__ = "questions"
    __table_args__ = (Index("ix_questions_due", "state", "created"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), index=True)
    blob: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(8), default="due")
    attempts: Mapped[int] = mapped_column(default=0)
    lease_owner: Mapped[str | None] = mapped_column(String(100))
    lease_until: Mapped[float | None]
    error: Mapped[str | None] = mapped_column(Text)
    created: Mapped[float] = mapped_column(default=now())
    finished: Mapped[float | None]


class Delivery(Base):
    """A mail or a webhook call that is to be sent exactly once for a state that a job reached (outbox)."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("job_id", "round", "kind", "event", "address"),
        Index("ix_deliveries_due", "state", "not_before"),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    round: Mapped[int] = mapped_column(default=1)
    kind: Mapped[str] = mapped_column(String(8))
    event: Mapped[str] = mapped_column(String(40))
    address: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(8), default="due")
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[float] = mapped_column(default=0.0)
    lease_owner: Mapped[str | None] = mapped_column(String(100))
    lease_until: Mapped[float | None]
    status: Mapped[int | None]
    error: Mapped[str | None] = mapped_column(Text)
    created: Mapped[float] = mapped_column(default=now())
    sent: Mapped[float | None]
