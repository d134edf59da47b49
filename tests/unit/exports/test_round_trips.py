"""Every export of any transcript parses back with an independent reader and gives the same text and times."""

import csv
import html
import io
import json
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from itertools import pairwise
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
from steno.exports.schema import schema
from steno.exports.subtitles import cues
from steno.transcript import Segment, Transcript
from tests.conftest import ROOT
from tests.unit.exports.transcripts import ms, normalised, squeezed, transcripts

Interval = tuple[int, int, str]


def names(transcript: Transcript) -> dict[str, str]:
    return {speaker.id: normalised(speaker.name) for speaker in transcript.speakers}


def in_order(parts: list[str], whole: str) -> bool:
    """Whether the parts stand in the whole, one after the other."""
    position = 0
    for part in parts:
        position = whole.find(part, position)
        if position < 0:
            return False
        position += len(part)
    return True


@given(transcripts())
def test_srt(transcript: Transcript) -> None:
    read = list(srt.parse(render("srt", transcript).decode(), ignore_errors=False))

    expected = cues(transcript, SubtitleOptions())
    assert [subtitle.index for subtitle in read] == list(range(1, len(expected) + 1))
    assert [
        (ms(subtitle.start.total_seconds()), ms(subtitle.end.total_seconds()), subtitle.content) for subtitle in read
    ] == [(cue.start, cue.end, "\n".join(cue.lines).replace("-->", "→")) for cue in expected]


@given(transcripts(overlapping=False))
def test_srt_tells_who_speaks_and_all_that_is_said(transcript: Transcript) -> None:
    read = srt.parse(render("srt", transcript).decode(), ignore_errors=False)

    told, last = "", None
    for segment in transcript.segments:
        if text := squeezed(segment.text):
            name = names(transcript).get(segment.speaker or "") or None
            told += (f"[{squeezed(name)}]" if name and name != last else "") + text
            last = name
    shortened = "…]" in "".join(subtitle.content for subtitle in read)
    if not shortened and max(map(len, names(transcript).values()), default=0) <= 40:
        assert squeezed("".join(subtitle.content for subtitle in read)) in ("", told.replace("-->", "→"))


@given(transcripts())
def test_webvtt(transcript: Transcript) -> None:
    content = render("vtt", transcript).decode()
    read = webvtt.from_string(content)

    expected = cues(transcript, SubtitleOptions(name_speakers=False))
    times = re.findall(r"^(\S+) --> (\S+)$", content, re.MULTILINE)
    assert [(caption.start, caption.end) for caption in read] == times
    assert [
        ms(sum(map(lambda part, unit: float(part) * unit, start.split(":"), (3600, 60, 1)))) for start, _ in times
    ] == [cue.start for cue in expected]
    for cue, caption in zip(expected, read, strict=True):
        assert (html.unescape(caption.voice) if caption.voice else None) == cue.speaker
        assert html.unescape(re.sub("<[^>]*>", "", caption.raw_text)) == "\n".join(cue.lines)


@given(transcripts())
def test_json(transcript: Transcript) -> None:
    content = render("json", transcript)

    jsonschema.validate(json.loads(content), json.loads((ROOT / "docs/schema/transcript-1.0.json").read_text()))
    assert Transcript.model_validate_json(content) == transcript


@pytest.mark.parametrize(("name", "delimiter"), [("csv", ","), ("tsv", "\t")])
@given(transcript=transcripts())
def test_tables(name: str, delimiter: str, transcript: Transcript) -> None:
    content = render(name, transcript).decode()
    rows = list(csv.DictReader(io.StringIO(content, newline=""), delimiter=delimiter))

    def told(cell: str) -> str:
        return cell.removeprefix("'")

    assert [(int(row["id"]), int(row["start_ms"]), int(row["end_ms"])) for row in rows] == [
        (segment.id, ms(segment.start), ms(segment.end)) for segment in transcript.segments
    ]
    assert [(told(row["speaker"]), told(row["text"]), row["confidence"], told(row["marks"])) for row in rows] == [
        (
            names(transcript).get(segment.speaker or "", ""),
            normalised(segment.text),
            "" if segment.confidence is None else str(segment.confidence),
            normalised("; ".join(f"{mark.kind}: {mark.reason}" for mark in segment.marks)),
        )
        for segment in transcript.segments
    ]
    assert not any(re.match(r"\s*[=+\-@\t\r]", cell) for row in rows for cell in row.values())
    assert len(content.splitlines()) == 1 + len(transcript.segments)


@given(transcripts())
def test_txt(transcript: Transcript) -> None:
    content = render("txt", transcript).decode()

    body = squeezed("".join(content.split("\n\n")[1:])).replace("[?]", "")
    assert in_order([squeezed(segment.text).replace("[?]", "") for segment in transcript.segments], body)
    assert all(normalised(hole.reason) in content for hole in transcript.uncovered)
    assert normalised(content) == " ".join(content.split())


