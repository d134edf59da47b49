"""Meetings written down in a few lines, as the tests of the minutes read them."""

from datetime import UTC, date, datetime

from steno.transcript import Provenance, Segment, Speaker, Transcript

MONDAY = date(2026, 3, 2)


def meeting(language: str, talk: str, recorded: date = MONDAY) -> Transcript:
    """A transcript of lines 'Speaker: sentence', one segment each, three seconds apart."""
    lines = [line.strip().split(": ", 1) for line in talk.strip().splitlines()]
    segments = tuple(
        Segment(id=at, start=3.0 * at, end=3.0 * at + 2.5, text=text, speaker=speaker)
        for at, (speaker, text) in enumerate(lines)
    )
    return Transcript(
        language=language,
        duration=3.0 * len(segments),
        speakers=tuple(Speaker(id=name, name=name) for name in dict.fromkeys(speaker for speaker, _ in lines)),
        segments=segments,
        provenance=Provenance(
            steno_version="0",
            model="none: written by hand",
            recording_name="meeting.wav",
            recording_sha256="0" * 64,
            recorded=recorded,
            created=datetime(recorded.year, recorded.month, recorded.day, tzinfo=UTC),
        ),
    )
