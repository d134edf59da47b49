"""RTTM (NIST Rich Transcription Time Marked): who spoke when. A line is a speaker turn; comments begin with `;;`."""

import re

from steno.exports.clean import clean, milliseconds, provenance_lines
from steno.exports.registry import ExportOptions, export
from steno.exports.tiers import UNKNOWN, labels, unique
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
    """Start and end in milliseconds, in order of start; turns of one speaker never overlap.

    As the diarization found them, overlaps included; of a transcript without those, the stretches of its segments.
    """
    if transcript.turns:
        taken: set[str] = set()
        speakers = dict.fromkeys(turn.speaker for turn in transcript.turns)
        names = {one: unique(_field(transcript.speaker_name(one) or "") or UNKNOWN, taken, _field) for one in speakers}
        found = [(turn.start, turn.end, names[turn.speaker]) for turn in transcript.turns]
        pause = 0
    else:
        named = labels(transcript, _field)
        found = [(segment.start, segment.end, named[segment.speaker]) for segment in transcript.segments]
        pause = _PAUSE
    turns: dict[str, list[tuple[int, int]]] = {}
    for begins, ends, name in sorted(found):
        start = milliseconds(begins)
        end = max(milliseconds(ends), start + 1)
        own = turns.setdefault(name, [])
        if own and start - own[-1][1] < pause:
            start, end = own[-1][0], max(own.pop()[1], end)
        own.append((start, end))
    return sorted((start, end, name) for name, own in turns.items() for start, end in own)


def _field(text: str) -> str:
    return re.sub(r"\s+", "_", clean(text))
