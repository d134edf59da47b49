"""Any minutes parse back with an independent reader: all is said, and no word of it means more than text."""

import io
import json
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from urllib.parse import unquote
from zipfile import ZipFile

import jsonschema
import pytest
from docx import Document
from hypothesis import given
from markdown_it import MarkdownIt

from steno.exports.minutes import MinutesExportOptions, minutes_formats, render_minutes
from steno.minutes import ActionItem, Due, Minutes, Statement, Topic
from tests.conftest import ROOT
from tests.unit.exports.meetings import (
    HOSTILE,
    all_minutes,
    clock,
    doubts,
    duty,
    minutes_of,
    proven,
    provenance,
    quoted,
    quotes,
    said,
    times,
    to_do,
)
from tests.unit.exports.transcripts import ms, normalised, squeezed

BLOCKS = {"heading", "paragraph", "blockquote", "bullet_list", "list_item", "inline"}
SPANS = {"text", "link", "strong", "em"}
READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


@dataclass
class Line:
    """What a reader of Markdown sees in one list item, heading or paragraph; `source` is what it is written as."""

    level: int
    source: str
    text: str = ""
    links: list[str] = field(default_factory=list)


def read_markdown(content: bytes) -> dict[str, list[Line]]:
    """Lines by the heading they stand under. Only what minutes are made of may occur."""
    lines: dict[str, list[Line]] = {}
    heading, level = "", 0
    for token in READER.parse(content.decode()):
        kind = re.sub("_(open|close)$", "", token.type)
        assert kind in BLOCKS, f"{kind}: {token.content}"
        level += token.nesting if kind == "bullet_list" else 0
        heading = token.tag if token.type == "heading_open" else heading
        if token.type == "inline":
            spans = token.children or []
            assert {re.sub("_(open|close)$", "", span.type) for span in spans} <= SPANS, token.content
            text = normalised("".join(span.content for span in spans))
            line = Line(level, token.content, text, [str(s.attrs["href"]) for s in spans if s.type == "link_open"])
            if heading in {"h1", "h2"}:
                heading = text if heading == "h2" else "title"
                lines[heading] = [] if heading != "title" else [line]
            else:
                lines[heading].append(line)
    return lines


def assert_beside(links: list[str], minutes: Minutes) -> None:
    """Without an address of the recording, links lead to a file of its name in the folder of the minutes."""
    files = {link.split("#t=")[0] for link in links}
    assert not any(re.search("[:/?#]", file) for file in files)
    assert {unquote(file) for file in files} <= {normalised(minutes.provenance.recording_name)}


@pytest.mark.parametrize("text", HOSTILE)
def test_words_that_mean_something_to_markdown_are_only_words(text: str) -> None:
    statement = Statement(text=text, evidence=(said(text, 1.0, text),), doubts=(text,))
    hostile = minutes_of(
        to_do(text, owner=text, due=Due(spoken=text)),
        title=text,
        decisions=(statement,),
        summary=(statement,),
        topics=(Topic(start=0.0, end=1.0, title=text),),
        provenance=provenance(recording_name=text, notices=(text,), model=text),
    )

    read = read_markdown(render_minutes("md", hostile))

    assert [len(lines) for lines in read.values()] == [3, 2, 2, 1, 1, 15]
    assert read["Topics"][0].text == normalised(f"{text} (0:00:00–0:00:01)")
    assert read["Summary"][0].text == normalised(f"{text} (0:00:01) {doubts(statement)}")


@given(all_minutes())
def test_markdown(minutes: Minutes) -> None:
    read = read_markdown(render_minutes("md", minutes))

    assert [line.text for line in read["title"][:1]] == [normalised(minutes.title) or "Minutes"]
    notices = [line.text for line in read["title"][2:]]
    assert notices == [normalised(f"Note: {notice}") for notice in minutes.provenance.notices]
    expected = [
        line
        for item in minutes.action_items
        for line in (
            f"[{'x' if item.done else ' '}] {duty(item)} ({clock(item.start)}) {doubts(item)}",
            *map(quoted, item.evidence),
        )
    ]
    items = read["Action items"]
    assert [line.text for line in items] == ([normalised(line) for line in expected] or ["None found."])
    assert [line.source[:4] for line in items if line.level == 1] == [
        "[x] " if item.done else "[ ] " for item in minutes.action_items
    ]
    for name, statements in (("Open questions", minutes.open_questions), ("Summary", minutes.summary)):
        assert [line.text for line in read.get(name, [])] == [
            normalised(f"{one.text} ({clock(one.start)}) {doubts(one)}") for one in statements
        ]
    assert [line.level for line in read["Decisions"]] == (
        [level for one in minutes.decisions for level in (1, *(2 for _ in one.evidence))] or [0]
    )
    others = [line for name, section in read.items() if name != "Action items" for line in section]
    assert not any(re.match(r"\[[ xX]\]\s", line.source) for line in others)


