"""Jobs as a list: newest first, of a state or a tag, or those in which something was said; and tags."""

import re
from collections.abc import Sequence
from math import isfinite
from urllib.parse import urlencode

from flask import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from steno.database.tables import Job
from steno.ledger import listing, overview, search, tags
from steno.searching import Term, read_query
from steno.states import JobState
from web.api import cursors
from web.api.search_views import TagList, TagView
from web.api.views import JobList, JobView, job_view
from web.auth import caller
from web.contract import Answer, Routes, json_answer
from web.contract.operations import ID, PREFIX
from web.services import services

routes = Routes("jobs")


class ListQuery(BaseModel):
    """Which jobs."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=20, ge=1, le=100, description="How many at once.")
    cursor: str | None = Field(default=None, max_length=200, description="`next_cursor` of the page before.")
    state: JobState | None = Field(default=None, description="Only jobs in this state.")
    tag: str | None = Field(default=None, max_length=tags.LONGEST, description="Only jobs with this tag.")
    q: str | None = Field(
        default=None,
        max_length=200,
        description="Only jobs in whose name or transcript these words stand: plain words, and phrases in quotes. "
        "Words may go on, quoted ones may not. Accents and capitals make no difference.",
    )


def views(session: Session, some: Sequence[Job], terms: Sequence[Term] = ()) -> list[JobView]:
    """Jobs as their owner sees them, now."""
    ids = [job.id for job in some]
    results, outlooks = overview.results(session, ids), overview.outlooks(session, some)
    tagged, found = tags.of(session, ids), search.matches(session, ids, terms) if terms else {}
    return [
        job_view(job, outlooks[job.id], results.get(job.id, frozenset()), tagged[job.id], found.get(job.id))
        for job in some
    ]


def shown(session: Session, job: Job) -> JobView:
    """A job as its owner sees it, now."""
    return views(session, [job])[0]


@routes.operation(
    "GET",
    "/jobs",
    scope="jobs:read",
    answers={200: Answer("Some jobs, newest first.", JobList, headers={"Link": "The next page (RFC 8288)."})},
)
def list_jobs(query: ListQuery) -> Response:
    """Your jobs, newest first."""
    after = cursors.read(query.cursor, _place_in) if query.cursor is not None else None
    terms = read_query(query.q) if query.q is not None and query.q.strip() else None
    with services().database.reading() as session:
        found = listing.page(
            session,
            caller().user_id,
            limit=query.limit + 1,
            after=after,
            state=query.state,
            tag=query.tag,
            terms=terms,
        )
        some, more = found[: query.limit], len(found) > query.limit
        answer_views = views(session, some, terms or ())
    cursor = cursors.written(f"{some[-1].created!r} {some[-1].id}") if more else None
    answer = json_answer(JobList(jobs=answer_views, next_cursor=cursor))
    if cursor is not None:
        wanted = query.model_dump(mode="json", exclude_none=True) | {"cursor": cursor}
        answer.headers["Link"] = f'<{PREFIX}/jobs?{urlencode(wanted)}>; rel="next"'
    return answer


@routes.operation("GET", "/tags", scope="jobs:read", answers={200: Answer("Your tags.", TagList)})
def list_tags() -> Response:
    """Your tags, and how many jobs have them."""
    with services().database.reading() as session:
        found = tags.counted(session, caller().user_id)
    return json_answer(TagList(tags=[TagView(tag=tag, jobs=number) for tag, number in found]))


def _place_in(text: str) -> tuple[float, str]:
    created, job_id = text.split(" ")
    if not isfinite(float(created)) or not re.fullmatch(ID, job_id):
        raise ValueError(text)
    return float(created), job_id
