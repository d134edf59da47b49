"""How good minutes are, against a golden meeting: what was found, what was missed, what the evidence bears."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TypeVar

from steno.evaluation.golden import Expected, ExpectedAction, GoldenMeeting
from steno.minutes import ActionItem, Minutes, Proven, Statement
from steno.transcript import Transcript
from steno.vocabulary import content_stems, inflected, overlap, tokens

Found = TypeVar("Found", bound=Proven)
Wanted = TypeVar("Wanted", bound=Expected)
_WORDS = 0.25  # of a statement's words, at least, must stand in what it cites


@dataclass(frozen=True)
class Score:
    """Statements found, of these right, and expected. A statement is right if it cites a segment of the reference's."""

    found: int = 0
    right: int = 0
    expected: int = 0

    @property
    def precision(self) -> float:
        """Share of what was found that is right; 1.0 where nothing was."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of what was expected that was found; 1.0 where nothing was."""
        return self.right / self.expected if self.expected else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.right / (self.found + self.expected) if self.found + self.expected else 1.0


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    count: int = 0
    of: int = 0

    @property
    def value(self) -> float:
        """The share; 1.0 of nothing."""
        return self.count / self.of if self.of else 1.0


@dataclass(frozen=True)
class MinutesEvaluation:
    """Figures of one meeting, or of all. Owners and due days are counted over the right action items."""

    name: str
    language: str
    actions: Score = Score()
    decisions: Score = Score()
    questions: Score = Score()
    owners: Share = Share()
    due_days: Share = Share()
    evidence: Share = Share()
    unverified: Share = Share()
    dropped: int = 0


def evaluate_minutes(golden: GoldenMeeting, minutes: Minutes) -> MinutesEvaluation:
    """The figures for one meeting.

    Statements and references are paired one to one so that the pairs share as many segments as can be (Kuhn 1955).
    """
    pairs = _pairs(minutes.action_items, golden.actions)
    shown = list(minutes.proven())
    return MinutesEvaluation(
        name=golden.name,
        language=golden.transcript.language,
        actions=Score(len(minutes.action_items), len(pairs), len(golden.actions)),
        decisions=_score(minutes.decisions, golden.decisions),
        questions=_score(minutes.open_questions, golden.questions),
        owners=Share(sum(_same_owner(item, wanted) for item, wanted in pairs), len(pairs)),
        due_days=Share(sum((item.due.day if item.due else None) == wanted.day for item, wanted in pairs), len(pairs)),
        evidence=Share(sum(bears(one, golden.transcript) for one in shown), len(shown)),
        unverified=Share(minutes.unverified, len(shown)),
        dropped=sum(minutes.provenance.account.dropped.values()),
    )


def total(measured: Sequence[MinutesEvaluation], name: str = "all", language: str = "") -> MinutesEvaluation:
    """The figures of several meetings added up."""
    sums: dict[str, object] = {}
    for field in fields(MinutesEvaluation):
        values = [getattr(one, field.name) for one in measured]
        if field.name == "dropped":
            sums[field.name] = sum(values)
        elif field.name not in {"name", "language"}:
            kind = Score if field.name in {"actions", "decisions", "questions"} else Share
            sums[field.name] = kind(*(sum(getattr(one, part.name) for one in values) for part in fields(kind)))
    return MinutesEvaluation(name, language, **sums)  # type: ignore[arg-type]  # as the fields say


def bears(one: Proven, transcript: Transcript) -> bool:
    """Whether the evidence is of the transcript, verbatim, and holds the words, the owner and the due date."""
    segments = {segment.id: segment for segment in transcript.segments}
    for proof in one.evidence:
        segment = segments.get(proof.segment)
        if segment is None or (segment.text, segment.start, segment.end) != (proof.quote, proof.start, proof.end):
            return False
    language = transcript.language
    said = " ".join(proof.quote for proof in one.evidence)
    text = one.task if isinstance(one, ActionItem) else one.text if isinstance(one, Statement) else ""
    names = " ".join(proof.speaker or "" for proof in one.evidence)
    if overlap(content_stems(text, language), content_stems(f"{said} {names}", language)) < _WORDS:
        return False
    if not isinstance(one, ActionItem):
        return True
    words = tokens(f"{said} {names}", language)
    if one.due is not None and not set(tokens(one.due.spoken, language)) <= set(words):
        return False
    return one.owner is None or all(
        any(inflected(part, word) for word in words) for part in tokens(one.owner, language)
    )


def _score(found: Sequence[Statement], expected: Sequence[Expected]) -> Score:
    return Score(len(found), len(_pairs(found, expected)), len(expected))


def _pairs(found: Sequence[Found], expected: Sequence[Wanted]) -> list[tuple[Found, Wanted]]:
    from scipy.optimize import linear_sum_assignment

    if not found or not expected:
        return []
    cites = [{proof.segment for proof in one.evidence} for one in found]
    shared = [[len(cited & wanted.segments) for wanted in expected] for cited in cites]
    rows, columns = linear_sum_assignment([[-count - bool(count) * 100 for count in row] for row in shared])
    return [(found[row], expected[column]) for row, column in zip(rows, columns, strict=True) if shared[row][column]]


def _same_owner(item: ActionItem, wanted: ExpectedAction) -> bool:
    return (item.owner or "").casefold() == (wanted.owner or "").casefold()
