"""What minutes are made of, while they are being made."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from steno.minutes import ActionItem, Proven, Statement, Topic
from worker.summarization.evidence import Dropped

Made = TypeVar("Made", bound=Proven)


@dataclass
class Content:
    """Statements with their evidence; a summary is written from `points`. `dropped` counts what was left out."""

    title: str = ""
    summary: list[Statement] = field(default_factory=list)
    points: list[Statement] = field(default_factory=list)
    topics: list[Topic] = field(default_factory=list)
    decisions: list[Statement] = field(default_factory=list)
    open_questions: list[Statement] = field(default_factory=list)
    action_items: list[ActionItem] = field(default_factory=list)
    dropped: dict[str, int] = field(default_factory=dict)

    def proven(self) -> Iterable[Proven]:
        """Everything that carries evidence."""
        return [*self.points, *self.summary, *self.decisions, *self.open_questions, *self.action_items]

    def keep(self, into: list[Made], make: Callable[[], Made]) -> None:
        """Add what `make` makes, or count why it is left out."""
        try:
            into.append(make())
        except Dropped as reason:
            self.drop(str(reason))

    def drop(self, reason: str, count: int = 1) -> None:
        """Count what is left out."""
        self.dropped[reason] = self.dropped.get(reason, 0) + count

    def add(self, other: "Content") -> None:
        """Append what another part holds; the title stays."""
        for name in ("summary", "points", "topics", "decisions", "open_questions", "action_items"):
            getattr(self, name).extend(getattr(other, name))
        for reason, count in other.dropped.items():
            self.drop(reason, count)


def cited(one: Proven) -> frozenset[int]:
    """Ids of the segments that prove it."""
    return frozenset(evidence.segment for evidence in one.evidence)
