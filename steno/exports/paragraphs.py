"""Segments gathered into paragraphs, as people read them."""

from collections.abc import Iterator
from dataclasses import dataclass

from steno.exports.breaking import ends_sentence
from steno.exports.clean import clean
from steno.transcript import Segment, Transcript, Uncovered

_LONG_PAUSE = 2.0  # seconds
_LONGEST = 60.0
_SENTENCES = 5  # where no change of speaker parts the text


@dataclass(frozen=True)
class Paragraph:
    """What one speaker says in a row; segments without text are left out."""

    speaker: str | None
    segments: tuple[Segment, ...]

    @property
    def start(self) -> float:
        """Seconds."""
        return self.segments[0].start

    @property
    def text(self) -> str:
        """One line; what a reader should doubt ends in `[?]`."""
        return " ".join(clean(segment.text) + (" [?]" if segment.suspect else "") for segment in self.segments)


def paragraphs(transcript: Transcript) -> Iterator[Paragraph | Uncovered]:
    """Paragraphs in order of time, and between them what got no words.

    A new one begins at a change of speaker, after a pause of 2 s, where it would last over a minute, and, where nobody
    is known, after five sentences.
    """
    holes = sorted(transcript.uncovered, key=lambda hole: hole.start)
    group: list[Segment] = []
    for segment in sorted(transcript.segments, key=lambda segment: segment.start):
        if not clean(segment.text):
            continue
        hole_before = bool(holes) and holes[0].start <= segment.start
        if group and (hole_before or _parts(group, segment)):
            yield _paragraph(transcript, group)
            group = []
        while holes and holes[0].start <= segment.start:
            yield holes.pop(0)
        group.append(segment)
    if group:
        yield _paragraph(transcript, group)
    yield from holes


def _paragraph(transcript: Transcript, group: list[Segment]) -> Paragraph:
    return Paragraph(clean(transcript.speaker_name(group[0].speaker) or "") or None, tuple(group))


def _parts(group: list[Segment], following: Segment) -> bool:
    return (
        following.speaker != group[0].speaker
        or following.start - max(segment.end for segment in group) > _LONG_PAUSE
        or following.end - group[0].start > _LONGEST
        or (following.speaker is None and sum(ends_sentence(clean(segment.text)) for segment in group) >= _SENTENCES)
    )
