"""Every export of any transcript parses back with an independent reader and gives the same text and times."""

import csv
import io
import json
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

import jsonschema
import pytest
import srt
import webvtt
from docx import Document
from hypothesis import given
from praatio import textgrid
from pympi.Elan import Eaf

from steno.exports import SubtitleOptions, render
from steno.exports.clean import clean, milliseconds, short_clock
from steno.exports.schema import schema
from steno.exports.subtitles import cues
from steno.transcript import Transcript
from tests.conftest import ROOT
from tests.unit.exports.transcripts import transcripts


def squeezed(text: str) -> str:
    """Without any white space: where a line ends is the format's to choose."""
    return "".join(clean(text).split()).replace("-->", "→")


def spoken(transcript: Transcript) -> list[str]:
    """Characters of each segment, in the order of cue starts."""
    return [squeezed(segment.text) for segment in transcript.segments if squeezed(segment.text)]


def interleaved(parts: list[str], whole: str) -> bool:
    """Whether `whole` has exactly the characters of `parts` (overlapping speakers may alternate)."""
    return sorted("".join(parts)) == sorted(whole)


@given(transcripts())
def test_srt(transcript: Transcript) -> None:
    read = list(srt.parse(render("srt", transcript).decode(), ignore_errors=False))

    expected = cues(transcript, SubtitleOptions())
    assert [(round(c.start.total_seconds() * 1000), round(c.end.total_seconds() * 1000)) for c in read] == [
        (cue.start, cue.end) for cue in expected
    ]
    assert [read_.index for read_ in read] == list(range(1, len(read) + 1))
    for cue, got in zip(expected, read, strict=True):
        assert squeezed(got.content).endswith(squeezed("".join(cue.lines)))
        if cue.speaker is None:
            assert squeezed(got.content) == squeezed("".join(cue.lines))


