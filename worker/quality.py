"""Doubts about recognised text: loops, text over silence, impossible speaking rates. Known faults of Whisper.

Sources: Radford et al. 2022, section 4.5 (compression ratio, log probability and no-speech gates); Koenecke et al.
2024, "Careless Whisper" (hallucinations cluster in silence and loop).
"""

from collections.abc import Sequence

from steno.sayings.marking import said
from steno.transcript import Mark, MarkKind, Segment, Span, Word

MAX_COMPRESSION_RATIO = 2.4
MIN_LOGPROB = -1.0
NO_SPEECH = 0.6
MAX_CHARACTERS_PER_SECOND = 32.0  # the fastest sustained reading stays near 25
MIN_SPEECH_SHARE = 0.25  # of a segment's time that VAD calls speech


def repeats(words: Sequence[str]) -> int:
    """How often the most repeated phrase (1 to 8 words) stands in direct succession; 1 where nothing repeats.

    One or two words must fill at least 4 places to count, so that "very, very" or "no, no, no" is speech.
    """
    plain = [word.casefold().strip(" .,!?;:\"'…-") for word in words]
    most = 1
    for length in range(1, min(8, len(plain) // 2) + 1):
        position = 0
        while position + 2 * length <= len(plain):
            phrase, count = plain[position : position + length], 1
            while plain[position + count * length : position + (count + 1) * length] == phrase:
                count += 1
            if count > most and count * length >= 4:
                most = count
            position += 1 if count == 1 else (count - 1) * length
    return most


def speech_share(span: Span, speech: Sequence[Span]) -> float:
    """Share of a span, 0 to 1, that overlaps with speech (sorted, disjoint)."""
    if span.duration <= 0:
        return 1.0 if any(part.start <= span.start <= part.end for part in speech) else 0.0
    inside = sum(max(0.0, min(span.end, part.end) - max(span.start, part.start)) for part in speech)
    return min(1.0, inside / span.duration)


def doubts(segment: Segment, speech: Sequence[Span]) -> tuple[Mark, ...]:
    """The reasons to suspect a segment, given where voice was found near it (seconds)."""
    reasons = []
    times = repeats([word.text for word in segment.words] or segment.text.split())
    if times >= 4:
        reasons.append(said(f"the same words {times} times in a row"))
    if speech_share(segment, speech) < MIN_SPEECH_SHARE:
        reasons.append(said("text where no voice was found"))
    voiced = max(segment.duration, 0.05)
    rate = len(segment.text.replace(" ", "")) / voiced
    if rate > MAX_CHARACTERS_PER_SECOND and len(segment.text) >= 12:
        reasons.append(said(f"{rate:.0f} characters a second, faster than anybody speaks"))
    if segment.words and segment.confidence is not None and segment.confidence < 0.25 and len(segment.words) >= 3:
        percent = round(100 * segment.confidence)
        reasons.append(said(f"low confidence ({percent}%)"))
    return tuple(Mark(kind=MarkKind.SUSPECT, reason=reason) for reason in reasons)


def confidence(words: Sequence[Word]) -> float | None:
    """Mean word probability; None where no word has one."""
    known = [word.probability for word in words if word.probability is not None]
    return round(sum(known) / len(known), 4) if known else None
