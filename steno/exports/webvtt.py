"""WebVTT (W3C): subtitles for the web, with voices and a note on where they came from."""

from steno.exports.clean import clock, provenance_lines
from steno.exports.phrases import phrases_of
from steno.exports.registry import ExportOptions, export
from steno.exports.subtitles import cues
from steno.transcript import Transcript


@export("vtt", media_type="text/vtt")
def webvtt(transcript: Transcript, options: ExportOptions) -> str:
    """Cues with a voice tag where the speaker is known; `&`, `<` and `>` are escaped, so `-->` cannot occur."""
    phrase = phrases_of(transcript, options.language)
    facts = provenance_lines(transcript.provenance, phrase)
    note = "\n".join(["NOTE", *(line.replace("-->", "→") for line in facts)])
    blocks = ["WEBVTT\n", note + "\n"]
    # A voice tag names the speaker, so the text does not.
    silent = options.subtitles.model_copy(update={"name_speakers": False})
    for cue in cues(phrase.named(transcript), silent):
        text = "\n".join(_escape(line) for line in cue.lines)
        if cue.speaker is not None:
            text = f"<v {_escape(cue.speaker)}>{text}</v>"
        blocks.append(f"{clock(cue.start / 1000)} --> {clock(cue.end / 1000)}\n{text}\n")
    return "\n".join(blocks)


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
