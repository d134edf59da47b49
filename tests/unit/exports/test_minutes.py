"""What each format of minutes looks like."""

import io
import json
from datetime import UTC, date, datetime

import pytest
from docx import Document

from steno.errors import InvalidOption
from steno.exports.minutes import get_minutes_format, minutes_formats, render_minutes
from steno.minutes import Due, Statement
from tests.unit.exports.meetings import meeting, minutes_of, said, to_do


def test_markdown() -> None:
    assert (
        render_minutes("md", meeting()).decode()
        == f"""\
# Town hall

How these minutes were made: by a language model, checked against the transcript; model: tiny; template: general 1.

> **Note:** Only a demonstration.

## Action items

- [ ] Send the plan — **Anna**, due 2026-01-02 (“by Friday”) ([0:01:20](town%20hall.mp3#t=80))
  - Anna, [0:01:20](town%20hall.mp3#t=80): “I will.”
- [ ] Book a room — nobody named ([1:02:03](town%20hall.mp3#t=3723.5))
  - Anna, [1:02:03](town%20hall.mp3#t=3723.5): “I will.”

## Decisions

- The roof is mended. ([0:01:01](town%20hall.mp3#t=61)) *unverified: 'roof' is not certain*
  - Bo \\& Co, [0:01:05](town%20hall.mp3#t=65.5): “So we mend it.”
  - [0:01:01](town%20hall.mp3#t=61): “Yes, the roof.”

## Open questions

- Who pays? ([0:01:10](town%20hall.mp3#t=70))

## Summary

- They talk of the roof. ([0:00:01](town%20hall.mp3#t=1.25))

## Topics

- Roof ([0:00:00–0:01:03](town%20hall.mp3#t=0))

## About these minutes

- Made by: Steno 0.1.0
- Method: by a language model, checked against the transcript
- Model: tiny
- Template: general 1
- Recording: town hall\\.mp3
- Recording SHA-256: {"0" * 64}
- Day of the recording: 2026-01-01
- Transcript SHA-256: {"1" * 64}
- Date: 2026-01-02T03:04:05+00:00
- Windows: 2
- Windows read by rules: 0
- Requests: 3
- Answers from an earlier run: 0
- Statements dropped: no evidence: 1
- Unverified statements: 1
"""
    )


def test_txt() -> None:
    body = render_minutes("txt", meeting()).decode().split("\n\nAbout these minutes\n")[0]

    assert (
        body
        == """\
Town hall
=========

How these minutes were made: by a language model, checked against the
transcript; model: tiny; template: general 1.

Note: Only a demonstration.

Action items
------------

[ ] Send the plan — Anna, due 2026-01-02 (“by Friday”)
    0:01:20 <town%20hall.mp3#t=80>
    Anna, 0:01:20: “I will.”

[ ] Book a room — nobody named
    1:02:03 <town%20hall.mp3#t=3723.5>
    Anna, 1:02:03: “I will.”

Decisions
---------

- The roof is mended.
  0:01:01 <town%20hall.mp3#t=61>
  unverified: 'roof' is not certain
  Bo & Co, 0:01:05: “So we mend it.”
  0:01:01: “Yes, the roof.”

Open questions
--------------

- Who pays?
  0:01:10 <town%20hall.mp3#t=70>

Summary
-------

- They talk of the roof.
  0:00:01 <town%20hall.mp3#t=1.25>

Topics
------

- Roof
  0:00:00–0:01:03 <town%20hall.mp3#t=0>"""
    )


@pytest.mark.parametrize("length", [70, 73, 75, 200])
def test_txt_sets_in_what_stands_below_a_statement_however_long_its_words(length: int) -> None:
    word = "x" * length
    item = to_do("Read it aloud", evidence=(said(word, 1.0, word),), doubts=(word,))

    lines = render_minutes("txt", minutes_of(item)).decode().split("\n[ ] ")[1].split("\n\n")[0].splitlines()

    assert all(line.startswith("    ") for line in lines[1:])


def test_txt_marks_a_statement_without_words() -> None:
    silent = Statement(text="", evidence=(said("", 1.0),))

    assert "\n-\n  0:00:01 <town%20hall.mp3#t=1>\n" in render_minutes("txt", minutes_of(decisions=(silent,))).decode()


