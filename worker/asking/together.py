"""Passages of several transcripts as one, with numbers of their own, so that they are shown and checked like any."""

import hashlib
from collections.abc import Sequence
from datetime import date

from steno.answer import AnsweredSentence, Passage
from steno.minutes import Statement
from steno.transcript import Segment, Speaker, Transcript
from worker.asking.passages import Indexed
from worker.summarization.injection import addressing
from worker.summarization.language_model.windows import Line, estimate_tokens, lines


class Together:
    """The segments of the best passages, numbered from 1 in order of time; without those that address the software."""

    def __init__(self, read: Sequence[Indexed], transcripts: Sequence[Transcript]) -> None:
        withheld = [addressing(transcript.segments) for transcript in transcripts]
        self._rank = {
            (one.transcript, number): rank for rank, one in enumerate(read) for number in one.passage.segments
        }
        self._origin: dict[int, tuple[int, Segment]] = {}
        self._transcripts = transcripts
        segments: list[Segment] = []
        speakers: dict[str, Speaker] = {}
        for at, transcript in enumerate(transcripts):
            known = {speaker.id: speaker.name for speaker in transcript.speakers}
            for segment in transcript.segments:
                if (at, segment.id) not in self._rank or segment.id in withheld[at]:
                    continue
                number = len(segments) + 1
                self._origin[number] = (at, segment)
                speaker = None
                if segment.speaker is not None:
                    speaker = f"{at}-{segment.speaker}"
                    speakers[speaker] = Speaker(id=speaker, name=known.get(segment.speaker, segment.speaker))
                segments.append(segment.model_copy(update={"id": number, "speaker": speaker, "words": ()}))
        self.transcript = transcripts[0].model_copy(
            update={"segments": tuple(segments), "speakers": tuple(speakers.values())}
        )
        hashes = "".join(transcript.provenance.recording_sha256 for transcript in transcripts)
        self.key = hashlib.sha256(hashes.encode()).hexdigest()

    @property
    def day(self) -> date:
        """A day to count dates from; answers have none."""
        provenance = self.transcript.provenance
        return provenance.recorded or provenance.created.date()

    def lines(self, room: int) -> list[Line]:
        """Lines of at most `room` tokens in order of time; those of the least likely passages may not fit."""
        names = {speaker.id: speaker.name for speaker in self.transcript.speakers}
        made = lines(self.transcript.segments, names, most_tokens=max(200, room // 4))
        by_rank = sorted(
            made, key=lambda line: self._rank[self._origin[line.segment][0], self._origin[line.segment][1].id]
        )
        kept: list[Line] = []
        filled = 0
        for line in by_rank:
            filled += estimate_tokens(str(line)) + 1
            if filled > room and kept:
                break
            kept.append(line)
        return sorted(kept, key=lambda line: line.segment)

    def sentence(self, statement: Statement) -> AnsweredSentence:
        """A checked sentence with where its evidence is in the recordings."""
        return AnsweredSentence(
            text=statement.text,
            doubts=statement.doubts,
            citations=tuple(
                Passage(
                    start=one.start,
                    end=one.end,
                    recording=self._transcripts[self._origin[one.segment][0]].provenance.recording_name,
                    segments=(self._origin[one.segment][1].id,),
                    speakers=(one.speaker,) if one.speaker is not None else (),
                    text=one.quote,
                )
                for one in statement.evidence
            ),
        )
