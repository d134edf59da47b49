"""SubRip: what every player reads. It has no place for provenance."""

from steno.exports.clean import clock
from steno.exports.phrases import phrases_of
from steno.exports.registry import ExportOptions, export
from steno.exports.subtitles import cues
from steno.transcript import Transcript


@export("srt", media_type="application/x-subrip")
def srt(transcript: Transcript, options: ExportOptions) -> str:
    """Numbered cues; a speaker is named where the speaker changes. `-->`, which parts times, is written `→`."""
    phrase = phrases_of(transcript, options.language)
    blocks = []
    for number, cue in enumerate(cues(phrase.named(transcript), options.subtitles), start=1):
        times = f"{clock(cue.start / 1000, separator=',')} --> {clock(cue.end / 1000, separator=',')}"
        blocks.append("\n".join([str(number), times, *(line.replace("-->", "→") for line in cue.lines)]) + "\n")
    return "\n".join(blocks)
