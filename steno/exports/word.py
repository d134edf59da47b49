"""DOCX: the transcript as a document to edit and file."""

from steno.exports.clean import clean, provenance_facts, short_clock, stretch
from steno.exports.document import MEDIA_TYPE, add_facts, add_note, new_document, saved
from steno.exports.paragraphs import Paragraph, paragraphs
from steno.exports.phrases import phrases_of
from steno.exports.registry import ExportOptions, export
from steno.transcript import Transcript


@export("docx", media_type=MEDIA_TYPE, binary=True)
def word(transcript: Transcript, options: ExportOptions) -> bytes:
    """Title, notices, paragraphs under speaker and time, provenance in a table at the end and in the properties."""
    from docx.shared import Pt, RGBColor

    phrase = phrases_of(transcript, options.language)
    provenance = transcript.provenance
    title = clean(provenance.recording_name) or phrase("Transcript")
    document = new_document(title)
    for notice in provenance.notices:
        add_note(document, phrase.retold(notice))
    for part in paragraphs(phrase.named(transcript)):
        if isinstance(part, Paragraph):
            head = document.add_paragraph()
            head.paragraph_format.keep_with_next = True
            head.paragraph_format.space_after = Pt(0)
            if part.speaker is not None:
                head.add_run(part.speaker + "  ").bold = True
            head.add_run(short_clock(part.start)).font.color.rgb = RGBColor(0x66, 0x66, 0x66)
            document.add_paragraph(part.text)
        else:
            add_note(document, f"[{stretch(part)} {phrase.retold(part.reason)}]")
    add_facts(document, phrase("About this transcript"), provenance_facts(provenance, phrase))
    return saved(
        document,
        title=title,
        steno_version=provenance.steno_version,
        comments=phrase(
            "Recording SHA-256: {sha256}; model: {model}", sha256=provenance.recording_sha256, model=provenance.model
        ),
        language=transcript.language,
        created=provenance.created,
    )
