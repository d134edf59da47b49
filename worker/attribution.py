"""Who said which word: join recognised words with speaker turns."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from steno.sayings.marking import said
from steno.transcript import Mark, MarkKind, Segment, Speaker, SpeakerTurn
from worker.diarization.result import Turn
from worker.recognition import RecognisedWord

_PREFIX = "speaker-"
MAX_GAP = 0.5  # seconds from a word to the turn that it may still belong to
_OVERLAP = 0.25  # seconds of two voices at once that a reader should know of


def attribute(
    words: Sequence[RecognisedWord], turns: Sequence[Turn], *, max_gap: float = MAX_GAP
) -> list[RecognisedWord]:
    """Give each word the speaker whose turn overlaps it most, else the nearest within `max_gap` seconds.

    `turns` are exclusive (one speaker at a time), in order. Words further than that from any turn keep None.
    """
    ends = [turn.end for turn in turns]
    attributed = []
    for word in words:
        # From the first turn that ends within reach to the last that begins within reach.
        first = bisect_left(ends, word.start - max_gap)
        best: tuple[float, Turn] | None = None
        for turn in turns[first:]:
            if turn.start > word.end + max_gap:
                break
            nearness = min(word.end, turn.end) - max(word.start, turn.start)  # negative: the gap between them
            if nearness >= -max_gap and (best is None or nearness > best[0]):
                best = nearness, turn
        attributed.append(word if best is None else replace(word, speaker=speaker_id(best[1].speaker)))
    return attributed


def speaker_id(number: int) -> str:
    """The id of the speaker that appears as the `number`-th, from 0."""
    return f"{_PREFIX}{number + 1}"


def speakers(ids: Iterable[str]) -> tuple[Speaker, ...]:
    """Everybody who speaks, by the number in their ids: Speaker 1, Speaker 2 ..."""
    numbers = sorted({int(speaker.removeprefix(_PREFIX)) for speaker in ids})
    return tuple(Speaker(id=f"{_PREFIX}{number}", name=said(f"Speaker {number}")) for number in numbers)


def speaker_turns(turns: Iterable[Turn], *, offset: float = 0.0) -> tuple[SpeakerTurn, ...]:
    """The turns as the transcript keeps them, `offset` seconds later."""
    return tuple(
        SpeakerTurn(
            start=round(turn.start + offset, 3), end=round(turn.end + offset, 3), speaker=speaker_id(turn.speaker)
        )
        for turn in turns
    )


def mark_overlaps(segments: Iterable[Segment], turns: Sequence[SpeakerTurn]) -> list[Segment]:
    """Mark the segments whose speaker is heard together with somebody else for a quarter of a second or more."""
    together = list(_together(turns))
    ends = [end for _, end, _ in together]
    marked = []
    for segment in segments:
        heard = 0.0
        for start, end, voices in together[bisect_left(ends, segment.start) :]:
            if start >= segment.end:
                break
            if segment.speaker in voices:
                heard += max(0.0, min(end, segment.end) - max(start, segment.start))
        if heard >= _OVERLAP:
            mark = Mark(kind=MarkKind.OVERLAP, reason=f"another person speaks at the same time for {heard:.1f} s")
            segment = segment.model_copy(update={"marks": (*segment.marks, mark)})  # noqa: PLW2901
        marked.append(segment)
    return marked


def _together(turns: Sequence[SpeakerTurn]) -> Iterator[tuple[float, float, frozenset[str]]]:
    """Where two or more speak at once: start, end, who; in order and without overlaps."""
    changes = sorted({time for turn in turns for time in (turn.start, turn.end)})
    upcoming, speaking = sorted(turns, key=lambda turn: turn.start), list[SpeakerTurn]()
    position = 0
    for start, end in pairwise(changes):
        while position < len(upcoming) and upcoming[position].start <= start:
            speaking.append(upcoming[position])
            position += 1
        speaking = [turn for turn in speaking if turn.end > start]
        voices = frozenset(turn.speaker for turn in speaking)
        if len(voices) > 1:
            yield start, end, voices
