"""What every DOCX of ours has: size of type, italic notes, a table of facts, and the document's properties."""

import io
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from steno.exports.clean import clean, universal

if TYPE_CHECKING:
    from docx.document import Document

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_LONGEST = 255  # characters a core property may have (ECMA-376; python-docx refuses more)


def new_document(title: str) -> "Document":
    """A document that begins with its title."""
    from docx import Document
    from docx.shared import Pt

    document = Document()
    document.styles["Normal"].font.size = Pt(11)
    document.add_heading(title, level=1)
    return document


def add_note(document: "Document", text: str) -> None:
    """A paragraph in italics."""
    document.add_paragraph().add_run(clean(text)).italic = True


def add_facts(document: "Document", heading: str, facts: Iterable[tuple[str, str]]) -> None:
    """Names and values in a table of their own section."""
    document.add_heading(heading, level=2)
    table = document.add_table(rows=0, cols=2, style="Light List Accent 1")
    for name, value in facts:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = name, value


def saved(
    document: "Document", *, title: str, steno_version: str, comments: str, language: str, created: datetime
) -> bytes:
    """The finished file, with its core properties."""
    properties = document.core_properties
    properties.title = title[:_LONGEST]
    properties.author = clean(f"Steno {steno_version}")[:_LONGEST]
    properties.comments = clean(comments)[:_LONGEST]
    # The format knows only UTC; python-docx writes the numbers as they are.
    properties.created = properties.modified = universal(created).replace(tzinfo=None)
    properties.language = clean(language)[:_LONGEST]
    _proofread_in(document, language)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _proofread_in(document: "Document", language: str) -> None:
    """Have word processors check the spelling by this language; else every Finnish word is marked as wrong."""
    from babel.core import get_global
    from docx.oxml.ns import qn

    whole = get_global("likely_subtags").get(language)  # of fi: fi_Latn_FI
    if whole is None or language == "en":  # as the template has it
        return
    code, _, territory = whole.split("_")
    for lang in document.styles.element.iter(qn("w:lang")):
        for script in ("w:val", "w:eastAsia", "w:bidi"):
            lang.set(qn(script), f"{code}-{territory}")
