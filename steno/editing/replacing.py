"""Words and texts replaced: one word in its place, or a text wherever it stands."""

import re
from functools import partial

from steno.editing.draft import Draft
from steno.editing.requests import Replace, ReplaceWord
from steno.editing.words import places, retimed, shared
from steno.errors import InvalidOption
from steno.exports.clean import clean
from steno.transcript import MarkKind, Segment


def replace_word(draft: Draft, wanted: ReplaceWord) -> None:
    """Put another text in the place of a word. Raises InvalidOption where there is no such word."""
    segment, text = draft.segment(wanted.segment), clean(wanted.text)
    tokens = segment.text.split()
    if wanted.word >= (len(segment.words) or len(tokens)):
        raise InvalidOption(f"Segment {segment.id} has no word {wanted.word}", "Words are counted from 0.")
    where = places(segment)
    if segment.words and where is None:
        raise InvalidOption(f"The words of segment {segment.id} are not those of its text", "Change its whole text.")
    if where is not None:
        begin, end = where[wanted.word]
        new = clean(segment.text[:begin] + text + segment.text[end:])
    else:
        new = clean(" ".join([*tokens[: wanted.word], text, *tokens[wanted.word + 1 :]]))
    if not new:
        raise InvalidOption(f"Segment {segment.id} would be empty", "Delete it instead.")
    if new != segment.text:
        draft.put(_with_word(segment, wanted.word, text, new))


def replace(draft: Draft, wanted: Replace) -> None:
    """Put a text in the place of another in every segment."""
    find, replacement = clean(wanted.find), clean(wanted.replacement)
    if not find:
        raise InvalidOption("There is nothing to find", "Give a text.")
    pattern = re.escape(find)
    if wanted.whole_words:
        pattern = rf"(?<!\w){pattern}(?!\w)"
    found = re.compile(pattern, 0 if wanted.case else re.IGNORECASE)
    put = partial(found.sub, lambda match: replacement)
    longer, more_words = len(replacement) - len(find), replacement.count(" ") - find.count(" ")
    for segment in draft:
        times = sum(1 for _ in found.finditer(segment.text))
        # Before it is made: what nobody can hold must not be held to find that out.
        draft.check_growth(times * longer, times * more_words if segment.words else 0)
        text = clean(put(segment.text)) if times else segment.text
        if text == segment.text:
            continue
        if not text:
            draft.remove(segment.id)
            continue
        # Nobody has listened: doubts of the machine stay.
        draft.put(segment.model_copy(update={"text": text, "words": retimed(text, segment, draft.language)}))


def _with_word(segment: Segment, place: int, text: str, new: str) -> Segment:
    words = segment.words
    if words:
        old = words[place]
        words = (*words[:place], *shared(text.split(), old.start, old.end, old.speaker), *words[place + 1 :])
    return segment.model_copy(
        update={
            "text": new,
            "words": words,
            "confidence": None,
            # A person has looked at it: the doubt of the machine is answered.
            "marks": tuple(mark for mark in segment.marks if mark.kind is not MarkKind.SUSPECT),
        }
    )
