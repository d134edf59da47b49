"""All measures of one recording, or of many: what can be measured, and why the rest cannot."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import TypeVar

from steno.errors import StenoError
from steno.evaluation.speakers import DiarizationErrors, diarization_errors, permuted_word_errors
from steno.evaluation.spoken import Spoken
from steno.evaluation.words import Attribution, WordErrors, attribution, normaliser, word_errors

_Sum = TypeVar("_Sum", WordErrors, DiarizationErrors, Attribution)


class NothingToMeasure(StenoError):
    """Reference and hypothesis have nothing in common that could be compared."""

    code = "nothing-to-measure"


@dataclass(frozen=True)
class Options:
    """`language` None: as the transcripts say, else English. Collars in seconds."""

    language: str | None = None
    collar: float = 0.0
    tcp_collar: float = 5.0


@dataclass(frozen=True)
class Evaluation:
    """The measures of one recording; None where one cannot be taken, with the reason among the notes."""

    name: str
    wer: WordErrors | None = None
    cpwer: WordErrors | None = None
    tcpwer: WordErrors | None = None
    der: DiarizationErrors | None = None
    attribution: Attribution | None = None
    notes: tuple[str, ...] = ()


def evaluate(name: str, reference: Spoken, hypothesis: Spoken, options: Options) -> Evaluation:
    """Measure a hypothesis against a reference. Raises NothingToMeasure."""
    normalise = normaliser(options.language or hypothesis.language or reference.language or "en")
    both = (reference, hypothesis)
    texts = all(spoken.runs is not None for spoken in both)
    speakers = texts and all(spoken.attributed for spoken in both)
    timed = speakers and all(spoken.timed for spoken in both)
    turns = all(spoken.turns is not None for spoken in both)
    notes = []
    if not texts:
        notes.append(f"no words in the {_lacking(both, lambda spoken: spoken.runs is not None)}")
    elif not speakers:
        notes.append(f"no speakers of words in the {_lacking(both, lambda spoken: spoken.attributed)}")
    elif not timed:
        notes.append(f"no times of words in the {_lacking(both, lambda spoken: spoken.timed)}: no tcpWER")
    if not turns:
        notes.append(f"no times of speakers in the {_lacking(both, lambda spoken: spoken.turns is not None)}: no DER")
    if not texts and not turns:
        raise NothingToMeasure(f"{name}: {'; '.join(notes)}", "Give files that share words, or speakers with times.")
    return Evaluation(
        name,
        wer=word_errors(reference, hypothesis, normalise) if texts else None,
        cpwer=permuted_word_errors(reference, hypothesis, normalise) if speakers else None,
        tcpwer=permuted_word_errors(reference, hypothesis, normalise, collar=options.tcp_collar) if timed else None,
        der=diarization_errors(reference, hypothesis, collar=options.collar) if turns else None,
        attribution=attribution(reference, hypothesis, normalise) if speakers else None,
        notes=tuple(notes),
    )


def total(evaluations: Sequence[Evaluation]) -> Evaluation:
    """Sums of counts and seconds, so that long recordings weigh more; of those that have a measure."""

    def joined(values: Sequence[_Sum | None]) -> _Sum | None:
        found = [value for value in values if value is not None]
        return reduce(add, found) if found else None

    return Evaluation(
        "total",
        joined([one.wer for one in evaluations]),
        joined([one.cpwer for one in evaluations]),
        joined([one.tcpwer for one in evaluations]),
        joined([one.der for one in evaluations]),
        joined([one.attribution for one in evaluations]),
    )


Json = dict[str, float | int | None]


def as_json(one: Evaluation) -> dict[str, str | list[str] | Json | None]:
    """Names with their units; rates are shares, not percentages."""
    return {
        "name": one.name,
        "wer": _words(one.wer),
        "cpwer": _words(one.cpwer),
        "tcpwer": _words(one.tcpwer),
        "der": None
        if one.der is None
        else {
            "rate": one.der.rate,
            "missed_seconds": round(one.der.missed, 3),
            "false_alarm_seconds": round(one.der.false_alarm, 3),
            "confusion_seconds": round(one.der.confusion, 3),
            "speech_seconds": round(one.der.speech, 3),
        },
        "word_speakers": None
        if one.attribution is None
        else {
            "accuracy": one.attribution.accuracy,
            "right": one.attribution.right,
            "wrong": one.attribution.wrong,
            "unknown": one.attribution.unknown,
        },
        "notes": list(one.notes),
    }


def _words(errors: WordErrors | None) -> Json | None:
    if errors is None:
        return None
    return {
        "rate": errors.rate,
        "substitutions": errors.substitutions,
        "insertions": errors.insertions,
        "deletions": errors.deletions,
        "reference_words": errors.reference_words,
    }


def _lacking(both: tuple[Spoken, Spoken], has: Callable[[Spoken], bool]) -> str:
    sides = zip(("reference", "hypothesis"), both, strict=True)
    return " and the ".join(side for side, spoken in sides if not has(spoken))
