"""Which language is spoken in a recording."""

from flask import Response, request
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from steno.jobs import TranscriptionOptions
from web.api.requests import MODEL
from web.awaited import a_place, job_of, sent_file
from web.contract import Answer, Routes, json_answer
from web.services import services

routes = Routes("transcripts")
_SECONDS = 30.0


def _with_file(schema: JsonDict) -> None:
    properties = schema["properties"]
    assert isinstance(properties, dict)
    properties["file"] = {"type": "string", "format": "binary", "description": "The recording."}
    schema["required"] = ["file"]


class DetectForm(BaseModel):
    """A recording, and where to listen."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_with_file)

    model: str | None = Field(default=None, pattern=MODEL, description="Name or Hugging Face id of the speech model.")
    start: float = Field(default=0.0, ge=0, description=f"Seconds; the {_SECONDS:.0f} s after it are listened to.")


class LanguageView(BaseModel):
    """What was heard. A model that knows one language only says that one, without a probability."""

    language: str = Field(description="Code such as 'en'; 'und' where nobody speaks.")
    language_probability: float | None
    model: str = Field(description="The model that listened.")


@routes.operation(
    "POST",
    "/detect-language",
    scope="jobs:write",
    bodies={"multipart/form-data": DetectForm},
    answers={200: Answer("The language.", LanguageView)},
    problems=[409, 503, 507],
)
def detect_language() -> Response:
    """Which language is spoken.

    It waits for its turn as every job does, listens to 30 seconds, and keeps nothing. Needs the scope jobs:read, too.
    """
    with a_place():
        recording = sent_file()
        form = DetectForm.model_validate({name: value for name, value in request.form.items() if value.strip()})
        model = form.model or services().settings.model
        end = form.start + _SECONDS
        options = TranscriptionOptions(model=model, diarize=False, start=form.start, end=end)
        with job_of(recording, options) as job:
            heard = job.transcript()
    return json_answer(
        LanguageView(
            language=heard.language, language_probability=heard.language_probability, model=heard.provenance.model
        )
    )
