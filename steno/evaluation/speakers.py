"""Diarization errors, and word errors of everybody's own words: cpWER and tcpWER."""

import warnings
from dataclasses import dataclass

from steno.evaluation.spoken import Spoken
from steno.evaluation.words import Normalise, WordErrors


@dataclass(frozen=True)
class DiarizationErrors:
    """Seconds. They add up over recordings."""

    missed: float
    false_alarm: float
    confusion: float
    speech: float

    @property
    def rate(self) -> float | None:
        """DER: errors for each second of the reference's speech; None where that has none."""
        return (self.missed + self.false_alarm + self.confusion) / self.speech if self.speech else None

    def __add__(self, other: "DiarizationErrors") -> "DiarizationErrors":
        return DiarizationErrors(
            self.missed + other.missed,
            self.false_alarm + other.false_alarm,
            self.confusion + other.confusion,
            self.speech + other.speech,
        )


def diarization_errors(reference: Spoken, hypothesis: Spoken, *, collar: float = 0.0) -> DiarizationErrors:
    """DER by pyannote.metrics with the best pairing of speakers; overlapped speech is scored.

    `collar` seconds on each side of the reference's turn edges are left out. The whole recording is scored, or, where
    its length is not known, all that either side covers.
    """
    from pyannote.core import Annotation, Segment, Timeline
    from pyannote.metrics.diarization import DiarizationErrorRate

    def annotation(spoken: Spoken) -> Annotation:
        made = Annotation()
        for number, turn in enumerate(spoken.turns or ()):
            if turn.end > turn.start:
                made[Segment(turn.start, turn.end), number] = turn.speaker
        return made

    ends = [turn.end for spoken in (reference, hypothesis) for turn in spoken.turns or ()]
    length = max([*ends, reference.duration or 0.0])
    # pyannote's collar is its whole width around an edge; everybody else's is one side of it.
    metric = DiarizationErrorRate(collar=2 * collar, skip_overlap=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parts = metric(annotation(reference), annotation(hypothesis), uem=Timeline([Segment(0, length)]), detailed=True)
    return DiarizationErrors(
        float(parts["missed detection"]),
        float(parts["false alarm"]),
        float(parts["confusion"]),
        float(parts["total"]),
    )


def permuted_word_errors(
    reference: Spoken, hypothesis: Spoken, normalise: Normalise, *, collar: float | None = None
) -> WordErrors:
    """cpWER by meeteval (Watanabe et al., CHiME-6, 2020); with `collar` seconds tcpWER (von Neumann et al., 2023).

    Words whose speaker is unknown count as a speaker of their own. Runs need times for tcpWER.
    """
    import meeteval

    truth, heard = _seglst(reference, normalise), _seglst(hypothesis, normalise)
    if not truth or not heard:
        return WordErrors(0, _count(heard), _count(truth), _count(truth))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if collar is None:
            found = meeteval.wer.cpwer(truth, heard)["recording"]
        else:
            found = meeteval.wer.tcpwer(truth, heard, collar=collar)["recording"]
    return WordErrors(found.substitutions, found.insertions, found.deletions, found.length)


def _count(seglst: list[dict[str, object]]) -> int:
    return sum(len(str(segment["words"]).split()) for segment in seglst)


def _seglst(spoken: Spoken, normalise: Normalise) -> list[dict[str, object]]:
    return [
        {
            "session_id": "recording",
            "speaker": "unknown" if run.speaker is None else f"speaker {run.speaker}",
            "start_time": run.start or 0.0,
            "end_time": run.end or 0.0,
            "words": words,
        }
        for run in spoken.runs or ()
        if (words := normalise(run.text))
    ]
