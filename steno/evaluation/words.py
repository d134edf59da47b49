"""Word errors, and words by the wrong speaker."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from steno.evaluation.spoken import Run, Spoken

Normalise = Callable[[str], str]


@dataclass(frozen=True)
class WordErrors:
    """Counts of words. They add up over recordings."""

    substitutions: int
    insertions: int
    deletions: int
    reference_words: int

    @property
    def rate(self) -> float | None:
        """Errors for each word of the reference; None where that has none."""
        errors = self.substitutions + self.insertions + self.deletions
        return errors / self.reference_words if self.reference_words else None

    def __add__(self, other: "WordErrors") -> "WordErrors":
        return WordErrors(
            self.substitutions + other.substitutions,
            self.insertions + other.insertions,
            self.deletions + other.deletions,
            self.reference_words + other.reference_words,
        )


@dataclass(frozen=True)
class Attribution:
    """Recognised words that stand for a word of the reference: by the right speaker, by another, by nobody known."""

    right: int
    wrong: int
    unknown: int

    @property
    def accuracy(self) -> float | None:
        """Share by the right speaker; None where no word could be judged."""
        judged = self.right + self.wrong + self.unknown
        return self.right / judged if judged else None

    def __add__(self, other: "Attribution") -> "Attribution":
        return Attribution(self.right + other.right, self.wrong + other.wrong, self.unknown + other.unknown)


def normaliser(language: str) -> Normalise:
    """Whisper's normalization: English has its own (numbers, contractions, spelling), others the basic one.

    Radford et al., "Robust speech recognition via large-scale weak supervision", 2022, appendix C.
    """
    from whisper_normalizer.basic import BasicTextNormalizer
    from whisper_normalizer.english import EnglishTextNormalizer

    own: Normalise = EnglishTextNormalizer() if language == "en" else BasicTextNormalizer()
    return lambda text: re.sub(r"\s+", " ", own(text)).strip()


def word_errors(reference: Spoken, hypothesis: Spoken, normalise: Normalise) -> WordErrors:
    """WER (jiwer) over all words in order of time."""
    truth, heard = _words(reference, normalise), _words(hypothesis, normalise)
    if not truth or not heard:
        return WordErrors(0, len(heard), len(truth), len(truth))
    import jiwer

    found = jiwer.process_words(" ".join(word for word, _ in truth), " ".join(word for word, _ in heard))
    return WordErrors(found.substitutions, found.insertions, found.deletions, len(truth))


def attribution(reference: Spoken, hypothesis: Spoken, normalise: Normalise) -> Attribution:
    """Of the words that the alignment of the WER pairs (equal or substituted), how many carry the right speaker.

    Speakers are paired one to one so that most words agree (the Hungarian algorithm). Where people talk at once the
    order of words is a matter of milliseconds; a word that the alignment then does not pair is not judged.
    """
    import jiwer
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    truth, heard = _words(reference, normalise), _words(hypothesis, normalise)
    if not truth or not heard:
        return Attribution(0, 0, 0)
    found = jiwer.process_words(" ".join(word for word, _ in truth), " ".join(word for word, _ in heard))
    pairs = [(truth[ours][1], heard[theirs][1]) for ours, theirs in _paired(found.alignments[0])]
    pairs = [(right, said) for right, said in pairs if right is not None]
    speakers = sorted({right for right, _ in pairs if right is not None})
    voices = sorted({said for _, said in pairs if said is not None})
    agree = np.zeros((len(speakers), len(voices)), int)
    for right, said in pairs:
        if said is not None and right is not None:
            agree[speakers.index(right), voices.index(said)] += 1
    rows, columns = linear_sum_assignment(agree, maximize=True)
    agreeing = int(agree[rows, columns].sum())
    unknown = sum(said is None for _, said in pairs)
    return Attribution(agreeing, len(pairs) - agreeing - unknown, unknown)


def _words(spoken: Spoken, normalise: Normalise) -> list[tuple[str, str | None]]:
    """Normalised words with their speakers, by the time at which each is spoken as far as that is known."""
    placed = [entry for number, run in enumerate(spoken.runs or ()) for entry in _placed(run, number, normalise)]
    if spoken.timed:
        placed.sort(key=lambda entry: entry[0])
    return [(word, speaker) for _, word, speaker in placed]


def _placed(run: Run, number: int, normalise: Normalise) -> Iterator[tuple[float, str, str | None]]:
    words = normalise(run.text).split()
    for place, word in enumerate(words):
        if run.start is None or run.end is None:
            yield float(number), word, run.speaker
        else:
            yield run.start + (run.end - run.start) * place / len(words), word, run.speaker


def _paired(alignment: Sequence[object]) -> Iterator[tuple[int, int]]:
    """Places in reference and hypothesis of words that stand for each other."""
    from jiwer import AlignmentChunk

    for chunk in alignment:
        assert isinstance(chunk, AlignmentChunk)
        if chunk.type in {"equal", "substitute"}:
            for offset in range(chunk.ref_end_idx - chunk.ref_start_idx):
                yield chunk.ref_start_idx + offset, chunk.hyp_start_idx + offset
