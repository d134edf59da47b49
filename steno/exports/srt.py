"""SubRip: what every player reads. It has no place for provenance."""

from steno.exports.clean import clean, clock
from steno.exports.registry import ExportOptions, export
from steno.exports.subtitles import cues
from steno.transcript import Transcript


@export("srt", media_type="application/x-subrip")
def srt(transcript: Transcript, options: ExportOptions) -> str:
    """Numbered cues; a speaker is named where the speaker changes."""
    blocks, last = [], None
    for number, cue in enumerate(cues(transcript, options.subtitles), start=1):
        lines = [line.replace("-->", "→") for line in cue.lines]
        if cue.speaker is not None and cue.speaker != last:
            lines.insert(0, f"[{clean(cue.speaker)}]".replace("-->", "→"))
        last = cue.speaker
        times = f"{clock(cue.start / 1000, separator=',')} --> {clock(cue.end / 1000, separator=',')}"
        blocks.append("\n".join([str(number), times, *lines]) + "\n")
    return "\n".join(blocks)
