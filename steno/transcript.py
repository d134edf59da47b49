"""The transcript: language, speakers, segments and words, and where it all came from. Times are seconds."""

from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

SCHEMA_VERSION: Literal["1.0"] = "1.0"

Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False, description="Seconds from the start of the recording.")]
Probability = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class _Value(BaseModel):
    """An immutable value without surprises: unknown fields are refused; errors, which are logged, repeat no words."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Span(_Value):
    """A stretch of the recording."""

    start: Seconds
    end: Seconds

    @property
    def duration(self) -> float:
        return self.end - self.start

    @model_validator(mode="after")
    def _forward(self) -> "Span":
        if self.end < self.start:
            raise ValueError(f"a span ends before it starts: {self.start} > {self.end}")
        return self


class Word(Span):
    """One word as written, with its punctuation and without surrounding space."""

    text: str
    probability: Probability | None = None
    speaker: str | None = Field(default=None, description="Id of the speaker, where known.")


class MarkKind(StrEnum):
    """Why a person should look twice at a segment."""

    SUSPECT = "suspect"
    OVERLAP = "overlap"


class Mark(_Value):
    """A doubt about a segment, with its reason in words."""

    kind: MarkKind
    reason: str = Field(description="For a person, e.g. 'the same words 6 times in a row'.")


class Speaker(_Value):
    """A person heard in the recording. `id` is stable; `name` is what people see and may change."""

    id: str
    name: str


class SpeakerTurn(Span):
    """A stretch of one speaker's speech, from diarization; turns of different speakers may overlap."""

    speaker: str


class Segment(Span):
    """A sentence, or what stands between two pauses, by one speaker."""

    id: int = Field(ge=0)
    text: str
    speaker: str | None = Field(default=None, description="Id of the speaker, where known.")
    words: tuple[Word, ...] = ()
    confidence: Probability | None = Field(default=None, description="Mean probability of its tokens.")
    marks: tuple[Mark, ...] = ()

    @property
    def suspect(self) -> bool:
        """Whether a reader should doubt it."""
        return any(mark.kind is MarkKind.SUSPECT for mark in self.marks)


class Uncovered(Span):
    """Speech, by voice activity, for which no words were recognised."""

    reason: str


class Provenance(_Value):
    """What made this transcript, so that anybody can make it again."""

    steno_version: str
    model: str = Field(description="Name, Hugging Face id or directory name.")
    model_revision: str | None = Field(default=None, description="Commit or SHA-256 of the weights.")
    diarization: str | None = Field(
        default=None, description="Pipeline that told the speakers apart, or 'channels'; null where nothing did."
    )
    diarization_revision: str | None = Field(default=None, description="Commit or SHA-256 of that pipeline.")
    settings: dict[str, str] = Field(default_factory=dict, description="The options that shaped the text.")
    recording_name: str
    recording_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    recorded: date | None = Field(default=None, description="Day of the recording, as said or as its file says.")
    created: datetime
    notices: tuple[str, ...] = Field(
        default=(), description="What a reader must know, e.g. that a stand-in model spoke."
    )


class Transcript(_Value):
    """All that was said in one recording."""

    schema_version: Literal["1.0"] = SCHEMA_VERSION
    language: str = Field(description="ISO 639 code as Whisper uses it, e.g. 'en', 'fi', 'yue'.")
    language_probability: Probability | None = None
    task: Literal["transcribe", "translate"] = "transcribe"
    duration: Seconds
    speakers: tuple[Speaker, ...] = ()
    segments: tuple[Segment, ...] = ()
    turns: tuple[SpeakerTurn, ...] = Field(default=(), description="Who is heard when, with overlaps, in order.")
    uncovered: tuple[Uncovered, ...] = Field(default=(), description="Speech that got no words; never hidden.")
    next_segment: int = Field(
        default=0, ge=0, description="Least id for a new segment: no id is used twice, also where its segment is gone."
    )
    provenance: Provenance

    def words(self) -> Iterator[Word]:
        """Every word in order."""
        for segment in self.segments:
            yield from segment.words

    def speaker_name(self, speaker: str | None) -> str | None:
        """The name people see for a speaker id; None where nobody is known."""
        if speaker is None:
            return None
        return next((known.name for known in self.speakers if known.id == speaker), speaker)

    @property
    def new_segment(self) -> int:
        """An id that no segment has or had."""
        return max(self.next_segment, 1 + max((one.id for one in self.segments), default=-1))

    def as_written(self) -> "Transcript":
        """The transcript with the language of its text: a translation is in English, whatever was spoken."""
        return self.model_copy(update={"language": "en"}) if self.task == "translate" else self

    @property
    def text(self) -> str:
        """The plain text, segments joined by spaces."""
        return " ".join(segment.text for segment in self.segments)
