"""The patterns of a language, compiled for the people of one recording."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from worker.summarization.languages import Phrases
from worker.summarization.people import People

_NAME = r"(?P<owner>(?:(?:{titles}) )?(?-i:[A-ZÅÄÖÜÉØÆ])[\w-]+)"
_WORDS = re.compile(r"[\w'’-]+")


@dataclass(frozen=True)
class Found:
    """What a pattern found: the words that say what is to be done, the owner named, the words before."""

    task: str
    owner: str | None
    before: str


class Patterns:
    """`match(kind, text)` for the kinds of a language's tables."""

    def __init__(self, language: Phrases, people: People) -> None:
        self._people = people
        tables = {
            **language.actions.model_dump(exclude={"strip", "pointing", "pronouns", "subject", "aside", "reason"}),
            "decision": language.decisions.decision,
            "no_decision": language.decisions.never,
            "open": language.questions.open,
            "unknown": language.questions.unknown,
            "question": language.questions.question,
            "small_talk": language.questions.small_talk,
        }
        name = _NAME.replace("{titles}", language.people.titles)
        self._tables: dict[str, list[re.Pattern[str]]] = {
            kind: [re.compile(pattern.replace("{name}", name), re.I) for pattern in patterns]
            for kind, patterns in tables.items()
        }
        self._pointing = frozenset(language.actions.pointing.split())
        self._pronouns = frozenset(language.actions.pronouns.split())
        self._subject = re.compile(rf"^(\S+) (?:{language.actions.subject})\b ?", re.I)
        self._aside = re.compile(language.actions.aside, re.I)
        self._reason = re.compile(language.actions.reason, re.I)
        self._strip = [re.compile(pattern, re.I) for pattern in language.actions.strip]

    def match(self, kind: str, text: str) -> Found | None:
        """The first pattern of that kind that fits, with a name only where it is a person's."""
        for pattern in self._tables[kind]:
            match = pattern.search(text)
            while match is not None:
                groups = match.groupdict()
                owner = groups.get("owner")
                if owner is None or self._people.knows(owner):
                    task = groups.get("task") or groups.get("text") or ""
                    return Found(task.strip(), owner, text[: match.start()].strip())
                match = pattern.search(text, match.end("owner"))
        return None

    def any_of(self, kinds: Iterable[str], text: str) -> Found | None:
        """The first of several kinds that fits."""
        return next((found for kind in kinds if (found := self.match(kind, text)) is not None), None)

    def refers_back(self, task: str) -> bool:
        """Whether a task only points at what was said before: 'do that'."""
        return all(word in self._pointing or word in self._pronouns for word in _words(task))

    def is_pronoun(self, word: str) -> bool:
        """Whether a word may stand for a thing."""
        return word.casefold() in self._pronouns

    def without_aside(self, task: str) -> str:
        """The task without what is only said beside it: 'update the list' of 'update the list, I talked to her'."""
        match = self._aside.search(task)
        return task[: match.start()] if match is not None and match.start() > 0 else task

    def before_reason(self, aside: str) -> str:
        """What is said beside a task before a reason or a condition, whose date is not the task's."""
        match = self._reason.search(aside)
        return aside[: match.start()] if match is not None else aside

    def without_subject(self, task: str) -> str:
        """The task without 'I' behind its verb, as German and Swedish put it: 'skickar ut listan'."""
        return self._subject.sub(r"\1 ", task)

    def without_fillers(self, text: str) -> str:
        """The sentence without the words people begin with."""
        before = None
        while before != text:
            before = text
            for pattern in self._strip:
                text = pattern.sub("", text, count=1)
        return text


def _words(text: str) -> list[str]:
    return [word.casefold().replace("’", "'") for word in _WORDS.findall(text)]
