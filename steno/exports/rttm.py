"""RTTM (NIST Rich Transcription): who spoke when. A line is a speaker turn; comments begin with `;;`."""

import re

from steno.exports.clean import clean, provenance_lines
from steno.exports.registry import ExportOptions, export
from steno.exports.tiers import UNKNOWN
from steno.transcript import Transcript

_JOIN = 0.5  # seconds: a shorter pause does not end a turn


@export("rttm", media_type="text/plain")
def rttm(transcript: Transcript, options: ExportOptions) -> str:
    """Turns of each speaker; where nobody is known the speaker is `unknown`."""
    del options
    file_id = _field(transcript.provenance.recording_name)
    lines = [f";; {line}" for line in provenance_lines(transcript.provenance)]
    for name, start, end in _turns(transcript):
        lines.append(f"SPEAKER {file_id} 1 {start:.3f} {end - start:.3f} <NA> <NA> {_field(name)} <NA> <NA>")
    return "\n".join(lines) + "\n"


def _turns(transcript: Transcript) -> list[tuple[str, float, float]]:
    turns: list[tuple[str, float, float]] = []
    for segment in transcript.segments:
        name = transcript.speaker_name(segment.speaker) or UNKNOWN
        if turns and turns[-1][0] == name and 0 <= segment.start - turns[-1][2] <= _JOIN:
            turns[-1] = (name, turns[-1][1], max(turns[-1][2], segment.end))
        else:
            turns.append((name, segment.start, segment.end))
    return sorted(turns, key=lambda turn: turn[1])


def _field(text: str) -> str:
    return re.sub(r"\s+", "_", clean(text)) or UNKNOWN
