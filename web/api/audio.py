"""The recording itself, whole or in ranges, as a player asks for it."""

import mimetypes
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import Response, request, send_file
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from steno.database.tables import Job
from steno.ledger import jobs, recordings
from web.api.documents import NO_COPY
from web.api.etags import require_version
from web.api.jobs import IF_MATCH
from web.auth import caller
from web.contract import Answer, Parameter, Routes
from web.lasting import Lasting, Right, of_caller
from web.openings import note
from web.problems import RecordingGone
from web.services import services

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

routes = Routes("recordings")
_UNKNOWN = "application/octet-stream"


class AudioQuery(BaseModel):
    """How to get it."""

    model_config = ConfigDict(extra="forbid")

    download: bool = Field(default=False, description="As a file to be saved, not to be played.")


@routes.operation(
    "GET",
    "/jobs/<id:job_id>/audio",
    scope="jobs:read",
    answers={
        200: Answer("The recording.", media=("audio/*", "video/*", _UNKNOWN), headers={"ETag": "SHA-256 of it."}),
        206: Answer("A part of it.", media=("audio/*", "video/*", _UNKNOWN), headers={"Content-Range": "Which."}),
        304: Answer("Nothing changed."),
    },
    problems=[410, 416],
    headers=[Parameter("Range", "Which bytes, e.g. `bytes=0-1023`.")],
)
def get_audio(job_id: str, query: AudioQuery) -> Response:
    """The recording, as it was handed in."""
    here = services()
    with here.database.reading() as session:
        job = jobs.get(session, caller().user_id, job_id)
    note(job, "audio")
    return recording_of(job, of_caller(), attach=query.download)


@routes.operation(
    "DELETE",
    "/jobs/<id:job_id>/audio",
    scope="jobs:write",
    answers={204: Answer("It is deleted; transcript and minutes stay.")},
    problems=[409, 412],
    headers=[IF_MATCH],
)
def delete_audio(job_id: str) -> Response:
    """Delete the recording alone, and for good, once the transcript is there or the job has ended."""
    here, who = services(), caller()

    def erase(session: Session) -> str:
        job = jobs.get(session, who.user_id, job_id)
        jobs.lock(session, job)
        require_version(job.version)
        return recordings.erase(session, job)

    here.blobs.delete(here.database.write(erase))
    return Response(status=204)


def recording_of(job: Job, right: Right, *, attach: bool = False) -> Response:
    """The answer with a job's recording, in pieces, while the right lasts; whole, a range of it, or 304.

    Raises RecordingGone.
    """
    if job.recording_deleted is not None:
        raise RecordingGone("The recording was deleted", "Hand it in again if you need it.")
    try:
        file = services().vault.open_recording(job)
    except FileNotFoundError as error:
        raise RecordingGone("The recording is no longer stored", "Hand it in again.") from error
    answer = send_file(file, mimetype=media_type(job.name), as_attachment=attach, download_name=job.name, etag=False)
    # Always through our own wrapper: a server's would look for a file descriptor, and what lies there is encrypted.
    answer.response = Lasting(file, right.to_hear(job))
    answer.call_on_close(file.close)
    answer.content_length = job.size
    answer.last_modified = datetime.fromtimestamp(job.created, UTC)
    answer.set_etag(job.recording_sha256)
    try:
        answer.make_conditional(_asked(job.size), accept_ranges=True, complete_length=job.size)
    except RequestedRangeNotSatisfiable:
        file.close()
        raise
    answer.headers["Cache-Control"] = NO_COPY
    # Whatever a person named it, a browser must not take it for a page.
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    return answer


def _asked(size: int) -> "WSGIEnvironment":
    """The request with the range that is meant (RFC 9110, 14).

    Of the end that is longer than all: all of it. None where the request is no GET, or says it in other units than
    bytes, not as it is written, or several at once, which no player does: what is not understood is passed over.
    """
    asked = request.range
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1 or request.method != "GET":
        return {name: value for name, value in request.environ.items() if name != "HTTP_RANGE"}
    first, end = asked.ranges[0]
    if end is None and first < -size:
        return request.environ | {"HTTP_RANGE": f"bytes=-{size}"}
    return request.environ


def media_type(name: str) -> str:
    """The kind of media by the name's suffix; only kinds that are sound or pictures that move."""
    guessed = mimetypes.guess_type(name)[0] or _UNKNOWN
    return guessed if guessed.partition("/")[0] in {"audio", "video"} else _UNKNOWN
