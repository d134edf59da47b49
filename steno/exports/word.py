"""DOCX: the transcript as a document to edit and file."""

import io
from datetime import UTC

from steno.exports.clean import clean, provenance_facts, short_clock, stretch
from steno.exports.paragraphs import Paragraph, paragraphs
from steno.exports.registry import ExportOptions, export
from steno.transcript import Transcript

_LONGEST = 255  # characters a core property may have (ECMA-376; python-docx refuses more)


@export("docx", media_type="application/vnd.openxmlformats-officedocument.wordprocessingml.document", binary=True)
def word(transcript: Transcript, options: ExportOptions) -> bytes:
    """Title, notices, paragraphs under speaker and time, provenance in a table at the end and in the properties."""
    from docx import Document
    from docx.shared import Pt, RGBColor

    del options
    provenance = transcript.provenance
    title = clean(provenance.recording_name) or "Transcript"
    document = Document()
    document.styles["Normal"].font.size = Pt(11)
    document.add_heading(title, level=1)
    for notice in provenance.notices:
        document.add_paragraph().add_run(clean(notice)).italic = True
    for part in paragraphs(transcript):
        if isinstance(part, Paragraph):
            head = document.add_paragraph()
            head.paragraph_format.keep_with_next = True
            head.paragraph_format.space_after = Pt(0)
            if part.speaker is not None:
                head.add_run(part.speaker + "  ").bold = True
            head.add_run(short_clock(part.start)).font.color.rgb = RGBColor(0x66, 0x66, 0x66)
            document.add_paragraph(part.text)
        else:
            document.add_paragraph().add_run(f"[{stretch(part)} {clean(part.reason)}]").italic = True
    document.add_heading("About this transcript", level=2)
    table = document.add_table(rows=0, cols=2, style="Light List Accent 1")
    for name, value in provenance_facts(provenance):
        cells = table.add_row().cells
        cells[0].text, cells[1].text = name, value
    properties = document.core_properties
    properties.title = title[:_LONGEST]
    properties.author = clean(f"Steno {provenance.steno_version}")[:_LONGEST]
    properties.comments = clean(f"Recording SHA-256: {provenance.recording_sha256}; model: {provenance.model}")[
        :_LONGEST
    ]
    # The format knows only UTC; python-docx writes the numbers as they are.
    created = provenance.created if provenance.created.tzinfo else provenance.created.replace(tzinfo=UTC)
    properties.created = properties.modified = created.astimezone(UTC).replace(tzinfo=None)
    properties.language = clean(transcript.language)[:_LONGEST]
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()
