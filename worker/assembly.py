"""From words to segments: sentences, or what stands between two pauses, with honest times and doubts marked."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from steno.transcript import Segment, Span, Uncovered, Word
from worker.quality import confidence, doubts
from worker.recognition import RecognisedChunk, RecognisedWord

Label = Callable[[Sequence[RecognisedWord]], Sequence[RecognisedWord]]

MAX_PAUSE = 0.6  # seconds between words that part two segments
MAX_SEGMENT = 20.0  # seconds; a sentence that is longer is parted at its longest pause
_SNAP = 0.35  # seconds by which alignment may put the first word after a pause too late, the last too early
_SENTENCE_END = re.compile(r"[.!?。！？…]['\"»”)\]]*$")
_ABBREVIATION = re.compile(
    r"^(?:[A-Za-z]|[A-Z][a-z]|Mrs|Prof|Ing|bzw|e\.g|i\.e|esim|bl\.a|t\.ex|z\.B|ca|vs|etc|No|Nr)\.$"
)


def segments(
    chunks: Iterable[RecognisedChunk], *, offset: float = 0.0, label: Label = list
) -> tuple[list[Segment], list[Uncovered]]:
    """Segments in order, and the speech that has no words.

    `offset` (seconds) is where the decoded part begins in the recording; `label` gives the words their speakers, and a
    segment ends where the speaker changes.
    """
    words: list[RecognisedWord] = []
    speech: list[Span] = []
    uncovered: list[Uncovered] = []
    for chunk in chunks:
        near = [Span(start=span.start + offset, end=span.end + offset) for span in chunk.speech]
        moved = [replace(word, start=word.start + offset, end=word.end + offset) for word in chunk.words]
        words += _snapped(moved, near)
        speech += near
        uncovered += [
            Uncovered(start=round(hole.start + offset, 3), end=round(hole.end + offset, 3), reason=hole.reason)
            for hole in chunk.uncovered
        ]
    built = []
    for number, group in enumerate(_groups(label(words))):
        segment = _segment(number, group)
        first = bisect_left(speech, segment.start, key=lambda part: part.end)
        last = bisect_right(speech, segment.end, key=lambda part: part.start)
        built.append(segment.model_copy(update={"marks": doubts(segment, speech[first:last])}))
    return built, uncovered


def _snapped(words: Sequence[RecognisedWord], speech: Sequence[Span]) -> Iterator[RecognisedWord]:
    """Pull the outer edges of the first and last word of each stretch of speech to where the voice begins and ends."""
    for number, word in enumerate(words):
        home = max(speech, key=lambda part: min(word.end, part.end) - max(word.start, part.start), default=None)
        if home is None or min(word.end, home.end) <= max(word.start, home.start):
            yield word
            continue
        start, end = word.start, word.end
        before = words[number - 1].end if number else 0.0
        after = words[number + 1].start if number + 1 < len(words) else float("inf")
        if before <= home.start and start - home.start <= _SNAP:
            start = home.start
        if after >= home.end and home.end - end <= _SNAP:
            end = home.end
        yield replace(word, start=start, end=max(end, start))


def _groups(words: Sequence[RecognisedWord]) -> Iterator[list[RecognisedWord]]:
    group: list[RecognisedWord] = []
    for word in words:
        if group and (
            word.start - group[-1].end > MAX_PAUSE or _ends_sentence(group[-1]) or _another_speaks(group, word)
        ):
            yield from _shortened(group)
            group = []
        group.append(word)
    if group:
        yield from _shortened(group)


def _another_speaks(group: Sequence[RecognisedWord], word: RecognisedWord) -> bool:
    """A word of an unknown speaker goes with those around it."""
    known = _speaker(group)
    return None not in (known, word.speaker) and known != word.speaker


def _speaker(group: Sequence[RecognisedWord]) -> str | None:
    return next((word.speaker for word in group if word.speaker is not None), None)


def _ends_sentence(word: RecognisedWord) -> bool:
    text = word.text.strip()
    return bool(_SENTENCE_END.search(text)) and not _ABBREVIATION.match(text)


def _shortened(group: list[RecognisedWord]) -> Iterator[list[RecognisedWord]]:
    """Part a group that lasts too long at its longest pause, after a comma if there is one in the middle."""
    if group[-1].end - group[0].start <= MAX_SEGMENT or len(group) < 4:
        yield group
        return
    quarter = len(group) // 4

    def worth(cut: int) -> float:
        pause = group[cut].start - group[cut - 1].end
        return pause + (0.3 if group[cut - 1].text.rstrip().endswith((",", ";", ":", "、", "，")) else 0.0)

    cut = max(range(max(1, quarter), len(group) - quarter), key=worth)
    yield from _shortened(group[:cut])
    yield from _shortened(group[cut:])


def _segment(number: int, group: Sequence[RecognisedWord]) -> Segment:
    words = tuple(
        Word(
            start=round(word.start, 3),
            end=round(max(word.end, word.start), 3),
            text=word.text.strip(),
            probability=round(word.probability, 4),
            speaker=word.speaker,
        )
        for word in group
    )
    return Segment(
        id=number,
        start=words[0].start,
        end=max(words[-1].end, words[0].start),
        text="".join(word.text for word in group).strip(),
        speaker=_speaker(group),
        words=words,
        confidence=confidence(words),
    )
