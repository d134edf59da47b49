"""Whether the cited words bear what is claimed of them: deterministic, and the same whoever claims it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from steno.exports.clean import clean
from steno.minutes import ActionItem, Due, Evidence, Statement
from steno.sayings.marking import said
from steno.transcript import Segment, Transcript
from steno.vocabulary import content_stems, inflected, numbers, overlap, tokens
from worker.summarization.dates import resolve_due
from worker.summarization.people import People
from worker.summarization.wording import iso_day, said_number, shares_run

# Of the golden meetings' statements 98 % have so great a share of their words in the segments that prove them, and 3 %
# in two segments drawn at random (`python -m tests.bench evidence`).
_ENOUGH_WORDS = 0.25
_MOST_CITED = 12  # segments; who cites everything has proven nothing
_LONGEST = 600  # characters of a statement
_LONGEST_TITLE = 120
_LINK = re.compile(
    r"(?:https?|ftp)://\S+|\bwww\.\S+|\b[\w.+-]+@[\w-]+\.\w+|\b[\w-]+\.(?:com|org|net|example|io|ru|info)\b", re.I
)

_LABEL = re.compile(r"\d$")

NO_EVIDENCE = said("cites nothing that was said")
NOT_SAID = said("none of its words were said there")
LINK = said("holds an address that nobody said")
LEAK = said("repeats the instructions of the language model")


class Dropped(Exception):
    """A statement that is left out; the message is the reason, as counted in the minutes."""


@dataclass(frozen=True)
class Checker:
    """Checks claims against a transcript. Where minutes are in another language than it, words cannot be compared."""

    transcript: Transcript
    people: People
    recorded: date
    language: str
    instructions: str = ""

    @cached_property
    def _segments(self) -> dict[int, Segment]:
        return {segment.id: segment for segment in self.transcript.segments}

    @cached_property
    def _names(self) -> dict[str, str]:
        return {speaker.id: speaker.name for speaker in self.transcript.speakers}

    @cached_property
    def _vocabulary(self) -> frozenset[str]:
        """Every word of the transcript."""
        return frozenset(
            word for segment in self.transcript.segments for word in tokens(segment.text, self.transcript.language)
        )

    @property
    def same_language(self) -> bool:
        """Whether the words of a claim can be looked for in the transcript."""
        return self.language == self.transcript.language

    @cached_property
    def all_segments(self) -> frozenset[int]:
        """Ids of every segment."""
        return frozenset(self._segments)

    def name_of(self, speaker: str | None) -> str | None:
        """What a speaker is called; anybody else's name stays."""
        return self._names.get(speaker, speaker) if speaker is not None else None

    def statement(self, text: str, cited: Iterable[int], shown: frozenset[int]) -> Statement:
        """A statement with its evidence. `shown` are the segments that whoever claims it has seen. Raises Dropped."""
        text = clean(text)[:_LONGEST]
        segments = self._cited(text, cited, shown)
        doubts = self._of_words(text, segments)
        return Statement(text=text, evidence=self._evidence(segments), doubts=tuple(doubts))

    def title(self, text: str, cited: Iterable[int]) -> Statement:
        """A title about these segments, most of whose words may be its own. Raises Dropped."""
        text, known = clean(text)[:_LONGEST_TITLE], list(cited)
        segments = self._cited(text, known, self.all_segments)
        spoken = " ".join(self._segments[number].text for number in known)
        heard = content_stems(spoken, self.language)
        if self.same_language and overlap(content_stems(text, self.language), heard) < _ENOUGH_WORDS:
            raise Dropped(NOT_SAID)
        if any(not said_number(number, spoken, self.transcript.language) for number in numbers(text)):
            raise Dropped(NOT_SAID)
        return Statement(text=text, evidence=self._evidence(segments))

    def action(
        self,
        task: str,
        owner: str | None,
        due: str | None,
        due_date: str | None,
        cited: Iterable[int],
        shown: frozenset[int],
    ) -> ActionItem:
        """An action item with its evidence, its owner a speaker where one is meant. Raises Dropped."""
        task = clean(task)[:_LONGEST]
        segments = self._cited(task, cited, shown)
        doubts = self._of_words(task, segments)
        named, speaker, doubt = self._owner(owner, segments)
        doubts += doubt
        when, doubt = self._due(due, due_date, segments)
        doubts += doubt
        return ActionItem(
            task=task,
            owner=named,
            owner_speaker=speaker,
            due=when,
            evidence=self._evidence(segments),
            doubts=tuple(doubts),
        )

    def _cited(self, text: str, cited: Iterable[int], shown: frozenset[int]) -> list[Segment]:
        if not text:
            raise Dropped(NO_EVIDENCE)
        known = [
            self._segments[number] for number in dict.fromkeys(cited) if number in shown and number in self._segments
        ]
        if not known:
            raise Dropped(NO_EVIDENCE)
        if len(known) > _MOST_CITED:
            claimed = content_stems(text, self.transcript.language)
            known = sorted(known, key=lambda one: -overlap(claimed, self._stems(one)))[:_MOST_CITED]
        heard = " ".join(segment.text for segment in known).casefold()
        if any(link.casefold().rstrip(".,;)") not in heard for link in _LINK.findall(text)):
            raise Dropped(LINK)
        if self.instructions and shares_run(text, self.instructions, self.language):
            raise Dropped(LEAK)
        return sorted(known, key=lambda one: (one.start, one.id))

    def _stems(self, segment: Segment) -> list[str]:
        return content_stems(segment.text, self.transcript.language)

    def _of_words(self, text: str, segments: Sequence[Segment]) -> list[str]:
        """Doubts about the words and numbers of a text. Raises Dropped where nothing of it was said."""
        doubts = []
        if self.same_language:
            heard = [stem for segment in segments for stem in self._stems(segment)]
            heard += [
                stem
                for segment in segments
                for stem in content_stems(self.name_of(segment.speaker) or "", self.language)
            ]
            share = overlap(content_stems(text, self.language), heard)
            if share == 0:
                raise Dropped(NOT_SAID)
            if share < _ENOUGH_WORDS:
                doubts.append(said("few of its words were said there"))
        spoken = " ".join(segment.text for segment in segments)
        missing = [number for number in numbers(text) if not said_number(number, spoken, self.transcript.language)]
        if missing:
            doubts.append(said(f"{', '.join(missing)} was not said there"))
        return doubts

    def _owner(self, owner: str | None, segments: Sequence[Segment]) -> tuple[str | None, str | None, list[str]]:
        """The owner's name, speaker id and doubts."""
        name = clean(owner or "")[:80]
        if not name:
            return None, None, []
        speaker = self.people.speaker(name)
        shown = self._names.get(speaker, name) if speaker is not None else name
        if _LABEL.search(shown):
            shown = name  # a name that was said tells more than 'Speaker 3'
        here = speaker is not None and any(segment.speaker == speaker for segment in segments)
        if here or self._spoken(name, segments):
            return shown, speaker, []
        if speaker is not None or self._known(name):
            return shown, speaker, [said(f"{shown} neither says this nor is named there")]
        # An owner of whom nobody ever spoke is no reading of the words, but an invention.
        return None, None, [said("an owner of whom nobody speaks was left out")]

    def _due(self, due: str | None, given: str | None, segments: Sequence[Segment]) -> tuple[Due | None, list[str]]:
        """The due date. Our own reading of the words goes before the model's."""
        spoken = clean(due or "")[:120]
        if not spoken:
            return None, [said("a date without words for it was left out")] if given else []
        heard = {token for segment in segments for token in tokens(segment.text, self.transcript.language)}
        wanted = tokens(spoken, self.transcript.language)
        if not wanted or not all(token in heard for token in wanted):
            return None, [said(f"the due date “{spoken}” was not said there")]
        day = resolve_due(spoken, self.transcript.language, self.recorded)
        if day is not None:
            return Due(spoken=spoken, day=day), []
        read = iso_day(given)
        if read is None:
            return Due(spoken=spoken), []
        return Due(spoken=spoken, day=read), [said(f"{read.isoformat()} is the language model's reading of “{spoken}”")]

    def _spoken(self, name: str, segments: Iterable[Segment]) -> bool:
        """Whether one segment says every part of the name, with or without an ending."""
        parts = tokens(name, self.transcript.language)
        heard = [tokens(segment.text, self.transcript.language) for segment in segments]
        return any(all(any(inflected(part, word) for word in words) for part in parts) for words in heard)

    def _known(self, name: str) -> bool:
        """Whether the name is said anywhere."""
        parts = tokens(name, self.transcript.language)
        return all(any(inflected(part, word) for word in self._vocabulary) for part in parts)

    def _evidence(self, segments: Iterable[Segment]) -> tuple[Evidence, ...]:
        return tuple(
            Evidence(start=one.start, end=one.end, segment=one.id, speaker=self.name_of(one.speaker), quote=one.text)
            for one in segments
        )