def test_docx() -> None:
    document = Document(io.BytesIO(render_minutes("docx", meeting())))

    shown = [(paragraph.style.name, paragraph.text) for paragraph in document.paragraphs]
    assert shown[3:10] == [
        ("Heading 2", "Action items"),
        ("Normal", "☐ Send the plan — Anna, due 2026-01-02 (“by Friday”) (0:01:20)"),
        ("List Bullet 2", "Anna, 0:01:20: “I will.”"),
        ("Normal", "☐ Book a room — nobody named (1:02:03)"),
        ("List Bullet 2", "Anna, 1:02:03: “I will.”"),
        ("Heading 2", "Decisions"),
        ("List Bullet", "The roof is mended. (0:01:01) unverified: 'roof' is not certain"),
    ]
    assert [text for style, text in shown if style.startswith("Heading")] == [
        *("Town hall", "Action items", "Decisions", "Open questions", "Summary", "Topics", "About these minutes")
    ]
    table = {row.cells[0].text: row.cells[1].text for row in document.tables[0].rows}
    assert table["Transcript SHA-256"] == "1" * 64
    assert table["Unverified statements"] == "1"


def test_docx_properties() -> None:
    properties = Document(io.BytesIO(render_minutes("docx", meeting()))).core_properties

    assert (properties.title, properties.author, properties.language) == ("Town hall", "Steno 0.1.0", "en")
    assert properties.created == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_json() -> None:
    read = json.loads(render_minutes("json", meeting()))

    assert read["schema_version"] == "1.0"
    assert read["action_items"][0] == {
        "evidence": [{"start": 80.0, "end": 82.0, "segment": 0, "speaker": "Anna", "quote": "I will."}],
        "doubts": [],
        "edited": False,
        "task": "Send the plan",
        "owner": "Anna",
        "owner_speaker": None,
        "due": {"spoken": "by Friday", "day": "2026-01-02"},
        "done": False,
    }


def test_what_is_done_is_ticked_off() -> None:
    due = Due(spoken="", day=date(2026, 3, 6))
    minutes = minutes_of(to_do("Call her", done=True, edited=True, due=due), to_do("Call him"))

    text = {name: render_minutes(name, minutes).decode() for name in ("md", "txt", "ics")}
    document = Document(io.BytesIO(render_minutes("docx", minutes)))

    assert "- [x] Call her — nobody named, due 2026-03-06 (" in text["md"]
    assert "- [ ] Call him" in text["md"]
    assert "[x] Call her" in text["txt"]
    assert text["ics"].count("STATUS:COMPLETED") == text["ics"].count("STATUS:NEEDS-ACTION") == 1
    assert [paragraph.text[:10] for paragraph in document.paragraphs if "Call" in paragraph.text] == [
        "☑ Call her",
        "☐ Call him",
    ]
    assert "Statements written or changed by a person: 1" in text["md"]


@pytest.mark.parametrize("name", ["md", "txt", "docx"])
def test_minutes_of_nothing_say_so(name: str) -> None:
    content = render_minutes(name, minutes_of())

    if name == "docx":
        shown = [paragraph.text for paragraph in Document(io.BytesIO(content)).paragraphs]
    else:
        shown = [line.removeprefix("## ") for line in content.decode().splitlines() if line.strip("-")]
    items = shown.index("Action items")
    assert shown[items : items + 5] == [
        *("Action items", "None found.", "Decisions", "None found.", "About these minutes")
    ]


def test_what_nobody_titled_is_called_minutes() -> None:
    assert render_minutes("md", minutes_of(title=" \n")).startswith(b"# Minutes\n")


def test_an_unknown_format_names_the_known_ones() -> None:
    with pytest.raises(InvalidOption, match="md, docx, json, txt, ics"):
        render_minutes("srt", meeting())


def test_every_format_is_registered() -> None:
    assert minutes_formats() == ("md", "docx", "json", "txt", "ics")
    suffixes = [get_minutes_format(name).suffix for name in minutes_formats()]
    assert suffixes == ["minutes.md", "minutes.docx", "minutes.json", "minutes.txt", "ics"]
    assert [name for name in minutes_formats() if get_minutes_format(name).binary] == ["docx"]
    assert get_minutes_format("ICS").media_type == "text/calendar"
