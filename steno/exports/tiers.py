"""Tiers for annotation tools: stretches that do not overlap, one tier or more for each speaker."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from steno.exports.clean import clean, milliseconds
from steno.transcript import Segment, Transcript, Word

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Annotation:
    """A labelled stretch; milliseconds, at least one long."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Tier:
    """Annotations in order that do not overlap. `name` is unique in its transcript."""

    name: str
    speaker: str
    kind: Literal["segments", "words"]
    annotations: tuple[Annotation, ...]


def tiers(transcript: Transcript) -> list[Tier]:
    """Tiers of segments, `Name`, then of words, `Name: words`.

    Segments of one speaker that overlap go to further tiers, `Name (2)`, with their times kept.
    """
    named = labels(transcript)
    taken: set[str] = set()
    segments: dict[str, list[list[Annotation]]] = {}
    words: dict[str, list[list[Annotation]]] = {}
    for segment in sorted(transcript.segments, key=lambda segment: (segment.start, segment.end)):
        begin = milliseconds(segment.start)
        whole = Annotation(begin, max(milliseconds(segment.end), begin + 1), clean(segment.text))
        _lay(segments.setdefault(named[segment.speaker], []), [whole])
        for speaker, spoken in _by_speaker(segment).items():
            _lay(words.setdefault(named[speaker], []), _in_line(spoken))
    return [
        *(
            Tier(unique(name, taken), name, "segments", tuple(lane))
            for name, lanes in segments.items()
            for lane in lanes
        ),
        *(
            Tier(unique(f"{name}: words", taken), name, "words", tuple(lane))
            for name, lanes in words.items()
            for lane in lanes
        ),
    ]


def labels(transcript: Transcript, form: Callable[[str], str] = clean) -> dict[str | None, str]:
    """A name for each speaker id that occurs, unique after `form`; `unknown` where nobody is known."""
    taken: set[str] = set()
    named: dict[str | None, str] = {}
    for segment in transcript.segments:
        for speaker in (segment.speaker, *(word.speaker for word in segment.words)):
            if speaker not in named:
                named[speaker] = unique(form(transcript.speaker_name(speaker) or "") or UNKNOWN, taken, form)
    return named


def unique(name: str, taken: set[str], form: Callable[[str], str] = str) -> str:
    """The name, or `name (2)` and so on where it is taken; then that is taken too."""
    label, number = name, 1
    while label in taken:
        number += 1
        label = form(f"{name} ({number})")
    taken.add(label)
    return label


def _by_speaker(segment: Segment) -> dict[str | None, list[Word]]:
    spoken: dict[str | None, list[Word]] = {}
    for word in segment.words:
        spoken.setdefault(word.speaker or segment.speaker, []).append(word)
    return spoken


def _in_line(words: Iterable[Word]) -> list[Annotation]:
    """Words one after the other: each begins at least 1 ms after the one before, which ends where it begins."""
    line: list[Annotation] = []
    for word in sorted(words, key=lambda word: word.start):
        begin = milliseconds(word.start)
        if line:
            begin = max(begin, line[-1].start + 1)
            line[-1] = Annotation(line[-1].start, min(line[-1].end, begin), line[-1].text)
        line.append(Annotation(begin, max(milliseconds(word.end), begin + 1), clean(word.text)))
    return line


def _lay(lanes: list[list[Annotation]], run: list[Annotation]) -> None:
    """Put the run in the first lane that is free."""
    for lane in lanes:
        if lane[-1].end <= run[0].start:
            lane.extend(run)
            return
    lanes.append(list(run))
