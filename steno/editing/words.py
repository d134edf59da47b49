"""Words of a text that a person changed: those that stay keep their times, new ones share what they replace."""

from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import accumulate, pairwise

from steno.transcript import Segment, Word
from steno.vocabulary import UNSPACED

_LONGEST = 4000  # characters that are compared one by one
# Equal words, or characters, of the old and the new text, two by two: comparing takes a tenth of a second for so many.
# Real texts of 5000 words have fewer; 10 000 words that are all `a` or `b` would take minutes.
_MOST_PAIRS = 400_000
_CLINGS = frozenset(",.;:!?…)]}»”’'%")


def retimed(text: str, segment: Segment, language: str) -> tuple[Word, ...]:
    """The words of a segment's new text; none where the segment knows none."""
    if not segment.words:
        return ()
    return _timed(_cut(text, segment.words, language), segment)


def places(segment: Segment) -> list[tuple[int, int]] | None:
    """Where each word stands in the segment's text, from and to; None where the words do not spell it."""
    found, at = [], 0
    for word in segment.words:
        begin = segment.text.find(word.text, at)
        if begin < 0 or segment.text[at:begin].strip():
            return None
        at = begin + len(word.text)
        found.append((begin, at))
    return found if found and not segment.text[at:].strip() else None


def joined(left: str, right: str, language: str) -> str:
    """Two texts as one, with a space where the language writes one."""
    if not left or not right:
        return left or right
    written = language in UNSPACED and not (left[-1].isascii() and right[0].isascii())
    clings = right[0] in _CLINGS or (right[0] == "-" and right[1:2].isalnum())
    return left + right if written or clings else f"{left} {right}"


def shared(texts: Sequence[str], start: float, end: float, speaker: str | None) -> list[Word]:
    """Words that share a time evenly, at whole milliseconds as a recognizer's words."""
    last = max(start, end)
    step = (last - start) / max(1, len(texts))
    inner = [min(last, max(start, round(start + step * place, 3))) for place in range(1, len(texts))]
    edges = pairwise([start, *inner, last])
    return [
        Word(start=begin, end=until, text=text, speaker=speaker)
        for (begin, until), text in zip(edges, texts, strict=False)
    ]


def _cut(text: str, old: Sequence[Word], language: str) -> list[str]:
    """A text in words: at its spaces, and where it has none, where the words that it had ended."""
    before = "".join(word.text for word in old)
    if language not in UNSPACED or len(text) > _LONGEST or not _comparable(before, text):
        return text.split()
    ends = [0, *accumulate(len(word.text) for word in old)]
    blocks = SequenceMatcher(None, before, text, autojunk=False).get_matching_blocks()
    cuts = {end - a + b for a, b, size in blocks if size for end in ends if a <= end <= a + size}
    marks = sorted(cuts | {0, len(text)})
    pieces = (text[begin:end].split() for begin, end in pairwise(marks))
    return [piece for some in pieces for piece in some]


def _timed(texts: Sequence[str], segment: Segment) -> tuple[Word, ...]:
    old = segment.words
    # Most edits touch one place: what is the same before and behind it need not be compared.
    head = _same(old, texts)
    tail = _same(old[head:][::-1], texts[head:][::-1])
    inner, wanted = old[head : len(old) - tail], list(texts[head : len(texts) - tail])
    words = list(old[:head])
    for kind, inner_first, inner_last, begin, end in _changes([word.text for word in inner], wanted):
        first, last = inner_first + head, inner_last + head
        if kind == "equal":
            words += old[first:last]
            continue
        left = old[first].start if first < last else old[first - 1].end if first else segment.start
        right = old[last - 1].end if first < last else old[last].start if last < len(old) else segment.end
        words += shared(wanted[begin:end], left, right, segment.speaker)
    return (*words, *old[len(old) - tail :])


def _changes(old: list[str], new: list[str]) -> list[tuple[str, int, int, int, int]]:
    """How the one becomes the other, as difflib says it; all at once where comparing them would take too long."""
    if not _comparable(old, new):
        return [("replace", 0, len(old), 0, len(new))]
    return list(SequenceMatcher(None, old, new, autojunk=False).get_opcodes())


def _comparable(old: Sequence[str], new: Sequence[str]) -> bool:
    there = Counter(old)
    return sum(there[one] for one in new) <= _MOST_PAIRS


def _same(words: Sequence[Word], texts: Sequence[str]) -> int:
    """How many words are the same from the beginning."""
    count = 0
    for word, text in zip(words, texts, strict=False):
        if word.text != text:
            break
        count += 1
    return count
