"""Transcripts: read in any format and revision, corrected, taken back to an earlier revision."""

from zlib import crc32

from flask import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from steno.editing import TranscriptEdits, edited
from steno.exports import ExportOptions, SubtitleOptions, formats, render
from steno.ledger import jobs
from steno.transcript import Transcript
from web.api.documents import TRANSCRIPT, Found, chosen_format, find, load, media_types, rendered
from web.api.etags import require_version
from web.api.jobs import IF_MATCH, IF_NONE_MATCH
from web.auth import caller
from web.contract import Answer, Parameter, Routes
from web.services import services

routes = Routes("transcripts")
_MEDIA = tuple(media_types(TRANSCRIPT))
HEADERS = {"ETag": "Of this revision in this format.", "Steno-Revision": "Number of the revision."}
_SHOWN = Answer("The transcript.", media=_MEDIA, headers=HEADERS)
_CHANGED = Answer("The new revision.", media=("application/json",), headers=HEADERS)
REVISION = Field(default=None, ge=1, le=2**31, description="By default the latest; 1 is what the machine made.")


class TranscriptQuery(SubtitleOptions):
    """Which revision; limits of subtitles."""

    revision: int | None = REVISION


class Restore(BaseModel):
    """Which revision becomes the latest again."""

    model_config = ConfigDict(extra="forbid")

    revision: int = Field(default=1, ge=1, le=2**31)


@routes.operation(
    "GET",
    "/jobs/<id:job_id>/transcript",
    scope="jobs:read",
    answers={200: _SHOWN, 304: Answer("Nothing changed.")},
    problems=[406],
    headers=[IF_NONE_MATCH],
)
def get_transcript(job_id: str, query: TranscriptQuery) -> Response:
    """The transcript, in the format that the Accept header names; by default JSON."""
    return _show(job_id, None, query)


@routes.operation(
    "GET",
    "/jobs/<id:job_id>/transcript.<suffix>",
    scope="jobs:read",
    answers={200: _SHOWN, 304: Answer("Nothing changed.")},
    headers=[IF_NONE_MATCH],
    path=[Parameter("suffix", "The format.", "path", formats())],
)
def get_transcript_as(job_id: str, suffix: str, query: TranscriptQuery) -> Response:
    """The transcript as a file in a format."""
    return _show(job_id, suffix, query)


@routes.operation(
    "PATCH",
    "/jobs/<id:job_id>/transcript",
    scope="jobs:write",
    answers={200: _CHANGED},
    problems=[409, 412],
    headers=[IF_MATCH],
)
def edit_transcript(job_id: str, body: TranscriptEdits) -> Response:
    """Correct the transcript: text of segments, who said them, names of speakers.

    It makes a new revision; words that stay keep their times. Send the ETag you saw as If-Match, so that two people do
    not overwrite each other.
    """
    found = find(job_id, TRANSCRIPT)
    require_version(found.document.revision)
    return _keep(found, edited(load(found, Transcript), body))


@routes.operation(
    "POST",
    "/jobs/<id:job_id>/transcript/restore",
    scope="jobs:write",
    answers={200: _CHANGED},
    problems=[409, 412],
    headers=[IF_MATCH],
)
def restore_transcript(job_id: str, body: Restore) -> Response:
    """Make an earlier revision the latest again, as a new revision."""
    latest = find(job_id, TRANSCRIPT)
    require_version(latest.document.revision)
    return _keep(latest, load(find(job_id, TRANSCRIPT, body.revision), Transcript))


def _show(job_id: str, suffix: str | None, query: TranscriptQuery) -> Response:
    name = chosen_format(TRANSCRIPT, suffix)
    found = find(job_id, TRANSCRIPT, query.revision)
    subtitles = SubtitleOptions.model_validate(query.model_dump(exclude={"revision"}))
    options = ExportOptions(subtitles=subtitles)
    changed = subtitles.model_dump_json(exclude_defaults=True)
    return rendered(
        found,
        name,
        lambda: render(name, load(found, Transcript), options),
        attach=suffix is not None,
        variant=f"{crc32(changed.encode()):08x}",
    )


def _keep(seen: Found, transcript: Transcript) -> Response:
    """Keep a new revision on top of the one that was seen. Raises ChangedMeanwhile where it is not the latest now."""
    here, who = services(), caller()
    key = here.blobs.new_key("transcripts", ".json")
    here.blobs.write(key, transcript.model_dump_json().encode("utf-8", "replace"))

    def commit(session: Session) -> Found:
        job = jobs.get(session, who.user_id, seen.job.id)
        jobs.lock(session, job)
        latest = jobs.document(session, job, TRANSCRIPT)
        if latest is None or latest.id != seen.document.id:
            raise jobs.Conflict("The transcript was changed at this moment", "Get it again, and repeat your change.")
        made = jobs.add_document(session, job, TRANSCRIPT, key, author=who.name)
        session.flush()
        return Found(job, made)

    try:
        made = here.database.write(commit)
    except BaseException:
        here.blobs.delete(key)
        raise
    return rendered(made, "json", lambda: render("json", transcript), attach=False)
