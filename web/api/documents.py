"""Documents of a job: found, read, kept as new revisions, shown in the format that suffix or Accept header name."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TypeVar, get_args

from flask import Response, request, send_file
from pydantic import BaseModel
from sqlalchemy.orm import Session

from steno.database.tables import Document, Job
from steno.exports import formats, get
from steno.exports.minutes import get_minutes_format, minutes_formats
from steno.exports.phrases import Language
from steno.exports.registry import Export
from steno.ledger import documents, jobs, search
from steno.sayings.marking import said
from steno.states import ENDED, JobState, Stage
from steno.transcript import Transcript
from web.auth import caller, require
from web.openings import note
from web.problems import NotAcceptable, NotThereYet, UnknownFormat
from web.services import services

Value = TypeVar("Value", bound=BaseModel)
TRANSCRIPT, MINUTES, WAVEFORM = "transcript", "minutes", "waveform"
_DEFAULT, _JSON = "json", "application/json"
NO_COPY = "private, no-store"  # words and voices are not for the disk of whatever computer the browser is on
_FOLDERS = {TRANSCRIPT: "transcripts", MINUTES: "minutes"}  # of those that people change


def offered() -> dict[str, tuple[str, ...]]:
    """What pages offer to take away: formats of both, and the languages that what stands around the words may be in."""
    return {TRANSCRIPT: formats(), MINUTES: minutes_formats(), "languages": get_args(Language)}


@dataclass(frozen=True)
class Found:
    """A job and a revision of one of its documents."""

    job: Job
    document: Document

    @property
    def version(self) -> str:
        """What changes with every edit, also where the number of the revision stays."""
        return f"{self.document.revision}-{self.document.id[:8]}"


def find(job_id: str, kind: str, revision: int | None = None) -> Found:
    """The revision, by default the latest. Raises UnknownJob, NotThereYet."""
    with services().database.reading() as session:
        job = jobs.get(session, caller().user_id, job_id)
        document = jobs.document(session, job, kind, revision)
    if document is None:
        raise absent(job, kind, revision)
    return Found(job, document)


def absent(job: Job, kind: str, revision: int | None = None) -> NotThereYet:
    """That a job has no such document, and what makes one."""
    if revision is not None:
        which = said(f"revision {revision} of the {kind}")
        return NotThereYet(f"There is no {which}", "Look at its revisions.")
    says = "There are no minutes" if kind == MINUTES else f"There is no {kind}"
    if JobState(job.state) not in ENDED:
        return NotThereYet(says, f"The job is {job.state}; ask again when it has ended.")
    again = f"{Stage.SUMMARIZE if kind == MINUTES else Stage.TRANSCRIBE}/rerun"
    if kind == MINUTES and job.minutes is None:  # which were not asked for
        again += "?template=general"
    return NotThereYet(says, f"The job is {job.state}; POST .../stages/{again} makes another try.")


def opened(job_id: str, kind: str, revision: int | None = None) -> Found:
    """The same, and that the caller reads it is written down."""
    found = find(job_id, kind, revision)
    note(found.job, kind)
    return found


def changing(job_id: str, kind: str) -> Found:
    """The latest revision for a caller who changes it; the answer shows it to them, so they must be allowed to read.

    Raises Forbidden, UnknownJob, NotThereYet.
    """
    require("jobs:read")
    return opened(job_id, kind)


def latest(job: Job, kind: str) -> Found | None:
    """The latest document of a kind of a job that was found before; None where there is none."""
    with services().database.reading() as session:
        document = jobs.document(session, job, kind)
    return Found(job, document) if document is not None else None


def beside(found: Found, kind: str) -> Found | None:
    """The latest document of another kind of the same job; None where there is none."""
    return latest(found.job, kind)


def load(found: Found, model: type[Value]) -> Value:
    """The document itself. Raises NotThereYet where it was deleted at this moment."""
    here = services()
    known = here.parsed.get(found.document.id, model)
    if known is not None:
        return known
    try:
        content = here.vault.read_document(found.job, found.document.blob)
    except FileNotFoundError as error:
        with here.database.reading() as session:
            again = jobs.document(session, found.job, found.document.kind, found.document.revision)
        if again is None or again.id == found.document.id:
            raise NotThereYet("The document is gone", "Look at the job.") from error
        return load(Found(found.job, again), model)  # an edit was folded into it at this moment
    return here.parsed.read(found.document.id, model, content)


def keep(seen: Found, value: BaseModel, *, fold: bool = False) -> Found:
    """Keep a new revision on top of the one that was seen; `fold`: it may take the place of one the caller just made.

    Raises Conflict where the one that was seen is not the latest now.
    """
    here, who = services(), caller()
    content = value.model_dump_json().encode("utf-8", "replace")
    key = here.vault.write_document(seen.job, _FOLDERS[seen.document.kind], content)

    def commit(session: Session) -> tuple[Job, documents.Kept]:
        job = jobs.get(session, who.user_id, seen.job.id)
        kept = documents.keep(session, job, seen.document.id, key, author=who.name, fold=fold)
        if isinstance(value, Transcript):
            search.index_transcript(session, job, value, enabled=here.settings.search)
        return job, kept

    try:
        job, kept = here.database.write(commit)
    except BaseException:
        here.blobs.delete(key)
        raise
    if kept.spare is not None:
        here.blobs.delete(kept.spare)
    here.parsed.put(kept.document.id, value, len(content))
    return Found(job, kept.document)


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
    found: dict[str, str] = {_JSON: _DEFAULT}
    for name in formats() if kind == TRANSCRIPT else minutes_formats():
        found.setdefault(_export(kind, name).media_type, name)
    return found


def file_types(kind: str) -> tuple[str, ...]:
    """Media types, plain text first and JSON last: who asks for a suffix mostly wants words."""
    return tuple(sorted(media_types(kind), key=lambda media: (media == _JSON, media != "text/plain")))


def rendered(found: Found, name: str, render: Callable[[], bytes], *, attach: bool, variant: str = "") -> Response:
    """The document in a format, under the recording's name; 304 where the caller has this revision in it.

    `variant` tells apart what options make of one format.
    """
    kind = found.document.kind
    export = _export(kind, name)
    tag = tag_of(found, f"{name}{variant}")
    answer = Response(status=304)
    if not request.if_none_match.contains_weak(tag):  # a proxy that compresses makes tags weak
        stem = found.job.name.rsplit(".", 1)[0] or kind
        answer = send_file(
            io.BytesIO(render()),
            mimetype=export.media_type,
            as_attachment=attach,
            download_name=stem + ending_of(kind, name),
            conditional=False,
            etag=False,
        )
    return versioned(answer, found, tag)


def ending_of(kind: str, name: str) -> str:
    """How the names of files in a format end."""
    suffix = _export(kind, name).suffix
    return f".{suffix}" if kind == TRANSCRIPT or suffix.startswith(f"{kind}.") else f".{kind}.{suffix}"


def tag_of(found: Found, face: str) -> str:
    """The entity tag of a revision in one of its faces."""
    return f"{found.version}-{face}"


def versioned(answer: Response, found: Found, tag: str) -> Response:
    """The answer with its tag and the number of the revision."""
    answer.set_etag(tag)
    answer.headers["Cache-Control"] = NO_COPY
    answer.headers["Steno-Revision"] = str(found.document.revision)
    answer.vary.add("Accept")
    return answer


def _export(kind: str, name: str) -> Export[object, object]:
    return get(name) if kind == TRANSCRIPT else get_minutes_format(name)  # type: ignore[return-value]
