"""Minutes show the names that speakers have now: they were made when nobody had named them yet."""

from typing import TypeVar

from steno.minutes import ActionItem, Evidence, Minutes, Proven
from steno.transcript import Transcript

Kept = TypeVar("Kept", bound=Proven)


def with_names(minutes: Minutes, transcript: Transcript) -> Minutes:
    """The minutes with the names that the transcript's speakers have now, however they were called before."""
    return _Names(transcript).of(minutes)


class _Names:
    def __init__(self, transcript: Transcript) -> None:
        self._names = {one.id: one.name for one in transcript.speakers}
        self._segments = {one.id: one for one in transcript.segments}

    def of(self, minutes: Minutes) -> Minutes:
        return minutes.model_copy(
            update={
                "summary": tuple(map(self._proven, minutes.summary)),
                "decisions": tuple(map(self._proven, minutes.decisions)),
                "open_questions": tuple(map(self._proven, minutes.open_questions)),
                "action_items": tuple(self._proven(self._owned(one)) for one in minutes.action_items),
            }
        )

    def _proven(self, one: Kept) -> Kept:
        evidence = tuple(self._evidence(proof) for proof in one.evidence)
        return one if evidence == one.evidence else one.model_copy(update={"evidence": evidence})

    def _evidence(self, proof: Evidence) -> Evidence:
        speaker = self._speaker(proof)
        name = self._names.get(speaker) if speaker is not None else None
        return proof if name is None or name == proof.speaker else proof.model_copy(update={"speaker": name})

    def _owned(self, item: ActionItem) -> ActionItem:
        if item.owner_speaker is None:
            return item
        speaker: str | None = item.owner_speaker
        if speaker not in self._names:  # merged into another one: what they said is that one's now
            said = (self._speaker(proof) for proof in item.evidence if proof.speaker == item.owner)
            speaker = next((one for one in said if one is not None), None)
        name = self._names.get(speaker) if speaker is not None else None
        return item if name is None else item.model_copy(update={"owner": name, "owner_speaker": speaker})

    def _speaker(self, proof: Evidence) -> str | None:
        """Who speaks in the segment now, where it still is the one that was cited."""
        segment = self._segments.get(proof.segment)
        if segment is None or segment.end < proof.start or segment.start > proof.end:
            return None
        return segment.speaker
