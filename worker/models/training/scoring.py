"""How near recognised text and word times come to a known truth."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import jiwer

Timed = tuple[str, float | None]  # a normalised word, and where it begins (seconds) if that is known


def normal(text: str) -> str:
    """Lower case, letters and apostrophes only."""
    return re.sub(r"\s+", " ", re.sub(r"[^a-z' ]", " ", text.lower())).strip()


def word_error_rate(truth: Sequence[str], texts: Sequence[str]) -> float:
    """Over all recordings together, normalised."""
    return float(jiwer.wer([normal(text) for text in truth], [normal(text) or "-" for text in texts]))


def spoken_words(segments: Iterable[Mapping[str, object]]) -> list[Timed]:
    """The words of a reference (`text`, and `words` with `start` where they are known)."""
    spoken: list[Timed] = []
    for segment in segments:
        timed, written = segment["words"], str(segment["text"]).split()
        starts = [word["start"] for word in timed] if isinstance(timed, list) else [None] * len(written)
        spoken += timed_words(zip(written, starts, strict=True))
    return spoken


def timed_words(words: Iterable[tuple[str, float | None]]) -> list[Timed]:
    """Words normalised; of one that has several parts, as with a hyphen, only the first has the start."""
    return [
        (part, start if number == 0 else None)
        for word, start in words
        for number, part in enumerate(normal(word).split())
    ]


def matches(truth: Sequence[str], heard: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Places of equal words on the best alignment, in the truth and in what was heard."""
    if not heard:
        return
    for part in jiwer.process_words(" ".join(truth), " ".join(heard)).alignments[0]:
        if part.type == "equal":
            for offset in range(part.ref_end_idx - part.ref_start_idx):
                yield part.ref_start_idx + offset, part.hyp_start_idx + offset


def word_start_errors(truth: Sequence[Timed], heard: Sequence[Timed]) -> Iterator[float]:
    """Seconds by which each rightly recognised word with a known start begins early (-) or late (+)."""
    for ours, theirs in matches([word for word, _ in truth], [word for word, _ in heard]):
        start, said = truth[ours][1], heard[theirs][1]
        if start is not None and said is not None:
            yield said - start
