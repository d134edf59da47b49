"""Text that came out of a recording is hostile input: what a format cannot carry becomes a space."""

import math
import re
from datetime import UTC, datetime

from steno.exports.phrases import ENGLISH, Phrases
from steno.transcript import Provenance, Span

# C0 and C1 controls, line and paragraph separators, bidi embeddings, overrides and isolates, the byte order mark,
# noncharacters, lone surrogates: they break lines, XML, or the reader's eye. Bidi *marks* stay: Hebrew and Arabic
# use them.
_CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ufdd0-\ufdef\ud800-\udfff]"
)
_SPACE = re.compile(r"\s+")


def clean(text: str) -> str:
    """One line without controls and without space at its ends; every run of white space is one space."""
    return _SPACE.sub(" ", _CONTROL.sub(" ", text)).strip()


def clock(seconds: float, *, separator: str = ".") -> str:
    """`hh:mm:ss.mmm`, as subtitles write it."""
    whole = milliseconds(seconds)
    return f"{whole // 3_600_000:02d}:{whole // 60_000 % 60:02d}:{whole // 1000 % 60:02d}{separator}{whole % 1000:03d}"


def short_clock(seconds: float) -> str:
    """`h:mm:ss`, as people read it; parts of a second are dropped."""
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def stretch(span: Span) -> str:
    """`h:mm:ss–h:mm:ss`, widened to whole seconds so that it is never empty."""
    return f"{short_clock(span.start)}–{short_clock(max(math.ceil(span.end), int(span.start) + 1))}"


def milliseconds(seconds: float) -> int:
    """Rounded to the nearest millisecond."""
    return round(seconds * 1000)


def universal(moment: datetime) -> datetime:
    """In UTC; a time that names no zone is taken for UTC."""
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def provenance_facts(provenance: Provenance, phrase: Phrases = ENGLISH) -> list[tuple[str, str]]:
    """What made the transcript, as names and clean values; `Note` for each notice."""
    model = provenance.model + _revision(provenance.model_revision, phrase)
    settings = ", ".join(f"{key}={value}" for key, value in sorted(provenance.settings.items()))
    facts = [
        (phrase("Transcribed by"), f"Steno {provenance.steno_version}"),
        (phrase("Model"), model),
        *(
            [(phrase("Speakers"), provenance.diarization + _revision(provenance.diarization_revision, phrase))]
            if provenance.diarization is not None
            else []
        ),
        (phrase("Settings"), settings or phrase("default")),
        (phrase("Recording"), provenance.recording_name),
        (phrase("Recording SHA-256"), provenance.recording_sha256),
        *([(phrase("Recorded"), phrase.day(provenance.recorded))] if provenance.recorded is not None else []),
        (phrase("Date"), provenance.created.isoformat()),
        *((phrase("Note"), phrase.retold(notice)) for notice in provenance.notices),
    ]
    return [(name, clean(value)) for name, value in facts]


def _revision(revision: str | None, phrase: Phrases) -> str:
    return " " + phrase("(revision {revision})", revision=revision) if revision else ""


def provenance_lines(provenance: Provenance, phrase: Phrases = ENGLISH) -> list[str]:
    """`name: value` lines for the formats that have a place for comments."""
    return [f"{name}: {value}" for name, value in provenance_facts(provenance, phrase)]
