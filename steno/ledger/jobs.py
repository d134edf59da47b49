"""Jobs: handed in, looked at, cancelled, run again, deleted. Every query is of one owner; a foreign id is not found."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete as delete_rows
from sqlalchemy import select
from sqlalchemy.orm import Session

from steno.database.changes import changed
from steno.database.tables import Document, Job, Question, StageRun, Upload
from steno.errors import StenoError
from steno.jobs import MinutesOptions, TranscriptionOptions
from steno.ledger import accounts, search
from steno.ledger.endings import end
from steno.ledger.moves import NO_MINUTES, hold, move_job, move_stage, record
from steno.states import ENDED, ORDER, QUEUE_OF, JobState, Stage, StageState

AMENDABLE = frozenset(
    {"name", "notify_email", "notify_attach", "webhook_url", "delete_after", "keep_recording", "priority"}
)


class UnknownJob(StenoError):
    """No such job, or not this person's."""

    code = "unknown-job"


class Conflict(StenoError):
    """What is asked for contradicts what is there."""

    code = "conflict"


@dataclass(frozen=True)
class Request:
    """What a person hands in beside the recording."""

    options: TranscriptionOptions = field(default_factory=TranscriptionOptions)
    minutes: MinutesOptions | None = None
    priority: int = 0
    notify_email: str | None = None
    notify_attach: str | None = None
    webhook_url: str | None = None
    delete_after: float | None = None  # seconds since 1970
    keep_recording: bool | None = None  # when the transcript is there; None: as the rules say

    @property
    def sha256(self) -> str:
        """Of the options that shape the result."""
        shaping = [self.options.model_dump(mode="json"), self.minutes.model_dump(mode="json") if self.minutes else None]
        return hashlib.sha256(json.dumps(shaping, sort_keys=True).encode()).hexdigest()


def submit(
    session: Session, upload: Upload, request: Request, *, idempotency_key: str | None = None, request_sha256: str = ""
) -> Job:
    """A new job of a finished upload, which it takes over. The same key gives the same job again.

    Raises Conflict where the key was used for another request, or the upload is not complete or taken over already.
    """
    if idempotency_key is not None:  # two requests at once: one after the other
        accounts.hold(session, upload.user_id)
    known = by_key(session, upload.user_id, idempotency_key, request_sha256)
    if known is not None:
        return known
    if upload.sha256 is None:
        raise Conflict("The upload is not complete", "Send the rest of it first.")
    # The row goes first: of two requests at once only one may have the recording.
    if changed(session, delete_rows(Upload).where(Upload.id == upload.id)) != 1:
        raise Conflict("A job has taken over this upload already", "Look at your jobs.")
    job = Job(
        user_id=upload.user_id,
        name=upload.name,
        blob=upload.blob,
        key=upload.key,
        recording_sha256=upload.sha256,
        size=upload.size,
        options=request.options.model_dump(mode="json"),
        minutes=request.minutes.model_dump(mode="json") if request.minutes is not None else None,
        options_sha256=request.sha256,
        priority=request.priority,
        notify_email=request.notify_email,
        notify_attach=request.notify_attach,
        webhook_url=request.webhook_url,
        delete_after=request.delete_after,
        keep_recording=request.keep_recording is not False,
        idempotency_key=idempotency_key,
        request_sha256=request_sha256 if idempotency_key else None,
    )
    for stage in ORDER:
        skipped = stage is Stage.SUMMARIZE and request.minutes is None
        first = StageState.READY if stage is ORDER[0] else StageState.SKIPPED if skipped else StageState.WAITING
        job.stages.append(StageRun(stage=stage, queue=QUEUE_OF[stage], state=first))
    session.add(job)
    session.flush()
    search.index_title(session, job)
    record(session, "job.submitted", job=job, size=job.size)
    return job


def by_key(session: Session, user_id: str, key: str | None, request_sha256: str) -> Job | None:
    """The job that was handed in with this key. Raises Conflict where that was another request."""
    if key is None:
        return None
    job = session.scalar(select(Job).where(Job.user_id == user_id, Job.idempotency_key == key))
    if job is not None and job.request_sha256 != request_sha256:
        raise Conflict("This Idempotency-Key was used for another request", "Choose a new one.")
    return job


def same(session: Session, user_id: str, recording_sha256: str, request: Request) -> Job | None:
    """A job of the same recording with the same options that did not fail, the latest one."""
    wanted = select(Job).where(
        Job.user_id == user_id,
        Job.recording_sha256 == recording_sha256,
        Job.options_sha256 == request.sha256,
        Job.state.in_([JobState.QUEUED, JobState.RUNNING, JobState.COMPLETED]),
    )
    return session.scalar(wanted.order_by(Job.created.desc()).limit(1))


def get(session: Session, user_id: str, job_id: str) -> Job:
    """A person's job. Raises UnknownJob."""
    job = session.scalar(select(Job).where(Job.id == job_id, Job.user_id == user_id))
    if job is None:
        raise UnknownJob("There is no such job", "Check its id.")
    return job


