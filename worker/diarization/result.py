"""What the diarization finds: speaker turns, with and without overlaps."""

from pydantic import BaseModel, ConfigDict

from steno.transcript import Seconds


class Turn(BaseModel):
    """A stretch of one speaker's speech, in seconds; `speaker` counts from 0 in order of appearance."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: Seconds
    end: Seconds
    speaker: int


class Diarization(BaseModel):
    """`turns` may overlap; in `exclusive`, made for attribution, one speaker at most speaks at a time."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    turns: tuple[Turn, ...] = ()
    exclusive: tuple[Turn, ...] = ()


class SpeakerBounds(BaseModel):
    """How many people speak: exactly, at least, at most; None where it is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    num_speakers: int | None = None
    min_speakers: int | None = None
    max_speakers: int | None = None
