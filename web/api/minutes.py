"""Minutes: read in any format."""

from flask import Response
from pydantic import BaseModel, ConfigDict

from steno.exports.minutes import minutes_formats, render_minutes
from steno.minutes import Minutes
from web.api.documents import MINUTES, chosen_format, find, load, media_types, rendered
from web.api.jobs import IF_NONE_MATCH
from web.api.transcripts import HEADERS, REVISION
from web.contract import Answer, Parameter, Routes

routes = Routes("minutes")
_SHOWN = Answer("The minutes.", media=tuple(media_types(MINUTES)), headers=HEADERS)


class MinutesQuery(BaseModel):
    """Which revision."""

    model_config = ConfigDict(extra="forbid")

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
    return _show(job_id, None, query)


@routes.operation(
    "GET",
    "/jobs/<id:job_id>/minutes.<suffix>",
    scope="jobs:read",
    answers={200: _SHOWN, 304: Answer("Nothing changed.")},
    headers=[IF_NONE_MATCH],
    path=[Parameter("suffix", "The format.", "path", minutes_formats())],
)
def get_minutes_as(job_id: str, suffix: str, query: MinutesQuery) -> Response:
    """The minutes as a file in a format."""
    return _show(job_id, suffix, query)


def _show(job_id: str, suffix: str | None, query: MinutesQuery) -> Response:
    name = chosen_format(MINUTES, suffix)
    found = find(job_id, MINUTES, query.revision)
    return rendered(found, name, lambda: render_minutes(name, load(found, Minutes)), attach=suffix is not None)
