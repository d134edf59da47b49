"""Subtitle cues: short lines that a viewer can read in time.

Rules and defaults follow common practice (BBC Subtitle Guidelines; Netflix Timed Text Style Guide: 42 characters, two
lines, 20 characters a second, at least 5/6 s, at most 7 s, two frames between cues). Where speech is too fast for all
of them, text is never lost: reading speed yields first, then the minimum duration and the gap. Cues never overlap.
"""

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise

from pydantic import BaseModel, ConfigDict, Field

from steno.exports.clean import clean, milliseconds
from steno.transcript import Segment, Transcript

_CLAUSE_END = (",", ";", ":", "–", "—", "、", "，", ".", "!", "?", "…", "。")
_JOINS = frozenset(
    "and but or because so that which who when if och men eller att som ja mutta tai että kun und aber".split()
)


class SubtitleOptions(BaseModel):
    """Limits of a cue. Durations and gaps are seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_chars: int = Field(default=42, ge=10, le=120, description="Characters in a line.")
    max_lines: int = Field(default=2, ge=1, le=4)
    max_chars_per_second: float = Field(default=20.0, ge=5, le=60)
    min_duration: float = Field(default=0.833, ge=0.1, le=5)
    max_duration: float = Field(default=7.0, ge=1, le=30)
    min_gap: float = Field(default=0.083, ge=0, le=1)


@dataclass(frozen=True)
class Cue:
    """A subtitle; times in milliseconds, `lines` within the limits."""

    start: int
    end: int
    lines: tuple[str, ...]
    speaker: str | None


@dataclass(frozen=True)
class _Piece:
    text: str  # as written, without outer space
    spaced: bool  # a space stands before it
    start: float
    end: float


def cues(transcript: Transcript, options: SubtitleOptions) -> list[Cue]:
    """The transcript as cues in order: starts strictly increase, none overlaps the next."""
    drafts: list[tuple[float, float, tuple[str, ...], str | None]] = []
    for segment in transcript.segments:
        speaker = transcript.speaker_name(segment.speaker)
        for group in _groups(_pieces(segment, options), options):
            lines = _lines(_text(group), options)
            drafts.append((group[0].start, max(piece.end for piece in group), lines, speaker))
    drafts.sort(key=lambda draft: draft[0])
    return list(_timed(drafts, options))


def _timed(drafts: list[tuple[float, float, tuple[str, ...], str | None]], options: SubtitleOptions) -> Iterator[Cue]:
    # Starts first: one at a millisecond, in order. Then each end, as late as reading asks and the next start allows.
    starts = list(accumulate((milliseconds(draft[0]) for draft in drafts), lambda last, start: max(start, last + 1)))
    gap = milliseconds(options.min_gap)
    for (start, following), (_, spoken_end, lines, speaker) in zip(pairwise([*starts, None]), drafts, strict=True):
        assert start is not None
        reading = 1000 * sum(map(len, lines)) / options.max_chars_per_second
        wanted = max(milliseconds(spoken_end), start + round(max(reading, 1000 * options.min_duration)))
        wanted = max(min(wanted, start + milliseconds(options.max_duration)), start + 1)
        if following is not None and wanted > following - gap:
            spoken = min(milliseconds(spoken_end), wanted)
            wanted = max(start + 1, following - gap, min(spoken, following))
            wanted = min(wanted, following)
        yield Cue(start, wanted, lines, speaker)


def _pieces(segment: Segment, options: SubtitleOptions) -> list[_Piece]:
    """The words of a segment with times; where words have none, or do not spell the text, shares of its duration."""
    text = clean(segment.text)
    words = [(clean(word.text), word.start, word.end) for word in segment.words]
    pieces: list[_Piece] = []
    position = 0
    for word, start, end in words:
        if not word:
            continue
        found = text.find(word, position)
        if found < 0 or text[position:found].strip():
            pieces = []
            break
        pieces.append(_Piece(word, found > position, start, end))
        position = found + len(word)
    if not pieces or text[position:].strip():
        pieces = list(_shared(text, segment))
    return [part for piece in pieces for part in _wrapped(piece, options)]


def _shared(text: str, segment: Segment) -> Iterator[_Piece]:
    position = 0
    for match in re.finditer(r"\S+", text):
        begin = segment.start + segment.duration * match.start() / len(text)
        end = segment.start + segment.duration * match.end() / len(text)
        yield _Piece(match[0], match.start() > position, begin, end)
        position = match.end()


def _wrapped(piece: _Piece, options: SubtitleOptions) -> Iterator[_Piece]:
    """A word longer than a line, or text of a language without spaces, cut to lines."""
    count = -(-len(piece.text) // options.max_chars)
    step = -(-len(piece.text) // count)
    for number, first in enumerate(range(0, len(piece.text), step)):
        share = (piece.end - piece.start) / len(piece.text)
        last = min(first + step, len(piece.text))
        yield _Piece(
            piece.text[first:last],
            piece.spaced and number == 0,
            piece.start + share * first,
            piece.start + share * last,
        )


def _text(group: list[_Piece]) -> str:
    return "".join((" " if piece.spaced and number else "") + piece.text for number, piece in enumerate(group))


def _groups(pieces: list[_Piece], options: SubtitleOptions) -> Iterator[list[_Piece]]:
    """Cut a segment's words into cues at the best places."""
    if not pieces:
        return
    if _fits(pieces, options):
        yield pieces
        return
    middle = len(pieces) / 2

    def cost(cut: int) -> float:
        left, right = pieces[cut - 1], pieces[cut]
        off_middle = abs(cut - middle) / len(pieces)
        bonus = 0.35 if left.text.endswith(_CLAUSE_END) else 0.2 if right.text.casefold() in _JOINS else 0.0
        return off_middle - bonus - min(0.4, max(0.0, right.start - left.end)) - (0 if right.spaced else -0.05)

    if len(pieces) == 1:
        yield pieces
        return
    cut = min(range(1, len(pieces)), key=cost)
    yield from _groups(pieces[:cut], options)
    yield from _groups(pieces[cut:], options)


def _fits(pieces: list[_Piece], options: SubtitleOptions) -> bool:
    duration = max(piece.end for piece in pieces) - pieces[0].start
    return duration <= options.max_duration and len(_wrap(_text(pieces), options.max_chars)) <= options.max_lines


def _wrap(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_on_hyphens=False, break_long_words=True) or [text]


def _lines(text: str, options: SubtitleOptions) -> tuple[str, ...]:
    """As few lines as hold the text, of about equal length."""
    fewest = len(_wrap(text, options.max_chars))
    for width in range(-(-len(text) // fewest), options.max_chars):
        lines = _wrap(text, width)
        if len(lines) == fewest:
            return tuple(lines)
    return tuple(_wrap(text, options.max_chars))
