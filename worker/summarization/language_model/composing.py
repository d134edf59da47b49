"""The head of the minutes, title, summary and topics, from the points of all windows: at once, or level by level."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from steno.minutes import Statement, Topic
from steno.transcript import Transcript
from worker.summarization.content import Content, cited
from worker.summarization.evidence import Checker
from worker.summarization.language_model.answers import Claim, Composition
from worker.summarization.language_model.conversation import Conversation
from worker.summarization.language_model.prompts import Prompts, Subject
from worker.summarization.language_model.windows import estimate_tokens

_MOST_SENTENCES = 12
_MOST_TOPICS = 40
_FEWEST_POINTS = 4  # a batch that gives as many sentences as it has points would go on for ever


@dataclass(frozen=True)
class Composer:
    """Writes the head; `most_tokens` of points and subjects fit one question."""

    conversation: Conversation
    prompts: Prompts
    checker: Checker
    most_tokens: int

    async def compose(self, points: Sequence[Statement], subjects: Sequence[Subject]) -> Content:
        """Title, summary and topics. Raises AnswerFailed, EndpointUnusable, ContextExceeded.

        Where there are too many points, each batch of them is first summed up; every level has at most half as many.
        """
        content = Content()
        level = list(points)
        room = self.most_tokens - sum(estimate_tokens(subject.title) + 12 for subject in subjects)
        if room < self.most_tokens // 2:  # many subjects: they stay as they are
            room, asked = self.most_tokens, []
        else:
            asked = list(subjects)
        batches = list(_batches(level, room))
        while len(batches) > 1:
            answers = await asyncio.gather(*(self._sum_up(batch) for batch in batches))
            level = [sentence for answer in answers for sentence in answer]
            batches = list(_batches(level, room))
        if not level:
            return content
        answer = await self.conversation.ask(self.prompts.composition(level, asked), Composition)
        for claim in answer.summary[:_MOST_SENTENCES]:
            content.keep(content.summary, partial(self._statement, claim, level))
        content.title = self._title(answer.title, level)
        content.topics = topics(self._known(answer, asked) or subjects, self.checker.transcript)
        return content

    async def _sum_up(self, batch: Sequence[Statement]) -> list[Statement]:
        answer = await self.conversation.ask(self.prompts.composition(batch, []), Composition)
        content = Content()
        for claim in answer.summary[: max(1, len(batch) // 2)]:
            content.keep(content.points, partial(self._statement, claim, batch))
        # An answer that says nothing must not lose the batch.
        return content.points or list(batch[:: max(2, len(batch) // _FEWEST_POINTS)])[:_FEWEST_POINTS]

    def _statement(self, claim: Claim, points: Sequence[Statement]) -> Statement:
        """A sentence of the summary: its evidence is that of the points it cites."""
        cites = [points[number - 1] for number in claim.lines if 1 <= number <= len(points)]
        segments = [number for point in cites for number in sorted(cited(point))]
        made = self.checker.statement(claim.text, segments, self.checker.all_segments)
        doubts = dict.fromkeys((*made.doubts, *(doubt for point in cites for doubt in point.doubts)))
        return made.model_copy(update={"doubts": tuple(doubts)})

    def _title(self, title: str, points: Sequence[Statement]) -> str:
        """The title, where it speaks of what the points speak of; else none."""
        segments = [number for point in points for number in cited(point)]
        made = Content()
        made.keep(made.points, partial(self.checker.title, title, segments))
        return made.points[0].text if made.points else ""

    @staticmethod
    def _known(answer: Composition, asked: Sequence[Subject]) -> list[Subject]:
        firsts, lasts = {subject.first for subject in asked}, {subject.last for subject in asked}
        return [
            Subject(one.title.strip(), one.first_line, one.last_line)
            for one in answer.subjects
            if one.first_line in firsts and one.last_line in lasts and one.title.strip()
        ]


def topics(subjects: Sequence[Subject], transcript: Transcript) -> list[Topic]:
    """The subjects as stretches of time, in order, none beginning before the last one ends."""
    place = {segment.id: segment for segment in transcript.segments}
    made: list[Topic] = []
    for subject in sorted(subjects, key=lambda one: place[one.first].start):
        start, end = place[subject.first].start, place[subject.last].end
        start = max(start, made[-1].end) if made else start
        if end > start:
            made.append(Topic(start=start, end=end, title=subject.title[:120]))
    while len(made) > _MOST_TOPICS:  # neighbours join, the shortest first
        at = min(range(1, len(made)), key=lambda at: made[at].end - made[at].start)
        longer = max(made[at - 1], made[at], key=lambda one: one.end - one.start)
        made[at - 1 : at + 1] = [Topic(start=made[at - 1].start, end=made[at].end, title=longer.title)]
    return made


def _batches(points: Sequence[Statement], room: int) -> Iterator[list[Statement]]:
    batch: list[Statement] = []
    filled = 0
    for point in points:
        size = estimate_tokens(point.text) + 6
        if filled + size > room and len(batch) >= _FEWEST_POINTS:
            yield batch
            batch, filled = [], 0
        batch.append(point)
        filled += size
    if batch:
        yield batch
