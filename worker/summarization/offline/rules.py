"""All that the rules find in a transcript, found once, checked as a language model's answer is."""

from collections.abc import Sequence
from functools import cached_property, partial

from steno.minutes import ActionItem, Statement, Topic
from worker.summarization.content import Content, cited
from worker.summarization.evidence import Checker
from worker.summarization.languages import phrases
from worker.summarization.offline.actions import find_actions
from worker.summarization.offline.claims import Claim
from worker.summarization.offline.decisions import find_decisions
from worker.summarization.offline.drafts import Draft
from worker.summarization.offline.patterns import Patterns
from worker.summarization.offline.questions import find_questions
from worker.summarization.offline.sentences import Sentence, sentences
from worker.summarization.offline.summary import summarize, title
from worker.summarization.offline.topics import find_topics

_SURE = 4  # points of an action item that hardly any reader would leave out


class Rules:
    """Minutes without a language model. A language without a phrase file has a summary and topics only."""

    def __init__(self, checker: Checker) -> None:
        self._checker = checker
        self._transcript = checker.transcript
        self._language = checker.transcript.language
        known = phrases(self._language)
        self._patterns = Patterns(known, checker.people) if known is not None else None

    @property
    def knows_language(self) -> bool:
        """Whether there are rules for who does what by when in this language."""
        return self._patterns is not None

    @cached_property
    def content(self) -> Content:
        """Everything."""
        content = Content(title=title(self._transcript, self._topics, self._language), topics=list(self._topics))
        content.add(self._found)
        for claim in summarize(self._spoken, self._topics, self._language):
            content.keep(content.summary, partial(self._statement, claim))
        return content

    def within(self, segments: frozenset[int]) -> Content:
        """What is proven by these segments alone, with points for a summary."""
        content = Content(
            decisions=[one for one in self._found.decisions if cited(one) <= segments],
            open_questions=[one for one in self._found.open_questions if cited(one) <= segments],
            action_items=[one for one in self._found.action_items if cited(one) <= segments],
        )
        spoken = [one for one in self._spoken if one.segment.id in segments]
        stretch = [Topic(start=spoken[0].segment.start, end=spoken[-1].segment.end, title="")] if spoken else []
        for claim in summarize(spoken, stretch, self._language):
            content.keep(content.points, partial(self._statement, claim))
        return content

    @cached_property
    def sure(self) -> list[ActionItem]:
        """The action items that a good reader must have found, too."""
        content = Content()
        for draft in self._drafts:
            if draft.points >= _SURE:
                content.keep(content.action_items, partial(self._action, draft))
        return content.action_items

    @cached_property
    def _found(self) -> Content:
        content = Content()
        if self._patterns is None:
            return content
        for claim in find_decisions(self._spoken, self._patterns, self._language):
            content.keep(content.decisions, partial(self._statement, claim))
        for claim in find_questions(self._spoken, self._patterns, self._language):
            content.keep(content.open_questions, partial(self._statement, claim))
        for draft in self._drafts:
            content.keep(content.action_items, partial(self._action, draft))
        return content

    @cached_property
    def _spoken(self) -> list[Sentence]:
        return sentences(self._transcript)

    @cached_property
    def _topics(self) -> list[Topic]:
        return find_topics(self._transcript, self._spoken, self._language)

    @cached_property
    def _drafts(self) -> list[Draft]:
        checker = self._checker
        if self._patterns is None:
            return []
        return find_actions(self._spoken, self._patterns, checker.people, self._language, checker.recorded)

    def _statement(self, claim: Claim) -> Statement:
        return self._checker.statement(claim.text, _ids(claim.sentences), self._checker.all_segments)

    def _action(self, draft: Draft) -> ActionItem:
        due = draft.due
        return self._checker.action(
            draft.task,
            self._checker.name_of(draft.owner),
            due.spoken if due is not None else None,
            due.day.isoformat() if due is not None and due.day is not None else None,
            _ids(draft.sentences),
            self._checker.all_segments,
        )


def _ids(spoken: Sequence[Sentence]) -> list[int]:
    return [sentence.segment.id for sentence in spoken]
