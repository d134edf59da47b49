"""Times of minutes lead to where it is said in the recording."""

import io
import re
from zipfile import ZipFile

import pytest
from docx import Document
from icalendar import Calendar
from markdown_it import MarkdownIt

from steno.exports.minutes import MinutesExportOptions, render_minutes
from steno.minutes import Minutes, Statement
from tests.unit.exports.meetings import meeting, minutes_of, proven, said

PORTAL = "https://portal.example/r/7?lang=en&reg;=(1)"


def links(name: str, minutes: Minutes, options: MinutesExportOptions | None) -> list[str]:
    """Where the times of the format lead, in order."""
    content = render_minutes(name, minutes, options)
    if name == "docx":
        paragraphs = Document(io.BytesIO(content)).paragraphs
        return [link.url for paragraph in paragraphs for link in paragraph.hyperlinks]
    if name == "md":
        inline = [token for token in MarkdownIt("commonmark").parse(content.decode()) if token.type == "inline"]
        return [str(child.attrs["href"]) for token in inline for child in token.children or [] if "href" in child.attrs]
    if name == "ics":
        content = "\n".join(todo["DESCRIPTION"] for todo in Calendar.from_ical(content).walk("VTODO")).encode()
    return re.findall(r"<(.*)>", content.decode())


@pytest.mark.parametrize("name", ["md", "docx", "txt", "ics"])
@pytest.mark.parametrize(
    ("link", "recording"),
    [(None, "town%20hall.mp3"), (PORTAL, "https://portal.example/r/7?lang=en&reg;=%281%29"), ("a b.mp4", "a%20b.mp4")],
)
def test_every_statement_leads_to_its_time(name: str, link: str | None, recording: str) -> None:
    minutes = meeting()

    read = links(name, minutes, MinutesExportOptions(link=link))

    statements = minutes.action_items if name == "ics" else proven(minutes)
    assert {f"{recording}#t={one.start:g}" for one in statements} <= set(read)
    assert all(link.startswith(f"{recording}#t=") for link in read)


def test_hyperlinks_of_docx_open_in_the_browser() -> None:
    with ZipFile(io.BytesIO(render_minutes("docx", meeting(), MinutesExportOptions(link=PORTAL)))) as file:
        relations = file.read("word/_rels/document.xml.rels").decode()

    assert relations.count('TargetMode="External"') == 7
    assert 'Target="https://portal.example/r/7?lang=en&amp;reg;=%281%29#t=80" TargetMode="External"' in relations


def test_a_statement_leads_to_where_it_is_said_first() -> None:
    late = Statement(text="So be it.", evidence=(said("Yes.", 9.0), said("So be it.", 2.0)))

    assert "So be it. ([0:00:02](" in render_minutes("md", minutes_of(decisions=(late,))).decode()
