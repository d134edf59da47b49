"""A transcript as a person corrects it: text of segments, who said them, names of speakers."""

from collections.abc import Sequence
from difflib import SequenceMatcher

from pydantic import BaseModel, ConfigDict, Field

from steno.errors import InvalidOption
from steno.exports.clean import clean
from steno.transcript import MarkKind, Segment, Speaker, Transcript, Word


class _Request(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SegmentEdit(_Request):
    """A segment's new text, its new speaker, or both; what is left out stays. A speaker of null is nobody known."""

    segment: int = Field(ge=0, le=2**31, description="Id of the segment.")
    text: str | None = Field(default=None, max_length=20_000, description="Its whole text.")
    speaker: str | None = Field(default=None, max_length=64, description="Id of a speaker.")


class SpeakerEdit(_Request):
    """A speaker's name. An id that there is not yet makes a new speaker."""

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    name: str = Field(min_length=1, max_length=200)


class TranscriptEdits(_Request):
    """What is changed, all of it or nothing."""

    segments: tuple[SegmentEdit, ...] = Field(default=(), max_length=100_000)
    speakers: tuple[SpeakerEdit, ...] = Field(default=(), max_length=200)


def edited(transcript: Transcript, edits: TranscriptEdits) -> Transcript:
    """The transcript with the edits. Raises InvalidOption for a segment or speaker that there is not."""
    names = {one.id: one.name for one in transcript.speakers}
    for speaker in edits.speakers:
        name = clean(speaker.name)
        if not name:
            raise InvalidOption(f"The speaker {speaker.id} would have no name", "Give one.")
        names[speaker.id] = name
    segments = {one.id: one for one in transcript.segments}
    for edit in edits.segments:
        known = segments.get(edit.segment)
        if known is None:
            raise InvalidOption(f"There is no segment {edit.segment}", "Look at the latest revision.")
        if edit.speaker is not None and edit.speaker not in names:
            raise InvalidOption(f"Segment {edit.segment} names a speaker there is not", "Add the speaker as well.")
        segments[edit.segment] = _edited(known, edit)
    return transcript.model_copy(
        update={
            "speakers": tuple(Speaker(id=key, name=name) for key, name in names.items()),
            "segments": tuple(segments[one.id] for one in transcript.segments),
        }
    )


def _edited(segment: Segment, edit: SegmentEdit) -> Segment:
    if "speaker" in edit.model_fields_set:
        words = tuple(word.model_copy(update={"speaker": edit.speaker}) for word in segment.words)
        segment = segment.model_copy(update={"speaker": edit.speaker, "words": words})
    if edit.text is None or clean(edit.text) == segment.text:
        return segment
    text = clean(edit.text)
    return segment.model_copy(
        update={
            "text": text,
            "words": _timed(text.split(), segment),
            "confidence": None,
            # A person has looked at it: the doubt of the machine is answered.
            "marks": tuple(mark for mark in segment.marks if mark.kind is not MarkKind.SUSPECT),
        }
    )


def _timed(texts: Sequence[str], segment: Segment) -> tuple[Word, ...]:
    """The words of a new text: those that were there keep their times, new ones share the time of what they replace."""
    old = segment.words
    if not old:
        return ()
    words: list[Word] = []
    matcher = SequenceMatcher(None, [word.text for word in old], list(texts), autojunk=False)
    for kind, first, last, begin, end in matcher.get_opcodes():
        if kind == "equal":
            words += old[first:last]
            continue
        left = old[first].start if first < last else old[first - 1].end if first else segment.start
        right = old[last - 1].end if first < last else old[last].start if last < len(old) else segment.end
        step = max(0.0, right - left) / max(1, end - begin)
        words += [
            Word(start=left + step * place, end=left + step * (place + 1), text=text, speaker=segment.speaker)
            for place, text in enumerate(texts[begin:end])
        ]
    return tuple(words)