@given(transcripts())
def test_webvtt(transcript: Transcript) -> None:
    content = render("vtt", transcript).decode()
    read = webvtt.from_string(content)

    expected = cues(transcript, SubtitleOptions())
    assert len(read) == len(expected)
    for cue, got in zip(expected, read, strict=True):
        start, end = got.start_in_seconds, got.end_in_seconds  # whole seconds in this reader
        assert (start, end) == (cue.start // 1000, cue.end // 1000)
        assert got.start.endswith(f".{cue.start % 1000:03d}")
        raw = got.raw_text
        if cue.speaker is not None and clean(cue.speaker):
            assert raw.startswith("<v ")
            raw = raw[raw.index(">") + 1 :].removesuffix("</v>")
        unescaped = raw.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        assert "<" not in raw
        assert "".join(unescaped.split()) == "".join("".join(cue.lines).split())
    assert "Recording SHA-256" in content


@given(transcripts())
def test_subtitles_keep_every_character_and_the_rules(transcript: Transcript) -> None:
    options = SubtitleOptions()
    made = cues(transcript, options)

    assert interleaved(
        [clean(s.text).replace(" ", "") for s in transcript.segments],
        "".join("".join(c.lines) for c in made).replace(" ", ""),
    )
    assert all(1 <= len(cue.lines) <= options.max_lines for cue in made)
    assert all(0 < len(line) <= options.max_chars for cue in made for line in cue.lines)
    assert all(cue.start < cue.end for cue in made)
    assert all(before.end <= after.start for before, after in zip(made, made[1:], strict=False))


@given(transcripts())
def test_json(transcript: Transcript) -> None:
    content = render("json", transcript)

    jsonschema.validate(json.loads(content), json.loads(schema()))
    assert Transcript.model_validate_json(content) == transcript


@pytest.mark.parametrize("name", ["csv", "tsv"])
@given(transcript=transcripts())
def test_tables(name: str, transcript: Transcript) -> None:
    content = render(name, transcript).decode()
    rows = list(csv.DictReader(io.StringIO(content, newline=""), delimiter="," if name == "csv" else "\t"))

    assert len(rows) == len(transcript.segments)
    for row, segment in zip(rows, transcript.segments, strict=True):
        assert (int(row["start_ms"]), int(row["end_ms"])) == (milliseconds(segment.start), milliseconds(segment.end))
        assert row["text"].removeprefix("'") == clean(segment.text)
        assert row["speaker"].removeprefix("'") == clean(transcript.speaker_name(segment.speaker) or "")
        assert not any((cell or "").startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row.values())


@given(transcripts())
def test_txt(transcript: Transcript) -> None:
    content = render("txt", transcript).decode()

    body = squeezed(content.replace(" [?]", ""))
    for segment in transcript.segments:
        assert squeezed(segment.text) in body
    for hole in transcript.uncovered:
        assert f"[{short_clock(hole.start)}–{short_clock(hole.end)}" in content
    assert all(character.isprintable() or character == "\n" for character in content if ord(character) < 160)


@given(transcripts())
def test_docx(transcript: Transcript) -> None:
    document = Document(io.BytesIO(render("docx", transcript)))

    whole = squeezed("".join(paragraph.text for paragraph in document.paragraphs).replace("[?]", ""))
    for segment in transcript.segments:
        assert squeezed(segment.text).replace("[?]", "") in whole
    table = {row.cells[0].text: row.cells[1].text for row in document.tables[0].rows}
    assert table["Recording SHA-256"] == "0" * 64


def tiers_hold(transcript: Transcript, intervals: list[tuple[str, int, int, str]]) -> None:
    """Every segment is an interval with its text and times, and there are no others."""
    expected = sorted(
        (milliseconds(s.start), max(milliseconds(s.end), milliseconds(s.start) + 1), clean(s.text))
        for s in transcript.segments
    )
    assert sorted((start, end, text) for _, start, end, text in intervals) == expected


@given(transcripts())
def test_elan(transcript: Transcript) -> None:
    content = render("eaf", transcript)
    ET.fromstring(content)
    with tempfile.NamedTemporaryFile(suffix=".eaf") as file:
        file.write(content)
        file.flush()
        eaf = Eaf(file.name)
    segments = [
        (tier, start, end, value or "")
        for tier in eaf.get_tier_names()
        if ": words" not in tier
        for start, end, value, *_ in eaf.get_annotation_data_for_tier(tier)
    ]
    tiers_hold(transcript, segments)
    words = sum(len(eaf.get_annotation_data_for_tier(tier)) for tier in eaf.get_tier_names() if ": words" in tier)
    assert words == sum(len(segment.words) for segment in transcript.segments)


@given(transcripts())
def test_praat(transcript: Transcript) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.TextGrid"
        path.write_bytes(render("textgrid", transcript))
        grid = textgrid.openTextgrid(str(path), includeEmptyIntervals=True, duplicateNamesMode="error")
    segments = []
    for name in grid.tierNames:
        entries = grid.getTier(name).entries
        assert entries[0].start == 0
        assert all(before.end == after.start for before, after in zip(entries, entries[1:], strict=False))
        if ": words" not in name:
            segments += [(name, milliseconds(e.start), milliseconds(e.end), e.label) for e in entries if e.label]
    expected = sorted(
        (milliseconds(s.start), max(milliseconds(s.end), milliseconds(s.start) + 1), clean(s.text))
        for s in transcript.segments
        if clean(s.text)
    )
    assert sorted((start, end, text.replace('""', '"')) for _, start, end, text in segments) == expected


@given(transcripts())
def test_rttm(transcript: Transcript) -> None:
    lines = render("rttm", transcript).decode().splitlines()
    turns = [line.split(" ") for line in lines if not line.startswith(";;")]

    assert all(len(fields) == 10 and fields[0] == "SPEAKER" for fields in turns)
    covered = [(float(fields[3]), float(fields[3]) + float(fields[4])) for fields in turns]
    for segment in transcript.segments:
        assert any(start - 0.002 <= segment.start and segment.end <= end + 0.002 for start, end in covered)


def test_the_committed_schema_is_current() -> None:
    assert (ROOT / "docs/schema/transcript-1.0.json").read_text() == schema()
