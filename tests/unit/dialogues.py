"""Short dialogues as transcripts: 'Anna: We launch in May.' a line, three seconds each."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from steno.transcript import Provenance, Segment, Speaker, Transcript
from worker.summarization.languages import phrases
from worker.summarization.offline.patterns import Patterns
from worker.summarization.people import people

_SECONDS = 3.0


def dialogue(
    language: str, lines: Sequence[str], *, name: str = "meeting.wav", seconds: float = _SECONDS
) -> Transcript:
    """A line is `Speaker: text`; it lasts `seconds`."""
    said = [line.split(": ", 1) for line in lines]
    return Transcript(
        language=language,
        duration=len(lines) * seconds,
        speakers=tuple(Speaker(id=speaker, name=speaker) for speaker in dict.fromkeys(speaker for speaker, _ in said)),
        segments=tuple(
            Segment(id=at, start=at * seconds, end=(at + 1) * seconds, text=text, speaker=speaker)
            for at, (speaker, text) in enumerate(said)
        ),
        provenance=Provenance(
            steno_version="0",
            model="none",
            recording_name=name,
            recording_sha256="0" * 64,
            recorded=date(2026, 3, 2),
            created=datetime(2026, 3, 2, tzinfo=UTC),
        ),
    )


def patterns(transcript: Transcript) -> Patterns:
    """The patterns of the transcript's language and people."""
    known = phrases(transcript.language)
    assert known is not None
    return Patterns(known, people(transcript))
