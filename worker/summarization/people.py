"""Who is meant by a name: the speakers, and the people they address."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from steno.transcript import Segment, Transcript
from steno.vocabulary import stop_words

_NAME = r"[A-ZÅÄÖÜÉØÆÀ-Þ][^\W\d_]+(?:-[A-ZÅÄÖ][^\W\d_]+)?"
_ADDRESSED = re.compile(rf"(?:^|[,.!?] |\b(?:hey|hi|hei|hej|ja|and|och|und) )({_NAME})(?=,)|, ({_NAME})(?=[.?!,]|$)")
_INSIDE = re.compile(rf"(?<=[\w,] )({_NAME})\b")
_LABEL = re.compile(r"\d+$")
_ANSWERS_WITHIN = 2  # segments


@dataclass(frozen=True)
class People:
    """The people of a recording: names in lower case, and the speaker that a name means where one is known."""

    names: frozenset[str]
    speakers: dict[str, str]

    def knows(self, name: str) -> bool:
        """Whether this is somebody's name."""
        return name.casefold() in self.names

    def speaker(self, name: str | None) -> str | None:
        """Id of the speaker with that name or label; None where nobody who speaks is meant."""
        if name is None:
            return None
        whole = name.casefold().strip()
        return self.speakers.get(whole) or (self.speakers.get(whole.split()[0]) if whole else None)


def people(transcript: Transcript) -> People:
    """Who is there. A name by which somebody is addressed belongs to the speaker who answers most often."""
    speakers: dict[str, str] = {}
    for speaker in transcript.speakers:
        speakers[speaker.name.casefold()] = speaker.id
        first = speaker.name.split()[0].casefold() if speaker.name.split() else ""
        if first and not _LABEL.search(speaker.name):
            speakers.setdefault(first, speaker.id)
    stop = stop_words(transcript.language)
    addressed = _addressed(transcript.segments, stop)
    for name, votes in addressed.items():
        (speaker_id, count), *others = votes.most_common(2) or [("", 0)]
        if name not in speakers and count >= 2 and (not others or others[0][1] < count):
            speakers[name] = speaker_id
    names = {*speakers, *addressed, *_mentioned(transcript.segments, transcript.language, stop)}
    return People(frozenset(names), speakers)


def addressee(text: str, known: People) -> str | None:
    """The person a sentence is said to, e.g. 'Anna' in 'Could you do it, Anna?'."""
    for match in _ADDRESSED.finditer(text):
        name = match[1] or match[2]
        if known.knows(name):
            return name
    return None


def _addressed(segments: Iterable[Segment], stop: frozenset[str]) -> dict[str, Counter[str]]:
    """Names in the vocative, and who speaks next after each."""
    votes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    listed = list(segments)
    for at, segment in enumerate(listed):
        for match in _ADDRESSED.finditer(segment.text):
            name = (match[1] or match[2]).casefold()
            if name in stop:
                continue
            heard = votes[name]
            for later in listed[at + 1 : at + 1 + _ANSWERS_WITHIN]:
                if later.speaker is not None and later.speaker != segment.speaker:
                    heard[later.speaker] += 1
                    break
    return votes


def _mentioned(segments: Iterable[Segment], language: str, stop: frozenset[str]) -> set[str]:
    """Words written with a capital inside a sentence and never in lower case: names. German writes all nouns so."""
    if language == "de":
        return set()
    found: set[str] = set()
    small: set[str] = set()
    for segment in segments:
        small.update(word for word in re.findall(r"[^\W\d_]+", segment.text) if word[:1].islower())
        found.update(match[1].casefold() for match in _INSIDE.finditer(segment.text))
    return {name for name in found if name not in small and name not in stop}
