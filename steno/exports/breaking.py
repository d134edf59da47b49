"""Where text may be broken: atoms with times, and the best way to part them into runs (lines, cues)."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf

from steno.exports.clean import clean
from steno.transcript import Segment

# Scripts written without spaces break between any two characters, but no line begins with a closing mark or a small
# kana, and none ends with an opening bracket (kinsoku; W3C, Requirements for Japanese Text Layout, 3.1.7-3.1.8).
_OPENS = "「『（［｛〈《【〔〖｢"
_CLOSES = (
    "、。，．！？：；・）］｝〉》」』】〕〗｣｡､ー々ゝゞヽヾぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ"
    "\u3099\u309a\ufe00-\ufe0f"
)
_UNSPACED = "\u2e80-\u9fff\ua000-\ua4cf\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
_ATOM = re.compile(
    rf"[{_OPENS}]*(?:(?![{_OPENS}{_CLOSES}])[{_UNSPACED}]|[^\s{_UNSPACED}{_OPENS}{_CLOSES}]+)?[{_CLOSES}]*"
)
_SENTENCE_END = re.compile(r"[.!?。！？…]['\"»”’)\]」』）]*$")
_CLAUSE_END = re.compile(r"[,;:–—、，；：]['\"»”’)\]」』）]*$")
# Words that a new line likes to begin with, and words that cling to the next (Netflix Timed Text Style Guide, line
# treatment): the languages Steno is used in most; others break at punctuation and pauses.
_OPENERS = frozenset(
    "and but or because so that which who when where while if och men eller att som när om för ja mutta tai että joka "
    "kun koska jos und aber oder weil dass wenn et mais ou que qui y pero o porque".split()
)
_CLINGS = frozenset(
    "a an the of to in on at by for from with my your his her its our their is are was were not no "
    "en ett av till i på med der die das ein eine den dem von zu mit le la les un une de du des el los las una".split()
)


@dataclass(frozen=True)
class Atom:
    """Text that no line end parts; `spaced` where a space stands before it. Times are seconds."""

    text: str
    spaced: bool
    start: float
    end: float


def atoms(segment: Segment, width: int) -> list[Atom]:
    """The text of a segment cut where lines may end; an atom longer than `width` characters is cut hard.

    Times are those of the words; where they do not spell the text, or are missing, shares of the segment's duration.
    """
    text = clean(segment.text)
    if not text:
        return []
    starts, ends = _times(text, segment)
    parts = ((at, part) for match in _ATOM.finditer(text) for at, part in _cut(match.start(), match[0], width))
    return [Atom(part, text[at - 1 : at] == " ", starts[at], ends[at + len(part) - 1]) for at, part in parts]


def joined(run: Sequence[Atom]) -> str:
    """The text of a run, without a space at its beginning."""
    return "".join((" " if atom.spaced else "") + atom.text for atom in run).strip()


def ends_sentence(text: str) -> bool:
    """Whether it ends in a full stop or the like, maybe within quotes or brackets."""
    return _SENTENCE_END.search(text) is not None


def break_cost(left: Atom, right: Atom) -> float:
    """How bad it is to part these neighbours: 0 after a sentence or at a long pause, up to 4.5 inside a phrase."""
    if ends_sentence(left.text):
        cost = 0.0
    elif _CLAUSE_END.search(left.text):
        cost = 1.0
    elif right.text.casefold() in _OPENERS:
        cost = 1.5
    else:
        cost = 3.0 + (1.0 if left.text.casefold() in _CLINGS else 0.0) + (0.0 if right.spaced else 0.5)
    return max(0.0, cost - 4 * max(0.0, right.start - left.end))


def break_costs(run: Sequence[Atom]) -> list[float]:
    """The cost of a break before each atom of the run, and after the last; at its two ends it costs nothing."""
    return [0.0, *(break_cost(left, right) for left, right in pairwise(run)), 0.0]


def best_runs(count: int, cost: Callable[[int, int], float | None]) -> list[tuple[int, int]]:
    """Part 0..count into the runs [first, last) of least total cost.

    `cost` gives None from the first `last` for which a run is too long; runs of one must have a cost. This is the
    optimum-fit of Knuth and Plass (1981, Breaking Paragraphs into Lines) on a short window.
    """
    best = [0.0, *([inf] * count)]
    came = [0] * (count + 1)
    for first in range(count):
        for last in range(first + 1, count + 1):
            price = cost(first, last)
            if price is None:
                break
            if best[first] + price < best[last]:
                best[last], came[last] = best[first] + price, first
    runs = []
    while count:
        runs.append((came[count], count))
        count = came[count]
    return runs[::-1]


def lines(run: Sequence[Atom], width: int) -> tuple[str, ...]:
    """As few lines as hold the run, of about equal length, broken at good places."""
    places = offsets(run)
    fewest, at = 0, 0
    while at < len(run):
        at, fewest = furthest(places, run, at, width), fewest + 1
    if fewest == 1:
        return (joined(run),)
    ideal = places[-1] / fewest

    cuts = break_costs(run)

    def cost(first: int, last: int) -> float | None:
        length = places[last] - places[first] - run[first].spaced
        if length > width:
            return None
        return 1000 + cuts[last] + 12 * ((length - ideal) / ideal) ** 2

    return tuple(joined(run[first:last]) for first, last in best_runs(len(run), cost))


def offsets(run: Sequence[Atom]) -> list[int]:
    """Where each atom begins, in characters with the space before it; the last is the whole length."""
    places = [0]
    for atom in run:
        places.append(places[-1] + atom.spaced + len(atom.text))
    return places


def furthest(places: Sequence[int], run: Sequence[Atom], first: int, width: int) -> int:
    """The end of the longest line that begins with `first`."""
    last = first + 1
    while last < len(run) and places[last + 1] - places[first] - run[first].spaced <= width:
        last += 1
    return last


def _times(text: str, segment: Segment) -> tuple[list[float], list[float]]:
    """Start and end of every character, in seconds; starts never go back."""
    spelled = _spelled(text, segment) or [(0, len(text), segment.start, segment.end)]
    starts, ends = [segment.start] * len(text), [segment.start] * len(text)
    earliest = latest = spelled[0][2]
    filled = 0
    for first, last, begin, end in spelled:
        starts[filled:first] = [earliest] * (first - filled)  # what stands between words goes with the one before
        ends[filled:first] = [latest] * (first - filled)
        begin_ = max(begin, earliest)
        share = max(0.0, end - begin_) / max(1, last - first)
        starts[first:last] = [begin_ + share * number for number in range(last - first)]
        ends[first:last] = [begin_ + share * (number + 1) for number in range(last - first)]
        earliest, latest, filled = starts[last - 1], ends[last - 1], last
    starts[filled:] = [earliest] * (len(text) - filled)
    ends[filled:] = [latest] * (len(text) - filled)
    return starts, ends


def _spelled(text: str, segment: Segment) -> list[tuple[int, int, float, float]]:
    """First and last character and times of each word; empty where the words do not spell the text."""
    found, position = [], 0
    for word in segment.words:
        if spelling := clean(word.text):
            at = text.find(spelling, position)
            if at < 0 or any(character.isalnum() for character in text[position:at]):
                return []
            position = at + len(spelling)
            found.append((at, position, word.start, word.end))
    return [] if any(character.isalnum() for character in text[position:]) else found


def _cut(at: int, text: str, width: int) -> Iterator[tuple[int, str]]:
    """Parts of at most `width` characters, about equally long, not inside an accented letter or joined emoji."""
    while len(text) > width:
        last = -(-len(text) // -(-len(text) // width))
        while last > 1 and _belongs(text[last - 1], text[last]):
            last -= 1
        if last == 1:
            last = width
        yield at, text[:last]
        at, text = at + last, text[last:]
    if text:
        yield at, text


def _belongs(left: str, right: str) -> bool:
    joiner = "\u200d"
    return (
        joiner in (left, right) or unicodedata.category(right).startswith("M") or "\U0001f3fb" <= right <= "\U0001f3ff"
    )
