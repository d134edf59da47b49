"""Plain text as people read it: who, when, paragraphs."""

import textwrap

from steno.exports.clean import clean, provenance_lines, short_clock
from steno.exports.paragraphs import Paragraph, paragraphs, suspect
from steno.exports.registry import ExportOptions, export
from steno.transcript import Transcript


@export("txt", media_type="text/plain")
def plain(transcript: Transcript, options: ExportOptions) -> str:
    """Provenance, then paragraphs under the time and the speaker; doubtful sentences end in `[?]`."""
    del options
    blocks = ["\n".join(provenance_lines(transcript.provenance))]
    for part in paragraphs(transcript):
        if isinstance(part, Paragraph):
            head = f"[{short_clock(part.start)}]" + (f" {clean(part.speaker)}:" if part.speaker is not None else "")
            text = " ".join(clean(segment.text) + (" [?]" if suspect(segment) else "") for segment in part.segments)
            wrapped = textwrap.fill(text, 88, break_long_words=False, break_on_hyphens=False)
            blocks.append(f"{head}\n{wrapped}")
        else:
            blocks.append(f"[{short_clock(part.start)}–{short_clock(part.end)} {clean(part.reason)}]")
    return "\n\n".join(blocks) + "\n"
