"""How a job goes on, as server-sent events: state, stages, percent, place in the queue, estimated end."""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass

from flask import Response, request
from pydantic import BaseModel

from steno.database import Database
from steno.errors import StenoError
from steno.ledger import jobs, overview
from steno.states import ENDED, JobState
from web.api.views import ErrorView, ProgressView, StageView, progress_view, stages_in_order
from web.auth import caller
from web.contract import Answer, Parameter, Routes
from web.lasting import Right, of_caller
from web.services import services

routes = Routes("jobs")
_LOOK_EVERY = 0.5  # seconds
_HEARTBEAT = 15.0  # seconds: proxies cut what is silent for a minute
_LONGEST = 3600.0  # seconds; then the client connects anew, with a token that is looked at anew


class TooManyStreams(StenoError):
    """As many pages follow their jobs as may at once."""

    code = "too-many-requests"


class JobEvent(BaseModel):
    """What is said with every event `job` of a stream: how far it is."""

    id: str
    state: JobState
    version: int
    progress: ProgressView
    stages: list[StageView]
    error: ErrorView | None


@routes.operation(
    "GET",
    "/jobs/<id:job_id>/events",
    scope="jobs:read",
    answers={
        200: Answer("Events, until the job ends.", media=("text/event-stream",), event=JobEvent),
        204: Answer("The job has ended, and you have seen it (Last-Event-ID)."),
    },
    problems=[429],
    headers=[Parameter("Last-Event-ID", "Id of the last event you saw.")],
)
def follow_job(job_id: str) -> Response:
    """Follow a job (server-sent events).

    The event `job`, whose data is a JobEvent, comes at once and with every change; `deleted` where the job is deleted
    meanwhile. A comment comes every 15 seconds. The stream ends when the job does. Each stream holds a thread of the
    server: where too many are open the answer is 429, and the job must be asked for again and again instead.
    """
    here, who = services(), caller()
    first = _look(here.database, who.user_id, job_id)
    if first.ended and request.headers.get("Last-Event-ID") == first.id:
        return Response(status=204)
    return streamed(_events(here.database, who.user_id, job_id, first, of_caller()))


def streamed(events: Iterator[str]) -> Response:
    """The answer that brings events, in one of the places for such. Raises TooManyStreams."""
    places = services().following
    if not places.acquire(blocking=False):
        raise TooManyStreams("Too many pages follow their jobs at this moment", "Ask again every few seconds.")
    answer = Response(events, content_type="text/event-stream; charset=utf-8")
    answer.call_on_close(places.release)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Accel-Buffering"] = "no"  # nginx would keep the events until its buffer is full
    return answer


@dataclass(frozen=True)
class _Look:
    id: str
    text: str
    ended: bool

    def event(self) -> str:
        return f"id: {self.id}\nevent: job\ndata: {self.text}\n\n"


def _look(database: Database, user_id: str, job_id: str) -> _Look:
    """The job now. Raises UnknownJob."""
    with database.reading() as session:
        job = jobs.get(session, user_id, job_id)
        view = JobEvent(
            id=job.id,
            state=JobState(job.state),
            version=job.version,
            progress=progress_view(overview.outlook(session, job)),
            stages=stages_in_order(job),
            error=ErrorView(code=job.error_code, message=job.error or "") if job.error_code else None,
        )
    # The estimate moves with the clock; that alone is no news.
    news = view.model_dump_json(exclude={"progress": {"estimated_finish"}})
    digest = hashlib.sha256(news.encode()).hexdigest()[:16]
    return _Look(f"{view.version}-{digest}", view.model_dump_json(), view.state in ENDED)


def _events(database: Database, user_id: str, job_id: str, first: _Look, right: Right) -> Iterator[str]:
    yield "retry: 2000\n\n" + first.event()
    seen, spoke, until = first, time.monotonic(), time.monotonic() + _LONGEST
    while not seen.ended and time.monotonic() < until:
        time.sleep(_LOOK_EVERY)
        if not right.lasts():
            return
        try:
            latest = _look(database, user_id, job_id)
        except jobs.UnknownJob:
            yield "event: deleted\ndata: {}\n\n"
            return
        if latest.id != seen.id:
            yield latest.event()
            seen, spoke = latest, time.monotonic()
        elif time.monotonic() - spoke >= _HEARTBEAT:
            yield ": still here\n\n"
            spoke = time.monotonic()
