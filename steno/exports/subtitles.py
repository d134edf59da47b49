"""Subtitle cues: short lines that a viewer can read in time.

Sources of the rules: Netflix Timed Text Style Guide, general requirements (two lines, at least 5/6 s, at most 7 s, two
frames between cues, lines broken after punctuation and before conjunctions) and English template (42 characters in a
line). Guides ask for a reading speed of 12 to 20 characters a second, by language and audience; speech that is kept
word for word needs the upper end. Where speech is too fast for all of them, text is never lost: reading speed yields
first, then the minimum duration, last the gap. Cues never overlap.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pydantic import BaseModel, ConfigDict, Field, model_validator

from steno.exports.breaking import Atom, atoms, best_runs, break_costs, furthest, lines, offsets
from steno.exports.clean import clean, milliseconds
from steno.transcript import Transcript

# Milliseconds between the starts of two cues at the least, so that a cue is never shorter than a frame (40 ms).
_LEAST = 80


class SubtitleOptions(BaseModel):
    """Limits of a cue. Durations and gaps are seconds, lengths are characters (code points)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_chars: int = Field(default=42, ge=10, le=120, description="Characters in a line.")
    max_lines: int = Field(default=2, ge=1, le=4, description="Lines in a cue.")
    max_chars_per_second: float = Field(default=20.0, ge=5, le=60, description="Reading speed.")
    min_duration: float = Field(default=0.833, ge=0.1, le=5, description="Seconds a cue stays at the least.")
    max_duration: float = Field(default=7.0, ge=1, le=30, description="Seconds a cue stays at the most.")
    min_gap: float = Field(default=0.083, ge=0, le=1, description="Seconds between cues: two frames at 24 a second.")
    name_speakers: bool = Field(default=True, description="SRT: write [Name] where the speaker changes.")

    @model_validator(mode="after")
    def _possible(self) -> "SubtitleOptions":
        if self.min_duration > self.max_duration:
            raise ValueError(f"min_duration {self.min_duration} is longer than max_duration {self.max_duration}")
        return self


@dataclass(frozen=True)
class Cue:
    """A subtitle of the segment with that id; times are milliseconds, `lines` are within the limits."""

    start: int
    end: int
    lines: tuple[str, ...]
    speaker: str | None
    segment: int


@dataclass(frozen=True)
class _Draft:
    """A cue before it is timed."""

    atoms: Sequence[Atom]
    speaker: str | None
    segment: int
    named: bool = False

    @property
    def start(self) -> float:
        return self.atoms[0].start

    @property
    def end(self) -> float:
        return max(atom.end for atom in self.atoms)


def cues(transcript: Transcript, options: SubtitleOptions) -> list[Cue]:
    """The transcript as cues in order: starts strictly increase, none overlaps the next, no text is left out.

    Where people speak at the same time their cues alternate, and one may come up to `min_duration` late for the other.
    """
    drafts: list[_Draft] = []
    spoken: str | None = None
    for segment in sorted(transcript.segments, key=lambda segment: segment.start):
        speaker = clean(transcript.speaker_name(segment.speaker) or "") or None
        if text := atoms(segment, options.max_chars):
            changed = options.name_speakers and speaker is not None and speaker != spoken
            drafts += _cut(_Draft(text, speaker, segment.id), options, named=changed)
            spoken = speaker
    drafts.sort(key=lambda draft: draft.start)
    if options.name_speakers:
        drafts = sorted(_named(drafts, options), key=lambda draft: draft.start)
    return list(_timed(drafts, options, milliseconds(transcript.duration)))


def _named(drafts: Sequence[_Draft], options: SubtitleOptions) -> Iterator[_Draft]:
    """Name the speaker again where cues of people who speak at the same time alternate."""
    for before, draft in pairwise([None, *drafts]):
        assert draft is not None
        missing = before is not None and draft.speaker not in (None, before.speaker) and not draft.named
        yield from _cut(draft, options, named=True) if missing else [draft]


def _cut(draft: _Draft, options: SubtitleOptions, *, named: bool) -> Iterator[_Draft]:
    """Cut at the best places so that each part is a cue within the limits."""
    run = draft.atoms
    if named:
        run = [*_label(draft, options), replace(run[0], spaced=True), *run[1:]]
    for number, (first, last) in enumerate(_runs(run, options)):
        yield _Draft(run[first:last], draft.speaker, draft.segment, named and number == 0)


def _label(draft: _Draft, options: SubtitleOptions) -> list[Atom]:
    """`[Name]` as atoms without duration; a name longer than a cue is shortened."""
    name = draft.speaker or ""
    room = options.max_chars * options.max_lines // 2 - 2
    text = f"[{name if len(name) <= room else name[: room - 1].rstrip() + '…'}]"
    pieces = [
        word[at : at + options.max_chars] for word in text.split() for at in range(0, len(word), options.max_chars)
    ]
    return [Atom(piece, True, draft.start, draft.start) for piece in pieces]


def _runs(run: Sequence[Atom], options: SubtitleOptions) -> list[tuple[int, int]]:
    places = offsets(run)
    reach = [furthest(places, run, first, options.max_chars) for first in range(len(run))] + [len(run)]

    def longest(first: int) -> int:
        for _ in range(options.max_lines):
            first = reach[first]
        return first

    limits = [longest(first) for first in range(len(run))]
    if limits[0] == len(run) and run[-1].end - run[0].start <= options.max_duration:
        return [(0, len(run))]
    cuts, room = break_costs(run), options.max_chars * options.max_lines

    def cost(first: int, last: int) -> float | None:
        duration = run[last - 1].end - run[first].start
        if last > first + 1 and (last > limits[first] or duration > options.max_duration):
            return None
        empty = 1 - (places[last] - places[first]) / room
        return 0.5 + 2 * cuts[last] + 3 * empty**2 + (3 if duration < options.min_duration else 0)

    return best_runs(len(run), cost)


def _timed(drafts: Sequence[_Draft], options: SubtitleOptions, whole: int) -> Iterator[Cue]:
    """Starts first: in order, and late where people speak at the same time. Then each end, as late as reading asks."""
    shortest, longest = milliseconds(options.min_duration), milliseconds(options.max_duration)
    starts: list[int] = []
    for number, draft in enumerate(drafts):
        start = milliseconds(draft.start)
        if number:
            spoken = milliseconds(drafts[number - 1].end) - milliseconds(drafts[number - 1].start)
            start = max(start, starts[-1] + max(_LEAST, min(spoken, shortest)))
        starts.append(start)
    for number, (start, draft) in enumerate(zip(starts, drafts, strict=True)):
        text = lines(draft.atoms, options.max_chars)
        spoken_end = max(milliseconds(draft.end), start + _LEAST // 2)
        reading = round(1000 * sum(map(len, text)) / options.max_chars_per_second)
        # The recording's end ends the waiting, too.
        wanted = max(spoken_end, min(start + max(reading, shortest), whole))
        end = min(wanted, start + longest)
        if number + 1 < len(starts):
            room = starts[number + 1] - start
            end = min(end, start + room - min(milliseconds(options.min_gap), room // 2))
        yield Cue(start, end, text, draft.speaker, draft.segment)
