"""Edits applied: to segments and speakers first, then one operation after the other."""

from steno.editing.draft import Draft
from steno.editing.replacing import replace, replace_word
from steno.editing.requests import (
    Delete,
    Join,
    MergeSpeakers,
    Operation,
    Replace,
    ReplaceWord,
    SegmentEdit,
    Split,
    TranscriptEdits,
)
from steno.editing.speakers import merge, spoken_by
from steno.editing.structure import join, split
from steno.editing.words import retimed
from steno.errors import InvalidOption
from steno.exports.clean import clean
from steno.transcript import MarkKind, Segment, Transcript


def edited(transcript: Transcript, edits: TranscriptEdits) -> Transcript:
    """The transcript with the edits; the very same where they change nothing.

    Words that stay keep their times, segments their ids. Raises InvalidOption for a segment, word or speaker that
    there is not.
    """
    draft = Draft(transcript)
    for speaker in edits.speakers:
        draft.name(speaker.id, speaker.name)
    for edit in edits.segments:
        known = draft.segment(edit.segment)
        if edit.speaker is not None and edit.speaker not in draft.names:
            raise InvalidOption(f"Segment {edit.segment} names a speaker there is not", "Add the speaker as well.")
        draft.put(_edited(known, edit, draft.language))
    for operation in edits.operations:
        _apply(draft, operation)
    return draft.finished()


def restored(earlier: Transcript, latest: Transcript) -> Transcript:
    """An earlier revision as it follows the latest one: ids of segments that came in between are not used again."""
    return earlier.model_copy(update={"next_segment": max(earlier.new_segment, latest.new_segment)})


def _apply(draft: Draft, operation: Operation) -> None:
    match operation:
        case Split():
            split(draft, operation)
        case Join():
            join(draft, operation)
        case Delete():
            draft.remove(operation.segment)
        case MergeSpeakers():
            merge(draft, operation)
        case ReplaceWord():
            replace_word(draft, operation)
        case Replace():
            replace(draft, operation)


def _edited(segment: Segment, edit: SegmentEdit, language: str) -> Segment:
    if "speaker" in edit.model_fields_set and edit.speaker != segment.speaker:
        segment = spoken_by(segment, edit.speaker)
    if edit.text is None or clean(edit.text) == segment.text:
        return segment
    return rewritten(segment, clean(edit.text), language)


def rewritten(segment: Segment, text: str, language: str) -> Segment:
    """The segment with a text that a person has written."""
    return segment.model_copy(
        update={
            "text": text,
            "words": retimed(text, segment, language),
            "confidence": None,
            # A person has looked at it: the doubt of the machine is answered.
            "marks": tuple(mark for mark in segment.marks if mark.kind is not MarkKind.SUSPECT),
        }
    )
