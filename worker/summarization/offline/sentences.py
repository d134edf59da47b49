"""Sentences of a transcript, each with the segment that holds it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from steno.exports.clean import clean
from steno.transcript import Segment, Transcript

# Not after a number: '15. May' is one date.
_END = re.compile(r"(?<=[.!?…])(?<!\d\.)\s+(?=[\"'„“(]?[^\W\d_a-zåäöü])")


@dataclass(frozen=True)
class Sentence:
    """One sentence; `at` is its place among all."""

    at: int
    text: str
    segment: Segment

    @property
    def speaker(self) -> str | None:
        return self.segment.speaker


def sentences(transcript: Transcript) -> list[Sentence]:
    """Every sentence in order of time. A segment may hold several."""
    return [Sentence(at, text, segment) for at, (text, segment) in enumerate(_parts(transcript))]


def _parts(transcript: Transcript) -> Iterator[tuple[str, Segment]]:
    for segment in sorted(transcript.segments, key=lambda segment: (segment.start, segment.id)):
        for part in _END.split(clean(segment.text)):
            if part:
                yield part, segment
