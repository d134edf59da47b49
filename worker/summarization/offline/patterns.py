"""The patterns of a language, compiled for the people of one recording."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from worker.summarization.languages import Phrases
from worker.summarization.people import People

_NAME = r"(?P<owner>[^\W\d_][\w-]+)"


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
            **language.actions.model_dump(exclude={"back_reference", "strip"}),
            "decision": language.decisions.decision,
            "no_decision": language.decisions.never,
            "open": language.questions.open,
            "unknown": language.questions.unknown,
            "question": language.questions.question,
            "small_talk": language.questions.small_talk,
        }
        self._tables: dict[str, list[re.Pattern[str]]] = {
            kind: [re.compile(pattern.replace("{name}", _NAME), re.I) for pattern in patterns]
            for kind, patterns in tables.items()
        }
        self._back = re.compile(language.actions.back_reference, re.I)
        self._strip = [re.compile(pattern, re.I) for pattern in language.actions.strip]

    def match(self, kind: str, text: str) -> Found | None:
        """The first pattern of that kind that fits, with a name only where it is a person's."""
        for pattern in self._tables[kind]:
            for match in pattern.finditer(text):
                groups = match.groupdict()
                owner = groups.get("owner")
                if owner is not None and not (self._people.knows(owner) and owner[:1].isupper()):
                    continue
                task = groups.get("task") or groups.get("text") or ""
                return Found(task.strip(), owner, text[: match.start()].strip())
        return None

    def any_of(self, kinds: Iterable[str], text: str) -> Found | None:
        """The first of several kinds that fits."""
        return next((found for kind in kinds if (found := self.match(kind, text)) is not None), None)

    def refers_back(self, task: str) -> bool:
        """Whether a task only points at what was said before: 'do that'."""
        return self._back.match(task.strip(" .!?,")) is not None

    def without_fillers(self, text: str) -> str:
        """The sentence without the words people begin with."""
        before = None
        while before != text:
            before = text
            for pattern in self._strip:
                text = pattern.sub("", text, count=1)
        return text
