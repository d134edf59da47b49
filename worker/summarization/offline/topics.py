"""Topics: where a recording turns to something else, and the words that tell each stretch.

The turns are found by TextTiling (Hearst 1997), nltk's implementation.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from math import sqrt
from statistics import mean, pstdev
from typing import Any

from steno.minutes import Topic
from steno.transcript import Transcript
from steno.vocabulary import content_stems
from worker.summarization.offline.sentences import Sentence
from worker.summarization.offline.telling import Vocabulary

_SECONDS_A_TOPIC = 300.0
_MOST_TOPICS = 40
_SHORTEST_TOPIC = 150.0  # seconds
_TITLE_WORDS = 4
_FEWEST_WORDS = 160  # content words under which there is one topic: eight blocks of TextTiling
_BLOCK = 20  # content words of a pseudo-sentence, Hearst's w
_MOST_BLOCKS = 800  # pseudo-sentences of a long recording: they grow instead, as its topics do
_COMPARED = 6  # pseudo-sentences on each side of a gap, Hearst's k
# nltk takes time by the square of the length (it counts every word at every gap): it reads so many blocks at once.
_WINDOW, _MARGIN = 40, 5
_ONCE = "aaaaaa"
_LETTERS = str.maketrans("01", "no")


def find_topics(transcript: Transcript, spoken: Sequence[Sentence], language: str) -> list[Topic]:
    """The topics in order: together the whole recording, without overlap, no more than one in five minutes or 40."""
    if not spoken:
        return []
    most = min(_MOST_TOPICS, max(1, round(transcript.duration / _SECONDS_A_TOPIC)))
    starts = _starts(spoken, language, most, transcript.duration)
    edges = [0, *starts, len(spoken)]
    times = [0.0, *(spoken[at].segment.start for at in starts), transcript.duration]
    vocabulary = Vocabulary(spoken, language, without=[speaker.name for speaker in transcript.speakers])
    return [
        Topic(start=times[at], end=times[at + 1], title=_title(vocabulary, spoken[edges[at] : edges[at + 1]]))
        for at in range(len(edges) - 1)
    ]


def _title(vocabulary: Vocabulary, stretch: Sequence[Sentence]) -> str:
    """A stretch without telling words is named by its first sentence."""
    return ", ".join(vocabulary.telling(stretch, _TITLE_WORDS)) or stretch[0].text[:60]


def _starts(spoken: Sequence[Sentence], language: str, most: int, duration: float) -> list[int]:
    """Places of the sentences with which the second topic and those after it begin."""
    words = [(stem, at) for at, sentence in enumerate(spoken) for stem in content_stems(sentence.text, language)]
    if most < 2 or len(words) < _FEWEST_WORDS:
        return []
    size = max(_BLOCK, len(words) // _MOST_BLOCKS)
    depths = _depths([stem for stem, _ in words], size)
    # Hearst's cutoff: less deep valleys are not turns of the talk.
    cutoff = mean(depths) - pstdev(depths) / 2
    chosen: list[int] = []
    for gap in sorted(range(len(depths)), key=lambda gap: (-depths[gap], gap)):
        if len(chosen) == most - 1 or depths[gap] <= max(0.0, cutoff):
            break
        start = _segment_start(spoken, words[(gap + 1) * size][1])
        time = spoken[start].segment.start
        others = (0.0, duration, *(spoken[other].segment.start for other in chosen))
        if all(abs(time - other) >= _SHORTEST_TOPIC for other in others):
            chosen.append(start)
    return sorted(chosen)


def _segment_start(spoken: Sequence[Sentence], at: int) -> int:
    """The first sentence of the segment that holds sentence `at`."""
    while at > 0 and spoken[at - 1].segment.start >= spoken[at].segment.start:
        at -= 1
    return at


def _depths(stems: Sequence[str], size: int) -> list[float]:
    """How much the talk before each gap between pseudo-sentences differs from that after it."""
    from nltk.tokenize.texttiling import TextTilingTokenizer

    # Our stems are without stop words already: nltk is to leave its own list, a download, alone.
    tiling = TextTilingTokenizer(w=size, k=_COMPARED, stopwords=frozenset({_ONCE}), demo_mode=True)
    tiling._block_comparison = _block_scores
    blocks = [stems[at : at + size] for at in range(0, len(stems) - size + 1, size)]
    depths: list[float] = []
    for first, last in _windows(len(blocks)):
        text = "\n\n".join(_latin(blocks[first:last]))
        scores = tiling.tokenize(text)[2]
        # The margins of a window are seen from one side only: the next window sees them whole.
        depths.extend(float(score) for score in scores[len(depths) - first : None if last == len(blocks) else -_MARGIN])
    return depths


def _block_scores(sequences: Sequence[Any], _: object) -> list[float]:
    """nltk's block comparison, the cosine of the words on both sides of each gap, which counts every word anew there.

    Counting each pseudo-sentence once gives the same scores in a tenth of the time.
    """
    counts = [Counter(word for word, _ in sequence.wrdindex_list) for sequence in sequences]
    gaps = len(sequences) - 1
    scores = []
    for gap in range(gaps):
        reach = min(gap + 1, gaps - gap, _COMPARED) if gap > gaps - _COMPARED else min(gap + 1, _COMPARED)
        left, right = Counter[str](), Counter[str]()
        for at in range(reach):
            left.update(counts[gap - at])
            right.update(counts[gap + 1 + at])
        both = sum(count * right[word] for word, count in left.items())
        lengths = sum(count**2 for count in left.values()) * sum(count**2 for count in right.values())
        scores.append(both / sqrt(lengths) if lengths else 0.0)
    return scores


def _windows(blocks: int) -> Iterator[tuple[int, int]]:
    first = 0
    while True:
        # A last window too short for nltk joins the one before.
        last = blocks if blocks - first < _WINDOW + 4 * _MARGIN else first + _WINDOW
        yield first, last
        if last == blocks:
            return
        first = last - 2 * _MARGIN


def _latin(blocks: Sequence[Sequence[str]]) -> Iterator[str]:
    """The blocks with a word of six plain letters or more for each stem: nltk's TextTiling reads a to z only.

    A stem heard once stands on one side of every gap and joins nothing: leaving them out saves a third of the time.
    """
    counts = Counter(stem for block in blocks for stem in block)
    names = {stem: f"b{number:b}" for number, stem in enumerate(counts)}
    for block in blocks:
        words = (names[stem] if counts[stem] > 1 else _ONCE for stem in block)
        yield " ".join(word.translate(_LETTERS).ljust(6, "x") for word in words)
