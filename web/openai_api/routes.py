"""POST /v1/audio/transcriptions and /v1/audio/translations; GET /v1/models."""

from contextlib import ExitStack

from flask import Blueprint, Response, request

from steno.jobs import Task
from web.auth import needs
from web.awaited import a_place, job_of, sent_file
from web.contract import json_answer
from web.openai_api import answers, models
from web.openai_api.paths import PREFIX
from web.openai_api.requests import AudioRequest, TranslationRequest, read
from web.openai_api.streaming import events
from web.services import services

blueprint = Blueprint("openai", __name__, url_prefix=PREFIX)
# `true`: the job, its recording and transcript stay. The answer then says which it is.
_KEEP, _JOB = "Steno-Keep", "Steno-Job"


@blueprint.post("/audio/transcriptions")
@needs("jobs:write")
def create_transcription() -> Response:
    """What is said, in the language it is said in."""
    return _listen(AudioRequest, "transcribe")


@blueprint.post("/audio/translations")
@needs("jobs:write")
def create_translation() -> Response:
    """What is said, in English."""
    return _listen(TranslationRequest, "translate")


@blueprint.get("/models")
@needs("jobs:read")
def list_models() -> Response:
    """The models that may be asked for."""
    return json_answer(models.every_model())


@blueprint.get("/models/<path:model>")
@needs("jobs:read")
def get_model(model: str) -> Response:
    """One of them."""
    return json_answer(models.model_named(model))


def _listen(kind: type[AudioRequest], task: Task) -> Response:
    with ExitStack() as waiting:
        waiting.enter_context(a_place())
        recording = sent_file()
        asked = read(kind, request.form)
        keep = request.headers.get(_KEEP, "").strip().lower() == "true"
        options = asked.options(task, services().settings)
        job = waiting.enter_context(job_of(recording, options, keep=keep))
        if asked.stream:
            answer = Response(events(job, asked), content_type="text/event-stream; charset=utf-8")
            answer.headers["X-Accel-Buffering"] = "no"  # nginx would keep the events until its buffer is full
            # Also where the client is gone before the first event, when the events' own end would not be reached.
            answer.call_on_close(waiting.pop_all().close)
        else:
            answer = answers.answer(job.transcript(), asked)
        if keep:
            answer.headers[_JOB] = job.id
        return answer
