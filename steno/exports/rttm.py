"""RTTM (NIST Rich Transcription Time Marked): who spoke when. A line is a speaker turn; comments begin with `;;`."""

import re

from steno.exports.clean import clean, milliseconds, provenance_lines
from steno.exports.registry import ExportOptions, export
from steno.exports.tiers import UNKNOWN, labels
from steno.transcript import Transcript

# Milliseconds. A shorter pause does not end a turn (NIST Rich Transcription evaluation plans: 0.3 s).
_PAUSE = 300


@export("rttm", media_type="text/plain")
def rttm(transcript: Transcript, options: ExportOptions) -> str:
    """Turns of each speaker, seconds to the millisecond; where nobody is known the speaker is `unknown`."""
    del options
    file_id = _field(transcript.provenance.recording_name) or UNKNOWN
    lines = [f";; {line}" for line in provenance_lines(transcript.provenance)]
    for start, end, name in _turns(transcript):
        lines.append(f"SPEAKER {file_id} 1 {start / 1000:.3f} {(end - start) / 1000:.3f} <NA> <NA> {name} <NA> <NA>")
    return "\n".join(lines) + "\n"


def _turns(transcript: Transcript) -> list[tuple[int, int, str]]:
    """Start and end in milliseconds, in order of start; turns of one speaker never overlap."""
    named = labels(transcript, _field)
    turns: dict[str, list[tuple[int, int]]] = {}
    for segment in sorted(transcript.segments, key=lambda segment: segment.start):
        start = milliseconds(segment.start)
        end = max(milliseconds(segment.end), start + 1)
        own = turns.setdefault(named[segment.speaker], [])
        if own and start - own[-1][1] < _PAUSE:
            start, end = own[-1][0], max(own.pop()[1], end)
        own.append((start, end))
    return sorted((start, end, name) for name, own in turns.items() for start, end in own)


def _field(text: str) -> str:
    return re.sub(r"\s+", "_", clean(text))
