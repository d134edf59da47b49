"""What somebody says was said: the common form of references and hypotheses of every format."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from steno.transcript import Transcript


@dataclass(frozen=True)
class Run:
    """Words in a row by one speaker; speaker and times (seconds) are None where the format has none."""

    text: str
    speaker: str | None = None
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True)
class Turn:
    """A stretch of one speaker's speech, seconds."""

    speaker: str
    start: float
    end: float


@dataclass(frozen=True)
class Spoken:
    """`runs` None where a format carries no text, `turns` None where it carries no speakers with times."""

    runs: tuple[Run, ...] | None
    turns: tuple[Turn, ...] | None
    duration: float | None = None
    language: str | None = None

    @property
    def timed(self) -> bool:
        """Whether every run has its times."""
        return self.runs is not None and all(run.start is not None and run.end is not None for run in self.runs)

    @property
    def attributed(self) -> bool:
        """Whether anybody is known to say anything."""
        return self.runs is not None and any(run.speaker is not None for run in self.runs)


def from_runs(runs: Iterable[Run], *, duration: float | None = None, language: str | None = None) -> Spoken:
    """Runs in order of time, and the turns that follow from those with speaker and times."""
    found = tuple(runs)
    if all(run.start is not None for run in found):
        found = tuple(sorted(found, key=lambda run: run.start or 0.0))
    turns = tuple(
        Turn(run.speaker, run.start, run.end)
        for run in found
        if run.speaker is not None and run.start is not None and run.end is not None
    )
    return Spoken(found, turns or None, duration, language)


def from_transcript(transcript: Transcript) -> Spoken:
    """A transcript of ours: what each word's speaker says, and the diarization's turns where it has them."""
    runs = [run for segment in transcript.segments for run in _runs(transcript, segment.id)]
    spoken = from_runs(runs, duration=transcript.duration, language=transcript.language)
    if not transcript.turns:
        return spoken
    turns = tuple(Turn(turn.speaker, turn.start, turn.end) for turn in transcript.turns)
    return Spoken(spoken.runs, turns, spoken.duration, spoken.language)


def _runs(transcript: Transcript, number: int) -> Iterator[Run]:
    segment = transcript.segments[number]
    if not segment.words:
        yield Run(segment.text, segment.speaker, segment.start, segment.end)
    for speaker, group in groupby(segment.words, key=lambda word: word.speaker):
        words = list(group)
        yield Run(" ".join(word.text for word in words), speaker, words[0].start, words[-1].end)
