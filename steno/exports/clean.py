"""Text that came out of a recording is hostile input: what a format cannot carry becomes a space."""

import re

from steno.transcript import Provenance

# C0 and C1 controls, line and paragraph separators, bidi overrides and isolates, noncharacters, lone surrogates:
# they break lines, XML, or the reader's eye.
_CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ufdd0-\ufdef\ud800-\udfff]"
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
    """`h:mm:ss`, as people read it."""
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def milliseconds(seconds: float) -> int:
    """Rounded to the nearest millisecond."""
    return round(seconds * 1000)


def provenance_lines(provenance: Provenance) -> list[str]:
    """`key: value` lines, clean, for the formats that have a place for comments."""
    lines = [
        f"Transcribed by: Steno {provenance.steno_version}",
        f"Model: {provenance.model}"
        + (f" (revision {provenance.model_revision})" if provenance.model_revision else ""),
        "Settings: " + (", ".join(f"{key}={value}" for key, value in sorted(provenance.settings.items())) or "default"),
        f"Recording: {provenance.recording_name}",
        f"Recording SHA-256: {provenance.recording_sha256}",
        f"Date: {provenance.created.isoformat()}",
    ]
    return [clean(line) for line in [*lines, *(f"Note: {notice}" for notice in provenance.notices)]]
