"""Who is meant by a name: the speakers, and the people they address or speak of."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from steno.transcript import Segment, Transcript
from steno.vocabulary import stop_words
from worker.summarization.languages import PeoplePhrases, Phrases, languages, phrases

_NAME = r"[A-ZÅÄÖÜÉØÆÀ-Þ][^\W\d_]+(?:-[A-ZÅÄÖ][^\W\d_]+)?"
# 'Anna, could you', 'And Anna, could you', 'Okay, Anna, could you'
_FIRST = re.compile(rf"^(?:[^\W\d_]+, )?(?:(?:and|so|then|hey|hi|und|dann|och|så|hej|ja|hei|no) )?({_NAME}),", re.I)
_LAST = re.compile(rf", ({_NAME})(?=[.?!,]|$)")  # 'Could you do it, Anna?'
_INSIDE = re.compile(rf"(?<=[\w,] )({_NAME})\b")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)?")
_LABEL = re.compile(r"\d+$")
# Votes: after a question the one addressed speaks next; after 'Thanks, Anna' it may be the one before.
_ASKED = 2
_TOLD = 1
_SURE = 2


@dataclass(frozen=True)
class People:
    """The people of a recording: names in lower case, and the speaker that a name means where one is known."""

    names: frozenset[str]
    speakers: dict[str, str]
    titles: str = field(default="(?!)")

    def knows(self, name: str) -> bool:
        """Whether this is somebody's name. Whoever has a title has a name: 'Herr Wessel'."""
        return name.casefold() in self.names or re.match(rf"(?:{self.titles}) \S", name) is not None

    def speaker(self, name: str | None) -> str | None:
        """Id of the speaker with that name or label; None where nobody who speaks is meant."""
        if name is None:
            return None
        whole = name.casefold().strip()
        return self.speakers.get(whole) or (self.speakers.get(whole.split()[0]) if whole else None)

    def last_named(self, text: str) -> str | None:
        """The last person of whom a text speaks by name."""
        named = [match for match in _WORD.finditer(text) if match[0][:1].isupper() and self.knows(match[0])]
        if not named:
            return None
        title = re.search(rf"(?:{self.titles}) $", text[: named[-1].start()])
        return title[0] + named[-1][0] if title is not None else self._basic(named[-1][0])

    def _basic(self, name: str) -> str:
        """The basic form of a name that has an ending, where it was said too or is common: Riitta of 'Riitalla'."""
        if name.casefold() in self.speakers or name.casefold() in _given_names():
            return name
        stem = name.casefold()[:4]
        alike = [one for one in (*self.speakers, *sorted(self.names & _given_names())) if one.startswith(stem)]
        return alike[0].capitalize() if len(stem) == 4 and alike else name


def people(transcript: Transcript) -> People:
    """Who is there. A name by which somebody is addressed belongs to the speaker who answers most often."""
    speakers: dict[str, str] = {}
    for speaker in transcript.speakers:
        speakers[speaker.name.casefold()] = speaker.id
        first = speaker.name.split()[0].casefold() if speaker.name.split() else ""
        if first and not _LABEL.search(speaker.name):
            speakers.setdefault(first, speaker.id)
    words = _Words(transcript.segments, transcript.language)
    names = {*speakers, *words.names()}
    nameless = {speaker.id for speaker in transcript.speakers if _LABEL.search(speaker.name)}
    for name, speaker_id in _answering(_votes(transcript.segments, names - set(speakers))):
        if speaker_id in nameless:
            speakers.setdefault(name, speaker_id)
    known = phrases(transcript.language)
    return People(frozenset(names), speakers, known.people.titles if known else "(?!)")


def addressee(text: str, known: People) -> str | None:
    """The person a sentence is said to, e.g. 'Anna' in 'Could you do it, Anna?'."""
    return next((name for name in _addressed(text) if known.knows(name)), None)


def _addressed(text: str) -> list[str]:
    found = [*_FIRST.finditer(text), *_LAST.finditer(text)]
    return [match[1] for match in found if match[1][:1].isupper()]


