"""What one sentence says of a task: the draft of an action item."""

import re
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from itertools import zip_longest

from steno.minutes import Due
from steno.vocabulary import content_stems, stop_words, tokens
from worker.summarization.dates import due_phrases, find_due
from worker.summarization.offline.patterns import Found, Patterns
from worker.summarization.offline.sentences import Sentence
from worker.summarization.people import People, addressee

# What a sentence of each kind is worth, in the order in which they are looked for. Two points make an item: measured on
# the golden meetings (docs/evaluation.md).
_POINTS = {
    "marker": 3, "named": 2, "commitment": 2,
    "request": 1, "delivery": 1, "dated": 1, "anybody": 1, "offer": 1, "need": 1,
}  # fmt: skip
_WITH_DATE = frozenset({"delivery", "dated"})  # kinds that say something of a task only where they name a day
_WHO = frozenset({"named", "commitment", "request"})  # kinds that say whose task it is
_CLAUSE = re.compile(r"[,;] (?:(?:and|und|och|ja) )?")
ASKED = frozenset({"request", "anybody", "need"})
_LONGEST = 400  # characters of a sentence that are read: speech without full stops goes on for pages
_EDGE = " ,;:.!?…–-\"'"
_VOCATIVE = re.compile(r", ([^\W\d_][\w-]+)$")
_BEFORE_STEMS = 2  # words that carry meaning, before 'so I'll do that', which say what 'that' is


class State(StrEnum):
    """How far the talk about a task has come."""

    OPEN = "open"
    TAKEN = "taken"
    REFUSED = "refused"


@dataclass(frozen=True)
class Naming:
    """A person, and the sentence that spoke of them by name."""

    name: str
    sentence: Sentence


@dataclass
class Draft:
    """An action item that is still being talked about; `points` say how much it looks like one.

    `bare`: it only points at what was said before ('do that'). `leans`: a pronoun stands for its thing ('send it').
    `delivers`: it says when somebody has it ('You'll have the list on Monday').
    """

    task: str
    sentences: list[Sentence]
    kind: str
    points: int
    owner: str | None = None
    addressee: str | None = None
    due: Due | None = None
    state: State = State.OPEN
    bare: bool = False
    leans: bool = False
    delivers: bool = False
    stems: list[str] = field(default_factory=list)

    @property
    def dropped(self) -> bool:
        """Whether it was refused or taken back."""
        return self.state is State.REFUSED

    @property
    def last(self) -> Sentence:
        """The latest sentence about it."""
        return self.sentences[-1]

    def proven_by(self, sentence: Sentence) -> None:
        """Add a sentence to what proves it."""
        if sentence not in self.sentences:
            self.sentences.append(sentence)


