"""Open questions by rules: asked and not answered, or said to be open."""

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from steno.vocabulary import content_stems, overlap
from worker.summarization.languages import phrases
from worker.summarization.offline.claims import Claim
from worker.summarization.offline.decisions import LONGEST, bare
from worker.summarization.offline.patterns import Patterns
from worker.summarization.offline.sentences import Sentence

_ANSWER_WITHIN = 4  # sentences after a question in which 'I don't know' answers it
_POINTS_AT = 6  # sentences before 'that stays open' among which the question is, where no word is shared
_ASKED_WITHIN = 12  # sentences before 'that stays open' among which the question with the same words is
_RELIEF_WITHIN = 4  # sentences after 'I don't know' in which somebody may know after all
_FEWEST_WORDS, _FEWEST_PLAIN_WORDS = 3, 5  # words of a question worth noting, with a content word and without
_WHOLE = 3  # content words of 'we don't know who pays for the venue', which needs no question before it
_SAME = 0.5  # share of stems that two ways of asking have in common


@dataclass
class _Draft:
    text: str
    sentences: list[Sentence]
    stems: list[str] = field(default_factory=list)
    said_open: bool = False


def find_questions(spoken: Sequence[Sentence], patterns: Patterns, language: str) -> list[Claim]:
    """The questions left open, in order of time: each with the words that leave it so."""
    reader = _Reader(patterns, language)
    for sentence in spoken:
        if len(sentence.text) <= LONGEST:
            reader.read(sentence)
    return [
        Claim(draft.text, tuple(sorted(draft.sentences, key=lambda sentence: sentence.at))) for draft in reader.drafts
    ]


class _Reader:
    def __init__(self, patterns: Patterns, language: str) -> None:
        self._patterns, self._language = patterns, language
        self._asked: deque[tuple[Sentence, list[str]]] = deque(maxlen=_ASKED_WITHIN)
        self._answered = _answered(language)
        self.drafts: list[_Draft] = []

    def read(self, sentence: Sentence) -> None:
        """Take one sentence into account."""
        text = sentence.text
        asks = self._patterns.match("question", text) is not None
        if not asks and self._patterns.match("open", text):
            self._leave_open(sentence)
        elif asks:
            self._ask(sentence)
        elif self._patterns.match("unknown", text):
            self._leave_unknown(sentence)
        elif any(pattern.search(text) for pattern in self._answered):
            self._answer(sentence)
        elif self._patterns.match("decision", text) and not self._patterns.match("no_decision", text):
            self._decide(sentence)

    def _ask(self, sentence: Sentence) -> None:
        text = sentence.text
        if self._patterns.any_of(("small_talk", "request"), text):
            return
        stems = content_stems(text, self._language)
        if len(text.split()) >= (_FEWEST_WORDS if stems else _FEWEST_PLAIN_WORDS):
            self._asked.append((sentence, stems))

    def _leave_unknown(self, sentence: Sentence) -> None:
        """'I don't know' answers the question before it, asked by somebody else."""
        if not self._asked:
            return
        asked, stems = self._asked[-1]
        other = asked.speaker is None or asked.speaker != sentence.speaker
        if sentence.at - asked.at <= (_ANSWER_WITHIN if other else 1):
            self._add(_Draft(bare(asked.text, self._patterns), [asked, sentence], stems))

    def _leave_open(self, sentence: Sentence) -> None:
        """Somebody says what is open; or that something is, and a question before it says what."""
        stems = content_stems(sentence.text, self._language)
        near = [one for one in reversed(self._asked) if sentence.at - one[0].at <= _ASKED_WITHIN]
        alike = next((one for one in near if self._alike(stems, one[1])), None)
        shrugs = self._patterns.match("unknown", sentence.text) is not None
        if alike is None and shrugs and self.drafts and sentence.at - self.drafts[-1].sentences[-1].at <= _POINTS_AT:
            self.drafts[-1].sentences.append(sentence)
            return
        if alike is None and (shrugs or len(stems) < _WHOLE) and near and sentence.at - near[0][0].at <= _POINTS_AT:
            alike = near[0]
        if alike is not None:
            self._add(_Draft(bare(alike[0].text, self._patterns), [alike[0], sentence], alike[1], said_open=True))
        elif len(stems) >= (_WHOLE if near else _WHOLE - 1):
            self._add(_Draft(bare(sentence.text, self._patterns), [sentence], stems, said_open=True))

    def _answer(self, sentence: Sentence) -> None:
        """Somebody knew after all: 'Ah, great, then that's answered.'"""
        self._asked.clear()
        if self.drafts and not self.drafts[-1].said_open:
            last = self.drafts[-1].sentences[-1]
            if sentence.at - last.at <= _RELIEF_WITHIN and sentence.speaker != last.speaker:
                self.drafts.pop()

    def _decide(self, sentence: Sentence) -> None:
        """What was decided soon after is not open."""
        stems = content_stems(sentence.text, self._language)
        if self.drafts and not self.drafts[-1].said_open and self._alike(stems, self.drafts[-1].stems):
            self.drafts.pop()

    def _add(self, draft: _Draft) -> None:
        """A question, unless it is one left open before."""
        for earlier in reversed(self.drafts[-_ASKED_WITHIN:]):
            shared = any(one in earlier.sentences for one in draft.sentences)
            near = draft.sentences[0].at - earlier.sentences[-1].at <= _ANSWER_WITHIN
            goes_on = near and earlier is self.drafts[-1] and _asks(draft) and not _asks(earlier)
            if shared or goes_on or (near and self._alike(draft.stems, earlier.stems)):
                earlier.sentences.extend(one for one in draft.sentences if one not in earlier.sentences)
                earlier.said_open |= draft.said_open
                return
        self.drafts.append(draft)

    @staticmethod
    def _alike(one: Sequence[str], other: Sequence[str]) -> bool:
        return bool(one and other) and max(overlap(one, other), overlap(other, one)) >= _SAME


def _asks(draft: _Draft) -> bool:
    return draft.text.rstrip().endswith("?")


@cache
def _answered(language: str) -> tuple[re.Pattern[str], ...]:
    known = phrases(language)
    assert known is not None, "rules need the phrases of the language"
    return tuple(re.compile(pattern, re.I) for pattern in known.questions.answered)
