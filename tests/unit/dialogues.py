"""Short dialogues as transcripts: 'Anna: We launch in May.' a line, three seconds each."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from steno.transcript import Provenance, Segment, Speaker, Transcript
from worker.summarization.languages import phrases
from worker.summarization.offline.patterns import Patterns
from worker.summarization.people import people

MONDAY = date(2026, 3, 2)
_SECONDS = 3.0


def dialogue(
    language: str,
    lines: str | Sequence[str],
    *,
    name: str = "meeting.wav",
    seconds: float = _SECONDS,
    recorded: date = MONDAY,
) -> Transcript:
    """A line is `Speaker: text`; it lasts `seconds`. Lines may come as one text."""
    talk = lines.strip().splitlines() if isinstance(lines, str) else lines
    said = [line.strip().split(": ", 1) for line in talk]
    return Transcript(
        language=language,
        duration=len(said) * seconds,
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
            recorded=recorded,
            created=datetime(recorded.year, recorded.month, recorded.day, tzinfo=UTC),
        ),
    )


def patterns(transcript: Transcript) -> Patterns:
    """The patterns of the transcript's language and people."""
    known = phrases(transcript.language)
    assert known is not None
    return Patterns(known, people(transcript))
