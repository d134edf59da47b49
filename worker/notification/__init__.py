"""Telling people and programs that a job has ended: by mail and by webhook, from the outbox."""

from dataclasses import dataclass
from datetime import datetime

from steno.states import JobState


@dataclass(frozen=True)
class Reason:
    """Why something is missing: a stable code, and a message with its cure."""

    code: str | None
    message: str


@dataclass(frozen=True)
class Enclosure:
    """A file of a mail."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Notice:
    """What is to be told, as the job is when it is sent. `delivery_id` is the same with every try."""

    delivery_id: str
    event: str
    address: str
    at: datetime
    job_id: str
    name: str
    state: JobState
    minutes: bool
    no_minutes: Reason | None
    error: Reason | None
    remarks: tuple[str, ...]
    enclosed: tuple[Enclosure, ...] = ()
    language: str | None = None  # its owner's; None: the operator's
    goes: datetime | None = None  # when the job is deleted, of mails about that


class NotSent(Exception):
    """It could not be sent: a reason that a person may read, and whether a later try may help."""

    def __init__(self, reason: str, *, status: int | None = None, again: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.again = again