def amend(session: Session, job: Job, changes: Mapping[str, object]) -> None:
    """Change what has no part in the result: fields of `AMENDABLE` by name. Raises Conflict."""
    if strange := changes.keys() - AMENDABLE:
        raise ValueError(f"{min(strange)} of a job stays as it is")
    lock(session, job)
    if changes.get("keep_recording") is True and job.recording_deleted is not None:
        raise Conflict("The recording was deleted already", "Hand it in again if you need it.")
    if "delete_after" in changes and not same_moment(job.delete_after, changes["delete_after"]):
        job.warned = None  # of another day
    for name, value in changes.items():
        setattr(job, name, value)
    if "name" in changes:
        search.index_title(session, job)
    if changes:
        job.version += 1
        record(session, "job.amended", job=job, fields=sorted(changes))


def cancel(session: Session, job: Job) -> None:
    """Stop a job. What runs sees it with its next heartbeat; for people it is cancelled at once.

    Raises Conflict where it has ended already.
    """
    lock(session, job)
    if JobState(job.state) in ENDED:
        raise Conflict(f"The job is {job.state} already", "Run it again, or delete it.")
    job.cancel_requested = True
    for stage in job.stages:
        if StageState(stage.state) in {StageState.READY, StageState.WAITING}:
            move_stage(stage, StageState.CANCELLED)
    end(session, job, JobState.CANCELLED)


def rerun(session: Session, job: Job, stage: Stage, *, minutes: MinutesOptions | None = None) -> None:
    """Run a stage again, and what depends on it; with other options of the minutes, where they are given.

    Raises Conflict while the job is not at its end, or where the stage was never asked for.
    """
    lock(session, job)
    if JobState(job.state) not in ENDED:
        raise Conflict(f"The job is {job.state}", "Cancel it first, or wait.")
    if stage is Stage.SUMMARIZE and job.minutes is None and minutes is None:
        raise Conflict("No minutes were asked for", "Ask for them: name a template.")
    if any(StageState(one.state) is StageState.RUNNING for one in job.stages):
        raise Conflict("A worker is about to stop", "Try again in a moment.")
    # Remarks on a transcript that stays are still true.
    keeps = stage is Stage.SUMMARIZE and all(
        StageState(one.state) is StageState.DONE for one in job.stages if Stage(one.stage) is not Stage.SUMMARIZE
    )
    if not keeps and job.recording_deleted is not None:
        raise Conflict("The recording was deleted", "Hand it in again.")
    if minutes is not None:
        job.minutes = minutes.model_dump(mode="json")
        job.options_sha256 = Request(options=options_of(job)[0], minutes=minutes).sha256
    for one in job.stages:
        place, from_here = ORDER.index(Stage(one.stage)), ORDER.index(stage)
        again = place >= from_here or StageState(one.state) in {StageState.FAILED, StageState.CANCELLED}
        if not again or (Stage(one.stage) is Stage.SUMMARIZE and job.minutes is None):
            continue
        first = not any(StageState(other.state) is StageState.READY for other in job.stages)
        move_stage(one, StageState.READY if first else StageState.WAITING)
        one.attempts = one.deaths = 0
        one.progress, one.not_before, one.error, one.error_code, one.finished = 0.0, 0.0, None, None, None
    job.cancel_requested, job.error, job.error_code, job.finished = False, None, None, None
    job.notices = [notice for notice in job.notices if keeps and not notice.startswith(NO_MINUTES)]
    move_job(session, job, JobState.QUEUED)


def delete(session: Session, job: Job) -> list[str]:
    """Delete a job's rows, and leave a receipt without content. The blobs, to be deleted after the transaction."""
    lock(session, job)
    blobs = [job.blob]
    for table in (Document, Question):
        blobs += session.scalars(select(table.blob).where(table.job_id == job.id))
    record(session, "job.deleted", job=job, blobs=len(blobs))
    session.delete(job)
    return blobs


def lock(session: Session, job: Job) -> None:
    """Read the job anew, and let nobody else change it or its documents until the end of the transaction.

    Raises UnknownJob where it was deleted meanwhile.
    """
    if hold(session, job.id) is None:
        raise UnknownJob("There is no such job", "Check its id.")


def document(session: Session, job: Job, kind: str, revision: int | None = None) -> Document | None:
    """The latest revision of a transcript or minutes, or a certain one."""
    wanted = select(Document).where(Document.job_id == job.id, Document.kind == kind)
    if revision is not None:
        wanted = wanted.where(Document.revision == revision)
    return session.scalar(wanted.order_by(Document.revision.desc()).limit(1))


def add_document(session: Session, job: Job, kind: str, blob: str, *, author: str | None = None) -> Document:
    """A new revision."""
    last = document(session, job, kind)
    made = Document(job_id=job.id, kind=kind, blob=blob, revision=(last.revision if last else 0) + 1, author=author)
    session.add(made)
    job.version += 1
    return made


def same_moment(one: float | None, other: object) -> bool:
    """Whether two times are the same but for what gets lost on the way to a client and back."""
    return one is other or (one is not None and isinstance(other, float) and abs(one - other) < 1.0)


def options_of(job: Job) -> tuple[TranscriptionOptions, MinutesOptions | None]:
    """The options as they were handed in."""
    minutes: dict[str, Any] | None = job.minutes
    return TranscriptionOptions.model_validate(job.options), (
        MinutesOptions.model_validate(minutes) if minutes is not None else None
    )
