"""Documents of a job, in the format that the caller asks for: by suffix, by Accept, else JSON."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from flask import Response, request, send_file
from pydantic import BaseModel

from steno.database.tables import Document, Job
from steno.exports import formats, get
from steno.exports.minutes import get_minutes_format, minutes_formats
from steno.exports.registry import Export
from steno.ledger import jobs
from web.auth import caller
from web.problems import NotAcceptable, NotThereYet, UnknownFormat
from web.services import services

Value = TypeVar("Value", bound=BaseModel)
TRANSCRIPT, MINUTES = "transcript", "minutes"
_DEFAULT = "json"


@dataclass(frozen=True)
class Found:
    """A job and a revision of one of its documents."""

    job: Job
    document: Document


def find(job_id: str, kind: str, revision: int | None = None) -> Found:
    """The revision, by default the latest. Raises UnknownJob, NotThereYet."""
    with services().database.reading() as session:
        job = jobs.get(session, caller().user_id, job_id)
        document = jobs.document(session, job, kind, revision)
    if document is None:
        which = kind if revision is None else f"revision {revision} of the {kind}"
        raise NotThereYet(f"There is no {which}", f"The job is {job.state}; ask again when it has ended.")
    return Found(job, document)


def load(found: Found, model: type[Value]) -> Value:
    """The document itself. Raises NotThereYet where it was deleted at this moment."""
    try:
        return model.model_validate_json(services().blobs.read(found.document.blob))
    except FileNotFoundError as error:
        raise NotThereYet("The document is gone", "Look at the job.") from error


def chosen_format(kind: str, suffix: str | None) -> str:
    """The format by suffix, else by the Accept header. Raises UnknownFormat, NotAcceptable."""
    known = formats() if kind == TRANSCRIPT else minutes_formats()
    if suffix is not None:
        if suffix.lower() not in known:
            raise UnknownFormat(f"There is no format of this name for the {kind}", f"Known: {', '.join(known)}.")
        return suffix.lower()
    if "Accept" not in request.headers:
        return _DEFAULT
    by_media = media_types(kind)
    best = request.accept_mimetypes.best_match(by_media)
    if best is None:
        raise NotAcceptable(f"The {kind} has no such format", f"Known: {', '.join(by_media)}.")
    return by_media[best]


@cache
def media_types(kind: str) -> dict[str, str]:
    """Formats by media type, JSON first."""
    found: dict[str, str] = {"application/json": _DEFAULT}
    for name in formats() if kind == TRANSCRIPT else minutes_formats():
        found.setdefault(_export(kind, name).media_type, name)
    return found


def rendered(found: Found, name: str, render: Callable[[], bytes], *, attach: bool, variant: str = "") -> Response:
    """The document in a format, under the recording's name; 304 where the caller has this revision in it.

    `variant` tells apart what options make of one format.
    """
    version, kind = found.document.revision, found.document.kind
    export = _export(kind, name)
    tag = f"{version}-{found.document.id[:8]}{name}{variant}"
    answer = Response(status=304)
    if tag not in request.if_none_match:
        stem = found.job.name.rsplit(".", 1)[0] or kind
        ending = f".{export.suffix}" if kind == TRANSCRIPT else f".{kind}.{export.suffix}"
        answer = send_file(
            io.BytesIO(render()),
            mimetype=export.media_type,
            as_attachment=attach,
            download_name=stem + ending,
            conditional=False,
            etag=False,
        )
    answer.set_etag(tag)
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Steno-Revision"] = str(version)
    answer.vary.add("Accept")
    return answer


def _export(kind: str, name: str) -> Export[object, object]:
    return get(name) if kind == TRANSCRIPT else get_minutes_format(name)  # type: ignore[return-value]