@given(all_minutes())
def test_markdown_links_to_times_and_nowhere_else(minutes: Minutes) -> None:
    read = read_markdown(render_minutes("md", minutes))

    links = [link for section in read.values() for line in section for link in line.links]
    starts = [
        start
        for one in proven(minutes)
        for start in (one.start, *(evidence.start for evidence in quotes(minutes, one)))
    ]
    assert times(links) == [ms(start) for start in [*starts, *(topic.start for topic in minutes.topics)]]
    assert_beside(links, minutes)


@pytest.mark.parametrize(
    "text", ["https://a.example", "ftp://a.example/b", "www.a.example", "www. a", "WWW.😀", "www..."]
)
def test_no_address_is_left_for_markdown_readers_that_make_links_of_text(text: str) -> None:
    lines = read_markdown(render_minutes("md", minutes_of(to_do(f"See {text}", owner=text), title=text)))

    # GitHub Flavored Markdown, autolinks: these begin one wherever they stand unescaped.
    begun = [
        line for section in lines.values() for line in section if re.search(r"(?i)www\.|(?:https?|ftp)://", line.source)
    ]
    assert begun == []


@given(all_minutes())
def test_txt(minutes: Minutes) -> None:
    content = render_minutes("txt", minutes).decode()

    long = [line for line in content.split("\n") if len(line) > 76]
    assert all(re.fullmatch(r" +[\d:–]+ <\S*#t=[\d.]+>", line) for line in long)
    assert normalised(content) == " ".join(content.split())
    body, position = squeezed(content), 0
    for one in proven(minutes):
        text = squeezed(duty(one) if isinstance(one, ActionItem) else one.text)
        place = f"{clock(one.start)}<"
        position = body.index(place, body.index(text, position) + len(text)) + len(place)
    assert content.count("#t=") >= len(proven(minutes)) + len(minutes.topics)


@given(all_minutes())
def test_docx(minutes: Minutes) -> None:
    content = render_minutes("docx", minutes)
    document = Document(io.BytesIO(content))

    shown = [normalised(paragraph.text) for paragraph in document.paragraphs]
    expected = [
        line
        for item in minutes.action_items
        for line in (
            f"{'☑' if item.done else '☐'} {duty(item)} ({clock(item.start)}) {doubts(item)}",
            *map(quoted, item.evidence),
        )
    ]
    begin = shown.index("Action items", 1) + 1
    assert shown[begin : begin + max(1, len(expected))] == ([normalised(line) for line in expected] or ["None found."])
    links = [link for paragraph in document.paragraphs for link in paragraph.hyperlinks]
    assert len(links) == len(minutes.topics) + sum(1 + len(quotes(minutes, one)) for one in proven(minutes))
    with ZipFile(io.BytesIO(content)) as file:
        relations = ET.fromstring(file.read("word/_rels/document.xml.rels"))
        fields = re.findall(rb"<w:(?:fldSimple|instrText|drawing|object)\b", file.read("word/document.xml"))
    outside = [relation.attrib["Target"] for relation in relations if relation.get("TargetMode") == "External"]
    assert {link.url for link in links} == set(outside)
    assert_beside(outside, minutes)
    assert fields == []


@given(all_minutes())
def test_json(minutes: Minutes) -> None:
    content = render_minutes("json", minutes)

    jsonschema.validate(json.loads(content), json.loads((ROOT / "docs/schema/minutes-1.0.json").read_text()))
    assert Minutes.model_validate_json(content) == minutes


@pytest.mark.parametrize("name", ["md", "txt", "ics"])
@pytest.mark.parametrize("text", HOSTILE)
def test_controls_and_reversing_characters_become_spaces(name: str, text: str) -> None:
    hostile = minutes_of(to_do(text, owner=text), title=text, provenance=provenance(recording_name=text))

    content = render_minutes(name, hostile, MinutesExportOptions(link=f"https://a.example/{text}")).decode()

    assert not set("\x00\x07\x1b\u2028\x85\u202e\u2066\t") & set(content)


@pytest.mark.parametrize("name", minutes_formats())
def test_half_a_character_stops_no_format(name: str) -> None:
    broken = minutes_of(to_do("a \ud83d b"), provenance=provenance(recording_name="\udcff.mp3"))

    assert render_minutes(name, broken)


def test_json_has_a_replacement_for_half_a_character() -> None:
    content = render_minutes("json", minutes_of(to_do("a \ud83d b")))

    assert Minutes.model_validate_json(content).action_items[0].task == "a \ufffd b"


@pytest.mark.parametrize("name", ["md", "json", "txt", "ics"])
@given(minutes=all_minutes())
def test_a_renderer_gives_the_same_twice(name: str, minutes: Minutes) -> None:
    assert render_minutes(name, minutes) == render_minutes(name, minutes)
