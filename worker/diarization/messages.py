"""What the diarizing process and its parent say to each other, one line of JSON each."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter

from worker.diarization.result import Diarization, SpeakerBounds


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Load(_Message):
    """First message: the pipeline's directory and where it runs."""

    path: Path
    device: Literal["auto", "cpu", "cuda"]
    threads: int


class Begin(_Message):
    """A recording: its workspace, the file of its samples there, the folder for artifacts."""

    workspace: Path
    audio: str
    folder: str
    bounds: SpeakerBounds


class Decoded(_Message):
    """How many samples there are now, and whether those are all."""

    samples: int
    ended: bool


class Reply(_Message):
    """To the parent: seconds heard, or the result, or what went wrong."""

    heard: float | None = None
    result: Diarization | None = None
    failure: tuple[str, str] | None = None


# The parent's, in this order: Load once; then for each recording Begin, and Decoded until it has ended.
Message = Load | Begin | Decoded
MESSAGE: TypeAdapter[Message] = TypeAdapter(Message)
