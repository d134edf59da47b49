"""Who opened a job, for its owner to see."""

from flask import Response
from pydantic import BaseModel, Field

from steno.ledger import jobs, openings
from web.api.views import Moment, known_moment
from web.auth import caller
from web.contract import Answer, Routes, json_answer
from web.services import services

routes = Routes("jobs")


class EventView(BaseModel):
    """Something that happened. What is read again within ten minutes is one event, as are the pieces of a recording."""

    at: Moment
    kind: str = Field(description="document.opened, job.submitted, share.made, recording.deleted ...")
    what: str | None = Field(
        description="What was opened: transcript, minutes, audio, waveform, archive, questions, share."
    )
    who: str | None = Field(description="Who did it; null: somebody with a link, a rule, or a person who is gone.")
    share: str | None = Field(description="Id of the link, where it was one.")
    label: str | None = Field(description="What the link is called, while it is there.")
    address: str | None = Field(description="From which address.")


class EventList(BaseModel):
    """The latest first, 500 at most."""

    events: list[EventView]


@routes.operation("GET", "/jobs/<id:job_id>/audit", scope="jobs:read", answers={200: Answer("The events.", EventList)})
def get_audit(job_id: str) -> Response:
    """Who opened what of the job, by which link, and what was done to it."""
    with services().database.reading() as session:
        found = openings.told(session, jobs.get(session, caller().user_id, job_id))
    views = [
        EventView(
            at=known_moment(one.at),
            kind=one.kind,
            what=one.what,
            who=one.who,
            share=one.share_id,
            label=one.link,
            address=one.address,
        )
        for one in found
    ]
    return json_answer(EventList(events=views))
