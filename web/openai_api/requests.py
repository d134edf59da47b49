"""What a program may ask for, in OpenAI's words, and what a job makes of it.

Parameters that Steno does not know are passed over, as programs send many; those it would have to ignore against the
caller's intention are refused.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from werkzeug.datastructures import MultiDict

from steno.config import Settings
from steno.jobs import Task, TranscriptionOptions
from web.api.requests import LANGUAGE, MODEL
from web.openai_api.languages import code_of
from web.openai_api.models import DEFAULT, resolve

Format = Literal["json", "text", "srt", "verbose_json", "vtt", "diarized_json"]
_STREAMED = ("json", "text", "diarized_json")
_LONGEST_PROMPT, _LONGEST_HOTWORDS = 2000, 1000
_LISTS = frozenset(
    {"timestamp_granularities", "include", "keywords", "languages", "known_speaker_names", "known_speaker_references"}
)


def _refused(values: tuple[str, ...]) -> tuple[str, ...]:
    if values:
        raise PydanticCustomError("unsupported", "Steno cannot do this; leave it out")
    return values


def _code(language: str | None) -> str | None:
    if language is not None and not re.fullmatch(LANGUAGE, language):
        raise PydanticCustomError("language", "it must be a code such as 'en', or 'auto'")
    return language


Texts = tuple[Annotated[str, Field(max_length=_LONGEST_HOTWORDS)], ...]
Refused = Annotated[tuple[str, ...], AfterValidator(_refused)]


class AudioRequest(BaseModel):
    """A form of OpenAI's. `temperature` is read and has no effect: Steno searches, it never samples."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    model: str = Field(default=DEFAULT, pattern=MODEL)
    language: Annotated[str | None, BeforeValidator(code_of), AfterValidator(_code)] = None
    languages: Texts = ()
    prompt: str | None = None
    keywords: Texts = ()
    response_format: Format = "json"
    temperature: float = Field(default=0.0, ge=0, le=1)
    timestamp_granularities: tuple[Literal["word", "segment"], ...] = ("segment",)
    stream: bool = False
    include: Refused = ()
    known_speaker_names: Refused = ()
    known_speaker_references: Refused = ()

    @field_validator("stream")
    @classmethod
    def _as_text(cls, stream: bool, info: ValidationInfo) -> bool:
        if stream and info.data.get("response_format", "json") not in _STREAMED:
            raise PydanticCustomError("unsupported", f"only {', '.join(_STREAMED)} can be streamed")
        return stream

    def options(self, task: Task, settings: Settings) -> TranscriptionOptions:
        """What a job is asked for. Raises UnknownModel, ValidationError."""
        hotwords = ", ".join(self.keywords)
        return TranscriptionOptions(
            model=resolve(self.model, settings),
            language=self.language or (code_of(self.languages[0]) if len(self.languages) == 1 else None),
            task=task,
            # The end counts, as with OpenAI: that is what stands before the recording's first words.
            prompt=self.prompt[-_LONGEST_PROMPT:] if self.prompt is not None else None,
            hotwords=hotwords or None,
            diarize=self.response_format == "diarized_json",
        )


class TranslationRequest(AudioRequest):
    """A translation into English. `language` may say what is spoken, which OpenAI has no parameter for."""

    response_format: Literal["json", "text", "srt", "verbose_json", "vtt"] = "json"


def read(model: type[AudioRequest], form: MultiDict[str, str]) -> AudioRequest:
    """The form's fields; those left empty count as left out. Raises ValidationError."""
    return model.model_validate(_fields(form))


def _fields(form: MultiDict[str, str]) -> Mapping[str, object]:
    found: dict[str, object] = {}
    for field, values in form.lists():
        name = field.removesuffix("[]")
        given = [value for value in values if value.strip()]
        if given:
            found[name] = given if name in _LISTS else given[-1]
    return found
