"""Transcripts: read in any format and revision, corrected, taken back to an earlier revision."""

from collections.abc import Callable
from zlib import crc32

from flask import Response, request
from pydantic import BaseModel, ConfigDict, Field

from steno.editing import TranscriptEdits, difference, edited, restored
from steno.exports import ExportOptions, SubtitleOptions, formats, render
from steno.exports.phrases import LANGUAGE, Language
from steno.transcript import Segment, Speaker, Transcript
from web.api.documents import (
    TRANSCRIPT,
    Found,
    changing,
    chosen_format,
    file_types,
    find,
    keep,
    load,
    media_types,
    opened,
    rendered,
    tag_of,
    versioned,
)
from web.api.etags import require_version
from web.api.jobs import IF_MATCH, IF_NONE_MATCH
from web.api.revisions import RevisionList, list_revisions
from web.contract import Answer, Parameter, Routes, json_answer

routes = Routes("transcripts")
HEADERS = {"ETag": "Of this revision in this format.", "Steno-Revision": "Number of the revision."}
_SHOWN = Answer("The transcript.", Transcript, media=tuple(media_types(TRANSCRIPT)), headers=HEADERS)
_FILE = Answer("The transcript.", Transcript, media=file_types(TRANSCRIPT), headers=HEADERS)
PREFER = Parameter("Prefer", "`return=minimal`: answer with what has changed, not with all of it.")
REVISION = Field(default=None, ge=1, le=2**31, description="By default the latest; 1 is what the machine made.")


class TranscriptLook(SubtitleOptions):
    """In which language; limits of subtitles."""

    language: Language | None = LANGUAGE

    @property
    def options(self) -> ExportOptions:
        """As exports take them."""
        subtitles = SubtitleOptions.model_validate(self.model_dump(include=set(SubtitleOptions.model_fields)))
        return ExportOptions(subtitles=subtitles, language=self.language)


class TranscriptQuery(TranscriptLook):
    """Which revision; in which language; limits of subtitles."""

    revision: int | None = REVISION


class Restore(BaseModel):
    """Which revision becomes the latest again."""

    model_config = ConfigDict(extra="forbid")

    revision: int = Field(default=1, ge=1, le=2**31, description="What the machine made, where none is given.")


class TranscriptChange(BaseModel):
    """What an edit has changed, for who has the transcript of before."""

    revision: int
    segments: tuple[Segment, ...] = Field(description="New ones, and those that are not as before.")
    removed: tuple[int, ...] = Field(description="Ids of segments that are gone.")
    order: tuple[int, ...] | None = Field(description="Ids of all segments in order; null where that is as before.")
    speakers: tuple[Speaker, ...] = Field(description="All of them.")


_CHANGED = Answer(
    "The transcript as it is now; with `Prefer: return=minimal` only what has changed.",
    Transcript,
    headers=HEADERS,
    briefly=TranscriptChange,
)


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
    return transcript_as(opened(job_id, TRANSCRIPT, query.revision), chosen_format(TRANSCRIPT, None), query.options)


@routes.operation(
    "GET",
    "/jobs/<id:job_id>/transcript.<suffix>",
    scope="jobs:read",
    answers={200: _FILE, 304: Answer("Nothing changed.")},
    headers=[IF_NONE_MATCH],
    path=[Parameter("suffix", "The format.", "path", formats())],
)
def get_transcript_as(job_id: str, suffix: str, query: TranscriptQuery) -> Response:
    """The transcript as a file in a format."""
    name = chosen_format(TRANSCRIPT, suffix)
    return transcript_as(opened(job_id, TRANSCRIPT, query.revision), name, query.options, attach=True)


@routes.operation(
    "PATCH",
    "/jobs/<id:job_id>/transcript",
    scope="jobs:write",
    answers={200: _CHANGED},
    problems=[409, 412],
    headers=[IF_MATCH, PREFER],
)
def edit_transcript(job_id: str, body: TranscriptEdits) -> Response:
    """Correct the transcript: texts, who said them, names; part, join or leave out segments; replace words everywhere.

    All of it or nothing. Words that stay keep their times, segments their ids; no id is used twice. Send the ETag you
    saw as If-Match, so that two people do not overwrite each other. It makes a new revision; what the same person
    changes within ten minutes goes into it, with another ETag, unless speakers are merged, segments deleted or texts
    replaced: then the revision before stays. The answer shows the transcript, so the token needs `jobs:read`, too.
    """
    found = changing(job_id, TRANSCRIPT)
    require_version(found.version)
    before = load(found, Transcript)
    after = edited(before, body)
    made = found if after is before else keep(found, after, fold=not body.sweeping)
    return _changed(made, before, after)


@routes.operation(
    "POST",
    "/jobs/<id:job_id>/transcript/restore",
    scope="jobs:write",
    answers={200: _CHANGED},
    problems=[409, 412],
    headers=[IF_MATCH, PREFER],
)
def restore_transcript(job_id: str, body: Restore) -> Response:
    """Make an earlier revision the latest again, as a new revision."""
    latest = changing(job_id, TRANSCRIPT)
    require_version(latest.version)
    before, earlier = load(latest, Transcript), load(find(job_id, TRANSCRIPT, body.revision), Transcript)
    after = restored(earlier, before)
    return _changed(keep(latest, after), before, after)


@routes.operation(
    "GET",
    "/jobs/<id:job_id>/transcript/revisions",
    scope="jobs:read",
    answers={200: Answer("Newest first.", RevisionList)},
)
def list_transcript_revisions(job_id: str) -> Response:
    """Who changed the transcript when."""
    return list_revisions(job_id, TRANSCRIPT)


def transcript_as(
    found: Found,
    name: str,
    options: ExportOptions,
    *,
    attach: bool = False,
    seen_by: Callable[[Transcript], Transcript] = lambda transcript: transcript,
) -> Response:
    """The transcript in a format, as `seen_by` leaves it."""
    changed = options.model_dump_json(exclude_defaults=True)
    return rendered(
        found,
        name,
        lambda: render(name, seen_by(load(found, Transcript)), options),
        attach=attach,
        variant=f"{crc32(changed.encode()):08x}",
    )


def _changed(made: Found, before: Transcript, after: Transcript) -> Response:
    wishes = {wish.strip().lower() for wish in request.headers.get("Prefer", "").split(",")}
    if "return=minimal" not in wishes:
        return rendered(made, "json", lambda: render("json", after), attach=False)
    new = difference(before, after)
    change = TranscriptChange(
        revision=made.document.revision,
        segments=new.segments,
        removed=new.removed,
        order=new.order,
        speakers=after.speakers,
    )
    answer = json_answer(change, headers={"Preference-Applied": "return=minimal"})
    return versioned(answer, made, tag_of(made, "minimal"))