class Drafter:
    """Reads single sentences by the patterns of a language."""

    def __init__(self, patterns: Patterns, people: People, language: str, recorded: date) -> None:
        self._patterns, self._people, self._language, self._recorded = patterns, people, language, recorded

    def drafts(self, sentence: Sentence, spoken_of: Naming | None) -> list[Draft]:
        """What a sentence says of tasks; two where two people do something: 'I'll book it, and Ben will pay.'"""
        whole = self.draft(sentence, spoken_of)
        if whole is None:
            return []
        for cut in _CLAUSE.finditer(sentence.text[:_LONGEST]):
            parts = (sentence.text[: cut.start()], sentence.text[cut.end() : _LONGEST])
            found = [self.draft(replace(sentence, text=part), spoken_of) for part in parts]
            sure = [one for one in found if one is not None and one.kind in _WHO and not one.bare and one.stems]
            first, second = (sure[0], sure[1]) if len(sure) == len(parts) else (None, None)
            if first is not None and second is not None and self._who(first) != self._who(second):
                for one in (first, second):
                    one.sentences = [*one.sentences[:-1], sentence]
                return [first, second]
        return [whole]

    @staticmethod
    def _who(draft: Draft) -> str | None:
        return "you" if draft.kind == "request" else draft.owner

    def draft(self, sentence: Sentence, spoken_of: Naming | None) -> Draft | None:
        """What a sentence promises, asks or calls needed; `spoken_of` is the person 'she' or 'he' stands for."""
        text = sentence.text[:_LONGEST]
        if self._patterns.match("never", text):
            return None
        for kind, points in _POINTS.items():
            found = self._patterns.match(kind, text)
            if found is None or (kind not in ASKED and self._past(found)):
                continue
            if self._patterns.match("negated", found.task):
                continue
            meant = found.owner or (self._people.last_named(found.before) if kind == "named" else None)
            if kind == "named" and meant is None and spoken_of is None:
                continue
            due = self.due(text) if kind == "offer" else self._due(found, text)
            asks = text.rstrip().endswith("?")
            if kind in _WITH_DATE and (due is None or asks):
                continue
            if self._at_once(found, text, due):
                return None
            draft = self._of(kind, found, sentence)
            draft.points, draft.due = points + (due is not None) - (kind == "named" and asks), due
            if kind in ASKED:
                draft.addressee = found.owner or addressee(text, self._people)
                draft.points += kind == "request" and draft.addressee is not None
            elif kind == "named" and meant is None and spoken_of is not None:
                draft.owner = spoken_of.name
                draft.sentences.insert(0, spoken_of.sentence)
            elif kind != "marker":
                draft.owner = meant or sentence.speaker
            return draft
        return None

    def due(self, text: str) -> Due | None:
        """The due date in a text."""
        return find_due(text[:_LONGEST], self._language, self._recorded)

    def declines(self, text: str) -> bool:
        """Whether a sentence speaks of what will not be, or is no longer to be, done, or of what stays open."""
        return self._patterns.any_of(("never", "open"), text) is not None

    def stems_beside_due(self, text: str) -> list[str]:
        """The words of a text that carry meaning, without its dates."""
        stems = content_stems(self._beside_due(text), self._language)
        return [stem for stem in stems if not self._patterns.refers_back(stem)]

    def points(self, text: str) -> bool:
        """Whether a pronoun stands for a thing: 'send that to Anna', and not 'send that report'."""
        words = tokens(self._beside_due(text), self._language)
        light = stop_words(self._language)
        return any(
            self._patterns.is_pronoun(word) and (after is None or after in light or self._patterns.refers_back(after))
            for word, after in zip_longest(words, words[1:])
        )

    def tidy(self, task: str) -> str:
        """The task without fillers, commas and dates at its ends."""
        before = None
        while before != task:
            before = task
            task = self._patterns.without_fillers(task.strip(_EDGE))
            match = _VOCATIVE.search(task)
            if match is not None and self._people.knows(match[1]):
                task = task[: match.start()]
            phrases = due_phrases(task, self._language, self._recorded)
            if phrases and phrases[-1].span[1] == len(task):
                task = task[: phrases[-1].span[0]]
            elif phrases and phrases[0].span[0] == 0:
                task = task[phrases[0].span[1] :]
        return task

    def _explained(self, said: str, found: Found) -> bool:
        few = len(self.stems_beside_due(said)) <= 1 and self.points(said)
        return few and found.before.endswith(",") and len(self.stems_beside_due(found.before)) >= _BEFORE_STEMS

    def _without_joint(self, text: str) -> str:
        """Without a last 'so' or 'and', which leads to what is said next."""
        rest, _, last = text.rpartition(" ")
        return self._without_joint(self.tidy(rest)) if self._patterns.without_fillers(f"{last} x") == "x" else text

    def _beside_due(self, text: str) -> str:
        for phrase in reversed(due_phrases(text, self._language, self._recorded)):
            text = text[: phrase.span[0]] + " " + text[phrase.span[1] :]
        return text

    def _of(self, kind: str, found: Found, sentence: Sentence) -> Draft:
        text, delivers = sentence.text[:_LONGEST], kind == "delivery"
        said = self.tidy(self._patterns.without_subject(self._patterns.without_aside(found.task)))
        bare = self._patterns.refers_back(said)
        task = said
        front = found.before.rpartition(",")[2]
        if bare and self.stems_beside_due(front):  # 'The bakery account I can take'
            task, bare = self.tidy(f"{front} {self._patterns.without_aside(text[len(found.before) :].strip())}"), False
        elif bare:
            before = self._without_joint(self.tidy(found.before))
            if len(self.stems_beside_due(before)) >= _BEFORE_STEMS:
                task, bare = before, False
        if kind in ASKED and said and self._explained(said, found):
            task = self.tidy(text)  # 'The screenshots are old, somebody should redo those'
        stems = self.stems_beside_due(task)
        leans = bare or (len(stems) <= 2 and self.points(said))
        kind = "named" if found.owner and kind == "dated" else "commitment" if kind in _WITH_DATE else kind
        draft = Draft(task or said, [sentence], kind, 0, bare=bare, leans=leans, stems=stems)
        draft.delivers = delivers
        return draft

    def _due(self, found: Found, text: str) -> Due | None:
        """The date said with the task, else before it, else beside it: there not that of a reason or of the past."""
        said = self._patterns.without_aside(found.task)
        aside = found.task[len(said) :]
        at = max(0, text.find(found.task))
        rest = text[at + len(found.task) :]
        for part in (said, text[:at], self._patterns.before_reason(aside + rest)):
            due = self.due(part)
            if due is not None:
                return due
        late = [one.due for one in due_phrases(aside, self._language, self._recorded) if one.deadline]
        return late[0] if late else None

    def _past(self, found: Found) -> bool:
        said = self._patterns.without_aside(found.task).rstrip(_EDGE)
        return self._patterns.match("past", said) is not None

    def _at_once(self, found: Found, text: str, due: Due | None) -> bool:
        """Whether it is done at once, in the meeting; what has a day to come is not."""
        if due is not None and due.day is not None and due.day > self._recorded:
            return False
        return any(self._patterns.match("immediate", said) is not None for said in (text, found.task))
