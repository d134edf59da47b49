"""Known truth of the synthetic recordings, and how near a transcript comes to it."""

import json
from dataclasses import dataclass
from pathlib import Path

from steno.transcript import Transcript
from worker.models.training import scoring
from worker.models.training.scoring import matches, normal, spoken_words, timed_words, word_error_rate

__all__ = ["Reference", "normal", "segment_time_errors", "word_error_rate", "word_start_errors"]


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


def word_start_errors(reference: Reference, transcript: Transcript) -> list[float]:
    """Seconds by which each rightly recognised word with a known start begins early (-) or late (+)."""
    heard = timed_words((word.text, word.start) for word in transcript.words())
    return list(scoring.word_start_errors(spoken_words(reference.segments), heard))


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
    place = {theirs: ours for ours, theirs in matches(truth, heard)}
    errors = []
    for first, last, spoken in edges:
        if place.get(first) in sentence_starts:
            errors.append(spoken.start - sentence_starts[place[first]])
        if place.get(last) in sentence_ends:
            errors.append(spoken.end - sentence_ends[place[last]])
    return errors