@given(transcripts())
def test_docx(transcript: Transcript) -> None:
    document = Document(io.BytesIO(render("docx", transcript)))

    body = squeezed("".join(paragraph.text for paragraph in document.paragraphs)).replace("[?]", "")
    assert in_order([squeezed(segment.text).replace("[?]", "") for segment in transcript.segments], body)
    assert all(squeezed(hole.reason).replace("[?]", "") in body for hole in transcript.uncovered)
    table = {row.cells[0].text: row.cells[1].text for row in document.tables[0].rows}
    assert table["Recording SHA-256"] == transcript.provenance.recording_sha256
    assert table["Note"] == normalised(transcript.provenance.notices[0])
    assert document.core_properties.title == (normalised(transcript.provenance.recording_name) or "Transcript")[:255]


def segment_intervals(segments: tuple[Segment, ...]) -> list[Interval]:
    """A segment is an interval of at least 1 ms."""
    return sorted((ms(s.start), max(ms(s.end), ms(s.start) + 1), normalised(s.text)) for s in segments)


def word_texts(transcript: Transcript) -> list[str]:
    return sorted(normalised(word.text) for word in transcript.words())


def is_words(tier: str) -> bool:
    return re.search(r": words( \(\d+\))?$", tier) is not None


@given(transcripts())
def test_elan(transcript: Transcript) -> None:
    with tempfile.NamedTemporaryFile(suffix=".eaf") as file:
        file.write(render("eaf", transcript))
        file.flush()
        root = ET.parse(file.name).getroot()
        eaf = Eaf(file.name)

    tiers = {name: eaf.get_annotation_data_for_tier(name) for name in eaf.get_tier_names()}
    read = {name: sorted((start, end, text or "") for start, end, text, *_ in rows) for name, rows in tiers.items()}
    said = sorted(interval for name, rows in read.items() if not is_words(name) for interval in rows)
    assert said == segment_intervals(transcript.segments)
    words = sorted(text for name, rows in read.items() if is_words(name) for _, _, text in rows)
    assert words == word_texts(transcript)
    assert all(before[1] <= after[0] for rows in read.values() for before, after in pairwise(rows))
    slots = [int(slot.attrib["TIME_VALUE"]) for slot in root.iter("TIME_SLOT")]
    assert slots == sorted(slots)
    assert len(root.findall("TIER")) == len(tiers) == len({tier.attrib["TIER_ID"] for tier in root.iter("TIER")})


@given(transcripts())
def test_praat(transcript: Transcript) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.TextGrid"
        path.write_bytes(render("textgrid", transcript))
        grid = textgrid.openTextgrid(str(path), includeEmptyIntervals=True, duplicateNamesMode="error")

    tiers = {name: grid.getTier(name).entries for name in grid.tierNames}
    # This reader leaves doubled quotes as they are.
    read = {
        name: [(ms(start), ms(end), label.replace('""', '"')) for start, end, label in entries if label]
        for name, entries in tiers.items()
    }
    said = sorted(interval for name, rows in read.items() if not is_words(name) for interval in rows)
    assert said == [interval for interval in segment_intervals(transcript.segments) if interval[2]]
    words = sorted(text for name, rows in read.items() if is_words(name) for _, _, text in rows)
    assert words == [text for text in word_texts(transcript) if text]
    for entries in tiers.values():
        assert entries[0].start == 0
        assert entries[-1].end == grid.maxTimestamp >= transcript.duration - 0.001
        assert all(before.end == after.start for before, after in pairwise(entries))


@given(transcripts())
def test_rttm(transcript: Transcript) -> None:
    lines = render("rttm", transcript).decode().splitlines()

    fields = [re.split(r"\s", line) for line in lines if not line.startswith(";;")]
    assert all(len(row) == 10 and (row[0], row[2], row[5:7]) == ("SPEAKER", "1", ["<NA>"] * 2) for row in fields)
    turns: dict[str, list[tuple[int, int]]] = {}
    for row in fields:
        start = ms(float(row[3]))
        turns.setdefault(row[7], []).append((start, start + ms(float(row[4]))))
    assert len(turns) == len({segment.speaker for segment in transcript.segments})
    assert all(before[1] + 300 <= after[0] for own in turns.values() for before, after in pairwise(own))
    edges = [(start, end) for start, end, _ in segment_intervals(transcript.segments)]
    everyone = [turn for own in turns.values() for turn in own]
    assert {start for start, _ in everyone} <= {start for start, _ in edges}
    assert {end for _, end in everyone} <= {end for _, end in edges}
    assert all(any(first <= start and end <= last for first, last in everyone) for start, end in edges)


@given(transcripts())
def test_a_renderer_gives_the_same_text_twice(transcript: Transcript) -> None:
    for name in ("txt", "srt", "vtt", "json", "csv", "tsv", "eaf", "textgrid", "rttm"):
        assert render(name, transcript) == render(name, transcript)


@pytest.mark.parametrize("name", ["transcript", "minutes"])
def test_the_committed_schema_is_current(name: str) -> None:
    made = subprocess.run([sys.executable, "-m", "steno.exports.schema", name], capture_output=True, check=True).stdout

    assert (ROOT / f"docs/schema/{name}-1.0.json").read_bytes() == made == schema(name).encode()
