"""Minutes: read in any format, corrected, taken back to an earlier revision."""

from flask import Response
from pydantic import BaseModel, ConfigDict

from steno.editing import MinutesEdits, edited_minutes, with_names
from steno.exports.minutes import MinutesExportOptions, minutes_formats, render_minutes
from steno.exports.phrases import LANGUAGE, Language
from steno.minutes import Minutes
from steno.transcript import Transcript
from web.api.documents import (
    MINUTES,
    TRANSCRIPT,
    Found,
    beside,
    changing,
    chosen_format,
    file_types,
    find,
    keep,
    load,
    media_types,
    opened,
    rendered,
)
from web.api.etags import require_version
from web.api.jobs import IF_MATCH, IF_NONE_MATCH
from web.api.revisions import RevisionList, list_revisions
from web.api.transcripts import HEADERS, REVISION, Restore
from web.contract import Answer, Parameter, Routes
from web.problems import NotThereYet

routes = Routes("minutes")
_SHOWN = Answer("The minutes.", Minutes, media=tuple(media_types(MINUTES)), headers=HEADERS)
_FILE = Answer("The minutes.", Minutes, media=file_types(MINUTES), headers=HEADERS)
_BY_DEFAULT = MinutesExportOptions()
_CHANGED = Answer("The minutes as they are now.", Minutes, headers=HEADERS)


class MinutesLook(BaseModel):
    """In which language."""

    model_config = ConfigDict(extra="forbid")

    language: Language | None = LANGUAGE

    @property
    def options(self) -> MinutesExportOptions:
        """As exports take them."""
        return MinutesExportOptions(language=self.language)


class MinutesQuery(MinutesLook):
    """Which revision; in which language."""

    revision: int | None = REVISION


@routes.operation(
    "GET",
    "/jobs/<id:job_id>/minutes",
    scope="jobs:read",
    answers={200: _SHOWN, 304: Answer("Nothing changed.")},
    problems=[406],
    headers=[IF_NONE_MATCH],
)
def get_minutes(job_id: str, query: MinutesQuery) -> Response:
    """The minutes, in the format that the Accept header names; by default JSON."""
    name = chosen_format(MINUTES, None)
    return minutes_as(opened(job_id, MINUTES, query.revision), name, query.options, attach=False)


@routes.operation(
    "GET",
    "/jobs/<id:job_id>/minutes.<suffix>",
    scope="jobs:read",
    answers={200: _FILE, 304: Answer("Nothing changed.")},
    headers=[IF_NONE_MATCH],
    path=[Parameter("suffix", "The format.", "path", minutes_formats())],
)
def get_minutes_as(job_id: str, suffix: str, query: MinutesQuery) -> Response:
    """The minutes as a file in a format."""
    name = chosen_format(MINUTES, suffix)
    return minutes_as(opened(job_id, MINUTES, query.revision), name, query.options, attach=True)


@routes.operation(
    "PATCH",
    "/jobs/<id:job_id>/minutes",
    scope="jobs:write",
    answers={200: _CHANGED},
    problems=[409, 412],
    headers=[IF_MATCH],
)
def edit_minutes(job_id: str, body: MinutesEdits) -> Response:
    """Correct the minutes: texts, owners, days, what is done, what is left out, what was missing.

    All of it or nothing; indexes are those of the revision that If-Match names. It makes a new revision; what the same
    person changes within ten minutes goes into it, with another ETag, unless a statement is removed. The answer shows
    the minutes, so the token needs the scope `jobs:read`, too.
    """
    found = changing(job_id, MINUTES)
    require_version(found.version)
    spoken = beside(found, TRANSCRIPT)
    if spoken is None:
        raise NotThereYet("There is no transcript", "Run the job again.")
    before = load(found, Minutes)
    after = edited_minutes(before, body, load(spoken, Transcript))
    made = found if after is before else keep(found, after, fold=not body.sweeping)
    return minutes_as(made, "json", attach=False)


@routes.operation(
    "GET",
    "/jobs/<id:job_id>/minutes/revisions",
    scope="jobs:read",
    answers={200: Answer("Newest first.", RevisionList)},
)
def list_minutes_revisions(job_id: str) -> Response:
    """Who changed the minutes when. Revisions without an author were made by a worker."""
    return list_revisions(job_id, MINUTES)


@routes.operation(
    "POST",
    "/jobs/<id:job_id>/minutes/restore",
    scope="jobs:write",
    answers={200: _CHANGED},
    problems=[409, 412],
    headers=[IF_MATCH],
)
def restore_minutes(job_id: str, body: Restore) -> Response:
    """Make an earlier revision the latest again, as a new revision."""
    latest = changing(job_id, MINUTES)
    require_version(latest.version)
    wanted = load(find(job_id, MINUTES, body.revision), Minutes)
    return minutes_as(keep(latest, wanted), "json", attach=False)


def minutes_as(found: Found, name: str, options: MinutesExportOptions = _BY_DEFAULT, *, attach: bool) -> Response:
    """The minutes in a format, with the names that the speakers have now."""
    spoken = beside(found, TRANSCRIPT)
    # Another name makes another face of the same revision.
    variant = (spoken.document.id[:8] if spoken is not None else "") + (options.language or "")
    return rendered(
        found, name, lambda: render_minutes(name, named(found, spoken), options), attach=attach, variant=variant
    )


def named(found: Found, spoken: Found | None) -> Minutes:
    """The minutes with the names that the speakers of the transcript have."""
    minutes = load(found, Minutes)
    return with_names(minutes, load(spoken, Transcript)) if spoken is not None else minutes
