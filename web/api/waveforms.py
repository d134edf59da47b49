"""How loud the recording is along its time, for players to draw."""

from flask import Response, request

from steno.waveform import Waveform
from web.api.documents import WAVEFORM, Found, load, opened, tag_of, versioned
from web.api.jobs import IF_NONE_MATCH
from web.contract import Answer, Routes, json_answer

routes = Routes("recordings")


@routes.operation(
    "GET",
    "/jobs/<id:job_id>/waveform",
    scope="jobs:read",
    answers={200: Answer("The waveform.", Waveform), 304: Answer("Nothing changed.")},
    headers=[IF_NONE_MATCH],
)
def get_waveform(job_id: str) -> Response:
    """The loudest of each of up to 2000 parts of the recording. It is made together with the transcript."""
    return waveform_of(opened(job_id, WAVEFORM))


def waveform_of(found: Found) -> Response:
    """The answer with a waveform."""
    answer = versioned(json_answer(load(found, Waveform)), found, tag_of(found, WAVEFORM))
    answer.make_conditional(request)
    return answer
