"""Known truth of the synthetic recordings, and how near a transcript comes to it."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import jiwer

from steno.transcript import Transcript


def normal(text: str) -> str:
    """Lower case, letters and apostrophes only."""
    return re.sub(r"\s+", " ", re.sub(r"[^a-z' ]", " ", text.lower())).strip()


@dataclass(frozen=True)
class Reference:
    """What was said; `segments` as in the JSON beside the recording."""

    segments: list[dict[str, object]]

    @classmethod
    def beside(cls, recording: Path) -> "Reference":
        return cls(json.loads(recording.with_suffix(".json").read_text())["segments"])

    @property
    def text(self) -> str:
        return normal(" ".join(str(segment["text"]) for segment in self.segments))

    def words(self) -> list[tuple[str, float | None]]:
        """Each word, and where it begins (seconds) if that is known."""
        words: list[tuple[str, float | None]] = []
        for segment in self.segments:
            timed = segment["words"]
            written = str(segment["text"]).split()
            starts = [word["start"] for word in timed] if isinstance(timed, list) else [None] * len(written)
            for word, start in zip(written, starts, strict=True):
                words += _parts(word, start)
        return words


def word_error_rate(references: Sequence[str], texts: Sequence[str]) -> float:
    """Over all recordings together, normalised."""
    return float(jiwer.wer([normal(text) for text in references], [normal(text) or "-" for text in texts]))


def _parts(word: str, start: float | None) -> list[tuple[str, float | None]]:
    """A word of one or, with a hyphen, several parts; only the first has the word's start."""
    return [(part, start if number == 0 else None) for number, part in enumerate(normal(word).split())]


def _matches(reference: list[str], heard: list[str]) -> Iterator[tuple[int, int]]:
    for part in jiwer.process_words(" ".join(reference), " ".join(heard)).alignments[0]:
        if part.type == "equal":
            for offset in range(part.ref_end_idx - part.ref_start_idx):
                yield part.ref_start_idx + offset, part.hyp_start_idx + offset


def word_start_errors(reference: Reference, transcript: Transcript) -> list[float]:
    """Seconds by which each rightly recognised word with a known start begins early (-) or late (+)."""
    truth = reference.words()
    heard = [part for word in transcript.words() for part in _parts(word.text, word.start)]
    pairs = _matches([word for word, _ in truth], [word for word, _ in heard])
    both = [(heard[theirs][1], truth[ours][1]) for ours, theirs in pairs]
    return [said - start for said, start in both if said is not None and start is not None]


def segment_time_errors(reference: Reference, transcript: Transcript) -> list[float]:
    """Seconds between a segment's edges and the truth, where its edge words were recognised.

    A start is held against the true start of its first word, an end against the true end of the sentence whose last
    word it ends with.
    """
    truth, sentence_ends, sentence_starts = [], {}, {}
    for segment in reference.segments:
        words = normal(str(segment["text"])).split()
        sentence_starts[len(truth)] = float(str(segment["start"]))
        truth += words
        sentence_ends[len(truth) - 1] = float(str(segment["end"]))
    heard, edges = [], []
    for spoken in transcript.segments:
        words = normal(" ".join(word.text for word in spoken.words)).split()
        if words:
            edges.append((len(heard), len(heard) + len(words) - 1, spoken))
            heard += words
    place = {theirs: ours for ours, theirs in _matches(truth, heard)}
    errors = []
    for first, last, spoken in edges:
        if place.get(first) in sentence_starts:
            errors.append(spoken.start - sentence_starts[place[first]])
        if place.get(last) in sentence_ends:
            errors.append(spoken.end - sentence_ends[place[last]])
    return errors
