"""Segments gathered into paragraphs, as people read them."""

from collections.abc import Iterator
from dataclasses import dataclass

from steno.transcript import MarkKind, Segment, Transcript, Uncovered

_LONG_PAUSE = 2.0  # seconds
_LONGEST = 60.0


@dataclass(frozen=True)
class Paragraph:
    """What one speaker says in a row."""

    speaker: str | None
    segments: tuple[Segment, ...]

    @property
    def start(self) -> float:
        """Seconds."""
        return self.segments[0].start


def paragraphs(transcript: Transcript) -> Iterator[Paragraph | Uncovered]:
    """Paragraphs, a new one at each change of speaker, long pause or minute; between them what got no words."""
    holes = sorted(transcript.uncovered, key=lambda hole: hole.start)
    group: list[Segment] = []
    for segment in transcript.segments:
        hole_before = bool(holes) and holes[0].start <= segment.start
        if group and (hole_before or _parts(group, segment)):
            yield Paragraph(transcript.speaker_name(group[0].speaker), tuple(group))
            group = []
        while holes and holes[0].start <= segment.start:
            yield holes.pop(0)
        group.append(segment)
    if group:
        yield Paragraph(transcript.speaker_name(group[0].speaker), tuple(group))
    yield from holes


def _parts(group: list[Segment], following: Segment) -> bool:
    return (
        following.speaker != group[0].speaker
        or following.start - group[-1].end > _LONG_PAUSE
        or following.end - group[0].start > _LONGEST
    )


def suspect(segment: Segment) -> bool:
    """Whether a reader should doubt it."""
    return any(mark.kind is MarkKind.SUSPECT for mark in segment.marks)
