"""A job that a request waits for: made, looked at until it ends, and deleted with the answer.

For callers who know no jobs. It stands in the same queue as every other job.
"""

import select
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Flask, Response, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import ClientDisconnected

from steno.errors import InvalidOption, StenoError
from steno.jobs import TranscriptionOptions
from steno.ledger import housekeeping, jobs, retention, uploads
from steno.ledger.jobs import Request, UnknownJob
from steno.states import ENDED, JobState, Queue
from steno.transcript import Transcript
from web.auth import caller, require
from web.lasting import Right, of_caller
from web.openings import Opening, opening
from web.problems import STATUSES, problem
from web.services import Services, services
from web.uploads import receive_multipart

_LOOK_EVERY = 0.25  # seconds
# A web process that dies while a request waits leaves the job behind.
_LEFT_BEHIND = 24 * 3600.0  # seconds
_CANCELLED = "job-cancelled"
# Ends of jobs that are no fault of the recording, and of the request.
_STATUSES = {
    _CANCELLED: 409,
    "engine-failure": 500,
    "missing-program": 500,
    "unexpected": 500,
    "worker-died": 500,
    "model-unavailable": 503,
}


class TooManyWaiting(StenoError):
    """As many requests wait for their jobs as may at once."""

    code = "too-many-requests"


class JobFailed(Exception):
    """The job ended without a transcript; `text` is for the person, with the cure."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(code, text)
        self.code, self.text = code, text

    @property
    def status(self) -> int:
        """The HTTP status that says so."""
        return _STATUSES.get(self.code) or STATUSES.get(self.code, 422)


@dataclass(frozen=True)
class AwaitedJob:
    """A job, and the connection of whoever waits for it."""

    id: str
    user_id: str
    here: Services
    right: Right
    opening: Opening
    connection: socket.socket | None

    def looks(self) -> Iterator[None]:
        """One after the other until the job is done. Raises JobFailed, also where who asked is kept out meanwhile, and
        ClientDisconnected.
        """
        while not self._done():
            if _closed(self.connection):
                raise ClientDisconnected
            if not self.right.lasts():
                raise JobFailed("unauthenticated", "The token is not good any more. Send the recording with another.")
            yield
            time.sleep(_LOOK_EVERY)

    def transcript(self) -> Transcript:
        """The transcript, as soon as it is there. Raises JobFailed, ClientDisconnected."""
        for _ in self.looks():
            pass
        self.opening.note()
        with self.here.database.reading() as session:
            job = jobs.get(session, self.user_id, self.id)
            document = jobs.document(session, job, "transcript")
        assert document is not None
        return Transcript.model_validate_json(self.here.vault.read_document(job, document.blob))

    def _done(self) -> bool:
        try:
            with self.here.database.reading() as session:
                job = jobs.get(session, self.user_id, self.id)
        except UnknownJob as error:
            raise JobFailed(_CANCELLED, "Somebody deleted the job meanwhile. Send the recording again.") from error
        state = JobState(job.state)
        if state is JobState.CANCELLED:
            raise JobFailed(_CANCELLED, "Somebody cancelled the job. Send the recording again.")
        if state is JobState.FAILED:
            raise JobFailed(job.error_code or "unexpected", job.error or "The job failed. See the log.")
        return state is JobState.COMPLETED


def register(app: Flask) -> None:
    """Let the application say how a job failed that a request waited for."""
    app.register_error_handler(JobFailed, _of_failure)


@contextmanager
def a_place() -> Iterator[None]:
    """One of the places for requests that wait; taken before the recording is read. Raises TooManyWaiting."""
    places = services().waiting
    if not places.acquire(blocking=False):
        raise TooManyWaiting("Many requests wait for their transcripts already", "Try again soon, or hand in a job.")
    try:
        yield
    finally:
        places.release()


@contextmanager
def job_of(recording: FileStorage, options: TranscriptionOptions, *, keep: bool = False) -> Iterator[AwaitedJob]:
    """A new job without minutes. At the end it is deleted, with the recording; one to `keep` is stopped if it runs.

    Raises Forbidden where the caller may not see its result, and what `receive_multipart` raises.
    """
    here, who = services(), caller()
    require("jobs:read")
    name = recording.filename or ""
    upload = receive_multipart(here.database, here.vault, here.settings, who.user_id, recording.stream, name)
    asked = Request(options=options, delete_after=None if keep else time.time() + _LEFT_BEHIND)

    def submit(session: Session) -> str:
        ruled = retention.ruled(session, here.settings, asked)
        return jobs.submit(session, uploads.get(session, who.user_id, upload.id), ruled).id

    job_id = here.database.write(submit)
    job = AwaitedJob(job_id, who.user_id, here, of_caller(), opening(job_id, "transcript"), _connection())
    try:
        here.nudge(Queue.MEDIA)
        yield job
    finally:
        _end(job, keep=keep)


def sent_file() -> FileStorage:
    """The field `file` of the form. Raises InvalidOption."""
    file = request.files.get("file")
    if file is None:
        raise InvalidOption("The form has no file", "Send the recording as the field `file`, multipart/form-data.")
    return file


def _end(job: AwaitedJob, *, keep: bool) -> None:
    def end(session: Session) -> list[str] | None:
        try:
            found = jobs.get(session, job.user_id, job.id)
            if not keep:
                return jobs.delete(session, found)
            if JobState(found.state) not in ENDED:
                jobs.cancel(session, found)
        except UnknownJob:  # somebody else has deleted it
            pass
        return None

    deleted = job.here.database.write(end)
    if deleted is not None:
        housekeeping.discard(job.here.blobs, job.id, deleted)


def _connection() -> socket.socket | None:
    connection = request.environ.get("gunicorn.socket") or request.environ.get("werkzeug.socket")
    # One with TLS has bytes of its own that nobody can look at; a test has none.
    return connection if type(connection) is socket.socket else None


def _closed(connection: socket.socket | None) -> bool:
    """Whether the other end has closed the connection. No program that waits for an answer closes half of it."""
    if connection is None:
        return False
    try:
        poll = select.poll()
        poll.register(connection, select.POLLIN)
        return bool(poll.poll(0)) and connection.recv(1, socket.MSG_PEEK) == b""
    except (OSError, ValueError):
        return True


def _of_failure(error: JobFailed) -> Response:
    answer = problem(error.status, error.code, error.text)
    # Clients made by OpenAI would send the recording again; the queue has tried again already where that may help.
    answer.headers["X-Should-Retry"] = "false"
    return answer
