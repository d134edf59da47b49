"""What may be asked for: edits of segments and speakers, and operations that change which segments there are."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

_SpeakerId = Annotated[str, Field(max_length=64, description="Id of a speaker.")]
_SegmentId = Annotated[int, Field(ge=0, le=2**31, description="Id of a segment.")]
_Place = Annotated[int, Field(ge=0, le=100_000, description="Place of a word in its segment, from 0.")]


class _Request(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class SegmentEdit(_Request):
    """A segment's new text, its new speaker, or both; what is left out stays. A speaker of null is nobody known."""

    segment: int = Field(ge=0, le=2**31, description="Id of the segment.")
    text: str | None = Field(default=None, max_length=20_000, description="Its whole text.")
    speaker: str | None = Field(default=None, max_length=64, description="Id of a speaker.")


class SpeakerEdit(_Request):
    """A speaker's name. An id that there is not yet makes a new speaker."""

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    name: str = Field(min_length=1, max_length=200)


class Split(_Request):
    """Part a segment: its words from `word` on become a new one that stands right behind, with a new id."""

    op: Literal["split"]
    segment: _SegmentId
    word: _Place


class Join(_Request):
    """Join a segment with the one that follows it; the first one's id and speaker stay."""

    op: Literal["join"]
    segment: _SegmentId


class Delete(_Request):
    """Leave a segment out."""

    op: Literal["delete"]
    segment: _SegmentId


class MergeSpeakers(_Request):
    """Two speakers were one person: all that `speaker` said, `into` said."""

    op: Literal["merge-speakers"]
    speaker: _SpeakerId
    into: _SpeakerId


class ReplaceWord(_Request):
    """Another text for one word, which keeps its time; an empty text takes it away."""

    op: Literal["replace-word"]
    segment: _SegmentId
    word: _Place
    text: str = Field(max_length=1000)


class Replace(_Request):
    """Find a text in every segment and put another in its place. A segment that has no text then is left out."""

    op: Literal["replace"]
    find: str = Field(min_length=1, max_length=500, description="Plain text.")
    replacement: str = Field(alias="with", max_length=500)
    case: bool = Field(default=False, description="Whether capital letters matter.")
    whole_words: bool = Field(default=True, description="Only where no letter or digit stands beside it.")


Operation = Annotated[Split | Join | Delete | MergeSpeakers | ReplaceWord | Replace, Field(discriminator="op")]


class TranscriptEdits(_Request):
    """What is changed, all of it or nothing: segments and speakers first, then the operations in their order."""

    segments: tuple[SegmentEdit, ...] = Field(default=(), max_length=100_000)
    speakers: tuple[SpeakerEdit, ...] = Field(default=(), max_length=200)
    operations: tuple[Operation, ...] = Field(default=(), max_length=500)

    @property
    def sweeping(self) -> bool:
        """Whether something is lost that no other edit brings back: only the revision before has it."""
        return any(isinstance(one, Delete | MergeSpeakers | Replace) for one in self.operations)