class _Words:
    """Which words of a transcript are names."""

    def __init__(self, segments: Sequence[Segment], language: str) -> None:
        self._segments, self._language = segments, language
        self._stop = stop_words(language)
        self._phrases = phrases(language)
        self._small = {word for one in segments for word in _WORD.findall(one.text) if word[:1].islower()}
        self._noun = re.compile(_people(language).things if self._phrases is not None else ".*", re.I)

    def names(self) -> set[str]:
        """Given names, words at the end of a sentence as one addresses somebody, and words that only names are like.

        Inside a sentence a capital says that it is a name, except in German, which writes all its nouns so.
        """
        inside: Counter[str] = Counter()
        spoken: set[str] = set()
        for segment in self._segments:
            spoken.update(word.casefold() for word in _WORD.findall(segment.text) if word[:1].isupper())
            addressed = [match[1].casefold() for match in _LAST.finditer(segment.text)]
            if self._language == "de":
                inside.update(addressed)
            else:
                inside.update([*addressed, *(match[1].casefold() for match in _INSIDE.finditer(segment.text))])
        often = _SURE if self._language == "de" else 1
        likely = {name for name, count in inside.items() if count >= often}
        likely |= spoken & _given_names()
        doing = set(self._doing())
        likely |= doing - self._known_words() if doing else doing
        for segment in self._segments if self._phrases is not None else ():  # 'Herr Ahlers' is 'Ahlers' later
            likely |= {match[1].casefold() for match in _titled(self._language).finditer(segment.text)}
        # Endings: 'Tuomas' begins a sentence, 'Tuomaksella' is inside one.
        rare = [word for word in spoken if len(word) > 4 and word not in self._small]
        likely |= {word for word in rare if any(one.startswith(word[:-1]) for one in likely)}
        if self._language == "fi":  # 'Liisan pitää': endings of up to three letters
            likely |= {word[:-end] for word in rare for end in (1, 2, 3)} & _given_names()
        return {name for name in likely if not self._is_word(name)}

    def _doing(self) -> Iterator[str]:
        """Words with a capital before a verb that people do: 'Omar will test it'."""
        if self._phrases is None:
            return
        does = re.compile(rf"(?:^|(?<=[.!?,;] ))({_NAME})(?= (?:{self._phrases.people.does})\b|'(?:s going to|ll)\b)")
        for segment in self._segments:
            for match in does.finditer(segment.text):
                name = match[1].casefold()
                if name not in self._small and (not self._noun.fullmatch(name) or name in _given_names()):
                    yield name

    def _known_words(self) -> frozenset[str]:
        """Words of the language that its phrases hold, and nouns: what stands behind an article."""
        behind = re.compile(rf"\b(?:{_people(self._language).articles}) ([^\W\d_]+)", re.I)
        nouns = {match[1].casefold() for one in self._segments for match in behind.finditer(one.text)}
        return _phrase_words(self._language) | nouns

    def _is_word(self, name: str) -> bool:
        """Whether this is rather a word of the language: said in small letters too, a weekday, a 'Yeah'."""
        if name in self._stop or (name in self._small and name not in _given_names()):
            return True
        if self._phrases is None:
            return False
        dates, actions = self._phrases.dates, self._phrases.actions
        if any(re.fullmatch(one, name, re.I) for one in (*dates.weekdays, *dates.months)):
            return True
        answers = (*actions.accept, *actions.strip, *actions.refuse, *actions.welcome)
        matches = (re.match(one, f"{name}, ", re.I) for one in answers)
        return any(match is not None and match.end() >= len(name) for match in matches)


def _people(language: str) -> PeoplePhrases:
    known = phrases(language)
    assert known is not None
    return known.people


@cache
def _titled(language: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{_people(language).titles}) ({_NAME})")


@cache
def _phrase_words(language: str) -> frozenset[str]:
    known = phrases(language)
    return frozenset(_WORD.findall(known.model_dump_json(exclude={"people"}).casefold())) if known else frozenset()


@cache
def _given_names() -> frozenset[str]:
    found: set[str] = set()
    for language in languages():
        known: Phrases | None = phrases(language)
        if known is not None:
            found.update(known.people.given.casefold().split())
    return frozenset(found)


def _votes(segments: Sequence[Segment], names: set[str]) -> dict[str, Counter[str]]:
    """For each name the speakers who spoke before and after it was said to somebody."""
    votes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    before: str | None = None  # the last other speaker than the present one
    for at, segment in enumerate(segments):
        if at and segments[at - 1].speaker != segment.speaker:
            before = segments[at - 1].speaker
        for name in {name.casefold() for name in _addressed(segment.text)} & names:
            after = next((one.speaker for one in segments[at + 1 : at + 4] if one.speaker != segment.speaker), None)
            asked = segment.text.rstrip().endswith("?")
            if after is not None:
                votes[name][after] += _ASKED if asked else _TOLD
            if before is not None and not asked:
                votes[name][before] += _TOLD
            if segment.speaker is not None:
                votes[name][segment.speaker] -= _ASKED
    return votes


def _answering(votes: dict[str, Counter[str]]) -> list[tuple[str, str]]:
    """Names and their speakers, the surest first; one speaker has one name."""
    ranked: list[tuple[int, str, str]] = []
    for name, counted in votes.items():
        (speaker, most), *others = counted.most_common(2)
        if most >= _SURE and (not others or others[0][1] < most):
            ranked.append((most, name, speaker))
    found: dict[str, str] = {}
    for _, name, speaker in sorted(ranked, reverse=True):
        found.setdefault(speaker, name)
    return [(name, speaker) for speaker, name in found.items()]
