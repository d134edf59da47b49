"""DOCX: the minutes as a document to edit, send round and file."""

from typing import TYPE_CHECKING

from steno.exports.document import MEDIA_TYPE, add_facts, add_note, new_document, saved
from steno.exports.minutes.reading import Entry, Moment, about, facts, heading, making, notices, sections
from steno.exports.minutes.registry import MinutesExportOptions, export_minutes
from steno.exports.phrases import phrases
from steno.minutes import Minutes

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph


@export_minutes("docx", media_type=MEDIA_TYPE, suffix="minutes.docx", binary=True)
def word(minutes: Minutes, options: MinutesExportOptions) -> bytes:
    """As Markdown, with times that open the recording; provenance in a table at the end and in the properties."""
    provenance, phrase = minutes.provenance, phrases(minutes.language, options.language)
    title, sha256 = heading(minutes, phrase), provenance.recording_sha256
    document = new_document(title)
    document.add_paragraph(making(provenance, phrase))
    for notice in notices(provenance, phrase):
        add_note(document, notice)
    for section in sections(minutes, options, phrase):
        document.add_heading(section.heading, level=2)
        for entry in section.entries:
            _add(document, entry)
        if not section.entries:
            document.add_paragraph(section.empty)
    add_facts(document, about(phrase), facts(minutes, phrase))
    return saved(
        document,
        title=title,
        steno_version=provenance.steno_version,
        comments=(
            phrase("Recording SHA-256: {sha256}; model: {model}", sha256=sha256, model=provenance.model)
            if provenance.model
            else phrase("Recording SHA-256: {sha256}; model: none", sha256=sha256)
        ),
        language=minutes.language,
        created=provenance.created,
    )


def _add(document: "Document", entry: Entry) -> None:
    if entry.duty is None:
        paragraph = document.add_paragraph(entry.text, style="List Bullet")
    else:
        paragraph = document.add_paragraph(f"{'☑' if entry.duty.done else '☐'} {entry.text} — ")
        paragraph.add_run(entry.duty.owner).bold = entry.duty.named
        if entry.duty.due is not None:
            paragraph.add_run(f", {entry.duty.due}")
    paragraph.add_run(" (")
    _add_link(paragraph, entry.moment)
    paragraph.add_run(")")
    if entry.doubts is not None:
        paragraph.add_run(f" {entry.doubts}").italic = True
    for quote in entry.quotes:
        below = document.add_paragraph(style="List Bullet 2")
        if quote.speaker is not None:
            below.add_run(f"{quote.speaker}, ")
        _add_link(below, quote.moment)
        below.add_run(f": {quote.marks[0]}{quote.text}{quote.marks[1]}")


def _add_link(paragraph: "Paragraph", moment: Moment) -> None:
    # python-docx reads hyperlinks but cannot make them (1.2).
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import RGBColor

    run = paragraph.add_run(moment.clock)
    run.font.underline = True
    run.font.color.rgb = RGBColor(0x05, 0x63, 0xC1)
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), paragraph.part.relate_to(moment.url, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    link.append(run._r)
    paragraph._p.append(link)
