"""Revisions of documents, as their owner sees them."""

from flask import Response
from pydantic import BaseModel, Field

from steno.ledger import documents, jobs
from web.api.documents import absent
from web.api.views import Moment, moment
from web.auth import caller
from web.contract import json_answer
from web.services import services


class RevisionView(BaseModel):
    """A revision. Edits of one person that follow each other within minutes are one."""

    revision: int
    author: str | None = Field(description="Who wrote it; null: the machine.")
    created: Moment
    changed: Moment | None = Field(description="Its last edit, where there were several.")


class RevisionList(BaseModel):
    """All there are, newest first."""

    revisions: list[RevisionView]


def list_revisions(job_id: str, kind: str) -> Response:
    """The revisions of a kind of document. Raises UnknownJob, NotThereYet."""
    with services().database.reading() as session:
        job = jobs.get(session, caller().user_id, job_id)
        found = documents.revisions(session, job, kind)
    if not found:
        raise absent(job, kind)
    views = [
        RevisionView.model_validate(
            {
                "revision": one.revision,
                "author": one.author,
                "created": moment(one.created),
                "changed": moment(one.changed),
            }
        )
        for one in found
    ]
    return json_answer(RevisionList(revisions=views))
