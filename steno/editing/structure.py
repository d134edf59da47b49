"""Segments parted and joined. No word is lost, and each keeps its time."""

from steno.editing.draft import Draft
from steno.editing.requests import Join, Split
from steno.editing.speakers import spoken_by
from steno.editing.words import joined, places
from steno.errors import InvalidOption
from steno.transcript import Segment


def split(draft: Draft, wanted: Split) -> None:
    """Part a segment before a word. Raises InvalidOption where that would leave one side empty."""
    segment = draft.segment(wanted.segment)
    count = len(segment.words) or len(segment.text.split())
    if not 0 < wanted.word < count:
        raise InvalidOption(
            f"Segment {segment.id} cannot be parted before word {wanted.word}", f"It has {count} words, from 0."
        )
    first, second = _parted(segment, wanted.word)
    draft.put(first)
    draft.insert(second, behind=segment.id)


def join(draft: Draft, wanted: Join) -> None:
    """Join a segment with the one behind it. Raises InvalidOption where there is none."""
    first, second = draft.segment(wanted.segment), draft.following(wanted.segment)
    if second is None:
        raise InvalidOption(f"No segment follows segment {first.id}", "Join the one before it with it.")
    speaker = first.speaker if first.speaker is not None else second.speaker
    parts = [spoken_by(one, speaker) if one.speaker != speaker else one for one in (first, second)]
    draft.remove(second.id)
    draft.put(
        first.model_copy(
            update={
                "start": min(first.start, second.start),
                "end": max(first.end, second.end),
                "text": joined(first.text, second.text, draft.language),
                "speaker": speaker,
                # Words of one side alone would not be those of the text.
                "words": parts[0].words + parts[1].words if _known(first) and _known(second) else (),
                "confidence": _confidence(first, second),
                "marks": tuple(dict.fromkeys([*first.marks, *second.marks])),
            }
        )
    )


def _parted(segment: Segment, word: int) -> tuple[Segment, Segment]:
    text, words = segment.text, segment.words
    where = places(segment)
    if where is not None:
        cut = where[word][0]
        before, after = text[:cut].rstrip(), text[cut:]
    else:  # no words, or others than the text's: no letter may be lost all the same
        tokens = text.split()
        at = word if not words else round(len(tokens) * word / len(words))
        before, after = " ".join(tokens[:at]), " ".join(tokens[at:])
    if words:
        end, start = max(segment.start, words[word - 1].end), min(segment.end, words[word].start)
    else:  # as if everybody spoke evenly
        end = start = segment.start + segment.duration * len(before) / max(1, len(before) + len(after))
    return (
        segment.model_copy(update={"end": end, "text": before, "words": words[:word]}),
        segment.model_copy(update={"start": start, "text": after, "words": words[word:]}),
    )


def _known(segment: Segment) -> bool:
    return bool(segment.words) or not segment.text


def _confidence(first: Segment, second: Segment) -> float | None:
    """By the number of words; None where a person has rewritten either."""
    if first.confidence is None or second.confidence is None:
        return None
    counts = [max(1, len(one.words)) for one in (first, second)]
    return (first.confidence * counts[0] + second.confidence * counts[1]) / sum(counts)
