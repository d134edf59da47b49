"""The transcript in parts that fit the model: nothing left out, cut between speaker turns, overlapping a little."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from steno.exports.clean import clean
from steno.transcript import Segment

# Bytes of UTF-8 in a token, below what tokenizers of today reach on the languages Whisper knows: English 4.2, Finnish
# 2.7, Japanese 2.6. Where it is still too much the endpoint says so, and the window is halved.
_BYTES_A_TOKEN = 2.5
_CUT_FROM = 0.7  # of a full window: from here on the best place to cut is looked for
_LEAST_LINE = 200  # bytes
_MARKS = str.maketrans({"<": " ", ">": " ", "|": " ", "`": "'", "[": "(", "]": ")", "{": "(", "}": ")"})


@dataclass(frozen=True)
class Line:
    """A segment as the model sees it, or a part of one that is very long. `speaker` and `text` are made harmless."""

    segment: int
    speaker: str
    text: str

    def __str__(self) -> str:
        return f"[{self.segment}] {self.speaker}: {self.text}" if self.speaker else f"[{self.segment}] {self.text}"


@dataclass(frozen=True)
class Window:
    """Lines in order; the first `overlap` of them end the window before, too."""

    lines: tuple[Line, ...]
    overlap: int = 0

    @property
    def segments(self) -> frozenset[int]:
        """Ids of the segments shown."""
        return frozenset(line.segment for line in self.lines)

    def halves(self) -> "tuple[Window, Window] | None":
        """Two smaller windows, cut between speakers where that is near the middle; None where there is but one line."""
        if len(self.lines) < 2:
            return None
        middle = len(self.lines) // 2
        near = range(max(1, middle - middle // 4), min(len(self.lines) - 1, middle + middle // 4) + 1)
        cut = min(near, key=lambda at: (not _turns(self.lines, at), abs(at - middle)))
        shared = max(0, self.overlap - cut)
        return Window(self.lines[:cut], min(self.overlap, cut)), Window(self.lines[cut:], shared)


def estimate_tokens(text: str) -> int:
    """Tokens of a text, rather too many than too few."""
    return math.ceil(len(text.encode()) / _BYTES_A_TOKEN)


def neutral(text: str) -> str:
    """Words of a recording without what a model, or our own marks, could take for more: one line, no tags or fences."""
    return clean(text).translate(_MARKS).lstrip("#=-* ").strip()


def lines(segments: Sequence[Segment], names: dict[str, str], *, most_tokens: int) -> list[Line]:
    """A line for each segment that says anything; segments longer than `most_tokens` become several of one number."""
    made: list[Line] = []
    room = max(_LEAST_LINE, int(most_tokens * _BYTES_A_TOKEN) - 100)
    for segment in segments:
        speaker = neutral(names.get(segment.speaker or "", ""))[:60]
        text = neutral(segment.text)
        while text:
            part = text.encode()[:room].decode(errors="ignore")
            if len(part) < len(text) and " " in part[len(part) // 2 :]:
                part = part[: part.rindex(" ")]
            made.append(Line(segment.id, speaker, part.strip()))
            text = text[len(part) :].strip()
    return made


def windows(shown: Sequence[Line], *, most_tokens: int, overlap_tokens: int) -> list[Window]:
    """Windows of at most `most_tokens`, each beginning with about `overlap_tokens` of the one before."""
    sizes = [estimate_tokens(str(line)) + 1 for line in shown]
    cuts, begin = [], 0
    while begin < len(shown):
        end, filled = begin, 0
        while end < len(shown) and (end == begin or filled + sizes[end] <= most_tokens):
            filled += sizes[end]
            end += 1
        if end < len(shown):
            end = _best_cut(shown, begin, end)
        cuts.append((begin, end))
        if end == len(shown):
            break
        again, shared = end, 0
        while again > begin + 1 and shared + sizes[again - 1] <= overlap_tokens:
            again -= 1
            shared += sizes[again]
        begin = again
    made: list[Window] = []
    before = 0
    for begin, end in cuts:
        made.append(Window(tuple(shown[begin:end]), before - begin if made else 0))
        before = end
    return made


def _best_cut(shown: Sequence[Line], begin: int, end: int) -> int:
    """The last change of speaker in the last part of the window; where one speaks on, its very end."""
    earliest = begin + max(1, math.ceil((end - begin) * _CUT_FROM))
    return next((at for at in range(end, earliest, -1) if _turns(shown, at)), end)


def _turns(shown: Sequence[Line], at: int) -> bool:
    return shown[at - 1].speaker != shown[at].speaker
