"""Plain text as people read it: who, when, paragraphs."""

import textwrap

from steno.exports.clean import clean, provenance_lines, short_clock, stretch
from steno.exports.paragraphs import Paragraph, paragraphs
from steno.exports.phrases import phrases_of
from steno.exports.registry import ExportOptions, export
from steno.transcript import Transcript


@export("txt", media_type="text/plain")
def plain(transcript: Transcript, options: ExportOptions) -> str:
    """Provenance, then paragraphs under the time and the speaker; doubtful sentences end in `[?]`."""
    phrase = phrases_of(transcript, options.language)
    blocks = ["\n".join(provenance_lines(transcript.provenance, phrase))]
    for part in paragraphs(phrase.named(transcript)):
        if isinstance(part, Paragraph):
            head = f"[{short_clock(part.start)}]" + (f" {part.speaker}:" if part.speaker is not None else "")
            blocks.append(f"{head}\n{textwrap.fill(part.text, 88, break_long_words=False, break_on_hyphens=False)}")
        else:
            blocks.append(f"[{stretch(part)} {clean(phrase.retold(part.reason))}]")
    return "\n\n".join(blocks) + "\n"
