"""The same thing said twice, or read twice where windows overlap, becomes one statement with all its evidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from steno.minutes import ActionItem, Evidence, Proven, Statement
from steno.vocabulary import SHORTEST_ALIKE, content_stems, overlap
from worker.summarization.content import cited

_SAME_PLACE = 0.4  # share of stems in common where both cite the same segment
_SAME_WORDS = 0.75  # where they cite different ones
_FEWEST_STEMS = 2  # 'do it' said in two places is not one task
Kind = TypeVar("Kind", Statement, ActionItem)


def merged(statements: Sequence[Kind], language: str) -> list[Kind]:
    """The statements in order of time, those that say the same joined. The first one's words stay."""
    kept: list[Kind] = []
    words: list[_Words] = []
    for one in sorted(statements, key=lambda one: (one.start, one.evidence[0].segment)):
        mine = _Words.of(one, language)
        for at, other in enumerate(kept):
            if mine.may_be_same(words[at]) and _same(one, other, mine.stems, words[at].stems):
                kept[at] = _joined(other, one)
                break
        else:
            kept.append(one)
            words.append(mine)
    return kept


def alike(one: Proven, other: Proven, language: str) -> bool:
    """Whether two statements are about one thing."""
    return _same(one, other, content_stems(_text(one), language), content_stems(_text(other), language))


@dataclass(frozen=True)
class _Words:
    """The stems of a statement, and their beginnings: a cheap bound for what they have in common with others."""

    stems: list[str]
    beginnings: frozenset[str]

    @classmethod
    def of(cls, one: Proven, language: str) -> "_Words":
        stems = content_stems(_text(one), language)
        return cls(stems, frozenset(stem[:SHORTEST_ALIKE] for stem in stems))

    def may_be_same(self, other: "_Words") -> bool:
        shared = len(self.beginnings & other.beginnings)
        return shared >= _SAME_PLACE * min(len(self.beginnings), len(other.beginnings))


def _same(one: Proven, other: Proven, mine: list[str], theirs: list[str]) -> bool:
    if isinstance(one, ActionItem) and isinstance(other, ActionItem) and not _one_owner(one, other):
        return False
    if _text(one).casefold() == _text(other).casefold() and cited(one) & cited(other):
        return True
    shares = sorted((overlap(mine, theirs), overlap(theirs, mine)))
    if cited(one) & cited(other):
        return bool(mine and theirs) and shares[1] >= _SAME_PLACE
    return min(len(mine), len(theirs)) >= _FEWEST_STEMS and shares[0] >= _SAME_WORDS


def _one_owner(one: ActionItem, other: ActionItem) -> bool:
    return one.owner is None or other.owner is None or one.owner.casefold() == other.owner.casefold()


def _joined(first: Kind, second: Kind) -> Kind:
    evidence: dict[int, Evidence] = {one.segment: one for one in (*first.evidence, *second.evidence)}
    changes: dict[str, object] = {
        "evidence": tuple(sorted(evidence.values(), key=lambda one: (one.start, one.segment))),
        # What one reading bears out, another's doubt does not undo.
        "doubts": first.doubts if len(first.doubts) <= len(second.doubts) else second.doubts,
    }
    if isinstance(first, ActionItem) and isinstance(second, ActionItem):
        if first.owner is None:
            changes |= {"owner": second.owner, "owner_speaker": second.owner_speaker}
        if first.due is None or (first.due.day is None and second.due is not None):
            changes |= {"due": second.due or first.due}
    return first.model_copy(update=changes)


def _text(one: Proven) -> str:
    return one.task if isinstance(one, ActionItem) else one.text if isinstance(one, Statement) else ""
