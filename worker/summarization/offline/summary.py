"""An extractive summary: the sentences most like all the others of their topic, in their own words.

LexRank (Erkan and Radev 2004), sumy's implementation, on our own tokens.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from steno.minutes import Topic
from steno.transcript import Transcript
from steno.vocabulary import content_stems, tokens
from worker.summarization.offline.claims import Claim
from worker.summarization.offline.sentences import Sentence, sentences
from worker.summarization.offline.telling import Vocabulary

_FEWEST, _MOST = 3, 25  # sentences of a summary
_AN_HOUR_MORE = 7  # sentences that each hour adds to the fewest
_SHARE = 3  # at most one sentence in so many that could be taken
_SHORTEST, _LONGEST = 6, 45  # tokens: shorter ones are answers and greetings, longer ones run-on speech
_TELLING_STEMS = 4
# LexRank compares every sentence with every other: 120 of them take 0.1 s.
_RANKED = 120
_SAME = 0.7  # share of the stems of the shorter of two sentences from which on they say the same
_TITLE_WORDS = 4
_QUESTION = ("?", "？", ";", "؟")


@dataclass(frozen=True)
class _Candidate:
    """A sentence as sumy wants it: hashable, with `words`."""

    sentence: Sentence
    words: tuple[str, ...]


@dataclass(frozen=True)
class _Document:
    sentences: tuple[_Candidate, ...]


def summarize(spoken: Sequence[Sentence], topics: Sequence[Topic], language: str) -> list[Claim]:
    """The most telling sentences in order of time: 3 to 10 for an hour, at most 25.

    Every topic gives as many as it holds sentences worth taking; the longest topics come first.
    """
    groups = _by_topic(spoken, topics, language)
    usable = sum(len(group) for group in groups)
    hours = (topics[-1].end - topics[0].start) / 3600 if topics else 0.0
    wanted = min(_MOST, round(_FEWEST + _AN_HOUR_MORE * hours), max(1, usable // _SHARE), usable)
    taken: list[_Candidate] = []
    for group, share in zip(groups, _shares([len(group) for group in groups], wanted), strict=True):
        taken.extend(_best(group, share, taken))
    taken.sort(key=lambda one: one.sentence.at)
    return [Claim(one.sentence.text, (one.sentence,)) for one in taken]


def title(transcript: Transcript, topics: Sequence[Topic], language: str) -> str:
    """The words most said in the recording; its name where none tells anything."""
    names = [speaker.name for speaker in transcript.speakers]
    spoken = sentences(transcript)
    words = Vocabulary(spoken, language, without=names).telling(spoken, _TITLE_WORDS) if topics else []
    if not words:
        return PurePath(transcript.provenance.recording_name).stem or transcript.provenance.recording_name
    joined = ", ".join(words)
    return joined[0].upper() + joined[1:]


def _by_topic(spoken: Sequence[Sentence], topics: Sequence[Topic], language: str) -> list[list[_Candidate]]:
    """The sentences worth taking, topic by topic."""
    groups: list[list[_Candidate]] = [[] for _ in topics] or [[]]
    at = 0
    for sentence in spoken:
        while at + 1 < len(topics) and sentence.segment.start >= topics[at + 1].start:
            at += 1
        words = tuple(content_stems(sentence.text, language))
        length = len(tokens(sentence.text, language))
        if (
            _SHORTEST <= length <= _LONGEST
            and len(words) >= _TELLING_STEMS
            and not sentence.text.endswith(_QUESTION)
            and not sentence.segment.suspect
        ):
            groups[at].append(_Candidate(sentence, words))
    return groups


def _shares(sizes: Sequence[int], wanted: int) -> list[int]:
    """`wanted` seats, one at a time to the topic with the most sentences a seat (D'Hondt's method)."""
    shares = [0] * len(sizes)
    for _ in range(wanted):
        best = max(range(len(sizes)), key=lambda at: (sizes[at] / (shares[at] + 1), -at))
        shares[best] += 1
    return shares


def _best(group: Sequence[_Candidate], count: int, taken: Sequence[_Candidate]) -> Sequence[_Candidate]:
    distinct = _distinct(_densest(group), taken)
    # In two sentences or fewer no word is rarer than another, and LexRank has nothing to go by.
    if len(distinct) <= 2 or count == 0:
        return distinct[:count]
    import numpy
    from sumy.summarizers.lex_rank import LexRankSummarizer

    with numpy.errstate(all="ignore"):
        best: tuple[_Candidate, ...] = LexRankSummarizer()(_Document(tuple(distinct)), count)
    return best


def _densest(group: Sequence[_Candidate]) -> Sequence[_Candidate]:
    """The sentences of a long topic with the most of its own words, in order of time."""
    if len(group) <= _RANKED:
        return group
    counts = Counter(word for one in group for word in set(one.words))
    weights = {one: sum(counts[word] for word in set(one.words)) for one in group}
    return sorted(
        sorted(group, key=lambda one: (-weights[one], one.sentence.at))[:_RANKED], key=lambda one: one.sentence.at
    )


def _distinct(group: Sequence[_Candidate], taken: Sequence[_Candidate]) -> list[_Candidate]:
    """Without what was said before in nearly the same words: LexRank would take both, as they support each other."""
    kept: list[_Candidate] = []
    for one in group:
        if not any(_alike(one, other) for other in (*taken, *kept)):
            kept.append(one)
    return kept


def _alike(one: _Candidate, other: _Candidate) -> bool:
    left, right = set(one.words), set(other.words)
    return len(left & right) >= _SAME * min(len(left), len(right))
