"""What a person uses."""

from flask import Response

from steno.ledger import overview
from steno.states import JobState
from web.api.views import UsageView
from web.auth import caller
from web.contract import Answer, Routes, json_answer
from web.services import services

routes = Routes("account")


@routes.operation("GET", "/usage", scope="jobs:read", answers={200: Answer("Jobs and storage.", UsageView)})
def get_usage() -> Response:
    """What you use: jobs by state, storage, transcribed time."""
    here = services()
    with here.database.reading() as session:
        used = overview.usage(session, caller().user_id)
    return json_answer(
        UsageView(
            jobs=dict.fromkeys(JobState, 0) | used.jobs,
            recordings=used.recordings,
            uploads=used.uploads,
            quota=here.settings.quota or None,
            seconds_transcribed=used.seconds,
        )
    )
