"""Decisions by rules: what was said to be decided, or was proposed and agreed to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice

from steno.vocabulary import content_stems, overlap
from worker.summarization.languages import phrases
from worker.summarization.offline.claims import Claim
from worker.summarization.offline.patterns import Patterns
from worker.summarization.offline.sentences import Sentence

LONGEST = 400  # characters: speech without a full stop cannot be cited as one statement
_TELLING = 2  # content words without which a sentence only points at what was said before
_SHORT = 8  # words of a sentence that does nothing but agree
_AGREED_WITHIN = 3  # sentences after a proposal
_POINTS_AT = 4  # sentences before 'that's decided' among which the decision is
_SAME, _NEAR = 0.6, 8  # share of stems of one decision said twice; sentences within which it is said again
_EARLIER = 30  # decisions among which a repeat is looked for


@dataclass
class _Draft:
    text: str
    sentences: list[Sentence]
    stems: list[str] = field(default_factory=list)
    proposed: bool = False


def find_decisions(spoken: Sequence[Sentence], patterns: Patterns, language: str) -> list[Claim]:
    """The decisions in order of time. The evidence of one holds its repeats and the words that agree to it."""
    reader = _Reader(spoken, patterns, language)
    for sentence in spoken:
        if len(sentence.text) <= LONGEST:
            reader.read(sentence)
    return [
        Claim(draft.text, tuple(sorted(draft.sentences, key=lambda sentence: sentence.at))) for draft in reader.drafts
    ]


class _Reader:
    def __init__(self, spoken: Sequence[Sentence], patterns: Patterns, language: str) -> None:
        self._spoken, self._patterns, self._language = spoken, patterns, language
        self._tables = _tables(language)
        self._proposed: Sentence | None = None
        self.drafts: list[_Draft] = []

    def read(self, sentence: Sentence) -> None:
        """Take one sentence into account."""
        said = self._said(sentence.text)
        asks = sentence.text.rstrip().endswith("?")
        if said and not asks:
            self._add(_Draft(said, [sentence]))
        elif said or self._proposes(sentence.text):
            self._proposed = sentence
        elif said is not None and not asks and len(sentence.text.split()) > 2:
            self._point_back(sentence)
        elif asks and not self._patterns.match("small_talk", sentence.text):
            self._proposed = None  # a proposal that raises a question is not yet agreed to
        else:
            self._agree(sentence)

    def _said(self, text: str) -> str | None:
        """What is decided; nothing ('') where the sentence only points back; None where it is no decision."""
        if self._patterns.any_of(("no_decision", "open"), text):
            return None
        if (match := _first(self._tables["announced"], text)) is not None:
            what, before = match["text"].strip(), self._patterns.without_fillers(text[: match.start()])
            if self._tells(before):
                return bare(text, self._patterns)
            return _sentence(what) if self._tells(what) else ""
        return bare(text, self._patterns) if self._patterns.match("decision", text) else None

    def _proposes(self, text: str) -> bool:
        proposed = _first(self._tables["proposal"], text) is not None
        return proposed and not self._patterns.any_of(("no_decision", "open"), text)

    def _point_back(self, sentence: Sentence) -> None:
        """'Good, that's settled then': the sentence before says what."""
        for at in range(sentence.at - 1, max(-1, sentence.at - 1 - _POINTS_AT), -1):
            earlier = self._spoken[at]
            known = next((draft for draft in islice(reversed(self.drafts), 3) if earlier in draft.sentences), None)
            if known is not None:
                known.sentences.append(sentence)
                return
            if earlier.text.rstrip().endswith("?") and earlier is not self._proposed:
                continue
            if self._agrees(earlier):
                continue
            if self._tells(earlier.text) and len(earlier.text) <= LONGEST:
                self._add(_Draft(bare(earlier.text, self._patterns), [earlier, sentence]))
                return

    def _agree(self, sentence: Sentence) -> None:
        """Somebody else agrees to a proposal, or to a decision just said."""
        if len(sentence.text.split()) > _SHORT:
            return
        agrees = self._agrees(sentence)
        proposed = self._proposed
        if proposed is not None and sentence.at - proposed.at <= _AGREED_WITHIN:
            if proposed.speaker is not None and proposed.speaker == sentence.speaker:
                return
            if not agrees and self._patterns.match("refuse", sentence.text):
                self._proposed = None
            elif agrees or self._patterns.match("accept", sentence.text):
                self._add(_Draft(bare(proposed.text, self._patterns), [proposed, sentence], proposed=True))
        elif agrees and self.drafts and 0 < sentence.at - self.drafts[-1].sentences[-1].at <= 1:
            self.drafts[-1].sentences.append(sentence)

    def _agrees(self, sentence: Sentence) -> bool:
        return len(sentence.text.split()) <= _SHORT and _first(self._tables["confirm"], sentence.text) is not None

    def _add(self, draft: _Draft) -> None:
        """A decision, unless it says again what was decided before: the fuller words are kept."""
        self._proposed = None
        draft.stems = content_stems(draft.text, self._language)
        for earlier in reversed(self.drafts[-_EARLIER:]):
            near = draft.sentences[0].at - earlier.sentences[-1].at <= _NEAR
            shares = (overlap(draft.stems, earlier.stems), overlap(earlier.stems, draft.stems))
            if (max(shares) if near else min(shares)) >= _SAME:
                earlier.sentences.extend(one for one in draft.sentences if one not in earlier.sentences)
                if earlier.proposed or len(draft.stems) >= len(earlier.stems):
                    earlier.text, earlier.stems, earlier.proposed = draft.text, draft.stems, draft.proposed
                return
        self.drafts.append(draft)

    def _tells(self, text: str) -> bool:
        stems = len(content_stems(text, self._language))
        return stems >= _TELLING or (stems > 0 and len(text.split()) > _TELLING)


@cache
def _tables(language: str) -> dict[str, tuple[re.Pattern[str], ...]]:
    known = phrases(language)
    assert known is not None, "rules need the phrases of the language"
    return {
        kind: tuple(re.compile(pattern, re.I) for pattern in patterns)
        for kind, patterns in (
            ("announced", known.decisions.announced),
            ("proposal", known.decisions.proposal),
            ("confirm", known.decisions.confirm),
        )
    }


def _first(patterns: Sequence[re.Pattern[str]], text: str) -> re.Match[str] | None:
    return next((match for pattern in patterns if (match := pattern.search(text)) is not None), None)


def bare(text: str, patterns: Patterns) -> str:
    """The sentence without 'Okay, ': parted by a comma only, as without 'then' a German one turns into an order."""
    fillers = text[: len(text) - len(patterns.without_fillers(text))]
    return _sentence(text[fillers.rfind(",") + 1 :])


def _sentence(words: str) -> str:
    words = words.strip(" ,;:")
    return words[:1].upper() + words[1:]
