"""Tiers for annotation tools: stretches that do not overlap, a tier for each speaker."""

from collections.abc import Iterable
from dataclasses import dataclass

from steno.exports.clean import clean, milliseconds
from steno.transcript import Transcript

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Annotation:
    """A labelled stretch; milliseconds, at least one long."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Tier:
    """Annotations in order that do not overlap."""

    name: str
    annotations: tuple[Annotation, ...]


def segment_tiers(transcript: Transcript) -> list[Tier]:
    """A tier of segments for each speaker; what would overlap goes to a further tier, `Name (2)`."""
    return _tiers(
        (_speaker(transcript, segment.speaker), segment.start, segment.end, segment.text)
        for segment in transcript.segments
    )


def word_tiers(transcript: Transcript) -> list[Tier]:
    """The same for words, `Name: words`."""
    return _tiers(
        (f"{_speaker(transcript, word.speaker or segment.speaker)}: words", word.start, word.end, word.text)
        for segment in transcript.segments
        for word in segment.words
    )


def _speaker(transcript: Transcript, speaker: str | None) -> str:
    return clean(transcript.speaker_name(speaker) or "") or UNKNOWN


def _tiers(rows: Iterable[tuple[str, float, float, str]]) -> list[Tier]:
    lanes: dict[str, list[list[Annotation]]] = {}
    ordered = sorted(rows, key=lambda row: (row[1], row[2]))
    for name, start, end, text in ordered:
        begin = milliseconds(start)
        annotation = Annotation(begin, max(milliseconds(end), begin + 1), clean(text))
        for lane in lanes.setdefault(name, []):
            if lane[-1].end <= annotation.start:
                lane.append(annotation)
                break
        else:
            lanes[name].append([annotation])
    taken: set[str] = set()
    tiers = []
    for name, stacked in lanes.items():
        for lane in stacked:
            label, number = name, 1
            while label in taken:
                number += 1
                label = f"{name} ({number})"
            taken.add(label)
            tiers.append(Tier(label, tuple(lane)))
    return tiers
