"""A request to turn a recording into a transcript and minutes: its options."""

from datetime import date
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Task = Literal["transcribe", "translate"]


class TranscriptionOptions(BaseModel):
    """What a person may ask for. The same for the command line, the portal and the API."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str = Field(default="auto", description="Name, Hugging Face id or directory of the speech model.")
    language: str | None = Field(default=None, description="Code such as 'en'; detected where it is not given.")
    task: Task = Field(
        default="transcribe", description="Transcribe, where nothing is said, or translate into English."
    )
    hotwords: str | None = Field(default=None, max_length=1000, description="Names and terms likely to be said.")
    prompt: str | None = Field(default=None, max_length=2000, description="Text that sets style and spelling.")
    diarize: bool = Field(default=True, description="Tell speakers apart.")
    speakers: int | None = Field(default=None, ge=1, le=50, description="How many people speak, where it is known.")
    min_speakers: int | None = Field(default=None, ge=1, le=50, description="At least so many people speak.")
    max_speakers: int | None = Field(default=None, ge=1, le=50, description="At most so many people speak.")
    channels: Literal["mix", "separate"] = Field(
        default="mix",
        description="Mixed, where nothing is said; separate: every channel is one speaker, as in recorded calls.",
    )
    start: float = Field(default=0.0, ge=0, description="Seconds; what lies before is left out.")
    end: float | None = Field(default=None, gt=0, description="Seconds; what lies after is left out.")
    recorded: date | None = Field(default=None, description="Day of the recording; else as its file says.")

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.end is not None and self.end <= self.start:
            raise ValueError("the end must lie after the start")
        if self.speakers is not None and (self.min_speakers is not None or self.max_speakers is not None):
            raise ValueError("give either the number of speakers or its bounds")
        if self.min_speakers is not None and self.max_speakers is not None and self.min_speakers > self.max_speakers:
            raise ValueError("the smallest number of speakers is larger than the largest")
        return self


class MinutesOptions(BaseModel):
    """What a person may ask for of the minutes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    template: str = Field(default="general", description="Name of a template, or a TOML file.")
    language: str | None = Field(
        default=None, description="Code such as 'en' for minutes in another language than the transcript's."
    )
    recorded: date | None = Field(
        default=None, description="Day of the recording: 'by Friday' is counted from it. Else as the transcript says."
    )
