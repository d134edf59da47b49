"""DOCX: the transcript as a document to edit and file."""

import io

from steno.exports.clean import clean, provenance_lines, short_clock
from steno.exports.paragraphs import Paragraph, paragraphs, suspect
from steno.exports.registry import ExportOptions, export
from steno.transcript import Transcript


@export("docx", media_type="application/vnd.openxmlformats-officedocument.wordprocessingml.document")
def word(transcript: Transcript, options: ExportOptions) -> bytes:
    """Title, notices, paragraphs under speaker and time, provenance in a table at the end and in the properties."""
    from docx import Document
    from docx.shared import Pt, RGBColor

    del options
    provenance = transcript.provenance
    document = Document()
    document.styles["Normal"].font.size = Pt(11)
    document.add_heading(clean(provenance.recording_name) or "Transcript", level=1)
    for notice in provenance.notices:
        document.add_paragraph().add_run(clean(notice)).italic = True
    for part in paragraphs(transcript):
        if isinstance(part, Paragraph):
            head = document.add_paragraph()
            head.paragraph_format.keep_with_next = True
            head.paragraph_format.space_after = Pt(0)
            if part.speaker is not None:
                head.add_run(clean(part.speaker) + "  ").bold = True
            time = head.add_run(short_clock(part.start))
            time.font.color.rgb = RGBColor(0x66, 0x66, 0x66)
            text = " ".join(clean(segment.text) + (" [?]" if suspect(segment) else "") for segment in part.segments)
            document.add_paragraph(text)
        else:
            hole = f"[{short_clock(part.start)}–{short_clock(part.end)} {clean(part.reason)}]"
            document.add_paragraph().add_run(hole).italic = True
    document.add_heading("About this transcript", level=2)
    table = document.add_table(rows=0, cols=2, style="Light List Accent 1")
    for line in provenance_lines(provenance):
        key, _, value = line.partition(": ")
        cells = table.add_row().cells
        cells[0].text, cells[1].text = key, value
    properties = document.core_properties
    properties.title = clean(provenance.recording_name)[:255]
    properties.author = f"Steno {provenance.steno_version}"[:255]
    properties.comments = f"SHA-256 of the recording: {provenance.recording_sha256}"
    properties.created = properties.modified = provenance.created
    properties.language = clean(transcript.language)[:255]
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()
