"""Who said it: a segment given to another speaker, two speakers that were one person."""

from collections.abc import Iterable

from steno.editing.draft import Draft
from steno.editing.requests import MergeSpeakers
from steno.errors import InvalidOption
from steno.transcript import Segment, SpeakerTurn


def spoken_by(segment: Segment, speaker: str | None) -> Segment:
    """The segment and its words as that speaker's."""
    words = tuple(
        word if word.speaker == speaker else word.model_copy(update={"speaker": speaker}) for word in segment.words
    )
    return segment.model_copy(update={"speaker": speaker, "words": words})


def merge(draft: Draft, wanted: MergeSpeakers) -> None:
    """Give all that one speaker said to another. Raises InvalidOption where there is no such speaker."""
    for speaker in (wanted.speaker, wanted.into):
        if speaker not in draft.names:
            raise InvalidOption("There is no such speaker", "Look at the latest revision.")
    if wanted.speaker == wanted.into:
        raise InvalidOption("A speaker cannot be merged with themselves", "Name two.")
    for segment in draft:
        if segment.speaker == wanted.speaker or any(word.speaker == wanted.speaker for word in segment.words):
            draft.put(_renamed(segment, wanted))
    if any(turn.speaker == wanted.speaker for turn in draft.turns):
        draft.turns = tuple(_merged(draft.turns, wanted))
    del draft.names[wanted.speaker]


def _renamed(segment: Segment, wanted: MergeSpeakers) -> Segment:
    words = tuple(
        word.model_copy(update={"speaker": wanted.into}) if word.speaker == wanted.speaker else word
        for word in segment.words
    )
    speaker = wanted.into if segment.speaker == wanted.speaker else segment.speaker
    return segment.model_copy(update={"speaker": speaker, "words": words})


def _merged(turns: Iterable[SpeakerTurn], wanted: MergeSpeakers) -> Iterable[SpeakerTurn]:
    """The turns of both as one speaker's, in order; where they overlap they are one turn."""
    others, own = [], list[SpeakerTurn]()
    for turn in sorted(turns, key=lambda one: (one.start, one.end)):
        if turn.speaker not in (wanted.speaker, wanted.into):
            others.append(turn)
        elif own and turn.start <= own[-1].end:
            own[-1] = own[-1].model_copy(update={"end": max(own[-1].end, turn.end)})
        else:
            own.append(turn.model_copy(update={"speaker": wanted.into}))
    return sorted([*others, *own], key=lambda one: (one.start, one.end))
